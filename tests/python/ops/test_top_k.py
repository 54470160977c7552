"""top_k against a stable sort of NumPy's."""

import numpy as np
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    INTEGERS,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy


def expected_indices(x, k, axis, largest):
    """NumPy sorts NaN to the end; turned round for the largest first, ties by index."""
    x = x.astype(np.float64)
    keys = np.where(np.isnan(x), np.inf, x)
    order = np.lexsort((-keys if largest else keys, np.isnan(x) != largest), axis=axis)
    return np.take(order, np.arange(k), axis=axis)


@configurations(100)
@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    seeds,
    st.sampled_from([*FLOATS, *HALVES, *INTEGERS]),
    st.booleans(),
    st.data(),
)
def test_agrees_with_a_stable_sort(shape, seed, dtype, largest, data):
    x = random_array(seed, shape, dtype)
    if dtype in FLOATS:
        x = np.random.default_rng(seed).choice([0.0, -0.0, 1, np.inf, -np.inf, np.nan], shape)
        x = x.astype(dtype)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    k = data.draw(st.integers(0, shape[axis]))
    values, indices = convoy.top_k(x, k, axis, largest)
    expected = expected_indices(x, k, axis, largest)
    assert indices.dtype == np.int64
    assert values.dtype == x.dtype
    np.testing.assert_array_equal(indices, expected)
    np.testing.assert_array_equal(values, np.take_along_axis(x, expected, axis))


def test_the_readme_of_top_k():
    values, indices = convoy.top_k(np.array([3.0, 1, 4, 1, 5]), 2)
    np.testing.assert_array_equal(values, [5, 4])
    np.testing.assert_array_equal(indices, [4, 2])
    values, indices = convoy.top_k(np.array([3.0, 1, 4, 1, 5]), 2, largest=False)
    np.testing.assert_array_equal(indices, [1, 3])


@configurations(30)
@given(st.integers(0, 2), st.integers(1, 4), st.booleans(), seeds)
def test_gradient(axis, k, largest, seed):
    x = np.random.default_rng(seed).permutation(64).reshape(4, 4, 4) * 0.1
    assert_gradient(lambda v: convoy.top_k(v, k, axis, largest), [x])


def test_gradient_goes_to_the_first_of_ties():
    x = np.array([2.0, 7, 7, 7])
    (grad,) = our_vjp(lambda v: convoy.top_k(v, 2), [x], np.array([10.0, 20]), [0])
    np.testing.assert_array_equal(grad, [0, 10, 20, 0])


def test_symbolic_axis():
    x = convoy.input("x", ("N", 5), "float32")
    values, _ = convoy.top_k(x, 2, 0)
    function = convoy.compile([x], values)
    for n in [2, 6]:
        value = random_array(2, (n, 5), "float32")
        np.testing.assert_array_equal(function(value), -np.sort(-value, 0)[:2])


def test_an_empty_array_with_a_long_axis_takes_no_memory():
    x = np.empty((0, 2**40), np.uint8)  # sorting scratch is for lines that are there
    values, indices = convoy.top_k(x, 2, axis=1)
    assert values.shape == indices.shape == (0, 2)
    assert convoy.softmax(np.empty((0, 2**40), np.float32), axis=1).shape == (0, 2**40)
