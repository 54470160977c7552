"""avg_pool, lp_pool and global pooling against windows in NumPy, JAX and the ONNX evaluator."""

import jax
import numpy as np
import pytest
from hypothesis import given, strategies as st
from pools import pool, poolings
from support import (
    FLOATS,
    HALVES,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
    sweep,
)

import convoy


def numpy_avg_pool(x, attributes, count_include_pad, divisor_override):
    def mean(elements, counts):
        divisor = divisor_override or counts[1 if count_include_pad else 0]
        return elements.sum(-1) / divisor if divisor else np.zeros(elements.shape[:-1])

    return pool(x.astype(np.float64), attributes, mean)


averages = st.tuples(poolings(), st.booleans(), st.sampled_from([None, None, 1, 3]))


@configurations(200)
@given(averages, seeds, st.sampled_from(FLOATS + FLOATS + HALVES))
def test_forward_and_gradient_agree_with_windows_in_numpy(configuration, seed, dtype):
    (shape, attributes), count_include_pad, divisor = configuration
    x = random_array(seed, shape, dtype)
    options = {**attributes, "count_include_pad": count_include_pad, "divisor_override": divisor}
    ours = convoy.avg_pool(x, **options)
    assert ours.dtype == x.dtype
    assert_agrees(ours, numpy_avg_pool(x, attributes, count_include_pad, divisor))
    if dtype not in FLOATS or x.size > 60:
        return
    # avg_pool is linear: column i of its matrix is its value on the i-th unit array.
    grad = random_array(seed + 1, ours.shape, dtype)
    expected = np.zeros(x.size)
    for i in range(x.size):
        unit = np.zeros(x.size)
        unit[i] = 1
        column = numpy_avg_pool(unit.reshape(shape), attributes, count_include_pad, divisor)
        expected[i] = np.sum(column * grad)
    (our_grad,) = our_vjp(lambda v: convoy.avg_pool(v, **options), [x], grad, [0])
    assert_agrees(our_grad, expected.reshape(shape))


@configurations(60)
@given(poolings(dilated=False), seeds)
def test_agrees_with_jax_where_padding_is_counted(configuration, seed):
    shape, attributes = configuration
    if not isinstance(attributes["padding"], list):
        return
    attributes = {**attributes, "ceil_mode": False}
    x = random_array(seed, shape)

    def theirs(v):
        total = jax.lax.reduce_window(
            v, 0.0, jax.lax.add, (1, 1, *attributes["kernel"]), (1, 1, *attributes["stride"]),
            ((0, 0), (0, 0), *attributes["padding"]),
        )  # fmt: skip
        return total / np.prod(attributes["kernel"])

    ours = convoy.avg_pool(x, **attributes)
    expected, pullback = jax.vjp(theirs, x)
    assert_agrees(ours, expected)
    grad = random_array(seed + 1, ours.shape)
    assert_agrees(
        our_vjp(lambda v: convoy.avg_pool(v, **attributes), [x], grad, [0])[0], pullback(grad)[0]
    )


@configurations(60)
@given(averages, seeds)
def test_input_grad_is_the_adjoint_and_closed_under_differentiation(configuration, seed):
    (shape, attributes), count_include_pad, divisor = configuration
    options = {**attributes, "count_include_pad": count_include_pad, "divisor_override": divisor}
    x = random_array(seed, shape)
    y = convoy.avg_pool(x, **options)
    g = random_array(seed + 1, y.shape)
    back = convoy.avg_pool_input_grad(g, shape[2:], **options)
    assert_agrees(np.sum(y * g), np.sum(x * back) if x.size else np.float64(0))
    (again,) = our_vjp(lambda v: convoy.avg_pool_input_grad(v, shape[2:], **options), [g], x, [0])
    assert_agrees(again, y)


def test_hand_checkable():
    assert convoy.avg_pool(np.array([[[[1.0, 2], [3, 4]]]]), 2).item() == 2.5
    ones = np.ones((1, 1, 2, 2))
    assert convoy.avg_pool(ones, 2, stride=1, padding=1)[0, 0, 0, 0] == 0.25
    alone = convoy.avg_pool(ones, 2, stride=1, padding=1, count_include_pad=False)
    assert alone[0, 0, 0, 0] == 1


def test_ceil_mode_counts_declared_padding_but_nothing_beyond_it():
    x = np.ones((1, 1, 3))
    y = convoy.avg_pool(x, 2, stride=2, ceil_mode=True)
    assert y.tolist() == [[[1, 1]]]  # the second window counts one element, not two
    y = convoy.avg_pool(np.ones((1, 1, 4)), 3, stride=2, padding=1, ceil_mode=True)
    # Windows start at -1, 1, 3; the last holds x[3], the declared padding at 4, and 5 beyond it.
    assert y.tolist() == [[[2 / 3, 1, 0.5]]]


def test_an_average_over_nothing_counted_is_zero():
    y = convoy.avg_pool(
        np.ones((1, 1, 1)), 2, stride=1, padding=2, dilation=3, count_include_pad=False
    )
    assert y.tolist() == [[[0, 0]]]


@pytest.mark.parametrize("ceil_mode", [False, True])
@pytest.mark.parametrize("stride", [1, 2, 3, 5])
@pytest.mark.parametrize("padding", ["valid", "same", "half", [(0, 1)], [(2, 1)]])
def test_symbolic_sizes_come_out_as_known_ones_do(padding, stride, ceil_mode):
    attributes = {"kernel": 3, "stride": stride, "padding": padding, "ceil_mode": ceil_mode}
    x = convoy.input("x", ("N", 2, "L"), "float64")
    y = convoy.avg_pool(x, **attributes)
    grad = convoy.gradients([y], [x], [y * 2.0])[0]
    both = convoy.compile([x], (y, grad))
    for size in sweep(range(11, 2, -1)):
        array = random_array(size, (2, 2, size))
        alone = convoy.avg_pool(array, **attributes)
        back = our_vjp(lambda v: convoy.avg_pool(v, **attributes), [array], alone * 2, [0])
        for ours, expected in zip(both(array), (alone, back[0]), strict=True):
            assert_agrees(ours, expected)


@configurations(50)
@given(st.integers(1, 3), seeds, st.sampled_from(FLOATS))
def test_global_avg_pool_is_the_mean(rank, seed, dtype):
    x = random_array(seed, (2, 3, 4, 5, 2)[: rank + 2], dtype)
    axes = tuple(range(2, rank + 2))
    ours = convoy.global_avg_pool(x)
    assert_agrees(ours, x.astype(np.float64).mean(axis=axes, keepdims=True))
    if rank == 1 and dtype == "float64":
        assert_gradient(convoy.global_avg_pool, [x])


def numpy_lp_pool(x, attributes, p):
    return pool(x.astype(np.float64), attributes, lambda e, _: (np.abs(e) ** p).sum(-1) ** (1 / p))


@configurations(50)
@given(poolings(), st.sampled_from([1.0, 2.0, 3.0, 1.5, 0.5]), seeds, st.sampled_from(FLOATS))
def test_lp_pool_agrees_with_windows_in_numpy(configuration, p, seed, dtype):
    shape, attributes = configuration
    x = random_array(seed, shape, dtype)
    assert_agrees(convoy.lp_pool(x, p=p, **attributes), numpy_lp_pool(x, attributes, p))


@pytest.mark.parametrize("p", [1, 2, 3, 1.5])
def test_lp_pool_gradients(p):
    x = random_array(4, (1, 2, 4, 5))

    def build(v):
        return convoy.lp_pool(v, (3, 2), p=p, stride=(1, 2), padding=[(1, 0), (1, 1)])

    assert_gradient(build, [x])
    seed = random_array(5, build(x).shape)

    def backward(v):
        return convoy.gradients([build(v)], [v], [convoy.constant(seed)])[0]

    assert_gradient(backward, [x], bound=1e-5)


@pytest.mark.parametrize("p", [0.5, 1, 2, 3])
def test_lp_pool_has_gradient_zero_at_zero(p):
    x = np.array([[[0.0, 0.0, 0.0, 2.0]]])
    (grad,) = our_vjp(lambda v: convoy.lp_pool(v, 2, p=p), [x], np.ones((1, 1, 2)), [0])
    np.testing.assert_allclose(grad, [[[0, 0, 0, 1]]], rtol=1e-15)


def test_lp_pool_does_not_overflow():
    x = np.array([[[3e200, 4e200, 3e-200, 4e-200]]])
    np.testing.assert_allclose(convoy.lp_pool(x, 2), [[[5e200, 5e-200]]], rtol=1e-14)
    x = np.array([[[np.inf, 1, np.nan, np.inf]]])
    np.testing.assert_array_equal(convoy.lp_pool(x, 2), [[[np.inf, np.nan]]])
