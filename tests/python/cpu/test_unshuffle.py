"""Strided first layers computed as convolutions of stride 1 of more channels."""

from __future__ import annotations

import numpy as np
import pytest

import convoy

# Batch, channels, outputs, size, kernel, stride, padding.
LAYERS = [
    (1, 3, 64, (224, 224), (7, 7), 2, 3),
    (2, 3, 63, (61, 75), (7, 7), 2, ((3, 3), (1, 2))),
    (1, 4, 40, (90, 64), (11, 11), 4, 2),
    (1, 3, 64, (5, 60, 56), (3, 7, 7), (1, 2, 2), (1, 3, 3)),
    (3, 2, 64, (101, 99), (7, 7), 2, 0),
    (0, 3, 64, (224, 224), (7, 7), 2, 3),
]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_layers_are_those_of_reference(layer: tuple, threads: int) -> None:
    batch, channels, outputs, size, kernel, stride, padding = layer
    rng = np.random.default_rng(outputs)
    image = rng.standard_normal((batch, channels, *size)).astype(np.float32)
    weights = rng.standard_normal((outputs, channels, *kernel)).astype(np.float32)
    x = convoy.input("x", image.shape)
    w, b = convoy.parameter("w", weights), convoy.parameter("b", rng.random(outputs, np.float32))
    y = convoy.relu(convoy.conv(x, w, b, stride=stride, padding=padding))
    graph = convoy.Graph(x, {"y": y})
    f = convoy.compile(graph, backend="cpu", threads=threads)
    found = np.asarray(f(image))
    if batch > 0:
        assert "unshuffle" in [step.algorithm for step in f.plan(image).steps]
    wanted = np.asarray(convoy.compile(graph, backend="reference")(image))
    np.testing.assert_allclose(found, wanted, atol=2e-5 * float(np.abs(wanted).max(initial=1)))


def test_the_highest_precision_does_without() -> None:
    x = convoy.input("x", (1, 3, 224, 224))
    w = convoy.parameter("w", np.ones((64, 3, 7, 7), np.float32))
    graph = convoy.Graph(x, {"y": convoy.conv(x, w, stride=2, padding=3)})
    f = convoy.compile(graph, backend="cpu", precision="highest")
    steps = [step.algorithm for step in f.plan(np.zeros((1, 3, 224, 224), np.float32)).steps]
    assert steps == ["direct", "to plain"]
