"""Pooling configurations and a judge of windows written with NumPy alone."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from hypothesis import strategies as st


@st.composite
def poolings(draw, dilated=True, most=6):
    """Shape of x and the attributes of a window that fits it: rank 1 to 3, every kind of padding
    that has numbers, odd sizes, N = 0."""
    rank = draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 3)) for _ in range(rank)]
    dilation = [draw(st.integers(1, 3)) if dilated else 1 for _ in range(rank)]
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    kind = draw(st.sampled_from(["explicit", "explicit", "valid", "same", "same_lower", "half"]))
    padding = kind
    if kind == "explicit":
        padding = [(draw(st.integers(0, r - 1)), draw(st.integers(0, r - 1))) for r in reach]
    # An axis at least as long as the dilation leaves no window without an element of x.
    size = []
    for i in range(rank):
        pads = sum(padding[i]) if kind == "explicit" else 0
        least = max(dilation[i], reach[i] - pads, 1)
        size.append(draw(st.integers(least, least + most)))
    attributes = {
        "kernel": kernel,
        "stride": [draw(st.integers(1, 4)) for _ in range(rank)],
        "padding": padding,
        "dilation": dilation,
        "ceil_mode": draw(st.booleans()),
    }
    shape = (draw(st.sampled_from([1, 2, 0])), draw(st.sampled_from([1, 2, 3])), *size)
    return shape, attributes


def sides(size: int, kernel: int, stride: int, padding: Any, dilation: int) -> tuple[int, int]:
    """(begin, end) of one axis, by the specification's table."""
    reach = dilation * (kernel - 1) + 1
    if padding == "valid":
        return 0, 0
    if padding == "half":
        return reach // 2, reach // 2
    if padding == "full":
        return reach - 1, reach - 1
    if isinstance(padding, str):
        total = max((math.ceil(size / stride) - 1) * stride + reach - size, 0)
        small, large = total // 2, total - total // 2
        return (large, small) if padding == "same_lower" else (small, large)
    return tuple(padding)


def axis_windows(
    size: int, kernel: int, stride: int, padding: Any, dilation: int, ceil_mode: bool
) -> list[list[int]]:
    """Positions of the taps of every window of one axis, 0 being the first element of x."""
    begin, end = sides(size, kernel, stride, padding, dilation)
    room = size + begin + end - (dilation * (kernel - 1) + 1)
    count = (math.ceil(room / stride) if ceil_mode else room // stride) + 1
    if ceil_mode and (count - 1) * stride >= size + begin:
        count -= 1
    return [[p * stride - begin + k * dilation for k in range(kernel)] for p in range(count)]


def per_axis(attributes: dict[str, Any], rank: int) -> list[dict[str, Any]]:
    padding = attributes["padding"]
    return [
        {
            "kernel": attributes["kernel"][a],
            "stride": attributes["stride"][a],
            "padding": padding if isinstance(padding, str) else padding[a],
            "dilation": attributes["dilation"][a],
            "ceil_mode": attributes["ceil_mode"],
        }
        for a in range(rank)
    ]


def planes(x: np.ndarray) -> np.ndarray:
    """x[N,C,S…] as [N,C,S], also where N is 0."""
    return x.reshape(*x.shape[:2], int(np.prod(x.shape[2:])))


def pool(
    x: np.ndarray,
    attributes: dict[str, Any],
    reduce: Callable[[np.ndarray, Sequence[int]], np.ndarray],
) -> np.ndarray:
    """`reduce(elements[N,C,taps inside x], taps counted per kind)` over every window; the second
    argument is (taps inside x, taps inside x or its declared padding)."""
    axes = per_axis(attributes, x.ndim - 2)
    windows = [axis_windows(x.shape[a + 2], **axis) for a, axis in enumerate(axes)]
    declared = [
        sides(x.shape[a + 2], axis["kernel"], axis["stride"], axis["padding"], axis["dilation"])
        for a, axis in enumerate(axes)
    ]
    y = np.zeros(x.shape[:2] + tuple(len(w) for w in windows), x.dtype)
    for p in np.ndindex(*y.shape[2:]):
        inside, counted = [], 1
        for a, i in enumerate(p):
            begin, end = declared[a]
            size = x.shape[a + 2]
            taps = windows[a][i]
            inside.append([t for t in taps if 0 <= t < size])
            counted *= len([t for t in taps if -begin <= t < size + end])
        offsets = [
            np.ravel_multi_index(t, x.shape[2:]) if t else 0 for t in itertools.product(*inside)
        ]
        elements = planes(x)[:, :, np.array(offsets, int)]
        y[(slice(None), slice(None), *p)] = reduce(elements, (len(offsets), counted))
    return y
