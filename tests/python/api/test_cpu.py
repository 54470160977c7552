"""The backend cpu as Python users meet it: options, plans, profiles."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

import convoy

X = np.linspace(-1, 1, 2 * 3 * 8 * 8, dtype=np.float32).reshape(2, 3, 8, 8)


@pytest.fixture
def graph():
    x = convoy.input("x", ("N", 3, 8, 8))
    w = convoy.parameter("w", np.linspace(-1, 1, 5 * 3 * 9, dtype=np.float32).reshape(5, 3, 3, 3))
    return convoy.Graph(x, {"y": convoy.relu(convoy.conv(x, w, name="stem"))})


def test_it_is_the_default(graph, tmp_path):
    path = tmp_path / "net.onnx"
    convoy.onnx.save(graph, path)
    program = f"""
import convoy, numpy as np
graph = convoy.onnx.load({str(path)!r})
x = np.ones((2, 3, 8, 8), np.float32)
print(convoy.compile(graph).plan(x).precision)
assert np.array_equal(convoy.InferenceSession({str(path)!r}).run(None, {{"x": x}})[0],
                      convoy.compile(graph, backend="cpu")(x))
"""
    environment = {**os.environ, "PYTHONPATH": ":".join(sys.path)}
    shown = subprocess.run(
        [sys.executable, "-c", program], env=environment, check=True, capture_output=True, text=True
    )
    assert shown.stdout == "default\n"


def test_options_reach_the_plan(graph):
    f = convoy.compile(graph, backend="cpu", threads=3, precision="highest")
    plan = f.plan((2, 3, 8, 8))
    assert (plan.threads, plan.precision) == (3, "highest")
    assert plan.instruction_set in {"avx512", "avx2", "sse4", "neon"}
    assert convoy.compile(graph, backend="cpu").plan(X).precision == "default"
    same = convoy.compile(graph, backend="cpu", instruction_set=plan.instruction_set)
    np.testing.assert_allclose(same(X), convoy.compile(graph)(X), rtol=1e-4, atol=1e-5)


def test_wrong_options_are_refused(graph):
    for options, error, text in [
        ({"threads": 0}, convoy.ValueError, "threads"),
        ({"threads": -2}, convoy.ValueError, "threads"),
        ({"threads": 1000}, convoy.ValueError, "256"),
        ({"precision": "exact"}, convoy.ValueError, "highest"),
        ({"instruction_set": "mmx"}, convoy.ValueError, "avx2"),
        ({"layout": "channels_last"}, convoy.ValueError, "backend xla, not cpu"),
    ]:
        with pytest.raises(error, match=text):
            convoy.compile(graph, backend="cpu", **options)
    for options in ({"threads": 2}, {"precision": "highest"}, {"instruction_set": "avx2"}):
        for backend in ("reference", "xla"):
            with pytest.raises(convoy.ValueError, match=f"backend cpu, not {backend}"):
                convoy.compile(graph, backend=backend, **options)


def test_a_plan_tells_all_steps(graph):
    f = convoy.compile(graph, backend="cpu")
    plan = f.plan((2, 3, 8, 8))
    assert plan.flops == sum(step.flops for step in plan.steps)
    names = [node.name for step in plan.steps for node in step.nodes]
    assert "stem" in names
    for step in plan.steps + plan.preparation:
        assert step.algorithm
        assert step.bytes_read == sum(array.bytes for array in step.reads)
        assert step.bytes_written == sum(array.bytes for array in step.writes)
    assert any(array.type == "float32[2,3,8,8]" for array in plan.steps[0].reads)
    assert "fallbacks" in str(plan)
    assert "conv 'stem'" in str(plan)
    assert "steps" in repr(plan)


def test_a_plan_needs_sizes(graph):
    f = convoy.compile(graph, backend="cpu")
    with pytest.raises(convoy.ValueError, match="N"):
        f.plan()
    with pytest.raises(convoy.ValueError, match="sizes"):
        f.plan(("N", 3, 8, 8))
    with pytest.raises(convoy.ShapeError):
        f.plan((2, 4, 8, 8))
    x = convoy.input("x", (4,))
    assert convoy.compile(x, x * 2, backend="cpu").plan().steps
    with pytest.raises(convoy.NotSupportedError, match="reference"):
        convoy.compile(x, x * 2).plan()
    with pytest.raises(convoy.NotSupportedError, match="reference"):
        convoy.compile(x, x * 2).profile(np.zeros(4, np.float32))


def test_a_profile_tells_times(graph, tmp_path):
    f = convoy.compile(graph, backend="cpu", threads=2)
    profile = f.profile(X, runs=4)
    assert profile.runs == 4
    assert profile.seconds > 0
    assert len(profile.step_seconds) == len(profile.plan.steps)
    assert all(seconds >= 0 for seconds in profile.step_seconds)
    assert profile.peak_flops > 1e9
    assert profile.peak_bytes > 1e8
    assert sum(kind.steps for kind in profile.kinds) == len(profile.plan.steps)
    seconds = [kind.seconds for kind in profile.kinds]
    assert seconds == sorted(seconds, reverse=True)
    profile.save_trace(tmp_path / "trace.json")
    assert json.loads((tmp_path / "trace.json").read_text()) == json.loads(profile.chrome_trace())
    assert "GFLOP/s" in str(profile)
    with pytest.raises(convoy.ValueError, match="at least 1 run"):
        f.profile(X, runs=0)
    with pytest.raises(convoy.ValueError, match="takes 1 arrays"):
        f.profile()


def test_profiled_calls_are_calls():
    """They update parameters, as the documentation says."""
    count = convoy.parameter("count", np.zeros((), np.float32))
    f = convoy.compile([], count, backend="cpu", updates={count: count + 1.0})
    f.profile(runs=3)
    assert f() == 4


def test_sessions_take_options(graph, tmp_path):
    path = tmp_path / "net.onnx"
    convoy.onnx.save(graph, path)
    session = convoy.InferenceSession(path, backend="cpu", threads=2, precision="highest")
    expected = convoy.InferenceSession(path, threads=2, backend="reference").run(None, {"x": X})[0]
    np.testing.assert_allclose(session.run(None, {"x": X})[0], expected, rtol=1e-4, atol=1e-5)
    with pytest.raises(convoy.ValueError, match="backend cpu"):
        convoy.InferenceSession(path, precision="highest", backend="reference")
    with pytest.raises(convoy.ValueError, match="backend cpu"):
        convoy.InferenceSession(path, threads=2, backend="xla")


def test_parameters_may_change_between_calls(graph):
    """What is kept of them from call to call is made anew, whoever replaces them."""
    x = convoy.input("x", (2,))
    p = convoy.parameter("p", np.zeros(2, np.float32))
    f = convoy.compile([x], x + p, backend="cpu")
    out = np.empty(2, np.float32)
    for value in (1.0, 2.0):
        p.value = np.full(2, value, np.float32)
        np.testing.assert_array_equal(f(np.zeros(2, np.float32), out=out), [value, value])
        np.testing.assert_array_equal(f(np.zeros(2, np.float32)), [value, value])
