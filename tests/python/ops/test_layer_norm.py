"""layer_norm, group_norm and instance_norm against NumPy's formula, JAX's gradients of it, and the
ONNX evaluator."""

import jax
import numpy as np
import onnx
import pytest
from hypothesis import given, strategies as st
from onnx.reference import ReferenceEvaluator
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


def standardized(x, axes, epsilon):
    mean = x.mean(axes, keepdims=True)
    return (x - mean) / (((x - mean) ** 2).mean(axes, keepdims=True) + epsilon) ** 0.5


def layer_formula(x, gamma, beta, axis, epsilon):
    return standardized(x, tuple(range(axis, x.ndim)), epsilon) * gamma + beta


def group_formula(x, gamma, beta, groups, epsilon):
    blocks = x.reshape(x.shape[0], groups, -1)
    y = standardized(blocks, 2, epsilon).reshape(x.shape)
    channels = (1, -1, *[1] * (x.ndim - 2))
    return y * gamma.reshape(channels) + beta.reshape(channels)


@st.composite
def layers(draw):
    rank = draw(st.integers(1, 4))
    shape = tuple(draw(st.integers(1, 4)) for _ in range(rank))
    axis = draw(st.integers(0, rank - 1))
    if axis > 0 and draw(st.integers(0, 7)) == 0:
        shape = (0, *shape[1:])
    return shape, axis, draw(st.sampled_from([1e-3, 1e-5, 1e-7]))


@configurations(60)
@given(layers(), seeds, st.sampled_from(FLOATS))
def test_layer_norm_agrees_with_the_formula(configuration, seed, dtype):
    shape, axis, epsilon = configuration
    x = random_array(seed, shape, dtype)
    gamma, beta = (random_array(seed + i, shape[axis:], dtype) for i in (1, 2))
    wide = [a.astype(np.float64) for a in (x, gamma, beta)]
    options = {"axis": axis, "epsilon": epsilon}
    expected = np.asarray(layer_formula(*wide, axis, epsilon))
    assert_agrees(convoy.layer_norm(x, gamma, beta, **options), expected)
    from_the_back = convoy.layer_norm(x, gamma, beta, axis=axis - len(shape), epsilon=epsilon)
    assert_agrees(from_the_back, expected)
    plain = np.asarray(layer_formula(wide[0], 1.0, 0.0, axis, epsilon))
    assert_agrees(convoy.layer_norm(x, **options), plain)
    assert_agrees(convoy.layer_norm(x, None, beta, **options), plain + wide[2])


@st.composite
def groupings(draw):
    groups = draw(st.sampled_from([1, 2, 3]))
    channels = groups * draw(st.integers(1, 3))
    spatial = [draw(st.integers(1, 4)) for _ in range(draw(st.integers(0, 3)))]
    return (draw(st.sampled_from([0, 1, 2])), channels, *spatial), groups


@configurations(60)
@given(groupings(), seeds, st.sampled_from([1e-3, 1e-5]), st.sampled_from(FLOATS))
def test_group_norm_agrees_with_the_formula(configuration, seed, epsilon, dtype):
    shape, groups = configuration
    x = random_array(seed, shape, dtype)
    gamma, beta = (random_array(seed + i, shape[1:2], dtype) for i in (1, 2))
    wide = [a.astype(np.float64) for a in (x, gamma, beta)]
    ours = convoy.group_norm(x, groups, gamma, beta, epsilon=epsilon)
    if x.size == 0:
        assert ours.shape == shape
        return
    assert_agrees(ours, np.asarray(group_formula(*wide, groups, epsilon)))
    if groups == 1:
        ours = convoy.instance_norm(x, gamma, beta, epsilon=epsilon)
        assert_agrees(ours, np.asarray(group_formula(*wide, shape[1], epsilon)))


@configurations(25)
@given(groupings(), layers(), seeds)
def test_gradients_agree_with_jax(grouping, layer, seed):
    def compare(ours, theirs, arguments, grad):
        _, pullback = jax.vjp(theirs, *arguments)
        for mine, expected in zip(
            our_vjp(ours, arguments, grad, [0, 1, 2]), pullback(grad), strict=True
        ):
            scale = max(1.0, np.abs(expected).max(initial=0))
            np.testing.assert_allclose(mine, expected, rtol=0, atol=1e-9 * scale)

    shape, axis, epsilon = layer
    arguments = [
        random_array(seed + i, s) for i, s in enumerate([shape, shape[axis:], shape[axis:]])
    ]
    compare(
        lambda *a: convoy.layer_norm(*a, axis=axis, epsilon=epsilon),
        lambda *a: layer_formula(*a, axis, epsilon),
        arguments,
        random_array(seed + 7, shape),
    )
    shape, groups = grouping
    if 0 in shape:
        return
    arguments = [random_array(seed + i, s) for i, s in enumerate([shape, shape[1:2], shape[1:2]])]
    compare(
        lambda x, g, b: convoy.group_norm(x, groups, g, b),
        lambda *a: group_formula(*a, groups, 1e-5),
        arguments,
        random_array(seed + 7, shape),
    )


@pytest.mark.parametrize("family", ["layer", "group", "instance"])
def test_gradients_by_central_differences_and_their_own(family):
    shape = (2, 4, 3)
    vector = (3,) if family == "layer" else (4,)
    arguments = [random_array(i, s) for i, s in enumerate([shape, vector, vector])]

    def build(x, gamma, beta):
        if family == "layer":
            return convoy.layer_norm(x, gamma, beta)
        if family == "group":
            return convoy.group_norm(x, 2, gamma, beta)
        return convoy.instance_norm(x, gamma, beta)

    assert_gradient(build, arguments)
    seed = random_array(5, shape)

    def backward(x, gamma, beta):
        to_x, to_gamma = convoy.gradients(
            [build(x, gamma, beta)], [x, gamma], [convoy.constant(seed)]
        )
        return to_x * x + convoy.reduce_sum(to_gamma)

    assert_gradient(backward, arguments, [0, 1], bound=1e-5)


def onnx_result(op_type, arrays, opset, **attributes):
    names = [f"i{i}" for i in range(len(arrays))]
    node = onnx.helper.make_node(op_type, names, ["y"], **attributes)
    info = [
        onnx.helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, a.shape)
        for n, a in zip(names, arrays, strict=True)
    ]
    out = onnx.helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)
    model = onnx.helper.make_model(
        onnx.helper.make_graph([node], "g", info, [out]),
        opset_imports=[onnx.helper.make_opsetid("", opset)],
    )
    return ReferenceEvaluator(model).run(None, dict(zip(names, arrays, strict=True)))[0]


def test_agree_with_the_onnx_evaluator():
    x = random_array(1, (2, 6, 3, 4), "float32")
    gamma, beta = random_array(2, (6,), "float32"), random_array(3, (6,), "float32")
    assert_agrees(
        convoy.instance_norm(x, gamma, beta, epsilon=1e-3),
        onnx_result("InstanceNormalization", [x, gamma, beta], 22, epsilon=1e-3),
    )
    assert_agrees(
        convoy.group_norm(x, 3, gamma, beta, epsilon=1e-3),
        onnx_result("GroupNormalization", [x, gamma, beta], 21, epsilon=1e-3, num_groups=3),
    )
    wide, high = random_array(4, (3, 4), "float32"), random_array(5, (3, 4), "float32")
    assert_agrees(
        convoy.layer_norm(x, wide, high, axis=2),
        onnx_result("LayerNormalization", [x, wide, high], 17, axis=2, epsilon=1e-5),
    )


def test_symbolic_sizes():
    x = convoy.input("x", ("N", 4, "L"), "float64")
    layer, group = convoy.layer_norm(x, axis=1), convoy.group_norm(x, 2)
    grads = convoy.gradients([layer, group], [x], [group, layer])
    run = convoy.compile([x], (layer, group, *grads))
    for shape in ((2, 4, 3), (3, 4, 5)):
        array = random_array(1, shape)
        ours = run(array)
        assert_agrees(ours[0], np.asarray(layer_formula(array, 1.0, 0.0, 1, 1e-5)))
        ones, zeros = np.ones(4), np.zeros(4)
        assert_agrees(ours[1], np.asarray(group_formula(array, ones, zeros, 2, 1e-5)))
        assert ours[2].shape == shape


def test_a_constant_sample_gives_beta():
    x = np.full((2, 4, 3), 0.1)
    beta = np.arange(4.0)
    y = convoy.group_norm(x, 4, np.ones(4), beta)
    np.testing.assert_allclose(y, np.broadcast_to(beta[:, None], x.shape), atol=1e-12)
