"""convolution_backward: the ATen contract, on arrays and on values. The randomised comparison with
JAX and NumPy stands with conv and conv_transpose (convolutions.agree)."""

import itertools

import convolutions as judge
import numpy as np
import pytest
from convolutions import Convolution, convolutions, transposed_convolutions
from hypothesis import given, strategies as st
from support import assert_agrees, configurations, random_array, seeds

import convoy

MASKS = list(itertools.product((False, True), repeat=3))


def backward(c: Convolution, mask=(True, True, True), bias=True, seed=1):
    """Ours and the judge's [grad_input, grad_weight, grad_bias]."""
    x, w = random_array(seed, c.x), random_array(seed + 1, c.w)
    transposed = c.output_padding is not None
    forward = judge.numpy_transposed if transposed else judge.numpy_forward
    grad = random_array(seed + 2, forward(c, x, w).shape)
    ours = convoy.convolution_backward(
        grad, x, w, [grad.shape[1]] if bias else None, c.stride, c.padding, c.dilation,
        transposed, c.output_padding or [0] * len(c.stride), c.groups, mask, flip=c.flip,
    )  # fmt: skip
    expected = judge.numpy_all(c, x, w, grad)[1:]
    return ours, [*expected, grad.sum((0, *range(2, grad.ndim)))]


def assert_backward(c: Convolution, mask=(True, True, True), bias=True, seed=1):
    ours, expected = backward(c, mask, bias, seed)
    assert isinstance(ours, tuple)
    for mine, theirs, asked in zip(ours, expected, mask, strict=True):
        if asked:
            assert_agrees(mine, theirs)
        else:
            assert mine is None


def plain(**changed):
    return Convolution(
        **{
            "x": (2, 4, 7, 6), "w": (6, 4, 3, 3), "stride": (1, 1), "padding": ((0, 0), (0, 0)),
            "dilation": (1, 1), **changed,
        }
    )  # fmt: skip


def test_2d_without_bias():
    assert_backward(plain(), (True, True, False), bias=False)


def test_2d_with_bias():
    assert_backward(plain())


def test_2d_with_stride():
    assert_backward(plain(stride=(2, 3), padding=((1, 1), (1, 1))))


def test_2d_grouped():
    assert_backward(plain(w=(6, 2, 3, 3), groups=2))


def test_depthwise():
    assert_backward(plain(w=(8, 1, 3, 3), groups=4))


def test_dilated():
    assert_backward(plain(dilation=(2, 1), padding=((2, 1), (0, 3))))


def test_flipped():
    assert_backward(plain(flip=True))


def test_transposed():
    assert_backward(plain(w=(4, 5, 3, 3), output_padding=(0, 0)))


def test_transposed_grouped_dilated_with_output_padding():
    assert_backward(
        plain(
            w=(4, 3, 3, 2), groups=2, stride=(3, 2), dilation=(1, 2), padding=((1, 2), (0, 1)),
            output_padding=(2, 1),
        )
    )  # fmt: skip


def test_output_padding_of_more_than_the_stride():
    assert_backward(
        plain(w=(4, 3, 3, 3), dilation=(3, 4), padding=((1, 0), (2, 1)), output_padding=(2, 3))
    )


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("mask", MASKS)
def test_every_output_mask(mask, transposed):
    kind = {"w": (4, 5, 3, 3), "output_padding": (0, 1), "stride": (1, 2)} if transposed else {}
    assert_backward(plain(**kind), mask)


@configurations(200)
@given(st.one_of(convolutions(), transposed_convolutions()), st.sampled_from(MASKS), seeds)
def test_agrees_with_what_was_gathered_and_scattered(c, mask, seed):
    assert_backward(c, mask, bool(seed % 2), seed)


def test_builds_only_what_the_mask_asks_for():
    grad = convoy.input("grad", (1, 2, 3, 3), "float32")
    x = convoy.input("x", (1, 1, 5, 5), "float32")
    w = convoy.input("w", (2, 1, 3, 3), "float32")
    built = convoy.convolution_backward(grad, x, w, output_mask=[False, True, False])
    assert [b is None for b in built] == [True, False, True]
    assert tuple(built[1].shape) == (2, 1, 3, 3)
    assert convoy.convolution_backward(grad, x, w, output_mask=[False] * 3) == (None, None, None)


def test_values_and_arrays_agree_with_symbolic_sizes():
    grad = convoy.input("grad", ("N", 2, "P"), "float64")
    x = convoy.input("x", ("N", 1, "H"), "float64")
    w = convoy.input("w", (2, 1, "K"), "float64")
    f = convoy.compile([grad, x, w], list(convoy.convolution_backward(grad, x, w, stride=2)))
    for n, h, k in [(2, 7, 3), (1, 8, 2), (0, 5, 5)]:
        arrays = [
            random_array(1, (n, 2, (h - k) // 2 + 1)),
            random_array(2, (n, 1, h)),
            random_array(3, (2, 1, k)),
        ]
        for a, b in zip(f(*arrays), convoy.convolution_backward(*arrays, stride=2), strict=True):
            np.testing.assert_array_equal(a, b)
    with pytest.raises(convoy.ShapeError, match="spatial size"):
        f(np.zeros((1, 2, 4)), np.zeros((1, 1, 7)), np.zeros((2, 1, 3)))


def test_a_value_used_as_input_and_weight_gets_two_partial_gradients():
    x = convoy.input("x", (1, 1, 3), "float64")
    grad = convoy.input("grad", (1, 1, 1), "float64")
    f = convoy.compile([grad, x], list(convoy.convolution_backward(grad, x, x)))
    data = np.array([[[1.0, 2, 3]]])
    to_input, to_weight, to_bias = f(np.array([[[2.0]]]), data)
    np.testing.assert_array_equal(to_input, 2 * data)
    np.testing.assert_array_equal(to_weight, 2 * data)
    np.testing.assert_array_equal(to_bias, [2])
