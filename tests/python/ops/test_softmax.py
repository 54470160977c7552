"""softmax and log_softmax against SciPy."""

import jax
import numpy as np
import scipy.special
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

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@configurations(100)
@given(
    shapes, seeds, st.sampled_from(FLOATS + FLOATS + HALVES), st.sampled_from([1, 100]), st.data()
)
def test_agrees_with_scipy(shape, seed, dtype, scale, data):
    x = (scale * random_array(seed, shape)).astype(random_array(0, (), dtype).dtype)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    wide = x.astype(np.float64)
    assert_agrees(convoy.softmax(x, axis), scipy.special.softmax(wide, axis), dtype)
    assert_agrees(convoy.log_softmax(x, axis), scipy.special.log_softmax(wide, axis), dtype)


@configurations(30)
@given(shapes, seeds, st.data())
def test_gradients_agree_with_jax(shape, seed, data):
    x, grad = random_array(seed, shape), random_array(seed + 1, shape)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    for ours, theirs in [
        (convoy.softmax, jax.nn.softmax),
        (convoy.log_softmax, jax.nn.log_softmax),
    ]:
        (mine,) = our_vjp(lambda v, f=ours: f(v, axis), [x], grad, [0])
        expected = jax.vjp(lambda v, f=theirs: f(v, axis), x)[1](grad)[0]
        np.testing.assert_allclose(mine, expected, rtol=1e-9, atol=1e-12)


def test_gradient_by_differences():
    x = random_array(5, (2, 3, 2))
    for axis in range(3):
        assert_gradient(lambda v, a=axis: convoy.softmax(v, a), [x])
        assert_gradient(lambda v, a=axis: convoy.log_softmax(v, a), [x])


def test_edges():
    inf, nan = np.inf, np.nan
    x = np.array([[1e4, 0, -1e4], [-inf, 0, 0], [-inf, -inf, -inf], [inf, 0, 0], [nan, 0, 0]])
    y, log_y = convoy.softmax(x), convoy.log_softmax(x)
    np.testing.assert_array_equal(y[:2], [[1, 0, 0], [0, 0.5, 0.5]])
    np.testing.assert_array_equal(log_y[0], [0, -1e4, -2e4])
    assert log_y[1, 0] == -inf
    assert np.isnan(y[2:]).all()
    assert np.isnan(log_y[2:]).all()
    assert convoy.softmax(np.zeros((2, 0))).shape == (2, 0)
    assert convoy.softmax(np.zeros((0, 2))).shape == (0, 2)


def test_symbolic_shapes():
    x = convoy.input("x", ("N", "C"), "float64")
    function = convoy.compile([x], convoy.softmax(x))
    for shape in [(2, 3), (1, 7)]:
        value = random_array(0, shape)
        assert_agrees(function(value), scipy.special.softmax(value, -1))
