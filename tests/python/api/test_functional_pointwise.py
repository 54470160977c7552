"""Activations, losses, norms and image functions of convoy.functional against NumPy, SciPy, JAX."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import special

import convoy
from convoy import functional as F

X = np.concatenate([np.linspace(-8, 8, 33), [0.3, -0.7, 21.5]])


def sigmoid(x):
    return special.expit(x)


ACTIVATIONS = {
    "relu": ((), lambda x: np.maximum(x, 0)),
    "relu6": ((), lambda x: np.clip(x, 0, 6)),
    "hardtanh": ((-2, 3), lambda x: np.clip(x, -2, 3)),
    "threshold": ((0.5, 20.0), lambda x: np.where(x > 0.5, x, 20)),
    "leaky_relu": ((), lambda x: np.where(x > 0, x, 0.01 * x)),
    "elu": ((1.5,), lambda x: np.where(x > 0, x, 1.5 * np.expm1(x))),
    "selu": ((), jax.nn.selu),
    "celu": ((2.0,), lambda x: jax.nn.celu(x, 2.0)),
    "gelu": ((), lambda x: x * special.ndtr(x)),
    "silu": ((), lambda x: x * sigmoid(x)),
    "mish": ((), lambda x: x * np.tanh(np.log1p(np.exp(x)))),
    "hardswish": ((), lambda x: x * np.clip(x / 6 + 0.5, 0, 1)),
    "hardsigmoid": ((), lambda x: np.clip(x / 6 + 0.5, 0, 1)),
    "sigmoid": ((), sigmoid),
    "logsigmoid": ((), lambda x: -np.log1p(np.exp(-x))),
    "tanh": ((), np.tanh),
    "tanhshrink": ((), lambda x: x - np.tanh(x)),
    "softplus": ((2.0, 5.0), lambda x: np.where(2 * x > 5, x, np.log1p(np.exp(2 * x)) / 2)),
    "softsign": ((), lambda x: x / (1 + np.abs(x))),
    "hardshrink": ((), lambda x: np.where(np.abs(x) > 0.5, x, 0)),
    "softshrink": ((1.0,), lambda x: np.sign(x) * np.maximum(np.abs(x) - 1, 0)),
}


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activation(name):
    arguments, expected = ACTIVATIONS[name]
    function = getattr(F, name)
    np.testing.assert_allclose(
        function(X, *arguments), np.asarray(expected(X)), rtol=1e-10, atol=1e-12
    )
    assert np.isnan(function(np.array([np.nan]), *arguments)).all() or name == "threshold"
    v = convoy.input("x", X.shape, X.dtype)
    graph = convoy.compile(v, function(v, *arguments))
    np.testing.assert_array_equal(graph(X), function(X, *arguments))


def test_gelu_by_tanh_prelu_glu_and_softmaxes():
    np.testing.assert_allclose(
        F.gelu(X, approximate="tanh"), jax.nn.gelu(X, approximate=True), rtol=1e-10, atol=1e-12
    )
    x = np.random.default_rng(0).standard_normal((2, 3, 4))
    w = np.array([0.1, 0.2, 0.3])
    np.testing.assert_allclose(F.prelu(x, w), np.where(x > 0, x, w[:, None] * x))
    np.testing.assert_allclose(F.prelu(x, w[:1]), np.where(x > 0, x, 0.1 * x))
    np.testing.assert_allclose(F.glu(x), x[..., :2] * sigmoid(x[..., 2:]), rtol=1e-12)
    np.testing.assert_allclose(F.glu(x, 0), x[:1] * sigmoid(x[1:]), rtol=1e-12)
    for function, expected in [
        (F.softmax, special.softmax),
        (F.log_softmax, special.log_softmax),
        (F.softmin, lambda y, axis: special.softmax(-y, axis)),
    ]:
        np.testing.assert_allclose(function(x, 1), expected(x, axis=1), rtol=1e-12)
        np.testing.assert_allclose(function(x), expected(x, axis=0), rtol=1e-12)
        np.testing.assert_allclose(function(x[0], dim=-1), expected(x[0], axis=1), rtol=1e-12)
        assert function(x.astype("f4"), 0, dtype="float64").dtype == np.float64


@pytest.mark.parametrize(
    "call",
    [
        lambda: F.relu(X, inplace=True),
        lambda: F.gelu(X, "erf"),
        lambda: F.glu(X[:3]),
        lambda: F.softmax(X, 1),
        lambda: F.hardtanh(X, 2, 1),
        lambda: F.mse_loss(X, X, True),
        lambda: F.mse_loss(X, X, reduction="average"),
        lambda: F.huber_loss(X, X, delta=0),
        lambda: F.cross_entropy(np.zeros((2, 3)), np.zeros((3,), int)),
        lambda: F.cross_entropy(np.zeros((2, 3)), np.array([0, 3])),
        lambda: F.cross_entropy(np.zeros((2, 3)), np.array([0, -1])),
        lambda: F.cross_entropy(np.zeros((2, 3)), np.array([0, 1]), label_smoothing=2),
        lambda: F.dropout(X),
        lambda: F.dropout(X, 1.5, seed=1),
        lambda: F.batch_norm(X, None, None),
        lambda: F.pad(X, (1,)),
        lambda: F.pad(X, (1, 1, 1, 1)),
        lambda: F.interpolate(X, 3),
        lambda: F.one_hot(np.array([0, 3]), 3),
        lambda: F.one_hot(np.array([0.5]), 3),
        lambda: F.layer_norm(X, 3),
    ],
)
def test_misuse_is_refused(call):
    with pytest.raises(convoy.Error):
        call()


P = np.random.default_rng(1).uniform(0.05, 0.95, (4, 5))
T = np.random.default_rng(2).uniform(0, 1, (4, 5))
Z = np.random.default_rng(3).standard_normal((4, 5)) * 3

LOSSES = {
    "mse_loss": (Z, T, {}, (Z - T) ** 2),
    "l1_loss": (Z, T, {}, np.abs(Z - T)),
    "smooth_l1_loss": (
        Z, T, {"beta": 0.5},
        np.where(np.abs(Z - T) < 0.5, (Z - T) ** 2, np.abs(Z - T) - 0.25),
    ),
    "huber_loss": (
        Z, T, {"delta": 2.0},
        np.where(np.abs(Z - T) <= 2, (Z - T) ** 2 / 2, 2 * (np.abs(Z - T) - 1)),
    ),
    "binary_cross_entropy": (
        P, T, {"weight": P}, -P * (T * np.log(P) + (1 - T) * np.log1p(-P))
    ),
    "binary_cross_entropy_with_logits": (
        Z, T, {"pos_weight": P[0]},
        -(P[0] * T * np.log(sigmoid(Z)) + (1 - T) * np.log(sigmoid(-Z))),
    ),
    "kl_div": (np.log(P), T, {}, T * (np.log(T) - np.log(P))),
}  # fmt: skip


@pytest.mark.parametrize("name", LOSSES)
def test_loss(name):
    x, t, options, expected = LOSSES[name]
    function = getattr(F, name)
    for reduction, reduce in [("none", lambda v: v), ("mean", np.mean), ("sum", np.sum)]:
        np.testing.assert_allclose(
            function(x, t, reduction=reduction, **options), reduce(expected), rtol=1e-10
        )


def test_edges_of_losses():
    assert F.binary_cross_entropy(np.array([0.0]), np.array([1.0])) == 100
    assert F.kl_div(np.array([[-1.0]]), np.array([[0.0]]), reduction="batchmean") == 0
    big = np.array([1e4, -1e4])
    np.testing.assert_allclose(
        F.binary_cross_entropy_with_logits(big, np.array([0.0, 1]), reduction="none"), [1e4, 1e4]
    )


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("smoothing", [0.0, 0.3])
@pytest.mark.parametrize("spatial", [(), (3,)])
def test_cross_entropy(weighted, smoothing, spatial):
    rng = np.random.default_rng(5)
    x, t = rng.standard_normal((6, 4, *spatial)), rng.integers(0, 4, (6, *spatial))
    t[1] = -100
    w = rng.uniform(0.5, 2, 4) if weighted else np.ones(4)
    logp = np.moveaxis(special.log_softmax(x, 1), 1, -1)
    safe = np.where(t < 0, 0, t)
    one = (1 - smoothing) * w[safe] * np.take_along_axis(logp, safe[..., None], -1)[..., 0]
    loss = np.where(t < 0, 0, -one - smoothing / 4 * (w * logp).sum(-1))
    weight = w if weighted else None
    for reduction, expected in [
        ("none", loss),
        ("sum", loss.sum()),
        ("mean", loss.sum() / w[t[t >= 0]].sum()),
    ]:
        ours = F.cross_entropy(x, t, weight, reduction=reduction, label_smoothing=smoothing)
        np.testing.assert_allclose(ours, expected, rtol=1e-10)
    if not smoothing:
        np.testing.assert_allclose(
            F.nll_loss(special.log_softmax(x, 1), t, weight), loss.sum() / w[t[t >= 0]].sum()
        )


def test_cross_entropy_of_probabilities_and_without_batch():
    rng = np.random.default_rng(6)
    x, t = rng.standard_normal((5, 4)), special.softmax(rng.standard_normal((5, 4)), 1)
    expected = -np.sum(t * special.log_softmax(x, 1), 1)
    np.testing.assert_allclose(F.cross_entropy(x, t), expected.mean(), rtol=1e-12)
    np.testing.assert_allclose(F.cross_entropy(x[0], t[0]), expected[0], rtol=1e-12)
    np.testing.assert_allclose(
        F.cross_entropy(x[0], np.array(2)), -special.log_softmax(x[0])[2], rtol=1e-12
    )
    assert np.isnan(F.cross_entropy(x, np.full(5, -100)))


def test_batch_norm_updates_arrays_in_place_only_in_training():
    x = np.random.default_rng(7).standard_normal((8, 3, 4, 5)) * 3 + 1
    mean, var = np.array([0.1, 0.2, 0.3]), np.array([1.0, 2, 3])
    shape = (3, 1, 1)
    y = F.batch_norm(x, mean, var, eps=1e-3)
    np.testing.assert_allclose(
        y, (x - mean.reshape(shape)) / np.sqrt(var.reshape(shape) + 1e-3), rtol=1e-10
    )
    old_mean, old_var = mean.copy(), var.copy()
    y = F.batch_norm(x, mean, var, np.full(3, 2.0), np.ones(3), training=True, momentum=0.2)
    axes = (0, 2, 3)
    normal = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + 1e-5)
    np.testing.assert_allclose(y, 2 * normal + 1, rtol=1e-9, atol=1e-10)
    np.testing.assert_allclose(mean, 0.8 * old_mean + 0.2 * x.mean(axes), rtol=1e-10)
    np.testing.assert_allclose(var, 0.8 * old_var + 0.2 * x.var(axes, ddof=1), rtol=1e-10)
    np.testing.assert_allclose(F.batch_norm(x, None, None, training=True), normal, rtol=1e-9,
                               atol=1e-10)  # fmt: skip
    v = convoy.input("x", x.shape, x.dtype)
    graph = convoy.compile(v, F.batch_norm(v, None, None, training=True))
    np.testing.assert_allclose(graph(x), normal, rtol=1e-9, atol=1e-10)
    with pytest.raises(convoy.NotSupportedError, match="batch_norm_training"):
        F.batch_norm(v, mean, var, training=True)
    with pytest.raises(convoy.NotSupportedError, match="batch_norm_training"):
        F.batch_norm(x, jnp.zeros(3), jnp.ones(3), training=True)


def test_other_norms():
    x = np.random.default_rng(8).standard_normal((2, 6, 4, 5))
    w, b = np.random.default_rng(9).standard_normal((2, 6))

    def normal(values, axes):
        return (values - values.mean(axes, keepdims=True)) / np.sqrt(
            values.var(axes, keepdims=True) + 1e-5
        )

    close = {"rtol": 1e-9, "atol": 1e-10}
    affine = (w.reshape(6, 1, 1), b.reshape(6, 1, 1))
    groups = normal(x.reshape(2, 3, 2, 4, 5), (2, 3, 4)).reshape(x.shape)
    np.testing.assert_allclose(F.group_norm(x, 3, w, b), groups * affine[0] + affine[1], **close)
    np.testing.assert_allclose(F.group_norm(x, 3), groups, **close)
    instances = normal(x, (2, 3))
    np.testing.assert_allclose(
        F.instance_norm(x, weight=w, bias=b), instances * affine[0] + affine[1], **close
    )
    np.testing.assert_allclose(F.layer_norm(x, (4, 5)), normal(x, (2, 3)), **close)
    lw = np.random.default_rng(1).standard_normal(5)
    np.testing.assert_allclose(F.layer_norm(x, [5], lw, lw), normal(x, (3,)) * lw + lw, **close)
    np.testing.assert_allclose(F.layer_norm(x, 5, bias=lw), normal(x, (3,)) + lw, **close)
    for p in (1, 2, 3, np.inf):
        length = np.linalg.norm(x[:, :, 0, 0], p, axis=1, keepdims=True)
        np.testing.assert_allclose(F.normalize(x[:, :, 0, 0], p), x[:, :, 0, 0] / length)
    dot = (x[0] * x[1]).sum(0) / np.linalg.norm(x[0], axis=0) / np.linalg.norm(x[1], axis=0)
    np.testing.assert_allclose(F.cosine_similarity(x[0], x[1], 0), dot, rtol=1e-10)
    squares = np.pad(x * x, [(0, 0), (1, 1), (0, 0), (0, 0)])
    average = (squares[:, :-2] + squares[:, 1:-1] + squares[:, 2:]) / 3
    np.testing.assert_allclose(
        F.local_response_norm(x, 3, 0.1, 0.5, 2.0), x / np.sqrt(2 + 0.1 * average), rtol=1e-10
    )


def test_pad_starts_at_the_last_axis():
    x = np.arange(24.0).reshape(1, 2, 3, 4)
    assert F.pad(x, (1, 2)).shape == (1, 2, 3, 7)
    for mode, theirs in [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")]:
        np.testing.assert_array_equal(
            F.pad(x, (1, 2, 2, 1), mode), np.pad(x, [(0, 0), (0, 0), (2, 1), (1, 2)], theirs)
        )
    np.testing.assert_array_equal(F.pad(x, (1, 0), value=7.0)[..., 0], np.full((1, 2, 3), 7.0))
    np.testing.assert_array_equal(F.pad(x, (-1, 0, 0, -1)), x[:, :, :-1, 1:])


def test_interpolate_written_out():
    x = np.array([[[1.0, 2, 4]]])
    np.testing.assert_array_equal(F.interpolate(x, 6), [[[1, 1, 2, 2, 4, 4]]])
    np.testing.assert_array_equal(F.interpolate(x, scale_factor=2.0), [[[1, 1, 2, 2, 4, 4]]])
    np.testing.assert_array_equal(F.interpolate(x, 2), [[[1, 2]]])
    np.testing.assert_array_equal(F.interpolate(x, 2, mode="nearest-exact"), [[[1, 4]]])
    np.testing.assert_allclose(
        F.interpolate(x, 5, mode="linear", align_corners=True), [[[1, 1.5, 2, 3, 4]]]
    )
    np.testing.assert_allclose(F.interpolate(x, 6, mode="linear"), [[[1, 1.25, 1.75, 2.5, 3.5, 4]]])
    np.testing.assert_allclose(F.interpolate(x, 1, mode="area"), [[[7 / 3]]])
    y = np.random.default_rng(0).standard_normal((1, 2, 4, 5))
    # The middle of an exact doubling, away from edges, by Keys' kernel with a = −0.75.
    row = F.interpolate(y, scale_factor=(1, 2), mode="bicubic")[0, 0, 1, 4]
    taps = np.array([-0.10546875, 0.87890625, 0.26171875, -0.03515625])
    np.testing.assert_allclose(row, taps[::-1] @ y[0, 0, 1, 0:4], rtol=1e-10)
    v = convoy.input("x", ("N", 2, "H", "W"), "float64")
    up = convoy.compile(v, F.interpolate(v, scale_factor=2))
    assert up(y).shape == (1, 2, 8, 10)


def test_shuffles_linear_one_hot_attention():
    rng = np.random.default_rng(1)
    x = rng.standard_normal((1, 8, 2, 3))
    shuffled = F.pixel_shuffle(x, 2)
    expected = x.reshape(1, 2, 2, 2, 2, 3).transpose(0, 1, 4, 2, 5, 3).reshape(1, 2, 4, 6)
    np.testing.assert_array_equal(shuffled, expected)
    np.testing.assert_array_equal(F.pixel_unshuffle(shuffled, 2), x)
    a, w, b = rng.standard_normal((2, 3, 4)), rng.standard_normal((5, 4)), rng.standard_normal(5)
    np.testing.assert_allclose(F.linear(a, w, b), a @ w.T + b, rtol=1e-12)
    np.testing.assert_allclose(F.linear(a[0, 0], w), w @ a[0, 0], rtol=1e-12)
    hot = F.one_hot(np.array([[0, 2], [1, 1]]))
    assert hot.dtype == np.int64
    np.testing.assert_array_equal(hot, np.eye(3, dtype=int)[[[0, 2], [1, 1]]])
    assert F.one_hot(np.array([0]), 5).shape == (1, 5)
    q, k, v = rng.standard_normal((3, 2, 4, 6))
    scores = q @ k.transpose(0, 2, 1) / np.sqrt(6)
    np.testing.assert_allclose(
        F.scaled_dot_product_attention(q, k, v), special.softmax(scores, -1) @ v, rtol=1e-10
    )
    masked = np.where(np.tri(4, dtype=bool), scores, -np.inf)
    np.testing.assert_allclose(
        F.scaled_dot_product_attention(q, k, v, is_causal=True),
        special.softmax(masked, -1) @ v, rtol=1e-10,
    )  # fmt: skip


def test_dropout_is_decided_by_its_seed():
    x = np.ones((50, 40))
    a = F.dropout(x, 0.25, seed=7)
    np.testing.assert_array_equal(a, F.dropout(x, 0.25, seed=np.array([7, 0], np.uint64)))
    assert not np.array_equal(a, F.dropout(x, 0.25, seed=8))
    assert set(np.unique(a)) == {0, 4 / 3}
    assert 0.2 < np.mean(a == 0) < 0.3
    assert F.dropout(x, training=False) is x
    y = F.dropout2d(np.ones((8, 16, 2, 3)), 0.5, seed=1)
    assert ((y == 0).all((2, 3)) | (y == 2).all((2, 3))).all()
    assert 0 < np.mean(y == 0) < 1
    assert F.dropout1d(np.ones((4, 5)), seed=1).shape == (4, 5)
