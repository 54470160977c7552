"""iota, range, full, eye and one_hot against NumPy."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from support import FLOATS, INTEGERS, configurations, numpy_dtype, seeds

import convoy


def evaluate(value):
    return convoy.compile([], value)()


@configurations(50)
@given(st.integers(0, 100), st.sampled_from(FLOATS + INTEGERS + ["float16"]))
def test_iota(size, dtype):
    result = evaluate(convoy.iota(size, dtype))
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, np.arange(size, dtype=dtype))


def test_iota_follows_a_symbol():
    x = convoy.input("x", ("N", 2), "float32")
    function = convoy.compile([x], convoy.iota("N"))
    for n in [0, 3, 5]:
        np.testing.assert_array_equal(function(np.zeros((n, 2), np.float32)), np.arange(n))


@configurations(50)
@given(st.integers(-20, 20), st.integers(-20, 20), st.integers(-4, 4).filter(bool))
def test_range_of_integers(start, stop, step):
    np.testing.assert_array_equal(
        evaluate(convoy.range(start, stop, step)), np.arange(start, stop, step)
    )


@configurations(50)
@given(st.floats(-9, 9), st.floats(-9, 9), st.floats(0.1, 2), st.sampled_from(FLOATS))
def test_range_of_floats(start, stop, step, dtype):
    count = len(np.arange(start, stop, step))
    result = evaluate(convoy.range(start, stop, step, dtype))
    np.testing.assert_array_equal(result, (start + step * np.arange(count)).astype(dtype))


def test_range_refuses():
    for arguments in [(0, 5, 0), (0, float("inf"), 1), (0.5, 3, 1), (0, 3, 0.5), (float("nan"), 1)]:
        with pytest.raises(convoy.ValueError, match="range"):
            convoy.range(*arguments)
    with pytest.raises(convoy.LimitError, match="range"):
        convoy.range(0, 1e300)


def test_full_and_eye():
    np.testing.assert_array_equal(evaluate(convoy.full((2, 3), 1.5)), np.full((2, 3), 1.5, "f"))
    for rows, columns, diagonal in [(3, 3, 0), (2, 4, 1), (4, 2, -1), (1, 1, 5), (0, 2, 0)]:
        np.testing.assert_array_equal(
            evaluate(convoy.eye(rows, columns, diagonal)), np.eye(rows, columns, diagonal)
        )


@configurations(60)
@given(st.lists(st.integers(0, 3), max_size=3), st.integers(1, 5), seeds, st.data())
def test_one_hot(shape, depth, seed, data):
    dtype = data.draw(st.sampled_from(INTEGERS))
    to = data.draw(st.sampled_from([*FLOATS, "bfloat16", "int32", "bool"]))
    axis = data.draw(st.integers(-len(shape) - 1, len(shape)))
    indices = np.random.default_rng(seed).integers(0, depth, shape).astype(dtype)
    expected = np.moveaxis(np.eye(depth)[indices.astype(np.int64)], -1, axis)
    result = convoy.one_hot(indices, depth, axis, to)
    assert result.dtype == numpy_dtype(to)
    np.testing.assert_array_equal(result.astype(np.float64), expected)


def test_one_hot_of_a_symbolic_depth():
    x = convoy.input("x", ("C",), "float32")
    indices = convoy.constant(np.array([0, 2]))
    function = convoy.compile([x], convoy.one_hot(indices, "C"))
    for c in [3, 4]:
        np.testing.assert_array_equal(function(np.zeros(c, np.float32)), np.eye(c)[[0, 2]])
