"""Builders of graphs as functions on arrays.

An operator called with graph values builds a graph. Called with arrays it runs at once: the graph
is built and compiled the first time, and found again by the shapes and attributes of the call.
"""

from __future__ import annotations

import functools
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import numpy as np

from . import _convoy
from ._convoy import Value

_CACHE_SIZE = 1024
_cache: OrderedDict[Any, Any] = OrderedDict()


class _Slot:
    """Stands for the array of index `i` in the arguments of a call."""

    def __init__(self, i: int) -> None:
        self.i = i


def _is_array(argument: Any) -> bool:
    return isinstance(argument, np.ndarray) or hasattr(argument, "__dlpack__")


def _split(argument: Any, arrays: list[Any], key: list[Any]) -> Any:
    """Moves arrays out of an argument into `arrays`, and what remains into `key`."""
    if isinstance(argument, Value):
        key.append(Value)
        return argument
    if _is_array(argument) or isinstance(argument, np.generic):
        array = np.asarray(argument)
        arrays.append(array)
        key.append((array.dtype, array.shape))
        return _Slot(len(arrays) - 1)
    if isinstance(argument, (list, tuple)):
        key.append(len(argument))
        return tuple(_split(item, arrays, key) for item in argument)
    key.append((type(argument), argument))
    return argument


def _filled(argument: Any, values: list[Value]) -> Any:
    if isinstance(argument, _Slot):
        return values[argument.i]
    if isinstance(argument, tuple):
        return tuple(_filled(item, values) for item in argument)
    return argument


def eager(builder: Callable[..., Any]) -> Callable[..., Any]:
    """`builder`, which takes and gives graph values, as a function that also takes arrays."""

    @functools.wraps(builder)
    def call(*args: Any, **kwargs: Any) -> Any:
        arrays: list[Any] = []
        key: list[Any] = [builder]
        slots = [_split(a, arrays, key) for a in args]
        named = {}
        for name, a in kwargs.items():
            key.append(name)
            named[name] = _split(a, arrays, key)
        if Value in key or not arrays:
            values = [_convoy.constant(a) for a in arrays]
            return builder(
                *(_filled(a, values) for a in slots),
                **{name: _filled(a, values) for name, a in named.items()},
            )
        cached = _cache.get(hashed := tuple(key))
        if cached is None:
            inputs = [_convoy.input(f"array_{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
            outputs = builder(
                *(_filled(a, inputs) for a in slots),
                **{name: _filled(a, inputs) for name, a in named.items()},
            )
            cached = _convoy.compile(inputs, outputs)
            _cache[hashed] = cached
            if len(_cache) > _CACHE_SIZE:
                _cache.popitem(last=False)
        return cached(*arrays)

    return call
