"""Normalisation over batches, layers, groups, instances, and vectors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from .. import _convoy
from .._convoy import Value
from .._eager import eager
from ._common import axis_of


def _per_channel(value: Value | None, like: Value, fill: float) -> Value:
    """A weight or bias of shape [C], all `fill` where None."""
    return value if value is not None else _filled(fill, (like.shape[1],), like)


def _filled(number: float, shape: Sequence[Any], like: Value) -> Value:
    scalar = _convoy.constant(np.asarray(number), dtype=like.dtype)
    return _convoy.expand(scalar, tuple(shape))


@eager
def _batch_norm_inference(
    input: Value,
    running_mean: Value,
    running_var: Value,
    weight: Value | None,
    bias: Value | None,
    eps: float,
) -> Value:
    return _convoy.batch_norm(
        input,
        _per_channel(weight, input, 1),
        _per_channel(bias, input, 0),
        running_mean,
        running_var,
        epsilon=eps,
    )


@eager
def _batch_norm_training(
    input: Value,
    running_mean: Value | None,
    running_var: Value | None,
    weight: Value | None,
    bias: Value | None,
    momentum: float,
    eps: float,
) -> Any:
    """The result and the new statistics."""
    return _convoy.batch_norm_training(
        input,
        _per_channel(weight, input, 1),
        _per_channel(bias, input, 0),
        _per_channel(running_mean, input, 0),
        _per_channel(running_var, input, 1),
        momentum=momentum,
        epsilon=eps,
    )[:3]


def batch_norm(
    input: Any,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalises every channel of input[N,C,S…]: weight·(x−mean)/√(var+eps)+bias.

    training=False: with running_mean and running_var.
    training=True: with the statistics of the batch. running_mean and running_var may be None; NumPy
        arrays are updated in place, new = (1−momentum)·old + momentum·batch, with the unbiased
        variance. Graph values never change, so statistics that are values are refused here:
        `convoy.batch_norm_training` gives the new ones as results.
    """
    if not training:
        if running_mean is None or running_var is None:
            raise _convoy.ValueError(
                "batch_norm: running_mean and running_var are needed unless training=True"
            )
        return _batch_norm_inference(input, running_mean, running_var, weight, bias, eps)
    statistics = (running_mean, running_var)
    if (running_mean is None) != (running_var is None):
        raise _convoy.ValueError("batch_norm: give both of running_mean and running_var, or none")
    for s in statistics:
        if s is not None and not isinstance(s, np.ndarray):
            raise _convoy.NotSupportedError(
                "batch_norm: training=True updates running_mean and running_var in place, which "
                f"must be NumPy arrays, got '{type(s).__name__}'; convoy.batch_norm_training "
                "gives the new statistics as results"
            )
        if s is not None and not s.flags.writeable:
            raise _convoy.ValueError("batch_norm: a running statistic is a read-only array")
    if isinstance(input, Value) and running_mean is not None:
        raise _convoy.NotSupportedError(
            "batch_norm: a graph cannot update arrays; use convoy.batch_norm_training"
        )
    y, new_mean, new_var = _batch_norm_training(
        input, running_mean, running_var, weight, bias, momentum, eps
    )
    if running_mean is not None and not isinstance(y, Value):
        running_mean[...] = new_mean
        running_var[...] = new_var
    return y


@eager
def layer_norm(
    input: Value,
    normalized_shape: int | Sequence[int],
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
) -> Value:
    """Normalises over the last axes, which have the sizes normalized_shape; weight and bias have
    that shape too."""
    given = normalized_shape if isinstance(normalized_shape, (list, tuple)) else (normalized_shape,)
    shape = tuple(given)
    last = input.shape[input.ndim - len(shape) :] if len(shape) <= input.ndim else ()
    if not shape or last != shape:
        raise _convoy.ShapeError(
            f"layer_norm: input of shape {input.shape} does not end in normalized_shape {shape}"
        )
    return _convoy.layer_norm(
        input,
        weight if weight is not None else _filled(1, shape, input),
        bias if bias is not None else _filled(0, shape, input),
        axis=input.ndim - len(shape),
        epsilon=eps,
    )


@eager
def group_norm(
    input: Value,
    num_groups: int,
    weight: Value | None = None,
    bias: Value | None = None,
    eps: float = 1e-5,
) -> Value:
    """Normalises each of num_groups blocks of channels of input[N,C,S…] on its own."""
    return _convoy.group_norm(
        input,
        num_groups,
        _per_channel(weight, input, 1),
        _per_channel(bias, input, 0),
        epsilon=eps,
    )


@eager
def _instance_norm(input: Value, weight: Value | None, bias: Value | None, eps: float) -> Value:
    return _convoy.instance_norm(
        input, _per_channel(weight, input, 1), _per_channel(bias, input, 0), epsilon=eps
    )


def instance_norm(
    input: Any,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    """Normalises every channel of every sample of input[N,C,S…] on its own.

    use_input_stats=False: with running_mean and running_var, as `batch_norm` does. Running
    statistics are read there only; updating them from instances is not supported.
    """
    if not use_input_stats:
        return batch_norm(input, running_mean, running_var, weight, bias, False, momentum, eps)
    if running_mean is not None or running_var is not None:
        raise _convoy.NotSupportedError(
            "instance_norm: running statistics are not updated; leave them out, or pass "
            "use_input_stats=False to normalise with them"
        )
    return _instance_norm(input, weight, bias, eps)


@eager
def normalize(input: Value, p: float = 2.0, dim: int = 1, eps: float = 1e-12) -> Value:
    """input divided by its p-norm along dim, or by eps where the norm is smaller."""
    axis = axis_of("normalize", input, dim)
    if p == 2:
        norm = _convoy.reduce_l2(input, axis, True)
    elif p == 1:
        norm = _convoy.reduce_l1(input, axis, True)
    elif p == float("inf"):
        norm = _convoy.reduce_max(_convoy.abs(input), axis, True)
    else:
        norm = _convoy.reduce_sum(_convoy.abs(input) ** p, axis, True) ** (1.0 / p)
    return input / _convoy.max(norm, eps)


@eager
def cosine_similarity(x1: Value, x2: Value, dim: int = 1, eps: float = 1e-8) -> Value:
    """The cosine of the angle between x1 and x2 along dim; norms below eps count as eps."""
    product = _convoy.reduce_sum(x1 * x2, dim, False)
    lengths = [_convoy.max(_convoy.reduce_l2(x, dim, False), eps) for x in (x1, x2)]
    return product / (lengths[0] * lengths[1])


@eager
def local_response_norm(
    input: Value, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> Value:
    """input / (k + alpha·average of squares over `size` neighbouring channels)^beta."""
    if input.ndim < 3:
        raise _convoy.ShapeError(
            f"local_response_norm: input must have 3 axes or more, got shape {input.shape}"
        )
    n, c = input.shape[:2]
    squares = _convoy.reshape(input * input, (n, 1, c, -1))
    average = _convoy.avg_pool(
        squares, (size, 1), stride=1, padding=((size // 2, (size - 1) // 2), (0, 0))
    )
    return input / (_convoy.reshape(average, input.shape) * alpha + k) ** beta
