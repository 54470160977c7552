"""Random arrays: bits against Philox written from the paper, normals against SciPy."""

import numpy as np
import pytest
import scipy.special
import scipy.stats
from hypothesis import given, strategies as st
from support import FLOATS, HALVES, configurations, numpy_dtype, our_vjp, seeds

import convoy

DIGITS = {"float64": 53, "float32": 24, "float16": 11, "bfloat16": 8}


def philox(counter, key):
    """Philox4x32-10 by Salmon et al. 2011, from the paper, in Python's integers."""
    c, k = list(counter), list(key)
    for _ in range(10):
        a, b = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(b >> 32) ^ c[1] ^ k[0], b & 0xFFFFFFFF, (a >> 32) ^ c[3] ^ k[1], a & 0xFFFFFFFF]
        k = [(k[0] + 0x9E3779B9) & 0xFFFFFFFF, (k[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return c


def random_bits(seed, stream, count):
    bits = []
    for block in range((count + 1) // 2):
        counter = [block & 0xFFFFFFFF, block >> 32, stream & 0xFFFFFFFF, stream >> 32]
        words = philox(counter, [seed & 0xFFFFFFFF, seed >> 32])
        bits += [words[0] | words[1] << 32, words[2] | words[3] << 32]
    return np.array(bits[:count], np.uint64)


def key(seed, stream=0):
    return np.array([seed, stream], np.uint64)


def test_the_judge_gives_the_published_vectors():
    assert philox([0] * 4, [0] * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


@configurations(50)
@given(
    st.integers(0, 2**64 - 1),
    st.integers(0, 2**64 - 1),
    st.lists(st.integers(0, 5), max_size=3),
    st.sampled_from(list(DIGITS)),
)
def test_numbers_are_those_of_the_bits(seed, stream, shape, dtype):
    bits = random_bits(seed, stream, int(np.prod(shape)))
    digits = DIGITS[dtype]
    expected = (bits >> np.uint64(64 - digits)).astype(np.float64) / 2.0**digits
    ours = convoy.random_uniform(key(seed, stream), shape, dtype)
    assert ours.dtype == numpy_dtype(dtype)
    np.testing.assert_array_equal(ours.astype(np.float64), expected.reshape(shape))
    middles = ((bits >> np.uint64(12)).astype(np.float64) + 0.5) / 2.0**52
    normal = convoy.random_normal(key(seed, stream), shape, "float64")
    np.testing.assert_allclose(
        normal, scipy.special.ndtri(middles).reshape(shape), rtol=1e-13, atol=1e-14
    )
    narrow = convoy.random_normal(key(seed, stream), shape, dtype)
    np.testing.assert_array_equal(narrow, normal.astype(numpy_dtype(dtype)))


@pytest.mark.parametrize("dtype", FLOATS + HALVES)
def test_uniform_is_below_one(dtype):
    x = convoy.random_uniform(key(1), (100000,), dtype)
    assert (x >= 0).all()
    assert (x < 1).all()


def test_distributions():
    x = convoy.random_uniform(key(3), (20000,), "float64")
    assert scipy.stats.kstest(x, "uniform").pvalue > 0.01
    x = convoy.random_normal(key(4), (20000,), "float64")
    assert scipy.stats.kstest(x, "norm").pvalue > 0.01
    assert abs(np.corrcoef(x[1:], x[:-1])[0, 1]) < 0.02


def test_streams_differ_and_keys_can_be_fed():
    fed = convoy.input("key", (2,), "uint64")
    function = convoy.compile([fed], convoy.random_normal(fed, (8,)))
    first = function(key(5, 0))
    assert (first == function(key(5, 0))).all()
    assert (first != function(key(5, 1))).all()
    assert (first != function(key(6, 0))).all()


@configurations(50)
@given(st.floats(0, 1), seeds, st.sampled_from(FLOATS + HALVES))
def test_dropout(p, seed, dtype):
    x = (np.arange(60).reshape(3, 20) + 1).astype(numpy_dtype(dtype))
    y = convoy.dropout(x, key(seed), p)
    stays = convoy.random_uniform(key(seed), x.shape) >= np.float32(p)
    assert (y[~stays] == 0).all()
    if p < 1:
        ratio = y[stays].astype(np.float64) / x[stays].astype(np.float64)
        np.testing.assert_allclose(ratio, 1 / (1 - p), rtol=2e-2 if dtype in HALVES else 1e-6)


def test_dropout_edges_and_gradient():
    x = np.array([1.0, np.nan, np.inf])
    np.testing.assert_array_equal(convoy.dropout(x, key(0), 1), np.zeros(3))
    np.testing.assert_array_equal(convoy.dropout(x, key(0), 0), x)
    x = np.ones(1000)
    y = convoy.dropout(x, key(9), 0.3)
    assert abs((y == 0).mean() - 0.3) < 0.05
    (grad,) = our_vjp(lambda v: convoy.dropout(v, convoy.constant(key(9)), 0.3), [x], x, [0])
    np.testing.assert_array_equal(grad, y)
    for p in [-0.1, 1.5, float("nan")]:
        with pytest.raises(convoy.ValueError, match=r"dropout \(C2\).*p must be in 0"):
            convoy.dropout(x, key(0), p)


def test_symbolic_shape():
    x = convoy.input("x", ("N",), "float32")
    function = convoy.compile([x], convoy.dropout(x, convoy.constant(key(1)), 0.5))
    for n in [3, 7]:
        assert function(np.ones(n, np.float32)).shape == (n,)
