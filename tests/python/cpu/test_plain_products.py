"""Convolutions of one tap that stand alone: products of matrices on arrays as users have them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import convoy
from convoy import Value

Array = np.ndarray

# Batch, channels, outputs, size.
SHAPES = [
    (1, 17, 3, (8, 8)),
    (2, 37, 41, (7, 9)),
    (3, 64, 16, (6, 6)),
    (1, 131, 67, (29, 29)),
    (2, 5, 1, (33,)),
    (2, 20, 30, (4, 3, 5)),
    (0, 16, 24, (8, 8)),
]
Shape = tuple[int, int, int, tuple[int, ...]]


def algorithms(x: Value, y: Value, array: Array, threads: int = 1) -> tuple[Array, list[str]]:
    f = convoy.compile(convoy.Graph(x, {"y": y}), backend="cpu", threads=threads)
    return np.asarray(f(array)), [step.algorithm for step in f.plan(array).steps]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize("after", ["nothing", "relu", "clip"])
@pytest.mark.parametrize("has_bias", [False, True])
def test_a_convolution_is_that_of_numpy(
    shape: Shape, threads: int, after: str, has_bias: bool
) -> None:
    batch, channels, outputs, size = shape
    rng = np.random.default_rng(channels)
    image = rng.standard_normal((batch, channels, *size)).astype(np.float32)
    weights = rng.standard_normal((outputs, channels)).astype(np.float32)
    bias = rng.standard_normal(outputs).astype(np.float32)
    x = convoy.input("x", image.shape)
    w = convoy.parameter("w", weights.reshape(outputs, channels, *[1] * len(size)))
    y = convoy.conv(x, w, convoy.parameter("b", bias)) if has_bias else convoy.conv(x, w)
    wanted = np.einsum("oc,nc...->no...", weights.astype(float), image)
    if has_bias:
        wanted += bias.reshape(-1, *[1] * len(size))
    if after == "relu":
        y, wanted = convoy.relu(y), np.maximum(wanted, 0)
    if after == "clip":
        y, wanted = convoy.clip(y, -1, 2), np.clip(wanted, -1, 2)
    found, steps = algorithms(x, y, image, threads)
    assert steps == ["product of matrices"]
    np.testing.assert_allclose(found, wanted, atol=1e-5 * channels**0.5)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("threads", [1, 2])
def test_a_gradient_of_the_input_is_that_of_numpy(shape: Shape, threads: int) -> None:
    batch, channels, outputs, size = shape
    rng = np.random.default_rng(outputs)
    slope = rng.standard_normal((batch, outputs, *size)).astype(np.float32)
    weights = rng.standard_normal((outputs, channels)).astype(np.float32)
    grad = convoy.input("grad", slope.shape)
    w = convoy.parameter("w", weights.reshape(outputs, channels, *[1] * len(size)))
    found, steps = algorithms(
        grad, convoy.conv_input_grad(grad, w, input_size=size), slope, threads
    )
    assert steps == ["product of matrices"]
    wanted = np.einsum("oc,no...->nc...", weights.astype(float), slope)
    np.testing.assert_allclose(found, wanted, atol=1e-5 * outputs**0.5)


def point(value: Value, outputs: int) -> Value:
    w = np.full((outputs, int(value.shape[1]), 1, 1), 0.5, np.float32)
    return convoy.conv(value, convoy.constant(w))


@pytest.mark.parametrize(
    ("channels", "size", "build"),
    [
        (32, 8, lambda x: point(point(x, 16), 8)),  # within a network
        (32, 8, lambda x: convoy.silu(point(x, 16))),
        (32, 8, lambda x: x + point(x, 32)),
        (640, 8, lambda x: point(x, 600)),  # blocks pay
        (32, 2, lambda x: point(x, 16)),  # weights are more than positions
    ],
)
def test_elsewhere_there_is_none(channels: int, size: int, build: Callable[[Value], Value]) -> None:
    image = np.ones((2, channels, size, size), np.float32)
    x = convoy.input("x", image.shape)
    assert "product of matrices" not in algorithms(x, build(x), image)[1]
