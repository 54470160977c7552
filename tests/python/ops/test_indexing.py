"""Gather and scatter against NumPy, and against what their definitions say."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
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

dtypes = st.sampled_from([*FLOATS, "float16", "bfloat16", "int8", "uint16", "int64", "bool"])
numbers = st.sampled_from([*FLOATS, *INTEGERS])
index_dtypes = st.sampled_from(["int32", "int64"])
reductions = st.sampled_from(["none", "add", "mul", "min", "max"])
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=3)

COMBINE = {
    "none": lambda old, new: new,
    "add": lambda old, new: old + new,
    "mul": lambda old, new: old * new,
    "min": np.minimum,
    "max": np.maximum,
}


def random_indices(seed, shape, size, dtype="int64"):
    return np.random.default_rng(seed).integers(-size, size, shape).astype(dtype)


def random_tuples(seed, shape, sizes, dtype="int64"):
    """Index tuples, one entry for each of `sizes`, along a last axis."""
    entries = [random_indices(seed + i, shape, size, dtype) for i, size in enumerate(sizes)]
    return np.stack(entries, -1) if entries else np.zeros((*shape, 0), dtype)


@configurations(60)
@given(st.data(), shapes, seeds, dtypes, index_dtypes)
def test_gather_is_numpys_take(data, shape, seed, dtype, index_dtype):
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    x = random_array(seed, shape, dtype)
    picked = data.draw(st.lists(st.integers(0, 3), max_size=2))
    indices = random_indices(seed + 1, picked, shape[axis], index_dtype)
    ours = convoy.gather(x, indices, axis)
    assert ours.dtype == x.dtype
    np.testing.assert_array_equal(ours, np.take(x, indices, axis))
    if dtype == "float64":
        grad = random_array(seed + 2, ours.shape)
        expected = np.zeros(shape)
        np.add.at(np.moveaxis(expected, axis, 0), indices,
                  np.moveaxis(grad, range(axis % len(shape), axis % len(shape) + indices.ndim),
                              range(indices.ndim)))  # fmt: skip
        back = our_vjp(lambda a: convoy.gather(a, convoy.constant(indices), axis), [x], grad, [0])
        assert_agrees(back[0], expected)


@st.composite
def along_axis(draw):
    """Shape of x, shape of indices, no larger along other axes, and the axis."""
    shape = draw(shapes)
    axis = draw(st.integers(0, len(shape) - 1))
    beside = [draw(st.integers(0, 5 if a == axis else size)) for a, size in enumerate(shape)]
    return shape, beside, axis


def put_along_axis(x, indices, updates, axis, reduction):
    result = x.copy()
    for p in np.ndindex(*indices.shape):
        q = (*p[:axis], indices[p], *p[axis + 1 :])
        result[q] = COMBINE[reduction](result[q], updates[p])
    return result


@configurations(60)
@given(along_axis(), seeds, dtypes, index_dtypes, st.booleans())
def test_gather_elements_is_numpys_take_along_axis(configuration, seed, dtype, index_dtype, back):
    shape, beside, axis = configuration
    x = random_array(seed, shape, dtype)
    indices = random_indices(seed + 1, beside, shape[axis], index_dtype)
    part = x[tuple(slice(None) if a == axis else slice(n) for a, n in enumerate(beside))]
    ours = convoy.gather_elements(x, indices, axis - len(shape) if back else axis)
    np.testing.assert_array_equal(ours, np.take_along_axis(part, indices.astype(int), axis))
    if dtype == "float64":
        grad = random_array(seed + 2, beside)
        build = lambda a: convoy.gather_elements(a, convoy.constant(indices), axis)  # noqa: E731
        expected = put_along_axis(np.zeros(shape), indices, grad, axis, "add")
        assert_agrees(our_vjp(build, [x], grad, [0])[0], expected)


@configurations(80)
@given(along_axis(), seeds, numbers, reductions, index_dtypes)
def test_scatter_elements_applies_updates_in_order(
    configuration, seed, dtype, reduction, index_dtype
):
    shape, beside, axis = configuration
    x, updates = random_array(seed, shape, dtype), random_array(seed + 1, beside, dtype)
    indices = random_indices(seed + 2, beside, shape[axis], index_dtype)
    ours = convoy.scatter_elements(x, indices, updates, axis, reduction)
    with np.errstate(over="ignore"):
        assert_agrees(ours, put_along_axis(x, indices, updates, axis, reduction))


@st.composite
def by_tuples(draw):
    """Shape of x, shape of the tuples, their length, and batch_dims."""
    shape = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    batch_dims = draw(st.integers(0, min(2, len(shape))))
    length = draw(st.integers(0, len(shape) - batch_dims))
    tuples = shape[:batch_dims] + draw(st.lists(st.integers(0, 3), max_size=2))
    return shape, tuples, length, batch_dims


def targets(indices, batch_dims):
    return [((*p[:batch_dims], *indices[p]), p) for p in np.ndindex(*indices.shape[:-1])]


@configurations(60)
@given(by_tuples(), seeds, dtypes, index_dtypes)
def test_gather_nd_picks_what_tuples_say(configuration, seed, dtype, index_dtype):
    shape, tuples, length, batch_dims = configuration
    x = random_array(seed, shape, dtype)
    sizes = shape[batch_dims : batch_dims + length]
    indices = random_tuples(seed + 1, tuples, sizes, index_dtype)
    expected = np.zeros((*tuples, *shape[batch_dims + length :]), x.dtype)
    for q, p in targets(indices, batch_dims):
        expected[p] = x[q]
    np.testing.assert_array_equal(convoy.gather_nd(x, indices, batch_dims), expected)
    if dtype == "float64":
        grad = random_array(seed + 2, expected.shape)
        sums = np.zeros(shape)
        for q, p in targets(indices, batch_dims):
            sums[q] += grad[p]
        build = lambda a: convoy.gather_nd(a, convoy.constant(indices), batch_dims)  # noqa: E731
        assert_agrees(our_vjp(build, [x], grad, [0])[0], sums)


@configurations(80)
@given(by_tuples(), seeds, numbers, reductions, index_dtypes)
def test_scatter_nd_applies_updates_in_order(configuration, seed, dtype, reduction, index_dtype):
    shape, tuples, length, batch_dims = configuration
    sizes = shape[batch_dims : batch_dims + length]
    indices = random_tuples(seed + 1, tuples, sizes, index_dtype)
    x = random_array(seed, shape, dtype)
    updates = random_array(seed + 2, [*tuples, *shape[batch_dims + length :]], dtype)
    expected = x.copy()
    with np.errstate(over="ignore"):
        for q, p in targets(indices, batch_dims):
            expected[q] = COMBINE[reduction](expected[q], updates[p])
    ours = convoy.scatter_nd(x, indices, updates, reduction, batch_dims)
    assert_agrees(ours, expected)


@pytest.mark.parametrize("reduction", ["none", "add"])
def test_scatter_gradients_with_duplicates(reduction):
    """With none, an update that a later one overwrote has gradient zero."""
    x, updates = random_array(1, (4, 3)), random_array(2, (5, 3))
    indices = np.array([[0, 1, 3], [0, -1, 3], [2, 1, 3], [-4, 1, 0], [2, 2, -2]])

    def elements(a, b):
        return convoy.scatter_elements(a, convoy.constant(indices), b, 0, reduction)

    assert_gradient(elements, [x, updates])
    rows = np.array([[1], [0], [-3], [3], [1]])

    def slices(a, b):
        return convoy.scatter_nd(a, convoy.constant(rows), b, reduction)

    assert_gradient(slices, [x, updates])

    batched = np.array([[[1], [0]], [[2], [2]], [[0], [-3]], [[1], [2]]])

    def batches(a, b):
        return convoy.scatter_nd(a, convoy.constant(batched), b, reduction, 1)

    assert_gradient(batches, [x, random_array(3, (4, 2))])


def test_second_derivatives_of_gather():
    indices = convoy.constant(np.array([[0, 2], [2, -2]]))

    def build(a):
        part = convoy.gather(a, indices, 1)
        return convoy.gradients([convoy.mul(part, part)], [a], [part])[0]

    assert_gradient(build, [random_array(1, (2, 3))])


@pytest.mark.parametrize("reduction", ["mul", "min", "max"])
def test_other_reductions_say_that_they_have_no_gradient(reduction):
    x = convoy.input("x", [3], "float64")
    i = convoy.constant(np.array([0]))
    y = convoy.scatter_elements(x, i, convoy.constant(np.ones(1)), 0, reduction)
    with pytest.raises(NotImplementedError, match=f"scatter_elements: reduction {reduction}"):
        convoy.gradients([y], [x], [y])
    y = convoy.scatter_nd(
        x, convoy.constant(np.array([[0]])), convoy.constant(np.ones(1)), reduction
    )
    with pytest.raises(NotImplementedError, match=f"scatter_nd: reduction {reduction}"):
        convoy.gradients([y], [x], [y])


def test_min_and_max_keep_nan():
    nan = float("nan")
    x, index = np.array([nan, 1.0]), np.array([0, 1])
    for reduction in ("min", "max"):
        ours = convoy.scatter_elements(x, index, np.array([2.0, nan]), 0, reduction)
        assert np.isnan(ours).all()


def test_symbolic_sizes_gather_too():
    x, i = convoy.input("x", ["N", 2], "float64"), convoy.input("i", ["K"], "int64")
    function = convoy.compile([x, i], convoy.gather(x, i))
    for size, picks in ((3, [0, -1]), (5, [4, 4, 1])):
        array = random_array(1, (size, 2))
        np.testing.assert_array_equal(function(array, np.array(picks)), array[picks])


def test_gradients_of_scatter_follow_symbolic_sizes():
    x, u = convoy.input("x", ["N"], "float64"), convoy.input("u", ["K"], "float64")
    i = convoy.input("i", ["K"], "int64")
    y = convoy.scatter_elements(x, i, u)
    seed = convoy.input("g", ["N"], "float64")
    function = convoy.compile([x, u, i, seed], convoy.gradients([y], [x, u], [seed]))
    for size, picks in ((3, [0, 2, 0]), (4, [1])):
        grad = random_array(1, (size,))
        to_x, to_updates = function(np.zeros(size), np.zeros(len(picks)), np.array(picks), grad)
        last = [p not in picks[n + 1 :] for n, p in enumerate(picks)]
        np.testing.assert_array_equal(to_updates, np.where(last, grad[picks], 0))
        np.testing.assert_array_equal(to_x, np.where(np.isin(range(size), picks), 0, grad))
