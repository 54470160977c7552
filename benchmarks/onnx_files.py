"""How long exporting and importing the built-in networks takes: milliseconds, the best of several.

    python benchmarks/onnx_files.py [NAME ...]

Bounds, where there are any: 100 ms for a network of fewer than ten layers, 500 ms for ResNet-18,
1000 ms for YOLO11n to be written; 50 ms for YOLO11n to be read. VGG-16 writes half a gigabyte: what
that takes is the disk's affair.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import convoy

EXPORT_BOUNDS = {"lenet": 100, "resnet18": 500, "yolo11n": 1000}
IMPORT_BOUNDS = {"yolo11n": 50}


def milliseconds(call: Callable[[], object], rounds: int = 5) -> float:
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - began)
    return best * 1e3


def verdict(taken: float, bound: int | None) -> str:
    if bound is None:
        return ""
    return f" of {bound:4}" if taken <= bound else f" OVER {bound}"


def main(names: list[str]) -> int:
    over = False
    print(f"{'network':16} {'MiB':>6}  {'export ms':>15}  {'import ms':>15}")
    with tempfile.TemporaryDirectory() as folder:
        for name in names:
            graph = convoy.models.build(name).graph
            path = Path(folder) / f"{name}.onnx"
            written = milliseconds(lambda g=graph, p=path: convoy.onnx.save(g, p))
            read = milliseconds(lambda p=path: convoy.onnx.load(p))
            size = path.stat().st_size / 2**20
            told = verdict(written, EXPORT_BOUNDS.get(name)), verdict(read, IMPORT_BOUNDS.get(name))
            over = over or "OVER" in "".join(told)
            print(f"{name:16} {size:6.1f}  {written:7.1f}{told[0]:8}  {read:7.1f}{told[1]:8}")
    return 1 if over else 0


if __name__ == "__main__":
    default = [a.name for a in convoy.models.architectures()]
    sys.exit(main(sys.argv[1:] or default))
