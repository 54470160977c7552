"""The block conv → batch norm → silu against JAX: forward and gradients of all six inputs."""

import jax
import numpy as np
import pytest
from support import FLOATS, assert_agrees, our_vjp, random_array

import convoy


def jax_block(x, w, gamma, beta, mean, variance, epsilon=1e-5):
    y = jax.lax.conv_general_dilated(x, w, (1, 1), "SAME", precision="highest")

    def per_channel(v):
        return v.reshape(1, -1, 1, 1)

    y = (y - per_channel(mean)) / jax.numpy.sqrt(per_channel(variance) + epsilon)
    return jax.nn.silu(per_channel(gamma) * y + per_channel(beta))


def arguments(dtype):
    shapes = [(1, 3, 32, 32), (16, 3, 3, 3), (16,), (16,), (16,), (16,)]
    arrays = [random_array(i, shape, dtype) for i, shape in enumerate(shapes)]
    arrays[5] = np.abs(arrays[5]) + np.dtype(dtype).type(0.5)
    return arrays


@pytest.mark.parametrize("dtype", FLOATS)
def test_conv_bn_silu_forward_and_gradients_of_all_six_inputs(dtype):
    arrays = arguments(dtype)
    wide = [a.astype(np.float64) for a in arrays]
    y = convoy.conv_bn_silu(*arrays)
    assert y.shape == (1, 16, 32, 32)
    expected, pullback = jax.vjp(jax_block, *wide)
    assert_agrees(y, expected)
    grad = random_array(9, y.shape, dtype)
    ours = our_vjp(lambda *values: convoy.conv_bn_silu(*values), arrays, grad, range(6))
    for mine, theirs in zip(ours, pullback(grad.astype(np.float64)), strict=True):
        assert_agrees(mine, theirs)


def test_attributes_of_its_parts():
    arrays = arguments("float64")
    y = convoy.conv_bn_silu(*arrays, stride=2, padding="half", epsilon=1e-3)
    x, w, *statistics = arrays
    parts = convoy.conv(x, w, stride=2, padding="half")
    parts = convoy.silu(convoy.batch_norm(parts, *statistics, epsilon=1e-3))
    np.testing.assert_array_equal(y, parts)
