"""Normalisations in both directions."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx.helper as oh
import pytest
from judge import Array, assert_export
from node_models import assert_exported, assert_imported, model_of, op_types

import convoy

RNG = np.random.default_rng(11)


def random(*shape: int, dtype: type = np.float32) -> Array:
    return RNG.standard_normal(shape).astype(dtype)


def statistics(channels: int, dtype: type = np.float32) -> tuple[Array, ...]:
    """gamma, beta, mean, variance."""
    gamma, beta, mean, deviation = (random(channels, dtype=dtype) for _ in range(4))
    return gamma, beta, mean, deviation**2 + dtype(0.1)


SHAPES = [(4,), (3, 4), (3, 4, 5), (4, 4, 4, 4), (2, 3, 4, 5, 2)]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("epsilon", [1e-3, 1e-5, 1e-7])
def test_batch_norm_of_every_rank_is_exported(shape: tuple[int, ...], epsilon: float) -> None:
    parameters = statistics(shape[0] if len(shape) == 1 else shape[1])
    assert_exported(
        lambda x, *p: convoy.batch_norm(x, *p, epsilon=epsilon), random(*shape), *parameters
    )


def test_batch_norm_in_float64_is_exported() -> None:
    parameters = statistics(3, np.float64)
    x = random(2, 3, 4, dtype=np.float64)
    assert_exported(convoy.batch_norm, x, *parameters, judge="evaluator", rtol=1e-10)


@pytest.mark.parametrize("unbiased", [False, True])
def test_batch_norm_training_is_exported(unbiased: bool) -> None:
    """ONNX Runtime does not train; statistics for the gradient are rounded on the way."""
    for shape in [(6, 3), (4, 3, 5), (2, 3, 4, 5)]:
        assert_exported(
            lambda *inputs: convoy.batch_norm_training(*inputs, momentum=0.3, unbiased=unbiased),
            random(*shape), *statistics(3), judge="evaluator", exact=False,
        )  # fmt: skip


def test_a_step_of_training_by_the_batch_itself_is_read_back_bit_for_bit() -> None:
    def y(*inputs: convoy.Value) -> convoy.Value:
        return convoy.batch_norm_training(*inputs)[0]

    model = assert_exported(y, random(4, 3, 5), *statistics(3), judge="evaluator")
    assert op_types(model) == ["BatchNormalization"]


@pytest.mark.parametrize("axis", [1, 2, -1])
def test_layer_norm_is_exported(axis: int) -> None:
    x = random(2, 3, 4)
    shape = x.shape[axis:]
    assert_exported(lambda x: convoy.layer_norm(x, axis=axis), x)
    assert_exported(
        lambda x, g: convoy.layer_norm(x, g, axis=axis, epsilon=1e-3), x, random(*shape)
    )
    gamma, beta = random(*shape), random(*shape)
    assert_exported(lambda x, g, b: convoy.layer_norm(x, g, b, axis=axis), x, gamma, beta)


@pytest.mark.parametrize(("groups", "kind", "opset"), [
    (1, "GroupNormalization", 21), (2, "GroupNormalization", 21), (4, "InstanceNormalization", 18),
])  # fmt: skip
def test_group_norm_is_exported(groups: int, kind: str, opset: int) -> None:
    for shape in [(2, 4, 5), (2, 4, 3, 5), (3, 4)]:
        gamma, beta = random(4), random(4)
        model = assert_exported(
            lambda x, g, b: convoy.group_norm(x, groups, g, b), random(*shape), gamma, beta
        )
        assert kind in op_types(model)
        assert model.opset_import[0].version == opset
        assert_exported(lambda x: convoy.group_norm(x, groups), random(*shape))


def test_group_norm_in_an_opset_that_has_it_not_is_refused() -> None:
    x = convoy.input("x", [2, 4, 5])
    graph = convoy.Graph([x], convoy.group_norm(x, 2))
    with pytest.raises(convoy.NotSupportedError, match="it needs opset 21"):
        convoy.onnx.to_bytes(graph, 18)


@pytest.mark.parametrize("opset", [7, 9, 14, 15])
def test_batch_normalization_is_imported(opset: int) -> None:
    names = ["x", "gamma", "beta", "mean", "variance"]
    for shape in SHAPES[1:]:
        arrays = [random(*shape), *statistics(shape[1])]
        node = oh.make_node("BatchNormalization", names, ["y"], epsilon=1e-3)
        assert_imported(node, dict(zip(names, arrays, strict=True)), opset=opset)


def test_rank_1_is_a_batch_of_one_channel() -> None:
    names = ["x", "gamma", "beta", "mean", "variance"]
    node = oh.make_node("BatchNormalization", names, ["y"])
    arrays = [random(6), *statistics(1)]
    assert_imported(node, dict(zip(names, arrays, strict=True)), opset=15, judge="evaluator")


def test_statistics_of_every_element_are_imported() -> None:
    names = ["x", "gamma", "beta", "mean", "variance"]
    arrays = [random(2, 3, 4), *(p.reshape(3, 4) for p in statistics(12))]
    node = oh.make_node("BatchNormalization", names, ["y"], spatial=0)
    graph = convoy.onnx.load(
        model_of(node, dict(zip(names, arrays, strict=True)), opset=7).SerializeToString()
    )
    x, gamma, beta, mean, variance = arrays
    wanted = gamma * (x - mean) / np.sqrt(variance + 1e-5) + beta
    np.testing.assert_allclose(convoy.compile(graph)(*arrays), wanted, rtol=1e-5, atol=1e-6)


def test_training_is_imported() -> None:
    names = ["x", "gamma", "beta", "mean", "variance"]
    arrays = [random(3, 2, 4), *statistics(2)]
    node = oh.make_node(
        "BatchNormalization", names, ["y", "m", "v"], training_mode=1, momentum=0.75
    )
    assert_imported(node, dict(zip(names, arrays, strict=True)), opset=15, judge="evaluator",
                    outputs=("y", "m", "v"))  # fmt: skip


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_layer_normalization_is_imported(axis: int) -> None:
    x = random(2, 3, 4)
    gamma, beta = random(*x.shape[axis:]), random(*x.shape[axis:])
    node = oh.make_node("LayerNormalization", ["x", "g", "b"], ["y", "m", "s"], axis=axis)
    assert_imported(node, {"x": x, "g": gamma, "b": beta}, opset=17, outputs=("y", "m", "s"))
    node = oh.make_node("LayerNormalization", ["x", "g"], ["y"], axis=axis)
    assert_imported(node, {"x": x, "g": gamma}, opset=17)


def test_other_normalizations_are_imported() -> None:
    x, scale, bias = random(2, 6, 3, 4), random(6), random(6)
    for size in (1, 2, 3, 4, 5):
        lrn = oh.make_node("LRN", ["x"], ["y"], size=size, alpha=0.2, beta=0.6, bias=1.5)
        if size % 2:
            assert_imported(lrn, {"x": x})
        else:  # ONNX Runtime takes odd ones only, the evaluator as many channels as samples
            assert_imported(lrn, {"x": random(4, 4, 3, 2)}, judge="evaluator")
    instance = oh.make_node("InstanceNormalization", ["x", "s", "b"], ["y"], epsilon=1e-2)
    assert_imported(instance, {"x": x, "s": scale, "b": bias})
    group = oh.make_node("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=3)
    assert_imported(group, {"x": x, "s": scale, "b": bias}, opset=21)
    assert_imported(oh.make_node("MeanVarianceNormalization", ["x"], ["y"]), {"x": x})
    for p in (1, 2):
        assert_imported(oh.make_node("LpNormalization", ["x"], ["y"], p=p, axis=1), {"x": x})
    rms = oh.make_node("RMSNormalization", ["x", "s"], ["y"], axis=-1)
    assert_imported(rms, {"x": x, "s": random(4)}, opset=23, judge="evaluator")


def test_scales_of_groups_are_those_of_their_channels() -> None:
    x, scale, bias = random(2, 6, 4), random(3), random(3)
    node = oh.make_node("GroupNormalization", ["x", "s", "b"], ["y"], num_groups=3)
    graph = convoy.onnx.load(model_of(node, {"x": x, "s": scale, "b": bias}).SerializeToString())
    blocks = x.reshape(2, 3, 8)
    normalized = (blocks - blocks.mean(2, keepdims=True)) / np.sqrt(
        blocks.var(2, keepdims=True) + 1e-5
    )
    wanted = (normalized * scale[:, None] + bias[:, None]).reshape(x.shape)
    np.testing.assert_allclose(convoy.compile(graph)(x, scale, bias), wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("kind", "attributes", "message"),
    [
        ("LRN", {}, "attribute size is missing"),
        ("LRN", {"size": 0}, "size is 0"),
        ("LpNormalization", {"p": 3}, "p is 3"),
        ("LayerNormalization", {"axis": 4}, "axis is 4"),
        ("LayerNormalization", {"stash_type": 7}, "stash_type must be a floating type"),
        ("GroupNormalization", {"num_groups": 0}, "groups"),
        ("GroupNormalization", {"num_groups": 5}, "groups"),
    ],
)
def test_wrong_attributes_are_refused(kind: str, attributes: dict[str, Any], message: str) -> None:
    arrays = {"x": random(2, 6, 4), "s": random(4), "b": random(4)}
    count = {"LRN": 1, "LpNormalization": 1}.get(kind, 3)
    node = oh.make_node(kind, list(arrays)[:count], ["y"], name="norm", **attributes)
    data = model_of(node, dict(list(arrays.items())[:count]), opset=21).SerializeToString()
    with pytest.raises(convoy.Error, match="node 'norm'") as error:
        convoy.onnx.load(data)
    assert message in str(error.value)


def test_the_gradient_of_a_training_step_is_exported() -> None:
    x, gamma, beta, mean, variance = (
        convoy.input(name, shape)
        for name, shape in [("x", [4, 3, 5]), *((n, [3]) for n in ("g", "b", "m", "v"))]
    )
    y = convoy.batch_norm_training(x, gamma, beta, mean, variance)[0]
    loss = convoy.reduce_sum(y * y * y)
    graph = convoy.Graph([x, gamma, beta, mean, variance], convoy.gradients(loss, [x, gamma]))
    feeds = dict(zip(["x", "g", "b", "m", "v"], [random(4, 3, 5), *statistics(3)], strict=True))
    assert_export(graph, feeds, judge="evaluator", exact=False)


@pytest.mark.parametrize("rank_one", [False, True])
@pytest.mark.parametrize("opset", [14, 15])
def test_batch_norm_of_mixed_precision_is_imported(opset: int, rank_one: bool) -> None:
    """x in half precision with float32 statistics, and from opset 15 on scale and bias as well."""
    gamma, beta, mean, variance = statistics(3)
    if opset == 14:
        gamma, beta = gamma.astype(np.float16), beta.astype(np.float16)
    x = random(*((3,) if rank_one else (2, 3, 4, 4))).astype(np.float16)
    if rank_one:
        gamma, beta, mean, variance = (a[:1] for a in (gamma, beta, mean, variance))
    node = oh.make_node("BatchNormalization", ["x", "g", "b", "m", "v"], ["y"])
    constants = {"g": gamma, "b": beta, "m": mean, "v": variance}
    graph = assert_imported(node, {"x": x}, constants=constants, opset=opset, judge="evaluator",
                            rtol=4e-3)  # fmt: skip
    assert str(graph.outputs[0].dtype) == "float16"
    node = oh.make_node("BatchNormalization", ["x", "g", "b", "m", "v"], ["y", "rm", "rv"],
                        training_mode=1)  # fmt: skip
    model = model_of(node, {"x": x}, constants=constants, opset=opset, outputs=["y", "rm", "rv"])
    graph = convoy.onnx.load(model.SerializeToString())
    assert [str(y.dtype) for y in graph.outputs] == ["float16", "float32", "float32"]


def test_batch_norm_of_mixed_precision_is_newer_than_opset_13() -> None:
    gamma, beta, mean, variance = statistics(3)
    node = oh.make_node("BatchNormalization", ["x", "g", "b", "m", "v"], ["y"])
    model = model_of(node, {"x": random(2, 3, 4).astype(np.float16)}, opset=13,
                     constants={"g": gamma, "b": beta, "m": mean, "v": variance})  # fmt: skip
    with pytest.raises(convoy.Error, match="float16"):
        convoy.onnx.load(model.SerializeToString())
