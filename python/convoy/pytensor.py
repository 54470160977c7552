"""Flips its kernels, unlike `convoy.functional.conv2d`: convolution as PyTensor's users write it.

Names, order and defaults are those of `pytensor.tensor.conv` and `pytensor.tensor.pool`; PyTensor
itself is not needed. Arrays and nested lists in, arrays out at once; graph values in, graph values
out. `border_mode="same"` is an extension: the output has ceil(input / subsample) elements.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from . import _convoy
from ._convoy import Value
from ._eager import eager

__all__ = [
    "batch_normalization",
    "causal_conv1d",
    "conv2d",
    "conv3d",
    "pool_2d",
    "pool_3d",
]

BorderMode = str | int | Sequence[int | Sequence[int]]
StatedShape = Sequence[int | None] | None

_F = TypeVar("_F", bound=Callable[..., Any])


def _accepts_lists(arguments: int) -> Callable[[_F], _F]:
    """The first `arguments` arguments may be nested lists of numbers."""

    def decorate(function: _F) -> _F:
        @functools.wraps(function)
        def call(*args: Any, **kwargs: Any) -> Any:
            head = [np.asarray(a) if isinstance(a, (list, tuple)) else a for a in args[:arguments]]
            return function(*head, *args[arguments:], **kwargs)

        return call  # type: ignore[return-value]

    return decorate


def _upcast(values: Sequence[Value]) -> list[Value]:
    """All values in the dtype that NumPy promotes theirs to."""
    dtype = functools.reduce(np.promote_types, [v.dtype for v in values])
    return [v if v.dtype == dtype else _convoy.cast(v, dtype) for v in values]


def _check_shape(function: str, what: str, value: Value, stated: StatedShape) -> None:
    if stated is None:
        return
    actual = value.shape
    wrong = len(stated) != len(actual) or any(
        s is not None and isinstance(a, int) and s != a for s, a in zip(stated, actual, strict=True)
    )
    if wrong:
        raise _convoy.ShapeError(f"{function}: {what} is stated {tuple(stated)}, got {actual}")


def _convolution(
    function: str,
    rank: int,
    input: Value,
    filters: Value,
    input_shape: StatedShape,
    filter_shape: StatedShape,
    border_mode: BorderMode,
    subsample: int | Sequence[int],
    filter_flip: bool,
    filter_dilation: int | Sequence[int],
    num_groups: int,
) -> Value:
    for what, value in (("input", input), ("filters", filters)):
        if value.ndim != rank + 2:
            raise _convoy.ShapeError(
                f"{function}: {what} must have {rank + 2} axes, got shape {value.shape}"
            )
    _check_shape(function, "input_shape", input, input_shape)
    _check_shape(function, "filter_shape", filters, filter_shape)
    input, filters = _upcast([input, filters])
    return _convoy.conv(
        input,
        filters,
        stride=subsample,
        padding=border_mode,
        dilation=filter_dilation,
        groups=num_groups,
        flip=filter_flip,
        name=function,
    )


@_accepts_lists(2)
@eager
def conv2d(
    input: Value,
    filters: Value,
    input_shape: StatedShape = None,
    filter_shape: StatedShape = None,
    border_mode: BorderMode = "valid",
    subsample: int | Sequence[int] = (1, 1),
    filter_flip: bool = True,
    filter_dilation: int | Sequence[int] = (1, 1),
    num_groups: int = 1,
    unshared: bool = False,
) -> Value:
    """Convolution of input[N,C,H,W] with filters[O,C/num_groups,KH,KW], which it flips.

    border_mode: "valid", "half" (KH//2 zeros on both sides), "full" (KH−1), "same" (an extension),
        an int, an int per axis, a pair (begin, end) per axis, or a mixture `(1, (0, 2))`.
    subsample: the stride.
    filter_flip: False gives cross-correlation, which others call conv2d.
    input_shape, filter_shape: stated shapes, None where unknown; checked.
    unshared: other filters at every position, filters[O,H_out,W_out,C/num_groups,KH,KW].

    Of different dtypes the smaller is cast to the larger, as NumPy promotes them.
    """
    if unshared:
        return _unshared(
            input, filters, input_shape, filter_shape, border_mode, subsample, filter_flip,
            filter_dilation, num_groups,
        )  # fmt: skip
    return _convolution(
        "conv2d", 2, input, filters, input_shape, filter_shape, border_mode, subsample,
        filter_flip, filter_dilation, num_groups,
    )  # fmt: skip


def _unshared(
    input: Value,
    filters: Value,
    input_shape: StatedShape,
    filter_shape: StatedShape,
    border_mode: BorderMode,
    subsample: int | Sequence[int],
    filter_flip: bool,
    filter_dilation: int | Sequence[int],
    num_groups: int,
) -> Value:
    local_conv = getattr(_convoy, "local_conv", None)
    if local_conv is None:
        raise _convoy.NotSupportedError("conv2d: unshared filters need local_conv")
    _check_shape("conv2d", "input_shape", input, input_shape)
    _check_shape("conv2d", "filter_shape", filters, filter_shape)
    input, filters = _upcast([input, filters])
    result: Value = local_conv(
        input, filters, stride=subsample, padding=border_mode, dilation=filter_dilation,
        groups=num_groups, flip=filter_flip,
    )  # fmt: skip
    return result


@_accepts_lists(2)
@eager
def conv3d(
    input: Value,
    filters: Value,
    input_shape: StatedShape = None,
    filter_shape: StatedShape = None,
    border_mode: BorderMode = "valid",
    subsample: int | Sequence[int] = (1, 1, 1),
    filter_flip: bool = True,
    filter_dilation: int | Sequence[int] = (1, 1, 1),
    num_groups: int = 1,
) -> Value:
    """Convolution of input[N,C,D,H,W] with filters[O,C/num_groups,KD,KH,KW], which it flips.

    The arguments are those of `conv2d`.
    """
    return _convolution(
        "conv3d", 3, input, filters, input_shape, filter_shape, border_mode, subsample,
        filter_flip, filter_dilation, num_groups,
    )  # fmt: skip


@_accepts_lists(2)
@eager
def causal_conv1d(
    input: Value,
    filters: Value,
    filter_shape: StatedShape,
    input_shape: StatedShape = None,
    subsample: int = 1,
    filter_flip: bool = True,
    filter_dilation: int = 1,
    num_groups: int = 1,
    unshared: bool = False,
) -> Value:
    """Convolution of input[N,C,T] with filters[O,C/num_groups,K] that looks only backwards.

    The input is padded with (K−1)·filter_dilation zeros at its begin, so output t depends on
    inputs up to t (times subsample).
    """
    if unshared:
        raise _convoy.NotSupportedError("causal_conv1d: unshared filters are not supported")
    if filters.ndim != 3:
        raise _convoy.ShapeError(
            f"causal_conv1d: filters must have 3 axes, got shape {filters.shape}"
        )
    begin = (filters.shape[2] - 1) * filter_dilation
    return _convolution(
        "causal_conv1d", 1, input, filters, input_shape, filter_shape, [(begin, 0)], subsample,
        filter_flip, filter_dilation, num_groups,
    )  # fmt: skip


def _pool(
    function: str,
    rank: int,
    input: Value,
    ws: int | Sequence[int] | None,
    ignore_border: bool | None,
    stride: int | Sequence[int] | None,
    pad: int | Sequence[int] | None,
    mode: str,
) -> Value:
    if ws is None:
        raise _convoy.ValueError(f"{function}: ws, the size of the window, is missing")
    if input.ndim < rank:
        raise _convoy.ShapeError(
            f"{function}: input must have at least {rank} axes, got shape {input.shape}"
        )
    modes = ("max", "sum", "average_inc_pad", "average_exc_pad")
    if mode not in modes:
        raise _convoy.ValueError(f"{function}: unknown mode '{mode}'; known are {', '.join(modes)}")
    window = (ws,) * rank if isinstance(ws, int) else tuple(ws)
    steps = window if stride is None else stride
    padding = (0,) * rank if pad is None else pad
    leading = input.shape[: input.ndim - rank]
    x = _convoy.reshape(input, (1, _product(leading), *input.shape[input.ndim - rank :]))
    ceil_mode = not ignore_border
    if mode == "max":
        y: Value = _convoy.max_pool(x, window, stride=steps, padding=padding, ceil_mode=ceil_mode)
    else:
        y = _convoy.avg_pool(
            x,
            window,
            stride=steps,
            padding=padding,
            ceil_mode=ceil_mode,
            count_include_pad=mode != "average_exc_pad",
            divisor_override=1 if mode == "sum" else None,
        )
    return _convoy.reshape(y, (*leading, *y.shape[2:]))


def _product(sizes: Sequence[Any]) -> Any:
    return functools.reduce(lambda a, b: a * b, sizes, 1)


@_accepts_lists(1)
@eager
def pool_2d(
    input: Value,
    ws: int | Sequence[int] | None = None,
    ignore_border: bool | None = None,
    stride: int | Sequence[int] | None = None,
    pad: int | Sequence[int] | None = (0, 0),
    mode: str = "max",
) -> Value:
    """Pooling over windows of size ws of the last two axes; any axes may stand before them.

    ignore_border: True leaves out windows that reach over the border; False (and None) keeps them.
    stride: the size of the window where None.
    mode: "max", "sum", "average_inc_pad" or "average_exc_pad".
    """
    return _pool("pool_2d", 2, input, ws, ignore_border, stride, pad, mode)


@_accepts_lists(1)
@eager
def pool_3d(
    input: Value,
    ws: int | Sequence[int] | None = None,
    ignore_border: bool | None = None,
    stride: int | Sequence[int] | None = None,
    pad: int | Sequence[int] | None = (0, 0, 0),
    mode: str = "max",
) -> Value:
    """Pooling over windows of size ws of the last three axes; see `pool_2d`."""
    return _pool("pool_3d", 3, input, ws, ignore_border, stride, pad, mode)


@_accepts_lists(5)
@eager
def batch_normalization(
    x: Value, gamma: Value, beta: Value, mean: Value, variance: Value, epsilon: float = 1e-5
) -> Value:
    """gamma·(x−mean)/√(variance+epsilon)+beta, for x of shape [C], [N,C] or [N,C,S…].

    Of different dtypes the smaller are cast to the largest, as NumPy promotes them.
    """
    x, gamma, beta, mean, variance = _upcast([x, gamma, beta, mean, variance])
    return _convoy.batch_norm(x, gamma, beta, mean, variance, epsilon=epsilon)
