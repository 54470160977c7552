"""Quantised operators are plain arithmetic: ONNX Runtime's integers, to the last one."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx.helper as oh
import pytest
from judge import Array, assert_export
from node_models import assert_exported, assert_imported, model_of, op_types

import convoy

RNG = np.random.default_rng(17)


def quantized(*shape: int, dtype: str = "uint8") -> Array:
    limits = np.iinfo(dtype)
    return RNG.integers(limits.min, limits.max + 1, shape).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_numbers_are_quantized_and_back(dtype: str) -> None:
    x = RNG.standard_normal((2, 3, 4)).astype(np.float32) * 100
    scale, zero = np.float32(0.5), np.array(3, dtype)
    node = oh.make_node("QuantizeLinear", ["x", "s", "z"], ["y"])
    assert_imported(node, {"x": x}, constants={"s": np.array(scale), "z": zero}, opset=10)
    back = oh.make_node("DequantizeLinear", ["x", "s", "z"], ["y"])
    values = quantized(2, 3, 4, dtype=dtype)
    assert_imported(back, {"x": values}, constants={"s": np.array(scale), "z": zero}, opset=10)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_every_channel_has_its_scale(axis: int) -> None:
    x = RNG.standard_normal((2, 3, 4)).astype(np.float32) * 10
    size = x.shape[axis]
    constants = {"s": RNG.uniform(0.1, 1, size).astype(np.float32), "z": quantized(size)}
    node = oh.make_node("QuantizeLinear", ["x", "s", "z"], ["y"], axis=axis)
    assert_imported(node, {"x": x}, constants=constants, opset=13)
    node = oh.make_node("DequantizeLinear", ["x", "s", "z"], ["y"], axis=axis)
    assert_imported(node, {"x": quantized(2, 3, 4)}, constants=constants, opset=13)


def test_blocks_have_their_scales() -> None:
    x = RNG.standard_normal((3, 8)).astype(np.float32)
    constants = {"s": RNG.uniform(0.1, 1, (3, 3)).astype(np.float32), "z": quantized(3, 3)}
    node = oh.make_node("QuantizeLinear", ["x", "s", "z"], ["y"], axis=1, block_size=3)
    assert_imported(node, {"x": x}, constants=constants, opset=21)
    node = oh.make_node("DequantizeLinear", ["x", "s", "z"], ["y"], axis=1, block_size=3)
    assert_imported(node, {"x": quantized(3, 8)}, constants=constants, opset=21)


def test_a_scale_is_found_for_a_range() -> None:
    node = oh.make_node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"])
    for x in (RNG.standard_normal(9), RNG.uniform(2, 5, 9), RNG.uniform(-9, -2, 9), np.zeros(4)):
        assert_imported(node, {"x": x.astype(np.float32)}, opset=11, outputs=("y", "s", "z"))


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_sums_of_integers_are_exact(dtype: str) -> None:
    x, w = quantized(1, 4, 6, 6), quantized(6, 2, 3, 3, dtype=dtype)
    node = oh.make_node("ConvInteger", ["x", "w", "a"], ["y"], group=2, pads=[1, 1, 1, 1])
    assert_imported(node, {"x": x, "w": w}, constants={"a": np.uint8(7) + np.zeros((), "uint8")},
                    opset=10, judge="evaluator")  # fmt: skip
    a, b = quantized(3, 5), quantized(5, 4, dtype=dtype)
    node = oh.make_node("MatMulInteger", ["x", "w", "a", "b"], ["y"])
    zeros = {"a": np.array([7], "uint8"), "b": quantized(4, dtype=dtype)}
    assert_imported(node, {"x": a, "w": b}, constants=zeros, opset=10)


def test_a_quantized_network_is_imported() -> None:
    x, w = quantized(1, 4, 6, 6), quantized(6, 2, 3, 3, dtype="int8")
    names = ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"]
    node = oh.make_node("QLinearConv", names, ["y"], group=2, strides=[2, 1], auto_pad="SAME_UPPER")
    constants = {
        "xs": np.array(0.02, np.float32), "xz": np.array(120, "uint8"), "w": w,
        "ws": RNG.uniform(0.01, 0.02, 6).astype(np.float32), "wz": np.zeros(6, "int8"),
        "ys": np.array(0.1, np.float32), "yz": np.array(100, "uint8"),
        "b": RNG.integers(-500, 500, 6).astype("int32"),
    }  # fmt: skip
    assert_imported(node, {"x": x}, constants=constants, opset=10)
    names = ["x", "as", "az", "w", "bs", "bz", "ys", "yz"]
    node = oh.make_node("QLinearMatMul", names, ["y"])
    constants = {
        "as": np.array(0.02, np.float32), "az": np.array(120, "uint8"),
        "w": quantized(5, 4, dtype="int8"), "bs": np.array(0.03, np.float32),
        "bz": np.array(2, "int8"), "ys": np.array(0.1, np.float32), "yz": np.array(90, "uint8"),
    }  # fmt: skip
    assert_imported(node, {"x": quantized(2, 3, 5)}, constants=constants, opset=10)


def test_wrong_quantization_is_refused() -> None:
    x = np.zeros((2, 3), np.float32)
    scale = {"s": np.ones(3, np.float32)}
    node = oh.make_node("QuantizeLinear", ["x", "s"], ["y"], name="q", axis=5)
    with pytest.raises(convoy.ValueError, match=r"node 'q'.*axis is 5"):
        convoy.onnx.load(model_of(node, {"x": x}, constants=scale, opset=21).SerializeToString())
    node = oh.make_node("ConvInteger", ["x", "w"], ["y"], name="c")
    arrays = {"x": np.zeros((1, 1, 4, 4), "int32"), "w": np.zeros((1, 1, 2, 2), "int32")}
    with pytest.raises(convoy.ValueError, match=r"node 'c'.*must be int8 or uint8"):
        convoy.onnx.load(model_of(node, arrays, opset=10).SerializeToString())


@pytest.mark.parametrize("dtype", ["uint8", "int8"])
def test_quantized_convolutions_are_exported(dtype: str) -> None:
    """What came as bytes leaves as bytes."""
    x, w = quantized(2, 4, 6, 7), quantized(6, 2, 3, 3, dtype=dtype)
    bias = RNG.integers(-1000, 1000, 6).astype(np.int32)
    for zero in (np.array(3, dtype), quantized(6, dtype=dtype)):
        constants = {
            "xs": np.array(0.02, np.float32), "xz": np.array(120, np.uint8), "w": w,
            "ws": RNG.uniform(0.001, 0.01, zero.shape).astype(np.float32), "wz": zero,
            "ys": np.array(0.5, np.float32), "yz": np.array(128, np.uint8), "b": bias,
        }  # fmt: skip
        node = oh.make_node(
            "QLinearConv", ["x", "xs", "xz", "w", "ws", "wz", "ys", "yz", "b"], ["y"],
            group=2, strides=[1, 2], pads=[1, 0, 2, 1],
        )  # fmt: skip
        graph = assert_imported(node, {"x": x}, constants=constants, judge="evaluator")
        model = assert_export(graph, {"x": x}, judge="evaluator")
        assert op_types(model).count("ConvInteger") == 1
        assert not {"Conv", "Sub"} & set(op_types(model))


def test_known_integers_are_bytes_where_those_hold_them() -> None:
    """As they are once a pass has worked out what is known."""
    x, w = quantized(1, 2, 5, 5), RNG.integers(-128, 128, (3, 2, 2, 2)).astype(np.int32)

    def lifted(x: Any) -> Any:
        return convoy.sub(convoy.cast(x, "int32"), np.array(120, np.int32))

    model = assert_exported(lambda x: convoy.conv(lifted(x), w), x, judge="evaluator")
    assert op_types(model) == ["ConvInteger"]
    given = convoy.input("x", x.shape, "uint8")
    graph = convoy.Graph(given, convoy.conv(lifted(given), w * 3))
    with pytest.raises(convoy.NotSupportedError, match="int8"):
        convoy.onnx.to_bytes(graph)


def test_zero_points_along_other_axes_are_refused() -> None:
    """ConvInteger has one zero point of x, and one for each kernel."""
    x, w = convoy.input("x", (1, 4, 5, 4), "uint8"), convoy.input("w", (4, 4, 4, 4), "uint8")
    zeros = convoy.input("z", (4,), "uint8")
    z = convoy.cast(zeros, "int32")
    raised = [convoy.cast(v, "int32") for v in (x, w)]
    for a, b in [(convoy.sub(raised[0], z), raised[1]), (raised[0], convoy.sub(raised[1], z))]:
        graph = convoy.Graph([x, w, zeros], convoy.conv(a, b))
        with pytest.raises(convoy.NotSupportedError, match="int8"):
            convoy.onnx.to_bytes(graph)


def test_quantized_products_are_exported() -> None:
    a, b = quantized(3, 4), quantized(4, 5)
    node = oh.make_node("MatMulInteger", ["a", "b", "az", "bz"], ["y"])
    constants = {"az": np.array(7, np.uint8), "bz": quantized(5)}
    graph = assert_imported(node, {"a": a, "b": b}, constants=constants)
    assert_export(graph, {"a": a, "b": b})


def test_other_integer_convolutions_are_refused() -> None:
    x = convoy.input("x", (1, 2, 5, 5), "int32")
    w = np.full((3, 2, 2, 2), 1000, np.int32)
    for y in (convoy.conv(x, w), convoy.conv(convoy.cast(x, "int8"), w.astype(np.int8))):
        with pytest.raises(convoy.NotSupportedError, match="int8"):
            convoy.onnx.to_bytes(convoy.Graph(x, y))
