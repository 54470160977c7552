"""Functions of elements: unary, binary, activations, clip, cast, where."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, strategies as st
from node_models import Array, array, assert_exported, assert_imported, model_of, op_types
from onnx import TensorProto
from onnx.helper import make_node
from support import INTEGERS, configurations, numpy_dtype, random_array, seeds

import convoy

UNARY = [
    "neg", "abs", "sign", "exp", "log", "sqrt", "rsqrt", "reciprocal", "erf", "floor", "ceil",
    "round", "sin", "cos", "atan", "tanh",
]  # fmt: skip
ACTIVATIONS = [
    "relu", "leaky_relu", "elu", "selu", "celu", "gelu", "gelu_tanh", "sigmoid", "hard_sigmoid",
    "silu", "hard_swish", "mish", "softplus", "softsign",
]  # fmt: skip
ARITHMETIC = ["add", "sub", "mul", "div", "pow", "min", "max"]
COMPARISONS = ["equal", "not_equal", "less", "less_equal", "greater", "greater_equal"]
FLOATING = ["float32", "float64", "float16", "bfloat16"]

# Half precision is rounded after every node, by the judges elsewhere.
RTOL = {"float16": 4e-3, "bfloat16": 3e-2}


def judge_of(dtype: str) -> str:
    """ONNX Runtime has few functions outside of float32."""
    return "onnxruntime" if dtype in ("float32", "int32", "int64", "bool") else "evaluator"


def positive(values: Array) -> Array:
    return (np.abs(values.astype(np.float64)) + 1).astype(values.dtype)


@pytest.mark.parametrize("name", UNARY)
@pytest.mark.parametrize("dtype", FLOATING)
def test_unary_functions_are_exported_in_every_floating_dtype(name: str, dtype: str) -> None:
    x = random_array(1, (3, 4), dtype)
    if name in ("log", "sqrt", "rsqrt", "reciprocal"):
        x = positive(x)
    assert_exported(getattr(convoy, name), x, judge=judge_of(dtype), rtol=RTOL.get(dtype, 1e-4))


@pytest.mark.parametrize("name", ["neg", "abs", "sign", "floor", "ceil", "round"])
@pytest.mark.parametrize("dtype", INTEGERS)
def test_unary_functions_are_exported_for_integers(name: str, dtype: str) -> None:
    if name == "neg" and dtype.startswith("u"):
        return
    assert_exported(getattr(convoy, name), random_array(1, (3, 4), dtype), judge="evaluator")


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("dtype", FLOATING)
def test_activations_are_exported_in_every_floating_dtype(name: str, dtype: str) -> None:
    x = (2 * random_array(2, (3, 5))).astype(numpy_dtype(dtype))
    assert_exported(getattr(convoy, name), x, judge=judge_of(dtype), rtol=RTOL.get(dtype, 1e-4))


@pytest.mark.parametrize("dtype", FLOATING)
def test_parameters_of_activations_are_exported(dtype: str) -> None:
    x = (2 * random_array(3, (4, 5))).astype(numpy_dtype(dtype))
    options = {"judge": judge_of(dtype), "rtol": RTOL.get(dtype, 1e-4)}
    assert_exported(lambda x: convoy.leaky_relu(x, 0.2), x, **options)
    assert_exported(lambda x: convoy.elu(x, 1.3), x, **options)
    assert_exported(lambda x: convoy.celu(x, 1.7), x, **options)
    assert_exported(lambda x: convoy.softplus(x, 2.5), x, **(options | {"judge": "evaluator"}))
    assert_exported(lambda x: convoy.hard_sigmoid(x, 0.2, 0.4), x, **options)


@pytest.mark.parametrize("dtype", INTEGERS)
def test_relu_is_exported_for_integers(dtype: str) -> None:
    assert_exported(convoy.relu, random_array(3, (3, 4), dtype), judge="evaluator")


def test_silu_and_rsqrt_come_back_from_the_nodes_they_are_written_as() -> None:
    x = convoy.input("x", ("N", 4))
    graph = convoy.Graph([x], convoy.silu(convoy.rsqrt(convoy.exp(x))))
    again = convoy.onnx.load(convoy.onnx.to_bytes(graph))
    assert again.text() == convoy.onnx.load(convoy.onnx.to_bytes(again)).text()
    assert "silu" in again.text()
    assert "rsqrt" in again.text()
    assert "sigmoid" not in again.text()


@pytest.mark.parametrize("name", ARITHMETIC + COMPARISONS)
@pytest.mark.parametrize("dtype", FLOATING + INTEGERS)
def test_binary_functions_are_exported_in_every_dtype(name: str, dtype: str) -> None:
    x, y = random_array(4, (2, 3, 4), dtype), random_array(5, (3, 1), dtype)
    if name in ("div", "pow"):
        x, y = positive(x), positive(y) if name == "div" else np.abs(y % np.asarray(3, y.dtype))
    assert_exported(
        getattr(convoy, name), x, y.astype(x.dtype), judge="evaluator", rtol=RTOL.get(dtype, 1e-4)
    )


@given(seeds, st.sampled_from(ARITHMETIC + COMPARISONS), st.data())
@configurations(25)
def test_binary_functions_broadcast_as_onnxruntime_does(
    seed: int, name: str, data: st.DataObject
) -> None:
    shape = data.draw(st.lists(st.integers(1, 3), min_size=0, max_size=4))
    other = [data.draw(st.sampled_from([1, size])) for size in shape]
    other = other[data.draw(st.integers(0, len(other))) :]
    x, y = random_array(seed, shape, "float32"), random_array(seed + 1, other, "float32")
    if name == "pow":
        x = positive(x)
    assert_exported(getattr(convoy, name), x, y)
    assert_exported(getattr(convoy, name), y if name != "pow" else positive(y), x)


@pytest.mark.parametrize("name", ["logical_and", "logical_or", "logical_xor", "equal", "not_equal"])
def test_functions_of_truths_are_exported(name: str) -> None:
    x, y = random_array(6, (3, 4), "bool"), random_array(7, (4,), "bool")
    assert_exported(getattr(convoy, name), x, y)
    assert_exported(convoy.logical_not, x)


@pytest.mark.parametrize("source", [*FLOATING, "bool", "int32", "uint8"])
@pytest.mark.parametrize("target", [*FLOATING, "bool", *INTEGERS])
def test_casts_are_exported_between_all_dtypes(source: str, target: str) -> None:
    x = (
        positive(random_array(8, (3, 4), source))
        if source != "bool"
        else random_array(8, (3,), source)
    )
    assert_exported(lambda x: convoy.cast(x, numpy_dtype(target)), x, judge="evaluator")


@pytest.mark.parametrize("dtype", FLOATING + INTEGERS)
def test_where_and_clip_are_exported_in_every_dtype(dtype: str) -> None:
    x, y = random_array(9, (3, 4), dtype), random_array(10, (4,), dtype)
    condition = random_array(11, (2, 1, 1), "bool")
    assert_exported(convoy.where, condition, x, y, judge="evaluator")
    assert_exported(lambda x: convoy.clip(x, 1, 3), x, judge="evaluator")
    assert_exported(lambda x: convoy.clip(x, min=2), x, judge="evaluator")
    assert_exported(lambda x: convoy.clip(x, max=2), x, judge="evaluator")
    assert_exported(lambda x: convoy.clip(x), x, judge="evaluator")


@pytest.mark.parametrize("opset", [7, 9, 11, 13, 18, 21])
@pytest.mark.parametrize(
    "node",
    [
        make_node("Elu", ["x"], ["y"], alpha=1.5),
        make_node("LeakyRelu", ["x"], ["y"]),
        make_node("HardSigmoid", ["x"], ["y"]),
        make_node("Selu", ["x"], ["y"]),
        make_node("Selu", ["x"], ["y"], alpha=1.5, gamma=2.0),
        make_node("Softplus", ["x"], ["y"]),
        make_node("Tan", ["x"], ["y"]),
        make_node("Atan", ["x"], ["y"]),
        make_node("Sum", ["x", "x", "x"], ["y"]),
        make_node("Max", ["x"], ["y"]),
    ],
    ids=lambda node: node.op_type,
)
def test_functions_are_imported_at_every_opset(node: object, opset: int) -> None:
    assert_imported(node, {"x": random_array(1, (3, 4), "float32")}, opset=opset)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["Asin", "Acos", "Atanh", "Sinh", "Cosh", "Asinh", "Acosh", "Tan"])
def test_trigonometry_is_as_good_as_onnxruntimes(name: str) -> None:
    x = np.concatenate([np.linspace(-0.99, 0.99, 41), [1e-6, -1e-3]]).astype(np.float32)
    x = x * 3 if name in ("Sinh", "Cosh", "Asinh") else np.abs(x) * 3 + 1 if name == "Acosh" else x
    assert_imported(make_node(name, ["x"], ["y"]), {"x": x}, opset=13, rtol=1e-5)


def test_functions_that_are_made_of_others() -> None:
    x = array([[-np.inf, -2, -0.7, -0.5, 0], [0.2, 0.5, 1.5, np.inf, np.nan]])
    for node, opset in [
        (make_node("IsNaN", ["x"], ["y"]), 13),
        (make_node("IsInf", ["x"], ["y"]), 10),
        (make_node("IsInf", ["x"], ["y"], detect_negative=0), 10),
        (make_node("IsInf", ["x"], ["y"], detect_positive=0), 10),
        (make_node("ThresholdedRelu", ["x"], ["y"], alpha=0.4), 10),
        (make_node("Shrink", ["x"], ["y"], lambd=0.6, bias=0.25), 9),
    ]:
        finite = x if node.op_type.startswith("Is") else x[:, 1:3]
        assert_imported(node, {"x": finite}, opset=opset)


@pytest.mark.parametrize("opset", [7, 9, 16])
def test_prelu_is_imported(opset: int) -> None:
    x, slope = random_array(1, (2, 3, 4), "float32"), random_array(2, (3, 1), "float32")
    assert_imported(
        make_node("PRelu", ["x", "s"], ["y"]), {"x": x}, constants={"s": slope}, opset=opset
    )


def test_clip_is_imported_by_attributes_and_by_inputs() -> None:
    x = random_array(1, (3, 4), "float32")
    assert_imported(make_node("Clip", ["x"], ["y"], min=-0.5, max=0.5), {"x": x}, opset=7)
    graph = assert_imported(make_node("Clip", ["x"], ["y"], max=0.1), {"x": x}, opset=10)
    assert "max=0.1" in graph.text()
    bounds = {"low": array(-0.25), "high": array(0.5)}
    for names in (["x", "low", "high"], ["x", "", "high"], ["x", "low"], ["x"]):
        node = make_node("Clip", names, ["y"])
        assert (
            "clip" in assert_imported(node, {"x": x}, constants=bounds, opset=13).text()
            or len(names) == 1
        )
    # Bounds that are computed.
    assert_imported(make_node("Clip", ["x", "low"], ["y"]), {"x": x, "low": bounds["low"]})
    large = np.array([2**60 + 1, 5, 2**62], np.int64)
    limit = {"low": np.array(2**60 + 3, np.int64)}
    assert_imported(make_node("Clip", ["x", "low"], ["y"]), {"x": large}, constants=limit)


@pytest.mark.parametrize(
    ("base", "exponent"), [("float32", "int64"), ("int32", "float32"), ("int64", "int32")]
)
def test_pow_gives_the_dtype_of_the_base(base: str, exponent: str) -> None:
    x, y = positive(random_array(1, (3, 4), base)), random_array(2, (4,), exponent)
    y = y if exponent == "float32" else np.abs(y)
    assert_imported(make_node("Pow", ["a", "b"], ["y"]), {"a": x, "b": y}, opset=13)


@pytest.mark.parametrize("dtype", ["int8", "int32", "int64", "uint8", "uint32"])
@pytest.mark.parametrize("fmod", [0, 1])
def test_mod_of_integers(dtype: str, fmod: int) -> None:
    x, y = random_array(1, (40,), dtype), random_array(2, (40,), dtype)
    y[y == 0] = 3
    assert_imported(make_node("Mod", ["a", "b"], ["y"], fmod=fmod), {"a": x, "b": y}, opset=13)


def test_mod_of_fractions() -> None:
    x, y = 9 * random_array(1, (40,), "float32"), random_array(2, (40,), "float32")
    assert_imported(make_node("Mod", ["a", "b"], ["y"], fmod=1), {"a": x, "b": y}, opset=13)


def test_means_and_sums_of_several_take_broadcasting() -> None:
    inputs = {
        "a": random_array(1, (3, 1), "float32"),
        "b": random_array(2, (4,), "float32"),
        "c": random_array(3, (2, 1, 1), "float32"),
    }
    for op_type in ("Mean", "Sum", "Max", "Min"):
        assert_imported(make_node(op_type, ["a", "b", "c"], ["y"]), inputs, opset=8)


@pytest.mark.parametrize(
    ("node", "inputs", "message"),
    [
        (make_node("Gelu", ["x"], ["y"], approximate="erf"), {}, "approximate is 'erf'"),
        (make_node("Relu", ["x"], ["y"], slope=1.0), {}, "no attribute 'slope'"),
        (make_node("Elu", ["x"], ["y"], alpha=1), {}, "attribute alpha is an int"),
        (make_node("Relu", ["x", "x"], ["y"]), {}, "it has 2 inputs, Relu takes 1"),
        (make_node("Add", ["x"], ["y"]), {}, "input 1 is missing"),
        (make_node("Add", ["x", "z"], ["y"]), {"z": array([1, 2], "int64")}, "float32"),
        (make_node("Mod", ["x", "x"], ["y"]), {}, "fmod must be 1"),
        (make_node("Cast", ["x"], ["y"]), {}, "attribute to is missing"),
        (make_node("Cast", ["x"], ["y"], to=99), {}, "99 is not the number of an ONNX type"),
        (make_node("Cast", ["x"], ["y"], to=TensorProto.STRING), {}, "string"),
        (make_node("BitShift", ["z", "z"], ["y"], direction="UP"),
         {"z": array([1], "uint8")}, "direction is 'UP'"),
    ],
)  # fmt: skip
def test_wrong_nodes_are_refused_by_name(
    node: object, inputs: dict[str, Array], message: str
) -> None:
    arrays = {"x": random_array(1, (3, 4), "float32")} | inputs
    node.name = "culprit"  # type: ignore[attr-defined]
    with pytest.raises(convoy.Error, match="culprit") as error:
        convoy.onnx.load(model_of(node, arrays, opset=20).SerializeToString())  # type: ignore[arg-type]
    assert message in str(error.value)


def test_dtypes_ask_for_the_opset_that_has_them() -> None:
    x = convoy.input("x", (3,), numpy_dtype("bfloat16"))
    graph = convoy.Graph([x], convoy.sin(x))
    with pytest.raises(convoy.NotSupportedError, match="needs opset 22"):
        convoy.onnx.to_bytes(graph, 18)
    assert op_types(assert_exported(convoy.gelu, random_array(1, (3,), "float32"))) == ["Gelu"]


WILD = [0, -0.0, 0.5, -0.5, 1.5, -1.5, 127.5, -129, 255.5, 256, 32767.5, -32769, 65535.5, 2.0**31,
        -(2.0**31) - 3e3, 2.0**32, -(2.0**40), 2.0**63, -(2.0**63), 2.0**64, 1e30, -1e30, np.inf,
        -np.inf, np.nan]  # fmt: skip


@pytest.mark.parametrize("source", FLOATING)
@pytest.mark.parametrize("target", INTEGERS)
def test_casts_to_integers_saturate_everywhere(source: str, target: str) -> None:
    """The nearest integer there is, and 0 for NaN, also where ONNX leaves it open."""
    with np.errstate(over="ignore"):
        x = np.array(WILD).astype(numpy_dtype(source))
    model = assert_exported(lambda x: convoy.cast(x, target), x, judge="evaluator")
    assert "Clip" in op_types(model)
    if source != "bfloat16" and target not in ("uint64", "uint32", "uint16"):
        assert_exported(lambda x: convoy.cast(x, target), x)
    # It is one cast again.
    again = convoy.onnx.load(model.SerializeToString())
    assert "1 operators" in repr(again) or "1 operator" in repr(again), again.text()


def test_what_is_clipped_is_cast_without_clipping_again() -> None:
    x = np.array([*WILD[:20], np.nan], np.float32)
    model = assert_exported(lambda x: convoy.cast(convoy.clip(x, 0, 255), "uint8"), x)
    assert op_types(model) == ["Clip", "IsNaN", "Where", "Cast"]
