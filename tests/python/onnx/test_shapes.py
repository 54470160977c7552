"""What moves, repeats, picks and makes elements."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from hypothesis import given, strategies as st
from judge import assert_export
from node_models import Array, array, assert_exported, assert_imported, model_of, op_types
from onnx.helper import make_node
from support import INTEGERS, configurations, numpy_dtype, random_array, seeds

import convoy

DTYPES = ["float32", "float64", "float16", "bfloat16", "bool", *INTEGERS]
shapes = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def ints(*values: int) -> Array:
    return np.array(values, np.int64)


def x_of(*shape: int, dtype: str = "float32") -> dict[str, Array]:
    return {"x": random_array(1, shape, dtype)}


@pytest.mark.parametrize("dtype", DTYPES)
def test_elements_move_in_every_dtype(dtype: str) -> None:
    x = random_array(1, (2, 3, 4), dtype)
    index = ints(2, 0, -1)
    for function in (
        lambda x: convoy.reshape(x, (4, -1)),
        lambda x: convoy.expand(x, (5, 2, 3, 4)),
        lambda x: convoy.transpose(x, (2, 0, 1)),
        lambda x: convoy.concat([x, x, x], 1),
        lambda x: convoy.slice(x, [0, 1], [2, 3]),
        lambda x: convoy.flip(x, [0, 2]),
        lambda x: convoy.pad(x, [1, 0, 2], [0, 1, 0], value=1),
        lambda x: convoy.gather(x, convoy.constant(index), 1),
    ):
        assert_exported(function, x, judge="evaluator")


@given(seeds, shapes, st.data())
@configurations(15)
def test_slices_are_exported(seed: int, shape: list[int], data: st.DataObject) -> None:
    bounds = [
        data.draw(
            st.tuples(st.integers(-5, 5), st.integers(-5, 5), st.sampled_from([1, 2, 3, -1, -2]))
        )
        for _ in shape
    ]
    starts, stops, steps = (list(column) for column in zip(*bounds, strict=True))
    axes = list(range(len(shape)))
    assert_exported(
        lambda x: convoy.slice(x, starts, stops, axes, steps), random_array(seed, shape, "float32")
    )


@given(seeds, st.data())
@configurations(15)
def test_slices_are_imported(seed: int, data: st.DataObject) -> None:
    shape = data.draw(shapes)
    axes = data.draw(st.permutations(range(-len(shape), 0)))[
        : data.draw(st.integers(1, len(shape)))
    ]
    number = st.sampled_from([-(2**63), -7, -3, -2, -1, 0, 1, 2, 3, 7, 2**31 - 1, 2**63 - 1])
    constants = {
        "starts": ints(*(data.draw(number) for _ in axes)),
        "ends": ints(*(data.draw(number) for _ in axes)),
        "axes": ints(*axes),
        "steps": ints(*(data.draw(st.sampled_from([-3, -1, 1, 2])) for _ in axes)),
    }
    x = {"x": random_array(seed, shape, "float32")}
    node = make_node("Slice", ["x", *constants], ["y"])
    assert_imported(node, x, constants=constants, opset=13, judge="evaluator")


def test_slices_by_attributes_are_imported() -> None:
    node = make_node("Slice", ["x"], ["y"], starts=[1, -3], ends=[9, -1], axes=[0, 2])
    assert_imported(node, x_of(3, 4, 5), opset=9)
    assert_imported(make_node("Slice", ["x"], ["y"], starts=[1], ends=[2]), x_of(3, 4), opset=7)


@given(seeds, st.sampled_from(["constant", "reflect", "edge", "wrap"]), st.data())
@configurations(20)
def test_pads_and_their_gradients_are_exported(seed: int, mode: str, data: st.DataObject) -> None:
    shape = data.draw(st.lists(st.integers(2, 4), min_size=1, max_size=3))
    low = -1 if mode == "constant" else 0
    before = [data.draw(st.integers(low, size - 1)) for size in shape]
    after = [
        data.draw(st.integers(low if b >= 0 else 0, size - 1))
        for b, size in zip(before, shape, strict=True)
    ]
    x = random_array(seed, shape, "float32")
    judge = "evaluator" if mode == "wrap" else "onnxruntime"
    assert_exported(lambda x: convoy.pad(x, before, after, mode, value=0.5), x, judge=judge)

    def gradient(x: convoy.Value) -> convoy.Value:
        padded = convoy.pad(x, before, after, mode)
        return convoy.gradients([convoy.reduce_sum(padded * padded)], [x])[0]

    assert_exported(gradient, x, judge=judge)


@pytest.mark.parametrize("opset", [7, 10, 11, 13, 18])
@pytest.mark.parametrize("mode", ["constant", "reflect", "edge"])
def test_pads_are_imported_at_every_opset(mode: str, opset: int) -> None:
    pads = [1, 0, 2, 0, 1, 1] if mode != "constant" else [1, -1, 2, 0, 1, -1]
    if opset < 11:
        extra = {"value": 1.5} if mode == "constant" else {}
        node = make_node("Pad", ["x"], ["y"], mode=mode, pads=pads, **extra)
        assert_imported(node, x_of(2, 3, 4), opset=opset)
        return
    constants = {"pads": ints(*pads), "value": array(1.5)}
    node = make_node("Pad", ["x", *constants], ["y"], mode=mode)
    assert_imported(node, x_of(2, 3, 4), constants=constants, opset=opset)
    if opset >= 18:
        constants = {"pads": ints(1, 2), "axes": ints(-1)}
        node = make_node("Pad", ["x", "pads", "", "axes"], ["y"], mode=mode)
        assert_imported(node, x_of(2, 3, 4), constants=constants, opset=opset)


@pytest.mark.parametrize("reduction", ["none", "add", "mul", "min", "max"])
@pytest.mark.parametrize("dtype", ["float32", "int64"])
def test_scattering_and_gathering_are_exported(reduction: str, dtype: str) -> None:
    x = random_array(1, (3, 4, 2), dtype)
    index = np.array([[[0, 2]], [[1, -1]]])
    updates = random_array(2, (2, 1, 2), dtype)
    judge = "evaluator" if reduction == "none" else "onnxruntime"
    options: dict[str, Any] = {"judge": judge}
    assert_exported(
        lambda x, u: convoy.scatter_elements(x, convoy.constant(index), u, 1, reduction=reduction),
        x, updates, **options,
    )  # fmt: skip
    tuples = np.array([[2, 1], [0, 3], [1, 0]], np.int32)
    assert_exported(
        lambda x, u: convoy.scatter_nd(x, convoy.constant(tuples), u, reduction=reduction),
        x, random_array(3, (3, 2), dtype), **options,
    )  # fmt: skip
    batched = np.array([[[1], [3]], [[0], [2]], [[3], [-1]]])
    if reduction == "none":
        batched[2, 1] = 0
    assert_exported(
        lambda x, u: convoy.scatter_nd(
            x, convoy.constant(batched), u, reduction=reduction, batch_dims=1
        ),
        x, random_array(4, (3, 2, 2), dtype), **options,
    )  # fmt: skip


@pytest.mark.parametrize("dtype", ["int32", "int64"])
def test_gathering_is_exported(dtype: str) -> None:
    x = random_array(1, (3, 4, 2), "float32")
    index = np.array([[[0, 2], [1, -1]]], dtype)
    assert_exported(lambda x, i: convoy.gather(x, i, 1), x, index)
    assert_exported(lambda x, i: convoy.gather_elements(x, i, 0), x, index)
    assert_exported(convoy.gather_nd, x, np.array([[0, -1], [2, 1]], dtype))
    assert_exported(lambda x, i: convoy.gather_nd(x, i, 1), x, np.array([[0], [2], [3]], dtype))
    assert_exported(lambda x, i: convoy.gather_nd(x, i, 1), x, np.zeros((3, 2, 0), dtype))


@pytest.mark.parametrize("op_type", ["Scatter", "ScatterElements"])
def test_scatter_is_imported_by_its_old_name(op_type: str) -> None:
    inputs = x_of(3, 4) | {"u": random_array(2, (2, 4), "float32")}
    constants = {"i": np.array([[0, 1, 2, 0], [2, 0, 1, 2]])}
    node = make_node(op_type, ["x", "i", "u"], ["y"])
    opset = 9 if op_type == "Scatter" else 11
    assert_imported(node, inputs, constants=constants, opset=opset)


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 18])
def test_splits_are_imported_at_every_opset(opset: int) -> None:
    x = x_of(2, 7)
    outputs = ("a", "b", "c")
    if opset < 13:
        node = make_node("Split", ["x"], outputs, axis=1, split=[1, 4, 2])
        assert_imported(node, x, outputs=outputs, opset=opset)
        node = make_node("Split", ["x"], outputs[:2], axis=0)
        assert_imported(node, x, outputs=outputs[:2], opset=opset)
        return
    node = make_node("Split", ["x", "s"], outputs, axis=1)
    assert_imported(node, x, outputs=outputs, opset=opset, constants={"s": ints(1, 4, 2)})
    if opset >= 18:
        node = make_node("Split", ["x"], outputs, axis=-1, num_outputs=3)
        assert_imported(node, x, outputs=outputs, opset=opset)


@pytest.mark.parametrize("opset", [7, 11, 13, 21])
def test_squeezing_takes_axes_as_attribute_or_input(opset: int) -> None:
    axes = [0, 3] if opset < 11 else [-1, 0]
    for op_type, shape in (("Squeeze", (1, 3, 4, 1)), ("Unsqueeze", (3, 4))):
        if opset < 13:
            node = make_node(op_type, ["x"], ["y"], axes=axes)
            assert_imported(node, x_of(*shape), opset=opset)
        else:
            node = make_node(op_type, ["x", "axes"], ["y"])
            assert_imported(node, x_of(*shape), opset=opset, constants={"axes": ints(*axes)})
    assert_imported(make_node("Squeeze", ["x"], ["y"]), x_of(1, 3, 1), opset=opset)


@pytest.mark.parametrize(
    ("target", "attributes"),
    [([0, -1], {}), ([4, 0, -1], {}), ([-1], {}), ([2, 12], {}), ([24, 1], {"allowzero": 1})],
)
def test_reshapes_are_imported(target: list[int], attributes: dict[str, int]) -> None:
    node = make_node("Reshape", ["x", "t"], ["y"], **attributes)
    opset = 14 if attributes else 7
    assert_imported(node, x_of(4, 3, 2), constants={"t": ints(*target)}, opset=opset)


def test_a_zero_in_a_target_is_a_zero_with_allowzero() -> None:
    x = {"x": np.zeros((0, 3), np.float32)}
    node = make_node("Reshape", ["x", "t"], ["y"], allowzero=1)
    assert_imported(node, x, constants={"t": ints(2, 0)}, opset=14)
    assert_exported(lambda x: convoy.reshape(x, (2, 0)), x["x"])


@pytest.mark.parametrize("axis", [-3, -1, 0, 1, 2, 3])
def test_flatten_is_imported(axis: int) -> None:
    assert_imported(make_node("Flatten", ["x"], ["y"], axis=axis), x_of(2, 3, 4), opset=11)


def test_expand_broadcasts_both_ways_and_tile_repeats() -> None:
    node = make_node("Expand", ["x", "s"], ["y"])
    for shape in ((3, 1), (1, 4), (2, 1, 1), (2, 3, 4), (1,)):
        assert_imported(
            node, x_of(3, 4 if shape[-1] != 4 else 1), constants={"s": ints(*shape)}, opset=8
        )
    node = make_node("Tile", ["x", "r"], ["y"])
    assert_imported(node, x_of(2, 3), constants={"r": ints(2, 3)}, opset=13)


def test_constants_in_all_their_forms() -> None:
    x = x_of(2)
    forms: list[dict[str, Any]] = [
        {"value": onnx.numpy_helper.from_array(array([1, 2]))},
        {"value_float": 1.5},
        {"value_floats": [0.1, 2.0]},
    ]
    for form in forms:
        nodes = [make_node("Constant", [], ["c"], **form), make_node("Add", ["x", "c"], ["y"])]
        assert_imported(nodes, x, opset=13)
    for form in ({"value_int": 3}, {"value_ints": [2, 3]}):
        nodes = [make_node("Constant", [], ["c"], **form), make_node("Add", ["x", "c"], ["y"])]
        assert_imported(nodes, {"x": ints(1, 2)}, opset=13)


def test_arrays_made_of_shapes() -> None:
    s = {"s": ints(2, 3)}
    for value in (array([1.5]), ints(7), np.array([True])):
        node = make_node("ConstantOfShape", ["s"], ["c"], value=onnx.numpy_helper.from_array(value))
        nodes = [node, make_node("Identity", ["c"], ["y"])]
        assert_imported(nodes, {}, constants=s, opset=9)
    assert_imported(make_node("EyeLike", ["x"], ["y"], k=1, dtype=7), x_of(3, 4), opset=9)
    assert_imported(make_node("Size", ["x"], ["y"]), x_of(3, 4), opset=13)
    for start, end in ((0, 2), (-2, None), (1, -1), (-9, 9)):
        attributes = {"start": start} | ({} if end is None else {"end": end})
        assert_imported(make_node("Shape", ["x"], ["y"], **attributes), x_of(3, 4, 5), opset=15)
    for upper in (0, 1):
        node = make_node("Trilu", ["x", "k"], ["y"], upper=upper)
        assert_imported(node, x_of(2, 3, 4), constants={"k": np.array(-1)}, opset=14)


@pytest.mark.parametrize(
    ("start", "limit", "delta", "dtype"),
    [(0, 5, 1, "int64"), (7, -3, -4, "int32"), (0.5, 3, 0.75, "float32"), (3, 3, 1, "int64")],
)
def test_ranges_are_imported(start: float, limit: float, delta: float, dtype: str) -> None:
    constants = {
        name: np.array(v, dtype) for name, v in zip("abc", (start, limit, delta), strict=True)
    }
    assert_imported(make_node("Range", list("abc"), ["y"]), {}, constants=constants, opset=11)


def test_one_hot_is_zero_out_of_range() -> None:
    inputs = {"i": np.array([[0, 2, -1], [3, -4, 1]])}
    constants = {"d": np.array(3), "v": array([0.5, 2])}
    for axis in (-1, 0, 1):
        node = make_node("OneHot", ["i", "d", "v"], ["y"], axis=axis)
        assert_imported(node, inputs, constants=constants, opset=11)


@pytest.mark.parametrize("dtype", DTYPES)
def test_what_is_made_of_nothing_is_exported(dtype: str) -> None:
    x = random_array(1, (4,), "float32")
    kind = numpy_dtype(dtype)
    index = ints(0, 2, 1)
    if dtype not in ("bool", "bfloat16"):  # in which the evaluator has no OneHot
        assert_exported(
            lambda x: convoy.one_hot(convoy.constant(index), 4, dtype=kind), x, judge="evaluator"
        )
    assert_exported(lambda x: convoy.full((2, 3), 1, dtype=kind), x, judge="evaluator")
    if dtype != "bool":
        assert_exported(lambda x: convoy.iota(5, dtype=kind), x, judge="evaluator")


def test_gradients_of_slices_are_exported() -> None:
    def gradient(x: convoy.Value) -> convoy.Value:
        part = convoy.slice(x, [1, 0], [4, 6], steps=[1, 4])
        return convoy.gradients([convoy.reduce_sum(part * part)], [x])[0]

    assert_exported(gradient, random_array(1, (5, 6), "float32"))


def test_symbolic_sizes_are_worked_out_while_running() -> None:
    x = convoy.input("x", ("N", "C", "H"))
    n, c, h = x.shape
    values = {
        "flat": convoy.reshape(x, (n, c * h)),
        "all": convoy.reshape(x, (n * c * h,)),
        "split": convoy.reshape(x, (c, n, h)),
        "more": convoy.expand(x, (h, n, c, h)),
        "half": convoy.slice(x, [0, 0, 0], [n, c, h // 2]),
        "last": convoy.slice(x, [h - 1], [h], [2]),
        "first": convoy.slice(x, [0], [2], [2]),
        "border": convoy.pad(x, [0, 0, h], [1, 0, 0]),
        "count": convoy.iota(h),
        "top": convoy.top_k(x, h - 1)[0],
    }
    graph = convoy.Graph([x], values)
    model = assert_export(graph, {"x": random_array(1, (2, 3, 4), "float32")})
    assert_export(graph, {"x": random_array(2, (3, 1, 5), "float32")})
    assert [d.dim_param for d in model.graph.input[0].type.tensor_type.shape.dim] == ["N", "C", "H"]
    reshapes = [n for n in model.graph.node if n.op_type == "Reshape" and n.output[0] == "flat"]
    constants = {i.name for i in model.graph.initializer}
    assert reshapes[0].input[1] in constants, "one size to be found out is −1 and no arithmetic"


def test_operators_without_a_form_are_refused_all_at_once() -> None:
    key = convoy.input("key", (2,), "uint64")
    first = convoy.random_uniform(key, (3,))
    graph = convoy.Graph([key], first + convoy.random_normal(key, (3,)))
    with pytest.raises(convoy.NotSupportedError, match="random_uniform") as error:
        convoy.onnx.to_bytes(graph)
    assert "random_normal" in str(error.value)
    assert "have no key" in str(error.value)


@pytest.mark.parametrize(
    ("node", "constants", "message"),
    [
        (make_node("Reshape", ["x", "t"], ["y"]), {"t": ints(5, -1)}, "5"),
        (make_node("Reshape", ["x", "t"], ["y"]), {"t": ints(-1, -1)}, "-1"),
        (make_node("Reshape", ["x", "t"], ["y"]), {"t": ints(3, 4, 0)}, "copies axis 2"),
        (make_node("Expand", ["x", "t"], ["y"]), {"t": ints(5)}, "does not broadcast"),
        (make_node("Slice", ["x", "s", "s", "a", "t"], ["y"]),
         {"s": ints(0), "a": ints(0), "t": ints(0)}, "step"),
        (make_node("Slice", ["x", "s", "s", "a"], ["y"]), {"s": ints(0), "a": ints(0, 1)},
         "length"),
        (make_node("Split", ["x", "s"], ["y", "z"]), {"s": ints(1, 1)}, "must add up to 3"),
        (make_node("Split", ["x", "s"], ["y", "z"]), {"s": ints(3)}, "1 sizes"),
        (make_node("Pad", ["x", "p"], ["y"]), {"p": ints(1, 1)}, "twice as many"),
        (make_node("Pad", ["x", "p"], ["y"], mode="mirror"), {"p": ints(1, 1, 1, 1)}, "'mirror'"),
        (make_node("Pad", ["x", "p"], ["y"]), {"p": ints(0, 0, -2, -3)}, "-3"),
        (make_node("Transpose", ["x"], ["y"], perm=[0]), {}, "perm is [0]"),
        (make_node("Transpose", ["x"], ["y"], perm=[0, 0]), {}, "[0, 0]"),
        (make_node("Concat", ["x", "x"], ["y"]), {}, "axis is missing"),
        (make_node("Gather", ["x", "x"], ["y"]), {}, "int32"),
        (make_node("Squeeze", ["x", "a"], ["y"]), {"a": ints(0)}, "size 3"),
        (make_node("Tile", ["x", "r"], ["y"]), {"r": ints(1)}, "repeats has 1"),
        (make_node("Tile", ["x", "r"], ["y"]), {"r": ints(1, -1)}, "negative"),
        (make_node("ConstantOfShape", ["s"], ["y"]), {"s": ints(-1)}, "-1"),
        (make_node("Constant", [], ["y"]), {}, "value is missing"),
        (make_node("Constant", [], ["y"], value_string="s"), {}, "text"),
        (make_node("Range", ["a", "b", "c"], ["y"]),
         {"a": np.array(0), "b": np.array(4), "c": np.array(0)}, "delta is 0"),
        (make_node("Flatten", ["x"], ["y"], axis=3), {}, "axis is 3"),
        (make_node("ScatterElements", ["x", "i", "x"], ["y"], reduction="avg"), {"i": ints(1)},
         "'avg'"),
    ],
)  # fmt: skip
def test_wrong_nodes_are_refused_by_name(
    node: onnx.NodeProto, constants: dict[str, Array], message: str
) -> None:
    node.name = "culprit"
    inputs = x_of(3, 2)
    if node.op_type in ("Reshape", "Expand"):
        inputs = x_of(3, 4)
    model = model_of(node, inputs, constants=constants)
    with pytest.raises(convoy.Error, match="culprit") as error:
        convoy.onnx.load(model.SerializeToString())
    assert message in str(error.value)


def test_flips_are_slices_backwards() -> None:
    model = assert_exported(lambda x: convoy.flip(x, [1]), random_array(1, (2, 3), "float32"))
    assert op_types(model) == ["Slice"]


def test_center_crop_pad_takes_axes_in_any_order() -> None:
    x = x_of(4, 3, 5)
    for axes, sizes in [([2, 0], [2, 7]), ([-1, 0], [8, 2]), ([1, 2, 0], [5, 3, 4])]:
        node = make_node("CenterCropPad", ["x", "s"], ["y"], axes=axes)
        assert_imported(node, x, constants={"s": ints(*sizes)}, judge="evaluator")
    node = make_node("CenterCropPad", ["x", "s"], ["y"], axes=[0, -3])
    model = model_of(node, x, constants={"s": ints(2, 2)})
    with pytest.raises(convoy.ValueError, match="at most once"):
        convoy.onnx.load(model.SerializeToString())


@pytest.mark.parametrize("value", [2**53 + 1, -(2**63), 2**63 - 1, 7])
def test_padding_with_large_integers_is_exact(value: int) -> None:
    x = {"x": ints(1, 2**62 + 1, -3)}
    node = make_node("Pad", ["x", "p", "v"], ["y"])
    graph = assert_imported(node, x, constants={"p": ints(2, 1), "v": np.array(value)})
    assert_export(graph, x)
