"""Verbs that take models: what they print, write, and how they fail."""

import json
import subprocess
from pathlib import Path

import convoy
import numpy as np
import onnx
import pytest
from onnx import helper

CONVOY = Path(__file__).parents[3] / "build" / "release" / "bin" / "convoy"

pytestmark = pytest.mark.skipif(not CONVOY.exists(), reason="the command line was not built")


def run(*arguments: object, fails: int = 0) -> str:
    """What the command line prints; with `fails` it must exit so, and what it complains of."""
    done = subprocess.run(
        [CONVOY, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == fails, done.stdout + done.stderr
    return done.stderr if fails else done.stdout


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A convolution, a bias, an activation, a sum: x[N,3,8,8] to scores[N,5]."""
    x = convoy.input("x", ("N", 3, 8, 8))
    rng = np.random.default_rng(0)
    w = convoy.parameter("stem.weight", rng.normal(size=(5, 3, 3, 3)).astype(np.float32))
    y = convoy.relu(convoy.conv(x, w, np.arange(5, dtype=np.float32), name="stem"))
    graph = convoy.Graph(x, {"scores": convoy.reduce_mean(y, (2, 3))}, name="tiny")
    path = tmp_path_factory.mktemp("models") / "tiny.onnx"
    convoy.onnx.save(graph, path)
    return path


def test_inspect_says_what_the_model_is(model: Path) -> None:
    shown = run("inspect", model)
    assert "opset ai.onnx 18" in shown
    assert "x  float32[N,3,8,8]" in shown
    assert "scores  float32[N,5]" in shown
    assert "140" in shown  # 5·3·3·3 weights and 5 of the bias
    assert "--dim N=1" in shown


def test_inspect_counts_once_sizes_are_known(model: Path) -> None:
    told = json.loads(run("inspect", model, "--dim", "N=2", "--json", "--nodes"))
    assert told["flops"] == 2 * 2 * 5 * 27 * 36
    assert told["peak_bytes"] > 2 * 3 * 8 * 8 * 4
    assert told["parameters"] == 140
    assert told["operators"] == {"conv": 1, "reduce_mean": 1, "relu": 1}
    assert told["opsets"] == {"ai.onnx": 18}
    assert [node["op"] for node in told["nodes"]] == ["conv", "relu", "reduce_mean"]
    assert told["nodes"][0] == {
        "name": "stem",
        "op": "conv",
        "outputs": ["float32[2,5,6,6]"],
        "flops": told["flops"],
    }


def test_inspect_draws(model: Path, tmp_path: Path) -> None:
    run("inspect", model, "--svg", tmp_path / "tiny.svg")
    assert (tmp_path / "tiny.svg").read_text().lstrip().startswith("<?xml")


def test_inspect_lists_what_is_unsupported(tmp_path: Path) -> None:
    node = helper.make_node("Loop", ["x"], ["y"], name="again")
    graph = helper.make_graph(
        [node],
        "g",
        [helper.make_tensor_value_info("x", 1, [1])],
        [onnx.ValueInfoProto(name="y")],
    )
    path = tmp_path / "loop.onnx"
    onnx.save(helper.make_model(graph), path)
    complaint = run("inspect", path, fails=1)
    assert "ai.onnx.Loop" in complaint
    assert "'again'" in complaint


def test_convert_to_text_and_back_keeps_the_numbers(model: Path, tmp_path: Path) -> None:
    run("convert", model, tmp_path / "tiny.convoy")
    run("convert", tmp_path / "tiny.convoy", tmp_path / "again.onnx", "--opset", "21")
    again = onnx.load(tmp_path / "again.onnx")
    onnx.checker.check_model(again, full_check=True)
    assert again.opset_import[0].version == 21
    x = np.random.default_rng(1).normal(size=(2, 3, 8, 8)).astype(np.float32)
    first, second = (
        convoy.InferenceSession(path).run(None, {"x": x})[0]
        for path in (model, tmp_path / "again.onnx")
    )
    np.testing.assert_array_equal(first, second)


def test_convert_fixes_dimensions(model: Path, tmp_path: Path) -> None:
    run("convert", model, tmp_path / "fixed.onnx", "--dim", "N=4", "--optimize")
    assert convoy.onnx.load(tmp_path / "fixed.onnx").inputs[0].shape == (4, 3, 8, 8)


def test_convert_stores_weights_apart(model: Path, tmp_path: Path) -> None:
    run("export", "lenet", tmp_path / "lenet.onnx")
    run("convert", tmp_path / "lenet.onnx", tmp_path / "apart.onnx", "--external-data")
    assert (tmp_path / "apart.onnx.data").stat().st_size > 100_000
    assert (tmp_path / "apart.onnx").stat().st_size < 10_000
    onnx.checker.check_model(str(tmp_path / "apart.onnx"), full_check=True)


def test_wrong_calls_say_what_to_do(model: Path, tmp_path: Path) -> None:
    assert "cannot read" in run("inspect", tmp_path / "none.onnx", fails=1)
    assert ".onnx" in run("inspect", tmp_path / "none.pb", fails=1)
    assert "symbolic dimensions are N" in run("inspect", model, "--dim", "M=1", fails=1)
    assert "NAME=SIZE" in run("inspect", model, "--dim", "N=many", fails=1)
    assert ".svg" in run("convert", model, tmp_path / "x.txt", fails=1)
    assert "cannot be written" in run("convert", model, tmp_path / "x.onnx", "--opset", 9, fails=1)
    assert "--help" in run("inspect", fails=2)
