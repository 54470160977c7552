"""What the functions of this package share."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

from .. import _convoy
from .._convoy import Value

Ints = int | Sequence[int]


def ints(function: str, what: str, value: Ints | None, rank: int) -> tuple[int, ...]:
    """One int per spatial axis from an int, or from a sequence of one or `rank` of them."""
    try:
        values = tuple(
            operator.index(v) for v in (value if isinstance(value, (list, tuple)) else (value,))
        )
    except TypeError:
        raise _convoy.TypeError(
            f"{function}: {what} must be an int or {rank} of them, got {value!r}"
        ) from None
    if len(values) not in (1, rank):
        raise _convoy.ValueError(
            f"{function}: {what} must be an int or {rank} of them, got {len(values)}"
        )
    return values * rank if len(values) == 1 else values


def with_batch(
    function: str, input: Value, rank: int, run: Callable[[Value], Any], what: str = "input"
) -> Any:
    """`run` on input[N,C,S…]; an input without batch, [C,S…], gives results without batch."""
    if input.ndim == rank + 2:
        return run(input)
    if input.ndim != rank + 1:
        raise _convoy.ShapeError(
            f"{function}: {what} must have {rank + 2} axes (batch, channels, {rank} spatial), or "
            f"{rank + 1} without batch, got shape {input.shape}"
        )
    result = run(_convoy.reshape(input, (1, *input.shape)))
    if isinstance(result, tuple):
        return tuple(first(r) for r in result)
    return first(result)


def first(value: Value) -> Value:
    """Without its first axis, of size 1."""
    return _convoy.reshape(value, value.shape[1:])


def require_out_of_place(function: str, inplace: bool) -> None:
    if inplace:
        raise _convoy.NotSupportedError(
            f"{function}: inplace=True is not supported, since values never change; use the result"
        )


def axis_of(function: str, value: Value, dim: int) -> int:
    """`dim` counted from the front."""
    if not -value.ndim <= dim < value.ndim:
        raise _convoy.ShapeError(
            f"{function}: dim {dim} is out of range for a value of {value.ndim} axes "
            f"({-value.ndim} … {value.ndim - 1})"
        )
    return dim % value.ndim
