"""One engine in a process of its own; spoken to by lines of JSON.

{"case": …} makes it load a case and run it once, which it answers with {"ready": …} or
{"skip": reason}; every {"seconds": s} after that with {"times": […]}: milliseconds of the calls
that fit.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cases import Case
from engines import ENGINES, Call, NotOffered


def load(order: dict[str, Any]) -> tuple[Call | None, dict[str, Any]]:
    """The call of a case, and what there is to tell of it."""
    import numpy as np

    engine = ENGINES[order["engine"]]
    try:
        began = time.perf_counter()
        call = engine.load(Case(**order["case"]), order["threads"], Path(order["folder"]))
        loaded = time.perf_counter()
        result = call()
        first = time.perf_counter()
    except ImportError as error:
        return None, {"skip": f"not installed ({error})"}
    except Exception as error:  # whatever a peer says is the reason that the table gives
        reason = str(error) if isinstance(error, NotOffered) else f"{type(error).__name__}: {error}"
        return None, {"skip": reason.splitlines()[0][:200]}
    numbers = np.asarray(result, np.float64)
    return call, {
        "ready": engine.version,
        "load_ms": (loaded - began) * 1e3,
        "first_ms": (first - began) * 1e3,
        "mean": float(numbers.mean()),
        "deviation": float(numbers.std()),
    }


def measure(call: Call, seconds: float) -> list[float]:
    """Milliseconds of the calls that fit; a call that times a part of itself has a way to."""
    turn: Callable[[float], list[float]] | None = getattr(call, "turn", None)
    if turn:
        return turn(seconds)
    awake = time.perf_counter() + seconds / 5  # threads wake, caches fill
    while time.perf_counter() < awake:
        call()
    times: list[float] = []
    end = time.perf_counter() + seconds
    while not times or time.perf_counter() < end:
        began = time.perf_counter()
        call()
        times.append((time.perf_counter() - began) * 1e3)
    return times


def main() -> int:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    call: Call | None = None
    for line in sys.stdin:
        order = json.loads(line)
        if "case" in order:
            # Where threads sleep or spin is each engine's own affair; which cores is ours.
            os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: order["threads"]])
            call = None  # and its memory, before the next one takes some
            gc.collect()
            call, answer = load(order)
        else:
            assert call
            answer = {"times": measure(call, order["seconds"])}
        print(json.dumps(answer), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
