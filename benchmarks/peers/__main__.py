"""Convoy and its peers on the same machine in the same minutes: see docs/benchmarks.md.

    script/bench peers --networks yolo11n --rounds 5
    script/bench peers --layers 3x3 depthwise --directions forward grad_weight --batch 16
    script/bench peers --steps resnet18 --peers torch jax

Each engine has a process of its own that stands still while another is measured; in every round
each has its turn, in an order that moves on. Without cases named, all networks are measured.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import statistics
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import report
from cases import DIRECTIONS, LAYERS, NETWORKS, STEPS, Case, chosen
from engines import ENGINES, engines_for, environment

HERE = Path(__file__).parent


class Worker:
    """The process of an engine; it runs only while it is asked something."""

    def __init__(self, engine: str, threads: int, folder: Path) -> None:
        self.engine, self.threads, self.folder = engine, threads, folder
        self.facts: dict[str, Any] = {}
        self.process: subprocess.Popen[str] | None = None

    def load(self, case: Case) -> None:
        """Layers follow each other in one process; whole networks begin in a fresh one."""
        if case.kind != "layer":
            self.end()
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, HERE / "worker.py"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                env=environment(self.threads),
            )
        order = {
            "engine": self.engine,
            "threads": self.threads,
            "case": asdict(case),
            "folder": str(self.folder),
        }
        self.facts = self.ask(order)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self.process
        assert self.process.stdin
        assert self.process.stdout
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        self.process.send_signal(signal.SIGSTOP)
        if not answer:
            self.end()
        return json.loads(answer) if answer else {"skip": "its process died", "times": []}

    def end(self) -> None:
        if self.process is None:
            return
        self.process.kill()
        self.process.wait()
        self.process = None


def measure(case: Case, workers: list[Worker], args: argparse.Namespace) -> dict[str, Any]:
    skipped, facts = {}, {}
    for worker in workers:
        worker.load(case)
        if "skip" in worker.facts:
            skipped[worker.engine] = worker.facts["skip"]
            print(f"  {worker.engine}: left out: {skipped[worker.engine]}", flush=True)
        else:
            facts[worker.engine] = worker.facts
    active = [w for w in workers if w.engine in facts]
    rounds: dict[str, list[float]] = {w.engine: [] for w in active}
    seconds = args.seconds if case.kind != "layer" else args.seconds / 4
    for i in range(args.rounds + 1):
        for worker in active[i % len(active) :] + active[: i % len(active)] if active else []:
            if worker.engine not in facts:
                continue
            times = worker.ask({"seconds": seconds if i > 0 else seconds / 2})["times"]
            if not times:
                skipped[worker.engine] = "its process died"
                del facts[worker.engine], rounds[worker.engine]
            elif i > 0:  # the first round warms up
                rounds[worker.engine].append(statistics.median(times))
    for worker in workers:
        if case.kind != "layer":
            worker.end()
    return {
        "title": case.title,
        "case": asdict(case),
        "rounds_ms": rounds,
        "facts": facts,
        "skipped": skipped,
    }


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench peers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--networks", nargs="*", metavar="NAME", help=f"of {', '.join(NETWORKS)}")
    parser.add_argument(
        "--layers",
        nargs="*",
        metavar="PART",
        help="layers whose name has one of these parts; all without any: " + "; ".join(LAYERS),
    )
    parser.add_argument("--directions", nargs="+", choices=DIRECTIONS, default=["forward"])
    parser.add_argument("--batch", type=int, default=1, help="images at once, of layers")
    parser.add_argument("--steps", nargs="*", metavar="NAME", help=f"of {', '.join(STEPS)}")
    parser.add_argument(
        "--peers",
        nargs="+",
        choices=list(ENGINES),
        help="by default all, of layers those at float32",
    )
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--seconds", type=float, default=1.0, help="of each turn; layers take a quarter"
    )
    parser.add_argument("--out", type=Path, default=Path("build/bench/peers"))
    parser.add_argument(
        "--publish", action="store_true", help="put table and plot into docs/benchmarks.md"
    )
    args = parser.parse_args()
    if args.networks is None and args.layers is None and args.steps is None:
        args.networks = list(NETWORKS)
    if args.networks == []:
        args.networks = list(NETWORKS)
    if args.layers == []:
        args.layers = [""]
    if args.steps == []:
        args.steps = STEPS
    if not 1 <= args.threads <= len(os.sched_getaffinity(0)):
        parser.error("--threads must be 1 to the number of cores that this process may use")
    return args


def main() -> int:
    args = arguments()
    args.out = args.out.resolve()
    args.out.mkdir(parents=True, exist_ok=True)
    cases = chosen(
        args.networks or [], args.layers or [], args.steps or [], args.directions, args.batch
    )
    if not cases:
        print("no layer has such a name", file=sys.stderr)
        return 2
    results = {"machine": report.machine(args.threads), "when": time.strftime("%F"), "cases": []}
    workers = {name: Worker(name, args.threads, args.out) for name in ENGINES}
    try:
        for case in cases:
            print(case.title, flush=True)
            chosen_workers = [workers[name] for name in engines_for(case, args.peers)]
            found = measure(case, chosen_workers, args)
            results["cases"].append(found)
            for line in report.lines(found):
                print(f"  {line}", flush=True)
            (args.out / "results.json").write_text(json.dumps(results, indent=2))
    finally:
        for worker in workers.values():
            worker.end()
    report.write(results, args.out)
    if args.publish:
        report.publish(args.out, HERE.parents[1] / "docs")
    print(f"{args.out}: results.json, table.md, plot.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
