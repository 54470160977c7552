"""The backend xla of the command line: jaxlib in a worker process."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

import convoy
from convoy import _jaxlib

ROOT = Path(__file__).parents[3]
CONVOY = ROOT / "build" / "release" / "bin" / "convoy"

pytestmark = pytest.mark.skipif(not CONVOY.exists(), reason="the command line was not built")


@pytest.fixture
def network(tmp_path: Path) -> Path:
    x = convoy.input("x", ("N", 3, 16, 16))
    weights = np.random.default_rng(0).standard_normal((8, 3, 3, 3)).astype(np.float32)
    w = convoy.parameter("stem.weight", weights)
    y = convoy.relu(convoy.conv(x, w, stride=(2, 1), padding="same", flip=True, name="stem"))
    path = tmp_path / "network.convoy"
    path.write_text(convoy.Graph(x, {"features": y}, name="network").text())
    return path


def command(*arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [CONVOY, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"CONVOY_PYTHON": sys.executable} | environment,
    )


def run(*arguments: object, code: int = 0, **environment: str) -> tuple[str, str]:
    """What it prints to stdout and to stderr."""
    process = command(*arguments, **environment)
    stdout, stderr = process.communicate(timeout=120)
    assert process.returncode == code, stdout + stderr
    return stdout, stderr


def fake_jax(folder: Path, code: str) -> str:
    """A folder with a package `jax` of that code, for PYTHONPATH."""
    (folder / "jax").mkdir()
    (folder / "jax" / "__init__.py").write_text(code)
    return str(folder)


@pytest.mark.parametrize("layout", ["channels_first", "channels_last"])
def test_xla_agrees_with_the_reference(network: Path, layout: str) -> None:
    sides = ["--backends", "xla,reference", "--layout", layout]
    stdout, stderr = run("compare", network, *sides, "--dim", "N=2")
    assert "xla against reference" in stdout
    assert not stderr


def test_two_programs_run_at_once(network: Path, tmp_path: Path) -> None:
    arguments = ["run", network, "--dim", "N=2", "--random", "0", "--backend", "xla"]
    both = [command(*arguments, "--output-dir", tmp_path / name) for name in "ab"]
    for process in both:
        process.communicate(timeout=120)
        assert process.returncode == 0
    a, b = (np.load(tmp_path / name / "features.npy") for name in "ab")
    np.testing.assert_array_equal(a, b)


def test_compiled_programs_are_kept_in_the_cache(network: Path, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    arguments = ["run", network, "--dim", "N=1", "--random", "0", "--backend", "xla"]
    first = run(*arguments, "--cache", cache)[0].splitlines()
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    assert run(*arguments, "--cache", cache)[0].splitlines()[:-1] == first[:-1]
    assert file.read_bytes() == whole
    file.write_bytes(whole[:-1])
    assert run(*arguments, "--cache", cache)[0].splitlines()[:-1] == first[:-1]
    assert len(file.read_bytes()) >= len(whole)


def test_what_is_said_to_xla_is_not_passed_over(network: Path) -> None:
    for option in (["--plugin", "x"], ["--layout", "channels_last"]):
        _, stderr = run("run", network, "--dim", "N=1", "--random", "0", *option, code=2)
        assert "are for the backend xla" in stderr


def test_converted_to_stablehlo_it_runs_elsewhere(network: Path, tmp_path: Path) -> None:
    program = tmp_path / "network.stablehlo.mlir"
    run("convert", network, program, "--dim", "N=2", "--layout", "channels_last")
    weights = safetensors.numpy.load_file(tmp_path / "network.stablehlo.safetensors")
    assert list(weights) == ["1 parameter stem.weight"]
    x = np.random.default_rng(1).standard_normal((2, 3, 16, 16)).astype(np.float32)
    client = _jaxlib.Client()
    compiled = client.compile(program.read_text())
    (actual,) = client.run(compiled, [x, *(weights[name] for name in sorted(weights))])
    graph = convoy.Graph.parse(network.read_text())
    expected = convoy.compile(graph)(x)
    np.testing.assert_allclose(actual, expected, rtol=1e-4, atol=1e-5)


def test_stablehlo_of_an_open_size_names_the_option(network: Path, tmp_path: Path) -> None:
    _, stderr = run("convert", network, tmp_path / "network.mlir", code=2)
    assert "--dim N=1" in stderr
    assert not (tmp_path / "network.mlir").exists()
    _, stderr = run("convert", network, tmp_path / "n.onnx", "--layout", "channels_last", code=2)
    assert "--layout is for .mlir files" in stderr


def test_devices_are_listed() -> None:
    stdout, stderr = run("devices")
    assert "cpu" in stdout
    assert _jaxlib.REQUIRED in stdout
    assert not stderr
    (worker,) = json.loads(run("devices", "--json")[0])
    assert worker["platform"] == "cpu"
    assert worker["devices"][0] == {"id": 0, "kind": "cpu", "description": "cpu:0"}


def test_without_jax_the_command_that_installs_it_is_named(tmp_path: Path) -> None:
    path = fake_jax(tmp_path, "raise ModuleNotFoundError(\"No module named 'jax'\")")
    stdout, stderr = run("devices", code=1, PYTHONPATH=path)
    assert f'-m pip install "jax=={_jaxlib.REQUIRED}"' in stdout
    assert "no device" in stderr


def test_a_plugin_that_is_none_is_an_error_of_its_own(tmp_path: Path) -> None:
    listed, _ = run("devices", "--plugin", tmp_path / "none.so", code=1)
    assert "cpu" in listed
    assert "none.so" in listed


def test_what_the_worker_prints_stays_out_of_the_output(tmp_path: Path) -> None:
    path = fake_jax(
        tmp_path,
        "import os, sys; print('noise'); print('noise', file=sys.stderr)\n"
        "sys.path.remove(os.path.dirname(os.path.dirname(__file__)))\n"
        "del sys.modules['jax']; import jax\n",
    )
    stdout, stderr = run("devices", "--json", PYTHONPATH=path)
    assert json.loads(stdout)
    assert not stderr


def test_the_version_of_jax_is_pinned_once() -> None:
    pins = (ROOT / "requirements-dev.txt").read_text().splitlines()
    assert f"jax=={_jaxlib.REQUIRED}" in pins
    assert f"jaxlib=={_jaxlib.REQUIRED}" in pins
    assert f"jax=={_jaxlib.REQUIRED}" in (ROOT / "pyproject.toml").read_text()
