"""pad against NumPy, gradients against a scatter of the same index map."""

import numpy as np
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy

MODES = ["constant", "reflect", "edge", "wrap"]


@st.composite
def pads(draw):
    """A shape, and what is added or cropped before and after each axis."""
    shape, before, after = [], [], []
    for _ in range(draw(st.integers(1, 3))):
        size = draw(st.integers(1, 5))
        begin = draw(st.integers(-size + 1, 7))
        end = draw(st.integers(-(size + min(begin, 0)) + 1, 7))
        shape.append(size)
        before.append(begin)
        after.append(end)
    return shape, before, after


def cropped(x, before, after):
    return x[tuple(slice(max(-b, 0), s - max(-a, 0))
                   for s, b, a in zip(x.shape, before, after, strict=True))]  # fmt: skip


def numpy_pad(x, before, after, mode, value=0):
    width = [(max(b, 0), max(a, 0)) for b, a in zip(before, after, strict=True)]
    extra = {"constant_values": value} if mode == "constant" else {}
    return np.pad(cropped(x, before, after), width, mode, **extra)


@configurations(200)
@given(
    pads(), st.sampled_from(MODES), seeds,
    st.sampled_from([*FLOATS, "float16", "int8", "int64", "bool"]),
)  # fmt: skip
def test_pad_is_numpys_after_cropping(configuration, mode, seed, dtype):
    shape, before, after = configuration
    x = random_array(seed, shape, dtype)
    ours = convoy.pad(x, before, after, mode, 1.0)
    assert ours.dtype == x.dtype
    np.testing.assert_array_equal(ours, numpy_pad(x, before, after, mode, 1))


@configurations(100)
@given(pads(), st.sampled_from(MODES), seeds)
def test_gradient_sums_over_all_copies(configuration, mode, seed):
    shape, before, after = configuration
    x = random_array(seed, shape)
    numbers = np.arange(1, x.size + 1).reshape(shape)  # 0 stands for the constant
    copies = numpy_pad(numbers, before, after, mode)
    grad = random_array(seed + 1, copies.shape)
    expected = np.bincount(copies.ravel(), grad.ravel(), x.size + 1)[1:].reshape(shape)
    ours = our_vjp(lambda a: convoy.pad(a, before, after, mode, 2.0), [x], grad, [0])[0]
    assert_agrees(ours, expected)


def test_second_derivatives_run_through_the_adjoint():
    for mode in MODES:

        def build(a, mode=mode):
            padded = convoy.pad(a, [2, -1], [1, 3], mode)
            return convoy.gradients([convoy.mul(padded, padded)], [a], [padded])[0]

        assert_gradient(build, [random_array(1, (3, 4))])


def test_sizes_and_borders_may_be_symbolic():
    x = convoy.input("x", ["N"], "float64")
    grown = convoy.pad(x, ["N"], [1], "wrap")
    function = convoy.compile([x], grown)
    np.testing.assert_array_equal(function(np.array([1.0, 2, 3])), [1, 2, 3, 1, 2, 3, 1])
    np.testing.assert_array_equal(function(np.array([4.0])), [4, 4, 4])


def test_reflect_runs_back_and_forth_as_often_as_needed():
    x = np.array([1, 2, 3])
    ours = convoy.pad(x, [5], [4], "reflect")
    np.testing.assert_array_equal(ours, [2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3])
    np.testing.assert_array_equal(convoy.pad(np.array([7]), [2], [1], "reflect"), [7, 7, 7, 7])


def test_values_are_converted_as_by_cast():
    x = np.zeros(1, np.uint8)
    np.testing.assert_array_equal(convoy.pad(x, [1], [0], value=300.0), [255, 0])
    assert np.isnan(convoy.pad(np.zeros(1, np.float32), [1], [0], value=float("nan"))[0])
