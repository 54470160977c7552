"""InferenceSession where ONNX Runtime's stood, and onnx.backend's interface."""

from __future__ import annotations

import threading
from pathlib import Path
from types import ModuleType
from typing import Any

import convoy.onnx.backend
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

import convoy


def make(
    nodes: list[Any], inputs: list[Any], outputs: list[str], initializers: list[Any] | None = None
) -> onnx.ModelProto:
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info(*port) for port in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        initializer=initializers or [],
    )
    model = helper.make_model(
        graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9, producer_name="tests"
    )
    helper.set_model_props(model, {"names": "{0: 'zero'}"})
    model.doc_string = "told"
    return model


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """x[N,3], w[3] to their sum and the sum's relu."""
    nodes = [
        helper.make_node("Add", ["x", "w"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["relu"]),
    ]
    ports = [("x", TensorProto.FLOAT, ["N", 3]), ("w", TensorProto.FLOAT, [None])]
    file = tmp_path / "tiny.onnx"
    onnx.save(make(nodes, ports, ["relu", "sum"]), file)
    return file


def program(runtime: ModuleType, path: Path) -> dict[str, Any]:
    """What people's programs do, with one library or the other."""
    session = runtime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    feeds = {
        "x": np.asarray([[-1, 2, -3]], np.float32),
        "w": np.asarray([0.5, 0.5, 4], np.float32),
    }
    meta = session.get_modelmeta()
    return {
        "inputs": [(port.name, port.type, port.shape) for port in session.get_inputs()],
        "outputs": [(port.name, port.type) for port in session.get_outputs()],
        "all": [a.tolist() for a in session.run(None, feeds)],
        "one": [a.tolist() for a in session.run(["sum"], feeds)],
        "again": [a.tolist() for a in session.run(["sum", "relu"], feeds)],
        "providers": session.get_providers(),
        "meta": (meta.producer_name, meta.graph_name, meta.description, meta.custom_metadata_map),
        "overridable": session.get_overridable_initializers(),
    }


def test_swapping_the_import_is_enough(path: Path) -> None:
    assert program(convoy, path) == program(onnxruntime, path)


def test_bytes_and_options(path: Path) -> None:
    session = convoy.InferenceSession(path.read_bytes(), backend="reference", threads=1)
    assert [port.name for port in session.get_inputs()] == ["x", "w"]
    # By position, as onnxruntime has it.
    convoy.InferenceSession(str(path), onnxruntime.SessionOptions())


def test_wrong_calls(path: Path) -> None:
    session = convoy.InferenceSession(path)
    x, w = np.zeros((1, 3), np.float32), np.zeros(3, np.float32)
    with pytest.raises(convoy.ValueError, match=r"no output 'nothing'; it has relu, sum"):
        session.run(["nothing"], {"x": x, "w": w})
    with pytest.raises(convoy.ValueError, match="'w' is missing"):
        session.run(None, {"x": x})
    with pytest.raises(convoy.ValueError, match="no input 'v'"):
        session.run(None, {"x": x, "w": w, "v": w})
    with pytest.raises(convoy.TypeError, match="float64"):
        session.run(None, {"x": x.astype(np.float64), "w": w})
    with pytest.raises(convoy.ShapeError, match=r"\[N,3\]"):
        session.run(None, {"x": np.zeros((1, 4), np.float32), "w": w})
    with pytest.raises(convoy.TypeError, match="dict"):
        session.run(None, [x, w])  # type: ignore[arg-type]
    with pytest.raises(convoy.ValueError, match="threads"):
        convoy.InferenceSession(path, threads=0)
    with pytest.raises(convoy.NotSupportedError, match="backend"):
        convoy.InferenceSession(path, backend="abacus")
    with pytest.warns(UserWarning, match="CUDAExecutionProvider"):
        convoy.InferenceSession(path, ["CUDAExecutionProvider", "CPUExecutionProvider"])


def reshape(path: Path) -> convoy.InferenceSession:
    """x reshaped to what a second input says."""
    node = helper.make_node("Reshape", ["x", "shape"], ["y"])
    ports = [("x", TensorProto.FLOAT, ["N"]), ("shape", TensorProto.INT64, [2])]
    onnx.save(make([node], ports, ["y"]), path)
    return convoy.InferenceSession(path)


def test_inputs_that_decide_shapes(path: Path) -> None:
    session = reshape(path)
    x = np.arange(6, dtype=np.float32)
    for shape in [(2, 3), (3, 2), (2, 3), (-1, 1)]:
        (y,) = session.run(None, {"x": x, "shape": np.asarray(shape)})
        np.testing.assert_array_equal(y, x.reshape(shape))
    with pytest.raises(convoy.NotSupportedError, match="shape"):
        session.run(None, {"x": x})
    with pytest.raises(convoy.ShapeError):
        session.run(None, {"x": x, "shape": np.asarray((4, 4))})
    with pytest.raises(convoy.NotSupportedError, match="only known while running"):
        convoy.onnx.load(path)
    graph = convoy.onnx.load(path, constants={"shape": np.asarray((3, 2))})
    assert [value.name for value in graph.inputs] == ["x"]
    with pytest.raises(convoy.ValueError, match="no input 'form'"):
        convoy.onnx.load(path, constants={"form": np.asarray((3, 2))})
    with pytest.raises(convoy.TypeError, match="float32"):
        convoy.onnx.load(path, constants={"shape": np.asarray((3, 2), np.float32)})


def test_few_of_the_functions_for_contents_are_kept(path: Path) -> None:
    session = reshape(path)
    x = np.zeros(64, np.float32)
    for rows in [1, 2, 4, 8, 16, 32, 64] * 4:
        session.run(None, {"x": x, "shape": np.asarray((rows, -1))})
    for columns in range(1, 65):
        if 64 % columns == 0:
            session.run(None, {"x": x, "shape": np.asarray((-1, columns))})
    assert len(session._model._functions) <= session._model.kept


def test_one_session_in_several_threads(path: Path) -> None:
    session = reshape(path)
    x = np.arange(12, dtype=np.float32)
    failures: list[BaseException] = []

    def work(rows: int) -> None:
        try:
            for _ in range(20):
                (y,) = session.run(None, {"x": x, "shape": np.asarray((rows, -1))})
                np.testing.assert_array_equal(y, x.reshape(rows, -1))
        except BaseException as failure:
            failures.append(failure)

    threads = [threading.Thread(target=work, args=(rows,)) for rows in (1, 2, 3, 4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_backend_runs_models_and_nodes(path: Path) -> None:
    backend = convoy.onnx.backend
    model = onnx.load(path)
    x, w = np.ones((2, 3), np.float32), np.full(3, -3, np.float32)
    prepared = backend.prepare(model)
    by_position = prepared.run([x, w])
    assert by_position.sum.tolist() == (x + w).tolist()
    assert by_position["relu"].max() == 0
    assert prepared.run({"w": w, "x": x})[1].tolist() == (x + w).tolist()
    assert backend.run_model(model, [x, w])[0].shape == (2, 3)
    node = helper.make_node("Concat", ["a", "b"], ["c"], axis=1)
    (joined,) = backend.run_node(node, [x, x])
    assert joined.shape == (2, 6)
    clip = helper.make_node("Clip", ["a"], ["c"], min=0.0, max=0.5)
    (clipped,) = backend.run_node(clip, [x], opset_version=7)
    assert clipped.max() == 0.5
    assert backend.supports_device("CPU")
    assert backend.supports_device("CPU:0")
    assert not backend.supports_device("CUDA")
    with pytest.raises(convoy.ValueError, match="2 inputs"):
        prepared.run([x])
    loop = helper.make_node("NonZero", ["a"], ["c"])
    assert not backend.is_compatible(make([loop], [("a", TensorProto.FLOAT, [1])], ["c"]))


def test_inputs_may_be_called_anything_and_be_many() -> None:
    names = ["out", "self", "arrays", "named", "", *(f"x{i}" for i in range(1100))]
    names.remove("")
    node = helper.make_node("Sum", names, ["y"])
    model = make([node], [(name, TensorProto.FLOAT, [1]) for name in names], ["y"])
    session = convoy.InferenceSession(model.SerializeToString())
    (y,) = session.run(None, {name: np.ones(1, np.float32) for name in names})
    assert y.tolist() == [len(names)]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_a_session_takes_bytes_of_any_kind(path: Path, kind: Any) -> None:
    session = convoy.InferenceSession(kind(path.read_bytes()))
    assert [port.name for port in session.get_outputs()] == ["relu", "sum"]


def test_what_a_file_does_not_state_of_outputs_is_worked_out(tmp_path: Path) -> None:
    nodes = [
        helper.make_node("Reshape", ["x", "s"], ["half"]),
        helper.make_node("ArgMax", ["x"], ["index"], axis=1),
    ]
    ports = [("x", TensorProto.FLOAT, ["N", 4]), ("s", TensorProto.INT64, [2])]
    model = make(nodes, ports, ["half", "index"])
    for output in model.graph.output:
        output.ClearField("type")
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.array([-1, 2]), "s"))
    half, index = convoy.InferenceSession(model.SerializeToString()).get_outputs()
    assert (half.type, half.shape) == ("tensor(float)", ["2*N", 2])
    assert (index.type, index.shape) == ("tensor(int64)", ["N", 1])
    # What is stated stays, also where the shape is not.
    model.graph.output[0].type.tensor_type.elem_type = TensorProto.FLOAT
    half, _ = convoy.InferenceSession(model.SerializeToString()).get_outputs()
    assert (half.type, half.shape) == ("tensor(float)", ["2*N", 2])
    # Nobody knows before a run.
    del model.graph.initializer[:]
    half, _ = convoy.InferenceSession(model.SerializeToString()).get_outputs()
    assert (half.type, half.shape) == ("tensor(float)", None)
