"""ONNX files in and out: `load` gives a graph, `save` writes one.

    graph = convoy.onnx.load("model.onnx")
    run = convoy.compile(graph)
    convoy.onnx.save(graph, "again.onnx")

`convoy.onnx.backend` is the same behind the interface of `onnx.backend`, and
`convoy.InferenceSession` behind that of ONNX Runtime.
"""

from __future__ import annotations

import os
from collections.abc import Mapping

from numpy.typing import ArrayLike

from .._convoy import Graph, onnx as _onnx

__all__ = ["load", "save", "supported_operators", "to_bytes"]


def load(
    model: str | os.PathLike[str] | bytes,
    *,
    max_messages: int = 1 << 22,
    max_nodes: int = 1 << 20,
    max_depth: int = 32,
    max_expanded_bytes: int = 1 << 30,
    constants: Mapping[str, ArrayLike] | None = None,
) -> Graph:
    """The network in an ONNX file, or in the bytes of one.

    Weights are used from the mapped file, which must not shrink while the graph lives. What a file
    may ask for is bounded: `max_messages` nodes, attributes and weights in the file, `max_nodes`
    nodes once functions are put in their place, `max_depth` of functions in functions,
    `max_expanded_bytes` of sparse weights filled up, and of a Resize's coordinates.

    Inputs named in `constants` are given now and for good. Those on whose contents shapes depend
    (the target of a reshape) must be.
    """
    limits = (max_messages, max_nodes, max_depth, max_expanded_bytes, dict(constants or {}))
    if isinstance(model, bytes | bytearray | memoryview):
        return _onnx.load(bytes(model), *limits)
    return _onnx.load(os.fspath(model), *limits)


def save(
    graph: Graph,
    path: str | os.PathLike[str],
    opset: int | None = None,
    *,
    external_data: bool = False,
) -> None:
    """Writes `graph` as an ONNX file, in the lowest opset from 18 on that can say all of it.

    Parameters become initialisers with their present values. Weights go into `<path>.data` where
    the file would otherwise pass 2 GiB, or always with `external_data`.
    """
    _onnx.save(graph, os.fspath(path), opset or 0, external_data)


def to_bytes(graph: Graph, opset: int | None = None) -> bytes:
    """What `save` writes into a file."""
    return _onnx.to_bytes(graph, opset or 0)


def supported_operators() -> list[str]:
    """Names of the ONNX operators that `load` reads."""
    return _onnx.supported_operators()
