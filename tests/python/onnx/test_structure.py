"""What holds nodes together: sparse weights, functions, branches, scopes."""

from __future__ import annotations

import resource
import time
from collections.abc import Sequence

import numpy as np
import onnx
import pytest
from node_models import Array, array, assert_imported, model_of
from onnx import TensorProto, helper, numpy_helper
from onnx.helper import make_node
from support import random_array

import convoy

X = {"x": random_array(1, (2, 3), "float32")}


def sparse(
    values: Array, indices: Array, dims: Sequence[int], name: str = "w"
) -> onnx.SparseTensorProto:
    return helper.make_sparse_tensor(
        numpy_helper.from_array(values, name), numpy_helper.from_array(indices), list(dims)
    )


def with_sparse(weight: onnx.SparseTensorProto) -> onnx.ModelProto:
    model = model_of(make_node("Add", ["x", "w"], ["y"]), X)
    model.graph.sparse_initializer.append(weight)
    return model


@pytest.mark.parametrize("indices", [np.array([1, 5]), np.array([[0, 1], [1, 2]])])
def test_sparse_weights_are_filled_up(indices: Array) -> None:
    model = with_sparse(sparse(array([1.5, -2]), indices, (2, 3)))
    graph = convoy.onnx.load(model.SerializeToString())
    wanted = X["x"] + array([[0, 1.5, 0], [0, 0, -2]])
    np.testing.assert_array_equal(convoy.compile(graph)(**X), wanted)


def test_sparse_constants_are_filled_up() -> None:
    weight = sparse(array([1.5, -2]), np.array([1, 5]), (2, 3))
    node = make_node("Constant", [], ["w"], sparse_value=weight)
    model = model_of([node, make_node("Add", ["x", "w"], ["y"])], X)
    graph = convoy.onnx.load(model.SerializeToString())
    wanted = X["x"] + array([[0, 1.5, 0], [0, 0, -2]])
    np.testing.assert_array_equal(convoy.compile(graph)(**X), wanted)


@pytest.mark.parametrize(
    ("indices", "dims", "message"),
    [
        (np.array([1, 6]), (2, 3), "index 6 is not inside of 6"),
        (np.array([1, -1]), (2, 3), "index -1"),
        (np.array([[0, 1], [2, 0]]), (2, 3), "index 2 is not inside of 2"),
        (np.array([1]), (2, 3), r"indices are int64\[1\], for 2 values"),
        (np.array([1, 2], np.int32), (2, 3), "indices are int32"),
        (np.array([1, 2]), (-2, 3), "dims hold -2"),
        (np.array([1, 2]), (2**31, 2**31), "overflow|large|than"),
        (np.array([1, 2]), (2**20, 2**20), "more than"),
    ],
)
def test_sparse_weights_that_lie_are_refused(
    indices: Array, dims: Sequence[int], message: str
) -> None:
    model = with_sparse(sparse(array([1.5, -2]), indices, dims))
    with pytest.raises(convoy.Error, match=message):
        convoy.onnx.load(model.SerializeToString())


def test_sparse_weights_count_together() -> None:
    model = with_sparse(sparse(array([1.5]), np.array([1]), (2, 3)))
    model.graph.sparse_initializer.append(sparse(array([1.5]), np.array([1]), (2, 3), "v"))
    convoy.onnx.load(model.SerializeToString(), max_expanded_bytes=48)
    with pytest.raises(convoy.LimitError, match="48 bytes when filled up, more than 47"):
        convoy.onnx.load(model.SerializeToString(), max_expanded_bytes=47)


def function(
    name: str,
    inputs: Sequence[str],
    nodes: Sequence[onnx.NodeProto],
    attributes: Sequence[str] = (),
    defaults: Sequence[onnx.AttributeProto] = (),
    outputs: Sequence[str] = ("y",),
) -> onnx.FunctionProto:
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("local", 1)]
    return helper.make_function(
        "local", name, inputs, outputs, nodes, opsets, attributes, attribute_protos=defaults
    )


def referring(node: onnx.NodeProto, name: str, to: str, kind: int) -> onnx.NodeProto:
    attribute = node.attribute.add()
    attribute.name, attribute.ref_attr_name, attribute.type = name, to, kind
    return node


def call(
    name: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: object
) -> onnx.NodeProto:
    return make_node(name, inputs, outputs, domain="local", **attributes)


def test_functions_are_put_in_place_with_their_attributes() -> None:
    leak = referring(
        make_node("LeakyRelu", ["a"], ["b"]), "alpha", "slope", onnx.AttributeProto.FLOAT
    )
    body = [leak, make_node("Add", ["b", "a"], ["y"])]
    slope = helper.make_attribute("slope", 0.5)
    functions = [
        function("Plain", ["a"], body, ["slope"]),
        function("Default", ["a"], body, defaults=[slope]),
    ]
    nodes = [
        call("Plain", ["x"], ["b"], slope=0.25),
        call("Default", ["b"], ["c"]),
        call("Default", ["c"], ["y"], slope=0.125),
    ]
    graph = assert_imported(nodes, X, functions=functions)
    for alpha in ("0.25", "0.5", "0.125"):
        assert f"alpha={alpha}" in graph.text()
    # Left out altogether it is the operator's own default.
    model = model_of(call("Plain", ["x"], ["y"]), X, functions=functions)
    assert "alpha=0.01" in convoy.onnx.load(model.SerializeToString()).text()


def test_functions_call_functions_and_leave_inputs_out() -> None:
    inner = function("Inner", ["a", "low"], [make_node("Clip", ["a", "low"], ["y"])])
    outer = function(
        "Outer",
        ["a"],
        [
            call("Inner", ["a"], ["b"]),
            make_node("Constant", [], ["zero"], value_float=0.0),
            call("Inner", ["b", "zero"], ["y"]),
        ],
    )
    assert_imported(call("Outer", ["x"], ["y"]), X, functions=[inner, outer])


def test_names_inside_of_functions_are_their_own() -> None:
    body = [make_node("Neg", ["x"], ["b"]), make_node("Abs", ["b"], ["y"])]
    nodes = [
        make_node("Exp", ["x"], ["b"]),
        call("F", ["b"], ["c"]),
        make_node("Add", ["c", "b"], ["y"]),
    ]
    assert_imported(nodes, X, functions=[function("F", ["x"], body)])
    hidden = function("F", ["a"], [make_node("Add", ["a", "b"], ["y"])])
    with pytest.raises(convoy.ValueError, match="'b' is not given"):
        convoy.onnx.load(model_of(nodes, X, functions=[hidden]).SerializeToString())


def test_overloads_of_functions_are_told_apart() -> None:
    functions = []
    for overload, op_type in (("neg", "Neg"), ("abs", "Abs")):
        functions.append(function("F", ["a"], [make_node(op_type, ["a"], ["y"])]))
        functions[-1].overload = overload
    node = call("F", ["x"], ["y"])
    node.overload = "abs"
    graph = convoy.onnx.load(model_of(node, X, functions=functions).SerializeToString())
    np.testing.assert_array_equal(convoy.compile(graph)(**X), np.abs(X["x"]))


def test_the_standard_domain_has_two_spellings() -> None:
    model = model_of(make_node("Neg", ["x"], ["y"], domain="ai.onnx"), X)
    convoy.onnx.load(model.SerializeToString())
    model.opset_import[0].domain = "ai.onnx"
    model.graph.node[0].domain = ""
    convoy.onnx.load(model.SerializeToString())


def test_a_function_takes_the_place_of_an_operator() -> None:
    body = function("Neg", ["a"], [make_node("Abs", ["a"], ["y"])])
    body.domain = ""
    model = model_of(make_node("Neg", ["x"], ["y"]), X)
    model.functions.append(body)
    graph = convoy.onnx.load(model.SerializeToString())
    np.testing.assert_array_equal(convoy.compile(graph)(**X), np.abs(X["x"]))


def chain(length: int, doubling: bool) -> onnx.ModelProto:
    functions = [function("F0", ["a"], [make_node("Neg", ["a"], ["y"])])]
    for i in range(1, length):
        body = [call(f"F{i - 1}", ["a"], ["b"]), call(f"F{i - 1}", ["b"], ["y"])]
        functions.append(
            function(f"F{i}", ["a"], body if doubling else [call(f"F{i - 1}", ["a"], ["y"])])
        )
    return model_of(call(f"F{length - 1}", ["x"], ["y"]), X, functions=functions)


def test_chains_of_functions_are_bounded() -> None:
    convoy.onnx.load(chain(30, False).SerializeToString())
    with pytest.raises(convoy.LimitError, match="nested more than 32 deep"):
        convoy.onnx.load(chain(40, False).SerializeToString())
    start = time.monotonic()
    with pytest.raises(convoy.LimitError, match="more than 10000 nodes"):
        convoy.onnx.load(chain(30, True).SerializeToString(), max_nodes=10000)
    assert time.monotonic() - start < 5
    itself = function("F", ["a"], [call("F", ["a"], ["y"])])
    with pytest.raises(convoy.LimitError, match="nested"):
        convoy.onnx.load(
            model_of(call("F", ["x"], ["y"]), X, functions=[itself]).SerializeToString()
        )


def branch(
    name: str, nodes: Sequence[onnx.NodeProto], output: str, **weights: Array
) -> onnx.GraphProto:
    return helper.make_graph(
        list(nodes),
        name,
        [],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        [numpy_helper.from_array(a, key) for key, a in weights.items()],
    )


def choice(condition: str, output: str = "y", suffix: str = "") -> onnx.NodeProto:
    taken = branch(
        "then", [make_node("Add", ["b", "w"], [f"t{suffix}"])], f"t{suffix}", w=array(2.0)
    )
    other = branch("else", [make_node("Mul", ["b", "b"], [f"e{suffix}"])], f"e{suffix}")
    return make_node("If", [condition], [output], then_branch=taken, else_branch=other)


@pytest.mark.parametrize("condition", [True, False])
def test_branches_on_what_is_known_are_taken(condition: bool) -> None:
    nodes = [make_node("Neg", ["x"], ["b"]), choice("c")]
    assert_imported(nodes, X, constants={"c": np.array(condition)})


def test_branches_on_shapes_are_taken() -> None:
    nodes = [
        make_node("Neg", ["x"], ["b"]),
        make_node("Size", ["x"], ["size"]),
        make_node("Equal", ["size", "six"], ["c"]),
        choice("c"),
    ]
    assert_imported(nodes, X, constants={"six": np.array(6)})


def test_branches_lie_in_branches_and_see_what_is_outside() -> None:
    inner = choice("c", "i", "2")
    outer = make_node(
        "If", ["c"], ["y"],
        then_branch=branch("then", [inner], "i"),
        else_branch=branch("else", [make_node("Abs", ["x"], ["e"])], "e"),
    )  # fmt: skip
    nodes = [make_node("Neg", ["x"], ["b"]), outer]
    assert_imported(nodes, X, constants={"c": np.array(True)})


def test_branches_on_what_the_run_tells_are_refused() -> None:
    nodes = [make_node("Neg", ["x"], ["b"]), choice("c")]
    model = model_of(nodes, X | {"c": np.array(True)})
    with pytest.raises(convoy.NotSupportedError, match=r"ai.onnx.If .*only known while running"):
        convoy.onnx.load(model.SerializeToString())
    graph = convoy.onnx.load(model.SerializeToString(), constants={"c": np.array(True)})
    np.testing.assert_array_equal(convoy.compile(graph)(**X), 2 - X["x"])


def test_names_of_a_branch_end_with_it() -> None:
    nodes = [
        make_node("Neg", ["x"], ["b"]),
        choice("c", "chosen"),
        make_node("Add", ["chosen", "t"], ["y"]),
    ]
    model = model_of(nodes, X, constants={"c": np.array(True)})
    with pytest.raises(convoy.ValueError, match="'t' is not given"):
        convoy.onnx.load(model.SerializeToString())


def test_constants_of_functions_are_made_once() -> None:
    """However often it is called, what a function holds is not copied: neither attributes, of the
    node or of the call, nor initialisers of a branch."""
    size, calls = 1 << 17, 300
    numbers = helper.make_node("Constant", [], ["n"], value_ints=[1] * size)
    floats = helper.make_node("Constant", [], ["f"], value_floats=[1.0] * size)
    tensor = helper.make_node("Constant", [], ["t"])
    tensor.attribute.append(
        helper.make_attribute(
            "value", helper.make_tensor("t", TensorProto.INT64, [size], [1] * size)
        )
    )
    branch = helper.make_graph(
        [make_node("Identity", ["w"], ["b"])], "branch", [], [onnx.ValueInfoProto(name="b")],
        [helper.make_tensor("w", TensorProto.INT64, [size], [1] * size)],
    )  # fmt: skip
    condition = constant_node("c", np.array(True))
    nodes = [
        numbers, floats, tensor, condition,
        make_node("If", ["c"], ["i"], then_branch=branch, else_branch=branch),
        make_node("Identity", ["a"], ["y"]),
    ]  # fmt: skip
    calling = [call("held", [f"v{i}"], [f"v{i + 1}"]) for i in range(calls)]
    model = model_of(
        [make_node("Identity", ["x"], ["v0"]), *calling], X, outputs=(f"v{calls}",),
        functions=[function("held", ["a"], nodes)],
    )  # fmt: skip
    data = model.SerializeToString()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.monotonic()
    convoy.onnx.load(data)
    assert time.monotonic() - began < 5
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 200 << 10, f"{grown} KiB"


def constant_node(name: str, value: Array) -> onnx.NodeProto:
    return make_node("Constant", [], [name], value=numpy_helper.from_array(value))


def test_a_call_may_not_ask_for_more_than_there_is() -> None:
    one = function("one", ["a"], [make_node("Relu", ["a"], ["y"])])
    model = model_of(call("one", ["x"], ["y", "z"]), X, outputs=("z",), functions=[one])
    with pytest.raises(convoy.ValueError, match="one has no output 1"):
        convoy.onnx.load(model.SerializeToString())


def test_branches_are_checked_as_other_nodes() -> None:
    branch = helper.make_graph(
        [make_node("Relu", ["x"], ["b"])], "branch", [], [onnx.ValueInfoProto(name="b")]
    )
    condition = constant_node("c", np.array(True))
    cases = [
        (["c"], ["y", "z"], {}, "If has no output 1"),
        (["c", "x"], ["y"], {}, "If takes 1"),
        (["c"], ["y"], {"surprise": 1}, "no attribute 'surprise'"),
    ]
    for inputs, outputs, more, message in cases:
        node = make_node("If", inputs, outputs, then_branch=branch, else_branch=branch, **more)
        model = model_of([condition, node], X, outputs=outputs[-1:])
        with pytest.raises(convoy.ValueError, match=message):
            convoy.onnx.load(model.SerializeToString())
