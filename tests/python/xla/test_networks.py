"""The built-in networks on XLA: inference in both layouts, and steps of training."""

from __future__ import annotations

import pytest
from test_architectures import NETWORKS, assert_agree, built, picture
from training import TRAINED, assert_steps_agree, steps

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


@pytest.mark.parametrize("name", TRAINED)
def test_a_step_of_training(name: str) -> None:
    assert_steps_agree(steps(name, "xla"), steps(name, "reference"))
