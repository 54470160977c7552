"""The package as its users see it: names, errors, signatures, the cache, the cost of a call."""

import builtins
import importlib
import importlib.util
import inspect
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import convoy
from convoy import _convoy

ROOT = Path(__file__).parents[3]
eager = importlib.import_module("convoy._eager")


def test_all_is_complete_and_shadows_no_builtin():
    on_demand = {"jax"}  # only for those who have JAX, and import it by name
    public = {n for n in vars(convoy) if not n.startswith("_")} - on_demand
    shadowing = {n for n in public if hasattr(builtins, n)}
    assert set(convoy.__all__) == public - shadowing
    assert sorted(convoy.__all__) == list(convoy.__all__)
    names = {}
    exec("from convoy import *", names)
    assert names["__builtins__"]["abs"] is abs


def test_every_builder_of_the_extension_is_public():
    builders = {
        n for n, f in vars(_convoy).items() if not n.startswith("_") and not inspect.ismodule(f)
    }
    assert builders <= set(vars(convoy)), builders - set(vars(convoy))


def test_errors_are_one_family_with_pythons_own():
    for error, builtin in [
        (convoy.ValueError, ValueError),
        (convoy.ShapeError, ValueError),
        (convoy.IndexError, IndexError),
        (convoy.TypeError, TypeError),
        (convoy.NotSupportedError, NotImplementedError),
        (convoy.LimitError, MemoryError),
        (convoy.CancelledError, Exception),
    ]:
        assert issubclass(error, convoy.Error)
        assert issubclass(error, builtin)
        assert error.__module__ == "convoy"
        assert error.__doc__


def test_wrong_python_arguments_are_the_librarys_errors_too():
    x = np.zeros((1, 1, 3, 3))
    for call in (
        lambda: convoy.conv(x),
        lambda: convoy.conv(x, x, groups="two"),
        lambda: convoy.conv(x, x, 1, 2, 3),
        lambda: convoy.conv(x, x, colour=1),
        lambda: convoy.conv(x, x, stride={1}),
        lambda: convoy.conv(x, "w"),
        lambda: convoy.add(x, None),
    ):
        with pytest.raises(convoy.TypeError):
            call()


def operators():
    return [n for n in vars(_convoy) if hasattr(getattr(convoy, n, None), "__wrapped__")]


@pytest.mark.parametrize("name", operators())
def test_operators_document_and_sign_themselves(name):
    function = getattr(convoy, name)
    signature = inspect.signature(function)
    assert signature.parameters, name
    assert function.__name__ == name
    assert "object" not in str(signature), signature


def test_help_of_conv_teaches():
    signature = str(inspect.signature(convoy.conv))
    assert signature.startswith("(x: Array, w: Array, bias: Array | None = None, *, stride: int")
    for text in ("x[N,C,S…]", "stride", "default 1", "flip", "same_upper"):
        assert text in convoy.conv.__doc__
    assert inspect.signature(convoy.conv).parameters["groups"].default == 1


def test_the_eager_cache_is_bounded(monkeypatch):
    monkeypatch.setattr(eager, "_cache", {})
    monkeypatch.setattr(eager, "CACHE_SIZE", 8)
    for n in range(1, 30):
        convoy.add(np.ones(n), 1)
    assert len(eager._cache) == 8


def test_the_eager_cache_tells_calls_apart(monkeypatch):
    monkeypatch.setattr(eager, "_cache", {})
    x = np.array([1.0, -1.0])
    assert np.signbit(convoy.mul(x, -0.0)).tolist() == [True, False]
    assert np.signbit(convoy.mul(x, 0.0)).tolist() == [False, True]
    assert np.isnan(convoy.mul(x, float("nan"))).all()
    size = len(eager._cache)
    convoy.mul(x, float("nan"))
    assert len(eager._cache) == size
    i = np.array([2, 4])
    assert convoy.mul(x, 1).dtype == np.float64
    assert convoy.mul(i, 1).dtype == np.int64
    b = np.array([True])
    assert convoy.equal(b, True).tolist() == [True]
    with pytest.raises(convoy.TypeError):
        convoy.equal(b, 1)


def test_scalars_of_numpy_are_numbers_beside_arrays_and_arrays_alone():
    x = np.ones((1, 1, 4, 4), np.float32)
    assert convoy.add(x, np.float64(2)).dtype == np.float32
    assert convoy.reshape(x, (np.int64(4), np.int32(4))).shape == (4, 4)
    assert convoy.conv(x, x, stride=np.int64(2), groups=np.int8(1)).shape == (1, 1, 1, 1)
    assert float(convoy.exp(np.float32(0))) == 1
    assert convoy.add(np.float32(1), np.float32(2)).dtype == np.float32


def test_none_stands_where_a_result_was_not_asked_for():
    x, w = np.ones((1, 1, 3, 3)), np.ones((1, 1, 2, 2))
    g = np.ones((1, 1, 2, 2))
    grads = convoy.convolution_backward(
        g, x, w, [1], [1, 1], [0, 0], [1, 1], False, [0, 0], 1, [False, True, False]
    )
    assert grads[0] is None
    assert grads[2] is None
    assert grads[1].shape == w.shape


def test_values_beside_arrays_build_a_graph():
    x = convoy.input("x", (1, 1, 3, 3), "float64")
    y = convoy.conv(x, np.ones((1, 1, 2, 2)))
    assert isinstance(y, convoy.Value)
    np.testing.assert_array_equal(
        convoy.compile(x, y)(np.ones((1, 1, 3, 3))), np.full((1, 1, 2, 2), 4)
    )


def load_benchmark():
    path = ROOT / "benchmarks" / "python_overhead.py"
    spec = importlib.util.spec_from_file_location("python_overhead", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_an_eager_call_costs_little():
    """30 µs are promised; the bound leaves room for busy machines and their neighbours."""
    benchmark = load_benchmark()
    for name, call in benchmark.cases().items():
        cost = benchmark.microseconds(call, rounds=40, calls=50)
        assert cost < 100, f"{name}: {cost:.1f} µs"


def test_importing_is_quiet_and_needs_only_numpy():
    code = (
        "import sys, convoy;"
        "print([m for m in ('jax', 'torch', 'onnx', 'ml_dtypes', 'scipy') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        check=True,
    )
    assert result.stdout == "[]\n"
    assert result.stderr == ""
