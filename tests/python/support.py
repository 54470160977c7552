"""The one harness of operator tests: drawing configurations, comparing, checking gradients.

Truth comes from implementations that are not ours; tolerances are those of the operators'
specification: float64 rtol 1e-10 + atol 1e-12·max, float32 rtol 1e-4 + atol 1e-5·max, half
precision two units of storage, integers exactly.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import hypothesis
import ml_dtypes
import numpy as np
import pytest
from hypothesis import strategies as st

import convoy

# Documented in docs/xla.md.
flushes_denormals = pytest.mark.differs_on("xla", "numbers below the normal ones count as zero")

FLOATS = ["float64", "float32"]
HALVES = ["float16", "bfloat16"]
INTEGERS = ["int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]

_BOUNDS = {
    "float64": (1e-10, 1e-12),
    "float32": (1e-4, 1e-5),
    "float16": (2 * 2.0**-10, 2 * 2.0**-10),
    "bfloat16": (2 * 2.0**-7, 2 * 2.0**-7),
}


_backend = "reference"
_sweep_step = 1


def sweep(cases: Sequence[Any]) -> Sequence[Any]:
    """All of a long list of cases, or on a backend that compiles slowly a part of them."""
    return cases[::_sweep_step]


def on(backend: str) -> bool:
    """Whether tests that do not choose for themselves run there."""
    return _backend == backend


def use_backend(name: str) -> None:
    """Everything that does not choose for itself runs on this backend: the same tests, held to
    the same judges."""
    global _backend
    _backend = name
    plain = convoy._convoy.compile

    def compile(*arguments: Any, **options: Any) -> Any:
        return plain(*arguments, **{"backend": name} | options)

    convoy.compile = convoy._convoy.compile = compile
    if name == "xla":
        global _sweep_step
        _sweep_step = 29  # prime: it falls in with no period of a grid
        _BOUNDS["float64"] = (1e-6, 1e-12)
        os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")


def configurations(count: int) -> hypothesis.settings:
    """Settings for `count` random configurations; CONVOY_TEST_SCALE=10 draws ten times as many."""
    scale = float(os.environ.get("CONVOY_TEST_SCALE", "1"))
    return hypothesis.settings(max_examples=max(1, round(count * scale)))


seeds = st.integers(0, 2**32 - 1)


def random_array(seed: int, shape: Sequence[int], dtype: str = "float64") -> np.ndarray:
    """Distinct-looking values: normal for floats, the whole small range for integers."""
    generator = np.random.default_rng(seed)
    if dtype == "bool":
        return generator.integers(0, 2, shape).astype(bool)
    if dtype in INTEGERS:
        low = 0 if dtype.startswith("u") else -7
        return generator.integers(low, 8, shape).astype(dtype)
    return generator.standard_normal(shape).astype(numpy_dtype(dtype))


def small_integers(seed: int, shape: Sequence[int], dtype: str = "float32") -> np.ndarray:
    """Integers in -4…4 as floats: sums of products are exact, results compare bit for bit."""
    return np.random.default_rng(seed).integers(-4, 5, shape).astype(dtype)


def numpy_dtype(name: str) -> np.dtype:
    return np.dtype(ml_dtypes.bfloat16 if name == "bfloat16" else name)


def assert_agrees(actual: Any, expected: Any, dtype: str | None = None) -> None:
    """`actual` (ours) agrees with `expected` (the judge's) in shape, and in value by its dtype."""
    actual, expected = np.asarray(actual), np.asarray(expected)
    name = dtype or str(actual.dtype)
    assert actual.shape == expected.shape, f"shape {actual.shape}, expected {expected.shape}"
    if name not in _BOUNDS:
        np.testing.assert_array_equal(actual, expected)
        return
    actual, expected = actual.astype(np.float64), expected.astype(np.float64)
    finite = np.abs(expected[np.isfinite(expected)])
    rtol, atol = _BOUNDS[name]
    atol *= finite.max() if finite.size else 1
    if name in HALVES:  # below the normal numbers a unit of storage no longer shrinks
        atol = max(atol, 2 * float(ml_dtypes.finfo(numpy_dtype(name)).smallest_subnormal))
    np.testing.assert_allclose(actual, expected, rtol=rtol, atol=atol)


def inputs_like(arrays: Sequence[np.ndarray]) -> list[convoy.Value]:
    return [convoy.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]


def our_vjp(
    build: Callable[..., Any], arrays: Sequence[np.ndarray], seed: np.ndarray, wrt: Sequence[int]
) -> list[np.ndarray]:
    """Gradients of ⟨seed, build(*arrays)⟩ with respect to arrays[i] for i in wrt, by our graph."""
    values = inputs_like(arrays)
    output = build(*values)
    if isinstance(output, tuple):
        output = output[0]
    grads = convoy.gradients([output], [values[i] for i in wrt], [convoy.constant(seed)])
    result = convoy.compile(values, grads)(*arrays)
    return list(result) if isinstance(result, tuple) else [result]


def assert_gradient(
    build: Callable[..., Any],
    arrays: Sequence[np.ndarray],
    wrt: Sequence[int] | None = None,
    step: float = 1e-6,
    bound: float = 1e-6,
) -> None:
    """Our gradient of a random projection agrees with central differences in float64, relative
    to the largest entry. Keep the arrays away from kinks."""
    arrays = [np.asarray(a) for a in arrays]
    if wrt is None:
        wrt = [i for i, a in enumerate(arrays) if a.dtype == np.float64]
    values = inputs_like(arrays)
    output = build(*values)
    if isinstance(output, tuple):
        output = output[0]
    forward = convoy.compile(values, output)
    seed = np.random.default_rng(7).standard_normal(forward(*arrays).shape)
    ours = our_vjp(build, arrays, seed, wrt)
    for grad, i in zip(ours, wrt, strict=True):
        numeric = np.zeros(arrays[i].shape)
        for position in np.ndindex(*arrays[i].shape):
            moved = list(arrays)
            up, down = arrays[i].copy(), arrays[i].copy()
            up[position] += step
            down[position] -= step
            moved[i] = up
            high = np.sum(seed * forward(*moved))
            moved[i] = down
            numeric[position] = (high - np.sum(seed * forward(*moved))) / (2 * step)
        assert grad.shape == numeric.shape
        scale = max(1.0, np.abs(numeric).max(initial=0))
        np.testing.assert_allclose(grad, numeric, rtol=0, atol=bound * scale)
