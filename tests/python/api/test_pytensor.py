"""convoy.pytensor: convolution as PyTensor's users write it, against SciPy, which flips too."""

import inspect

import numpy as np
import pytest
from scipy.signal import convolve

import convoy
from convoy import pytensor

X = np.random.default_rng(0).standard_normal((2, 3, 8, 9))
W = np.random.default_rng(1).standard_normal((4, 3, 3, 2))


def by_scipy(x, w, mode):
    rows = [
        [
            sum(convolve(x[n, c], w[o, c], mode=mode) for c in range(x.shape[1]))
            for o in range(len(w))
        ]
        for n in range(len(x))
    ]
    return np.array(rows)


def padded(x, *pads):
    return np.pad(x, [(0, 0), (0, 0), *pads])


def test_the_first_line_warns_of_the_flip():
    assert "flip" in pytensor.__doc__.splitlines()[0].lower()
    assert "functional.conv2d" in pytensor.__doc__.splitlines()[0]


def test_signatures_are_pytensors():
    assert list(inspect.signature(pytensor.conv2d).parameters) == [
        "input", "filters", "input_shape", "filter_shape", "border_mode", "subsample",
        "filter_flip", "filter_dilation", "num_groups", "unshared",
    ]  # fmt: skip
    defaults = {n: p.default for n, p in inspect.signature(pytensor.conv2d).parameters.items()}
    assert defaults["border_mode"] == "valid"
    assert defaults["subsample"] == defaults["filter_dilation"] == (1, 1)
    assert defaults["filter_flip"] is True
    assert list(inspect.signature(pytensor.batch_normalization).parameters) == [
        "x", "gamma", "beta", "mean", "variance", "epsilon",
    ]  # fmt: skip


def test_a_kernel_without_symmetry_is_flipped():
    x = np.arange(1.0, 26).reshape(1, 1, 5, 5)
    w = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]]).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(pytensor.conv2d(x, w), by_scipy(x, w, "valid"))
    np.testing.assert_array_equal(
        pytensor.conv2d(x, w, filter_flip=False), by_scipy(x, w[:, :, ::-1, ::-1], "valid")
    )
    assert not np.array_equal(pytensor.conv2d(x, w), pytensor.conv2d(x, w, filter_flip=False))


@pytest.mark.parametrize(
    ("mode", "pads"),
    [
        ("valid", [(0, 0), (0, 0)]),
        ("half", [(1, 1), (1, 1)]),
        ("full", [(2, 2), (1, 1)]),
        ("same", [(1, 1), (0, 1)]),
        (2, [(2, 2), (2, 2)]),
        ((1, 0), [(1, 1), (0, 0)]),
        (((1, 2), (0, 3)), [(1, 2), (0, 3)]),
        ((1, (0, 2)), [(1, 1), (0, 2)]),
        ([[1, 2], 0], [(1, 2), (0, 0)]),
    ],
)
@pytest.mark.parametrize("subsample", [(1, 1), [2, 1]])
def test_border_modes(mode, pads, subsample):
    if mode == "same" and subsample != (1, 1):
        pytest.skip("same pads differently under strides")
    expected = by_scipy(padded(X, *pads), W, "valid")[:, :, :: subsample[0], :: subsample[1]]
    actual = pytensor.conv2d(X, W, border_mode=mode, subsample=subsample)
    np.testing.assert_allclose(actual, expected, rtol=1e-10, atol=1e-12)


def test_full_is_scipys_full():
    np.testing.assert_allclose(
        pytensor.conv2d(X, W, border_mode="full"), by_scipy(X, W, "full"), rtol=1e-10, atol=1e-12
    )


def test_dilation_and_groups():
    spread = np.zeros((4, 3, 5, 3))
    spread[:, :, ::2, ::2] = W
    np.testing.assert_allclose(
        pytensor.conv2d(X, W, filter_dilation=(2, 2)), by_scipy(X, spread, "valid"), rtol=1e-10,
        atol=1e-12,
    )  # fmt: skip
    w = W[:3, :1]
    grouped = pytensor.conv2d(X, w, num_groups=3)
    for c in range(3):
        np.testing.assert_allclose(
            grouped[:, c], by_scipy(X[:, c : c + 1], w[c : c + 1], "valid")[:, 0], rtol=1e-10
        )


def test_lists_and_mixed_dtypes_are_taken():
    y = pytensor.conv2d(X[:1].tolist(), W.tolist())
    np.testing.assert_allclose(y, by_scipy(X[:1], W, "valid"), rtol=1e-10, atol=1e-12)
    assert pytensor.conv2d(X.astype("f4"), W).dtype == np.float64
    assert pytensor.conv2d(X.astype("f4"), W.astype("f2")).dtype == np.float32
    x = convoy.input("x", ("N", 3, 8, 9), "float32")
    assert pytensor.conv2d(x, W).dtype == np.float64


def test_stated_shapes_are_checked():
    assert pytensor.conv2d(X, W, (2, None, 8, 9), (4, 3, 3, 2)).shape == (2, 4, 6, 8)
    for shapes in [((2, 3, 8, 8), None), (None, (4, 3, 2, 2)), ((2, 3, 8), None)]:
        with pytest.raises(convoy.ShapeError, match="stated"):
            pytensor.conv2d(X, W, *shapes)
    x = convoy.input("x", ("N", 3, "H", "W"), "float64")
    assert pytensor.conv2d(x, W, (5, 3, None, None)).shape[1] == 4
    with pytest.raises(convoy.ShapeError, match="stated"):
        pytensor.conv2d(x, W, (5, 4, None, None))


def test_wrong_modes_are_refused():
    with pytest.raises(convoy.ValueError, match="valid"):
        pytensor.conv2d(X, W, border_mode="sane")
    with pytest.raises(convoy.ShapeError, match="axes"):
        pytensor.conv2d(X[0], W)


def test_three_and_one_dimensions():
    x = np.random.default_rng(2).standard_normal((1, 1, 4, 5, 6))
    w = np.random.default_rng(3).standard_normal((1, 1, 2, 3, 2))
    np.testing.assert_allclose(
        pytensor.conv3d(x, w)[0, 0], convolve(x[0, 0], w[0, 0], "valid"), rtol=1e-10, atol=1e-12
    )
    x, w = x[:, :, 0, 0], w[:, :, 0, :, 0]
    causal = pytensor.causal_conv1d(x, w, w.shape)
    np.testing.assert_allclose(
        causal[0, 0], convolve(np.pad(x[0, 0], (2, 0)), w[0, 0], "valid"), rtol=1e-10, atol=1e-12
    )


@pytest.mark.parametrize("mode", ["max", "sum", "average_inc_pad", "average_exc_pad"])
@pytest.mark.parametrize("ignore_border", [True, False, None])
def test_pooling(mode, ignore_border):
    x = X[..., :7]
    reduce = {"max": np.max, "sum": np.sum}.get(mode, np.mean)
    rows = range(0, 8 - (1 if ignore_border else 0), 2)
    columns = range(0, 7 - (2 if ignore_border else 0), 3)
    expected = np.stack(
        [np.stack([reduce(x[..., i : i + 2, j : j + 3], axis=(-2, -1)) for j in columns], -1)
         for i in rows], -2)  # fmt: skip
    actual = pytensor.pool_2d(x, (2, 3), ignore_border, mode=mode)
    np.testing.assert_allclose(actual, expected, rtol=1e-12)
    np.testing.assert_allclose(pytensor.pool_2d(x[0, 0], (2, 3), ignore_border, mode=mode),
                               expected[0, 0], rtol=1e-12)  # fmt: skip


def test_batch_normalization():
    gamma, beta, mean = np.random.default_rng(4).standard_normal((3, 3))
    variance = np.array([0.5, 1, 2])
    per_channel = [v.reshape(3, 1, 1) for v in (gamma, beta, mean, variance)]
    expected = per_channel[0] * (X - per_channel[2]) / np.sqrt(per_channel[3] + 1e-5)
    np.testing.assert_allclose(
        pytensor.batch_normalization(X, gamma, beta, mean, variance),
        expected + per_channel[1], rtol=1e-10,
    )  # fmt: skip
    row = pytensor.batch_normalization(X[:, :, 0, 0], gamma, beta, mean, variance, epsilon=1e-3)
    np.testing.assert_allclose(
        row, gamma * (X[:, :, 0, 0] - mean) / np.sqrt(variance + 1e-3) + beta, rtol=1e-10
    )
