"""Linear maps, attention, classes as vectors, and dropout."""

from __future__ import annotations

from typing import Any

import numpy as np

from .. import _convoy
from .._convoy import Value
from .._eager import eager
from ._common import require_out_of_place


@eager
def linear(input: Value, weight: Value, bias: Value | None = None) -> Value:
    """input[…,I] · weight[O,I]ᵀ + bias[O]."""
    result = _convoy.matmul(input, weight, transpose_y=weight.ndim > 1)
    return result if bias is None else result + bias


@eager
def scaled_dot_product_attention(
    query: Value,
    key: Value,
    value: Value,
    attn_mask: Value | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Value:
    """softmax(query·keyᵀ·scale + mask)·value over the last two axes; scale is 1/√E where None.

    attn_mask: bool (True takes part) or numbers to be added.
    is_causal: row i attends to columns up to i.
    dropout_p must be 0: drop with `dropout`, which takes a seed.
    """
    if dropout_p:
        raise _convoy.NotSupportedError("scaled_dot_product_attention: dropout_p must be 0")
    if is_causal and attn_mask is not None:
        raise _convoy.ValueError(
            "scaled_dot_product_attention: give attn_mask or is_causal, and not both"
        )
    rows, columns, width = query.shape[-2], key.shape[-2], query.shape[-1]
    if scale is None:
        if not isinstance(width, int):
            raise _convoy.NotSupportedError("scaled_dot_product_attention: scale must be given")
        scale = 1 / max(width, 1) ** 0.5
    scores = _convoy.matmul(query, key, transpose_y=True) * scale
    if is_causal:
        if not (isinstance(rows, int) and isinstance(columns, int)):
            raise _convoy.NotSupportedError("scaled_dot_product_attention: sizes must be known")
        attn_mask = _convoy.constant(np.tri(rows, columns, dtype=bool))
    if attn_mask is not None:
        is_bool = attn_mask.dtype == np.dtype(bool)
        scores = _convoy.where(attn_mask, scores, -np.inf) if is_bool else scores + attn_mask
    return _convoy.matmul(_convoy.softmax(scores, -1), value)


@eager
def _one_hot(tensor: Value, num_classes: int) -> Value:
    return _convoy.one_hot(tensor, num_classes, -1, "int64")


def one_hot(tensor: Any, num_classes: int = -1) -> Any:
    """1 at the place of each class index along a new last axis, 0 elsewhere, as int64.

    num_classes=-1 takes the largest index of an array; a graph value needs the number.
    """
    if isinstance(tensor, Value):
        if num_classes < 1:
            raise _convoy.ValueError("one_hot: a graph value needs num_classes")
        return _one_hot(tensor, num_classes)
    array = _convoy._as_array(tensor)
    if array.dtype.kind not in "iu":
        raise _convoy.TypeError(f"one_hot: classes must be integers, got {array.dtype}")
    largest = int(array.max(initial=-1))
    if num_classes == -1:
        if array.size == 0:
            raise _convoy.ValueError("one_hot: no classes without elements; give num_classes")
        num_classes = largest + 1
    if array.size and (int(array.min()) < 0 or largest >= num_classes):
        raise _convoy.IndexError(
            f"one_hot: classes must lie in 0 … {num_classes - 1}, got {array.min()} … {largest}"
        )
    return _one_hot(array, num_classes)


@eager
def _dropout(input: Value, key: Value, p: float) -> Value:
    return _convoy.dropout(input, key, p)


@eager
def _feature_dropout(input: Value, key: Value, p: float, axes: int) -> Value:
    shape = (*input.shape[:axes], *[1] * (input.ndim - axes))
    one = _convoy.constant(np.asarray(1), dtype=input.dtype)
    return input * _convoy.dropout(_convoy.expand(one, shape), key, p)


def _key(function: str, seed: Any) -> Any:
    if seed is None:
        raise _convoy.ValueError(
            f"{function}: training=True needs seed=, an int or a key (uint64[2]: seed and stream)"
        )
    if isinstance(seed, (int, np.integer)):
        return np.array([int(seed) % 2**64, 0], np.uint64)
    return seed


def _checked(function: str, p: float, inplace: bool) -> None:
    require_out_of_place(function, inplace)
    if not 0 <= p <= 1:
        raise _convoy.ValueError(f"{function}: p must lie in 0…1, got {p}")


def dropout(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, seed: Any = None
) -> Any:
    """0 with probability p, else input/(1−p); input itself unless training.

    seed decides the numbers, the same on every platform: an int, or a key, uint64[2] (seed and
    stream), as an array or a graph value. Give another for every call: there is no hidden state.
    """
    _checked("dropout", p, inplace)
    return _dropout(input, _key("dropout", seed), p) if training else input


def _channels(
    function: str, rank: int, input: Any, p: float, training: bool, inplace: bool, seed: Any
) -> Any:
    _checked(function, p, inplace)
    if not training:
        return input
    array = input if isinstance(input, Value) else _convoy._as_array(input)
    if array.ndim not in (rank + 1, rank + 2):
        raise _convoy.ShapeError(
            f"{function}: input must have {rank + 2} axes, or {rank + 1} without batch, got shape "
            f"{array.shape}"
        )
    return _feature_dropout(array, _key(function, seed), p, array.ndim - rank)


def dropout1d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, seed: Any = None
) -> Any:
    """Whole channels of input[N,C,L] or [C,L] are 0 with probability p; see `dropout`."""
    return _channels("dropout1d", 1, input, p, training, inplace, seed)


def dropout2d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, seed: Any = None
) -> Any:
    """Whole channels of input[N,C,H,W] or [C,H,W] are 0 with probability p; see `dropout`."""
    return _channels("dropout2d", 2, input, p, training, inplace, seed)


def dropout3d(
    input: Any, p: float = 0.5, training: bool = True, inplace: bool = False, *, seed: Any = None
) -> Any:
    """Whole channels of input[N,C,D,H,W] or [C,D,H,W] are 0 with probability p; see `dropout`."""
    return _channels("dropout3d", 3, input, p, training, inplace, seed)
