"""Losses. `size_average` and `reduce`, which PyTorch has given up, keep their places in the order
of arguments and must be None."""

from __future__ import annotations

from .. import _convoy
from .._convoy import Value
from .._eager import eager


def _check_old(function: str, size_average: bool | None, reduce: bool | None) -> None:
    if size_average is not None or reduce is not None:
        raise _convoy.NotSupportedError(
            f"{function}: size_average and reduce are gone; use reduction='mean', 'sum' or 'none'"
        )


def _with_batch(input: Value, target: Value) -> tuple[Value, Value]:
    """A single sample, input[C], as a batch of one."""
    if input.ndim != 1:
        return input, target
    return tuple(_convoy.unsqueeze(v, 0) for v in (input, target))  # type: ignore[return-value]


def _without_batch(loss: Value, input: Value) -> Value:
    return _convoy.squeeze(loss, 0) if input.ndim == 1 and loss.ndim == 1 else loss


@eager
def mse_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """(input − target)²."""
    _check_old("mse_loss", size_average, reduce)
    return _convoy.mse_loss(input, target, reduction=reduction)


@eager
def l1_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """|input − target|."""
    _check_old("l1_loss", size_average, reduce)
    return _convoy.l1_loss(input, target, reduction=reduction)


@eager
def smooth_l1_loss(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    beta: float = 1.0,
) -> Value:
    """d²/(2·beta) where d = |input − target| is below beta, else d − beta/2."""
    _check_old("smooth_l1_loss", size_average, reduce)
    if beta == 0:
        return _convoy.l1_loss(input, target, reduction=reduction)
    return _convoy.smooth_l1_loss(input, target, beta=beta, reduction=reduction)


@eager
def huber_loss(input: Value, target: Value, reduction: str = "mean", delta: float = 1.0) -> Value:
    """d²/2 where d = |input − target| is at most delta, else delta·(d − delta/2)."""
    return _convoy.huber_loss(input, target, delta=delta, reduction=reduction)


@eager
def binary_cross_entropy(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """−(t·log p + (1−t)·log(1−p)) of probabilities p; logarithms are −100 at least."""
    _check_old("binary_cross_entropy", size_average, reduce)
    return _convoy.binary_cross_entropy(input, target, weight=weight, reduction=reduction)


@eager
def binary_cross_entropy_with_logits(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    pos_weight: Value | None = None,
) -> Value:
    """binary_cross_entropy of sigmoid(input), without its loss of precision; pos_weight multiplies
    the term of target 1."""
    _check_old("binary_cross_entropy_with_logits", size_average, reduce)
    return _convoy.binary_cross_entropy_with_logits(
        input, target, weight=weight, reduction=reduction, pos_weight=pos_weight
    )


@eager
def kl_div(
    input: Value,
    target: Value,
    size_average: bool | None = None,
    reduce: bool | None = None,
    reduction: str = "mean",
    log_target: bool = False,
) -> Value:
    """target·(log(target) − input), where input holds logarithms and, with log_target, target too.
    reduction="batchmean", the divergence itself, divides the sum by the size of the first axis."""
    _check_old("kl_div", size_average, reduce)
    if reduction != "batchmean":
        return _convoy.kl_div(input, target, log_target=log_target, reduction=reduction)
    batch = input.shape[0]
    if not isinstance(batch, int):
        raise _convoy.NotSupportedError("kl_div: batchmean needs a known size of the batch")
    return _convoy.kl_div(input, target, log_target=log_target, reduction="sum") / batch


@eager
def nll_loss(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
) -> Value:
    """−weight[t]·input[…, t, …], input[N,C,d…] or [C] holding logarithms of probabilities and
    target[N,d…] class indices. The mean is weighted and leaves out ignore_index."""
    _check_old("nll_loss", size_average, reduce)
    x, t = _with_batch(input, target)
    loss = _convoy.nll_loss(x, t, weight=weight, ignore_index=ignore_index, reduction=reduction)
    return _without_batch(loss, input)


@eager
def cross_entropy(
    input: Value,
    target: Value,
    weight: Value | None = None,
    size_average: bool | None = None,
    ignore_index: int = -100,
    reduce: bool | None = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> Value:
    """nll_loss of log_softmax(input), input[N,C,d…] or [C].

    target: class indices [N,d…], or probabilities in the shape of input.
    label_smoothing: the share, 0…1, that is spread evenly over all classes.
    """
    _check_old("cross_entropy", size_average, reduce)
    x, t = _with_batch(input, target)
    loss = _convoy.cross_entropy(
        x,
        t,
        weight=weight,
        ignore_index=ignore_index,
        label_smoothing=label_smoothing,
        reduction=reduction,
    )
    return _without_batch(loss, input)
