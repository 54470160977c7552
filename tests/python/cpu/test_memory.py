"""What of a model's file is in memory, and when: weights are packed out of it and leave it."""

import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import convoy

MIB = 2**20

PROGRAM = """
    import json, sys
    import numpy as np
    import convoy

    def resident(key):
        for line in open("/proc/self/status"):
            if line.startswith(key + ":"):
                return int(line.split()[1]) * 1024

    def of_file(path):
        bytes, ours = 0, False
        for line in open("/proc/self/smaps"):
            first = line.split()[0]
            if not first.endswith(":"):
                ours = line.rstrip().endswith(path)
            elif first == "Rss:" and ours:
                bytes += int(line.split()[1]) * 1024
        return bytes

    path = sys.argv[1]
    options = {"cache": sys.argv[2]} if len(sys.argv) > 2 else {}
    small = convoy.input("x", (1, 16, 8, 8))
    warm = convoy.compile(convoy.Graph(small, {"y": convoy.relu(small)}), backend="cpu")
    warm(np.ones((1, 16, 8, 8), np.float32))
    x = np.linspace(-1, 1, 512 * 64, dtype=np.float32).reshape(1, 512, 8, 8)
    open("/proc/self/clear_refs", "w").write("5")  # the most so far is what there is now
    before = resident("VmRSS")
    f = convoy.compile(convoy.onnx.load(path), backend="cpu", threads=2, **options)
    y = f(x)
    plan = f.plan(x)
    print(json.dumps({
        "peak": resident("VmHWM") - before,
        "file": of_file(path),
        "plan": plan.arena_bytes + plan.prepared_bytes + 2 * plan.scratch_bytes,
        "y": np.asarray(y).tobytes().hex(),
    }))
"""


def weight(rng: np.random.Generator, name: str, *shape: int) -> convoy.Value:
    return convoy.parameter(name, rng.standard_normal(shape).astype(np.float32) / 64)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A network of 37 MiB of weights, in the largest array 9 of them."""
    rng = np.random.default_rng(1)
    x = convoy.input("x", (1, 512, 8, 8))
    y = x
    for i in range(4):
        w, bias = weight(rng, f"body{i}", 512, 512, 3, 3), weight(rng, f"bias{i}", 512)
        y = convoy.relu(convoy.conv(y, w, bias, padding=1))
    y = convoy.conv(y, weight(rng, "point", 512, 512, 1, 1))
    path = tmp_path_factory.mktemp("model") / "body.onnx"
    convoy.onnx.save(convoy.Graph(x, {"y": y}), path)
    return path


@pytest.fixture(scope="module")
def files(file: Path) -> list[Path]:
    """The same as others write it: weights begin at all addresses modulo 4."""
    paths = []
    model = onnx.load(file)
    for shift in range(4):
        model.producer_name = "n" * (10 + shift)
        paths.append(file.with_name(f"by_{shift}.onnx"))
        onnx.save(model, paths[-1])
    return paths


def of_process(path: Path, cache: Path | None = None) -> dict[str, Any]:
    environment = os.environ | {"PYTHONPATH": str(Path(convoy.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), path, *([cache] if cache else [])],
        capture_output=True, text=True, env=environment, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def test_a_first_call_needs_what_the_plan_says_and_little_of_the_weights(file: Path) -> None:
    told = of_process(file)
    # Beside the plan's arrays: the largest weight while it is packed, code, the graph.
    assert told["peak"] < told["plan"] + 20 * MIB
    assert told["file"] < MIB


def test_what_is_kept_for_later_processes_needs_no_more(file: Path, tmp_path: Path) -> None:
    made, found = of_process(file, tmp_path), of_process(file, tmp_path)
    assert found["y"] == made["y"] == of_process(file)["y"]
    assert found["file"] < MIB
    # All weights are read for the name of what is kept, and leave before that is read.
    assert found["peak"] < max(found["plan"], 37 * MIB) + 12 * MIB


def test_weights_may_begin_anywhere_in_a_file(file: Path, files: list[Path]) -> None:
    x = np.linspace(-1, 1, 512 * 64, dtype=np.float32).reshape(1, 512, 8, 8)
    wanted = convoy.compile(convoy.onnx.load(file), backend="cpu", threads=2)(x)
    for path in files:
        graph = convoy.onnx.load(path)
        np.testing.assert_array_equal(convoy.compile(graph, backend="cpu", threads=2)(x), wanted)


def test_weights_that_left_memory_are_there_when_somebody_asks(file: Path, tmp_path: Path) -> None:
    x = np.linspace(-1, 1, 512 * 64, dtype=np.float32).reshape(1, 512, 8, 8)
    graph = convoy.onnx.load(file)
    f = convoy.compile(graph, backend="cpu", threads=2)
    y = f(x).copy()
    # Packed again, saved again, and put in the place of the file that they are still read from.
    np.testing.assert_array_equal(convoy.compile(graph, backend="cpu", threads=2)(x), y)
    other = convoy.compile(graph, backend="cpu", threads=1, precision="highest")(x)
    assert np.abs(other - y).max() < 1e-4 * np.abs(y).max()
    convoy.onnx.save(graph, tmp_path / "again.onnx")
    again = convoy.compile(convoy.onnx.load(tmp_path / "again.onnx"), backend="cpu", threads=2)
    np.testing.assert_array_equal(again(x), y)
    before = file.read_bytes()
    convoy.onnx.save(convoy.Graph(graph.inputs[0], {"y": convoy.relu(graph.inputs[0])}), file)
    np.testing.assert_array_equal(convoy.compile(graph, backend="cpu", threads=2)(x), y)
    np.testing.assert_array_equal(f(x), y)
    file.write_bytes(before)
