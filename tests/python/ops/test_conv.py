"""conv and its two other maps, against JAX, NumPy, and written-out examples."""

import convolutions as judge
import numpy as np
import pytest
from convolutions import Convolution, convolutions
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    INTEGERS,
    assert_agrees,
    assert_gradient,
    configurations,
    inputs_like,
    on,
    our_vjp,
    random_array,
    seeds,
)

import convoy

# Without any symmetry: a flipped or transposed reading of it gives other numbers.
K = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]])
SOBEL = np.array([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]]).T[::-1]


def as_image(array):
    return np.asarray(array, np.float64)[None, None]


@configurations(250)
@given(convolutions(), seeds, st.sampled_from(FLOATS))
def test_conv_and_its_gradients_agree_with_sliding_windows(c, seed, dtype):
    judge.agree(c, seed, dtype, judge.numpy_all)


@configurations(50)
@given(convolutions(), seeds, st.sampled_from(FLOATS))
def test_conv_and_its_gradients_agree_with_jax(c, seed, dtype):
    judge.agree(c, seed, dtype, judge.jax_all)


@configurations(100)
@given(convolutions(), seeds, st.sampled_from(FLOATS + HALVES))
def test_conv_with_bias_agrees_with_sliding_windows(c, seed, dtype):
    data = judge.Data(c, seed, dtype)
    bias = random_array(seed + 3, (c.w[0],), dtype)
    expected = judge.numpy_forward(c, data.x, data.w)
    expected = expected + bias.astype(np.float64).reshape(-1, *[1] * len(c.stride))
    assert_agrees(convoy.conv(data.x, data.w, bias, **c.attributes), expected, dtype)


@configurations(50)
@given(convolutions(), seeds, st.sampled_from(INTEGERS))
def test_conv_of_integers_wraps(c, seed, dtype):
    data = judge.Data(c, seed, dtype)
    expected = judge.numpy_forward(c, data.x, data.w).astype(np.int64).astype(dtype)
    ours = convoy.conv(data.x, data.w, **c.attributes)
    assert ours.dtype == dtype
    np.testing.assert_array_equal(ours, expected)


@configurations(100)
@given(
    convolutions(),
    st.sampled_from(["valid", "same", "same_upper", "same_lower", "half", "full"]),
    seeds,
)
def test_padding_kinds_are_the_sides_of_the_table(c, kind, seed):
    size, kernel = list(c.x[2:]), c.w[2:]
    if kind == "valid":
        size = [n + r for n, r in zip(size, c.reach, strict=True)]
    x_shape = (*c.x[:2], *size)
    sides = judge.sides(kind, size, kernel, c.stride, c.dilation)
    plain = Convolution(x_shape, c.w, c.stride, tuple(sides), c.dilation, c.groups, c.flip)
    data = judge.Data(plain, seed, "float64")
    attributes = c.attributes | {"padding": kind}
    ours = convoy.conv(data.x, data.w, **attributes)
    assert_agrees(ours, judge.numpy_forward(plain, data.x, data.w))
    grad = data.grad(ours.shape)
    build = lambda x, w: convoy.conv(x, w, **attributes)  # noqa: E731
    mine = our_vjp(build, [data.x, data.w], grad, [0, 1])
    for m, t in zip(mine, judge.numpy_backward(plain, data.x, data.w, grad), strict=True):
        assert_agrees(m, t)


def test_half_is_not_same_at_stride_2():
    x, w = as_image(np.arange(36).reshape(6, 6)), as_image(K)
    same, half = (convoy.conv(x, w, stride=2, padding=p) for p in ("same", "half"))
    assert same.shape == half.shape == (1, 1, 3, 3)
    assert not np.array_equal(same, half)
    np.testing.assert_array_equal(same, convoy.conv(x, w, stride=2, padding=[(0, 1), (0, 1)]))
    np.testing.assert_array_equal(half, convoy.conv(x, w, stride=2, padding=1))


def test_half_with_an_even_kernel_grows_by_one():
    assert convoy.conv(np.zeros((1, 1, 6, 7)), np.zeros((1, 1, 2, 4)), padding="half").shape == (
        (1, 1, 7, 8)
    )


def test_a_kernel_without_symmetry_in_2d():
    x = as_image(np.arange(1, 26).reshape(5, 5))
    correlation = [[424, 470, 516], [654, 700, 746], [884, 930, 976]]
    convolution = [[220, 266, 312], [450, 496, 542], [680, 726, 772]]
    np.testing.assert_array_equal(convoy.conv(x, as_image(K))[0, 0], correlation)
    np.testing.assert_array_equal(convoy.conv(x, as_image(K), flip=True)[0, 0], convolution)


def test_a_kernel_without_symmetry_in_1d():
    x, w = np.array([[[1.0, 2, 4, 8, 16]]]), np.array([[[1.0, 2, 3]]])
    np.testing.assert_array_equal(convoy.conv(x, w), [[[17, 34, 68]]])
    np.testing.assert_array_equal(convoy.conv(x, w, flip=True), [[[11, 22, 44]]])


def test_a_kernel_without_symmetry_in_3d():
    # A single 1 in x shows the kernel itself: rotated by correlation, upright by convolution.
    x = np.zeros((1, 1, 3, 3, 3))
    x[0, 0, 1, 1, 1] = 1
    w = np.arange(27.0).reshape(1, 1, 3, 3, 3)
    full = convoy.conv(x, w, padding="half")
    np.testing.assert_array_equal(full, w[:, :, ::-1, ::-1, ::-1])
    np.testing.assert_array_equal(convoy.conv(x, w, padding="half", flip=True), w)


def test_flip_of_weights_fed_at_run_time_and_of_constants_agree():
    x = as_image(np.arange(25).reshape(5, 5))
    fed = convoy.conv(x, as_image(K), flip=True)
    v = convoy.input("x", x.shape, x.dtype)
    constant = convoy.conv(v, convoy.constant(as_image(K)), flip=True)
    np.testing.assert_array_equal(convoy.compile([v], constant)(x), fed)
    doubled = convoy.conv(v, convoy.constant(as_image(K)) * 2.0, flip=True)
    np.testing.assert_array_equal(convoy.compile([v], doubled)(x), 2 * fed)


def test_edge_kernels_of_the_specification():
    x = as_image(np.arange(1, 26).reshape(5, 5))
    prewitt = as_image([[1, 0, -1]] * 3)
    np.testing.assert_array_equal(convoy.conv(x, prewitt), np.full((1, 1, 3, 3), -6))
    np.testing.assert_array_equal(convoy.conv(x, prewitt, flip=True), np.full((1, 1, 3, 3), 6))
    step = as_image(np.repeat([[1], [1], [0], [0], [0]], 5, 1))
    rows = np.repeat([[4.0], [4], [0]], 3, 1)
    sobel = as_image(SOBEL)
    np.testing.assert_array_equal(convoy.conv(step, sobel)[0, 0], rows)
    np.testing.assert_array_equal(convoy.conv(step, sobel, flip=True)[0, 0], -rows)
    gauss = as_image(np.outer([1, 2, 1], [1, 2, 1]) / 16)
    np.testing.assert_array_equal(convoy.conv(x, gauss), convoy.conv(x, gauss, flip=True))


@pytest.mark.parametrize(
    ("x", "w", "attributes", "y"),
    [
        ((1, 3, 32, 32), (16, 3, 3, 3), {"padding": 1}, (1, 16, 32, 32)),
        ((1, 3, 32, 32), (16, 3, 3, 3), {"padding": 1, "stride": 2}, (1, 16, 16, 16)),
        ((1, 3, 32, 32), (16, 3, 3, 3), {"padding": 2, "dilation": 2}, (1, 16, 32, 32)),
        ((2, 1, 7, 7), (3, 1, 3, 3), {}, (2, 3, 5, 5)),
        ((1, 1, 10, 10), (1, 1, 3, 3), {"stride": (2, 1)}, (1, 1, 4, 8)),
        ((1, 32, 64, 64), (32, 1, 3, 3), {"groups": 32}, (1, 32, 62, 62)),
        ((1, 32, 8, 8), (96, 1, 3, 3), {"groups": 32}, (1, 96, 6, 6)),
        ((32, 256, 100), (512, 256, 3), {"padding": 1}, (32, 512, 100)),
        ((8, 1, 16000), (32, 1, 25), {"stride": 10, "padding": 12}, (8, 32, 1600)),
        (
            (4, 3, 16, 112, 112),
            (64, 3, 3, 7, 7),
            {"stride": (1, 2, 2), "padding": (1, 3, 3)},
            (4, 64, 16, 56, 56),
        ),
        ((2, 1, 64, 128, 128), (1, 1, 3, 3, 3), {"padding": 1}, (2, 1, 64, 128, 128)),
        ((1, 1, 5, 5), (1, 1, 3, 3), {"padding": ((1, 2), (0, 1))}, (1, 1, 6, 4)),
        ((1, 1, 5, 5), (1, 1, 3, 3), {"padding": (1, (0, 1))}, (1, 1, 5, 4)),
    ],
)
def test_shapes_of_the_specification(x, w, attributes, y):
    value = convoy.conv(
        convoy.input("x", x, "float32"), convoy.input("w", w, "float32"), **attributes
    )
    assert tuple(value.shape) == y


def test_symbolic_sizes_of_image_and_kernel():
    x = convoy.input("x", ("N", 2, "H", "W"), "float64")
    w = convoy.input("w", (3, 2, "KH", "KW"), "float64")
    for padding in (1, "valid", "same", "same_lower", "half", "full"):
        y = convoy.conv(x, w, stride=(2, 1), padding=padding)
        grads = convoy.gradients(convoy.reduce_sum(y * y), [x, w])
        f = convoy.compile([x, w], [y, *grads])
        for n, h, width, kh, kw in [(1, 5, 6, 3, 2), (2, 8, 3, 1, 3), (0, 4, 4, 3, 3)]:
            data = random_array(1, (n, 2, h, width)), random_array(2, (3, 2, kh, kw))
            results = f(*data)
            assert_agrees(results[0], convoy.conv(*data, stride=(2, 1), padding=padding))
            expected = our_vjp(
                lambda a, b, p=padding: convoy.conv(a, b, stride=(2, 1), padding=p),
                data, 2 * results[0], [0, 1],
            )  # fmt: skip
            for mine, theirs in zip(results[1:], expected, strict=True):
                assert_agrees(mine, theirs)


def test_nan_and_infinity_travel_as_data():
    x = as_image(np.zeros((3, 3)))
    x[0, 0, 0, 0], x[0, 0, 2, 2] = np.nan, np.inf
    y = convoy.conv(x, as_image([[0.0, 1], [1, 1]]))[0, 0]
    np.testing.assert_array_equal(y, [[np.nan, 0], [0, np.inf]])
    # Padding is no element: an infinite weight beyond the border adds nothing.
    y = convoy.conv(as_image([[1.0]]), as_image([[np.inf, 2.0]]), padding=[0, (1, 0)])
    np.testing.assert_array_equal(y[0, 0], [[2]])


GRADIENT_CASES = [
    ((2, 2, 6), (3, 2, 3), {"padding": [(2, 1)], "stride": 2}),
    ((1, 4, 5, 4), (4, 2, 3, 2), {"padding": [(1, 0), (0, 2)], "groups": 2, "flip": True}),
    ((1, 2, 6, 7), (2, 2, 2, 3), {"dilation": (2, 1), "stride": (1, 2), "padding": "same"}),
    ((1, 3, 5, 5), (6, 1, 3, 3), {"groups": 3, "padding": "full", "stride": 2}),
    ((1, 1, 3, 4, 3), (2, 1, 2, 2, 3), {"padding": [(0, 1), (1, 0), 1]}),
]


@pytest.mark.parametrize(("x", "w", "attributes"), GRADIENT_CASES)
def test_gradients_by_central_differences(x, w, attributes):
    bias = random_array(3, (w[0],))
    assert_gradient(
        lambda *a: convoy.conv(*a, **attributes), [random_array(1, x), random_array(2, w), bias]
    )


@pytest.mark.parametrize(("x", "w", "attributes"), GRADIENT_CASES)
@pytest.mark.parametrize("which", [0, 1])
def test_gradient_of_gradient_by_central_differences(x, w, attributes, which):
    def gradient(a, b):
        y = convoy.conv(a, b, **attributes)
        return convoy.gradients(convoy.reduce_sum(convoy.tanh(y)), [a, b])[which]

    assert_gradient(gradient, [0.3 * random_array(1, x), 0.3 * random_array(2, w)])


@pytest.mark.parametrize("channels", [57, 512])
def test_float32_is_as_accurate_as_promised(channels):
    """max|error|/max|truth| is at most 1e-6·√(terms/512) for all three maps; on the backend cpu
    with precision="highest", see docs/cpu.md."""
    x = random_array(1, (1, channels, 12, 12), "float32")
    w = random_array(2, (channels, channels if channels < 100 else 4, 3, 3), "float32")
    groups = 1 if channels < 100 else channels // 4
    c = Convolution(x.shape, w.shape, (1, 1), ((0, 0), (0, 0)), (1, 1), groups)
    forward = judge.numpy_forward(c, x, w)
    grad = random_array(3, forward.shape, "float32")
    values = inputs_like([x, w, grad])
    grads = convoy.convolution_backward(values[2], *values[:2], groups=groups)
    maps = [convoy.conv(*values[:2], groups=groups), *grads[:2]]
    precise = {"precision": "highest"} if on("cpu") else {}
    ours = convoy.compile(values, maps, **precise)(x, w, grad)
    truths = [forward, *judge.numpy_backward(c, x, w, grad)]
    terms = [w[0].size, w[0].size, grad[0, 0].size]
    for mine, truth, count in zip(ours, truths, terms, strict=True):
        error = np.abs(mine - truth).max() / np.abs(truth).max()
        assert error <= 1e-6 * max(1, np.sqrt(count / 512))


def test_the_bias_gradient_of_a_large_picture_loses_nothing():
    grad = np.full((1, 1, 2048, 2048), np.float32(0.1))
    x = np.zeros((1, 1, 2048, 2048), np.float32)
    bias = convoy.convolution_backward(
        grad, x, np.zeros((1, 1, 1, 1), np.float32), output_mask=(False, False, True)
    )[2]
    # The backend cpu adds up a few tiles in float32, and those sums in float64.
    bound = 5e-7 if on("cpu") else 1e-7
    assert abs(bias[0] / (2048.0**2 * np.float64(np.float32(0.1))) - 1) < bound
