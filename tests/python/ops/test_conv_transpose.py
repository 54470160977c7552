"""conv_transpose against JAX, and against the convolution whose input gradient it is."""

import convolutions as judge
import numpy as np
import pytest
from convolutions import transposed_convolutions
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy


@configurations(250)
@given(transposed_convolutions(), seeds, st.sampled_from(FLOATS))
def test_conv_transpose_and_its_gradients_agree_with_spread_kernels(c, seed, dtype):
    judge.agree(c, seed, dtype, judge.numpy_all)


@configurations(50)
@given(transposed_convolutions(), seeds, st.sampled_from(FLOATS))
def test_conv_transpose_and_its_gradients_agree_with_jax(c, seed, dtype):
    judge.agree(c, seed, dtype, judge.jax_all)


@configurations(50)
@given(transposed_convolutions(), seeds, st.sampled_from(FLOATS + HALVES))
def test_bias_is_added_per_channel(c, seed, dtype):
    data = judge.Data(c, seed, dtype)
    bias = random_array(seed + 3, (c.w[1] * c.groups,), dtype)
    plain = convoy.conv_transpose(data.x, data.w, **c.attributes).astype(np.float64)
    expected = plain + bias.astype(np.float64).reshape(-1, *[1] * len(c.stride))
    assert_agrees(convoy.conv_transpose(data.x, data.w, bias, **c.attributes), expected, dtype)


@configurations(50)
@given(transposed_convolutions(), seeds)
def test_output_size_implies_output_padding(c, seed):
    data = judge.Data(c, seed, "float64")
    expected = convoy.conv_transpose(data.x, data.w, **c.attributes)
    attributes = {k: v for k, v in c.attributes.items() if k != "output_padding"}
    size = expected.shape[2:]
    ours = convoy.conv_transpose(data.x, data.w, output_size=size, **attributes)
    np.testing.assert_array_equal(ours, expected)


def test_same_gives_size_times_stride_with_the_odd_crop_at_the_stated_side():
    x, w = np.array([[[1.0, 10]]]), np.array([[[1.0, 2, 3, 4, 5]]])
    # In full: 1 2 13 24 35 40 50; to size 4 three go: one and two of them.
    upper = convoy.conv_transpose(x, w, stride=2, padding="same")
    lower = convoy.conv_transpose(x, w, stride=2, padding="same_lower")
    np.testing.assert_array_equal(upper, [[[2, 13, 24, 35]]])
    np.testing.assert_array_equal(lower, [[[13, 24, 35, 40]]])


def test_same_with_a_kernel_smaller_than_the_stride_ends_in_zeros():
    y = convoy.conv_transpose(np.array([[[1.0, 2]]]), np.array([[[3.0]]]), stride=3, padding="same")
    np.testing.assert_array_equal(y, [[[3, 0, 0, 6, 0, 0]]])


@pytest.mark.parametrize("padding", ["valid", "half", "full", "same", "same_lower"])
@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("kernel", [1, 2, 3, 4])
def test_kinds_are_those_of_the_convolution_it_transposes(padding, stride, kernel):
    """⟨conv(a, w), x⟩ = ⟨a, conv_transpose(x, w)⟩."""
    x, w = random_array(1, (1, 3, 6)), random_array(2, (3, 2, kernel))
    y = convoy.conv_transpose(x, w, stride=stride, padding=padding)
    a = random_array(3, y.shape)
    forward = convoy.conv(a, w, stride=stride, padding=padding)
    assert forward.shape == x.shape
    np.testing.assert_allclose(np.sum(forward * x), np.sum(a * y), rtol=1e-12)


def test_spreads_the_kernel_upright_and_rotated_with_flip():
    kernel = np.array([[[[1.0, 2, 3], [4, 5, 6], [7, 8, 10]]]])
    one = np.ones((1, 1, 1, 1))
    np.testing.assert_array_equal(convoy.conv_transpose(one, kernel), kernel)
    np.testing.assert_array_equal(
        convoy.conv_transpose(one, kernel, flip=True), kernel[:, :, ::-1, ::-1]
    )


def test_shape_of_the_specification():
    y = convoy.conv_transpose(
        np.zeros((1, 64, 16, 16), np.float32), np.zeros((64, 32, 4, 4), np.float32),
        stride=2, padding=1,
    )  # fmt: skip
    assert y.shape == (1, 32, 32, 32)


def test_integers_wrap_and_are_exact():
    y = convoy.conv_transpose(
        np.array([[[100, 1]]], np.int8), np.array([[[1, 2]]], np.int8), np.array([1], np.int8)
    )
    np.testing.assert_array_equal(y, np.array([[[101, -54, 3]]], np.int8))


def test_output_padding_above_the_stride_reaches_nothing_even_with_infinite_weights():
    y = convoy.conv_transpose(
        np.ones((1, 1, 2)), np.array([[[1.0, np.inf]]]), dilation=4, output_padding=3
    )
    np.testing.assert_array_equal(y, [[[1, 1, 0, 0, np.inf, np.inf, 0, 0, 0]]])


def test_symbolic_sizes_of_image_and_kernel():
    x = convoy.input("x", ("N", 2, "H"), "float64")
    w = convoy.input("w", (2, 3, "K"), "float64")
    for attributes in (
        {"output_padding": 1},
        {"padding": "same"},
        {"padding": "half"},
        {"padding": [(1, 0)], "dilation": 2},
        {"padding": "full", "flip": True},
    ):
        y = convoy.conv_transpose(x, w, stride=2, **attributes)
        f = convoy.compile([x, w], [y, *convoy.gradients(convoy.reduce_sum(y * y), [x, w])])
        for n, h, k in [(1, 5, 3), (2, 6, 2), (0, 7, 4)]:
            data = random_array(1, (n, 2, h)), random_array(2, (2, 3, k))
            build = lambda a, b, t=attributes: convoy.conv_transpose(a, b, stride=2, **t)  # noqa: E731
            results = f(*data)
            np.testing.assert_array_equal(results[0], build(*data))
            expected = our_vjp(build, data, 2 * results[0], [0, 1])
            for mine, theirs in zip(results[1:], expected, strict=True):
                assert_agrees(mine, theirs)


def test_a_size_that_becomes_too_small_is_refused_when_it_is_known():
    x = convoy.input("x", (1, 1, "H"), "float64")
    y = convoy.conv_transpose(x, np.zeros((1, 1, 3)), padding=2, name="up")
    f = convoy.compile([x], y)
    assert f(np.zeros((1, 1, 3))).shape == (1, 1, 1)
    for size in (1, 2):
        with pytest.raises(convoy.ShapeError, match="'up'"):
            f(np.zeros((1, 1, size)))


GRADIENT_CASES = [
    ((2, 2, 4), (2, 3, 3), {"padding": [(2, 1)], "stride": 3, "output_padding": 2}),
    ((1, 4, 3, 4), (4, 2, 3, 2), {"padding": [(1, 0), (0, 1)], "groups": 2, "flip": True}),
    ((1, 2, 3, 3), (2, 2, 2, 3), {"dilation": (3, 1), "stride": (1, 2), "output_padding": (2, 1)}),
    ((1, 1, 2, 3, 2), (1, 2, 2, 2, 3), {"padding": [(0, 1), (1, 0), 1], "stride": (1, 2, 1)}),
]


@pytest.mark.parametrize(("x", "w", "attributes"), GRADIENT_CASES)
def test_gradients_by_central_differences(x, w, attributes):
    bias = random_array(3, (w[1] * attributes.get("groups", 1),))
    arrays = [random_array(1, x), random_array(2, w), bias]
    assert_gradient(lambda *a: convoy.conv_transpose(*a, **attributes), arrays)


@pytest.mark.parametrize(("x", "w", "attributes"), GRADIENT_CASES)
@pytest.mark.parametrize("which", [0, 1])
def test_gradient_of_gradient_by_central_differences(x, w, attributes, which):
    def gradient(a, b):
        y = convoy.conv_transpose(a, b, **attributes)
        return convoy.gradients(convoy.reduce_sum(convoy.tanh(y)), [a, b])[which]

    assert_gradient(gradient, [0.3 * random_array(1, x), 0.3 * random_array(2, w)])
