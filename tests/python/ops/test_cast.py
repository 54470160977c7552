"""cast against NumPy and ml_dtypes where they define the result, and written-out values."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    INTEGERS,
    configurations,
    flushes_denormals,
    numpy_dtype,
    our_vjp,
    seeds,
)

import convoy

DTYPES = [*FLOATS, *HALVES, *INTEGERS, "bool"]


@configurations(200)
@given(
    st.sampled_from(DTYPES), st.sampled_from(DTYPES), seeds, st.lists(st.integers(0, 4), max_size=3)
)
def test_agrees_with_numpy(source, target, seed, shape):
    generator = np.random.default_rng(seed)
    if source in INTEGERS:
        info = np.iinfo(source)
        x = generator.integers(info.min, info.max, shape, source, True)
        # Half precision by way of double, as one rounding; NumPy's own does so too.
    elif source == "bool":
        x = generator.integers(0, 2, shape).astype(bool)
    else:
        # Within every target: out of range is of the next test.
        scale = 10 if target in INTEGERS and not target.startswith("u") else 1
        x = (scale * generator.standard_normal(shape)).astype(numpy_dtype(source))
        if target.startswith("u"):
            x = np.abs(x)
    if target == "bool":
        expected = x != 0
    elif source in INTEGERS and target in HALVES:
        expected = x.astype(np.float64).astype(numpy_dtype(target))
    else:
        with np.errstate(over="ignore"):
            expected = x.astype(numpy_dtype(target))
    ours = convoy.cast(x, target)
    assert ours.dtype == numpy_dtype(target)
    np.testing.assert_array_equal(ours, expected)


@pytest.mark.parametrize("source", FLOATS + HALVES)
@pytest.mark.parametrize("target", INTEGERS)
def test_floats_saturate_and_nan_is_zero(source, target):
    x = np.array([np.inf, -np.inf, np.nan, 1.9, -0.9]).astype(numpy_dtype(source))
    info = np.iinfo(target)
    np.testing.assert_array_equal(convoy.cast(x, target), [info.max, info.min, 0, 1, 0])


def test_nan_is_true_and_zeros_are_false():
    x = np.array([np.nan, 0.0, -0.0, -np.inf])
    np.testing.assert_array_equal(convoy.cast(x, "bool"), [True, False, False, True])


@flushes_denormals
def test_the_smallest_number_is_true():
    np.testing.assert_array_equal(convoy.cast(np.array([5e-324]), "bool"), [True])


def test_overflow_is_infinite_and_half_rounds_once():
    np.testing.assert_array_equal(
        convoy.cast(np.array([1e300, -1e300]), "float32"), [np.inf, -np.inf]
    )
    np.testing.assert_array_equal(
        convoy.cast(np.array([65520.0, 65519.9]), "float16"), [np.inf, 65504]
    )
    # Just above the middle of two: by way of float32 it would land on the middle, then go down.
    x = np.array([1 + 2.0**-11 + 2.0**-40])
    np.testing.assert_array_equal(convoy.cast(x, "float16"), [1 + 2.0**-10])


def test_gradient_goes_between_floats_only():
    x = np.array([1.5, 2.5], np.float32)
    (grad,) = our_vjp(lambda v: convoy.cast(v, "float64"), [x], np.array([3.0, 4]), [0])
    assert grad.dtype == np.float32
    np.testing.assert_array_equal(grad, [3, 4])
    (grad,) = our_vjp(
        lambda v: convoy.cast(convoy.cast(v, "int32"), "float32"), [x], np.ones(2, np.float32), [0]
    )
    np.testing.assert_array_equal(grad, [0, 0])
