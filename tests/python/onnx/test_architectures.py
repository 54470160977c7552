"""The built-in networks as files: checked, run by ONNX Runtime, compared, read back.

Weights are such that activations and scores span their range, so that a wrong number anywhere
shows; that it does is tested, too.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import pytest
from judge import run_by_convoy, run_by_onnxruntime

import convoy

# Small enough for the reference backend; every network once at its own kind of size.
NETWORKS: dict[str, dict[str, Any]] = {
    "lenet": {},
    "resnet18": {"height": 64, "width": 96, "classes": 10},
    "resnet50": {"height": 64, "width": 64, "classes": 10},
    "mobilenet_v2": {"height": 64, "width": 64, "classes": 10},
    "efficientnet_b0": {"height": 64, "width": 64, "classes": 10},
    "vgg16": {"height": 32, "width": 32, "classes": 10},
    "unet": {"height": 32, "width": 16},
    "yolo11n": {"height": 160, "width": 128},
    "yolo11s": {"height": 128, "width": 96},
    "yolo11m": {"height": 128, "width": 96},
}


def built(name: str, **options: Any) -> convoy.models.Model:
    model = convoy.models.build(name, **options)
    # Statistics of few elements would blow values up when other pictures are shown.
    model.randomize_statistics(seed=1, side=256 if name.startswith("yolo") else 64)
    return model


def picture(graph: convoy.Graph) -> dict[str, np.ndarray]:
    (x,) = graph.inputs
    rng = np.random.default_rng(0)
    return {x.name: rng.uniform(0, 1, [int(size) for size in x.shape]).astype(np.float32)}


def assert_agree(name: str, got: np.ndarray, wanted: np.ndarray) -> None:
    """Spec section 6: boxes in pixels, scores in probability, all else by its own scale."""
    assert got.shape == wanted.shape
    if name.startswith("yolo"):
        np.testing.assert_allclose(got[:, :4], wanted[:, :4], rtol=0, atol=0.05)
        # The larger ones pass rounding on through more layers.
        tolerance = 1e-4 if name == "yolo11n" else 5e-4
        np.testing.assert_allclose(got[:, 4:], wanted[:, 4:], rtol=0, atol=tolerance)
        assert wanted[:, 4:].min() < 0.02
        assert wanted[:, 4:].max() > 0.9
    else:
        np.testing.assert_allclose(got, wanted, rtol=1e-3, atol=1e-4 * np.abs(wanted).max())
        assert wanted.std() > 1e-3 * np.abs(wanted).max()


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_as_files(name: str) -> None:
    graph = built(name, **NETWORKS[name]).graph
    data = convoy.onnx.to_bytes(graph)
    model = onnx.load_from_string(data)
    onnx.checker.check_model(model, full_check=True)
    assert model.opset_import[0].version == 18
    feeds = picture(graph)
    (truth,) = run_by_onnxruntime(data, feeds)
    (ours,) = run_by_convoy(graph, feeds)
    assert_agree(name, ours, truth)

    again = convoy.onnx.load(data)
    (imported,) = run_by_convoy(again, feeds)
    np.testing.assert_array_equal(imported, ours)
    written = convoy.onnx.to_bytes(again)
    twice = convoy.onnx.load(written)
    assert twice.text(max_elements=8) == again.text(max_elements=8)
    assert convoy.onnx.to_bytes(twice) == written


def test_parameters_keep_their_names() -> None:
    model = built("yolo11n", **NETWORKS["yolo11n"])
    file = onnx.load_from_string(convoy.onnx.to_bytes(model.graph))
    stored = {t.name: onnx.numpy_helper.to_array(t) for t in file.graph.initializer}
    for name in ("model.0.conv.weight", "model.2.cv1.bn.running_var", "model.23.cv3.0.2.bias"):
        assert name in stored
    props = {p.key: p.value for p in file.metadata_props}
    assert {"names", "stride", "imgsz", "task"} <= props.keys()


@pytest.mark.parametrize("name", ["yolo11n", "resnet18"])
def test_convolutions_of_stride_2_are_padded_on_both_sides(name: str) -> None:
    file = onnx.load_from_string(convoy.onnx.to_bytes(built(name, **NETWORKS[name]).graph))
    found = 0
    for node in file.graph.node:
        attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
        if node.op_type == "Conv" and attributes["strides"] == [2, 2]:
            side = attributes["kernel_shape"][0] // 2
            assert attributes["pads"] == [side] * 4
            found += 1
    assert found >= 3


def test_sizes_may_be_symbolic() -> None:
    model = built("yolo11n", batch="N", height="H", width="W", classes=3)
    data = convoy.onnx.to_bytes(model.graph)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    rng = np.random.default_rng(0)
    for n, height, width in [(1, 64, 96), (2, 96, 64)]:
        x = rng.uniform(0, 1, (n, 3, height, width)).astype(np.float32)
        (truth,) = run_by_onnxruntime(data, {"images": x})
        (ours,) = run_by_convoy(convoy.onnx.load(data), {"images": x})
        np.testing.assert_allclose(ours[:, :4], truth[:, :4], rtol=0, atol=0.05)
        np.testing.assert_allclose(ours[:, 4:], truth[:, 4:], rtol=0, atol=1e-4)


def test_a_perturbed_weight_is_seen() -> None:
    model = built("yolo11n", **NETWORKS["yolo11n"])
    feeds = picture(model.graph)
    (truth,) = run_by_onnxruntime(convoy.onnx.to_bytes(model.graph), feeds)
    weights = dict(model.weights())
    weights["model.2.cv1.conv.weight"] = weights["model.2.cv1.conv.weight"] * np.float32(1.01)
    model.load_weights(weights)
    (ours,) = run_by_convoy(model.graph, feeds)
    with pytest.raises(AssertionError):
        assert_agree("yolo11n", ours, truth)


def test_training_steps_are_files_too() -> None:
    """The loss, its gradients and the new statistics of a small network, as standard nodes."""
    model = convoy.models.build("lenet", batch=4, training=True)
    logits = model.graph.outputs[0]
    labels = convoy.input("labels", (4,), "int64")
    loss = convoy.cross_entropy(logits, labels)
    gradients = convoy.gradients(loss, model.network.trainable_parameters()[:4])
    inputs = [*model.graph.inputs, labels]
    names = {"loss": loss, **{f"grad_{i}": g for i, g in enumerate(gradients)}}
    graph = convoy.Graph(inputs, names)
    data = convoy.onnx.to_bytes(graph)
    onnx.checker.check_model(onnx.load_from_string(data), full_check=True)
    rng = np.random.default_rng(0)
    feeds = {"images": rng.normal(size=(4, 1, 32, 32)).astype(np.float32)}
    feeds["labels"] = np.asarray([3, 1, 4, 1])
    for ours, truth in zip(
        run_by_convoy(graph, feeds), run_by_onnxruntime(data, feeds), strict=True
    ):
        np.testing.assert_allclose(ours, truth, rtol=1e-4, atol=1e-5 * np.abs(truth).max())
