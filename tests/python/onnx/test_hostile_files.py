"""Files that lie: every one is an error of ours that says where, and never a crash, a silent
acceptance, or unbounded memory or time."""

from __future__ import annotations

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import convoy

OPSET = helper.make_opsetid("", 18)
FLOAT = TensorProto.FLOAT


def model_of(
    nodes: list[onnx.NodeProto],
    initializers: list[TensorProto] = (),  # type: ignore[assignment]
    inputs: list[Any] | None = None,
    outputs: list[Any] | None = None,
    functions: list[onnx.FunctionProto] = (),  # type: ignore[assignment]
    opset: int = 18,
) -> onnx.ModelProto:
    """x: float[1,3,8,8] to y, unless told otherwise."""
    graph = helper.make_graph(
        nodes,
        "g",
        inputs or [helper.make_tensor_value_info("x", FLOAT, [1, 3, 8, 8])],
        outputs or [onnx.ValueInfoProto(name="y")],
        initializer=list(initializers),
    )
    opsets = [helper.make_opsetid("", opset)]
    if functions:
        opsets.append(helper.make_opsetid("own", 1))
    return helper.make_model(graph, opset_imports=opsets, ir_version=10, functions=list(functions))


def tensor(name: str, array: Any) -> TensorProto:
    return onnx.numpy_helper.from_array(np.asarray(array), name)


def conv(weights: Any = None, **attributes: Any) -> onnx.ModelProto:
    node = helper.make_node("Conv", ["x", "w"], ["y"], name="stem", **attributes)
    if weights is None:
        weights = np.ones((4, 3, 3, 3), np.float32)
    return model_of([node], [tensor("w", weights)])


def refused(model: onnx.ModelProto | bytes, *words: str) -> str:
    """The message with which the model is refused, quickly and in little memory; with `words`."""
    data = model if isinstance(model, bytes) else model.SerializeToString()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.process_time()
    with pytest.raises(convoy.Error) as caught:
        convoy.onnx.load(data)
    assert time.process_time() - start < 10
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 100 + 300 * len(data) / 1e6, f"{grown:.0f} MiB for {len(data)} bytes"
    message = str(caught.value)
    for word in words:
        assert word in message, message
    return message


# Bytes that are no model.


@pytest.mark.parametrize(
    "data", [b"", b"\0", b"hello", b"\x08", b"\xff" * 100, b"PK\3\4", bytes(1000)]
)
def test_other_bytes(data: bytes) -> None:
    refused(data, "cannot import")


def test_every_truncation() -> None:
    data = conv().SerializeToString()
    for length in range(len(data)):
        try:
            convoy.onnx.load(data[:length])
        except convoy.Error:
            continue
        # What is left may be a whole model only when nothing but texts was cut off.
        assert length > len(data) - 80


def test_every_flipped_bit_of_the_structure() -> None:
    """Refused or read; what is read runs or is refused then."""
    weights = np.ones((1, 3, 1, 1), np.float32)
    data = bytearray(conv(weights).SerializeToString())
    x = np.ones((1, 3, 8, 8), np.float32)
    for position in range(len(data) * 8):
        data[position // 8] ^= 1 << position % 8
        try:
            graph = convoy.onnx.load(bytes(data))
            if len(graph.inputs) == 1:
                convoy.compile(graph, memory_limit=1 << 26)(x)
        except convoy.Error:
            pass
        data[position // 8] ^= 1 << position % 8


def test_fields_of_the_wrong_wire_type() -> None:
    refused(bytes([0x3D, 1, 2, 3, 4]), "damaged")  # the graph as a 32-bit number
    refused(bytes([0x39, 1, 2, 3, 4, 5, 6, 7, 8]), "damaged")
    refused(bytes([0x38, 5]), "damaged")


def test_lengths_beyond_the_file() -> None:
    refused(bytes([0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07]), "damaged")
    refused(bytes([0x3A] + [0xFF] * 12), "damaged")


# Structure.


def test_no_graph() -> None:
    refused(onnx.ModelProto(ir_version=8), "no graph")


@pytest.mark.parametrize("version", [0, 2, 15, 2**60, -1])
def test_ir_version(version: int) -> None:
    model = conv()
    model.ir_version = version
    refused(model, "IR version", str(version))


@pytest.mark.parametrize("opset", [1, 6, 29, 2**40, -3])
def test_opset(opset: int) -> None:
    refused(model_of([helper.make_node("Relu", ["x"], ["y"])], opset=opset), "opset", str(opset))


def test_no_opset() -> None:
    model = conv()
    del model.opset_import[:]
    refused(model, "opset", "'stem'")


def test_missing_input() -> None:
    node = helper.make_node("Relu", ["nothing"], ["y"], name="r")
    refused(model_of([node]), "'r'", "'nothing'")


def test_cycle() -> None:
    nodes = [
        helper.make_node("Relu", ["b"], ["a"], name="first"),
        helper.make_node("Relu", ["a"], ["b"], name="second"),
        helper.make_node("Relu", ["a"], ["y"]),
    ]
    refused(model_of(nodes), "'first'", "'b'", "cycles")


def test_node_that_feeds_itself() -> None:
    refused(model_of([helper.make_node("Relu", ["y"], ["y"], name="self")]), "'self'", "'y'")


def test_names_given_twice() -> None:
    twice = helper.make_node("Relu", ["x"], ["y"])
    refused(model_of([twice, twice]), "'y'", "two values")
    refused(model_of([helper.make_node("Relu", ["x"], ["x"])]), "'x'", "two values")
    same = tensor("w", np.ones(3, np.float32))
    refused(model_of([helper.make_node("Add", ["x", "w"], ["y"])], [same, same]), "'w'")


def test_missing_output() -> None:
    refused(model_of([helper.make_node("Relu", ["x"], ["z"])]), "output 'y'")


def test_no_outputs() -> None:
    model = model_of([helper.make_node("Relu", ["x"], ["y"])])
    del model.graph.output[:]
    refused(model, "no outputs")


def test_output_of_another_type() -> None:
    node = helper.make_node("Relu", ["x"], ["y"], name="r")
    for wrong in (
        helper.make_tensor_value_info("y", TensorProto.INT64, [1, 3, 8, 8]),
        helper.make_tensor_value_info("y", FLOAT, [1, 3, 8, 9]),
        helper.make_tensor_value_info("y", FLOAT, [1, 3, 8]),
    ):
        refused(model_of([node], outputs=[wrong]), "output 'y'", "float32[1,3,8,8]")


def test_input_without_shape_or_tensor() -> None:
    node = helper.make_node("Relu", ["x"], ["y"])
    no_shape = onnx.ValueInfoProto(name="x")
    no_shape.type.tensor_type.elem_type = FLOAT
    refused(model_of([node], inputs=[no_shape]), "'x'", "shape")
    sequence = helper.make_tensor_sequence_value_info("x", FLOAT, [1])
    refused(model_of([node], inputs=[sequence]), "'x'", "not a tensor")


@pytest.mark.parametrize("size", [-2, -(2**63)])
def test_negative_size(size: int) -> None:
    wrong = helper.make_tensor_value_info("x", FLOAT, [1, size])
    refused(model_of([helper.make_node("Relu", ["x"], ["y"])], inputs=[wrong]), "'x'", str(size))


def test_all_unsupported_operators_at_once() -> None:
    nodes = [
        helper.make_node("Loop", ["x"], ["a"], name="first"),
        helper.make_node("FancyConv", ["a"], ["b"], name="second", domain="com.example"),
        helper.make_node("Loop", ["x"], ["c"], name="third"),
        helper.make_node("Add", ["b", "c"], ["y"]),
    ]
    model = model_of(nodes)
    model.opset_import.append(helper.make_opsetid("com.example", 3))
    message = refused(model, "ai.onnx.Loop (opset 18), 2 nodes: 'first', 'third'")
    assert "com.example.FancyConv (opset 3), 1 node: 'second'" in message
    assert "Supported operators are: " in message
    assert "docs/adding-an-operator.md" in message


# Weights.


def weight(dims: list[int], data_type: int = FLOAT, **fields: Any) -> onnx.ModelProto:
    proto = TensorProto(name="w", data_type=data_type, dims=dims, **fields)
    return model_of([helper.make_node("Add", ["x", "w"], ["y"])], [proto])


@pytest.mark.parametrize(
    ("model", "words"),
    [
        (weight([3], raw_data=b"\0" * 8), ["'w'", "8 bytes", "12"]),
        (weight([3], raw_data=b"\0" * 16), ["'w'", "16 bytes", "12"]),
        (weight([3]), ["'w'", "0 elements", "3"]),
        (weight([3], float_data=[1, 2]), ["'w'", "2 elements", "3"]),
        (weight([3], int32_data=[1, 2, 3]), ["'w'", "float_data"]),
        (weight([3], float_data=[1, 2, 3], raw_data=b"\0" * 12), ["'w'", "more than one"]),
        (weight([-1], raw_data=b""), ["'w'", "-1"]),
        (weight([2**62, 2**62], raw_data=b"\0"), ["'w'", "overflow"]),
        (weight([10**9], raw_data=b"\0" * 4), ["'w'", "4000000000"]),
        (weight([2**61], raw_data=b"\0" * 4), ["'w'"]),
        (weight([1], data_type=8, string_data=[b"a"]), ["'w'", "string"]),
        (weight([1], data_type=77, raw_data=b"a"), ["'w'", "77"]),
        (weight([1], data_type=0, raw_data=b"a"), ["'w'", "0"]),
        (weight([1], data_type=TensorProto.UINT8, int32_data=[300]), ["'w'", "300", "uint8"]),
        (weight([1], data_type=TensorProto.INT8, int32_data=[-129]), ["'w'", "-129"]),
        (weight([1], data_type=TensorProto.FLOAT16, int32_data=[70000]), ["'w'", "70000"]),
        (weight([1], data_type=TensorProto.UINT32, uint64_data=[2**33]), ["'w'", str(2**33)]),
        (weight([1], segment=TensorProto.Segment(begin=0, end=1)), ["'w'", "segments"]),
    ],
)
def test_weights_that_are_not_what_they_say(model: onnx.ModelProto, words: list[str]) -> None:
    refused(model, *words)


# Weights in other files.


def external(folder: Path, size: int = 12, **entries: str) -> Path:
    """model.onnx in `folder`, with the weights w[3] as `entries` say."""
    proto = TensorProto(name="w", data_type=FLOAT, dims=[size // 4])
    proto.data_location = TensorProto.EXTERNAL
    for key, value in entries.items():
        proto.external_data.add(key=key, value=value)
    x = helper.make_tensor_value_info("x", FLOAT, [1])
    model = model_of([helper.make_node("Add", ["x", "w"], ["y"])], [proto], inputs=[x])
    path = folder / "model.onnx"
    path.write_bytes(model.SerializeToString())
    return path


def refused_file(path: Path, *words: str) -> None:
    with pytest.raises(convoy.Error) as caught:
        convoy.onnx.load(path)
    for word in ("'w'", *words):
        assert word in str(caught.value), caught.value


def test_external_weights_are_read(tmp_path: Path) -> None:
    (tmp_path / "deeper").mkdir()
    numbers = np.arange(8, dtype=np.float32)
    (tmp_path / "deeper" / "w.bin").write_bytes(numbers.tobytes())
    path = external(tmp_path, location="./deeper/w.bin", offset="8", length="12")
    run = convoy.compile(convoy.onnx.load(path))
    np.testing.assert_array_equal(run(np.zeros(1, np.float32)), numbers[2:5])


def test_external_paths_that_leave_the_folder(tmp_path: Path) -> None:
    secret = tmp_path / "secret.bin"
    secret.write_bytes(bytes(64))
    folder = tmp_path / "model"
    folder.mkdir()
    for location in (
        "../secret.bin",
        "./../secret.bin",
        "a/../../secret.bin",
        str(secret),
        "",
        "/etc/passwd",
        ".",
        "..",
        "a\0b",
    ):
        refused_file(external(folder, location=location))
    (folder / "link.bin").symlink_to(secret)
    refused_file(external(folder, location="link.bin"), "symbolic link")
    (folder / "sub").symlink_to(tmp_path)
    refused_file(external(folder, location="sub/secret.bin"), "symbolic link")
    os.link(secret, folder / "hard.bin")
    refused_file(external(folder, location="hard.bin"), "hard link")
    (folder / "inside").mkdir()
    refused_file(external(folder, location="inside"), "regular file")
    os.mkfifo(folder / "pipe")
    refused_file(external(folder, location="pipe"), "regular file")
    refused_file(external(folder, location="missing.bin"), "missing.bin")


@pytest.mark.parametrize(
    "entries",
    [
        {"offset": "60"},
        {"offset": "9223372036854775807"},
        {"offset": "18446744073709551615"},
        {"offset": "-4"},
        {"offset": "four"},
        {"offset": ""},
        {"offset": "0x4"},
        {"length": "8"},
        {"length": "16"},
        {"length": "-12"},
        {"length": "9223372036854775807"},
    ],
)
def test_external_offsets_that_lie(tmp_path: Path, entries: dict[str, str]) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(64))
    refused_file(external(tmp_path, location="w.bin", **entries))


def test_external_weights_larger_than_their_file(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(64))
    refused_file(external(tmp_path, size=2**40, location="w.bin"), "64")


def test_external_weights_of_a_model_from_memory(tmp_path: Path) -> None:
    (tmp_path / "w.bin").write_bytes(bytes(64))
    path = external(tmp_path, location="w.bin")
    refused(path.read_bytes(), "'w'", "from memory")


# Attributes against the weights.


@pytest.mark.parametrize(
    ("attributes", "words"),
    [
        ({"kernel_shape": [3, 5]}, ["kernel_shape", "[3,5]"]),
        ({"kernel_shape": [3]}, ["kernel_shape"]),
        ({"group": 2}, ["groups"]),
        ({"group": 0}, ["groups"]),
        ({"group": -1}, ["groups"]),
        ({"group": 2**62}, []),
        ({"pads": [1, 1]}, ["pads", "2 entries"]),
        ({"pads": [1, 1, 1, 1, 1]}, ["pads"]),
        ({"pads": [-1, 0, 0, 0]}, ["negative"]),
        ({"pads": [2**62, 0, 2**62, 0]}, []),
        ({"strides": [0, 1]}, ["stride"]),
        ({"strides": [1]}, ["strides"]),
        ({"strides": [1, -1]}, ["stride"]),
        ({"dilations": [0, 1]}, ["dilation"]),
        ({"dilations": [2**62, 1]}, []),
        ({"auto_pad": "SAME"}, ["auto_pad", "'SAME'"]),
        ({"auto_pad": "VALID", "pads": [1, 1, 1, 1]}, ["pads", "auto_pad"]),
        ({"group": 1.0}, ["group", "a float"]),
        ({"strides": 2}, ["strides", "an int"]),
        ({"colour": 3}, ["no attribute 'colour'"]),
    ],
)
def test_attributes_of_a_convolution(attributes: dict[str, Any], words: list[str]) -> None:
    refused(conv(**attributes), "'stem'", "Conv", *words)


def test_attribute_given_twice() -> None:
    model = conv(group=1)
    model.graph.node[0].attribute.append(helper.make_attribute("group", 1))
    refused(model, "'stem'", "'group'", "twice")


def test_wrong_dtypes_and_ranks_of_weights() -> None:
    refused(conv(np.ones((4, 3, 3, 3), np.float64)), "'stem'", "float64")
    refused(conv(np.ones((4, 3, 3), np.float32)), "'stem'")
    refused(conv(np.ones((4, 5, 3, 3), np.float32)), "'stem'", "channels")
    refused(conv(np.ones((4, 3, 9, 9), np.float32)), "'stem'", "kernel")
    refused(conv(np.ones((0, 3, 3, 3), np.float32)), "'stem'")


def test_too_many_inputs() -> None:
    node = helper.make_node("Conv", ["x", "w", "", "x"], ["y"], name="stem")
    refused(model_of([node], [tensor("w", np.ones((4, 3, 3, 3), np.float32))]), "'stem'", "inputs")


def test_output_that_the_operator_does_not_have() -> None:
    node = helper.make_node("Relu", ["x"], ["y", "z"], name="r")
    refused(model_of([node]), "'r'", "output 1")


# Bombs: a kilobyte that asks for gigabytes, of memory or of time.


def constant(name: str, values: list[int]) -> TensorProto:
    return tensor(name, np.asarray(values, np.int64))


def limited(build: Callable[[], onnx.ModelProto]) -> None:
    """Refused when it is read, or when it is asked to run within a limit of memory."""
    start = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    data = build().SerializeToString()

    def load_and_run() -> None:
        graph = convoy.onnx.load(data)
        convoy.compile(graph, memory_limit=1 << 28)(np.ones((1, 3, 8, 8), np.float32))

    with pytest.raises(convoy.Error):
        load_and_run()
    assert time.process_time() - start < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400 * 1024


def test_expand_bomb() -> None:
    node = helper.make_node("Expand", ["x", "s"], ["y"])
    limited(lambda: model_of([node], [constant("s", [10**6, 3, 8, 8])]))
    limited(lambda: model_of([node], [constant("s", [2**40, 3, 8, 8])]))


def test_constant_of_shape_bomb() -> None:
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["c"]),
        helper.make_node("ReduceSum", ["c"], ["r"], keepdims=0),
        helper.make_node("Add", ["x", "r"], ["y"]),
    ]
    limited(lambda: model_of(nodes, [constant("s", [2**35])]))
    limited(lambda: model_of(nodes, [constant("s", [2**62])]))
    limited(lambda: model_of(nodes, [constant("s", [-5])]))


def test_range_bomb() -> None:
    nodes = [
        helper.make_node("Range", ["zero", "end", "one"], ["c"]),
        helper.make_node("Cast", ["c"], ["f"], to=FLOAT),
        helper.make_node("ReduceSum", ["f"], ["r"], keepdims=0),
        helper.make_node("Add", ["x", "r"], ["y"]),
    ]
    scalars = [("zero", 0), ("end", 2**40), ("one", 1)]
    limited(lambda: model_of(nodes, [tensor(n, np.int64(v)) for n, v in scalars]))


def test_resize_bomb() -> None:
    node = helper.make_node("Resize", ["x", "", "s"], ["y"], mode="nearest")
    limited(lambda: model_of([node], [tensor("s", np.asarray([1, 1, 1e5, 1e5], np.float32))]))
    limited(lambda: model_of([node], [tensor("s", np.asarray([1, 1, 1e30, 1], np.float32))]))


def test_sizes_of_a_resize_beyond_all_integers() -> None:
    """Found by fuzzing: the ratio of one axis takes another one out of the range of integers."""
    node = helper.make_node(
        "Resize", ["x", "", "", "s"], ["y"], axes=[2, 3], keep_aspect_ratio_policy="not_larger"
    )
    for sizes in ([7, -(2**62)], [-(2**62), -(2**62)], [2**62, 2**62]):
        refused(model_of([node], [constant("s", sizes)]), "Resize", "takes size")


def test_pad_and_tile_bombs() -> None:
    pad = helper.make_node("Pad", ["x", "p"], ["y"])
    limited(lambda: model_of([pad], [constant("p", [0, 0, 0, 0, 0, 0, 2**40, 0])]))
    limited(lambda: model_of([pad], [constant("p", [0, 0, 0, 2**63 - 1, 0, 0, 0, 2**63 - 1])]))
    tile = helper.make_node("Tile", ["x", "r"], ["y"])
    limited(lambda: model_of([tile], [constant("r", [1, 1, 2**20, 2**20])]))


def test_shapes_that_multiply_beyond_64_bits() -> None:
    node = helper.make_node("Reshape", ["x", "s"], ["y"], name="r")
    refused(model_of([node], [constant("s", [2**32, 2**32, 2**32])]), "'r'")
    refused(model_of([node], [constant("s", [-1, -1])]), "'r'")
    refused(model_of([node], [constant("s", [7, -1])]), "'r'")


def test_chain_of_doublings() -> None:
    """x, x+x, … as shapes: 2^60 elements after sixty nodes."""
    nodes = [helper.make_node("Concat", ["x", "x"], ["c0"], axis=0)]
    nodes += [
        helper.make_node("Concat", [f"c{i}", f"c{i}"], [f"c{i + 1}"], axis=0) for i in range(70)
    ]
    nodes.append(helper.make_node("Relu", ["c70"], ["y"]))
    limited(lambda: model_of(nodes))


def test_shape_arithmetic_without_end() -> None:
    """Twenty thousand sums of 4096 numbers before a reshape: 80 million, from a megabyte."""
    nodes = [helper.make_node("Add", ["c", "c"], ["s0"])]
    nodes += [helper.make_node("Add", [f"s{i}", "c"], [f"s{i + 1}"]) for i in range(20_000)]
    nodes.append(helper.make_node("Gather", ["s20000", "four"], ["target"], axis=0))
    nodes.append(helper.make_node("Reshape", ["x", "target"], ["y"]))
    initializers = [constant("c", [1] * 4096), constant("four", [0, 1, 2, 3])]
    refused(model_of(nodes, initializers), "only known while running")


def test_branches_in_functions_that_are_called_often() -> None:
    """A branch is parsed once, not at each of 1200 calls."""
    relus = [helper.make_node("Relu", ["a"], [f"t{i}"]) for i in range(1000)]
    branch = helper.make_graph(relus, "b", [], [onnx.ValueInfoProto(name="t0")])
    body = [
        helper.make_node("Constant", [], ["c"], value=tensor("v", np.asarray(True))),
        helper.make_node("If", ["c"], ["b"], then_branch=branch, else_branch=branch),
    ]
    calls = [
        helper.make_node("F", [f"v{i}" if i else "x"], [f"v{i + 1}"], domain="own")
        for i in range(1200)
    ]
    calls.append(helper.make_node("Relu", ["v1200"], ["y"]))
    model = model_of(calls, functions=[function("F", body)])
    refused(model, "nodes once functions are put in their place")


def function(name: str, body: list[onnx.NodeProto]) -> onnx.FunctionProto:
    opsets = [OPSET, helper.make_opsetid("own", 1)]
    return helper.make_function("own", name, ["a"], ["b"], body, opsets)


def test_functions_that_call_themselves() -> None:
    inner = helper.make_node("F", ["a"], ["b"], domain="own")
    call = helper.make_node("F", ["x"], ["y"], name="call", domain="own")
    refused(model_of([call], functions=[function("F", [inner])]), "nested")


def test_exponential_functions() -> None:
    """Each of thirty functions calls the next one twice: 2^30 nodes from a kilobyte."""
    functions = []
    for i in range(30):
        inner = [
            helper.make_node(f"F{i + 1}", ["a"], ["m"], domain="own"),
            helper.make_node(f"F{i + 1}", ["m"], ["b"], domain="own"),
        ]
        functions.append(function(f"F{i}", inner))
    functions.append(function("F30", [helper.make_node("Relu", ["a"], ["b"])]))
    call = helper.make_node("F0", ["x"], ["y"], domain="own")
    data = model_of([call], functions=functions).SerializeToString()
    start = time.process_time()
    with pytest.raises(convoy.LimitError):
        convoy.onnx.load(data, max_nodes=100_000)
    assert time.process_time() - start < 10


def test_nested_branches() -> None:
    """Twenty deep; the protobuf library itself does not go much deeper."""
    branch = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["t"])], "b", [], [onnx.ValueInfoProto(name="t")]
    )
    for i in range(20):
        node = helper.make_node("If", ["c"], [f"t{i}"], then_branch=branch)
        branch = helper.make_graph([node], "b", [], [onnx.ValueInfoProto(name=f"t{i}")])
    model = model_of(list(branch.node), [tensor("c", np.asarray(True))])
    model.graph.output[0].name = "t19"
    data = model.SerializeToString()
    assert len(convoy.onnx.load(data).outputs) == 1
    with pytest.raises(convoy.LimitError, match="nested"):
        convoy.onnx.load(data, max_depth=10)


def test_a_million_nodes() -> None:
    model = model_of([])
    model.graph.node.extend(
        helper.make_node("Relu", [f"v{i}" if i else "x"], [f"v{i + 1}"]) for i in range(200_000)
    )
    model.graph.node.append(helper.make_node("Relu", ["v200000"], ["y"]))
    data = model.SerializeToString()
    start = time.process_time()
    graph = convoy.onnx.load(data)
    assert len(graph.outputs) == 1
    assert time.process_time() - start < 30
    with pytest.raises(convoy.LimitError, match="limit"):
        convoy.onnx.load(data, max_nodes=100_000)
    with pytest.raises(convoy.LimitError, match="limit"):
        convoy.onnx.load(data, max_messages=100_000)


def test_many_attributes() -> None:
    data = conv().SerializeToString()
    with pytest.raises(convoy.LimitError, match="limit"):
        convoy.onnx.load(data, max_messages=2)
