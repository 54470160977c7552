"""Builders of graphs as functions on arrays.

An operator called with graph values builds a graph; arrays beside them become constants. Called
with arrays alone it runs at once: the graph is built and compiled the first time, and found again
by the shapes, dtypes and attributes of the call.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar

import numpy as np

from . import _convoy
from ._convoy import Value
from ._documentation import describe

CACHE_SIZE = 1024
"""How many compiled calls are kept; the oldest go first."""

P = ParamSpec("P")
R = TypeVar("R")

_cache: dict[Any, Any] = {}
_cache_lock = threading.Lock()


class _Slot:
    """Stands for array number `i` in the arguments of a call."""

    __slots__ = ("i",)

    def __init__(self, i: int) -> None:
        self.i = i


class _Call:
    """The arguments of a call, taken apart into arrays, values, and what is left."""

    __slots__ = ("arrays", "has_values", "key", "scalars")

    def __init__(self, builder: Callable[..., Any], scalars_are_arrays: bool) -> None:
        self.arrays: list[Any] = []
        self.key: list[Any] = [builder]
        self.has_values = False
        self.scalars = scalars_are_arrays

    def split(self, argument: Any) -> Any:
        kind = type(argument)
        key = self.key
        if kind is np.ndarray:
            return self.slot(argument)
        if kind is int or kind is bool or kind is str or argument is None:
            key.append(kind)
            key.append(argument)
            return argument
        if kind is float:
            key.append(argument.hex())  # tells −0 from 0, and finds NaN again
            return argument
        if isinstance(argument, (list, tuple)):
            key.append(len(argument))
            return tuple([self.split(item) for item in argument])
        if isinstance(argument, Value):
            self.has_values = True
            return argument
        if isinstance(argument, np.generic):
            # A scalar of NumPy's counts as a number beside arrays, and as an array when alone.
            return self.slot(np.asarray(argument)) if self.scalars else self.split(argument.item())
        if isinstance(argument, np.ndarray) or hasattr(argument, "__dlpack__"):
            return self.slot(_convoy._as_array(argument))
        key.append(kind)
        key.append(argument)
        return argument

    def slot(self, array: Any) -> _Slot:
        self.key.append(array.dtype)
        self.key.append(array.shape)
        self.arrays.append(array)
        return _Slot(len(self.arrays) - 1)


def _filled(argument: Any, values: list[Value]) -> Any:
    if isinstance(argument, _Slot):
        return values[argument.i]
    if isinstance(argument, tuple):
        return tuple(_filled(item, values) for item in argument)
    return argument


def _build(
    builder: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], values: list[Value]
) -> Any:
    try:
        return builder(
            *(_filled(a, values) for a in args),
            **{name: _filled(a, values) for name, a in kwargs.items()},
        )
    except TypeError as error:
        if isinstance(error, _convoy.Error):
            raise
        raise _convoy.TypeError(str(error)) from None


def _compiled(
    builder: Callable[..., Any], args: list[Any], kwargs: dict[str, Any], arrays: list[Any]
) -> Callable[..., Any]:
    """The call as a function of its arrays."""
    known = [_convoy._as_array(a) for a in arrays]  # refuses other dtypes
    inputs = [_convoy.input(f"array_{i}", a.shape, a.dtype) for i, a in enumerate(known)]
    built = _build(builder, args, kwargs, inputs)
    if built is None or isinstance(built, Value):
        return _convoy.compile(inputs, built) if built is not None else lambda *_: None
    if not isinstance(built, (list, tuple)):
        return lambda *_: built
    if all(item is None or isinstance(item, Value) for item in built):
        return _convoy.compile(inputs, built)
    # A result that is not of the graph (a number, a text) stands beside the arrays.
    function = _convoy.compile(inputs, [b if isinstance(b, Value) else None for b in built])
    return lambda *given: tuple(
        b if r is None else r for r, b in zip(function(*given), built, strict=True)
    )


def eager(builder: Callable[P, R]) -> Callable[P, R]:
    """`builder`, which takes and gives graph values, as a function that also takes arrays."""

    @functools.wraps(builder)
    def call(*args: P.args, **kwargs: P.kwargs) -> Any:
        taken = _Call(builder, scalars_are_arrays=False)
        slots = [taken.split(a) for a in args]
        named = {}
        for name, a in kwargs.items():
            taken.key.append(name)
            named[name] = taken.split(a)
        if not taken.arrays and not taken.has_values:
            taken = _Call(builder, scalars_are_arrays=True)
            slots = [taken.split(a) for a in args]
            named = {}
            for name, a in kwargs.items():
                taken.key.append(name)
                named[name] = taken.split(a)
        if taken.has_values or not taken.arrays:
            return _build(builder, slots, named, [_convoy.constant(a) for a in taken.arrays])
        try:
            key = tuple(taken.key)
            cached = _cache.get(key)
        except TypeError:  # an attribute without a hash: the builder will say what it thinks of it
            return _compiled(builder, slots, named, taken.arrays)(*taken.arrays)
        if cached is None:
            cached = _compiled(builder, slots, named, taken.arrays)
            with _cache_lock:
                _cache[key] = cached
                while len(_cache) > CACHE_SIZE:
                    del _cache[next(iter(_cache))]
        return cached(*taken.arrays)

    describe(call, builder)
    return call
