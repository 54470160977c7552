"""Start and memory of Convoy and its peers on the same machine: see docs/benchmarks.md.

    script/bench start --networks yolo11n --rounds 9

Every measurement is a process of its own, which reads an ONNX file, compiles it and runs it; one
runs at a time, in every round one of each engine, in an order that moves on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import report
from cases import NETWORKS, Case
from engines import environment
from graphs import export, work_of
from start_worker import ENGINES

HERE = Path(__file__).parent
BEGIN, END = "<!-- start and memory -->", "<!-- end of start and memory -->"
OURS = "convoy"


def measured(engine: str, order: dict[str, Any], threads: int) -> dict[str, Any]:
    """What one process tells, or why it could not."""
    done = subprocess.run(
        [sys.executable, HERE / "start_worker.py", engine],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        env=environment(threads),
    )
    if done.returncode != 0:
        return {"skip": (done.stderr.strip().splitlines() or ["it died"])[-1][:200]}
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


def measure(name: str, engines: list[str], args: argparse.Namespace) -> dict[str, Any]:
    case = Case("network", name, options=NETWORKS[name])
    work = work_of(case)
    weights = sum(parameter.value.nbytes for parameter in work.graph.parameters)
    folder = args.out / "kept"
    shutil.rmtree(folder, ignore_errors=True)
    order = {
        "file": str(export(case, args.out)),
        "shape": work.arrays[0].shape,
        "threads": args.threads,
        "folder": str(folder),
    }
    rounds: dict[str, list[dict[str, Any]]] = {engine: [] for engine in engines}
    skipped: dict[str, str] = {}
    for i in range(args.rounds + 1):
        turn = [e for e in engines if e not in skipped]
        for engine in turn[i % len(turn) :] + turn[: i % len(turn)]:
            answer = measured(engine, order, args.threads)
            if "skip" in answer:
                skipped[engine] = answer["skip"]
                print(f"  {engine}: left out: {answer['skip']}", flush=True)
            elif i > 0:  # the first one fills the system's caches and the engines' own
                answer["memory_mib"] = answer["peak_mib"] - weights / 2**20
                rounds[engine].append(answer)
    return {
        "name": name,
        "weights_mib": weights / 2**20,
        "rounds": {e: r for e, r in rounds.items() if e not in skipped},
        "skipped": skipped,
    }


def median(found: dict[str, Any], engine: str, key: str) -> float:
    return statistics.median(answer[key] for answer in found["rounds"][engine])


def cell(found: dict[str, Any], engine: str, key: str) -> str:
    if engine not in found["rounds"]:
        return "–"
    value = median(found, engine, key)
    text = f"{value:.3g}"
    if engine == OURS or OURS not in found["rounds"]:
        return text
    ours = median(found, OURS, key)
    return f"{text} ({value / ours:.2f}×)" if ours > 0 else text


def tables(results: dict[str, Any]) -> str:
    m, found = results["machine"], results["networks"]
    engines = list(dict.fromkeys(e for one in found for e in [*one["rounds"], *one["skipped"]]))
    text = (
        f"{m['processor']}, {m['threads']} of {m['cores']} cores, {results['when']}; medians of "
        f"{results['rounds']} processes; in brackets how many times Convoy's without a cache.\n"
    )
    head = " | ".join(engines)
    for title, key in (
        ("Load and first run, ms", "first_ms"),
        ("Memory beyond the weights, MiB", "memory_mib"),
    ):
        text += f"\n| {title} | {head} |\n|---|" + "---|" * len(engines) + "\n"
        for one in found:
            name = one["name"]
            if key == "memory_mib":
                name += f", weights {one['weights_mib']:.3g}"
            cells = " | ".join(cell(one, e, key) for e in engines)
            text += f"| {name} | {cells} |\n"
    return text


def publish(text: str, page: Path) -> None:
    before, rest = page.read_text().split(BEGIN)
    page.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{rest.split(END)[1]}")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench start",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--networks", nargs="+", choices=list(NETWORKS), default=list(NETWORKS))
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=list(ENGINES))
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--out", type=Path, default=Path("build/bench/start"))
    parser.add_argument(
        "--publish", action="store_true", help="put the tables into docs/benchmarks.md"
    )
    return parser.parse_args()


def main() -> int:
    args = arguments()
    args.out = args.out.resolve()
    args.out.mkdir(parents=True, exist_ok=True)
    results: dict[str, Any] = {
        "machine": report.machine(args.threads),
        "when": time.strftime("%F"),
        "rounds": args.rounds,
        "networks": [],
    }
    for name in args.networks:
        print(name, flush=True)
        found = measure(name, args.engines, args)
        results["networks"].append(found)
        for engine in found["rounds"]:
            values = {key: median(found, engine, key) for key in found["rounds"][engine][0]}
            line = "  ".join(f"{key} {value:8.1f}" for key, value in values.items())
            print(f"  {engine:16} {line}", flush=True)
        (args.out / "results.json").write_text(json.dumps(results, indent=2))
    (args.out / "tables.md").write_text(tables(results))
    if args.publish:
        publish(tables(results), HERE.parents[1] / "docs" / "benchmarks.md")
    print(f"{args.out}: results.json, tables.md")
    return 0


if __name__ == "__main__":
    sys.exit(main())
