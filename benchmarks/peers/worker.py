"""One engine with one case in a process of its own; spoken to by lines of JSON.

Says {"ready": …} or {"skip": reason} once it has run the case, then for every line
{"seconds": s} on its input answers {"times": […]}: milliseconds of the calls that fit.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from cases import Case
from engines import ENGINES, NotOffered


def main() -> int:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer

    def say(answer: dict[str, object]) -> None:
        print(json.dumps(answer), file=answers, flush=True)

    order = json.loads(sys.stdin.readline())
    engine, threads = ENGINES[order["engine"]], order["threads"]
    # Where threads sleep or spin is each engine's own affair; which cores they may use is ours.
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
    try:
        began = time.perf_counter()
        call = engine.load(Case(**order["case"]), threads, Path(order["folder"]))
        loaded = time.perf_counter()
        result = call()
        first = time.perf_counter()
    except ImportError as error:
        say({"skip": f"not installed ({error})"})
        return 0
    except Exception as error:  # whatever a peer says is the reason that the table gives
        reason = str(error) if isinstance(error, NotOffered) else f"{type(error).__name__}: {error}"
        say({"skip": reason.splitlines()[0][:200]})
        return 0
    import numpy as np

    numbers = np.asarray(result, np.float64)
    say(
        {
            "ready": engine.version,
            "load_ms": (loaded - began) * 1e3,
            "first_ms": (first - began) * 1e3,
            "mean": float(numbers.mean()),
            "deviation": float(numbers.std()),
        }
    )
    for line in sys.stdin:
        times: list[float] = []
        seconds = json.loads(line)["seconds"]
        awake = time.perf_counter() + seconds / 5  # threads wake, caches fill
        while time.perf_counter() < awake:
            call()
        end = time.perf_counter() + seconds
        while not times or time.perf_counter() < end:
            began = time.perf_counter()
            call()
            times.append((time.perf_counter() - began) * 1e3)
        say({"times": times})
    return 0


if __name__ == "__main__":
    sys.exit(main())
