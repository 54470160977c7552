"""Architectures from Python: the same numbers as their restatement on JAX, weights in and out."""

import numpy as np
import pytest
import restated

import convoy


def images(*shape: int) -> np.ndarray:
    return np.random.default_rng(0).random(shape, np.float32)


def in_float64(weights: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {name: array.astype(np.float64) for name, array in weights.items()}


def test_resnet18_gives_the_numbers_of_its_restatement():
    model = convoy.models.build("resnet18", classes=10, batch="N", height=48, width=32)
    model.randomize_statistics(seed=1)
    x = images(2, 3, 48, 32)
    expected = np.asarray(restated.resnet18(in_float64(model.weights()), x.astype(np.float64)))
    logits = convoy.compile(model.graph)(x)
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(logits, expected, atol=1e-4 * np.abs(expected).max())


def test_yolo11n_gives_the_boxes_and_scores_of_its_restatement():
    model = convoy.models.build("yolo11n", classes=12, height=96, width=64)
    model.randomize_statistics(seed=1)
    x = images(1, 3, 96, 64)
    expected = np.asarray(restated.Yolo11(in_float64(model.weights()))(x.astype(np.float64)))
    output = convoy.compile(model.graph)(x)
    assert output.shape == expected.shape == (1, 16, 12 * 8 + 6 * 4 + 3 * 2)
    scores = expected[:, 4:]
    assert scores.min() < 0.02
    assert scores.max() > 0.98
    assert ((scores > 0.02) & (scores < 0.98)).mean() > 0.5  # they span it, not only its ends
    np.testing.assert_allclose(output[:, :4], expected[:, :4], atol=0.02)  # pixels
    np.testing.assert_allclose(output[:, 4:], scores, atol=1e-4)


def test_a_perturbed_weight_shows_in_the_result():
    model = convoy.models.build("yolo11n", classes=12, height=64, width=64)
    model.randomize_statistics(seed=1)
    x = images(1, 3, 64, 64)
    f = convoy.compile(model.graph)
    before = f(x)
    weights = dict(model.weights())
    name = "model.10.m.0.attn.pe.conv.weight"
    weights[name] = weights[name].copy()
    weights[name][5, 0, 1, 1] += 0.1
    model.load_weights(weights)
    assert np.abs(f(x) - before)[:, 4:].max() > 1e-4


def test_a_network_trains():
    step = convoy.models.build("lenet", batch=8, training=True, seed=3)
    x, labels = images(8, 1, 32, 32), np.arange(8)
    (logits,) = step.graph.outputs
    target = convoy.input("labels", (8,), "int64")
    loss = convoy.cross_entropy(logits, target)
    parameters = step.network.trainable_parameters()
    slopes = convoy.gradients(loss, parameters)
    updates = {p: p - 0.1 * g for p, g in zip(parameters, slopes, strict=True)}
    f = convoy.compile([*step.graph.inputs, target], loss, updates=updates | step.updates)
    losses = [f(x, labels) for _ in range(30)]
    assert losses[-1] < losses[0]


def test_weights_that_are_loaded_are_copies_and_come_back():
    model = convoy.models.build("lenet", seed=1)
    weights = {name: array.copy() for name, array in model.weights().items()}
    weights["fc3.bias"][:] = 7
    model.load_weights(weights)
    weights["fc3.bias"][:] = 8
    np.testing.assert_array_equal(model.weights()["fc3.bias"], np.full(10, 7))


def test_wrong_weights_are_reported_together():
    model = convoy.models.build("lenet")
    weights = dict(model.weights())
    weights["conv3.weight"] = weights.pop("conv1.weight")
    with pytest.raises(convoy.ValueError, match=r"missing: conv1\.weight.*unexpected: conv3"):
        model.load_weights(weights)


def test_the_list_says_what_there_is():
    found = {a.name: a for a in convoy.models.architectures()}
    assert found["yolo11n"].size == 640
    assert found["lenet"].channels == 1
    with pytest.raises(convoy.ValueError, match="there are lenet, resnet18"):
        convoy.models.build("alexnet")
    model = convoy.models.build("yolo11n")
    assert model.parameter_count == 2_624_080
    assert "2624080 parameters" in repr(model)
    assert model.graph.output_names == ["output0"]
