"""max_pool and max_unpool against JAX's reduce_window, its gradients, and windows in NumPy."""

import jax
import numpy as np
import pytest
from hypothesis import given, strategies as st
from pools import planes, pool, poolings, sides
from support import (
    FLOATS,
    HALVES,
    INTEGERS,
    assert_agrees,
    assert_gradient,
    configurations,
    inputs_like,
    our_vjp,
    random_array,
    seeds,
    sweep,
)

import convoy


def numpy_max_pool(x, attributes):
    """Values and indices: the first NaN of a window, else its first largest element."""
    plane = np.arange(np.prod(x.shape[2:], dtype=np.int64)).reshape(1, 1, *x.shape[2:])
    order = np.broadcast_to(plane, x.shape)

    def first_largest(elements, _):
        nan = np.isnan(elements.astype(np.float64))
        return np.where(nan.any(-1), nan.argmax(-1), elements.argmax(-1))

    # argmax counts within the window; the same window of `order` tells where that is in the plane.
    chosen = pool(x, attributes, first_largest).astype(np.int64)
    indices = np.zeros(chosen.shape, np.int64)
    taps = {}
    pool(order, attributes, lambda e, _: taps.setdefault(len(taps), e)[..., 0])
    for i, p in enumerate(np.ndindex(*chosen.shape[2:])):
        at = (slice(None), slice(None), *p)
        if chosen[at].size:
            indices[at] = np.take_along_axis(taps[i], chosen[at][..., None], -1)[..., 0]
    values = np.take_along_axis(planes(x), planes(indices), -1)
    return values.reshape(indices.shape), indices


def data_for(seed, shape, dtype):
    """Random data with ties, zeros of both signs and, in floats, a few NaN and infinities."""
    x = random_array(seed, shape, dtype)
    if dtype in INTEGERS:
        return x
    generator = np.random.default_rng(seed + 1)
    x = np.round(x.astype(np.float64) * 2).astype(x.dtype)
    kind = generator.integers(0, 24, shape)
    for k, special in enumerate([np.nan, np.inf, -np.inf, -0.0]):
        x[kind == k] = special
    return x


@configurations(200)
@given(poolings(), seeds, st.sampled_from(FLOATS + HALVES + INTEGERS))
def test_values_and_indices_agree_with_windows_in_numpy(configuration, seed, dtype):
    shape, attributes = configuration
    x = data_for(seed, shape, dtype)
    values, indices = convoy.max_pool(x, return_indices=True, **attributes)
    expected_values, expected_indices = numpy_max_pool(x, attributes)
    assert values.dtype == x.dtype
    assert indices.dtype == np.int64
    assert_agrees(values, expected_values)
    np.testing.assert_array_equal(indices, expected_indices)


def jax_max_pool(x, attributes):
    """reduce_window over explicit padding, with what ceil_mode adds at the end."""
    rank = x.ndim - 2
    pads = []
    for a in range(rank):
        padding = attributes["padding"]
        kernel, stride = attributes["kernel"][a], attributes["stride"][a]
        dilation, size = attributes["dilation"][a], x.shape[a + 2]
        begin, end = sides(
            size, kernel, stride, padding if isinstance(padding, str) else padding[a], dilation
        )
        reach = dilation * (kernel - 1) + 1
        extra = -(size + begin + end - reach) % stride
        if attributes["ceil_mode"] and size + begin + end - reach + extra < size + begin:
            end += extra
        pads.append((begin, end))
    return jax.lax.reduce_window(
        x, -np.inf, jax.lax.max, (1, 1, *attributes["kernel"]), (1, 1, *attributes["stride"]),
        ((0, 0), (0, 0), *pads), window_dilation=(1, 1, *attributes["dilation"]),
    )  # fmt: skip


@configurations(60)
@given(poolings(), seeds, st.sampled_from(FLOATS))
def test_forward_and_gradient_agree_with_jax(configuration, seed, dtype):
    shape, attributes = configuration
    x = random_array(seed, shape, dtype)
    ours = convoy.max_pool(x, **attributes)
    theirs = jax_max_pool(x, attributes)
    assert_agrees(ours, theirs)
    grad = random_array(seed + 1, ours.shape, dtype)
    (our_grad,) = our_vjp(lambda v: convoy.max_pool(v, **attributes), [x], grad, [0])
    # JAX has no gradient of a dilated reduce_window: there the windows' own indices tell.
    if any(d > 1 for d in attributes["dilation"]):
        expected = np.zeros((*shape[:2], int(np.prod(shape[2:]))))
        _, indices = numpy_max_pool(x, attributes)
        for n, c, *p in np.ndindex(*ours.shape):
            expected[n, c, indices[(n, c, *p)]] += grad[(n, c, *p)]
        expected = expected.reshape(shape)
    else:
        _, pullback = jax.vjp(lambda v: jax_max_pool(v, attributes), x.astype(np.float64))
        (expected,) = pullback(grad.astype(np.float64))
    assert_agrees(our_grad, expected)


def test_of_1_to_16():
    x = np.arange(1.0, 17).reshape(1, 1, 4, 4)
    values, indices = convoy.max_pool(x, 2, stride=2, return_indices=True)
    assert values.tolist() == [[[[6, 8], [14, 16]]]]
    assert indices.tolist() == [[[[5, 7], [13, 15]]]]
    assert convoy.max_pool(x, 2, stride=1).shape == (1, 1, 3, 3)


def test_default_stride_is_the_kernel():
    x = random_array(1, (1, 2, 6, 9))
    np.testing.assert_array_equal(
        convoy.max_pool(x, (2, 3)), convoy.max_pool(x, (2, 3), stride=(2, 3))
    )


def test_the_first_nan_wins_value_index_and_gradient():
    x = np.array([[[1.0, np.nan, 3.0, np.nan]]])
    values, indices = convoy.max_pool(x, 4, return_indices=True)
    assert np.isnan(values).all()
    assert indices.tolist() == [[[1]]]
    (grad,) = our_vjp(lambda v: convoy.max_pool(v, 4), [x], np.array([[[2.0]]]), [0])
    assert grad.tolist() == [[[0, 2, 0, 0]]]


def test_ties_go_to_the_first_in_index_and_gradient_and_zeros_tie():
    x = np.array([[[-0.0, 0.0, -1.0, 0.0]]])
    values, indices = convoy.max_pool(x, 4, return_indices=True)
    assert indices.tolist() == [[[0]]]
    assert np.signbit(values).all()
    (grad,) = our_vjp(lambda v: convoy.max_pool(v, 4), [x], np.array([[[2.0]]]), [0])
    assert grad.tolist() == [[[2, 0, 0, 0]]]


def test_padding_never_wins():
    x = np.full((1, 1, 3), -np.inf)
    values, indices = convoy.max_pool(x, 3, stride=1, padding=1, return_indices=True)
    assert (values == -np.inf).all()
    assert indices.tolist() == [[[0, 0, 1]]]
    low = np.full((1, 1, 3), -128, np.int8)
    assert (convoy.max_pool(low, 3, stride=1, padding=1) == -128).all()


def test_ceil_mode_drops_a_window_that_starts_in_the_end_padding():
    x = np.arange(4.0).reshape(1, 1, 4)
    assert convoy.max_pool(x, 1, stride=3, ceil_mode=True).tolist() == [[[0, 3]]]
    x = np.arange(5.0).reshape(1, 1, 5)
    # ceil((5 + 2 − 2)/3) + 1 = 3 windows, of which the last would start at 6 = in + begin.
    assert convoy.max_pool(x, 2, stride=3, padding=1, ceil_mode=True).tolist() == [[[0, 3]]]
    assert convoy.max_pool(x, 2, stride=2, ceil_mode=True).tolist() == [[[1, 3, 4]]]


def test_a_window_of_padding_only_is_refused_where_taps_step_over_x():
    # Taps of the window at -2 are at -2 and 1; x has the element 0 alone.
    with pytest.raises(convoy.ShapeError, match=r"max_pool \(C8\)"):
        convoy.max_pool(np.zeros((1, 1, 1)), 2, stride=1, padding=2, dilation=3)


def test_same_and_half_differ_at_stride_2():
    x = np.array([[[9.0, 1, 2, 3, 4, 8]]])
    same = convoy.max_pool(x, 3, stride=2, padding="same")
    half = convoy.max_pool(x, 3, stride=2, padding="half")
    assert same.tolist() == [[[9, 4, 8]]]
    assert half.tolist() == [[[9, 3, 8]]]


@configurations(50)
@given(poolings(most=3), seeds)
def test_gradient_of_the_gradient(configuration, seed):
    """⟨max_pool'(x)·v, w⟩ is linear in v: its gradient in v reads w where the maxima are."""
    shape, attributes = configuration
    x, w = random_array(seed, shape), random_array(seed + 1, shape)
    expected_values, indices = numpy_max_pool(x, attributes)
    v = random_array(seed + 2, expected_values.shape)

    def backward(x_value, v_value):
        return convoy.gradients([convoy.max_pool(x_value, **attributes)], [x_value], [v_value])[0]

    to_x, to_v = our_vjp(backward, [x, v], w, [0, 1])
    assert not to_x.any()
    expected = np.take_along_axis(planes(w), planes(indices), -1)
    assert_agrees(to_v, expected.reshape(indices.shape))


def test_gradient_by_central_differences():
    x = np.random.default_rng(1).permutation(2 * 2 * 5 * 6).reshape(2, 2, 5, 6) / 7.0
    for attributes in [
        {"kernel": 2},
        {"kernel": (3, 2), "stride": (1, 2), "padding": [(1, 2), (0, 1)]},
        {"kernel": 3, "stride": 2, "padding": "same"},
        {"kernel": 2, "stride": 2, "dilation": 2, "padding": 1, "ceil_mode": True},
    ]:
        assert_gradient(lambda v, a=attributes: convoy.max_pool(v, **a), [x])


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("padding", ["valid", "same", "same_lower", "half", [(0, 1)], [(2, 1)]])
def test_symbolic_sizes_come_out_as_known_ones_do(padding, stride, ceil_mode):
    """Forward and gradient are built once for any size; each size must agree with itself built
    alone, also where ceil_mode drops a window."""
    attributes = {"kernel": 3, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    x = convoy.input("x", ("N", 2, "L"), "float64")
    values, indices = convoy.max_pool(x, return_indices=True, **attributes)
    grad = convoy.gradients([values], [x], [values * 2.0])[0]
    both = convoy.compile([x], (values, indices, grad))
    for size in sweep(range(11, 2, -1)):
        array = random_array(size, (2, 2, size))
        alone, at = convoy.max_pool(array, return_indices=True, **attributes)
        back = our_vjp(lambda v: convoy.max_pool(v, **attributes), [array], alone * 2, [0])
        for ours, expected in zip(both(array), (alone, at, back[0]), strict=True):
            assert_agrees(ours, expected)


def test_global_max_pool_gives_the_first_largest_of_each_channel():
    x = data_for(5, (2, 3, 4, 5), "float64")
    x[~np.isfinite(x)] = 0
    expected = x.max(axis=(2, 3), keepdims=True)
    np.testing.assert_array_equal(convoy.global_max_pool(x), expected)
    tied = np.array([[[1.0, 3.0, 3.0]]])
    (grad,) = our_vjp(convoy.global_max_pool, [tied], np.ones((1, 1, 1)), [0])
    assert grad.tolist() == [[[0, 1, 0]]]


@configurations(50)
@given(st.integers(1, 3), st.booleans(), seeds, st.sampled_from(FLOATS + INTEGERS))
def test_unpool_places_values_and_the_last_of_one_place_stays(rank, accumulate, seed, dtype):
    generator = np.random.default_rng(seed)
    pooled = (2, 3, *generator.integers(1, 4, rank))
    size = [int(s) for s in generator.integers(2, 5, rank)]
    x = random_array(seed, pooled, dtype)
    indices = generator.integers(0, np.prod(size), pooled)
    expected = np.zeros((2, 3, int(np.prod(size))), x.dtype)
    for n, c in np.ndindex(2, 3):
        if accumulate:
            np.add.at(expected[n, c], indices[n, c].ravel(), x[n, c].ravel())
        else:
            for at, value in zip(indices[n, c].ravel(), x[n, c].ravel(), strict=True):
                expected[n, c, at] = value
    ours = convoy.max_unpool(x, indices, size, accumulate=accumulate)
    assert_agrees(ours, expected.reshape(2, 3, *size))


@pytest.mark.parametrize("accumulate", [False, True])
def test_gradient_of_unpool_and_its_own(accumulate):
    x = random_array(1, (2, 2, 5))
    indices = np.random.default_rng(2).integers(0, 6, x.shape)  # with places hit twice
    assert_gradient(
        lambda v: convoy.max_unpool(v, constant(indices), 6, accumulate=accumulate), [x]
    )
    grad = random_array(3, (2, 2, 6))
    assert_gradient(
        lambda g: convoy.max_unpool_grad(g, constant(indices), accumulate=accumulate), [grad]
    )


def constant(array):
    return convoy.constant(array)


def test_unpool_inverts_pooling_of_windows_that_do_not_overlap():
    x = random_array(3, (2, 3, 6, 8))
    values, indices = convoy.max_pool(x, 2, return_indices=True)
    back = convoy.max_unpool(values, indices, (6, 8))
    np.testing.assert_array_equal(back[back != 0], x[back != 0])
    np.testing.assert_array_equal(convoy.max_pool(np.abs(back), 2), np.abs(values))


@pytest.mark.parametrize("index", [-1, 6, 2**62, -(2**63)])
def test_indices_out_of_range_are_refused(index):
    x, indices = np.ones((1, 1, 2)), np.array([[[0, index]]])
    for call in (
        lambda: convoy.max_unpool(x, indices, 6),
        lambda: convoy.max_unpool_grad(np.ones((1, 1, 6)), indices),
    ):
        with pytest.raises(convoy.IndexError, match=r"max_unpool.*out of range"):
            call()


def test_unused_indices_and_values():
    x = inputs_like([np.zeros((1, 1, 4))])[0]
    _, indices = convoy.max_pool(x, 2, return_indices=True)
    assert indices.dtype == np.int64
    np.testing.assert_array_equal(
        convoy.compile([x], indices)(np.arange(4.0).reshape(1, 1, 4)), [[[1, 3]]]
    )
