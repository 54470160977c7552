"""Convolutions, pooling and unfolding in convoy.functional: what PyTorch adds to the core."""

import numpy as np
import pytest

import convoy
from convoy import functional as F

X = np.random.default_rng(0).standard_normal((2, 4, 6, 7))


def run(function, *arrays):
    values = [convoy.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
    return convoy.compile(values, function(*values))(*arrays)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_convolutions_are_the_cores(rank):
    rng = np.random.default_rng(rank)
    x = rng.standard_normal((2, 4, *[6, 7, 5][:rank]))
    w = rng.standard_normal((6, 2, *[3, 2, 2][:rank]))
    b = rng.standard_normal(6)
    conv = getattr(F, f"conv{rank}d")
    expected = convoy.conv(x, w, b, stride=2, padding=1, dilation=1, groups=2)
    np.testing.assert_array_equal(conv(x, w, b, 2, 1, 1, 2), expected)
    np.testing.assert_array_equal(conv(x, w, b, [2] * rank, (1,), 1, groups=2), expected)
    np.testing.assert_array_equal(conv(x[0], w, b, 2, 1, 1, 2), expected[0])
    np.testing.assert_array_equal(run(lambda *v: conv(*v, 2, 1, 1, 2), x, w, b), expected)
    transpose = getattr(F, f"conv_transpose{rank}d")
    v = rng.standard_normal((4, 3, *[3, 2, 2][:rank]))
    expected = convoy.conv_transpose(
        x, v, rng.standard_normal(6) * 0, stride=2, padding=1, output_padding=1, groups=2
    )
    np.testing.assert_array_equal(transpose(x, v, None, 2, 1, 1, 2), expected)
    np.testing.assert_array_equal(transpose(x[1], v, None, 2, 1, 1, 2, 1), expected[1])


def test_the_kernel_is_not_flipped():
    x = np.arange(1.0, 26).reshape(1, 1, 5, 5)
    w = np.array([[1.0, 0, -1]] * 3).reshape(1, 1, 3, 3)
    np.testing.assert_array_equal(F.conv2d(x, w), np.full((1, 1, 3, 3), -6))


def test_same_keeps_the_size_and_takes_no_stride():
    w = np.random.default_rng(1).standard_normal((3, 4, 4, 3))
    y = F.conv2d(X, w, padding="same", dilation=(1, 2))
    padded = np.pad(X, [(0, 0), (0, 0), (1, 2), (2, 2)])
    np.testing.assert_array_equal(y, F.conv2d(padded, w, padding="valid", dilation=(1, 2)))
    assert y.shape == (2, 3, 6, 7)
    with pytest.raises(convoy.ValueError, match="strides"):
        F.conv2d(X, w, padding="same", stride=(1, 2))
    with pytest.raises(convoy.ValueError, match="half"):
        F.conv2d(X, w, padding="half")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: F.conv2d(X, X[:, :, 0]), "weight"),
        (lambda: F.conv2d(X[0, 0], X), "axes"),
        (lambda: F.conv1d(X, X), "weight"),
        (lambda: F.conv2d(X, X, stride=(1, 2, 3)), "stride"),
        (lambda: F.conv2d(X, X, dilation=1.5), "dilation"),
        (lambda: F.max_pool2d(X, 2, padding=2), "at most half"),
        (lambda: F.avg_pool2d(X, (3, 2), padding=(1, 2)), "at most half"),
        (lambda: F.avg_pool2d(X, 2, divisor_override=0), "divisor_override"),
        (lambda: F.max_pool2d(X[0, 0], 2), "axes"),
        (lambda: F.adaptive_avg_pool2d(X, (1, 2, 3)), "output_size"),
        (lambda: F.max_unpool2d(X, X.astype(int), 2, output_size=(40, 40)), "output_size"),
    ],
)
def test_misuse_is_refused(call, text):
    with pytest.raises(convoy.Error, match=text):
        call()


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_pooling_is_the_cores(rank):
    x = np.random.default_rng(rank).standard_normal((2, 3, *[6, 7, 5][:rank]))
    pool = getattr(F, f"max_pool{rank}d")
    y, at = convoy.max_pool(x, [3] * rank, stride=2, padding=1, return_indices=True)
    np.testing.assert_array_equal(pool(x, 3, 2, 1), y)
    values, indices = pool(x[0], 3, 2, 1, return_indices=True)
    np.testing.assert_array_equal(values, y[0])
    np.testing.assert_array_equal(indices, at[0])
    assert pool(x, 2).shape == (2, 3, *[n // 2 for n in x.shape[2:]])
    average = getattr(F, f"avg_pool{rank}d")
    for include in (True, False):
        np.testing.assert_array_equal(
            average(x, 3, 2, 1, True, include),
            convoy.avg_pool(
                x, [3] * rank, stride=2, padding=1, ceil_mode=True, count_include_pad=include
            ),
        )
    unpool = getattr(F, f"max_unpool{rank}d")
    even = np.random.default_rng(rank).standard_normal((2, 3, *[6, 4, 8][:rank]))
    values, indices = pool(even, 2, return_indices=True)
    whole = unpool(values, indices, 2)
    assert whole.shape == even.shape
    np.testing.assert_array_equal(whole[whole != 0], even[whole != 0])
    np.testing.assert_array_equal(unpool(values[0], indices[0], 2), whole[0])
    assert unpool(values, indices, 2, output_size=[n + 1 for n in even.shape[2:]]).shape[2] == 7
    adaptive = getattr(F, f"adaptive_avg_pool{rank}d")
    np.testing.assert_allclose(
        adaptive(x, 1), x.mean(tuple(range(2, 2 + rank)), keepdims=True), rtol=1e-12
    )
    np.testing.assert_array_equal(adaptive(x, [None] * rank), x)
    largest = getattr(F, f"adaptive_max_pool{rank}d")
    np.testing.assert_array_equal(largest(x, 1), x.max(tuple(range(2, 2 + rank)), keepdims=True))


def test_lp_pool_takes_the_root_of_the_sum_as_pytorch_does():
    x = np.array([[[1.0, -2, 3, 4]]])
    np.testing.assert_allclose(F.lp_pool1d(x, 2, 2), np.sqrt([[[5, 25]]]))
    np.testing.assert_allclose(F.lp_pool1d(x, 1, 2), [[[-1, 7]]])
    np.testing.assert_allclose(F.lp_pool1d(np.abs(x), 3, 2), np.cbrt([[[9, 91]]]))
    y = np.abs(X)
    windows = sum(y[:, :, i:6:2, j:6:2] ** 2 for i in (0, 1) for j in (0, 1))
    np.testing.assert_allclose(F.lp_pool2d(y[..., :6], 2.0, (2, 2)), np.sqrt(windows), rtol=1e-12)


def test_unfold_and_fold_are_adjoint():
    columns = F.unfold(X, (3, 2), 1, 1, 2)
    assert columns.shape == (2, 24, 12)
    np.testing.assert_array_equal(F.unfold(X[0], (3, 2), 1, 1, 2), columns[0])
    g = np.random.default_rng(2).standard_normal(columns.shape)
    back = F.fold(g, (6, 7), (3, 2), 1, 1, 2)
    assert back.shape == X.shape
    np.testing.assert_array_equal(F.fold(g[1], (6, 7), (3, 2), 1, 1, 2), back[1])
    np.testing.assert_allclose(np.sum(columns * g), np.sum(X * back), rtol=1e-12)
    w = np.random.default_rng(3).standard_normal((5, 4, 3, 2))
    np.testing.assert_allclose(
        (w.reshape(5, -1) @ columns).reshape(2, 5, 3, 4), F.conv2d(X, w, None, 2, 1), rtol=1e-10,
        atol=1e-12,
    )  # fmt: skip
