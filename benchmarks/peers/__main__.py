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
from engines import ENGINES, environment

HERE = Path(__file__).parent


class Worker:
    """The process of an engine; it runs only while it is asked something."""

    def __init__(self, engine: str, case: Case, threads: int, folder: Path) -> None:
        self.engine = engine
        self.process = subprocess.Popen(
            [sys.executable, HERE / "worker.py"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=environment(threads),
        )
        order = {
            "engine": engine,
            "threads": threads,
            "case": asdict(case),
            "folder": str(folder),
        }
        self.facts = self.ask(order)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        assert self.process.stdout
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        self.process.send_signal(signal.SIGSTOP)
        return json.loads(answer) if answer else {"skip": "its process died"}

    def end(self) -> None:
        self.process.kill()
        self.process.wait()


def measure(case: Case, engines: list[str], args: argparse.Namespace, folder: Path) -> dict:
    workers, skipped, facts = [], {}, {}
    try:
        for engine in engines:
            worker = Worker(engine, case, args.threads, folder)
            workers.append(worker)
            if "skip" in worker.facts:
                skipped[engine] = worker.facts["skip"]
                print(f"  {engine}: left out: {skipped[engine]}", flush=True)
            else:
                facts[engine] = worker.facts
        active = [w for w in workers if w.engine in facts]
        rounds: dict[str, list[float]] = {w.engine: [] for w in active}
        for i in range(args.rounds + 1):
            for worker in active[i % len(active) :] + active[: i % len(active)] if active else []:
                answer = worker.ask({"seconds": args.seconds if i > 0 else args.seconds / 2})
                if i > 0:  # the first round warms up
                    rounds[worker.engine].append(statistics.median(answer["times"]))
    finally:
        for worker in workers:
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
    parser.add_argument("--peers", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=1.0, help="of each turn")
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
    ours = [name for name in ENGINES if name.startswith("convoy")]
    engines = ours[:1] + [name for name in args.peers if name != ours[0]]
    cases = chosen(
        args.networks or [], args.layers or [], args.steps or [], args.directions, args.batch
    )
    if not cases:
        print("no layer has such a name", file=sys.stderr)
        return 2
    results = {"machine": report.machine(args.threads), "when": time.strftime("%F"), "cases": []}
    for case in cases:
        print(case.title, flush=True)
        found = measure(case, engines, args, args.out)
        results["cases"].append(found)
        for line in report.lines(found):
            print(f"  {line}", flush=True)
        (args.out / "results.json").write_text(json.dumps(results, indent=2))
    report.write(results, args.out)
    if args.publish:
        report.publish(args.out, HERE.parents[1] / "docs")
    print(f"{args.out}: results.json, table.md, plot.svg")
    return 0


if __name__ == "__main__":
    sys.exit(main())
