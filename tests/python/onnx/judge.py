"""Others' word on models: onnx.checker, ONNX Runtime, and ONNX's own reference evaluator.

A model that Convoy wrote is never judged by Convoy's own reader alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnx.reference
import onnxruntime as ort
from numpy.typing import NDArray

import convoy

Array = NDArray[Any]


def run_by_onnxruntime(model: bytes, inputs: dict[str, Array]) -> list[Array]:
    """Unoptimised, so that what is judged is what was written."""
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    # Results of no axes come as NumPy's scalars, which it does not take back.
    feeds = {name: np.asarray(array) for name, array in inputs.items()}
    return list(session.run(None, feeds))


def run_by_evaluator(model: bytes, inputs: dict[str, Array]) -> list[Array]:
    evaluator = onnx.reference.ReferenceEvaluator(onnx.load_from_string(model))
    return [np.asarray(result) for result in evaluator.run(None, inputs)]


def run_by_convoy(graph: convoy.Graph, inputs: dict[str, Array]) -> list[Array]:
    results = convoy.compile(graph)(**inputs)
    return list(results) if isinstance(results, tuple | list) else [results]


def assert_close(got: Array, wanted: Array, rtol: float = 1e-4) -> None:
    """Spec section 6; integers and booleans exactly."""
    assert got.shape == wanted.shape
    assert got.dtype == wanted.dtype
    if got.dtype.kind not in "fV":
        np.testing.assert_array_equal(got, wanted)
        return
    got, wanted = got.astype(np.float64), wanted.astype(np.float64)
    finite = wanted[np.isfinite(wanted)]
    scale = np.abs(finite).max() if finite.size else 0.0
    np.testing.assert_allclose(got, wanted, rtol=rtol, atol=1e-5 * max(scale, 1e-30))


def assert_export(
    graph: convoy.Graph,
    inputs: dict[str, Array],
    *,
    opset: int | None = None,
    rtol: float = 1e-4,
    judge: str = "onnxruntime",
    exact: bool = True,
) -> onnx.ModelProto:
    """Exports `graph`, has the file checked and run by others, and imports it again.

    The others' results must be Convoy's; the file read back must give the same results bit for bit
    (or as close as the others', where a result is rounded in other places: `exact` = False), and
    written once more the same file. Gives the model, for a look at its nodes.
    """
    data = convoy.onnx.to_bytes(graph, opset)
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    wanted = run_by_convoy(graph, inputs)
    judges = {"onnxruntime": run_by_onnxruntime, "evaluator": run_by_evaluator}
    for got, result in zip(judges[judge](data, inputs), wanted, strict=True):
        assert_close(got, result, rtol)
    again = convoy.onnx.load(data)
    for got, result in zip(run_by_convoy(again, inputs), wanted, strict=True):
        if exact:
            np.testing.assert_array_equal(got, result)
        else:
            assert_close(got, result, rtol)
    twice = convoy.onnx.load(convoy.onnx.to_bytes(again, opset))
    assert twice.text() == again.text()
    return model


def assert_import(
    model: onnx.ModelProto,
    inputs: dict[str, Array],
    *,
    rtol: float = 1e-4,
    judge: str = "onnxruntime",
) -> convoy.Graph:
    """Imports a model that was made by others and holds its results against theirs."""
    data = model.SerializeToString()
    graph = convoy.onnx.load(data)
    judges = {"onnxruntime": run_by_onnxruntime, "evaluator": run_by_evaluator}
    results = run_by_convoy(graph, inputs)
    for got, wanted in zip(results, judges[judge](data, inputs), strict=True):
        assert_close(got, np.asarray(wanted), rtol)
    return graph
