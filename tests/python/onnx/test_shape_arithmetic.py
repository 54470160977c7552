"""Shapes that exporters compute in the graph: nothing of it is left, sizes keep their names."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from judge import assert_export
from node_models import Array, array, assert_imported, model_of
from onnx import TensorProto, numpy_helper
from onnx.helper import make_node
from support import random_array

import convoy

X = {"x": random_array(1, (2, 3, 4, 6), "float32")}
SYMBOLIC = {"x": ("N", 3, "H", "W")}


def ints(*values: int) -> Array:
    return np.array(values, np.int64)


def number(value: int) -> Array:
    return np.array(value, np.int64)


def constant(name: str, value: Array) -> onnx.NodeProto:
    return make_node("Constant", [], [name], value=numpy_helper.from_array(value))


def assert_folded(
    nodes: Sequence[onnx.NodeProto], shape: str, operators: int, **model: object
) -> None:
    """The graph has so many operators, gives `shape`, and what ONNX Runtime gives, at two sizes."""
    graph = assert_imported(nodes, X, shapes=SYMBOLIC, **model)  # type: ignore[arg-type]
    text = graph.text()
    assert shape in text.splitlines()[-3], text
    assert f"{operators} operators" in repr(graph), text
    other = {"x": random_array(2, (1, 3, 5, 7), "float32")}
    assert_imported(nodes, other, shapes=SYMBOLIC, **model)  # type: ignore[arg-type]


def size_of(axis: int, name: str) -> list[onnx.NodeProto]:
    """x.size(axis), as PyTorch writes it."""
    return [
        make_node("Shape", ["x"], [f"{name}.shape"]),
        constant(f"{name}.axis", number(axis)),
        make_node("Gather", [f"{name}.shape", f"{name}.axis"], [name], axis=0),
    ]


def unsqueezed(name: str) -> onnx.NodeProto:
    return make_node("Unsqueeze", [name, "zero"], [f"{name}.v"])


def test_view_of_the_batch_and_the_rest() -> None:
    nodes = [
        *size_of(0, "n"),
        unsqueezed("n"),
        constant("rest", ints(-1)),
        make_node("Concat", ["n.v", "rest"], ["target"], axis=0),
        make_node("Reshape", ["x", "target"], ["y"]),
    ]
    assert_folded(nodes, "float32[N,3*H*W]", 1, constants={"zero": ints(0)})


def test_view_that_divides_and_multiplies_sizes() -> None:
    """Channels shuffled: view(n, groups, c / groups, h · w)."""
    nodes = [
        *size_of(1, "c"),
        *size_of(2, "h"),
        *size_of(3, "w"),
        constant("three", number(3)),
        make_node("Div", ["c", "three"], ["part"]),
        make_node("Mul", ["h", "w"], ["area"]),
        unsqueezed("part"),
        unsqueezed("area"),
        constant("groups", ints(3)),
        constant("any", ints(-1)),
        make_node("Concat", ["any", "groups", "part.v", "area.v"], ["target"], axis=0),
        make_node("Reshape", ["x", "target"], ["y"]),
    ]
    assert_folded(nodes, "float32[N,3,1,H*W]", 1, constants={"zero": ints(0)})


def test_expand_with_sizes_that_stay() -> None:
    """expand(−1, …): Where picks the size that is there for every −1."""
    nodes = [
        make_node("Shape", ["x"], ["shape"]),
        constant("wanted", ints(2, -1, -1, -1, -1)),
        constant("one", ints(1)),
        make_node("Concat", ["one", "shape"], ["present"], axis=0),
        constant("rank", ints(5)),
        make_node("ConstantOfShape", ["rank"], ["ones"], value=numpy_helper.from_array(ints(1))),
        constant("minus", ints(-1)),
        make_node("Mul", ["ones", "minus"], ["all_minus"]),
        make_node("Equal", ["wanted", "all_minus"], ["stays"]),
        make_node("Where", ["stays", "present", "wanted"], ["target"]),
        make_node("Expand", ["x", "target"], ["y"]),
    ]
    assert_folded(nodes, "float32[2,N,3,H,W]", 1)


def test_an_even_half_by_a_remainder() -> None:
    """h − h mod 2, as cropping to even sizes is written."""
    nodes = [
        *size_of(2, "h"),
        constant("two", number(2)),
        make_node("Mod", ["h", "two"], ["odd"]),
        make_node("Sub", ["h", "odd"], ["even"]),
        unsqueezed("even"),
        constant("axis", ints(2)),
        make_node("Slice", ["x", "zero", "even.v", "axis"], ["y"]),
    ]
    assert_folded(nodes, "float32[N,3,2*(H//2),W]", 1, constants={"zero": ints(0)})


@pytest.mark.parametrize("factor", [0.5, 2.0])
def test_pads_to_a_scaled_size(factor: float) -> None:
    """Cast, Mul, Floor, Cast: the path of interpolate(scale_factor=…)."""
    nodes = [
        *size_of(2, "h"),
        make_node("Cast", ["h"], ["h.f"], to=TensorProto.FLOAT),
        constant("factor", array(factor)),
        make_node("Mul", ["h.f", "factor"], ["scaled"]),
        make_node("Floor", ["scaled"], ["floor"]),
        make_node("Cast", ["floor"], ["size"], to=TensorProto.INT64),
        unsqueezed("size"),
        constant("none", ints(0, 0, 0, 0, 0, 0)),
        constant("last", ints(0)),
        make_node("Concat", ["none", "size.v", "last"], ["pads"], axis=0),
        make_node("Pad", ["x", "pads"], ["y"]),
    ]
    shape = "float32[N,3,(H//2) + H,W]" if factor < 1 else "float32[N,3,3*H,W]"
    assert_folded(nodes, shape, 1, constants={"zero": ints(0)})


def test_positions_counted_from_a_size() -> None:
    nodes = [
        *size_of(3, "w"),
        constant("start", number(0)),
        constant("step", number(1)),
        make_node("Range", ["start", "w", "step"], ["column"]),
        make_node("Cast", ["column"], ["column.f"], to=TensorProto.FLOAT),
        make_node("Add", ["x", "column.f"], ["y"]),
    ]
    assert_folded(nodes, "float32[N,3,H,W]", 3)


def test_targets_that_only_the_run_tells_are_refused_by_name() -> None:
    node = make_node("Reshape", ["x", "target"], ["y"], name="head/view")
    model = model_of(node, X | {"target": ints(6, -1)})
    with pytest.raises(convoy.NotSupportedError, match=r"head/view.*only known while running"):
        convoy.onnx.load(model.SerializeToString())
    graph = convoy.onnx.load(model.SerializeToString(), constants={"target": ints(6, -1)})
    np.testing.assert_array_equal(convoy.compile(graph)(**X), X["x"].reshape(6, -1))


def test_unnamed_sizes_get_names_of_their_own() -> None:
    model = model_of(make_node("Neg", ["x"], ["y"]), X, shapes={"x": ("N", None, "H", None)})  # type: ignore[dict-item]
    text = convoy.onnx.load(model.SerializeToString()).text()
    assert "[N,x_dim_1,H,x_dim_3]" in text


def test_sizes_divide_toward_zero() -> None:
    """(5 − W)/2 on both sides: for W = 8 ONNX takes one column off each, not two."""
    nodes = [
        *size_of(3, "w"),
        constant("five", number(5)),
        constant("two", number(2)),
        make_node("Sub", ["five", "w"], ["room"]),
        make_node("Div", ["room", "two"], ["side"]),
        unsqueezed("side"),
        constant("none", ints(0, 0, 0)),
        make_node("Concat", ["none", "side.v", "none", "side.v"], ["pads"], axis=0),
        make_node("Pad", ["x", "pads"], ["y"]),
    ]
    for width in (2, 3, 4, 5, 6, 7, 8, 9):
        x = {"x": random_array(3, (1, 1, 2, width), "float32")}
        assert_imported(nodes, x, shapes=SYMBOLIC | {"x": (1, 1, 2, "W")},
                        constants={"zero": ints(0)})  # fmt: skip


@pytest.mark.parametrize("ends", ["last", "width"])
def test_bounds_of_slices_may_turn_out_negative(ends: str) -> None:
    """The last five columns, of fewer: a start of −1 counts from the end."""
    nodes = [
        *size_of(3, "w"),
        constant("five", number(5)),
        make_node("Sub", ["w", "five"], ["start"]),
        unsqueezed("start"),
        unsqueezed("w"),
        constant("last", ints(2**62)),
        constant("axes", ints(3)),
        make_node("Slice", ["x", "start.v", "last" if ends == "last" else "w.v", "axes"], ["y"]),
    ]
    for width in range(1, 9):
        x = {"x": random_array(3, (1, 1, 2, width), "float32")}
        graph = assert_imported(nodes, x, shapes={"x": (1, 1, 2, "W")},
                                constants={"zero": ints(0)})  # fmt: skip
    assert_export(graph, x)


def test_ends_of_slices_may_turn_out_negative() -> None:
    nodes = [
        *size_of(3, "w"),
        constant("five", number(5)),
        make_node("Sub", ["w", "five"], ["end"]),
        unsqueezed("end"),
        constant("axes", ints(3)),
        constant("begin", ints(0)),
        make_node("Slice", ["x", "begin", "end.v", "axes"], ["y"]),
    ]
    for width in range(1, 9):
        x = {"x": random_array(3, (1, 1, 2, width), "float32")}
        assert_imported(nodes, x, shapes={"x": (1, 1, 2, "W")}, constants={"zero": ints(0)})


def test_backward_slices_from_an_unknown_side_are_refused() -> None:
    nodes = [
        *size_of(3, "w"),
        constant("five", number(5)),
        make_node("Sub", ["w", "five"], ["start"]),
        unsqueezed("start"),
        constant("axes", ints(3)),
        constant("begin", ints(0)),
        constant("step", ints(-1)),
        make_node("Slice", ["x", "start.v", "begin", "axes", "step"], ["y"], name="backwards"),
    ]
    model = model_of(nodes, {"x": random_array(3, (1, 1, 2, 7), "float32")},
                     shapes={"x": (1, 1, 2, "W")}, constants={"zero": ints(0)})  # fmt: skip
    with pytest.raises(convoy.NotSupportedError, match="'backwards'"):
        convoy.onnx.load(model.SerializeToString())
