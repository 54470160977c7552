"""How far from the truth results are: Convoy in its three precisions, and its peers.

    script/bench errors
    script/bench errors --networks resnet50 --layers 3x3 --engines convoy "convoy bf16" openvino

Prints, for each case, max |result − truth| / max |truth|. The truth of layers is a convolution in
float64 throughout; that of networks is the backend reference, which sums in float64 and keeps what
lies between layers in float32, so that errors of networks below about 1e-6 say nothing.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from cases import LAYERS, NETWORKS, Case, chosen
from engines import ENGINES, environment

SHOWN = ["convoy highest", "convoy", "convoy bf16", "onnxruntime", "openvino", "torch"]
SHOWN += ["openvino bf16"]
# Networks as they are initialised: YOLO's boxes hardly depend on the picture then.
NETWORK_CASES = ["resnet50", "mobilenet_v2", "efficientnet_b0"]
LAYER_CASES = [
    "3x3 32-32 @80",
    "3x3 64-64 @56",
    "3x3 256-256 @14",
    "3x3 128-128 s2",
    "1x1 256-64",
    "depthwise 3x3 128",
]


def truth_of(case: Case) -> np.ndarray:
    from graphs import work_of

    import convoy

    work = work_of(case)
    if case.kind == "network":
        return np.asarray(convoy.compile(work.graph, backend="reference")(*work.arrays), np.float64)
    layer = case.layer
    x, w = (convoy.input(n, layer.shapes[n], "float64") for n in "xw")
    y = convoy.conv(x, w, stride=layer.stride, padding=layer.padding, groups=layer.groups)
    arrays = (layer.array(n).astype(np.float64) for n in "xw")
    return convoy.compile([x, w], y, backend="reference")(*arrays)


def run_here(engine: str, case: Case, threads: int, folder: Path) -> np.ndarray:
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    return np.array(ENGINES[engine].load(case, threads, folder)())


def result_of(engine: str, case: Case, args: argparse.Namespace) -> np.ndarray | None:
    """By a process of its own, as libraries of two engines do not always bear each other."""
    out = args.out / "result.npy"
    out.unlink(missing_ok=True)
    order = [sys.executable, __file__, "--threads", str(args.threads), "--out", str(args.out)]
    order += ["--engines", engine, "--only", case.kind, case.name]
    subprocess.run(order, env=environment(args.threads), capture_output=True, check=False)
    return np.load(out) if out.exists() else None


def distance(result: np.ndarray, truth: np.ndarray) -> float:
    return float(np.abs(result - truth).max() / np.abs(truth).max())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="script/bench errors",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--networks", nargs="*", metavar="NAME", help=f"of {', '.join(NETWORKS)}")
    parser.add_argument("--layers", nargs="*", metavar="PART", help=f"of {'; '.join(LAYERS)}")
    parser.add_argument("--engines", nargs="+", choices=list(ENGINES), default=SHOWN)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--out", type=Path, default=Path(tempfile.gettempdir()) / "convoy-errors")
    parser.add_argument("--only", nargs=2, help=argparse.SUPPRESS)  # in a process of its own
    args = parser.parse_args()
    if args.networks is None and args.layers is None:
        args.networks, args.layers = NETWORK_CASES, LAYER_CASES
    return args


def main() -> int:
    args = arguments()
    args.out.mkdir(parents=True, exist_ok=True)
    if args.only:
        kind, name = args.only
        case = Case(kind, name, options=NETWORKS.get(name, {}))
        np.save(args.out / "result.npy", run_here(args.engines[0], case, args.threads, args.out))
        return 0
    print(f"| | {' | '.join(args.engines)} |")
    print(f"|---|{'---|' * len(args.engines)}", flush=True)
    for case in chosen(args.networks or [], args.layers or [], [], ["forward"], 1):
        truth = truth_of(case)
        cells = []
        for engine in args.engines:
            result = result_of(engine, case, args)
            cells.append("–" if result is None else f"{distance(result, truth):.1e}")
        print(f"| {case.title} | {' | '.join(cells)} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
