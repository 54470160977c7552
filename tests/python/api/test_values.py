"""Graph values in Python: attributes, operators, what they refuse."""

import operator

import numpy as np
import pytest

import convoy


def run(build, *arrays):
    values = [convoy.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
    return convoy.compile(values, build(*values))(*arrays)


def test_a_value_tells_its_type_and_name():
    x = convoy.input("x", ("N", 3, "H"), np.float16)
    assert x.ndim == 3
    assert x.dtype == np.dtype("float16")
    assert x.name == "x"
    assert x.shape[1] == 3
    assert str(x.shape[0]) == "N"
    assert repr(x) == "<input 'x' float16[N,3,H]>"


def test_sizes_have_arithmetic():
    n, h = convoy.input("x", ("N", "H")).shape
    assert str(h // 2 + 1) == str(convoy.Dim("H//2 + 1"))
    assert n * 2 - n == n
    assert 1 + h - 1 == h
    assert hash(1 + h - 1) == hash(h)
    assert n != h
    assert -(h - 2 * h) == h
    assert convoy.Dim(3) == 3
    assert hash(convoy.Dim(3)) == hash(3)
    assert h != "H of something"
    with pytest.raises(convoy.ValueError, match="divided by 0"):
        h // 0
    with pytest.raises(convoy.ShapeError):
        int(h)


@pytest.mark.parametrize("name", ["add", "sub", "mul", "truediv", "pow", "floordiv", "mod"])
@pytest.mark.parametrize("other", ["value", "array", "number", "scalar"])
@pytest.mark.parametrize("reflected", [False, True])
def test_operators_agree_with_numpy(name, other, reflected):
    apply = getattr(operator, name)
    a = np.random.default_rng(1).uniform(0.5, 3, (2, 3))
    b = {
        "value": np.random.default_rng(2).uniform(0.5, 3, (3,)),
        "array": np.random.default_rng(3).uniform(0.5, 3, (2, 1)),
        "number": 2.5,
        "scalar": np.float64(1.75),
    }[other]
    swap = (lambda x, y: apply(y, x)) if reflected else apply
    actual = run(swap, a, b) if other == "value" else run(lambda x: swap(x, b), a)
    np.testing.assert_allclose(actual, swap(a, b), rtol=1e-12)


@pytest.mark.parametrize("name", ["eq", "ne", "lt", "le", "gt", "ge"])
def test_comparisons_agree_with_numpy(name):
    apply = getattr(operator, name)
    a, b = np.array([1, 2, 3, np.nan]), np.array([3, 2, 1, np.nan])
    np.testing.assert_array_equal(run(apply, a, b), apply(a, b))
    np.testing.assert_array_equal(run(lambda x: apply(x, 2), a), apply(a, 2))
    np.testing.assert_array_equal(run(lambda x: apply(b, x), a), apply(b, a))


@pytest.mark.parametrize("name", ["floordiv", "mod"])
@pytest.mark.parametrize("dtype", ["int32", "uint8", "float64"])
def test_floor_division_rounds_down_as_in_python(name, dtype):
    apply = getattr(operator, name)
    a = np.array([7, 7, 6, 1, 0]).astype(dtype)
    b = np.array([2, 3, 3, 5, 4]).astype(dtype)
    if dtype != "uint8":
        a, b = np.concatenate([a, -a, a, -a]), np.concatenate([b, b, -b, -b])
    np.testing.assert_array_equal(run(apply, a, b), apply(a, b))


def test_logic_negation_and_absolute_value():
    a = np.array([True, False, True])
    b = np.array([True, True, False])
    for name in ("and_", "or_", "xor"):
        apply = getattr(operator, name)
        np.testing.assert_array_equal(run(apply, a, b), apply(a, b))
    np.testing.assert_array_equal(run(operator.invert, a), ~a)
    x = np.array([-1.5, 2])
    np.testing.assert_array_equal(run(lambda v: -v + abs(v) + +v, x), -x + abs(x) + x)


def test_numbers_take_the_values_dtype_when_it_can_hold_them():
    x = convoy.input("x", (2,), "float32")
    i = convoy.input("i", (2,), "uint8")
    assert (x + 1).dtype == np.float32
    assert (np.float64(0.5) * x).dtype == np.float32
    assert (i + 255).dtype == np.uint8
    large = 2**60 + 1  # not a double
    assert run(lambda v: v + large, np.zeros(1, np.int64))[0] == large
    for wrong in (lambda: i + 256, lambda: i - -1, lambda: x + 10**400):
        with pytest.raises(convoy.ValueError, match="does not fit"):
            wrong()
    for wrong in (lambda: i + 1.5, lambda: i * float("nan")):
        with pytest.raises(convoy.TypeError, match="not whole"):
            wrong()
    with pytest.raises(convoy.TypeError, match="bool"):
        convoy.input("b", (2,), "bool") & 1


def test_integer_division_names_its_alternatives():
    i = convoy.input("i", (2,), "int32")
    with pytest.raises(convoy.TypeError, match="//"):
        i / 2


@pytest.mark.parametrize(
    "misuse", [bool, list, np.asarray, float, lambda x: x + "text", lambda x: x + None]
)
def test_what_a_value_is_not(misuse):
    with pytest.raises(TypeError):
        misuse(convoy.input("x", (2,)))


def test_values_and_parameters_are_hashable():
    x = convoy.input("x", (2,))
    p = convoy.parameter("p", np.zeros(2, np.float32))
    assert {x: 1, p: 2}[p] == 2


def test_a_parameter_holds_state():
    w = convoy.parameter("w", np.arange(3.0), trainable=False)
    assert isinstance(w, convoy.Value)
    assert isinstance(w, convoy.Parameter)
    assert (w.name, w.trainable) == ("w", False)
    step = convoy.compile([], w * 2, updates={w: w + 1})
    np.testing.assert_array_equal(step(), [0, 2, 4])
    np.testing.assert_array_equal(w.value, [1, 2, 3])
    mine = np.array([5.0, 6, 7])
    w.value = mine
    mine[:] = 0
    np.testing.assert_array_equal(step(), [10, 12, 14])
    w.value = [1, 2, 3]
    np.testing.assert_array_equal(w.value, [1.0, 2, 3])
    with pytest.raises(ValueError, match="read-only"):
        w.value[0] = 1
    with pytest.raises(convoy.ShapeError, match="parameter 'w'"):
        w.value = np.zeros(4)
    with pytest.raises(convoy.TypeError, match="parameter 'w'"):
        w.value = np.zeros(3, np.float32)


def test_a_constant_is_a_copy():
    a = np.ones(2)
    c = convoy.constant(a)
    a[:] = 5
    np.testing.assert_array_equal(convoy.compile([], c)(), [1, 1])
    assert convoy.constant([1, 2], "float32").dtype == np.float32
    assert convoy.constant(a, name="c").name == "c"


def test_gradients_keep_the_form_of_their_question():
    x = convoy.input("x", (3,), "float64")
    y = convoy.reduce_sum(x * x)
    one, many = convoy.gradients(y, x), convoy.gradients(y, [x])
    assert isinstance(one, convoy.Value)
    assert isinstance(many, list)
    a = np.array([1.0, 2, 3])
    np.testing.assert_array_equal(convoy.compile(x, one)(a), 2 * a)
    seeded = convoy.gradients([x * x], [x], [np.array([1.0, 0, 2])])
    np.testing.assert_array_equal(convoy.compile(x, seeded[0])(a), 2 * a * [1, 0, 2])


KEYS = {
    "int": np.s_[1],
    "negative": np.s_[-1, -2],
    "slices": np.s_[:, 1:3, ::2],
    "backwards": np.s_[::-1, 3:0:-2],
    "beyond": np.s_[0:99, -99:2],
    "empty": np.s_[3:1],
    "ellipsis": np.s_[..., 1:],
    "ellipsis in the middle": np.s_[0, ..., -1],
    "new axes": np.s_[None, :, None, 1, ..., None],
    "array": np.s_[:, np.array([2, 0, 0])],
    "array of two axes": np.s_[..., np.array([[1, 0], [3, -1]]), 1:],
    "list": np.s_[[1, 0]],
}


@pytest.mark.parametrize("kind", KEYS)
def test_subscripts_agree_with_numpy(kind):
    a = np.arange(60.0).reshape(3, 4, 5)
    np.testing.assert_array_equal(run(lambda x: x[KEYS[kind]], a), a[KEYS[kind]])


def test_subscripts_of_symbolic_sizes():
    x = convoy.input("x", ("N", "H"), "float64")
    a = np.arange(20.0).reshape(4, 5)
    half = convoy.compile(x, x[:, : x.shape[1] // 2])
    np.testing.assert_array_equal(half(a), a[:, :2])
    np.testing.assert_array_equal(half(a[:, :4]), a[:, :2])
    np.testing.assert_array_equal(convoy.compile(x, x[-1, 1:])(a), a[-1, 1:])


@pytest.mark.parametrize(
    ("key", "error"),
    [
        (3, IndexError),
        ((0, -5), IndexError),
        ((0, 0, 0, 0), IndexError),
        ((..., ...), IndexError),
        ("x", TypeError),
        (True, TypeError),
        (1.5, TypeError),
        (np.array([True, False, True]), TypeError),
        ((0, np.array([1])), NotImplementedError),
        (np.s_[::0], ValueError),
        (np.array([3]), IndexError),
    ],
)
def test_wrong_subscripts_are_refused(key, error):
    a = np.zeros((3, 4, 5))
    with pytest.raises(error) as caught:
        run(lambda x: x[key], a)
    assert isinstance(caught.value, convoy.Error)


def test_the_matrix_product_has_its_operator():
    a, b = np.random.default_rng(0).standard_normal((2, 3, 3))
    np.testing.assert_allclose(run(lambda x, y: x @ y, a, b), a @ b, rtol=1e-12)
    np.testing.assert_allclose(run(lambda x: a @ x, b), a @ b, rtol=1e-12)
