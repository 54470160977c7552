"""Layers: names of parameters, what they build, training mode, modules written in Python."""

import jax
import numpy as np
import pytest
from support import assert_agrees

import convoy
from convoy import nn


def run(module, x: np.ndarray) -> np.ndarray:
    value = convoy.input("x", x.shape, x.dtype)
    return convoy.compile([value], module(value))(x)


def state(module) -> dict[str, np.ndarray]:
    return {name: parameter.value for name, parameter in module.named_parameters()}


def test_conv_layer_is_the_operator_on_its_parameters():
    layer = nn.Conv2d(
        4, 6, (3, 1), stride=(2, 1), padding=[(1, 0), 2], groups=2, generator=nn.Generator(1)
    )
    x = np.random.default_rng(0).standard_normal((2, 4, 7, 5)).astype(np.float32)
    weights = state(layer)
    assert weights["weight"].shape == (6, 2, 3, 1)
    assert weights["bias"].shape == (6,)
    expected = convoy.conv(
        x, weights["weight"], weights["bias"], stride=(2, 1), padding=[(1, 0), 2], groups=2
    )
    np.testing.assert_array_equal(run(layer, x), expected)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_layers_of_every_rank(rank):
    generator = nn.Generator(3)
    x = np.random.default_rng(rank).standard_normal((2, 4) + (6,) * rank).astype(np.float32)
    layers = [
        getattr(nn, f"Conv{rank}d")(4, 8, 3, padding="half", generator=generator),
        getattr(nn, f"BatchNorm{rank}d")(8),
        nn.ReLU(),
        getattr(nn, f"MaxPool{rank}d")(2),
        getattr(nn, f"ConvTranspose{rank}d")(
            8, 4, 2, stride=2, bias=False, flip=True, generator=generator
        ),
        getattr(nn, f"AvgPool{rank}d")(3, stride=1, padding=1),
        getattr(nn, f"AdaptiveAvgPool{rank}d")(2),
        getattr(nn, f"AdaptiveMaxPool{rank}d")(1),
        nn.Flatten(),
        nn.Linear(4, 5, generator=generator),
    ]
    net = nn.Sequential(*layers)
    assert run(net, x).shape == (2, 5)
    assert [name for name, _ in net.named_parameters()] == [
        "0.weight", "0.bias", "1.weight", "1.bias", "1.running_mean", "1.running_var",
        "4.weight", "9.weight", "9.bias",
    ]  # fmt: skip
    assert len(net.trainable_parameters()) == 7


def test_default_weights_are_uniform_within_one_over_root_fan_in():
    layer = nn.Conv2d(16, 32, 3, generator=nn.Generator(0))
    bound = 1 / np.sqrt(16 * 9)
    for values in state(layer).values():
        assert np.abs(values).max() <= bound
        assert np.abs(values).max() > 0.9 * bound


def test_the_same_seed_gives_the_same_numbers_on_every_platform():
    drawn = nn.uniform(-1, 1)((2, 2), nn.Generator(42), "float64")
    again = nn.uniform(-1, 1)((2, 2), nn.Generator(42), "float64")
    np.testing.assert_array_equal(drawn, again)
    other = nn.uniform(-1, 1)((2, 2), nn.Generator(43), "float64")
    assert not np.array_equal(drawn, other)


@pytest.mark.parametrize(
    ("initializer", "deviation"),
    [
        (nn.he_normal(), np.sqrt(2 / (64 * 9))),
        (nn.he_uniform(), np.sqrt(2 / (64 * 9))),
        (nn.glorot_normal(), np.sqrt(2 / ((64 + 48) * 9))),
        (nn.glorot_uniform(), np.sqrt(2 / ((64 + 48) * 9))),
        (nn.normal(0, 0.3), 0.3),
        (nn.uniform(-1, 1), 1 / np.sqrt(3)),
    ],
)
def test_initialisers_have_the_variance_of_their_papers(initializer, deviation):
    values = initializer((48, 64, 3, 3), nn.Generator(5), "float64")
    assert abs(values.mean()) < 0.02 * deviation
    assert abs(values.std() / deviation - 1) < 0.02


@pytest.mark.parametrize("shape", [(4, 9), (9, 4), (5, 3, 2, 2), (1, 1)])
def test_orthogonal_weights_are_orthogonal(shape):
    values = nn.orthogonal(2.0)(shape, nn.Generator(1), "float64").reshape(shape[0], -1)
    gram = values @ values.T if values.shape[0] <= values.shape[1] else values.T @ values
    np.testing.assert_allclose(gram, 4 * np.eye(gram.shape[0]), atol=1e-12)


def test_batch_norm_layer_learns_the_statistics_of_its_batches():
    layer = nn.BatchNorm2d(3, momentum=1.0)
    x = np.random.default_rng(0).normal(5, 2, (8, 3, 4, 4)).astype(np.float32)
    value = convoy.input("x", x.shape)
    mode = nn.Mode(training=True)
    step = convoy.compile([value], layer(value, mode), updates=mode.updates)
    y = step(x)
    np.testing.assert_allclose(y.mean((0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(y.std((0, 2, 3)), 1, atol=1e-4)
    np.testing.assert_allclose(state(layer)["running_mean"], x.mean((0, 2, 3)), rtol=1e-5)
    np.testing.assert_allclose(state(layer)["running_var"], x.var((0, 2, 3), ddof=1), rtol=1e-5)
    # For inference it now normalises with them.
    np.testing.assert_allclose(run(layer, x).mean((0, 2, 3)), 0, atol=1e-5)


def test_norm_layers_without_scale_have_no_parameters():
    x = np.random.default_rng(0).standard_normal((2, 4, 5, 3)).astype(np.float32)
    for layer, axes in [
        (nn.LayerNorm((5, 3), affine=False), (2, 3)),
        (nn.InstanceNorm(4), (2, 3)),
        (nn.GroupNorm(1, 4, affine=False), (1, 2, 3)),
    ]:
        assert layer.named_parameters() == []
        expected = jax.nn.standardize(x, axis=axes, epsilon=1e-5)
        assert_agrees(run(layer, x), expected)
    assert len(nn.LayerNorm(3).named_parameters()) == 2
    assert len(nn.GroupNorm(2, 4).named_parameters()) == 2


def test_dropout_is_nothing_in_inference_and_fresh_in_every_step():
    net = nn.Sequential(nn.Dropout(0.5), nn.Dropout(0.5))
    x = np.ones((1000,), np.float32)
    np.testing.assert_array_equal(run(net, x), x)

    value, key = convoy.input("x", x.shape), convoy.input("key", (2,), "uint64")
    step = convoy.compile([value, key], net(value, nn.Mode(training=True, key=key)))
    first = step(x, np.array([1, 0], np.uint64))
    assert set(np.unique(first)) == {0, 4}  # two independent halves, each scaled by 2
    assert 0.2 < (first > 0).mean() < 0.3
    np.testing.assert_array_equal(first, step(x, np.array([1, 0], np.uint64)))
    assert not np.array_equal(first, step(x, np.array([1, 1], np.uint64)))
    with pytest.raises(convoy.ValueError, match="key"):
        net(value, nn.Mode(training=True))


class Block(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding="half", generator=nn.Generator(2))
        self.scale = convoy.parameter("any", np.float32(3))

    def forward(self, x, mode):
        return convoy.relu(self.conv(x, mode)) * self.scale + x


def test_modules_written_in_python_register_what_is_assigned():
    net = nn.Sequential(Block(2), Block(2))
    names = [name for name, _ in net.named_parameters()]
    assert names == [
        "0.scale", "0.conv.weight", "0.conv.bias", "1.scale", "1.conv.weight", "1.conv.bias",
    ]  # fmt: skip
    assert [p.name for p in net.trainable_parameters()] == names
    x = np.random.default_rng(0).standard_normal((1, 2, 4, 4)).astype(np.float32)
    expected = x
    for prefix in "01":
        weights = state(net)
        y = convoy.conv(
            expected, weights[f"{prefix}.conv.weight"], weights[f"{prefix}.conv.bias"],
            padding="half",
        )  # fmt: skip
        expected = convoy.relu(y) * 3 + expected
    assert_agrees(run(net, x), expected)


def test_gradients_reach_the_parameters_of_python_modules():
    net = Block(1)
    x = convoy.input("x", (1, 1, 3, 3))
    loss = convoy.reduce_sum(net(x))
    grads = convoy.compile([x], convoy.gradients(loss, net.trainable_parameters()))(
        np.ones((1, 1, 3, 3), np.float32)
    )
    assert all(np.abs(g).max() > 0 for g in grads)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: nn.Conv2d(3, 4, 3, groups=2),
        lambda: nn.Conv2d(0, 4, 3),
        lambda: nn.Conv2d(3, 4, (3, 3, 3)),
        lambda: nn.MaxPool2d((2, 2, 2)),
        lambda: nn.Linear(0, 1),
        lambda: nn.BatchNorm2d(0),
        lambda: nn.GroupNorm(3, 4),
        lambda: nn.Dropout(1.5),
        lambda: nn.BatchNorm2d(3)(convoy.input("x", (2, 3, 4))),
        lambda: nn.he_normal()((3,), nn.Generator(0)),
        lambda: nn.Sequential().add_module("a.b", nn.ReLU()),
        lambda: nn.Sequential(nn.ReLU()).add_module("0", nn.ReLU()),
        lambda: nn.ReLU().parameter("weight"),
    ],
)
def test_wrong_layers_are_refused(wrong):
    with pytest.raises(convoy.ValueError):
        wrong()
