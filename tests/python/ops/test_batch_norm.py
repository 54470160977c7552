"""Batch normalisation against NumPy's formula and JAX's gradients of it."""

import jax
import numpy as np
import pytest
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    assert_agrees,
    assert_gradient,
    configurations,
    inputs_like,
    our_vjp,
    random_array,
    seeds,
)

import convoy


def spread(v, rank):
    """[C] as an array that broadcasts against x."""
    return v if rank == 1 else v.reshape(1, -1, *[1] * (rank - 2))


def formula(x, gamma, beta, mean, variance, epsilon):
    g, b, m, v = (spread(a, x.ndim) for a in (gamma, beta, mean, variance))
    return g * (x - m) / (v + epsilon) ** 0.5 + b


@st.composite
def shapes(draw, least=1):
    rank = draw(st.integers(least, 5))
    channels = draw(st.sampled_from([1, 2, 3, 5, 7]))
    if rank == 1:
        return (channels,)
    spatial = [draw(st.integers(1, 4)) for _ in range(rank - 2)]
    return (draw(st.sampled_from([2, 0, 1, 3] if least == 1 else [2, 3, 4])), channels, *spatial)


def statistics(seed, channels, dtype):
    gamma, beta, mean = (random_array(seed + i, (channels,), dtype) for i in range(3))
    variance = np.abs(random_array(seed + 3, (channels,), dtype))
    if seed % 3 == 0:
        variance[0] = 0
    return gamma, beta, mean, variance


@configurations(200)
@given(shapes(), seeds, st.sampled_from([1e-3, 1e-5, 1e-7]), st.sampled_from(FLOATS + HALVES))
def test_inference_agrees_with_the_formula(shape, seed, epsilon, dtype):
    x = random_array(seed + 9, shape, dtype)
    given_statistics = statistics(seed, shape[0 if len(shape) == 1 else 1], dtype)
    ours = convoy.batch_norm(x, *given_statistics, epsilon=epsilon)
    assert ours.dtype == x.dtype
    arguments = [a.astype(np.float64) for a in (x, *given_statistics)]
    expected = formula(*arguments, epsilon)
    assert_agrees(ours, expected)


@configurations(40)
@given(shapes(), seeds, st.sampled_from([1e-3, 1e-5]))
def test_inference_gradients_agree_with_jax(shape, seed, epsilon):
    x = random_array(seed + 9, shape)
    arguments = [x, *statistics(seed, shape[0 if len(shape) == 1 else 1], "float64")]
    grad = random_array(seed + 5, shape)
    _, pullback = jax.vjp(lambda *a: formula(*a, epsilon), *arguments)
    ours = our_vjp(
        lambda *a: convoy.batch_norm(*a, epsilon=epsilon), arguments, grad, list(range(5))
    )
    for mine, theirs in zip(ours, pullback(grad), strict=True):
        assert_agrees(mine, theirs)


def training_formula(x, gamma, beta, running_mean, running_var, momentum, epsilon, unbiased):
    axes = tuple(a for a in range(x.ndim) if a != 1)
    count = x.size // x.shape[1]
    mean = x.mean(axes)
    variance = ((x - spread(mean, x.ndim)) ** 2).mean(axes)
    scale = count / (count - 1) if unbiased else 1
    return (
        formula(x, gamma, beta, mean, variance, epsilon),
        (1 - momentum) * running_mean + momentum * mean,
        (1 - momentum) * running_var + momentum * scale * variance,
        mean,
        (variance + epsilon) ** -0.5,
    )


training = st.tuples(
    shapes(least=2),
    st.sampled_from([0.0, 0.1, 0.7, 1.0]),
    st.sampled_from([1e-3, 1e-5, 1e-7]),
    st.booleans(),
)


@configurations(200)
@given(training, seeds, st.sampled_from(FLOATS))
def test_training_agrees_with_the_formula(configuration, seed, dtype):
    shape, momentum, epsilon, unbiased = configuration
    arguments = [random_array(seed + 9, shape, dtype), *statistics(seed, shape[1], dtype)]
    ours = convoy.batch_norm_training(
        *arguments, momentum=momentum, epsilon=epsilon, unbiased=unbiased
    )
    wide = [a.astype(np.float64) for a in arguments]
    expected = training_formula(*wide, momentum, epsilon, unbiased)
    for mine, theirs in zip(ours, expected, strict=True):
        assert_agrees(mine, theirs)


def assert_training_gradients(shape, seed, momentum, epsilon, unbiased, outputs):
    arguments = [random_array(seed + 9, shape), *statistics(seed, shape[1], "float64")]
    values = inputs_like(arguments)
    results = convoy.batch_norm_training(
        *values, momentum=momentum, epsilon=epsilon, unbiased=unbiased
    )
    chosen = [results[i] for i in outputs]
    cotangents = [random_array(seed + 20 + i, results[i].shape) for i in outputs]
    grads = convoy.gradients(chosen, values, [convoy.constant(c) for c in cotangents])
    ours = convoy.compile(values, tuple(grads))(*arguments)
    _, pullback = jax.vjp(
        lambda *a: [training_formula(*a, momentum, epsilon, unbiased)[i] for i in outputs],
        *arguments,
    )
    for mine, theirs in zip(ours, pullback(cotangents), strict=True):
        scale = max(1.0, np.abs(theirs).max(initial=0))
        np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-9 * scale)


@configurations(40)
@given(training, seeds, st.sets(st.integers(0, 4), min_size=1))
def test_training_gradients_of_every_output_agree_with_jax(configuration, seed, outputs):
    shape, momentum, epsilon, unbiased = configuration
    assert_training_gradients(shape, seed, momentum, epsilon, unbiased, sorted(outputs))


def test_training_gradients_by_central_differences_and_their_own():
    shape = (3, 2, 2)
    arguments = [random_array(9, shape), *statistics(1, 2, "float64")]

    def y(*values):
        return convoy.batch_norm_training(*values)[0]

    assert_gradient(y, arguments, [0, 1, 2])
    seed, direction = random_array(5, shape), random_array(6, shape)

    def backward(x, gamma, beta):
        results = convoy.batch_norm_training(
            x, gamma, beta, convoy.constant(arguments[3]), convoy.constant(arguments[4])
        )
        to_x, to_gamma, _ = convoy.gradients(
            [results[0], results[2], results[4]],
            [x, gamma, beta],
            [convoy.constant(seed), convoy.constant(np.ones(2)), convoy.constant(np.ones(2))],
        )
        return to_x * convoy.constant(direction) + convoy.reduce_sum(to_gamma)

    assert_gradient(backward, arguments[:3], bound=1e-5)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("dtype", FLOATS)
def test_a_variance_near_zero_stays_finite(epsilon, dtype):
    x = random_array(1, (8, 3, 4, 4), dtype)
    gamma, beta, mean, _ = statistics(1, 3, dtype)
    variance = np.array([0, 1e-20, 1e-12], dtype)
    y = convoy.batch_norm(x, gamma, beta, mean, variance, epsilon=epsilon)
    assert np.isfinite(y).all()
    assert_agrees(
        y, formula(*(a.astype(np.float64) for a in (x, gamma, beta, mean, variance)), epsilon)
    )
    constant = np.full((8, 3, 4, 4), 0.1, dtype)
    y, _, _, _, inv_std = convoy.batch_norm_training(
        constant, gamma, beta, mean, variance, epsilon=epsilon
    )
    assert np.isfinite(inv_std).all()
    scale = np.finfo(dtype).eps / epsilon**0.5
    np.testing.assert_allclose(y, np.broadcast_to(spread(beta, 4), y.shape), atol=scale)


@pytest.mark.parametrize("batch", [8, 16, 32])
@pytest.mark.parametrize("channels", [1, 512])
def test_one_and_many_channels(batch, channels):
    x = random_array(1, (batch, channels, 2, 3), "float32")
    arguments = statistics(1, channels, "float32")
    wide = [a.astype(np.float64) for a in (x, *arguments)]
    assert_agrees(convoy.batch_norm(x, *arguments), formula(*wide, 1e-5))
    ours = convoy.batch_norm_training(x, *arguments)
    for mine, theirs in zip(ours, training_formula(*wide, 0.1, 1e-5, True), strict=True):
        assert_agrees(mine, theirs)


def test_the_channel_axis_is_the_second_where_all_sizes_are_equal():
    n = 4
    x = random_array(1, (n, n, n, n)) + 10 * np.arange(n).reshape(1, n, 1, 1)
    mean = 10.0 * np.arange(n)
    variance = 1.0 + np.arange(n)
    gamma, beta = 2.0 ** np.arange(n), 100.0 * np.arange(n)
    y = convoy.batch_norm(x, gamma, beta, mean, variance)
    for c in range(n):
        expected = gamma[c] * (x[:, c] - mean[c]) / np.sqrt(variance[c] + 1e-5) + beta[c]
        assert_agrees(y[:, c], expected)
    saved_mean = convoy.batch_norm_training(x, gamma, beta, mean, variance)[3]
    assert_agrees(saved_mean, x.mean(axis=(0, 2, 3)))
    assert_training_gradients((3, 3, 3, 3), 4, 0.1, 1e-5, True, [0])


def test_training_is_sound_far_from_zero():
    """Two passes: the variance of values near 1e6 is not lost to cancellation."""
    x = 1e6 + random_array(1, (16, 2, 3, 3))
    ours = convoy.batch_norm_training(x, np.ones(2), np.zeros(2), np.zeros(2), np.ones(2))
    np.testing.assert_allclose(ours[4], 1 / np.sqrt(x.var(axis=(0, 2, 3)) + 1e-5), rtol=1e-9)


def test_running_variance_is_unbiased_by_default_and_y_is_not():
    x = np.array([[0.0], [2.0]])  # mean 1, population variance 1, unbiased 2
    ones, zeros = np.ones(1), np.zeros(1)
    y, new_mean, new_var, saved_mean, inv_std = convoy.batch_norm_training(
        x, ones, zeros, zeros, ones, momentum=0.5, epsilon=0.0
    )
    assert y.tolist() == [[-1], [1]]
    assert (new_mean.item(), new_var.item()) == (0.5, 1.5)
    assert (saved_mean.item(), inv_std.item()) == (1, 1)
    new_var = convoy.batch_norm_training(
        x, ones, zeros, zeros, ones, momentum=0.5, epsilon=0.0, unbiased=False
    )[2]
    assert new_var.item() == 1


def test_symbolic_sizes():
    x = convoy.input("x", ("N", "C", "H", "W"), "float64")
    rest = [convoy.input(name, ("C",), "float64") for name in ("gamma", "beta", "mean", "var")]
    y = convoy.batch_norm(x, *rest)
    trained = convoy.batch_norm_training(x, *rest)
    grads = convoy.gradients([trained[0], trained[2]], [x], [y, rest[0]])
    run = convoy.compile([x, *rest], (y, *trained, *grads))
    for shape in ((2, 3, 2, 2), (3, 1, 1, 4)):
        arrays = [random_array(1, shape), *statistics(2, shape[1], "float64")]
        ours = run(*arrays)
        assert_agrees(ours[0], formula(*arrays, 1e-5))
        for mine, theirs in zip(ours[1:6], training_formula(*arrays, 0.1, 1e-5, True), strict=True):
            assert_agrees(mine, theirs)
        _, pullback = jax.vjp(
            lambda v, a=arrays: training_formula(v, *a[1:], 0.1, 1e-5, True)[0:3:2], arrays[0]
        )
        np.testing.assert_allclose(ours[6], pullback((ours[0], arrays[1]))[0], atol=1e-9)


def test_nan_stays_in_its_channel():
    x = np.zeros((2, 2, 2))
    x[0, 0, 0] = np.nan
    y = convoy.batch_norm_training(x, np.ones(2), np.zeros(2), np.zeros(2), np.ones(2))[0]
    assert np.isnan(y[:, 0]).all()
    assert (y[:, 1] == 0).all()
