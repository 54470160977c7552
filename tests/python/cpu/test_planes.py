"""Convolutions whose results have few channels and are the user's: planes, not blocks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import convoy
from convoy import Value

Array = np.ndarray


def run(inputs: Value, y: Value, array: Array, **options: object) -> Array:
    f = convoy.compile(convoy.Graph(inputs, {"y": y}), **options)
    return np.asarray(f(array))


def assert_as_reference(inputs: Value, y: Value, array: Array, threads: int) -> None:
    found = run(inputs, y, array, backend="cpu", threads=threads)
    np.testing.assert_allclose(found, run(inputs, y, array, backend="reference"), atol=1e-4)


def algorithms(inputs: Value, y: Value, array: Array) -> list[str]:
    f = convoy.compile(convoy.Graph(inputs, {"y": y}), backend="cpu")
    return [step.algorithm for step in f.plan(array).steps]


# Batch, channels, outputs, size, kernel, and what else a convolution has.
LAYERS = [
    (2, 3, 17, (23, 37), (3, 3), {"stride": 2, "padding": 1}),
    (1, 4, 64, (29, 31), (7, 5), {"stride": (2, 3), "padding": (3, 1)}),
    (3, 1, 16, (9, 200), (3, 3), {"padding": 1, "dilation": 2}),
    (2, 2, 33, (130,), (5,), {"stride": 3}),
    (1, 3, 20, (5, 6, 7), (3, 3, 3), {"stride": (1, 2, 2), "padding": 1}),
    (0, 3, 16, (8, 8), (3, 3), {"padding": 1}),
    (2, 3, 16, (1, 1), (3, 3), {"padding": 1}),
    (1, 3, 40, (32, 32), (8, 8), {"stride": 8}),
]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_gradients_of_images_are_those_of_reference(layer: tuple, flip: bool, threads: int) -> None:
    batch, channels, outputs, size, kernel, rest = layer
    rng = np.random.default_rng(outputs)
    w = convoy.parameter("w", rng.standard_normal((outputs, channels, *kernel)).astype(np.float32))
    x = convoy.input("x", (batch, channels, *size))
    shape = tuple(int(n) for n in convoy.conv(x, w, **rest).shape)
    slope = rng.standard_normal(shape).astype(np.float32)
    grad = convoy.input("grad", shape)
    y = convoy.conv_input_grad(grad, w, input_size=size, flip=flip, **rest)
    assert "direct to planes" in algorithms(grad, y, slope)
    assert_as_reference(grad, y, slope, threads)


@pytest.mark.parametrize("size", [(19, 45), (1, 1), (300,), (4, 5, 6)])
@pytest.mark.parametrize("outputs", [1, 2, 3, 4])
@pytest.mark.parametrize("after", ["nothing", "relu", "clip"])
@pytest.mark.parametrize("has_bias", [False, True])
@pytest.mark.parametrize("padding", [0, 2, ((3, 0), (1, 2))])
def test_layers_of_few_outputs_are_those_of_reference(
    size: tuple[int, ...], outputs: int, after: str, has_bias: bool, padding: object
) -> None:
    if isinstance(padding, tuple) and len(size) != 2:
        padding = 5  # more than the kernel has
    kernel = [1 if padding == 0 else 3] * len(size)
    rng = np.random.default_rng(outputs)
    image = rng.standard_normal((2, 21, *size)).astype(np.float32)
    x = convoy.input("x", image.shape)
    w = convoy.parameter("w", rng.standard_normal((outputs, 21, *kernel)).astype(np.float32))
    bias = [convoy.parameter("b", rng.standard_normal(outputs).astype(np.float32))]
    # Something in blocks comes before: alone, one tap would be a product of matrices.
    y = convoy.conv(convoy.avg_pool(x, [1] * len(size)), w, *bias[:has_bias], padding=padding)
    y = {"nothing": y, "relu": convoy.relu(y), "clip": convoy.clip(y, -1, 2)}[after]
    assert "direct to planes" in algorithms(x, y, image)
    assert_as_reference(x, y, image, threads=2)


def layer(value: Value, outputs: int, groups: int = 1, **rest: object) -> Value:
    w = np.full((outputs, int(value.shape[1]) // groups, 3, 3), 0.5, np.float32)
    return convoy.conv(value, convoy.constant(w), padding=1, groups=groups, **rest)


@pytest.mark.parametrize(
    "build",
    [
        lambda x: layer(layer(x, 3), 8),  # within a network
        lambda x: convoy.silu(layer(x, 3)),
        lambda x: layer(x, 3, stride=2),
        lambda x: layer(x, 5),
        lambda x: layer(x, 4, groups=2),
    ],
)
def test_elsewhere_there_are_none(build: Callable[[Value], Value]) -> None:
    image = np.ones((2, 16, 9, 9), np.float32)
    x = convoy.input("x", image.shape)
    assert "direct to planes" not in algorithms(x, build(x), image)


def test_its_bits_are_those_of_any_other_call() -> None:
    rng = np.random.default_rng(0)
    image = rng.standard_normal((1, 32, 70, 50)).astype(np.float32)
    x = convoy.input("x", image.shape)
    y = layer(x, 3)
    first = run(x, y, image, backend="cpu", threads=3)
    for threads in (3, 1):
        assert first.tobytes() == run(x, y, image, backend="cpu", threads=threads).tobytes()
