"""The cases as graphs of Convoy: what it runs itself, exports to ONNX, and gives to JAX."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import video
from cases import VIDEO_NETWORKS, Case

import convoy

FEW_CHANNELS = 4  # of an image


@dataclass
class Work:
    """A graph and arrays for its inputs; of a training step also what replaces its parameters."""

    graph: convoy.Graph
    arrays: list[np.ndarray]
    updates: dict[convoy.Parameter, convoy.Value] | None = None


def work_of(case: Case) -> Work:
    if case.kind == "layer":
        return _layer(case)
    return _step(case) if case.kind == "step" else _network(case)


def _network(case: Case) -> Work:
    if case.name in VIDEO_NETWORKS:
        graph = video.r3d18()
    else:
        graph = convoy.models.build(case.name, batch=case.batch, **case.options).graph
    shape = graph.inputs[0].shape
    image = np.random.default_rng(0).random(shape, np.float32)
    return Work(graph, [image])


def _layer(case: Case) -> Work:
    layer = case.layer
    same: dict[str, Any] = {
        "stride": layer.stride,
        "padding": layer.padding,
        "groups": layer.groups,
    }
    shapes = layer.shapes
    w = convoy.parameter("w", layer.array("w"))
    x = convoy.input("x", shapes["x"])
    grad = convoy.input("grad", shapes["y"])
    if case.direction == "forward":
        return Work(convoy.Graph(x, {"y": convoy.conv(x, w, **same)}), [layer.array("x")])
    if case.direction == "grad_input":
        out = convoy.conv_input_grad(grad, w, input_size=layer.size, **same)
        return Work(convoy.Graph(grad, {"grad_input": out}), [layer.array("y")])
    out = convoy.conv_weight_grad(x, grad, kernel=layer.kernel, **same)
    arrays = [layer.array("x"), layer.array("y")]
    return Work(convoy.Graph([x, grad], {"grad_weight": out}), arrays)


def within_network(graph: convoy.Graph) -> convoy.Graph:
    """A layer whose result an operator reads that makes little of it: alone, it might take the
    user's order. The gradient of an image is the user's wherever it is made."""
    (result,) = graph.outputs
    if list(graph.output_names) == ["grad_input"] and int(result.shape[1]) <= FEW_CHANNELS:
        return graph
    axes = list(range(2, result.ndim))
    return convoy.Graph(list(graph.inputs), {"read": convoy.reduce_mean(result, axes=axes)})


def _step(case: Case) -> Work:
    """Cross entropy, all gradients, plain gradient descent, running statistics."""
    model = convoy.models.build(case.name, batch=case.batch, training=True)
    logits = model.graph.outputs[0]
    labels = convoy.input("labels", (case.batch,), "int64")
    loss = convoy.cross_entropy(logits, labels)
    weights = [p for p in model.graph.parameters if p.trainable]
    slopes = convoy.gradients(loss, weights)
    updates = dict(model.updates)
    for weight, slope in zip(weights, slopes, strict=True):
        updates[weight] = weight - slope * 0.01
    inputs = [*model.graph.inputs, labels]
    rng = np.random.default_rng(0)
    arrays = []
    for value in inputs:
        if value.name == "labels":
            arrays.append(rng.integers(0, logits.shape[1], case.batch))
        elif str(value.dtype) == "uint64":
            arrays.append(np.array([1, 2], np.uint64))
        else:
            arrays.append(rng.random(value.shape, np.float32))
    return Work(convoy.Graph(inputs, {"loss": loss}), arrays, updates)


def export(case: Case, folder: Path) -> Path:
    """The case as an ONNX file, written once."""
    name = "".join(c if c.isalnum() else "_" for c in case.title)
    path = folder / f"{name}.onnx"
    if not path.exists():
        convoy.onnx.save(work_of(case).graph, path)
    return path
