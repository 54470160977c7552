"""A file and the functions compiled from it: what a session and a backend share."""

from __future__ import annotations

import os
import threading
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .. import _convoy
from .._convoy import Function, Graph, NotSupportedError, onnx as _onnx

Array = NDArray[Any]
Source = str | os.PathLike[str] | bytes | bytearray | memoryview
"""A file, or the bytes of one."""


class Model:
    """Runs a file's network on arrays by name.

    Inputs on whose contents shapes depend (the target of a reshape) become constants of a function
    compiled for those contents; the last few such functions are kept.
    """

    kept = 16

    def __init__(self, source: Source, backend: str | None = None, **options: Any) -> None:
        """`options` are those of convoy.compile; None stands for its default."""
        self._source: str | bytes = (
            bytes(source)
            if isinstance(source, bytes | bytearray | memoryview)
            else os.fspath(source)
        )
        given = {"backend": backend} | options
        self._options = {name: value for name, value in given.items() if value is not None}
        self.info = _onnx.describe(self._source)
        self.output_names = [output.name for output in self.info.outputs]
        self.graph: Graph | None = None  # where no input has to be known first
        self._functions: OrderedDict[tuple[Any, ...], Function] = OrderedDict()
        self._deciding: list[str] = []  # inputs that must be constants, as far as is known
        self._lock = threading.Lock()  # of the two above
        graph = _onnx.load_or_inputs(self._source, {})
        if isinstance(graph, Graph):
            self.graph = graph
            self._functions[()] = _convoy.compile(graph, **self._options)
        else:
            self._deciding = graph

    def __call__(self, feeds: Mapping[str, Array]) -> list[Array]:
        """The outputs in order, for arrays by the names of all inputs."""
        with self._lock:
            function = self._function_for(feeds)
            arrays = {k: v for k, v in feeds.items() if k not in self._deciding}
        results = function.call(arrays)
        return list(results) if isinstance(results, tuple | list) else [results]

    def _function_for(self, feeds: Mapping[str, Array]) -> Function:
        while True:
            missing = [name for name in self._deciding if name not in feeds]
            if missing:
                raise NotSupportedError(f"shapes depend on inputs that were not given: {missing}")
            constants = {name: np.asarray(feeds[name]) for name in self._deciding}
            key = tuple((a.tobytes(), a.shape, a.dtype.str) for a in constants.values())
            if key in self._functions:
                self._functions.move_to_end(key)
                return self._functions[key]
            graph = _onnx.load_or_inputs(self._source, constants)
            if isinstance(graph, Graph):
                self._functions[key] = _convoy.compile(graph, **self._options)
                if len(self._functions) > self.kept:
                    self._functions.popitem(last=False)
                return self._functions[key]
            self._deciding += graph
