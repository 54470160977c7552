"""Operators that move elements, against NumPy: every element arrives unchanged."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from support import FLOATS, assert_gradient, configurations, our_vjp, random_array, seeds

import convoy

DTYPES = [*FLOATS, "float16", "bfloat16", "int8", "uint16", "int32", "int64", "uint64", "bool"]
dtypes = st.sampled_from(DTYPES)
shapes = st.lists(st.integers(0, 4), min_size=0, max_size=4)
filled_shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def assert_same(actual, expected):
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)


def signed(draw, axis, rank):
    """The same axis, counted from the front or from the back."""
    return axis - rank if draw(st.booleans()) else axis


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_transpose_is_numpys(data, seed, dtype):
    shape = data.draw(shapes)
    axes = data.draw(st.permutations(range(len(shape))))
    x = random_array(seed, shape, dtype)
    given_axes = [signed(data.draw, a, len(shape)) for a in axes]
    assert_same(convoy.transpose(x, given_axes or None), np.transpose(x, axes))
    assert_same(convoy.transpose(x), np.transpose(x))


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_flip_is_numpys(data, seed, dtype):
    shape = data.draw(shapes)
    axes = data.draw(st.sets(st.sampled_from(range(len(shape))))) if shape else set()
    x = random_array(seed, shape, dtype)
    assert_same(
        convoy.flip(x, [signed(data.draw, a, len(shape)) for a in axes]), np.flip(x, tuple(axes))
    )


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_concat_and_stack_are_numpys(data, seed, dtype):
    shape = data.draw(filled_shapes)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    parts = []
    for i, size in enumerate(sizes):
        shape[axis] = size
        parts.append(random_array(seed + i, shape, dtype))
    assert_same(convoy.concat(parts, axis), np.concatenate(parts, axis))
    alike = [parts[0], parts[0][::-1].copy()]
    assert_same(convoy.stack(alike, axis), np.stack(alike, axis))


STEPS = [1, 1, 2, 3, 9, -1, -2, -5]
bounds = st.one_of(st.none(), st.integers(-7, 7), st.sampled_from([2**63 - 1, -(2**63)]))


@configurations(200)
@given(st.data(), seeds, dtypes)
def test_slice_is_numpys(data, seed, dtype):
    shape = data.draw(shapes)
    axes = data.draw(st.permutations(range(len(shape))))[: data.draw(st.integers(0, len(shape)))]
    slices = [
        (data.draw(bounds), data.draw(bounds), data.draw(st.sampled_from(STEPS))) for _ in axes
    ]
    x = random_array(seed, shape, dtype)
    index = [slice(None)] * len(shape)
    for axis, bound in zip(axes, slices, strict=True):
        index[axis] = slice(*bound)
    ours = convoy.slice(
        x, [b[0] for b in slices], [b[1] for b in slices],
        [signed(data.draw, a, len(shape)) for a in axes], [b[2] for b in slices],
    )  # fmt: skip
    assert_same(ours, x[tuple(index)])


@configurations(50)
@given(st.data(), seeds)
def test_slice_with_symbolic_sizes_is_numpys_at_every_size(data, seed):
    start, stop = data.draw(bounds), data.draw(bounds)
    step = data.draw(st.sampled_from([1, 2, 3, -1, -2]))
    x = convoy.input("x", ["N", 2], "float64")
    part = convoy.compile([x], convoy.slice(x, [start], [stop], [0], [step]))
    for size in (0, 1, 3, 8):
        array = random_array(seed, (size, 2))
        np.testing.assert_array_equal(part(array), array[start:stop:step])


@configurations(50)
@given(st.data(), seeds)
def test_slice_gradient_goes_where_the_elements_came_from(data, seed):
    shape = data.draw(filled_shapes)
    index = tuple(
        slice(data.draw(bounds), data.draw(bounds), data.draw(st.sampled_from([1, 2, -1, -2])))
        for _ in shape
    )
    x = random_array(seed, shape)

    def build(a):
        return convoy.slice(
            a, [i.start for i in index], [i.stop for i in index], None, [i.step for i in index]
        )

    grad = random_array(seed + 1, x[index].shape)
    expected = np.zeros(shape)
    expected[index] = grad
    np.testing.assert_array_equal(our_vjp(build, [x], grad, [0])[0], expected)


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_split_is_numpys(data, seed, dtype):
    shape = data.draw(filled_shapes)
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    sizes = data.draw(st.lists(st.integers(0, 3), min_size=1, max_size=4))
    shape[axis] = sum(sizes)
    x = random_array(seed, shape, dtype)
    theirs = np.split(x, np.cumsum(sizes)[:-1], axis)
    for mine, their in zip(convoy.split(x, sizes, axis), theirs, strict=True):
        assert_same(mine, their)
    shape[axis] = 6
    x = random_array(seed, shape, dtype)
    parts = data.draw(st.sampled_from([1, 2, 3, 6]))
    for mine, their in zip(convoy.split(x, parts, axis), np.split(x, parts, axis), strict=True):
        assert_same(mine, their)


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_tile_and_repeat_are_numpys(data, seed, dtype):
    shape = data.draw(shapes)
    repeats = data.draw(st.lists(st.integers(0, 3), max_size=5))
    x = random_array(seed, shape, dtype)
    assert_same(convoy.tile(x, repeats), np.tile(x, repeats))
    if shape:
        axis = data.draw(st.integers(-len(shape), len(shape) - 1))
        count = data.draw(st.integers(0, 3))
        assert_same(convoy.repeat(x, count, axis), np.repeat(x, count, axis))


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_views_are_numpys(data, seed, dtype):
    shape = data.draw(shapes)
    x = random_array(seed, shape, dtype)
    assert_same(convoy.reshape(x, [x.size]), x.reshape(-1))
    if x.size:
        assert_same(convoy.reshape(x, [1, -1, 1]), x.reshape(1, -1, 1))
    assert_same(convoy.squeeze(x), np.squeeze(x))
    ones = tuple(a for a in range(len(shape)) if shape[a] == 1)
    if ones:
        assert_same(convoy.squeeze(x, [ones[0] - len(shape)]), np.squeeze(x, ones[0]))
    added = sorted(data.draw(st.sets(st.integers(0, len(shape)), max_size=2)))
    if len(added) == 1 or (added and added[-1] < len(shape) + len(added)):
        assert_same(convoy.unsqueeze(x, added), np.expand_dims(x, tuple(added)))
    if shape:
        first = data.draw(st.integers(0, len(shape) - 1))
        last = data.draw(st.integers(first, len(shape) - 1))
        joined = [*shape[:first], int(np.prod(shape[first : last + 1])), *shape[last + 1 :]]
        assert_same(convoy.flatten(x, first, last - len(shape)), x.reshape(joined))


@configurations(50)
@given(st.data(), seeds, dtypes)
def test_expand_is_numpys_broadcast(data, seed, dtype):
    shape = data.draw(shapes)
    target = data.draw(st.lists(st.integers(0, 3), max_size=2)) + [
        data.draw(st.integers(0, 4)) if size == 1 else size for size in shape
    ]
    x = random_array(seed, shape, dtype)
    assert_same(convoy.expand(x, target), np.broadcast_to(x, target))


@pytest.mark.parametrize(
    "build",
    [
        lambda x: convoy.transpose(x, [2, 0, 1]),
        lambda x: convoy.flip(x, [0, -1]),
        lambda x: convoy.concat([x, convoy.flip(x, [1]), x], 1),
        lambda x: convoy.stack([x, x], -1),
        lambda x: convoy.slice(x, [1, None], [None, None], [1, 2], [2, -2]),
        lambda x: convoy.concat(convoy.split(x, [1, 2], 1)[::-1], 1),
        lambda x: convoy.tile(x, [2, 1, 3]),
        lambda x: convoy.repeat(x, 3, 1),
        lambda x: convoy.expand(x, [2, 2, 3, 4]),
        lambda x: convoy.expand(convoy.reduce_sum(x, [1], True), [2, 5, 4]),
        lambda x: convoy.squeeze(convoy.unsqueeze(x, [0, 2])),
        lambda x: convoy.reshape(x, [4, -1]),
        lambda x: convoy.flatten(x),
    ],
)
def test_gradient(build):
    x = random_array(3, (2, 3, 4))
    assert_gradient(build, [x])


def test_second_derivatives_of_slice_run_through_its_adjoint():
    x = random_array(5, (5, 3))

    def build(a):
        part = convoy.slice(a, [1], [None], [0], [2])
        return convoy.gradients([convoy.mul(part, part)], [a], [part])[0]

    assert_gradient(build, [x])


@configurations(50)
@given(st.data(), seeds, st.sampled_from(["DCR", "CRD"]), dtypes)
def test_depth_to_space_undoes_space_to_depth(data, seed, mode, dtype):
    rank, block = data.draw(st.integers(1, 3)), data.draw(st.integers(1, 3))
    size = [block * data.draw(st.integers(1, 2)) for _ in range(rank)]
    x = random_array(seed, (2, data.draw(st.integers(1, 3)), *size), dtype)
    deep = convoy.space_to_depth(x, block, mode)
    assert deep.shape == (2, x.shape[1] * block**rank, *(s // block for s in size))
    assert_same(convoy.depth_to_space(deep, block, mode), x)


def test_depth_to_space_numbers_channels_as_onnx_and_pytorch_do():
    x = np.arange(8.0).reshape(1, 8, 1, 1)
    dcr = convoy.depth_to_space(x, 2)
    crd = convoy.depth_to_space(x, 2, "CRD")
    np.testing.assert_array_equal(dcr, [[[[0, 2], [4, 6]], [[1, 3], [5, 7]]]])
    np.testing.assert_array_equal(crd, [[[[0, 1], [2, 3]], [[4, 5], [6, 7]]]])


def test_shape_of_follows_symbols():
    x = convoy.input("x", ["N", 3, "H"])
    shape = convoy.compile([x], convoy.shape_of(x))
    np.testing.assert_array_equal(shape(np.zeros((2, 3, 5), "float32")), [2, 3, 5])
    np.testing.assert_array_equal(shape(np.zeros((0, 3, 1), "float32")), [0, 3, 1])
    assert convoy.shape_of(np.float32(1)[None]).dtype == np.int64


def test_symbolic_sizes_move_too():
    x = convoy.input("x", ["N", "M"], "float64")
    joined = convoy.concat([x, convoy.tile(x, [2, 1])], 0)
    moved = convoy.flip(convoy.transpose(convoy.flatten(joined, 0, 1)), [0])
    function = convoy.compile([x], moved)
    for shape in ((2, 3), (4, 1)):
        array = random_array(1, shape)
        expected = np.concatenate([array, np.tile(array, (2, 1))]).reshape(-1)[::-1]
        np.testing.assert_array_equal(function(array), expected)
