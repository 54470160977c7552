"""What an eager call of a small operator costs: microseconds, the best of several rounds.

python benchmarks/python_overhead.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

import convoy


def cases() -> dict[str, Callable[[], object]]:
    """Calls on arrays so small that nearly all the time is overhead."""
    x = np.ones((1, 1, 5, 5), np.float32)
    w = np.ones((1, 1, 3, 3), np.float32)
    calls: dict[str, Callable[[], object]] = {
        "add": lambda: convoy.add(x, x),
        "add a number": lambda: convoy.add(x, 1.5),
        "conv": lambda: convoy.conv(x, w, stride=2, padding=1),
    }
    if hasattr(convoy, "relu"):
        calls["relu"] = lambda: convoy.relu(x)
    if hasattr(convoy, "max_pool"):
        calls["max_pool"] = lambda: convoy.max_pool(x, (2, 2), stride=2)
    return calls


def microseconds(call: Callable[[], object], rounds: int = 20, calls: int = 200) -> float:
    """The time of one call after the first of its kind."""
    call()
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        for _ in range(calls):
            call()
        best = min(best, (time.perf_counter() - began) / calls)
    return best * 1e6


if __name__ == "__main__":
    for name, call in cases().items():
        print(f"{name:14} {microseconds(call):6.1f} µs")
