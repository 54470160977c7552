"""Losses against their published formulas, written out with NumPy and SciPy."""

import numpy as np
import pytest
import scipy.special
from hypothesis import given, strategies as st
from support import (
    FLOATS,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy

REDUCTIONS = ["mean", "sum", "none"]


def reduced(losses: np.ndarray, reduction: str) -> np.ndarray:
    return {"mean": np.mean, "sum": np.sum, "none": np.asarray}[reduction](losses)


@st.composite
def class_targets(draw):
    classes = draw(st.integers(1, 5))
    spatial = draw(st.lists(st.integers(1, 3), max_size=2))
    shape = (draw(st.integers(1, 4)), classes, *spatial)
    if draw(st.integers(0, 7)) == 0:
        shape = (classes,)
    return shape


def published_cross_entropy(logits, targets, weight, ignore_index, smoothing, reduction):
    """One element at a time, as PyTorch's documentation of CrossEntropyLoss states it."""
    axis = 0 if logits.ndim == 1 else 1
    classes = logits.shape[axis]
    log_p = np.moveaxis(scipy.special.log_softmax(logits, axis=axis), axis, -1)
    weight = np.ones(classes) if weight is None else weight
    losses, counts = np.zeros(targets.shape), np.zeros(targets.shape)
    for position in np.ndindex(*targets.shape):
        target = targets[position]
        if target == ignore_index:
            continue
        certain = -weight[target] * log_p[position][target]
        spread = -np.sum(weight * log_p[position]) / classes
        losses[position] = (1 - smoothing) * certain + smoothing * spread
        counts[position] = weight[target]
    if reduction == "mean":
        return np.sum(losses) / np.sum(counts) if counts.sum() else np.float64(np.nan)
    return reduced(losses, reduction)


@configurations(100)
@given(class_targets(), seeds, st.sampled_from(FLOATS), st.booleans(), st.sampled_from(REDUCTIONS),
       st.sampled_from([0.0, 0.1, 1.0]), st.sampled_from(["int64", "int32"]))  # fmt: skip
def test_cross_entropy_of_classes(shape, seed, dtype, weighted, reduction, smoothing, integers):
    random = np.random.default_rng(seed)
    logits = random_array(seed, shape, dtype)
    classes = shape[0] if len(shape) == 1 else shape[1]
    target_shape = () if len(shape) == 1 else (shape[0], *shape[2:])
    targets = np.asarray(random.integers(0, classes, target_shape))
    ignore = int(random.integers(0, classes)) if random.random() < 0.5 else -100
    if ignore == -100 and targets.ndim and targets.size > 1:
        targets.flat[0] = -100
    targets = targets.astype(integers)
    weight = random.uniform(0.5, 2, classes).astype(dtype) if weighted else None
    ours = convoy.cross_entropy(
        logits, targets, weight=weight, ignore_index=ignore, label_smoothing=smoothing,
        reduction=reduction,
    )  # fmt: skip
    expected = published_cross_entropy(
        logits.astype(np.float64), targets, weight, ignore, smoothing, reduction
    )
    assert ours.dtype == dtype
    assert_agrees(ours, expected)


@configurations(50)
@given(seeds, st.sampled_from(REDUCTIONS), st.booleans())
def test_cross_entropy_of_probabilities(seed, reduction, weighted):
    random = np.random.default_rng(seed)
    logits = random.standard_normal((3, 4, 2))
    targets = scipy.special.softmax(random.standard_normal((3, 4, 2)), axis=1)
    weight = random.uniform(0.5, 2, 4) if weighted else None
    ours = convoy.cross_entropy(logits, targets, weight=weight, reduction=reduction)
    w = np.ones(4) if weight is None else weight
    losses = -np.sum(w[:, None] * targets * scipy.special.log_softmax(logits, axis=1), axis=1)
    assert_agrees(ours, reduced(losses, reduction))


@configurations(50)
@given(class_targets(), seeds)
def test_nll_loss_is_cross_entropy_without_softmax(shape, seed):
    if len(shape) == 1:
        shape = (1, *shape)
    logits = random_array(seed, shape)
    targets = np.random.default_rng(seed).integers(0, shape[1], (shape[0], *shape[2:]))
    log_p = scipy.special.log_softmax(logits, axis=1)
    assert_agrees(convoy.nll_loss(log_p, targets), convoy.cross_entropy(logits, targets))


def test_everything_ignored_has_no_mean():
    logits, targets = np.ones((2, 3)), np.array([-100, -100])
    assert np.isnan(convoy.cross_entropy(logits, targets))
    assert convoy.cross_entropy(logits, targets, reduction="sum") == 0


@pytest.mark.parametrize("target", [3, -1, 10**12])
def test_a_class_that_does_not_exist_is_an_error(target):
    with pytest.raises(convoy.IndexError, match="cross_entropy"):
        convoy.cross_entropy(np.ones((2, 3)), np.array([0, target]))


def probability(x: np.ndarray) -> np.ndarray:
    return np.asarray(scipy.special.expit(x))


ELEMENTWISE = {
    "mse_loss": (convoy.mse_loss, lambda x, t: (x - t) ** 2),
    "l1_loss": (convoy.l1_loss, lambda x, t: np.abs(x - t)),
    "huber_loss": (
        lambda x, t, **k: convoy.huber_loss(x, t, delta=0.7, **k),
        lambda x, t: scipy.special.huber(0.7, x - t),
    ),
    "smooth_l1_loss": (
        lambda x, t, **k: convoy.smooth_l1_loss(x, t, beta=0.7, **k),
        lambda x, t: scipy.special.huber(0.7, x - t) / 0.7,
    ),
    "smooth_l1_loss of beta 0": (
        lambda x, t, **k: convoy.smooth_l1_loss(x, t, beta=0, **k),
        lambda x, t: np.abs(x - t),
    ),
    "bce_with_logits": (
        lambda x, t, **k: convoy.binary_cross_entropy_with_logits(x, probability(t), **k),
        lambda x, t: np.logaddexp(0, x) - scipy.special.expit(t) * x,
    ),
    "bce": (
        lambda x, t, **k: convoy.binary_cross_entropy(probability(x), probability(t), **k),
        lambda x, t: np.logaddexp(0, x) - scipy.special.expit(t) * x,
    ),
    "kl_div": (
        lambda x, t, **k: convoy.kl_div(x, np.asarray(np.abs(t)), **k),
        lambda x, t: scipy.special.xlogy(np.abs(t), np.abs(t)) - np.abs(t) * x,
    ),
    "kl_div of log targets": (
        lambda x, t, **k: convoy.kl_div(x, t, log_target=True, **k),
        lambda x, t: np.exp(t) * (t - x),
    ),
}


@pytest.mark.parametrize("name", ELEMENTWISE)
@configurations(50)
@given(st.lists(st.integers(0, 4), max_size=3), seeds, st.sampled_from(REDUCTIONS))
def test_elementwise_losses(name, shape, seed, reduction):
    ours, published = ELEMENTWISE[name]
    x, t = random_array(seed, shape), random_array(seed + 1, shape)
    if np.prod(shape) == 0 and reduction == "mean":
        assert np.isnan(ours(x, t, reduction=reduction))
        return
    assert_agrees(ours(x, t, reduction=reduction), reduced(published(x, t), reduction))


def test_weights_of_elements_and_of_positives():
    x, t = np.array([[0.3, -1.2], [2.0, 0.1]]), np.array([[1.0, 0.0], [0.0, 1.0]])
    weight, positive = np.array([1.0, 3.0]), np.array([2.0, 5.0])
    p = scipy.special.expit(x)
    assert_agrees(
        convoy.binary_cross_entropy_with_logits(
            x, t, weight=weight, pos_weight=positive, reduction="none"
        ),
        -weight * (positive * t * np.log(p) + (1 - t) * np.log(1 - p)),
    )
    assert_agrees(
        convoy.binary_cross_entropy(p, t, weight=weight, reduction="none"),
        -weight * (t * np.log(p) + (1 - t) * np.log(1 - p)),
    )


def test_edges_are_finite():
    big = np.array([1000.0, -1000.0])
    losses = convoy.binary_cross_entropy_with_logits(big, np.array([0.0, 1.0]), reduction="none")
    assert losses.tolist() == [1000, 1000]
    certain = convoy.binary_cross_entropy(np.array([0.0, 1.0]), np.array([1.0, 0.0]))
    assert certain == 100  # logarithms are not below -100
    p, t = np.array([0.0, 1.0, 0.0, 1.0]), np.array([0.0, 1.0, 1.0, 0.0])
    (slope,) = our_vjp(convoy.binary_cross_entropy, [p, t], np.float64(1), [0])
    assert slope.tolist() == [0.25, -0.25, -0.25 * 0, 0.25 * 0]
    assert convoy.kl_div(np.zeros(2), np.zeros(2)) == 0


def test_gradients():
    logits = np.random.default_rng(0).standard_normal((3, 4, 2))
    targets = np.array([[0, 1], [3, -100], [2, 2]])
    weight = np.array([1.0, 2.0, 0.5, 1.5])
    assert_gradient(
        lambda x: convoy.cross_entropy(x, targets, weight=weight, label_smoothing=0.1), [logits]
    )
    soft = scipy.special.softmax(logits[::-1], axis=1)
    assert_gradient(lambda x, t: convoy.cross_entropy(x, t), [logits, soft])
    t = np.random.default_rng(1).uniform(0.1, 0.9, logits.shape)
    assert_gradient(
        lambda x: convoy.binary_cross_entropy_with_logits(x, t, pos_weight=np.array([2.0, 3.0])),
        [logits],
    )
    for loss in [convoy.mse_loss, convoy.huber_loss, convoy.smooth_l1_loss, convoy.l1_loss]:
        assert_gradient(loss, [logits, t])
    assert_gradient(convoy.kl_div, [logits, t])
    assert_gradient(convoy.binary_cross_entropy, [t[::-1].copy(), t])


@pytest.mark.parametrize(
    ("wrong", "mentions"),
    [
        (lambda: convoy.cross_entropy(np.ones((2, 3)), np.array([0])), "targets must have shape"),
        (lambda: convoy.cross_entropy(np.ones((2, 3)), np.ones(2, bool)), "integers"),
        (lambda: convoy.cross_entropy(np.ones((2, 3)), np.ones((2, 4))), "targets"),
        (lambda: convoy.cross_entropy(np.ones((2, 3), int), np.array([0, 1])), "floating"),
        (lambda: convoy.cross_entropy(np.float64(1), np.int64(0)), "[N,C"),
        (
            lambda: convoy.cross_entropy(np.ones((2, 3)), np.array([0, 1]), weight=np.ones(2)),
            "weight must be [C]",
        ),
        (
            lambda: convoy.cross_entropy(np.ones((2, 3)), np.array([0, 1]), label_smoothing=1.5),
            "label_smoothing",
        ),
        (
            lambda: convoy.cross_entropy(np.ones((2, 3)), np.array([0, 1]), reduction="avg"),
            "mean, sum, none",
        ),
        (lambda: convoy.mse_loss(np.ones(3), np.ones(4)), "[3]"),
        (lambda: convoy.mse_loss(np.ones(3), np.ones(3, np.float32)), "float32"),
        (lambda: convoy.huber_loss(np.ones(3), np.ones(3), delta=0), "delta"),
        (lambda: convoy.smooth_l1_loss(np.ones(3), np.ones(3), beta=-1), "beta"),
        (
            lambda: convoy.binary_cross_entropy(np.ones(3), np.ones(3), weight=np.ones((2, 3))),
            "broadcast",
        ),
    ],
)
def test_wrong_losses_are_refused(wrong, mentions):
    with pytest.raises(convoy.Error) as refused:
        wrong()
    assert mentions in str(refused.value)
