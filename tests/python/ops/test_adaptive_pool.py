"""Adaptive pooling against windows in NumPy: floor(i·in/out) … ceil((i+1)·in/out)."""

import math

import numpy as np
from hypothesis import given, strategies as st
from pools import planes
from support import (
    FLOATS,
    INTEGERS,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy


@st.composite
def sizes(draw):
    rank = draw(st.integers(1, 3))
    size = [draw(st.sampled_from([1, 2, 3, 5, 7, 8])) for _ in range(rank)]
    out = [draw(st.sampled_from([1, 2, 3, 4, 7])) for _ in range(rank)]
    return (draw(st.sampled_from([0, 1, 2])), draw(st.sampled_from([1, 3])), *size), out


def windows(size, out):
    """(position in y, slices of x) of every window."""
    for p in np.ndindex(*out):
        yield (
            p,
            tuple(
                slice(i * s // o, math.ceil((i + 1) * s / o))
                for i, s, o in zip(p, size, out, strict=True)
            ),
        )


@configurations(60)
@given(sizes(), seeds, st.sampled_from(FLOATS))
def test_means_and_their_adjoint(configuration, seed, dtype):
    shape, out = configuration
    x = random_array(seed, shape, dtype)
    ours = convoy.adaptive_avg_pool(x, out)
    grad = random_array(seed + 1, ours.shape, dtype)
    expected, expected_grad = np.zeros(ours.shape), np.zeros(shape)
    for p, window in windows(shape[2:], out):
        part = x[(slice(None), slice(None), *window)].astype(np.float64)
        count = np.prod(part.shape[2:])
        expected[(..., *p)] = part.sum(axis=tuple(range(2, x.ndim))) / count
        spread = grad[(..., *p)].reshape(*shape[:2], *[1] * len(out)).astype(np.float64) / count
        expected_grad[(slice(None), slice(None), *window)] += spread
    assert_agrees(ours, expected)
    (our_grad,) = our_vjp(lambda v: convoy.adaptive_avg_pool(v, out), [x], grad, [0])
    assert_agrees(our_grad, expected_grad)
    (again,) = our_vjp(lambda g: convoy.adaptive_avg_pool_input_grad(g, shape[2:]), [grad], x, [0])
    assert_agrees(again, ours)


@configurations(60)
@given(sizes(), seeds, st.sampled_from(FLOATS + INTEGERS))
def test_maxima_and_where_they_are(configuration, seed, dtype):
    shape, out = configuration
    x = random_array(seed, shape, dtype)
    values, indices = convoy.adaptive_max_pool(x, out, return_indices=True)
    plane = np.arange(np.prod(shape[2:])).reshape(shape[2:])
    for p, window in windows(shape[2:], out):
        part = planes(x[(slice(None), slice(None), *window)])
        at = part.argmax(-1)  # the first of the largest
        np.testing.assert_array_equal(indices[(..., *p)], plane[window].ravel()[at])
        np.testing.assert_array_equal(
            values[(..., *p)], np.take_along_axis(part, at[..., None], -1)[..., 0]
        )


def test_gradients_by_central_differences():
    x = np.random.default_rng(1).permutation(70).reshape(1, 2, 5, 7) / 9.0
    assert_gradient(lambda v: convoy.adaptive_avg_pool(v, (3, 4)), [x])
    assert_gradient(lambda v: convoy.adaptive_max_pool(v, (3, 4)), [x])


def test_none_keeps_an_axis_and_one_entry_stands_for_all():
    x = random_array(1, (1, 2, 5, 6))
    assert convoy.adaptive_avg_pool(x, (None, 2)).shape == (1, 2, 5, 2)
    assert convoy.adaptive_max_pool(x, 3).shape == (1, 2, 3, 3)


def test_symbolic_sizes():
    x = convoy.input("x", ("N", 2, "H", "W"), "float64")
    mean = convoy.adaptive_avg_pool(x, (2, None))
    largest = convoy.adaptive_max_pool(x, 2)
    grads = convoy.gradients([mean, largest], [x], [mean, largest])
    run = convoy.compile([x], (mean, largest, *grads))
    for size in ((3, 4), (7, 2)):
        array = random_array(size[0], (2, 2, *size))
        ours = run(array)
        assert_agrees(ours[0], convoy.adaptive_avg_pool(array, (2, None)))
        assert_agrees(ours[1], convoy.adaptive_max_pool(array, 2))
        assert ours[2].shape == array.shape


def test_nan_wins():
    x = np.array([[[1.0, np.nan, 3.0, np.nan]]])
    values, indices = convoy.adaptive_max_pool(x, 1, return_indices=True)
    assert np.isnan(values).all()
    assert indices.tolist() == [[[1]]]
