"""arg_max and arg_min against NumPy and the ONNX reference evaluator."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from onnx.reference.ops.op_argmax import _argmax_use_numpy_select_last_index
from onnx.reference.ops.op_argmin import _argmin_use_numpy_select_last_index
from support import FLOATS, HALVES, INTEGERS, configurations, random_array, seeds

import convoy

shapes = st.lists(st.integers(1, 5), min_size=1, max_size=4)


@configurations(100)
@given(shapes, seeds, st.sampled_from([*FLOATS, *HALVES, *INTEGERS, "bool"]), st.data())
def test_agrees_with_numpy(shape, seed, dtype, data):
    x = random_array(seed, shape, dtype)
    if dtype in FLOATS:  # ties, and every kind of edge
        x = np.random.default_rng(seed).choice([0.0, -0.0, 1, np.inf, -np.inf, np.nan], shape)
        x = x.astype(dtype)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    keepdims = data.draw(st.booleans())
    for ours, theirs in [(convoy.arg_max, np.argmax), (convoy.arg_min, np.argmin)]:
        result = ours(x, axis, keepdims)
        assert result.dtype == np.int64
        np.testing.assert_array_equal(result, theirs(x, axis, keepdims=keepdims))


@configurations(50)
@given(shapes, seeds, st.sampled_from(["float64", "int8"]), st.booleans(), st.data())
def test_last_of_ties_agrees_with_onnx(shape, seed, dtype, keepdims, data):
    x = np.random.default_rng(seed).integers(-1, 2, shape).astype(dtype)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    np.testing.assert_array_equal(
        convoy.arg_max(x, axis, keepdims, last_of_ties=True),
        _argmax_use_numpy_select_last_index(x, axis, int(keepdims)),
    )
    np.testing.assert_array_equal(
        convoy.arg_min(x, axis, keepdims, last_of_ties=True),
        _argmin_use_numpy_select_last_index(x, axis, int(keepdims)),
    )


def test_no_axis_searches_all_elements():
    x = random_array(0, (3, 4))
    assert convoy.arg_max(x) == np.argmax(x)
    assert convoy.arg_min(x, keepdims=True).shape == (1, 1)


@pytest.mark.parametrize("last", [False, True])
def test_nans_tie_with_each_other(last):
    x = np.array([1, np.nan, 5, np.nan, -np.inf])
    assert convoy.arg_max(x, 0, last_of_ties=last) == (3 if last else 1)
    assert convoy.arg_min(x, 0, last_of_ties=last) == (3 if last else 1)


def test_empty_elsewhere_and_symbolic():
    assert convoy.arg_max(np.zeros((0, 3)), 1).shape == (0,)
    x = convoy.input("x", ("N", "C"), "float32")
    function = convoy.compile([x], convoy.arg_max(x, -1))
    for shape in [(2, 3), (4, 1)]:
        value = random_array(1, shape, "float32")
        np.testing.assert_array_equal(function(value), value.argmax(-1))
