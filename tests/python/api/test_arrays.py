"""Arrays of every kind go in: shared where possible, copied where not, refused with a reason."""

import ml_dtypes
import numpy as np
import pytest

import convoy
from convoy import _convoy


def address(array):
    return array.__array_interface__["data"][0]


@pytest.mark.parametrize("dtype", ["bool", "int8", "uint16", "float16", "float32", "float64"])
def test_contiguous_arrays_are_not_copied(dtype):
    a = np.ones((2, 3), dtype)
    assert np.shares_memory(_convoy._as_array(a), a)
    a.flags.writeable = False
    assert address(_convoy._as_array(a)) == address(a)


def test_bfloat16_is_not_copied_either():
    a = np.ones((2, 3), ml_dtypes.bfloat16)
    shared = _convoy._as_array(a)
    assert shared.dtype == ml_dtypes.bfloat16
    assert address(shared) == address(a)


STRANGE = {
    "transposed": lambda a: a.T,
    "Fortran order": np.asfortranarray,
    "every second": lambda a: a[::2, 1::2],
    "reversed": lambda a: a[::-1, ::-1],
    "broadcast": lambda a: np.broadcast_to(a[0], (5, a.shape[1])),
    "one row": lambda a: a[1:2],
    "0-d": lambda a: a[0, 0],
    "empty": lambda a: a[:0],
    "empty strided": lambda a: a[::-2, :0],
    "byte-swapped": lambda a: a.astype(a.dtype.newbyteorder()),
    "byte-swapped and strided": lambda a: a.astype(a.dtype.newbyteorder()).T[::2],
    "four axes": lambda a: a.reshape(2, 2, 3, 2).transpose(3, 0, 2, 1)[:, ::-1],
}


@pytest.mark.parametrize("kind", STRANGE)
@pytest.mark.parametrize("dtype", ["int16", "float16", "float32", "float64", "int64"])
def test_strange_arrays_arrive_as_they_are(kind, dtype):
    a = STRANGE[kind](np.arange(24).reshape(4, 6).astype(dtype))
    b = np.asarray(a)
    result = convoy.neg(b)
    assert result.dtype == dtype
    np.testing.assert_array_equal(result, -b)


def test_misaligned_arrays_are_copied():
    raw = np.zeros(33, np.uint8)
    a = raw[1:].view(np.float64)
    a[:] = [1, 2, 3, 4]
    assert not a.flags.aligned
    np.testing.assert_array_equal(convoy.neg(a), -a)


def test_bytes_other_than_0_and_1_are_true():
    a = np.array([0, 1, 2, 255], np.uint8).view(bool)
    result = _convoy._as_array(a)
    np.testing.assert_array_equal(result.view(np.uint8), [0, 1, 1, 1])
    np.testing.assert_array_equal(convoy.logical_not(a), [True, False, False, False])


class Foreign:
    """The least that DLPack asks of an array."""

    def __init__(self, array, device=(1, 0)):
        self.array, self.device = array, device

    def __dlpack__(self, **kwargs):
        return self.array.__dlpack__()

    def __dlpack_device__(self):
        return self.device


def test_dlpack_arrays_are_taken_and_shared():
    a = np.arange(6.0).reshape(2, 3)
    assert np.shares_memory(_convoy._as_array(Foreign(a)), a)
    np.testing.assert_array_equal(convoy.neg(Foreign(a)), -a)
    np.testing.assert_array_equal(convoy.neg(Foreign(a.T)), -a.T)
    f = convoy.compile([x := convoy.input("x", (2, 3), "float64")], -x)
    np.testing.assert_array_equal(f(Foreign(a)), -a)


def test_jax_arrays_are_taken():
    jnp = pytest.importorskip("jax.numpy")
    np.testing.assert_array_equal(convoy.neg(jnp.arange(3.0)), [0, -1, -2])
    b = convoy.neg(jnp.arange(3, dtype=jnp.bfloat16))
    assert b.dtype == ml_dtypes.bfloat16


@pytest.mark.parametrize(
    ("wrong", "mentions"),
    [
        (np.array([1, "a"], object), "object"),
        (np.array([1 + 2j]), "complex128"),
        (np.array(["text"]), "<U4"),
        (np.array([1, 2], "datetime64[s]"), "datetime64"),
        (np.zeros(2, [("a", "f4"), ("b", "i4")]), "dtype"),
        (
            np.zeros(2, np.longdouble),
            "longdouble" if np.longdouble(0).itemsize == 8 else "float128",
        ),
    ],
)
def test_other_dtypes_are_refused_by_name(wrong, mentions):
    f = convoy.compile([x := convoy.input("x", ("N",), "float64")], -x)
    with pytest.raises(convoy.TypeError, match=mentions):
        f(wrong)
    with pytest.raises(convoy.TypeError):
        convoy.neg(wrong)


@pytest.mark.parametrize("wrong", [None, "text", object(), {"a": 1}, [[1, 2], [3]]])
def test_what_is_no_array_is_refused(wrong):
    f = convoy.compile([x := convoy.input("x", ("N",), "float64")], -x)
    with pytest.raises(convoy.TypeError, match="input 'x'"):
        f(wrong)


def test_another_dtype_or_shape_than_declared_is_refused():
    f = convoy.compile([x := convoy.input("x", (2, "N"), "float32")], -x)
    with pytest.raises(convoy.TypeError, match="float64"):
        f(np.zeros((2, 3)))
    with pytest.raises(convoy.ShapeError, match="x"):
        f(np.zeros((3, 3), np.float32))


def test_lists_and_buffers_are_arrays_too():
    f = convoy.compile([x := convoy.input("x", ("N",), "float64")], -x)
    np.testing.assert_array_equal(f([1.0, 2.0]), [-1, -2])
    np.testing.assert_array_equal(f(memoryview(np.ones(2))), [-1, -1])


def test_results_belong_to_the_caller():
    x = np.ones((64, 64))
    results = [convoy.neg(x) for _ in range(4)]
    results[0][:] = 7
    assert all((r == -1).all() for r in results[1:])
    assert all(r.flags.writeable and r.flags.c_contiguous for r in results)
    assert all(address(r) % 64 == 0 for r in results)
