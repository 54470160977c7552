"""Steps of training on one backend, and what they must agree in with those on another."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np

import convoy

TRAINED: dict[str, dict[str, Any]] = {
    "lenet": {"batch": 16},
    # Large enough for the last normalisations to have more than a handful of elements.
    "resnet18": {"batch": 6, "height": 64, "width": 64, "classes": 10},
}


class Steps(NamedTuple):
    losses: list[float]
    weights: dict[str, np.ndarray]  # and statistics, after the last step
    grads: list[np.ndarray]  # of the first step


@cache
def steps(name: str, backend: str, count: int = 2, draw: int = 1, **options: Any) -> Steps:
    """`count` steps of plain descent, with the pictures of a draw."""
    model = convoy.models.build(name, training=True, seed=3, **TRAINED[name])
    (x,), (logits, *_) = model.graph.inputs, model.graph.outputs
    batch = TRAINED[name]["batch"]
    labels = convoy.input("labels", (batch,), "int64")
    loss = convoy.cross_entropy(logits, labels)
    parameters = model.network.trainable_parameters()
    grads = convoy.gradients(loss, parameters)
    random = np.random.default_rng(draw)
    data = random.standard_normal([int(n) for n in x.shape]).astype(np.float32)
    classes = random.integers(0, 10, batch)
    inputs = [x, labels]
    first = convoy.compile(inputs, [loss, *grads], backend=backend, **options)(data, classes)
    updates = {p: p - 0.02 * g for p, g in zip(parameters, grads, strict=True)}
    updates |= model.updates
    step = convoy.compile(inputs, loss, updates=updates, backend=backend, **options)
    losses = [float(step(data, classes)) for _ in range(count)]
    return Steps(losses, dict(model.weights()), first[1:])


def assert_steps_agree(ours: Steps, truth: Steps) -> None:
    np.testing.assert_allclose(ours.losses, truth.losses, rtol=1e-4)
    assert ours.losses[1] < ours.losses[0]
    for grad, true_grad in zip(ours.grads, truth.grads, strict=True):
        scale = np.abs(true_grad).max()
        np.testing.assert_allclose(grad, true_grad, rtol=1e-3, atol=1e-4 * scale + 1e-7)
    for parameter, true_weight in truth.weights.items():
        scale = np.abs(true_weight).max()
        np.testing.assert_allclose(
            ours.weights[parameter], true_weight, rtol=1e-3, atol=1e-4 * scale + 1e-6
        )
