"""The built-in networks on the backend cpu: inference by any number of threads, in both
precisions, and steps of training."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_architectures import NETWORKS, assert_agree, built, picture
from training import TRAINED, assert_steps_agree, steps

import convoy

PRECISIONS = ("default", "highest")
SMALL = ("lenet", "mobilenet_v2", "resnet18")


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_forward(name: str) -> None:
    graph = built(name, **NETWORKS[name]).graph
    (x,) = picture(graph).values()
    truth = convoy.compile(graph, backend="reference")(x)
    for precision in PRECISIONS:
        results = []
        for threads in (1, 2, 3):
            f = convoy.compile(graph, backend="cpu", threads=threads, precision=precision)
            results.append(f(x))
            assert_agree(name, results[-1], truth)
            np.testing.assert_array_equal(f(x), results[-1], err_msg="another call, another result")


@pytest.mark.parametrize("name", SMALL)
@pytest.mark.parametrize("precision", PRECISIONS)
def test_pictures_of_a_batch_do_not_mix(name: str, precision: str) -> None:
    graph = built(name, batch="N", **NETWORKS[name]).graph
    (x,) = graph.inputs
    random = np.random.default_rng(0)
    pictures = random.uniform(0, 1, [3, *map(int, x.shape[1:])]).astype(np.float32)
    truth = convoy.compile(graph, backend="reference")(pictures)
    f = convoy.compile(graph, backend="cpu", threads=2, precision=precision)
    assert_agree(name, f(pictures), truth)
    for n in range(3):
        np.testing.assert_allclose(
            f(pictures[n : n + 1]), truth[n : n + 1], rtol=1e-3, atol=1e-4 * np.abs(truth).max()
        )


def test_a_wrong_weight_would_show() -> None:
    model = built("yolo11n", **NETWORKS["yolo11n"])
    (x,) = picture(model.graph).values()
    f = convoy.compile(model.graph, backend="cpu")
    truth = convoy.compile(model.graph, backend="reference")(x)
    assert_agree("yolo11n", f(x), truth)
    weights = dict(model.weights())
    weights["model.2.cv1.conv.weight"] = np.float32(1.01) * weights["model.2.cv1.conv.weight"]
    model.load_weights(weights)
    with pytest.raises(AssertionError):
        assert_agree("yolo11n", f(x), truth)


@pytest.mark.parametrize("options", [{}, {"threads": 3, "precision": "highest"}])
@pytest.mark.parametrize("name", TRAINED)
def test_a_step_of_training(name: str, options: dict[str, Any]) -> None:
    # Of these pictures no activation is so near a kink that rounding moves it across, where another
    # gradient passes: with any kernels, a third to a half of eighteen draws had one.
    ours, truth = steps(name, "cpu", draw=2, **options), steps(name, "reference", draw=2)
    assert_steps_agree(ours, truth)
