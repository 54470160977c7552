"""Reductions against NumPy and SciPy."""

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
    our_vjp,
    random_array,
    seeds,
)

import convoy

JUDGES = {
    "reduce_sum": np.sum,
    "reduce_mean": np.mean,
    "reduce_max": np.max,
    "reduce_min": np.min,
    "reduce_prod": np.prod,
    "reduce_l1": lambda x, **k: np.sum(np.abs(x), **k),
    "reduce_l2": lambda x, **k: np.sqrt(np.sum(x * x, **k)),
    "reduce_log_sum_exp": scipy.special.logsumexp,
}


@st.composite
def reductions(draw, least=1):
    shape = draw(st.lists(st.integers(least, 4), min_size=1, max_size=4))
    axes = draw(st.lists(st.integers(0, len(shape) - 1), unique=True, min_size=1))
    return shape, [a - len(shape) if draw(st.booleans()) else a for a in axes], draw(st.booleans())


@pytest.mark.parametrize("name", JUDGES)
def test_agrees_with_numpy(name):
    @configurations(50)
    @given(reductions(), seeds, st.sampled_from(FLOATS + FLOATS + HALVES))
    def check(reduction, seed, dtype):
        shape, axes, keepdims = reduction
        x = random_array(seed, shape, dtype)
        ours = getattr(convoy, name)(x, axes, keepdims)
        assert ours.dtype == x.dtype
        wide = x.astype(np.float64)
        assert_agrees(ours, JUDGES[name](wide, axis=tuple(axes), keepdims=keepdims), dtype)

    check()


@configurations(50)
@given(
    reductions(),
    seeds,
    st.sampled_from(INTEGERS),
    st.sampled_from(["reduce_sum", "reduce_max", "reduce_min", "reduce_prod", "reduce_l1"]),
)
def test_integers_agree_with_numpy(reduction, seed, dtype, name):
    shape, axes, keepdims = reduction
    info = np.iinfo(dtype)
    x = np.random.default_rng(seed).integers(info.min, info.max, shape, dtype, True)
    expected = JUDGES[name](x, axis=tuple(axes), keepdims=keepdims).astype(dtype)  # wraps, as ours
    np.testing.assert_array_equal(getattr(convoy, name)(x, axes, keepdims), expected)


@pytest.mark.parametrize("name", JUDGES)
def test_no_axes_stand_for_all(name):
    x = random_array(0, (2, 3))
    assert_agrees(getattr(convoy, name)(x), JUDGES[name](x))
    assert getattr(convoy, name)(x, keepdims=True).shape == (1, 1)
    assert_agrees(getattr(convoy, name)(np.array(2.0)), JUDGES[name](np.array(2.0)))


def test_over_nothing():
    x = np.zeros((2, 0))
    for name, expected in [
        ("sum", 0),
        ("l1", 0),
        ("l2", 0),
        ("prod", 1),
        ("mean", np.nan),
        ("log_sum_exp", -np.inf),
    ]:
        ours = getattr(convoy, "reduce_" + name)(x, 1)
        np.testing.assert_array_equal(ours, [expected] * 2, err_msg=name)
    assert convoy.reduce_max(x, 0).shape == (0,)


@pytest.mark.parametrize("name", JUDGES)
def test_nan_anywhere_gives_nan(name):
    for position in range(3):
        x = np.array([1.0, 2, 3])
        x[position] = np.nan
        assert np.isnan(getattr(convoy, name)(x))


def test_log_sum_exp_does_not_overflow():
    assert convoy.reduce_log_sum_exp(np.array([1e4, 1e4])) == 1e4 + np.log(2)
    for x, expected in [([-np.inf, -np.inf], -np.inf), ([np.inf, 0], np.inf), ([-np.inf, 3], 3)]:
        assert convoy.reduce_log_sum_exp(np.array(x)) == expected


@configurations(60)
@given(reductions(), seeds, st.sampled_from(list(JUDGES)))
def test_gradients(reduction, seed, name):
    shape, axes, keepdims = reduction
    count = int(np.prod(shape))
    # Distinct and away from 0, where max, min and l1 have kinks.
    x = (np.random.default_rng(seed).permutation(count) - count / 2 + 0.25).reshape(shape) / count
    assert_gradient(lambda v: getattr(convoy, name)(v, axes, keepdims), [x])


@configurations(50)
@given(seeds, st.integers(1, 6), st.sampled_from(FLOATS))
def test_gradient_of_prod_is_exact_with_zeros(seed, count, dtype):
    generator = np.random.default_rng(seed)
    x = generator.integers(-3, 4, (3, count)).astype(dtype)
    (grad,) = our_vjp(lambda v: convoy.reduce_prod(v, 1), [x], np.ones(3, dtype), [0])
    others = [[np.prod(np.delete(row, i)) for i in range(count)] for row in x]
    np.testing.assert_allclose(grad, others, rtol=1e-6 if dtype == "float32" else 1e-14)


def test_gradient_of_prod_beside_one_and_two_zeros():
    x = np.array([[2.0, 0, 3], [0, 5, 0], [2, 3, 4]])
    (grad,) = our_vjp(lambda v: convoy.reduce_prod(v, 1), [x], np.ones(3), [0])
    np.testing.assert_array_equal(grad, [[0, 6, 0], [0, 0, 0], [12, 8, 6]])


def test_derivatives_at_kinks():
    x = np.array([3.0, 1, 3, 1])
    for name, expected in [("max", [0.5, 0, 0.5, 0]), ("min", [0, 0.5, 0, 0.5])]:
        (grad,) = our_vjp(getattr(convoy, "reduce_" + name), [x], np.array(1.0), [0])
        np.testing.assert_array_equal(grad, expected)
    for name in ["l1", "l2"]:
        (grad,) = our_vjp(getattr(convoy, "reduce_" + name), [np.zeros(2)], np.array(1.0), [0])
        np.testing.assert_array_equal(grad, [0, 0])


def test_symbolic_shapes():
    x = convoy.input("x", ("N", "C"), "float64")
    mean = convoy.reduce_mean(x, 0)
    (grad,) = convoy.gradients([mean], [x], [convoy.constant(np.array([1.0, 2, 3]))])
    function = convoy.compile([x], [mean, grad])
    for n in [1, 4]:
        value = random_array(n, (n, 3))
        ours, back = function(value)
        assert_agrees(ours, value.mean(0))
        assert_agrees(back, np.tile([1.0, 2, 3], (n, 1)) / n)


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_second_derivative_of_prod_is_exact_with_zeros(zeros):
    """d²(Πx)/dx_i dx_j is the product of all but i and j, 0 on the diagonal."""
    x = np.array([[2.0, 3.0, 5.0], [7.0, 11.0, 13.0]])
    x.flat[:zeros] = 0
    value = convoy.input("x", x.shape, x.dtype)
    (slope,) = convoy.gradients(convoy.reduce_prod(value), [value])
    weight = np.arange(1.0, 7.0).reshape(2, 3)
    (second,) = convoy.gradients([slope], [value], [convoy.constant(weight)])
    flat = x.ravel()
    expected = [
        sum(weight.flat[i] * np.prod(np.delete(flat, [i, j])) for i in range(6) if i != j)
        for j in range(6)
    ]
    assert_agrees(convoy.compile([value], second)(x), np.reshape(expected, (2, 3)))
