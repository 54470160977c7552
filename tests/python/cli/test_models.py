"""Verbs that take models: what they print, write, and how they fail."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import helper

import convoy

CONVOY = Path(__file__).parents[3] / "build" / "release" / "bin" / "convoy"

PYTHON = ("--python", sys.executable)

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
    done = subprocess.run(
        [CONVOY, "inspect", path, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert told["inputs"] == [{"name": "x", "type": "float32[1]"}]
    assert told["outputs"] == [{"name": "y", "type": "?[?]"}]
    assert told["unsupported"] == [{"op": "ai.onnx.Loop", "nodes": 1}]


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
    assert ".onnx" in run("inspect", tmp_path / "none.pb", fails=2)
    assert "symbolic dimensions are N" in run("inspect", model, "--dim", "M=1", fails=2)
    for size in ("many", "1x", "-1", "", str(2**64)):
        assert "NAME=SIZE" in run("inspect", model, "--dim", f"N={size}", fails=2)
    assert "already" in run("inspect", model, "--dim", "N=1", "--dim", "N=2", fails=2)
    assert ".svg" in run("convert", model, tmp_path / "x.txt", fails=2)
    assert "13 to 28" in run("convert", model, tmp_path / "x.onnx", "--opset", 9, fails=2)
    for option in (["--external-data"], ["--opset", "18"]):
        assert ".onnx" in run("convert", model, tmp_path / "x.convoy", *option, fails=2)
    assert "cannot write" in run("convert", model, tmp_path / "none" / "x.convoy", fails=1)
    assert "--help" in run("inspect", fails=2)


def random_arrays(n: int = 2) -> np.ndarray:
    return np.random.default_rng(2).normal(size=(n, 3, 8, 8)).astype(np.float32)


def test_run_writes_every_output(model: Path, tmp_path: Path) -> None:
    x = random_arrays()
    np.save(tmp_path / "x.npy", x)
    shown = run(
        "run", model, "--input", f"x={tmp_path / 'x.npy'}", "--output-dir", tmp_path / "out"
    )
    wanted = convoy.InferenceSession(model, backend="cpu").run(None, {"x": x})[0]
    np.testing.assert_array_equal(np.load(tmp_path / "out" / "scores.npy"), wanted)
    assert "scores  float32[2,5]" in shown
    for word in ("min", "mean", "max", "ms"):
        assert word in shown
    # The name may be left out, and an archive may hold the array.
    np.savez(tmp_path / "feeds.npz", x=x)
    for given in (tmp_path / "x.npy", tmp_path / "feeds.npz", f"x={tmp_path / 'feeds.npz'}"):
        assert run("run", model, "--input", given).splitlines()[0] == shown.splitlines()[0]


def test_run_draws_inputs_that_are_the_same_again(model: Path) -> None:
    def first_line(seed: int) -> str:
        return run("run", model, "--random", seed, "--dim", "N=3").splitlines()[0]

    assert first_line(7) == first_line(7) != first_line(8)
    assert "float32[3,5]" in first_line(7)


def test_run_reads_pictures(tmp_path: Path) -> None:
    """Turned upright, scaled, shifted and reordered as the options say."""
    from PIL import Image

    x = convoy.input("image", (1, 3, 8, 8))
    path = tmp_path / "same.onnx"
    convoy.onnx.save(convoy.Graph(x, {"y": convoy.mul(x, 1.0)}), path)
    pixels = np.random.default_rng(3).integers(0, 256, (8, 8, 3), np.uint8)
    Image.fromarray(pixels).save(tmp_path / "p.png")

    def fed(*options: object) -> np.ndarray:
        run("run", path, "--input", tmp_path / "p.png", "--output-dir", tmp_path, *options)
        return np.load(tmp_path / "y.npy")[0].transpose(1, 2, 0)

    np.testing.assert_allclose(fed(), pixels / np.float32(255), rtol=1e-6)
    np.testing.assert_allclose(fed("--scale", 1, "--bgr"), pixels[..., ::-1], rtol=1e-6)
    np.testing.assert_allclose(
        fed("--scale", 1, "--mean", 1, 2, 3, "--std", 4),
        (pixels - np.asarray([1, 2, 3], np.float32)) / 4,
        rtol=1e-5,
    )
    turned = Image.fromarray(pixels)
    exif = turned.getexif()
    exif[0x0112] = 6  # rotate by 90° clockwise to show
    turned.save(tmp_path / "p.png", exif=exif)
    np.testing.assert_allclose(fed("--scale", 1), np.rot90(pixels, -1), rtol=1e-6)


def test_run_names_the_largest_class(tmp_path: Path) -> None:
    x = convoy.input("x", (1, 3))
    graph = convoy.Graph(x, {"y": convoy.mul(x, 2.0)})
    path = tmp_path / "classes.onnx"
    convoy.onnx.save(graph, path)
    file = onnx.load(path)
    helper.set_model_props(file, {"names": "{0: 'cat', 1: 'dog', 2: \"owl's\"}"})
    onnx.save(file, path)
    np.save(tmp_path / "x.npy", np.asarray([[0.1, 3, 2]], np.float32))
    assert "largest: dog (6), owl's (4), cat (0.2)" in run(
        "run", path, "--input", tmp_path / "x.npy"
    )


def test_run_takes_inputs_that_decide_shapes(tmp_path: Path) -> None:
    node = helper.make_node("Reshape", ["x", "shape"], ["y"])
    graph = helper.make_graph(
        [node],
        "g",
        [
            helper.make_tensor_value_info("x", 1, [6]),
            helper.make_tensor_value_info("shape", 7, [2]),
        ],
        [onnx.ValueInfoProto(name="y")],
    )
    path = tmp_path / "reshape.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]), path)
    np.save(tmp_path / "shape.npy", np.asarray([2, 3]))
    shape = f"shape={tmp_path / 'shape.npy'}"
    assert "y  float32[2,3]" in run("run", path, "--input", shape, "--random", 0)
    assert "--input shape=FILE" in run("run", path, "--random", 0, fails=2)


def test_run_says_what_is_missing_or_wrong(model: Path, tmp_path: Path) -> None:
    assert "--input x=FILE" in run("run", model, fails=2)
    assert "--dim N=1" in run("run", model, "--random", 0, fails=2)
    assert "no input 'z'" in run("run", model, "--input", "z=a.npy", fails=2)
    np.save(tmp_path / "wide.npy", np.zeros((1, 3, 8, 9), np.float32))
    assert "'x'" in run("run", model, "--input", tmp_path / "wide.npy", fails=1)
    (tmp_path / "x.txt").write_text("1")
    assert ".npy" in run("run", model, "--input", tmp_path / "x.txt", fails=2)
    for threads in (0, -1, "many"):
        complaint = run("run", model, "--threads", threads, fails=2)
        assert "--threads" in complaint
        assert len(complaint) < 200
    file = tmp_path / "file"
    file.write_text("")
    np.save(tmp_path / "x.npy", random_arrays())
    complaint = run("run", model, "--input", tmp_path / "x.npy", "--output-dir", file, fails=1)
    assert complaint.startswith(f"convoy: '{file}'")


def test_run_takes_one_file_for_an_input(model: Path, tmp_path: Path) -> None:
    x = tmp_path / "x.npy"
    np.save(x, random_arrays())
    np.savez(tmp_path / "x.npz", x=random_arrays())
    for first, second in ((f"x={x}", x), (x, x), (tmp_path / "x.npz", f"x={x}")):
        complaint = run("run", model, "--input", first, "--input", second, fails=2)
        assert "input 'x' is given" in complaint


def test_run_refuses_what_it_would_pass_over(tmp_path: Path) -> None:
    from PIL import Image

    x = convoy.input("x", (1, 1, 8, 8))
    path = tmp_path / "net.onnx"
    convoy.onnx.save(convoy.Graph(x, {"y": convoy.neg(x)}), path)
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "p.png")
    picture = ("--input", tmp_path / "p.png")
    run("run", path, *picture, "--size", 8)
    assert "float32[1,1,8,8]" in run("run", path, *picture, "--size", 9, fails=2)
    assert "--size" in run("run", path, *picture, "--size", 0, fails=2)
    assert "must have 1 number" in run("run", path, *picture, "--mean", 1, 2, fails=2)
    assert "--size" in run("run", model, "--size", 1, 2, 3, fails=2)
    assert "--backend" in run("run", model, "--backend", "abacus", fails=2)


def test_compare_holds_results_against_onnxruntime(model: Path) -> None:
    shown = run("compare", model, "--against", "onnxruntime", "--dim", "N=2", *PYTHON)
    assert "cpu against onnxruntime" in shown
    assert shown.splitlines()[2].startswith("scores")


def test_compare_finds_the_node_where_results_part(tmp_path: Path) -> None:
    """At a tolerance of nothing, the first node that rounds differently."""
    x = convoy.input("x", (1, 3, 16, 16))
    w = np.random.default_rng(0).normal(size=(8, 3, 3, 3)).astype(np.float32)
    y = convoy.conv(convoy.add(x, x), w, name="the convolution")
    path = tmp_path / "parts.onnx"
    convoy.onnx.save(convoy.Graph(x, {"y": convoy.neg(y)}), path)
    complaint = subprocess.run(
        [
            CONVOY,
            "compare",
            path,
            "--against",
            "onnxruntime",
            "--rtol",
            "0",
            "--atol",
            "0",
            *PYTHON,
        ],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert complaint.returncode == 3
    assert "too far apart" in complaint.stdout
    assert "they part at conv 'the convolution'" in complaint.stdout
    assert "do not agree" in complaint.stderr


def test_compare_needs_two_sides(model: Path, tmp_path: Path) -> None:
    shown = run("compare", model, "--dim", "N=1", *PYTHON)
    assert "against onnxruntime" in shown
    one = ("--backends", "reference")
    assert "reference against onnxruntime" in run("compare", model, "--dim", "N=1", *one, *PYTHON)
    itself = run("compare", model, "--backends", "reference,reference", fails=2)
    assert "compared with itself" in itself
    three = run("compare", model, "--backends", "reference,xla,reference", fails=2)
    assert "two sides" in three
    run("convert", model, tmp_path / "tiny.convoy")
    assert "--backends" in run("compare", tmp_path / "tiny.convoy", fails=2)
    assert "cannot read" in run("compare", tmp_path / "none.onnx", fails=1)
    assert "3 they do not" in run("compare", "--help")
    missing = run(
        "compare", model, "--dim", "N=1", "--against", "onnxruntime", "--python", "none", fails=1
    )
    assert "'none' cannot be started" in missing


def test_export_writes_networks_by_name(tmp_path: Path) -> None:
    assert "yolo11n" in run("export", "--list")
    path = tmp_path / "net.onnx"
    told = run("export", "lenet", path, "--classes", 5, "--batch", "N", "--opset", 20)
    assert str(path) in told
    file = onnx.load(path)
    onnx.checker.check_model(file, full_check=True)
    assert file.opset_import[0].version == 20
    assert convoy.onnx.load(path).outputs[0].shape[1] == 5
    # Weights from a file, by name.
    weights = convoy.models.build("lenet", classes=5, seed=9).weights
    arrays = weights() if callable(weights) else weights
    np.savez(tmp_path / "w.npz", **arrays)
    run("export", "lenet", path, "--classes", 5, "--weights", tmp_path / "w.npz")
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in onnx.load(path).graph.initializer}
    for name, array in arrays.items():
        np.testing.assert_array_equal(stored[name], array)


def test_export_says_what_is_wrong(tmp_path: Path) -> None:
    assert "there are lenet" in run("export", "lenin", tmp_path / "x.onnx", fails=2)
    assert ".onnx" in run("export", "lenet", tmp_path / "x.pt", fails=2)
    assert "NAME and OUT" in run("export", "lenet", fails=2)
    assert "multiple of 32" in run("export", "yolo11n", tmp_path / "x.onnx", "--size", 100, fails=2)
    for option in ("--batch", "--size", "--classes"):
        complaint = run("export", "lenet", tmp_path / "x.onnx", option, 0, fails=2)
        assert "at least 1" in complaint
