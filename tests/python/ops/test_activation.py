"""Activations, clip and prelu against NumPy, SciPy and JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.special
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    INTEGERS,
    assert_agrees,
    assert_gradient,
    configurations,
    inputs_like,
    our_vjp,
    random_array,
    seeds,
)

import convoy

shapes = st.lists(st.integers(0, 4), max_size=4)
numbers = st.floats(0.1, 2)


# Stable NumPy formulas of others: SciPy's special functions where it has them.
def softplus(x):
    return np.logaddexp(x, 0)


JUDGES = {
    "relu": lambda x: np.maximum(x, 0),
    "leaky_relu": lambda x, alpha: np.where(x > 0, x, alpha * x),
    "elu": lambda x, alpha: np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "selu": lambda x, alpha, beta: beta * np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0))),
    "celu": lambda x, alpha: np.maximum(x, 0) + np.minimum(0, alpha * np.expm1(x / alpha)),
    "gelu": lambda x: x * scipy.special.ndtr(x),
    "gelu_tanh": lambda x: x * scipy.special.expit(np.sqrt(8 / np.pi) * (x + 0.044715 * x**3)),
    "sigmoid": scipy.special.expit,
    "hard_sigmoid": lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
    "silu": lambda x: x * scipy.special.expit(x),
    "hard_swish": lambda x: x * np.clip(x / 6 + 0.5, 0, 1),
    "mish": lambda x: x * np.tanh(softplus(x)),
    "softplus": lambda x, beta: softplus(beta * x) / beta,
    "softsign": lambda x: x / (1 + np.abs(x)),
}
ATTRIBUTES = {
    "leaky_relu": ["alpha"],
    "elu": ["alpha"],
    "celu": ["alpha"],
    "softplus": ["beta"],
    "selu": ["alpha", "beta"],
    "hard_sigmoid": ["alpha", "beta"],
}
JAX = {
    "relu": jax.nn.relu,
    "leaky_relu": jax.nn.leaky_relu,
    "elu": jax.nn.elu,
    "selu": jax.nn.selu,
    "celu": jax.nn.celu,
    "gelu": lambda x: jax.nn.gelu(x, approximate=False),
    "gelu_tanh": jax.nn.gelu,
    "sigmoid": jax.nn.sigmoid,
    "hard_sigmoid": jax.nn.hard_sigmoid,
    "silu": jax.nn.silu,
    "hard_swish": jax.nn.hard_swish,
    "mish": jax.nn.mish,
    "softplus": jax.nn.softplus,
    "softsign": jax.nn.soft_sign,
}


@pytest.mark.parametrize("name", JUDGES)
def test_agrees_with_numpy_and_scipy(name):
    @configurations(50)
    @given(shapes, seeds, st.sampled_from(FLOATS + FLOATS + HALVES), st.data())
    def check(shape, seed, dtype, data):
        x = (3 * random_array(seed, shape)).astype(random_array(0, [], dtype).dtype)
        attributes = {key: data.draw(numbers) for key in ATTRIBUTES.get(name, [])}
        ours = getattr(convoy, name)(x, **attributes)
        assert ours.dtype == x.dtype
        assert_agrees(ours, JUDGES[name](x.astype(np.float64), **attributes), dtype)

    check()


@pytest.mark.parametrize("name", JUDGES)
def test_defaults_and_gradients_agree_with_jax(name):
    x = np.concatenate([np.linspace(-8, 8, 41)[np.arange(41) != 20] + 0.01, [-30, 30, 1e-3]])
    theirs, pullback = jax.vjp(JAX[name], x)
    assert_agrees(getattr(convoy, name)(x), theirs)
    grad = random_array(1, x.shape)
    (ours,) = our_vjp(getattr(convoy, name), [x], grad, [0])
    np.testing.assert_allclose(ours, pullback(grad)[0], rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", JUDGES)
def test_gradient_by_differences(name):
    x = np.array([[-4.2, -2.7, -1.1, -0.3], [0.2, 0.9, 2.6, 3.7]])
    attributes = dict.fromkeys(ATTRIBUTES.get(name, []), 0.7)
    assert_gradient(lambda v: getattr(convoy, name)(v, **attributes), [x])


@pytest.mark.parametrize("name", JUDGES)
@pytest.mark.parametrize("dtype", FLOATS)
def test_large_arguments_neither_overflow_nor_lose_gradients(name, dtype):
    x = np.array([-1e4, -700.0, -100, 100, 700, 1e4], dtype)
    with np.errstate(over="ignore"):
        expected = JUDGES[name](x.astype(np.float64), **defaults(name))
    assert_agrees(getattr(convoy, name)(x), expected)
    (grad,) = our_vjp(getattr(convoy, name), [x], np.ones_like(x), [0])
    assert np.isfinite(grad).all()


def defaults(name):
    return {
        "leaky_relu": {"alpha": 0.01},
        "elu": {"alpha": 1},
        "celu": {"alpha": 1},
        "softplus": {"beta": 1},
        "selu": {"alpha": 1.6732632423543772, "beta": 1.0507009873554805},
        "hard_sigmoid": {"alpha": 1 / 6, "beta": 0.5},
    }.get(name, {})


@pytest.mark.parametrize("name", JUDGES)
def test_nan_stays(name):
    assert np.isnan(getattr(convoy, name)(np.array([np.nan]))).all()


KINKS = [
    ("relu", 0, 0),
    ("leaky_relu", 0, 0.01),
    ("elu", 0, 1),
    ("celu", 0, 1),
    ("selu", 0, 1.6732632423543772 * 1.0507009873554805),
    ("hard_swish", -3, 0),
    ("hard_swish", 3, 1),
]


@pytest.mark.parametrize(("name", "at", "slope"), KINKS)
def test_derivative_at_kinks(name, at, slope):
    (grad,) = our_vjp(getattr(convoy, name), [np.array([float(at)])], np.ones(1), [0])
    np.testing.assert_allclose(grad, [slope], rtol=1e-15)


def test_hard_sigmoid_is_flat_at_both_kinks():
    x = np.array([-1.0, 1.0])
    (grad,) = our_vjp(lambda v: convoy.hard_sigmoid(v, 0.5, 0.5), [x], np.ones(2), [0])
    np.testing.assert_array_equal(grad, [0, 0])


@pytest.mark.parametrize("dtype", INTEGERS)
def test_relu_and_clip_of_integers(dtype):
    x = random_array(3, (20,), dtype)
    np.testing.assert_array_equal(convoy.relu(x), np.maximum(x, 0))
    np.testing.assert_array_equal(convoy.clip(x, 1, 5), np.clip(x, 1, 5))
    np.testing.assert_array_equal(convoy.clip(x), x)


@configurations(50)
@given(shapes, seeds, st.sampled_from(FLOATS + HALVES), st.integers(-4, 4), st.integers(-4, 4))
def test_clip_agrees_with_numpy(shape, seed, dtype, low, high):
    low, high = low / 4, high / 4  # exact in every dtype
    x = random_array(seed, shape, dtype)
    expected = np.minimum(np.maximum(x.astype(np.float64), low), high)
    assert_agrees(convoy.clip(x, low, high), expected, dtype)


def test_clip_passes_gradients_at_its_bounds_and_keeps_nan():
    x = np.array([-2.0, -1, 0, 1, 2, np.nan])
    np.testing.assert_array_equal(convoy.clip(x, -1, 1), [-1, -1, 0, 1, 1, np.nan])
    (grad,) = our_vjp(lambda v: convoy.clip(v, -1, 1), [x], np.ones(6), [0])
    np.testing.assert_array_equal(grad, [0, 1, 1, 1, 0, 0])
    np.testing.assert_array_equal(convoy.clip(x[:5], 3, 1), np.ones(5))


@configurations(50)
@given(st.integers(0, 3), st.integers(1, 3), st.lists(st.integers(1, 3), max_size=2), seeds)
def test_prelu_has_a_slope_per_channel(n, c, spatial, seed):
    x, slope = random_array(seed, (n, c, *spatial)), random_array(seed + 1, (c,))
    aligned = slope.reshape(c, *[1] * len(spatial))
    assert_agrees(convoy.prelu(x, slope), np.where(x > 0, x, aligned * x))
    assert_agrees(convoy.prelu(x, slope[:1]), np.where(x > 0, x, slope[0] * x))


def test_prelu_gradient():
    x = random_array(1, (2, 3, 2))
    assert_gradient(convoy.prelu, [x, random_array(2, (3,))])
    assert_gradient(convoy.prelu, [x, random_array(2, (3, 1))])
    assert_gradient(convoy.prelu, [random_array(4, (3,)), random_array(5, (3,))])


def test_symbolic_shapes():
    x = convoy.input("x", ("N", "C"), "float64")
    function = convoy.compile([x], [convoy.mish(x), convoy.clip(x, 0, 1)])
    for shape in [(2, 3), (1, 5)]:
        value = random_array(0, shape)
        mish, clip = function(value)
        assert_agrees(mish, np.asarray(jax.nn.mish(jnp.asarray(value))))
        assert_agrees(clip, np.clip(value, 0, 1))


def test_second_derivatives_exist():
    for name in JUDGES:
        x = np.array([0.3, -0.8])
        (value,) = inputs_like([x])
        (first,) = convoy.gradients(
            [getattr(convoy, name)(value)], [value], [convoy.constant(np.ones(2))]
        )
        (second,) = convoy.gradients([first], [value], [convoy.constant(np.ones(2))])
        ours = convoy.compile([value], second)(x)
        theirs = [jax.hessian(JAX[name])(v) for v in x]
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
