"""One engine starting with one file: prints the times and the memory of that as JSON.

Takes the engine's name as its argument and what to do as JSON on its input. Importing the engine
is not part of what is measured: it is part of a program's start, not of a network's.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Array = np.ndarray[Any, Any]
Run = Callable[[Array], Any]
Load = Callable[[], Run]


def _convoy(order: dict[str, Any], cache: bool) -> Load:
    import convoy

    options = {"cache": order["folder"] + "/convoy"} if cache else {}

    def load() -> Run:
        session = convoy.InferenceSession(
            order["file"], backend="cpu", threads=order["threads"], **options
        )
        name = session.get_inputs()[0].name
        return lambda image: session.run(None, {name: image})

    return load


def _onnxruntime(order: dict[str, Any]) -> Load:
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = order["threads"]
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL

    def load() -> Run:
        session = ort.InferenceSession(order["file"], options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return lambda image: session.run(None, {name: image})

    return load


def _openvino(order: dict[str, Any], cache: bool) -> Load:
    import openvino

    settings = {
        "INFERENCE_NUM_THREADS": order["threads"],
        "INFERENCE_PRECISION_HINT": "f32",
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
    }
    if cache:
        settings["CACHE_DIR"] = order["folder"] + "/openvino"

    def load() -> Run:
        request = openvino.Core().compile_model(order["file"], "CPU", settings)
        request = request.create_infer_request()

        def run(image: Array) -> Any:
            request.set_input_tensor(0, openvino.Tensor(image))
            request.infer()
            return request.get_output_tensor(0).data

        return run

    return load


ENGINES: dict[str, Callable[[dict[str, Any]], Load]] = {
    "convoy": lambda order: _convoy(order, cache=False),
    "convoy, cache": lambda order: _convoy(order, cache=True),
    "onnxruntime": _onnxruntime,
    "openvino": lambda order: _openvino(order, cache=False),
    "openvino, cache": lambda order: _openvino(order, cache=True),
}


def resident(key: str) -> int:
    """Bytes that the system's status of this process tells: VmRSS or VmHWM, the most so far."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(key + ":"):
            return int(line.split()[1]) * 1024
    raise RuntimeError(f"the system does not tell {key}")


def main() -> int:
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what libraries print is no answer
    order = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: order["threads"]])
    load = ENGINES[sys.argv[1]](order)
    image = np.random.default_rng(0).random(order["shape"], np.float32)
    Path("/proc/self/clear_refs").write_text("5")  # the most so far is what there is now
    before = resident("VmRSS")
    began = time.perf_counter()
    run = load()
    loaded = time.perf_counter()
    run(image)
    first = time.perf_counter()
    for _ in range(3):
        run(image)
    peak = resident("VmHWM")
    answer = {
        "load_ms": (loaded - began) * 1e3,
        "first_ms": (first - began) * 1e3,
        "peak_mib": (peak - before) / 2**20,
        "kept_mib": (resident("VmRSS") - before) / 2**20,
    }
    print(json.dumps(answer), file=answers, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
