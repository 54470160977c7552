"""matmul against NumPy's, gemm against the ONNX reference evaluator's formula."""

import numpy as np
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

sizes = st.integers(1, 4)


@st.composite
def products(draw):
    """Two shapes that multiply: vectors, matrices, broadcast batches, empty sums and batches."""
    m, n = draw(st.integers(0, 4)), draw(st.integers(0, 4))
    k = draw(st.integers(0, 4))
    x, y = (
        draw(st.sampled_from([[k], [m, k], [m, k]])),
        draw(st.sampled_from([[k], [k, n], [k, n]])),
    )
    batch = draw(st.lists(st.integers(0, 3), max_size=3))
    sides = []
    for _ in range(2):
        own = [draw(st.sampled_from([1, size])) for size in batch]
        sides.append(own[draw(st.integers(0, len(own))) :])
    if len(x) == 2:
        x = sides[0] + x
    if len(y) == 2:
        y = sides[1] + y
    return x, y


@configurations(100)
@given(
    products(),
    seeds,
    st.sampled_from([*FLOATS, *FLOATS, *HALVES, *INTEGERS]),
    st.booleans(),
    st.booleans(),
)
def test_agrees_with_numpy(shapes, seed, dtype, transpose_x, transpose_y):
    x, y = random_array(seed, shapes[0], dtype), random_array(seed + 1, shapes[1], dtype)
    wide = dtype if dtype in INTEGERS else "float64"
    expected = np.matmul(x.astype(wide), y.astype(wide))
    transpose_x, transpose_y = transpose_x and x.ndim > 1, transpose_y and y.ndim > 1
    a = np.ascontiguousarray(x.swapaxes(-1, -2)) if transpose_x else x
    b = np.ascontiguousarray(y.swapaxes(-1, -2)) if transpose_y else y
    ours = convoy.matmul(a, b, transpose_x=transpose_x, transpose_y=transpose_y)
    assert ours.dtype == x.dtype
    if dtype in HALVES:
        bound = 2.0 ** (-9 if dtype == "float16" else -6) * max(1, np.abs(expected).max(initial=0))
        np.testing.assert_allclose(ours.astype(np.float64), expected, rtol=0, atol=bound)
    else:
        assert_agrees(ours, expected, dtype)


@configurations(40)
@given(products(), seeds, st.booleans(), st.booleans())
def test_gradients(shapes, seed, transpose_x, transpose_y):
    x, y = random_array(seed, shapes[0]), random_array(seed + 1, shapes[1])
    transpose_x, transpose_y = transpose_x and x.ndim > 1, transpose_y and y.ndim > 1
    x = np.ascontiguousarray(x.swapaxes(-1, -2)) if transpose_x else x
    y = np.ascontiguousarray(y.swapaxes(-1, -2)) if transpose_y else y

    def product(a, b):
        return convoy.matmul(a, b, transpose_x=transpose_x, transpose_y=transpose_y)

    grad = random_array(seed + 2, np.shape(product(x, y)))
    ours = our_vjp(product, [x, y], grad, [0, 1])
    # A bilinear map: ⟨g, f(dx, y)⟩ = ⟨to_x, dx⟩ for every dx.
    dx, dy = random_array(seed + 3, x.shape), random_array(seed + 4, y.shape)
    np.testing.assert_allclose(np.sum(ours[0] * dx), np.sum(grad * product(dx, y)), atol=1e-10)
    np.testing.assert_allclose(np.sum(ours[1] * dy), np.sum(grad * product(x, dy)), atol=1e-10)
    assert ours[0].shape == x.shape
    assert ours[1].shape == y.shape


def test_integers_wrap():
    x = np.full((1, 3), 100, np.int8)
    assert convoy.matmul(x, x.T) == np.int8(30000 - 117 * 256)


def test_symbolic_batch():
    x = convoy.input("x", ("N", 3, "K"), "float64")
    y = convoy.input("y", ("K", 2), "float64")
    function = convoy.compile([x, y], convoy.matmul(x, y))
    for n, k in [(1, 4), (5, 2)]:
        a, b = random_array(n, (n, 3, k)), random_array(k, (k, 2))
        assert_agrees(function(a, b), a @ b)


@configurations(60)
@given(
    sizes,
    sizes,
    sizes,
    st.booleans(),
    st.booleans(),
    st.sampled_from([None, 0, 1, 2, 3]),
    seeds,
    st.sampled_from(FLOATS),
    st.floats(-2, 2),
    st.floats(-2, 2),
)
def test_gemm(m, n, k, trans_a, trans_b, c_kind, seed, dtype, alpha, beta):
    a = random_array(seed, (k, m) if trans_a else (m, k), dtype)
    b = random_array(seed + 1, (n, k) if trans_b else (k, n), dtype)
    c = None
    if c_kind is not None:
        c = random_array(seed + 2, [(), (n,), (m, 1), (m, n)][c_kind], dtype)
    left, right = a.astype(np.float64), b.astype(np.float64)
    expected = alpha * ((left.T if trans_a else left) @ (right.T if trans_b else right))
    if c is not None:
        expected = expected + beta * c.astype(np.float64)
    ours = convoy.gemm(a, b, c, alpha=alpha, beta=beta, trans_a=trans_a, trans_b=trans_b)
    scale = 1 + np.abs(expected).max()
    np.testing.assert_allclose(
        ours, expected, rtol=1e-5, atol=1e-5 * scale if dtype == "float32" else 1e-12 * scale
    )


def test_gemm_gradient():
    a, b, c = random_array(1, (3, 2)), random_array(2, (4, 3)), random_array(3, (4,))
    assert_gradient(
        lambda *v: convoy.gemm(*v, alpha=0.5, beta=2, trans_a=True, trans_b=True), [a, b, c]
    )
