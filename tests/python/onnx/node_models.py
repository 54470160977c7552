"""Models of a few nodes, made with onnx.helper, and graphs of a few operators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import onnx
from judge import Array, assert_export, assert_import
from onnx import helper, numpy_helper

import convoy

# The IR version that came with each opset, so that any runtime takes the model.
IR_VERSION = {7: 3, 8: 3, 9: 4, 10: 5, 11: 6, 12: 7, 13: 7, 14: 7, 15: 8, 16: 8, 17: 8, 18: 8}


def model_of(
    nodes: onnx.NodeProto | Sequence[onnx.NodeProto],
    inputs: dict[str, Array],
    *,
    opset: int = 18,
    outputs: Sequence[str] = ("y",),
    constants: dict[str, Array] | None = None,
    shapes: dict[str, Sequence[int | str]] | None = None,
    functions: Sequence[onnx.FunctionProto] = (),
) -> onnx.ModelProto:
    """A model with inputs like `inputs`; `shapes` replaces their shapes, `constants` become
    initialisers."""
    stated = shapes or {}
    graph = helper.make_graph(
        [nodes] if isinstance(nodes, onnx.NodeProto) else list(nodes),
        "g",
        [
            helper.make_tensor_value_info(
                name, helper.np_dtype_to_tensor_dtype(a.dtype), stated.get(name, a.shape)
            )
            for name, a in inputs.items()
        ],
        [onnx.ValueInfoProto(name=name) for name in outputs],
        initializer=[numpy_helper.from_array(a, name) for name, a in (constants or {}).items()],
    )
    domains = sorted({function.domain for function in functions})
    return helper.make_model(
        graph,
        ir_version=10 if functions else IR_VERSION.get(opset, 10),
        opset_imports=[helper.make_opsetid("", opset)]
        + [helper.make_opsetid(domain, 1) for domain in domains],
        functions=functions,
    )


def assert_imported(
    node: onnx.NodeProto | Sequence[onnx.NodeProto],
    inputs: dict[str, Array],
    *,
    judge: str = "onnxruntime",
    rtol: float = 1e-4,
    **model: Any,
) -> convoy.Graph:
    return assert_import(model_of(node, inputs, **model), inputs, judge=judge, rtol=rtol)


def assert_exported(
    function: Callable[..., Any], *arrays: Array, **options: Any
) -> onnx.ModelProto:
    """`function` of inputs like `arrays`, through assert_export."""
    inputs = [convoy.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
    outputs = function(*inputs)
    named = {f"y{i}": y for i, y in enumerate(outputs)} if isinstance(outputs, tuple) else outputs
    graph = convoy.Graph(inputs, named)
    return assert_export(graph, {f"x{i}": a for i, a in enumerate(arrays)}, **options)


def op_types(model: onnx.ModelProto) -> list[str]:
    return [node.op_type for node in model.graph.node]


def array(values: Any, dtype: str = "float32") -> Array:
    return np.array(values, dtype)
