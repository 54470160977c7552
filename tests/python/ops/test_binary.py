"""Elementwise functions of two arguments, and where, against NumPy."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    HALVES,
    INTEGERS,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy

ARITHMETIC = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": np.divide,
    "pow": np.power,
    "min": np.minimum,
    "max": np.maximum,
}
COMPARISONS = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
LOGICAL = ["logical_and", "logical_or", "logical_xor"]


@st.composite
def broadcastable(draw, count=2):
    """Shapes that broadcast: missing front axes, axes of size 1, empty axes."""
    full = draw(st.lists(st.integers(0, 4), max_size=4))
    shapes = []
    for _ in range(count):
        shape = [draw(st.sampled_from([1, size, size])) for size in full]
        shapes.append(tuple(shape[draw(st.integers(0, len(shape))) :]))
    return shapes


@pytest.mark.parametrize("name", ARITHMETIC)
def test_arithmetic_agrees_with_numpy(name):
    @configurations(50)
    @given(broadcastable(), seeds, st.sampled_from(FLOATS + FLOATS + HALVES))
    def check(shapes, seed, dtype):
        x, y = (random_array(seed + i, shape, dtype) for i, shape in enumerate(shapes))
        x = np.abs(x) if name == "pow" else x
        ours = getattr(convoy, name)(x, y)
        assert ours.dtype == x.dtype
        expected = ARITHMETIC[name](x.astype(np.float64), y.astype(np.float64))
        assert_agrees(ours, expected, dtype)

    check()


@pytest.mark.parametrize("name", ARITHMETIC)
def test_integers_agree_with_numpy(name):
    @configurations(50)
    @given(broadcastable(), seeds, st.sampled_from(INTEGERS))
    def check(shapes, seed, dtype):
        generator = np.random.default_rng(seed)
        info = np.iinfo(dtype)
        x, y = (generator.integers(info.min, info.max, shape, dtype, True) for shape in shapes)
        if name == "pow":
            y = np.abs(y % 7).astype(dtype)
        if name == "div":
            y = np.where((y == 0) | (y == -1 if info.min else False), 3, y).astype(dtype)
            # Toward zero, in Python's exact integers: NumPy's rounds down.
            quotient = np.vectorize(
                lambda a, b: abs(int(a)) // abs(int(b)) * (1 if (a < 0) == (b < 0) else -1),
                otypes=[dtype],
            )
            expected = quotient(x, y)
        else:
            with np.errstate(all="ignore"):
                expected = ARITHMETIC[name](x, y)
        np.testing.assert_array_equal(getattr(convoy, name)(x, y), expected)

    check()


@pytest.mark.parametrize("name", COMPARISONS)
def test_comparisons_agree_with_numpy(name):
    @configurations(50)
    @given(broadcastable(), seeds, st.sampled_from(FLOATS + HALVES + INTEGERS))
    def check(shapes, seed, dtype):
        x, y = (
            np.round(random_array(seed + i, s)).astype(random_array(0, (), dtype).dtype)
            for i, s in enumerate(shapes)
        )
        ours = getattr(convoy, name)(x, y)
        assert ours.dtype == bool
        np.testing.assert_array_equal(ours, getattr(np, name)(x, y))

    check()


@pytest.mark.parametrize("name", LOGICAL)
@configurations(50)
@given(broadcastable(), seeds)
def test_logic_agrees_with_numpy(name, shapes, seed):
    x, y = (random_array(seed + i, shape, "bool") for i, shape in enumerate(shapes))
    np.testing.assert_array_equal(getattr(convoy, name)(x, y), getattr(np, name)(x, y))
    np.testing.assert_array_equal(convoy.equal(x, y), np.equal(x, y))


def test_special_values_are_those_of_ieee():
    special = np.array([0.0, -0.0, 1, -1, np.inf, -np.inf, np.nan, 2.5])
    x, y = special[:, None], special[None, :]
    for name in [*ARITHMETIC, *COMPARISONS]:
        with np.errstate(all="ignore"):
            expected = ARITHMETIC.get(name, getattr(np, name, None))(x, y)
        np.testing.assert_allclose(getattr(convoy, name)(x, y), expected, 1e-15, err_msg=name)


def test_min_and_max_take_the_first_of_both_zeros():
    for name in ["min", "max"]:
        result = getattr(convoy, name)(np.array([0.0, -0.0]), np.array([-0.0, 0.0]))
        np.testing.assert_array_equal(np.signbit(result), [False, True])


@configurations(40)
@given(broadcastable(), seeds, st.sampled_from(list(ARITHMETIC)))
def test_gradients_are_summed_over_broadcast_axes(shapes, seed, name):
    x, y = random_array(seed, shapes[0]), random_array(seed + 1, shapes[1])
    if name in {"div", "pow"}:
        x, y = np.abs(x) + 0.5, np.abs(y) + 0.5
    if name in {"min", "max"} and np.abs(x - y).min(initial=1) < 1e-3:
        return
    assert_gradient(getattr(convoy, name), [x, y])


def test_ties_of_min_and_max_share_the_gradient():
    x, y = np.array([1.0, 2, 3]), np.array([3.0, 2, 1])
    for name, to_x in [("max", [0, 0.5, 1]), ("min", [1, 0.5, 0])]:
        grads = our_vjp(getattr(convoy, name), [x, y], np.ones(3), [0, 1])
        np.testing.assert_array_equal(grads, [to_x, to_x[::-1]])


def test_gradient_of_pow_at_zero():
    x, y = np.array([0.0, 0, 0, 3, 2]), np.array([0.0, 1, 2, 0, 3])
    to_x, to_y = our_vjp(convoy.pow, [x, y], np.ones(5), [0, 1])
    np.testing.assert_array_equal(to_x, [0, 1, 0, 0, 12])
    np.testing.assert_allclose(to_y, [0, 0, 0, np.log(3), 8 * np.log(2)], rtol=1e-15)


@configurations(50)
@given(broadcastable(3), seeds, st.sampled_from([*FLOATS, *HALVES, *INTEGERS, "bool"]))
def test_where_agrees_with_numpy(shapes, seed, dtype):
    condition = random_array(seed, shapes[0], "bool")
    x, y = random_array(seed + 1, shapes[1], dtype), random_array(seed + 2, shapes[2], dtype)
    ours = convoy.where(condition, x, y)
    assert ours.dtype == x.dtype
    np.testing.assert_array_equal(ours, np.where(condition, x, y))


@configurations(30)
@given(broadcastable(3), seeds)
def test_gradient_of_where(shapes, seed):
    condition = random_array(seed, shapes[0], "bool")
    x, y = random_array(seed + 1, shapes[1]), random_array(seed + 2, shapes[2])
    assert_gradient(convoy.where, [condition, x, y])


def test_what_where_does_not_choose_has_no_influence():
    condition = np.array([True, False])
    x, y = np.array([1.0, np.nan]), np.array([np.inf, 2.0])
    np.testing.assert_array_equal(convoy.where(condition, x, y), [1, 2])
    to_x, to_y = our_vjp(
        lambda a, b: convoy.where(convoy.constant(condition), a, b),
        [x, y],
        np.array([np.nan, 5]),
        [0, 1],
    )
    np.testing.assert_array_equal(to_x, [np.nan, 0])
    np.testing.assert_array_equal(to_y, [0, 5])


def test_symbolic_shapes():
    x, y = convoy.input("x", ("N", "C"), "float64"), convoy.input("y", ("C",), "float64")
    function = convoy.compile([x, y], convoy.gradients([x * y], [y], [x]))
    for n, c in [(2, 3), (0, 4)]:
        value = random_array(n, (n, c))
        assert_agrees(
            np.asarray(function(value, random_array(1, (c,)))).reshape(c), (value * value).sum(0)
        )
