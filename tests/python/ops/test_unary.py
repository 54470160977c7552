"""Elementwise functions of one argument against NumPy and SciPy."""

import jax
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
    flushes_denormals,
    our_vjp,
    random_array,
    seeds,
)

import convoy

JUDGES = {
    "neg": np.negative,
    "abs": np.abs,
    "sign": np.sign,
    "exp": np.exp,
    "log": np.log,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "reciprocal": lambda x: 1 / x,
    "erf": scipy.special.erf,
    "floor": np.floor,
    "ceil": np.ceil,
    "round": np.round,
    "sin": np.sin,
    "cos": np.cos,
    "atan": np.arctan,
    "tanh": np.tanh,
}
POSITIVE = {"log", "sqrt", "rsqrt"}
FLAT = {"sign", "floor", "ceil", "round"}
SPECIAL = [0.0, -0.0, np.inf, -np.inf, np.nan, -1, 0.5, 1.5, 2.5, -0.5, -1.5, 1e300]


@pytest.mark.parametrize("name", JUDGES)
def test_agrees_with_numpy(name):
    @configurations(50)
    @given(
        st.lists(st.integers(0, 4), max_size=4), seeds, st.sampled_from(FLOATS + FLOATS + HALVES)
    )
    def check(shape, seed, dtype):
        x = random_array(seed, shape, dtype)
        x = np.abs(x) if name in POSITIVE else x
        ours = getattr(convoy, name)(x)
        assert ours.dtype == x.dtype
        with np.errstate(divide="ignore"):
            assert_agrees(ours, JUDGES[name](x.astype(np.float64)), dtype)

    check()


@pytest.mark.parametrize("name", JUDGES)
def test_special_values_are_those_of_ieee(name):
    x = np.array(SPECIAL)
    with np.errstate(all="ignore"):
        expected = JUDGES[name](x)
    ours = getattr(convoy, name)(x)
    np.testing.assert_allclose(ours, expected, rtol=1e-12)
    if name != "sign":  # NumPy gives 0 for −0; ours keeps the sign
        zeros = expected == 0
        np.testing.assert_array_equal(np.signbit(ours[zeros]), np.signbit(expected[zeros]))


@flushes_denormals
@pytest.mark.parametrize("name", JUDGES)
def test_the_smallest_numbers_count(name):
    x = np.array([5e-324, 1e-310])
    with np.errstate(all="ignore"):
        np.testing.assert_allclose(getattr(convoy, name)(x), JUDGES[name](x), rtol=1e-12)


@pytest.mark.parametrize("name", sorted(set(JUDGES) - FLAT))
def test_gradient(name):
    x = np.array([0.3, 1.7, 2.4]) if name in POSITIVE else np.array([-1.3, -0.4, 0.6, 1.9])
    assert_gradient(getattr(convoy, name), [x])


@pytest.mark.parametrize("name", sorted(FLAT))
def test_steps_have_gradient_zero(name):
    (grad,) = our_vjp(getattr(convoy, name), [np.array([-1.2, 0, 0.5, 2])], np.ones(4), [0])
    np.testing.assert_array_equal(grad, np.zeros(4))


def test_abs_has_derivative_zero_at_zero():
    (grad,) = our_vjp(convoy.abs, [np.array([-2.0, 0, -0.0, 3])], np.ones(4), [0])
    np.testing.assert_array_equal(grad, [-1, 0, 0, 1])


def test_large_arguments_keep_finite_gradients():
    x = np.array([-800.0, 800])
    for name, jax_function in [("tanh", jax.numpy.tanh), ("erf", jax.scipy.special.erf)]:
        (grad,) = our_vjp(getattr(convoy, name), [x], np.ones(2), [0])
        np.testing.assert_allclose(grad, jax.vjp(jax_function, x)[1](np.ones(2))[0], atol=1e-15)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_integers(dtype):
    x = random_array(1, (30,), dtype)
    smallest = np.array([np.iinfo(dtype).min, np.iinfo(dtype).max], dtype)
    for name in ["abs", "sign", "floor", "ceil", "round"]:
        np.testing.assert_array_equal(getattr(convoy, name)(x), JUDGES[name](x))
    np.testing.assert_array_equal(convoy.abs(smallest), np.abs(smallest))
    if not dtype.startswith("u"):
        np.testing.assert_array_equal(convoy.neg(smallest), np.negative(smallest))


def test_logical_not():
    np.testing.assert_array_equal(convoy.logical_not(np.array([True, False])), [False, True])


def test_symbolic_shapes():
    x = convoy.input("x", ("N", 2), "float64")
    function = convoy.compile([x], convoy.exp(x))
    for n in [0, 3]:
        value = random_array(0, (n, 2))
        assert_agrees(function(value), np.exp(value))
