"""The built-in networks on XLA: inference in both layouts, and steps of training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_architectures import NETWORKS, assert_agree, built, picture

import convoy


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_forward(name: str) -> None:
    graph = built(name, **NETWORKS[name]).graph
    (x,) = picture(graph).values()
    truth = convoy.compile(graph, backend="reference")(x)
    assert_agree(name, convoy.compile(graph, backend="xla")(x), truth)


@pytest.mark.parametrize("name", ["lenet", "mobilenet_v2", "yolo11n"])
def test_channels_first_gives_the_same(name: str) -> None:
    graph = built(name, **NETWORKS[name]).graph
    (x,) = picture(graph).values()
    truth = convoy.compile(graph, backend="reference")(x)
    assert_agree(name, convoy.compile(graph, backend="xla", layout="channels_first")(x), truth)


def test_a_wrong_weight_would_show() -> None:
    model = built("yolo11n", **NETWORKS["yolo11n"])
    (x,) = picture(model.graph).values()
    truth = convoy.compile(model.graph, backend="reference")(x)
    weights = dict(model.weights())
    weights["model.2.cv1.conv.weight"] = 1.01 * weights["model.2.cv1.conv.weight"]
    model.load_weights(weights)
    with pytest.raises(AssertionError):
        assert_agree("yolo11n", convoy.compile(model.graph, backend="xla")(x), truth)


TRAINED: dict[str, dict[str, Any]] = {
    "lenet": {"batch": 16},
    # Large enough for the last normalisations to have more than a handful of elements.
    "resnet18": {"batch": 6, "height": 64, "width": 64, "classes": 10},
}


def steps(
    name: str, backend: str, count: int = 2
) -> tuple[list[float], dict[str, np.ndarray], Any]:
    """Losses, the weights and statistics after `count` steps of plain descent, and the gradients of
    the first step."""
    model = convoy.models.build(name, training=True, seed=3, **TRAINED[name])
    (x,), (logits, *_) = model.graph.inputs, model.graph.outputs
    batch = TRAINED[name]["batch"]
    labels = convoy.input("labels", (batch,), "int64")
    loss = convoy.cross_entropy(logits, labels)
    parameters = model.network.trainable_parameters()
    grads = convoy.gradients(loss, parameters)
    random = np.random.default_rng(1)
    data = random.standard_normal([int(n) for n in x.shape]).astype(np.float32)
    classes = random.integers(0, 10, batch)
    first = convoy.compile([x, labels], [loss, *grads], backend=backend)(data, classes)
    updates = {p: p - 0.02 * g for p, g in zip(parameters, grads, strict=True)}
    updates |= model.updates
    step = convoy.compile([x, labels], loss, updates=updates, backend=backend)
    losses = [float(step(data, classes)) for _ in range(count)]
    return losses, dict(model.weights()), first[1:]


@pytest.mark.parametrize("name", TRAINED)
def test_a_step_of_training(name: str) -> None:
    losses, weights, grads = steps(name, "xla")
    true_losses, true_weights, true_grads = steps(name, "reference")
    np.testing.assert_allclose(losses, true_losses, rtol=1e-4)
    assert losses[1] < losses[0]
    for ours, truth in zip(grads, true_grads, strict=True):
        np.testing.assert_allclose(ours, truth, rtol=1e-3, atol=1e-4 * np.abs(truth).max() + 1e-7)
    for parameter, truth in true_weights.items():
        scale = np.abs(truth).max()
        np.testing.assert_allclose(weights[parameter], truth, rtol=1e-3, atol=1e-4 * scale + 1e-6)
