"""Exact sweeps: data of small integers, whose sums are exact, compare bit for bit in float32 over
a grid of shapes and attributes, forward and backward."""

import itertools

import convolutions as judge
import numpy as np
from convolutions import Convolution
from support import small_integers, sweep

import convoy


def grid_1d():
    return itertools.product(
        [((1, 4, 11), (6, 2, k), 2) for k in (1, 2, 3, 5)] + [((2, 3, 9), (2, 3, 4), 1)],
        [(1,), (2,), (3,), (4,)],
        [((b, e),) for b in (0, 1, 3) for e in (0, 2, 3)],
        [(1,), (2,)],
        (False, True),
    )


def grid_2d():
    return itertools.product(
        [
            ((1, 1, 9, 9), (1, 1, 3, 3), 1),
            ((2, 3, 9, 8), (5, 3, 2, 3), 1),
            ((1, 4, 8, 11), (4, 1, 3, 3), 4),
            ((1, 4, 9, 9), (8, 1, 1, 3), 4),
            ((1, 6, 9, 9), (4, 3, 3, 2), 2),
            ((0, 2, 9, 9), (3, 2, 3, 3), 1),
            ((1, 7, 1, 1), (11, 7, 1, 1), 1),
            ((3, 2, 13, 9), (2, 2, 5, 4), 1),
        ],
        [(1, 1), (2, 2), (1, 3), (4, 2)],
        [((0, 0), (0, 0)), ((1, 1), (1, 1)), ((2, 0), (0, 1)), ((0, 3), (2, 4)), ((3, 3), (3, 3))],
        [(1, 1), (2, 2), (1, 2)],
        (False, True),
    )


def grid_3d():
    return itertools.product(
        [
            ((1, 2, 5, 6, 7), (3, 2, 2, 3, 3), 1),
            ((2, 4, 5, 5, 5), (4, 2, 3, 1, 2), 2),
            ((1, 3, 5, 4, 6), (6, 1, 1, 2, 3), 3),
        ],
        [(1, 1, 1), (2, 1, 3), (2, 2, 2)],
        [((0, 0),) * 3, ((1, 1),) * 3, ((1, 0), (0, 2), (2, 1))],
        [(1, 1, 1), (1, 2, 1), (2, 1, 2)],
        (False, True),
    )


def convolutions():
    """Those of the grid whose kernels fit."""
    for shapes, stride, padding, dilation, flip in itertools.chain(grid_1d(), grid_2d(), grid_3d()):
        x, w, groups = shapes
        c = Convolution(x, w, stride, padding, dilation, groups, flip)
        if all(r <= n + sum(p) for r, n, p in zip(c.reach, x[2:], padding, strict=True)):
            yield c


def transposed():
    """The same read backwards: x has the channels that w has outputs."""
    for i, c in enumerate(convolutions()):
        if min(c.x[2:]) < 5:
            continue  # the padding would leave nothing
        x = (c.x[0], c.w[0], *c.x[2:])
        extra = tuple(
            i % max(s, d) for s, d in zip(c.stride, c.dilation, strict=True)
        )  # all of its range in turn
        yield Convolution(x, c.w, c.stride, c.padding, c.dilation, c.groups, c.flip, extra)


def assert_exact(c: Convolution, seed: int) -> None:
    x, w = small_integers(seed, c.x), small_integers(seed + 1, c.w)
    transposed = c.output_padding is not None
    y = (convoy.conv_transpose if transposed else convoy.conv)(x, w, **c.attributes)
    grad = small_integers(seed + 2, y.shape)
    grads = convoy.convolution_backward(
        grad, x, w, transposed=transposed, output_mask=(True, True, False),
        **{"output_padding": 0} | c.attributes,
    )  # fmt: skip
    for mine, theirs in zip([y, *grads[:2]], judge.numpy_all(c, x, w, grad), strict=True):
        assert mine.dtype == np.float32
        np.testing.assert_array_equal(mine, theirs.astype(np.float32), err_msg=repr(c))


def test_convolutions_are_exact():
    cases = list(convolutions())
    assert len(cases) >= 1200
    for i, c in enumerate(sweep(cases)):
        assert_exact(c, i)


def test_transposed_convolutions_are_exact():
    cases = list(transposed())
    assert len(cases) >= 800
    for i, c in enumerate(sweep(cases)):
        assert_exact(c, i)
