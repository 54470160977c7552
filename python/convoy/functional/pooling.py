"""Pooling: windows are reduced to their maximum, average or norm."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .. import _convoy
from .._convoy import Value
from .._eager import eager
from ._common import Ints, ints, with_batch

Sizes = int | Sequence[int | None] | None


def _window(
    function: str,
    rank: int,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints = 0,
    dilation: Ints = 1,
) -> dict[str, Any]:
    """Attributes of the core's pooling; as in PyTorch, padding is at most half the kernel."""
    kernel = ints(function, "kernel_size", kernel_size, rank)
    steps = kernel if stride is None or stride == () else ints(function, "stride", stride, rank)
    sides = ints(function, "padding", padding, rank)
    for k, p in zip(kernel, sides, strict=True):
        if 2 * p > k:
            raise _convoy.ValueError(
                f"{function}: padding must be at most half of kernel_size, got padding {sides} "
                f"and kernel_size {kernel}"
            )
    attributes: dict[str, Any] = {"kernel": kernel, "stride": steps, "padding": sides}
    if dilation != 1:
        attributes["dilation"] = ints(function, "dilation", dilation, rank)
    return attributes


def _max_pool(
    rank: int,
    input: Value,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    dilation: Ints,
    ceil_mode: bool,
    return_indices: bool,
) -> Any:
    function = f"max_pool{rank}d"
    attributes = _window(function, rank, kernel_size, stride, padding, dilation)
    return with_batch(
        function,
        input,
        rank,
        lambda x: _convoy.max_pool(
            x, ceil_mode=ceil_mode, return_indices=return_indices, **attributes
        ),
    )


def _avg_pool(
    rank: int,
    input: Value,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    ceil_mode: bool,
    count_include_pad: bool,
    divisor_override: int | None = None,
) -> Value:
    function = f"avg_pool{rank}d"
    attributes = _window(function, rank, kernel_size, stride, padding)
    if divisor_override is not None:
        if divisor_override == 0:
            raise _convoy.ValueError(f"{function}: divisor_override must not be 0")
        attributes["divisor_override"] = divisor_override
    result: Value = with_batch(
        function,
        input,
        rank,
        lambda x: _convoy.avg_pool(
            x, ceil_mode=ceil_mode, count_include_pad=count_include_pad, **attributes
        ),
    )
    return result


def _lp_pool(
    rank: int,
    input: Value,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None,
    ceil_mode: bool,
) -> Value:
    # PyTorch raises x itself, not |x|, to the power, and takes the root of the window's sum,
    # which it makes out of the average (so a window cut by ceil_mode counts as a whole one).
    function = f"lp_pool{rank}d"
    kernel = ints(function, "kernel_size", kernel_size, rank)
    count = 1
    for k in kernel:
        count *= k
    average = _avg_pool(rank, input**norm_type, kernel_size, stride, 0, ceil_mode, True)
    total = _convoy.sign(average) * _convoy.relu(_convoy.abs(average)) * count
    return total ** (1.0 / norm_type)


def _adaptive_size(function: str, rank: int, input: Value, output_size: Sizes) -> tuple[Any, ...]:
    """None keeps the size of its axis."""
    given = output_size if isinstance(output_size, (list, tuple)) else (output_size,)
    if len(given) not in (1, rank):
        raise _convoy.ValueError(
            f"{function}: output_size must be an int or {rank} of them, got {len(given)}"
        )
    if len(given) == 1:
        given = tuple(given) * rank
    spatial = input.shape[input.ndim - rank :]
    return tuple(s if g is None else g for g, s in zip(given, spatial, strict=True))


def _adaptive_avg_pool(rank: int, input: Value, output_size: Sizes) -> Value:
    function = f"adaptive_avg_pool{rank}d"

    def run(x: Value) -> Value:
        size = _adaptive_size(function, rank, x, output_size)
        return _convoy.adaptive_avg_pool(x, output_size=size)

    result: Value = with_batch(function, input, rank, run)
    return result


def _adaptive_max_pool(rank: int, input: Value, output_size: Sizes, return_indices: bool) -> Any:
    function = f"adaptive_max_pool{rank}d"

    def run(x: Value) -> Any:
        size = _adaptive_size(function, rank, x, output_size)
        return _convoy.adaptive_max_pool(x, output_size=size, return_indices=return_indices)

    return with_batch(function, input, rank, run)


def _max_unpool(
    rank: int,
    input: Value,
    indices: Value,
    kernel_size: Ints,
    stride: Ints | None,
    padding: Ints,
    output_size: Sequence[int] | None,
) -> Value:
    function = f"max_unpool{rank}d"
    attributes = _window(function, rank, kernel_size, stride, padding)
    spatial = input.shape[input.ndim - rank :]
    default = tuple(
        (s - 1) * step - 2 * p + k
        for s, k, step, p in zip(
            spatial,
            attributes["kernel"],
            attributes["stride"],
            attributes["padding"],
            strict=True,
        )
    )
    size = default if output_size is None else tuple(output_size)[-rank:]
    if len(size) != rank:
        raise _convoy.ValueError(
            f"{function}: output_size must have at least {rank} sizes, got {len(size)}"
        )
    for chosen, usual, step in zip(size, default, attributes["stride"], strict=True):
        known = isinstance(chosen, int) and isinstance(usual, int)
        if known and not usual - step < chosen < usual + step:
            raise _convoy.ValueError(
                f"{function}: output_size {size} is not within a stride {attributes['stride']} of "
                f"the default {default}"
            )

    batched = input.ndim == rank + 2
    if not batched:
        indices = _convoy.reshape(indices, (1, *indices.shape))
    result: Value = with_batch(
        function, input, rank, lambda x: _convoy.max_unpool(x, indices, output_size=size)
    )
    return result


@eager
def max_pool1d(
    input: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Maximum of each window of input[N,C,L] or [C,L]; see `max_pool2d`."""
    return _max_pool(1, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@eager
def max_pool2d(
    input: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Maximum of each window of input[N,C,H,W] or [C,H,W].

    kernel_size, stride, dilation: an int, or one for each axis; stride is kernel_size where None.
    padding: at most half of kernel_size; padding never wins.
    ceil_mode: keeps windows that reach over the end.
    return_indices: also gives the place of each maximum within its channel, for `max_unpool2d`.
    The first NaN of a window wins it, where PyTorch's indices name the last.
    """
    return _max_pool(2, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@eager
def max_pool3d(
    input: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    dilation: Ints = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Maximum of each window of input[N,C,D,H,W] or [C,D,H,W]; see `max_pool2d`."""
    return _max_pool(3, input, kernel_size, stride, padding, dilation, ceil_mode, return_indices)


@eager
def avg_pool1d(
    input: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Value:
    """Average of each window of input[N,C,L] or [C,L]; see `avg_pool2d`."""
    return _avg_pool(
        1,
        input,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
    )


@eager
def avg_pool2d(
    input: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    """Average of each window of input[N,C,H,W] or [C,H,W].

    kernel_size, stride: an int, or one for each axis; stride is kernel_size where None.
    padding: zeros on both sides, at most half of kernel_size.
    ceil_mode: keeps windows that reach over the end.
    count_include_pad: padding counts in the divisor.
    divisor_override: replaces the divisor.
    """
    return _avg_pool(
        2,
        input,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


@eager
def avg_pool3d(
    input: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Value:
    """Average of each window of input[N,C,D,H,W] or [C,D,H,W]; see `avg_pool2d`."""
    return _avg_pool(
        3,
        input,
        kernel_size,
        stride,
        padding,
        ceil_mode,
        count_include_pad,
        divisor_override,
    )


@eager
def lp_pool1d(
    input: Value,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
) -> Value:
    """(Σ x^norm_type)^(1/norm_type) of each window of input[N,C,L]; see `lp_pool2d`."""
    return _lp_pool(1, input, norm_type, kernel_size, stride, ceil_mode)


@eager
def lp_pool2d(
    input: Value,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
) -> Value:
    """(Σ x^norm_type)^(1/norm_type) of each window of input[N,C,H,W].

    As in PyTorch the elements themselves are raised to the power, where ONNX and `convoy.lp_pool`
    raise their absolute values: with an odd norm_type negative elements count negative, and a
    window whose sum is negative gives NaN (unless norm_type is 1).
    """
    return _lp_pool(2, input, norm_type, kernel_size, stride, ceil_mode)


@eager
def lp_pool3d(
    input: Value,
    norm_type: float,
    kernel_size: Ints,
    stride: Ints | None = None,
    ceil_mode: bool = False,
) -> Value:
    """(Σ x^norm_type)^(1/norm_type) of each window of input[N,C,D,H,W]; see `lp_pool2d`."""
    return _lp_pool(3, input, norm_type, kernel_size, stride, ceil_mode)


@eager
def adaptive_avg_pool1d(input: Value, output_size: Sizes) -> Value:
    """Averages of output_size windows that cover input[N,C,L]; None keeps an axis."""
    return _adaptive_avg_pool(1, input, output_size)


@eager
def adaptive_max_pool1d(input: Value, output_size: Sizes, return_indices: bool = False) -> Any:
    """Maxima of output_size windows that cover input[N,C,L]; None keeps an axis."""
    return _adaptive_max_pool(1, input, output_size, return_indices)


@eager
def adaptive_avg_pool2d(input: Value, output_size: Sizes) -> Value:
    """Averages of output_size windows that cover input[N,C,H,W]; None keeps an axis."""
    return _adaptive_avg_pool(2, input, output_size)


@eager
def adaptive_max_pool2d(input: Value, output_size: Sizes, return_indices: bool = False) -> Any:
    """Maxima of output_size windows that cover input[N,C,H,W]; None keeps an axis."""
    return _adaptive_max_pool(2, input, output_size, return_indices)


@eager
def adaptive_avg_pool3d(input: Value, output_size: Sizes) -> Value:
    """Averages of output_size windows that cover input[N,C,D,H,W]; None keeps an axis."""
    return _adaptive_avg_pool(3, input, output_size)


@eager
def adaptive_max_pool3d(input: Value, output_size: Sizes, return_indices: bool = False) -> Any:
    """Maxima of output_size windows that cover input[N,C,D,H,W]; None keeps an axis."""
    return _adaptive_max_pool(3, input, output_size, return_indices)


@eager
def max_unpool1d(
    input: Value,
    indices: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Value:
    """Maxima put back where `max_pool1d(..., return_indices=True)` found them, zeros elsewhere.

    output_size chooses among the sizes that pool to the same; an index out of range is an error.
    """
    return _max_unpool(1, input, indices, kernel_size, stride, padding, output_size)


@eager
def max_unpool2d(
    input: Value,
    indices: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Value:
    """Maxima put back where `max_pool2d(..., return_indices=True)` found them, zeros elsewhere.

    output_size chooses among the sizes that pool to the same; an index out of range is an error.
    """
    return _max_unpool(2, input, indices, kernel_size, stride, padding, output_size)


@eager
def max_unpool3d(
    input: Value,
    indices: Value,
    kernel_size: Ints,
    stride: Ints | None = None,
    padding: Ints = 0,
    output_size: Sequence[int] | None = None,
) -> Value:
    """Maxima put back where `max_pool3d(..., return_indices=True)` found them, zeros elsewhere.

    output_size chooses among the sizes that pool to the same; an index out of range is an error.
    """
    return _max_unpool(3, input, indices, kernel_size, stride, padding, output_size)
