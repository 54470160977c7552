"""Activation functions."""

from __future__ import annotations

from typing import Any

from .. import _convoy
from .._convoy import Value
from .._eager import eager
from ._common import axis_of, require_out_of_place


@eager
def relu(input: Value, inplace: bool = False) -> Value:
    """max(x, 0)."""
    require_out_of_place("relu", inplace)
    return _convoy.relu(input)


@eager
def relu6(input: Value, inplace: bool = False) -> Value:
    """x clipped to 0…6."""
    require_out_of_place("relu6", inplace)
    return _convoy.clip(input, 0, 6)


@eager
def hardtanh(
    input: Value, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False
) -> Value:
    """x clipped to min_val…max_val."""
    require_out_of_place("hardtanh", inplace)
    if min_val > max_val:
        raise _convoy.ValueError(f"hardtanh: min_val {min_val} is above max_val {max_val}")
    return _convoy.clip(input, min_val, max_val)


@eager
def threshold(input: Value, threshold: float, value: float, inplace: bool = False) -> Value:
    """x where it is above threshold, else value."""
    require_out_of_place("threshold", inplace)
    return _convoy.where(input <= threshold, value, input)


@eager
def leaky_relu(input: Value, negative_slope: float = 0.01, inplace: bool = False) -> Value:
    """x above 0, negative_slope·x below."""
    require_out_of_place("leaky_relu", inplace)
    return _convoy.leaky_relu(input, negative_slope)


@eager
def prelu(input: Value, weight: Value) -> Value:
    """x above 0, weight·x below, with one weight or one per channel (axis 1)."""
    return _convoy.prelu(input, weight)


@eager
def elu(input: Value, alpha: float = 1.0, inplace: bool = False) -> Value:
    """x above 0, alpha·(eˣ−1) below."""
    require_out_of_place("elu", inplace)
    return _convoy.elu(input, alpha)


@eager
def selu(input: Value, inplace: bool = False) -> Value:
    """elu scaled so that means and variances stay (Klambauer and others, 2017)."""
    require_out_of_place("selu", inplace)
    return _convoy.selu(input)


@eager
def celu(input: Value, alpha: float = 1.0, inplace: bool = False) -> Value:
    """x above 0, alpha·(e^(x/alpha)−1) below."""
    require_out_of_place("celu", inplace)
    return _convoy.celu(input, alpha)


@eager
def gelu(input: Value, approximate: str = "none") -> Value:
    """x·Φ(x); approximate="tanh" is the usual approximation."""
    if approximate == "none":
        return _convoy.gelu(input)
    if approximate == "tanh":
        return _convoy.gelu_tanh(input)
    raise _convoy.ValueError(f"gelu: approximate must be 'none' or 'tanh', got '{approximate}'")


@eager
def silu(input: Value, inplace: bool = False) -> Value:
    """x·sigmoid(x), also called swish."""
    require_out_of_place("silu", inplace)
    return _convoy.silu(input)


@eager
def mish(input: Value, inplace: bool = False) -> Value:
    """x·tanh(log(1+eˣ))."""
    require_out_of_place("mish", inplace)
    return _convoy.mish(input)


@eager
def hardswish(input: Value, inplace: bool = False) -> Value:
    """x·hardsigmoid(x)."""
    require_out_of_place("hardswish", inplace)
    return _convoy.hard_swish(input)


@eager
def hardsigmoid(input: Value, inplace: bool = False) -> Value:
    """x/6 + 1/2 clipped to 0…1."""
    require_out_of_place("hardsigmoid", inplace)
    return _convoy.hard_sigmoid(input)


@eager
def sigmoid(input: Value) -> Value:
    """1/(1+e⁻ˣ)."""
    return _convoy.sigmoid(input)


@eager
def logsigmoid(input: Value) -> Value:
    """log(sigmoid(x))."""
    return -_convoy.softplus(-input)


@eager
def tanh(input: Value) -> Value:
    """The hyperbolic tangent."""
    return _convoy.tanh(input)


@eager
def tanhshrink(input: Value) -> Value:
    """x − tanh(x)."""
    return input - _convoy.tanh(input)


@eager
def softplus(input: Value, beta: float = 1, threshold: float = 20) -> Value:
    """log(1+e^(beta·x))/beta, and x itself where beta·x is above threshold."""
    return _convoy.where(input * beta > threshold, input, _convoy.softplus(input, beta))


@eager
def softsign(input: Value) -> Value:
    """x/(1+|x|)."""
    return _convoy.softsign(input)


@eager
def hardshrink(input: Value, lambd: float = 0.5) -> Value:
    """x, but 0 where |x| is at most lambd."""
    return _convoy.where(abs(input) <= lambd, 0, input)


@eager
def softshrink(input: Value, lambd: float = 0.5) -> Value:
    """x moved towards 0 by lambd, 0 where it would pass it."""
    if lambd < 0:
        raise _convoy.ValueError(f"softshrink: lambd must not be negative, got {lambd}")
    return _convoy.where(abs(input) <= lambd, 0, input - _convoy.sign(input) * lambd)


@eager
def glu(input: Value, dim: int = -1) -> Value:
    """The first half along dim, times the sigmoid of the second."""
    axis = axis_of("glu", input, dim)
    size = input.shape[axis]
    if isinstance(size, int) and size % 2:
        raise _convoy.ShapeError(f"glu: the size of dim {dim} must be even, got {size}")
    half = size // 2
    first = _convoy.slice(input, [0], [half], axes=[axis])
    second = _convoy.slice(input, [half], [size], axes=[axis])
    return first * _convoy.sigmoid(second)


def _softmax_axis(function: str, input: Value, dim: int | None) -> int:
    """PyTorch's choice where dim is None: 0 for 0, 1 and 3 axes, 1 for others."""
    if dim is None:
        return 0 if input.ndim in (0, 1, 3) else 1
    return axis_of(function, input, dim)


@eager
def softmax(input: Value, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Value:
    """Exponentials that sum to 1 along dim; state dim, since the default depends on the rank."""
    x = input if dtype is None else _convoy.cast(input, dtype)
    return _convoy.softmax(x, _softmax_axis("softmax", x, dim))


@eager
def softmin(input: Value, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Value:
    """softmax of −x."""
    x = input if dtype is None else _convoy.cast(input, dtype)
    return _convoy.softmax(-x, _softmax_axis("softmin", x, dim))


@eager
def log_softmax(
    input: Value, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None
) -> Value:
    """The logarithm of softmax."""
    x = input if dtype is None else _convoy.cast(input, dtype)
    return _convoy.log_softmax(x, _softmax_axis("log_softmax", x, dim))
