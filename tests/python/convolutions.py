"""Judges of the convolution family that are not ours, and random members of it.

Two judges: JAX's lax.conv_general_dilated, whose gradients are its own, and NumPy's sliding
windows, whose gradients scatter what the windows gathered. Both take padding as (begin, end) per
axis; `sides` spells out the kinds, written down here from the table of the documentation.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np
from hypothesis import strategies as st
from support import assert_agrees, our_vjp, random_array

import convoy

Sides = list[tuple[int, int]]


@dataclass(frozen=True)
class Convolution:
    """Shapes and attributes of a convolution, or of a transposed one."""

    x: tuple[int, ...]
    w: tuple[int, ...]
    stride: tuple[int, ...]
    padding: tuple[tuple[int, int], ...]
    dilation: tuple[int, ...]
    groups: int = 1
    flip: bool = False
    output_padding: tuple[int, ...] | None = None  # of a transposed one

    @property
    def attributes(self) -> dict[str, Any]:
        common = {
            "stride": self.stride,
            "padding": self.padding,
            "dilation": self.dilation,
            "groups": self.groups,
            "flip": self.flip,
        }
        if self.output_padding is None:
            return common
        return common | {"output_padding": self.output_padding}

    @property
    def reach(self) -> list[int]:
        return [d * (k - 1) + 1 for k, d in zip(self.w[2:], self.dilation, strict=True)]


def sides(
    kind: Any,
    size: Sequence[int],
    kernel: Sequence[int],
    stride: Sequence[int],
    dilation: Sequence[int],
) -> Sides:
    """(begin, end) per axis for a kind of padding."""
    result = []
    for n, k, s, d in zip(size, kernel, stride, dilation, strict=True):
        reach = d * (k - 1) + 1
        total = max((math.ceil(n / s) - 1) * s + reach - n, 0)
        result.append(
            {
                "valid": (0, 0),
                "same": (total // 2, total - total // 2),
                "same_upper": (total // 2, total - total // 2),
                "same_lower": (total - total // 2, total // 2),
                "half": (reach // 2, reach // 2),
                "full": (reach - 1, reach - 1),
            }[kind]
        )
    return result


def _flipped(w: Any, flip: bool) -> Any:
    return w[(slice(None), slice(None)) + (slice(None, None, -1),) * (w.ndim - 2)] if flip else w


# JAX


def jax_forward(c: Convolution, x: Any, w: Any) -> Any:
    space = "DHW"[5 - len(c.x) :]
    layout = ("NC" + space, "OI" + space, "NC" + space)
    w = _flipped(w, c.flip)
    if c.output_padding is None:
        return jax.lax.conv_general_dilated(
            x, w, c.stride, c.padding, rhs_dilation=c.dilation, feature_group_count=c.groups,
            dimension_numbers=layout, precision="highest",
        )  # fmt: skip
    # The definition by a stretched input: w[C,O/groups] becomes [O,C/groups], rotated.
    w = _flipped(w.reshape(c.groups, c.w[0] // c.groups, *c.w[1:]).swapaxes(1, 2), False)
    w = _flipped(w.reshape(-1, *w.shape[2:]), True)
    padding = [
        (r - 1 - begin, r - 1 - end + extra)
        for r, (begin, end), extra in zip(c.reach, c.padding, c.output_padding, strict=True)
    ]
    return jax.lax.conv_general_dilated(
        x, w, [1] * len(c.stride), padding, lhs_dilation=c.stride, rhs_dilation=c.dilation,
        feature_group_count=c.groups, dimension_numbers=layout, precision="highest",
    )  # fmt: skip


@functools.partial(jax.jit, static_argnums=0)
def _jax_all(c: Convolution, x: Any, w: Any, seed: Any) -> Any:
    y, pullback = jax.vjp(functools.partial(jax_forward, c), x, w)
    return y, *pullback(seed)


def jax_all(c: Convolution, x: Any, w: Any, seed: Any) -> list[np.ndarray]:
    """The output, and the gradients of ⟨seed, output⟩ in x and w; in float64, one compilation."""
    arrays = [np.asarray(a, np.float64) for a in (x, w, seed)]
    return [np.asarray(a) for a in _jax_all(c, *arrays)]


# NumPy


def _taps(c: Convolution, padded: np.ndarray) -> np.ndarray:
    """A view [N,C,P…,K…] of what each tap reads of the padded input."""
    space = tuple(range(2, padded.ndim))
    windows = np.lib.stride_tricks.sliding_window_view(padded, c.reach, space, writeable=True)
    steps = [slice(None, None, s) for s in c.stride] + [slice(None, None, d) for d in c.dilation]
    return windows[(slice(None), slice(None), *steps)]


def _grouped_equation(axes: int, inputs: str, output: str) -> str:
    """P and K in an equation stand for the spatial axes of output and kernel."""
    p, k = "pqr"[:axes], "uvt"[:axes]
    return f"{inputs}->{output}".replace("P", p).replace("K", k)


def _blocks(array: np.ndarray, axis: int, groups: int) -> np.ndarray:
    """`axis` split into (groups, rest)."""
    shape = array.shape
    return array.reshape(*shape[:axis], groups, shape[axis] // groups, *shape[axis + 1 :])


def numpy_forward(c: Convolution, x: np.ndarray, w: np.ndarray) -> np.ndarray:
    axes = len(c.stride)
    padded = np.pad(x.astype(np.float64), [(0, 0), (0, 0), *c.padding])
    taps = _taps(c, padded)
    equation = _grouped_equation(axes, "ngcPK,gocK", "ngoP")
    y = np.einsum(
        equation,
        _blocks(taps, 1, c.groups),
        _blocks(_flipped(w, c.flip).astype(float), 0, c.groups),
    )
    return y.reshape(x.shape[0], w.shape[0], *y.shape[3:])


def numpy_backward(
    c: Convolution, x: np.ndarray, w: np.ndarray, grad: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Gradients in x (tap by tap, added where it was read) and in w."""
    axes = len(c.stride)
    padded = np.pad(x.astype(np.float64), [(0, 0), (0, 0), *c.padding])
    blocks = _blocks(grad.astype(np.float64), 1, c.groups)
    equation = _grouped_equation(axes, "ngcPK,ngoP", "gocK")
    grad_w = np.einsum(equation, _blocks(_taps(c, padded), 1, c.groups), blocks).reshape(w.shape)
    grad_padded = np.zeros(padded.shape)
    scattered = _taps(c, grad_padded)
    kernel = _blocks(_flipped(w, c.flip).astype(float), 0, c.groups)
    for tap in np.ndindex(*w.shape[2:]):
        equation = _grouped_equation(axes, "ngoP,goc", "ngcP")
        part = np.einsum(equation, blocks, kernel[(..., *tap)])
        scattered[(..., *tap)] += part.reshape(x.shape[0], x.shape[1], *part.shape[3:])
    inside = [slice(b, b + n) for (b, _), n in zip(c.padding, x.shape[2:], strict=True)]
    return grad_padded[(slice(None), slice(None), *inside)], _flipped(grad_w, c.flip)


@dataclass
class Data:
    """Arrays for a convolution, from a seed."""

    c: Convolution
    seed: int
    dtype: str
    x: np.ndarray = field(init=False)
    w: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.x = random_array(self.seed, self.c.x, self.dtype)
        self.w = random_array(self.seed + 1, self.c.w, self.dtype)

    def grad(self, shape: Sequence[int]) -> np.ndarray:
        return random_array(self.seed + 2, shape, self.dtype)


def _border(c: Convolution) -> tuple[list[int], list[slice]]:
    """Sizes that a transposed convolution spreads over, and what padding leaves of them."""
    whole = [
        (n - 1) * s + r + extra
        for n, s, r, extra in zip(c.x[2:], c.stride, c.reach, c.output_padding, strict=True)
    ]
    kept = [slice(b, n - e) for n, (b, e) in zip(whole, c.padding, strict=True)]
    return whole, kept


def numpy_transposed(c: Convolution, x: np.ndarray, w: np.ndarray) -> np.ndarray:
    """Every element of x spreads the kernel."""
    axes, (whole, kept) = len(c.stride), _border(c)
    y = np.zeros((x.shape[0], w.shape[1] * c.groups, *whole))
    places = _taps(c, y)[(slice(None), slice(None), *[slice(n) for n in x.shape[2:]])]
    blocks = _blocks(x.astype(np.float64), 1, c.groups)
    kernel = _blocks(_flipped(w, c.flip).astype(float), 0, c.groups)
    for tap in np.ndindex(*w.shape[2:]):
        equation = _grouped_equation(axes, "ngcP,gco", "ngoP")
        part = np.einsum(equation, blocks, kernel[(..., *tap)])
        places[(..., *tap)] += part.reshape(x.shape[0], y.shape[1], *x.shape[2:])
    return y[(slice(None), slice(None), *kept)]


def numpy_transposed_backward(
    c: Convolution, x: np.ndarray, w: np.ndarray, grad: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    axes, (whole, kept) = len(c.stride), _border(c)
    spread = np.zeros((x.shape[0], w.shape[1] * c.groups, *whole))
    spread[(slice(None), slice(None), *kept)] = grad
    taps = _taps(c, spread)[(slice(None), slice(None), *[slice(n) for n in x.shape[2:]])]
    taps = _blocks(taps, 1, c.groups)
    kernel = _blocks(_flipped(w, c.flip).astype(float), 0, c.groups)
    grad_x = np.einsum(_grouped_equation(axes, "ngoPK,gcoK", "ngcP"), taps, kernel)
    blocks = _blocks(x.astype(np.float64), 1, c.groups)
    grad_w = np.einsum(_grouped_equation(axes, "ngoPK,ngcP", "gcoK"), taps, blocks)
    return grad_x.reshape(x.shape), _flipped(grad_w.reshape(w.shape), c.flip)


def numpy_all(c: Convolution, x: np.ndarray, w: np.ndarray, seed: np.ndarray) -> list[np.ndarray]:
    """As `jax_all`."""
    if c.output_padding is None:
        return [numpy_forward(c, x, w), *numpy_backward(c, x, w, seed)]
    return [numpy_transposed(c, x, w), *numpy_transposed_backward(c, x, w, seed)]


def agree(c: Convolution, seed: int, dtype: str, judge: Any) -> None:
    """Our output and gradients, and those of convolution_backward, are the judge's."""
    data = Data(c, seed, dtype)
    build = convoy.conv if c.output_padding is None else convoy.conv_transpose
    y = build(data.x, data.w, **c.attributes)
    assert y.dtype == dtype
    grad = data.grad(y.shape)
    truth = judge(c, data.x, data.w, grad)
    grads = our_vjp(lambda x, w: build(x, w, **c.attributes), [data.x, data.w], grad, [0, 1])
    for mine, theirs in zip([y, *grads], truth, strict=True):
        assert_agrees(mine, theirs, dtype)
    transposed = c.output_padding is not None
    backward = convoy.convolution_backward(
        grad, data.x, data.w, [y.shape[1]], c.stride, c.padding, c.dilation, transposed,
        c.output_padding or (0,) * len(c.stride), c.groups, (True, True, True), flip=c.flip,
    )  # fmt: skip
    bias = grad.astype(np.float64).sum((0, *range(2, grad.ndim)))
    for mine, theirs in zip(backward, [*truth[1:], bias], strict=True):
        assert_agrees(mine, theirs, dtype)


# Random members


@st.composite
def convolutions(draw: Any) -> Convolution:
    """Odd sizes, asymmetric kernels and padding, groups, N = 0."""
    rank = draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels = draw(st.integers(1, 3))
    outputs = groups * draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 4)) for _ in range(rank)]
    dilation = tuple(draw(st.integers(1, 3)) for _ in range(rank))
    padding = tuple((draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(rank))
    size = []
    for k, d, (begin, end) in zip(kernel, dilation, padding, strict=True):
        least = max(1, d * (k - 1) + 1 - begin - end)
        size.append(draw(st.integers(least, least + 5)))
    return Convolution(
        (draw(st.sampled_from([1, 2, 0])), groups * channels, *size),
        (outputs, channels, *kernel),
        tuple(draw(st.integers(1, 3)) for _ in range(rank)),
        padding,
        dilation,
        groups,
        draw(st.booleans()),
    )


@st.composite
def transposed_convolutions(draw: Any) -> Convolution:
    """The same with output_padding over its whole range, that of dilation included."""
    rank = draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels, outputs = groups * draw(st.integers(1, 3)), draw(st.integers(1, 3))
    size, kernel, stride, dilation, padding, extra = [], [], [], [], [], []
    for _ in range(rank):
        n, k = draw(st.integers(1, 4)), draw(st.integers(1, 4))
        s, d = draw(st.integers(1, 4)), draw(st.integers(1, 4))
        more = draw(st.integers(0, max(s, d) - 1))
        spare = (n - 1) * s + d * (k - 1) + 1 + more - 1  # what padding may take off
        begin = draw(st.integers(0, min(3, spare)))
        end = draw(st.integers(0, min(3, spare - begin)))
        size.append(n), kernel.append(k), stride.append(s), dilation.append(d)
        padding.append((begin, end)), extra.append(more)
    return Convolution(
        (draw(st.sampled_from([1, 2, 0])), channels, *size),
        (channels, outputs, *kernel),
        tuple(stride),
        tuple(padding),
        tuple(dilation),
        groups,
        draw(st.booleans()),
        tuple(extra),
    )
