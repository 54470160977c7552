"""Convolutions: cross-correlations, as in the field; the kernel is not flipped."""

from __future__ import annotations

from collections.abc import Sequence

from .. import _convoy
from .._convoy import Value
from .._eager import eager
from ._common import Ints, ints, with_batch


def _conv(
    rank: int,
    input: Value,
    weight: Value,
    bias: Value | None,
    stride: Ints,
    padding: str | Ints,
    dilation: Ints,
    groups: int,
) -> Value:
    function = f"conv{rank}d"
    if weight.ndim != rank + 2:
        raise _convoy.ShapeError(
            f"{function}: weight must have {rank + 2} axes [O,C/groups,K…], got shape "
            f"{weight.shape}"
        )
    steps = ints(function, "stride", stride, rank)
    sides: str | tuple[int, ...]
    if isinstance(padding, str):
        if padding not in ("valid", "same"):
            raise _convoy.ValueError(
                f"{function}: padding must be 'valid', 'same' or ints, got '{padding}'"
            )
        if padding == "same" and any(step != 1 for step in steps):
            raise _convoy.ValueError(
                f"{function}: padding='same' takes no strides, got {steps}; convoy.conv does"
            )
        sides = padding
    else:
        sides = ints(function, "padding", padding, rank)
    kernel_steps = ints(function, "dilation", dilation, rank)
    result: Value = with_batch(
        function,
        input,
        rank,
        lambda x: _convoy.conv(
            x, weight, bias, stride=steps, padding=sides, dilation=kernel_steps, groups=groups,
            name=function,
        ),
    )  # fmt: skip
    return result


def _conv_transpose(
    rank: int,
    input: Value,
    weight: Value,
    bias: Value | None,
    stride: Ints,
    padding: Ints,
    output_padding: Ints,
    groups: int,
    dilation: Ints,
) -> Value:
    function = f"conv_transpose{rank}d"
    if weight.ndim != rank + 2:
        raise _convoy.ShapeError(
            f"{function}: weight must have {rank + 2} axes [C,O/groups,K…], got shape "
            f"{weight.shape}"
        )
    attributes = {
        "stride": ints(function, "stride", stride, rank),
        "padding": ints(function, "padding", padding, rank),
        "output_padding": ints(function, "output_padding", output_padding, rank),
        "dilation": ints(function, "dilation", dilation, rank),
    }
    result: Value = with_batch(
        function,
        input,
        rank,
        lambda x: _convoy.conv_transpose(
            x, weight, bias, groups=groups, name=function, **attributes
        ),
    )
    return result


@eager
def conv1d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: str | Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Value:
    """Cross-correlation of input[N,C,L] or [C,L] with weight[O,C/groups,K]; see `conv2d`."""
    return _conv(1, input, weight, bias, stride, padding, dilation, groups)


@eager
def conv2d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: str | Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Value:
    """Cross-correlation of input[N,C,H,W] or [C,H,W] with weight[O,C/groups,KH,KW].

    stride, dilation: an int, or one for each spatial axis.
    padding: zeros on both sides, an int or one for each axis; "valid" (none) or "same", where the
        output has the input's size and stride must be 1.
    groups: independent blocks that channels are divided into.

    The kernel is not flipped; `convoy.conv(..., flip=True)` and `convoy.pytensor.conv2d` flip it.
    """
    return _conv(2, input, weight, bias, stride, padding, dilation, groups)


@eager
def conv3d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: str | Ints = 0,
    dilation: Ints = 1,
    groups: int = 1,
) -> Value:
    """Cross-correlation of input[N,C,D,H,W] or [C,D,H,W] with weight[O,C/groups,KD,KH,KW]; see
    `conv2d`."""
    return _conv(3, input, weight, bias, stride, padding, dilation, groups)


@eager
def conv_transpose1d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Value:
    """Transposed convolution of input[N,C,L] or [C,L] with weight[C,O/groups,K]; see
    `conv_transpose2d`."""
    return _conv_transpose(
        1, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@eager
def conv_transpose2d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Value:
    """Transposed convolution of input[N,C,H,W] or [C,H,W] with weight[C,O/groups,KH,KW].

    The output has (H−1)·stride − 2·padding + dilation·(KH−1) + 1 + output_padding rows;
    output_padding is less than stride or dilation. Mind the order: groups stand before dilation.
    """
    return _conv_transpose(
        2, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


@eager
def conv_transpose3d(
    input: Value,
    weight: Value,
    bias: Value | None = None,
    stride: Ints = 1,
    padding: Ints = 0,
    output_padding: Ints = 0,
    groups: int = 1,
    dilation: Ints = 1,
) -> Value:
    """Transposed convolution of input[N,C,D,H,W] or [C,D,H,W] with weight[C,O/groups,KD,KH,KW];
    see `conv_transpose2d`."""
    return _conv_transpose(
        3, input, weight, bias, stride, padding, output_padding, groups, dilation
    )


def _patches(
    function: str,
    kernel_size: Ints,
    dilation: Ints,
    padding: Ints,
    stride: Ints,
) -> dict[str, Sequence[int]]:
    return {
        "kernel": ints(function, "kernel_size", kernel_size, 2),
        "stride": ints(function, "stride", stride, 2),
        "padding": ints(function, "padding", padding, 2),
        "dilation": ints(function, "dilation", dilation, 2),
    }


@eager
def unfold(
    input: Value,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> Value:
    """Windows of input[N,C,H,W] or [C,H,W] as columns: [N,C·KH·KW,L], L windows in row-major
    order."""
    attributes = _patches("unfold", kernel_size, dilation, padding, stride)
    result: Value = with_batch("unfold", input, 2, lambda x: _convoy.unfold(x, **attributes))
    return result


@eager
def fold(
    input: Value,
    output_size: Ints,
    kernel_size: Ints,
    dilation: Ints = 1,
    padding: Ints = 0,
    stride: Ints = 1,
) -> Value:
    """The sum of windows given as columns, input[N,C·KH·KW,L] or [C·KH·KW,L], laid at their places
    in an image [N,C,H,W] of output_size (H, W): the adjoint of `unfold`."""
    attributes = _patches("fold", kernel_size, dilation, padding, stride)
    size = ints("fold", "output_size", output_size, 2)
    result: Value = with_batch(
        "fold", input, 1, lambda x: _convoy.fold(x, output_size=size, **attributes)
    )
    return result
