"""convoy.jax: graphs as functions of JAX, held to functions written in JAX itself."""

import subprocess
import sys
import textwrap

import convoy.jax
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax import lax
from support import random_array

import convoy

W = random_array(1, (4, 3, 3, 3), "float32")
X = random_array(2, (2, 3, 9, 8), "float32")


def graph(trainable: bool = True) -> convoy.Graph:
    x = convoy.input("x", ("N", 3, "H", "W"), "float32")
    w = convoy.parameter("w", W) if trainable else convoy.constant(W)
    return convoy.Graph([x], [convoy.silu(convoy.conv(x, w, stride=2, padding=1))])


def in_jax(w, x):
    y = lax.conv_general_dilated(
        x, w, (2, 2), ((1, 1), (1, 1)), dimension_numbers=("NCHW", "OIHW", "NCHW"),
        precision="highest",
    )  # fmt: skip
    return y * jax.nn.sigmoid(y)


def close(ours, expected):
    np.testing.assert_allclose(ours, expected, rtol=1e-4, atol=1e-5 * np.abs(expected).max())


@pytest.mark.parametrize("layout", [None, "channels_first", "channels_last"])
def test_results_stay_on_the_device(layout):
    y = convoy.jax.to_jax(graph(), layout=layout)(X)
    assert isinstance(y, jax.Array)
    assert y.devices() == {jax.devices()[0]}
    close(y, in_jax(W, X))


def test_large_constants_travel_along():
    assert W.size > 64  # what is smaller stands in the text
    close(convoy.jax.to_jax(graph(trainable=False))(X), in_jax(W, X))


def test_it_is_part_of_a_larger_jitted_function():
    f = convoy.jax.to_jax(graph())
    both = jax.jit(lambda x: (f(x) + f(2 * x)).mean(axis=(2, 3)))
    close(both(X), (in_jax(W, X) + in_jax(W, 2 * X)).mean(axis=(2, 3)))


def test_gradient_of_the_input():
    f = convoy.jax.to_jax(graph())
    for transform in (jax.grad, lambda g: jax.jit(jax.grad(g))):
        close(
            transform(lambda x: (f(x) ** 2).sum())(X),
            jax.grad(lambda x: (in_jax(W, x) ** 2).sum())(X),
        )


def test_gradient_of_the_parameters():
    g = graph()
    f, values = convoy.jax.to_jax(g, parameters=True), convoy.jax.initial_parameters(g)
    loss, grads = jax.value_and_grad(lambda p, x: (f(p, x) ** 2).sum())(values, X)
    expected, grad = jax.value_and_grad(lambda w, x: (in_jax(w, x) ** 2).sum())(jnp.asarray(W), X)
    close(loss, expected)
    close(grads["w"], grad)


def test_gradients_of_gradients():
    f = convoy.jax.to_jax(graph())
    x = X[:1, :, :4, :4]
    ours = jax.jacrev(jax.jacrev(lambda a: f(a).sum()))(x)
    close(ours, jax.hessian(lambda a: in_jax(W, a).sum())(x))


def test_vmap_with_and_without_a_gradient():
    f = convoy.jax.to_jax(graph())
    batch = np.stack([X, 2 * X, X + 1])
    close(jax.vmap(f)(batch), jax.vmap(lambda x: in_jax(W, x))(batch))
    last = np.moveaxis(batch, 0, -1)
    close(jax.vmap(f, in_axes=-1)(last), jax.vmap(lambda x: in_jax(W, x))(batch))
    grads = jax.vmap(jax.grad(lambda x: (f(x) ** 2).sum()))(batch)
    close(grads, jax.vmap(jax.grad(lambda x: (in_jax(W, x) ** 2).sum()))(batch))


def test_vmap_makes_one_batch_where_pictures_do_not_meet():
    f = convoy.jax.to_jax(graph())
    batch = np.stack([X, 2 * X, X + 1])
    assert "scan" not in str(jax.make_jaxpr(jax.vmap(f))(batch))
    x = convoy.input("x", ("N", 3), "float32")
    centred = convoy.jax.to_jax(convoy.Graph([x], [x - convoy.reduce_mean(x, 0, keepdims=True)]))
    rows = random_array(1, (4, 5, 3), "float32")
    assert "scan" in str(jax.make_jaxpr(jax.vmap(centred))(rows))
    close(jax.vmap(centred)(rows), rows - rows.mean(1, keepdims=True))
    assert jax.vmap(f)(batch[:0]).shape == (0, 2, 4, 5, 4)
    assert jax.vmap(f)(batch[:, :0]).shape == (3, 0, 4, 5, 4)


def test_vmap_over_one_of_two_inputs():
    x, y = (convoy.input(n, (3,), "float32") for n in "xy")
    f = convoy.jax.to_jax(convoy.Graph([x, y], [x * y, x - y]))
    a, b = random_array(1, (5, 3), "float32"), random_array(2, (3,), "float32")
    product, difference = jax.vmap(f, in_axes=(0, None))(a, b)
    close(product, a * b)
    close(difference, a - b)


def test_integers_go_in_and_out_and_have_no_gradient():
    x, i = convoy.input("x", (4, 3), "float32"), convoy.input("i", (2,), "int32")
    picked = convoy.gather(x, i)
    f = convoy.jax.to_jax(
        convoy.Graph([x, i], [picked, convoy.cast(i, "int32") + convoy.cast(i, "int32")])
    )
    a, at = random_array(1, (4, 3), "float32"), np.array([2, -1], np.int32)
    y, doubled = f(a, at)
    np.testing.assert_array_equal(y, a[[2, 3]])
    np.testing.assert_array_equal(doubled, 2 * at)
    grad = jax.grad(lambda v: f(v, at)[0].sum())(a)
    np.testing.assert_array_equal(grad, [[0] * 3, [0] * 3, [1] * 3, [1] * 3])


def test_a_function_is_compiled_once_for_each_set_of_shapes():
    f = convoy.jax.to_jax(graph())
    for n in (1, 2, 1, 2):
        assert f(X[:n]).shape == (n, 4, 5, 4)
    assert f._cache_size() == 2


def test_a_compiled_function_and_its_trained_parameters():
    x = convoy.input("x", (2,), "float32")
    w = convoy.parameter("w", np.array([1.0, 2], np.float32))
    step = convoy.compile([x], x * w, updates={w: w + 1.0})
    step(np.ones(2, np.float32))
    np.testing.assert_array_equal(convoy.jax.to_jax(step)(np.ones(2, np.float32)), [2, 3])


def test_wrong_calls():
    f = convoy.jax.to_jax(graph())
    with pytest.raises(
        convoy.TypeError, match=r"'x' float32.*is of float32, got an array of int32"
    ):
        f(X.astype(np.int32))
    with pytest.raises(convoy.ValueError, match="takes 1 arrays, got 2"):
        f(X, X)
    with pytest.raises(convoy.ShapeError, match="'x'"):
        f(X[:, :2])
    with pytest.raises(convoy.ValueError, match="the parameters are w; got v"):
        convoy.jax.to_jax(graph(), parameters=True)({"v": W}, X)
    with pytest.raises(convoy.ValueError, match="unknown layout 'sideways'"):
        convoy.jax.to_jax(graph(), layout="sideways")(X)
    x = convoy.input("x", (2,), "float32")
    twins = convoy.parameter("w", np.ones(2, np.float32)) * convoy.parameter(
        "w", np.ones(2, np.float32)
    )
    with pytest.raises(convoy.ValueError, match="two parameters have one name"):
        convoy.jax.initial_parameters(convoy.Graph([x], [x * twins]))


def test_64_bits_need_jax_to_know_them():
    program = """
        import numpy as np, convoy, convoy.jax
        x = convoy.input("x", (2,), "float64")
        convoy.jax.to_jax(convoy.Graph([x], [x * x]))(np.ones(2))
    """
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True,
        env={"PYTHONPATH": ":".join(sys.path), "JAX_PLATFORMS": "cpu"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "unless jax_enable_x64 is set" in done.stderr


def test_constants_and_parameters_of_64_bits_whatever_jax_is_set_to():
    x = convoy.input("x", (200,), "float32")
    at = convoy.constant(np.arange(100) * 2)
    few = convoy.parameter("few", np.array([3, 5]), trainable=False)
    jax.config.update("jax_enable_x64", False)
    try:
        f = convoy.jax.to_jax(convoy.Graph([x], [convoy.gather(x, at), convoy.gather(x, few)]))
        data = np.arange(200, dtype=np.float32)
        for picked, two in (f(data), jax.jit(f)(data)):
            np.testing.assert_array_equal(picked, data[::2])
            np.testing.assert_array_equal(two, [3, 5])
        grad = jax.grad(lambda a: f(a)[0].sum())(data)
        np.testing.assert_array_equal(
            jax.vmap(f)(np.stack([data, -data]))[0], [data[::2], -data[::2]]
        )
    finally:
        jax.config.update("jax_enable_x64", True)
    np.testing.assert_array_equal(grad, [1, 0] * 100)


def test_it_runs_without_jit_as_well():
    f = convoy.jax.to_jax(graph())
    with jax.disable_jit():
        close(f(X), in_jax(W, X))


def test_what_has_no_derivative():
    x = convoy.input("x", (4,), "float32")
    f = convoy.jax.to_jax(convoy.Graph([x], [convoy.arg_max(x)]))
    _, pullback = jax.vjp(f, jnp.ones(4, jnp.float32))
    (grad,) = pullback(np.zeros((), jax.dtypes.float0))
    np.testing.assert_array_equal(grad, np.zeros(4))


def test_symbolic_sizes_of_jax_are_refused():
    f = convoy.jax.to_jax(graph())
    shape = jax.ShapeDtypeStruct(jax.export.symbolic_shape("b,3,9,8"), np.float32)
    with pytest.raises(convoy.NotSupportedError, match="for known sizes"):
        jax.export.export(jax.jit(f))(shape)


def test_half_precision():
    x = convoy.input("x", (3, 5), "bfloat16")
    f = convoy.jax.to_jax(convoy.Graph([x], [convoy.softmax(x)]))
    a = jnp.asarray(random_array(1, (3, 5), "float32"), jnp.bfloat16)
    y = f(a)
    assert y.dtype == jnp.bfloat16
    np.testing.assert_allclose(
        y.astype(np.float32), jax.nn.softmax(a.astype(np.float32)), rtol=1e-2
    )
