"""How the command line shows plans, profiles and times of the backend cpu."""

import json
import platform
import subprocess
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

import convoy

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
    """A convolution, a bias, an activation, a reshape: x[N,3,8,8] to y[N,180]."""
    x = convoy.input("x", ("N", 3, 8, 8))
    rng = np.random.default_rng(0)
    w = convoy.parameter("stem.weight", rng.normal(size=(5, 3, 3, 3)).astype(np.float32))
    y = convoy.relu(convoy.conv(x, w, np.arange(5, dtype=np.float32), name="stem"))
    graph = convoy.Graph(x, {"y": convoy.reshape(y, (-1, 180))}, name="tiny")
    path = tmp_path_factory.mktemp("models") / "tiny.onnx"
    convoy.onnx.save(graph, path)
    return path


def test_inspect_shows_the_plan(model: Path) -> None:
    shown = run(
        "inspect", model, "--plan", "--dim", "N=2", "--threads", 3, "--precision", "highest"
    )
    assert "3 threads, precision highest" in shown
    assert "conv 'stem'" in shown
    assert "float32[2,3,8,8]" in shown
    for word in ("fallbacks", "preparation", "memory", "algorithm", "scratch"):
        assert word in shown


def test_the_plan_as_json_adds_up(model: Path) -> None:
    told = json.loads(run("inspect", model, "--plan", "--dim", "N=2", "--json"))
    plan = told["plan"]
    assert plan["flops"] == sum(step["flops"] for step in plan["steps"])
    assert plan["threads"] >= 1
    assert plan["precision"] == "default"
    for step in plan["steps"] + plan["preparation"]:
        assert step["nodes"]
        assert step["algorithm"]
        assert step["bytes_read"] == sum(array["bytes"] for array in step["reads"])
        assert step["bytes_written"] == sum(array["bytes"] for array in step["writes"])
        assert {array["layout"] for array in step["reads"] + step["writes"]} <= {"plain", "blocked"}
    # A node that runs as on reference is in the list of those, and only such a one.
    by_reference = [
        step["nodes"][0]
        for step in plan["steps"] + plan["preparation"]
        if step["algorithm"] == "reference"
    ]
    assert plan["fallbacks"] == by_reference
    assert "stem" in {node["name"] for step in plan["steps"] for node in step["nodes"]}


def test_a_plan_needs_sizes_and_its_options_need_a_plan(model: Path) -> None:
    assert "--dim N=1" in run("inspect", model, "--plan", fails=2)
    assert "--plan" in run("inspect", model, "--threads", 2, fails=2)


def test_profile_tells_times(model: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace.json"
    shown = run("profile", model, "--dim", "N=2", "--runs", 3, "--threads", 2, "--trace", trace)
    for word in ("median of 3", "GFLOP/s", "share", "conv 'stem'", "peak"):
        assert word in shown
    told = json.loads(run("profile", model, "--dim", "N=2", "--runs", 3, "--threads", 2, "--json"))
    assert told["runs"] == 3
    assert told["peak_flops"] > 1e9
    assert told["peak_bytes"] > 1e8
    steps = told["plan"]["steps"]
    assert sum(step["ms"] for step in steps) <= 3 * told["ms"]
    assert sum(kind["steps"] for kind in told["kinds"]) == len(steps)
    assert sum(kind["ms"] for kind in told["kinds"]) == pytest.approx(
        sum(step["ms"] for step in steps)
    )
    events = json.loads(trace.read_text())["traceEvents"]
    tracks = [e["args"]["name"] for e in events if e["name"] == "thread_name"]
    assert tracks == ["thread 0", "thread 1"]
    spans = [e for e in events if e["ph"] == "X"]
    assert {e["args"]["step"] for e in spans} == set(range(len(steps)))
    for track in (0, 1):
        own = sorted((e["ts"], e["ts"] + e["dur"]) for e in spans if e["tid"] == track)
        assert all(end <= begin + 1e-3 for (_, end), (begin, _) in pairwise(own))


def test_bench_measures(model: Path) -> None:
    arguments = ("bench", model, "--dim", "N=2", "--seconds", 0.05)
    told = json.loads(run(*arguments, "--threads", 2, "--precision", "highest", "--json"))
    assert 0 < told["min_ms"] <= told["median_ms"] <= told["p99_ms"]
    assert 0 < told["load_ms"] < told["first_ms"]
    assert told["peak_mib"] > 0
    assert (told["threads"], told["precision"]) == (2, "highest")
    assert told["runs"] >= 5
    assert "median_ms" in run(*arguments)
    assert json.loads(run(*arguments, "--backend", "reference", "--json"))["threads"] is None


def test_bf16_is_a_precision_where_there_are_instructions(model: Path) -> None:
    bf16 = ("--dim", "N=1", "--precision", "bf16")
    x = convoy.input("x", (1,))
    try:
        convoy.compile(x, -x, backend="cpu", precision="bf16")
    except convoy.NotSupportedError:
        assert "AVX512-BF16" in run("bench", model, *bf16, "--seconds", 0.01, fails=2)
        return
    told = json.loads(run("bench", model, *bf16, "--seconds", 0.01, "--json"))
    assert told["precision"] == "bf16"
    assert "precision bf16" in run("inspect", model, "--plan", *bf16)
    assert "bf16" in run("profile", model, *bf16, "--runs", 2)
    run("run", model, "--random", 0, "--backend", "cpu", *bf16)
    refused = run("bench", model, *bf16, "--instruction-set", "avx2", fails=2)
    assert "avx2" in refused


def test_built_in_networks_go_by_name() -> None:
    assert "logits" in run("run", "lenet", "--random", 0)
    told = json.loads(run("bench", "lenet", "--seconds", 0.01, "--json"))
    assert told["model"] == "lenet"
    assert "convoy export --list" in run("bench", "lennet", fails=2)


@pytest.mark.parametrize(
    "option", [("--threads", 2), ("--precision", "highest"), ("--instruction-set", "avx2")]
)
def test_options_of_cpu_are_refused_elsewhere(model: Path, option: tuple[str, object]) -> None:
    elsewhere = ("--backend", "reference", *option)
    for verb in (("run", "--random", 0), ("bench",)):
        complaint = run(verb[0], model, *verb[1:], "--dim", "N=1", *elsewhere, fails=2)
        assert "backend cpu" in complaint
    assert "backend cpu" in run("compare", model, "--backends", "xla,reference", *option, fails=2)


def test_wrong_options_say_what_there_is(model: Path) -> None:
    cpu = ("run", model, "--random", 0, "--dim", "N=1", "--backend", "cpu")
    assert "highest" in run(*cpu, "--precision", "exact", fails=2)
    assert "avx2" in run(*cpu, "--instruction-set", "mmx", fails=2)
    for threads in (0, -1, 257, "many"):
        assert "--threads" in run(*cpu, "--threads", threads, fails=2)
    assert "--runs" in run("profile", model, "--runs", 0, fails=2)
    foreign = "avx2" if platform.machine() == "aarch64" else "neon"
    assert f"no {foreign}" in run(*cpu, "--instruction-set", foreign, fails=2)


def test_backends_agree_with_options_of_one(model: Path) -> None:
    shown = run(
        "compare", model, "--dim", "N=2", "--backends", "cpu,reference", "--threads", 2,
        "--precision", "highest",
    )  # fmt: skip
    assert "cpu against reference" in shown


def test_what_was_prepared_is_kept_in_the_cache(model: Path, tmp_path: Path) -> None:
    arguments = ["run", model, "--dim", "N=2", "--random", "0", "--backend", "cpu"]
    plain = run(*arguments).splitlines()[:-1]  # the last line has times
    for _ in range(2):
        assert run(*arguments, "--cache", tmp_path / "run").splitlines()[:-1] == plain
    sides = ["--backends", "cpu,reference", "--random", "0"]
    for verb, *extra in (["bench", "--seconds", "0"], ["profile", "--runs", "1"],
                         ["compare", *sides]):  # fmt: skip
        run(verb, model, "--dim", "N=2", "--cache", tmp_path / verb, *extra)
    for verb in ("run", "bench", "profile", "compare"):
        assert len(list((tmp_path / verb).iterdir())) == 1
    said = run(*arguments[:-1], "reference", "--cache", tmp_path, fails=2)
    assert "--cache is for the backends cpu and xla" in said
