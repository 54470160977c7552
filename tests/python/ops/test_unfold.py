"""unfold and fold against a walk over windows in NumPy, and against conv."""

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


@st.composite
def windows(draw):
    """Batch, channels, spatial size, and the attributes of a window that fits."""
    rank = draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 3)) for _ in range(rank)]
    dilation = [draw(st.integers(1, 2)) for _ in range(rank)]
    padding = [(draw(st.integers(0, 2)), draw(st.integers(0, 2))) for _ in range(rank)]
    size = []
    for k, d, (begin, end) in zip(kernel, dilation, padding, strict=True):
        least = max(1, d * (k - 1) + 1 - begin - end)
        size.append(draw(st.integers(least, least + 3)))
    attributes = {
        "kernel": kernel,
        "stride": [draw(st.integers(1, 3)) for _ in range(rank)],
        "padding": padding,
        "dilation": dilation,
    }
    return (draw(st.sampled_from([1, 2, 0])), draw(st.integers(1, 3)), *size), attributes


def numpy_unfold(x, kernel, stride, padding, dilation):
    x = np.pad(x, [(0, 0), (0, 0), *padding])
    reach = [d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True)]
    axes = tuple(range(2, x.ndim))
    views = np.lib.stride_tricks.sliding_window_view(x, reach, axes)
    views = views[(slice(None), slice(None), *(slice(None, None, s) for s in stride),
                   *(slice(None, None, d) for d in dilation))]  # fmt: skip
    rank = len(kernel)
    order = (0, 1, *range(2 + rank, 2 + 2 * rank), *range(2, 2 + rank))
    columns = np.transpose(views, order)
    taps = int(np.prod(kernel))
    positions = int(np.prod(columns.shape[2 + rank :]))
    return columns.reshape(x.shape[0], x.shape[1] * taps, positions)


@configurations(100)
@given(windows(), seeds, st.sampled_from([*FLOATS, "float16", "int32", "uint8"]))
def test_unfold_is_a_sliding_window_and_fold_its_transpose(configuration, seed, dtype):
    shape, attributes = configuration
    x = random_array(seed, shape, dtype)
    columns = convoy.unfold(x, **attributes)
    assert columns.dtype == x.dtype
    np.testing.assert_array_equal(columns, numpy_unfold(x, **attributes))

    numbers = np.arange(1, np.prod(shape, dtype=int) + 1, dtype=float).reshape(shape)
    places = numpy_unfold(numbers, **attributes).astype(int)  # 0 stands for padding
    back = random_array(seed + 1, columns.shape, dtype)
    sums = np.bincount(places.ravel(), back.ravel().astype(float), x.size + 1)[1:].reshape(shape)
    ours = convoy.fold(back, shape[2:], **attributes)
    if dtype == "uint8":
        sums = sums % 256
    assert_agrees(ours, sums.astype(x.dtype))


@configurations(40)
@given(windows(), seeds)
def test_each_is_the_others_gradient(configuration, seed):
    shape, attributes = configuration
    x = random_array(seed, shape)
    grad = random_array(seed + 1, convoy.unfold(x, **attributes).shape)
    ours = our_vjp(lambda a: convoy.unfold(a, **attributes), [x], grad, [0])[0]
    assert_agrees(ours, convoy.fold(grad, shape[2:], **attributes))
    ours = our_vjp(lambda a: convoy.fold(a, shape[2:], **attributes), [grad], x, [0])[0]
    assert_agrees(ours, convoy.unfold(x, **attributes))


def test_gradients_by_central_differences():
    attributes = {"kernel": [2, 3], "stride": [2, 1], "padding": [(1, 0), (0, 2)], "dilation": 2}
    x = random_array(1, (1, 2, 5, 4))
    assert_gradient(lambda a: convoy.unfold(a, **attributes), [x])
    columns = convoy.unfold(x, **attributes)
    assert_gradient(lambda a: convoy.fold(a, [5, 4], **attributes), [columns])


def test_conv_is_a_matrix_product_with_columns_for_every_padding():
    x, w = random_array(1, (1, 2, 7, 6)), random_array(2, (3, 2, 3, 2))
    for padding in ("valid", "same", "same_lower", "half", "full", 1):
        columns = convoy.unfold(x, [3, 2], stride=2, padding=padding)
        y = convoy.conv(x, w, stride=2, padding=padding)
        assert_agrees((w.reshape(3, -1) @ columns[0]).reshape(y.shape), y)


def test_a_patch_is_a_column():
    x = np.arange(9.0).reshape(1, 1, 3, 3)
    expected = [[0, 1, 3, 4], [1, 2, 4, 5], [3, 4, 6, 7], [4, 5, 7, 8]]
    np.testing.assert_array_equal(convoy.unfold(x, 2)[0], expected)
    counts = convoy.fold(np.ones((1, 4, 4)), [3, 3], 2)
    np.testing.assert_array_equal(counts[0, 0], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])


def test_symbolic_sizes_unfold_too():
    x = convoy.input("x", ["N", 2, "H", "W"], "float64")
    columns = convoy.unfold(x, [3, 2], stride=2, padding=1)
    function = convoy.compile([x], convoy.fold(columns, ["H", "W"], [3, 2], stride=2, padding=1))
    for size in ((5, 4), (2, 7)):
        array = random_array(1, (1, 2, *size))
        expected = convoy.fold(
            convoy.unfold(array, [3, 2], stride=2, padding=1), size, [3, 2], stride=2, padding=1
        )
        np.testing.assert_array_equal(function(array), expected)
