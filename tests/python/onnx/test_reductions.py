"""Reductions, softmax, sorting and products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from node_models import array, assert_exported, assert_imported, model_of, op_types
from onnx.helper import make_node
from support import INTEGERS, configurations, random_array, seeds

import convoy

KINDS = ["sum", "mean", "max", "min", "prod", "l1", "l2", "log_sum_exp"]
FLOATING = ["float32", "float64", "float16", "bfloat16"]
RTOL = {"float16": 4e-3, "bfloat16": 3e-2}
OP_TYPES = ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceL1",
            "ReduceL2", "ReduceLogSumExp", "ReduceSumSquare", "ReduceLogSum"]  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", FLOATING + INTEGERS)
def test_reductions_are_exported_in_every_dtype(kind: str, dtype: str) -> None:
    if dtype in INTEGERS and kind in ("mean", "l2", "log_sum_exp"):
        return
    x = random_array(1, (2, 3, 4), dtype)
    if dtype in RTOL:  # the evaluator sums in half precision, which must not cancel
        x = abs(x)
    reduce = getattr(convoy, f"reduce_{kind}")
    options = {"judge": "evaluator", "rtol": RTOL.get(dtype, 1e-4)}
    assert_exported(lambda x: reduce(x, (0, 2)), x, **options)
    assert_exported(lambda x: reduce(x, 1, True), x, **options)
    assert_exported(lambda x: reduce(x), x, **options)


@given(seeds, st.sampled_from(KINDS), st.sampled_from([13, 17, 18, 20]), st.data())
@configurations(20)
def test_reductions_over_any_axes_agree_with_onnxruntime(
    seed: int, kind: str, opset: int, data: st.DataObject
) -> None:
    shape = data.draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    axes = data.draw(st.lists(st.integers(0, len(shape) - 1), min_size=1, unique=True))
    keepdims = data.draw(st.booleans())
    reduce = getattr(convoy, f"reduce_{kind}")
    x = random_array(seed, shape, "float32")
    assert_exported(lambda x: reduce(x, axes, keepdims), x, opset=opset)


@pytest.mark.parametrize("op_type", OP_TYPES)
@pytest.mark.parametrize("opset", [7, 11, 13, 17, 18, 20])
def test_reductions_are_imported_at_every_opset(op_type: str, opset: int) -> None:
    x = {"x": np.abs(random_array(1, (2, 3, 4), "float32"))}
    by_input = opset >= (13 if op_type == "ReduceSum" else 18)
    axes = [0, -1] if opset >= 11 else [0, 2]
    for keepdims in (0, 1):
        if by_input:
            node = make_node(op_type, ["x", "axes"], ["y"], keepdims=keepdims)
            assert_imported(node, x, constants={"axes": array(axes, "int64")}, opset=opset)
        else:
            node = make_node(op_type, ["x"], ["y"], axes=axes, keepdims=keepdims)
            assert_imported(node, x, opset=opset)
    assert_imported(make_node(op_type, ["x"], ["y"]), x, opset=opset)
    if by_input and op_type == "ReduceSum":
        node = make_node(op_type, ["x"], ["y"], noop_with_empty_axes=1)
        assert_imported(node, x, opset=opset)


@pytest.mark.parametrize("op_type", ["ReduceSum", "ReduceMean", "ReduceMax", "ReduceProd"])
def test_reductions_of_integers_are_imported(op_type: str) -> None:
    node = make_node(op_type, ["x"], ["y"], axes=[1], keepdims=0)
    assert_imported(node, {"x": random_array(1, (3, 4), "int32")}, opset=11)


@pytest.mark.parametrize("name", ["arg_max", "arg_min"])
@pytest.mark.parametrize("dtype", [*FLOATING, *INTEGERS, "bool"])
def test_positions_are_exported(name: str, dtype: str) -> None:
    x = random_array(2, (3, 4, 5), dtype)
    find = getattr(convoy, name)
    for last in (False, True):
        assert_exported(lambda x, last=last: find(x, 1, False, last), x, judge="evaluator")
    assert_exported(lambda x: find(x, -1, True), x, judge="evaluator")


@pytest.mark.parametrize("name", ["softmax", "log_softmax"])
@pytest.mark.parametrize("dtype", FLOATING)
def test_softmax_is_exported(name: str, dtype: str) -> None:
    x = random_array(3, (3, 4, 5), dtype)
    for axis in (0, 1, -1):
        assert_exported(
            lambda x, axis=axis: getattr(convoy, name)(x, axis),
            x,
            judge="onnxruntime" if dtype == "float32" else "evaluator",
            rtol=4 * RTOL.get(dtype, 3e-5),
        )


@pytest.mark.parametrize("op_type", ["Softmax", "LogSoftmax", "Hardmax"])
@pytest.mark.parametrize("opset", [7, 11, 12, 13, 18])
def test_softmax_flattens_before_opset_13(op_type: str, opset: int) -> None:
    x = {"x": random_array(4, (2, 3, 4, 5), "float32")}
    for axis in (0, 1, 3) if opset < 11 else (-4, 1, -1, 2):
        assert_imported(make_node(op_type, ["x"], ["y"], axis=axis), x, opset=opset)
    assert_imported(make_node(op_type, ["x"], ["y"]), x, opset=opset)


@given(seeds, st.integers(0, 4), st.booleans(), st.sampled_from(["float32", "int64"]))
@configurations(8)
def test_top_k_is_exported(seed: int, k: int, largest: bool, dtype: str) -> None:
    x = np.random.default_rng(seed).permutation(60).reshape(3, 5, 4).astype(dtype)
    assert_exported(lambda x: tuple(convoy.top_k(x, k, 1, largest)), x)
    if k:
        assert_exported(lambda x: convoy.top_k(x, k, 1, largest)[0], x)
        assert_exported(lambda x: convoy.top_k(x, k, 1, largest)[1], x)


@pytest.mark.parametrize("opset", [7, 10, 11, 13])
def test_top_k_is_imported_at_every_opset(opset: int) -> None:
    x = {"x": np.random.default_rng(1).permutation(24).reshape(4, 6).astype(np.float32)}
    if opset < 10:
        assert_imported(
            make_node("TopK", ["x"], ["y", "i"], k=3), x, opset=opset, outputs=("y", "i")
        )
        return
    node = make_node("TopK", ["x", "k"], ["y", "i"], axis=0)
    assert_imported(node, x, opset=opset, outputs=("y", "i"), constants={"k": array([2], "int64")})


@given(seeds, st.booleans(), st.booleans(), st.sampled_from([(), (2,), (3, 2), (1, 2)]))
@configurations(12)
def test_products_are_exported(seed: int, left: bool, right: bool, batch: tuple[int, ...]) -> None:
    x = random_array(seed, (*batch, *((4, 3) if left else (3, 4))), "float32")
    y = random_array(seed + 1, (*batch[1:], *((5, 4) if right else (4, 5))), "float32")
    assert_exported(lambda x, y: convoy.matmul(x, y, transpose_x=left, transpose_y=right), x, y)


@pytest.mark.parametrize("dtype", [*FLOATING, *INTEGERS])
def test_products_are_exported_in_every_dtype(dtype: str) -> None:
    x, y = random_array(1, (3, 4), dtype), random_array(2, (4, 2), dtype)
    options = {"judge": "evaluator", "rtol": RTOL.get(dtype, 1e-4)}
    assert_exported(convoy.matmul, x, y, **options)
    assert_exported(
        lambda x, y: convoy.matmul(y, x, transpose_x=True, transpose_y=True), x, y, **options
    )
    assert_exported(convoy.matmul, x[0], y, **options)


@pytest.mark.parametrize("opset", [7, 9, 11, 13])
def test_gemm_is_imported(opset: int) -> None:
    inputs = {
        "a": random_array(1, (4, 3), "float32"),
        "b": random_array(2, (5, 4), "float32"),
        "c": random_array(3, (5,), "float32"),
    }
    attributes = {"alpha": 0.5, "beta": 1.5, "transA": 1, "transB": 1}
    assert_imported(make_node("Gemm", ["a", "b", "c"], ["y"], **attributes), inputs, opset=opset)
    if opset >= 11:
        del inputs["c"]
        assert_imported(make_node("Gemm", ["a", "b"], ["y"], **attributes), inputs, opset=opset)


def test_a_linear_layer_is_one_product_and_one_sum() -> None:
    x, w = random_array(1, (2, 3), "float32"), random_array(2, (4, 3), "float32")
    model = assert_exported(lambda x, w: convoy.matmul(x, w, transpose_y=True), x, w)
    assert op_types(model) == ["Gemm"]


@pytest.mark.parametrize("op_type", ["CumSum", "CumProd"])
@pytest.mark.parametrize("dtype", ["float32", "int32"])
def test_running_sums_are_imported(op_type: str, dtype: str) -> None:
    x = {"x": random_array(1, (2, 5, 3), dtype)}
    opset, judge = (26, "evaluator") if op_type == "CumProd" else (14, "onnxruntime")
    for exclusive in (0, 1):
        for reverse in (0, 1):
            node = make_node(op_type, ["x", "axis"], ["y"], exclusive=exclusive, reverse=reverse)
            axis = {"axis": array(1, "int64")}
            assert_imported(node, x, constants=axis, opset=opset, judge=judge)


@pytest.mark.parametrize(
    ("node", "constants", "message"),
    [
        (make_node("ReduceSum", ["x", "a"], ["y"]), {"a": array([2], "int64")}, "axes hold 2"),
        (make_node("ReduceSum", ["x", "a"], ["y"]), {"a": array([1, -1], "int64")}, "twice"),
        (make_node("ReduceSum", ["x", "a"], ["y"]), {"a": array([1.0])}, "must hold int64"),
        (make_node("ReduceMax", ["x"], ["y"], keepdims=2), {}, "keepdims is 2"),
        (make_node("ArgMax", ["x"], ["y"], axis=5), {}, "5"),
        (make_node("Softmax", ["x"], ["y"], axis=-3), {}, "-3"),
        (make_node("TopK", ["x", "k"], ["y", "i"]), {"k": array([9], "int64")}, "9"),
        (make_node("TopK", ["x", "k"], ["y", "i"]), {"k": array([1, 1], "int64")}, "2 elements"),
        (make_node("Gemm", ["x", "x"], ["y"]), {}, "columns"),
        (make_node("CumSum", ["x", "a"], ["y"]), {"a": array(2, "int64")}, "axis is 2"),
    ],
)
def test_wrong_nodes_are_refused_by_name(node, constants, message: str) -> None:  # type: ignore[no-untyped-def]
    node.name = "culprit"
    model = model_of(node, {"x": random_array(1, (3, 4), "float32")}, constants=constants)
    with pytest.raises(convoy.Error, match="culprit") as error:
        convoy.onnx.load(model.SerializeToString())
    assert message in str(error.value)
