"""Batch norm's list, by name: XLA against reference, with gradients."""

import numpy as np
import pytest
from agreement import with_gradients
from support import random_array

import convoy

SHAPES = {1: (6,), 2: (5, 6), 3: (4, 6, 7), 4: (3, 6, 5, 4), 5: (2, 6, 3, 4, 2)}


def statistics(channels, dtype, variance=None):
    gamma, beta, mean = (random_array(i, (channels,), dtype) for i in (2, 3, 4))
    spread = np.random.default_rng(5).uniform(0.2, 3, channels) if variance is None else variance
    return [gamma, beta, mean, np.broadcast_to(np.asarray(spread, dtype), (channels,)).copy()]


def check(x, dtype="float32", epsilon=1e-5, variance=None):
    channels = x[0] if len(x) == 1 else x[1]
    arrays = [random_array(1, x, dtype), *statistics(channels, dtype, variance)]
    with_gradients(lambda *v: convoy.batch_norm(*v, epsilon=epsilon), arrays)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rank", SHAPES)
def test_rank(rank, dtype):
    check(SHAPES[rank], dtype)


@pytest.mark.parametrize("epsilon", [1e-3, 1e-5, 1e-7])
@pytest.mark.parametrize("variance", [None, 1e-12, 0.0])
def test_epsilon_beside_variances_of_nothing(epsilon, variance):
    # In float64: the gradients go with epsilon to the power −3/2.
    check((3, 4, 5, 6), "float64", epsilon, variance)


@pytest.mark.parametrize("channels", [1, 512])
@pytest.mark.parametrize("batch", [1, 8, 16, 32])
def test_channels_and_batch(channels, batch):
    check((batch, channels, 3, 2))


def test_equal_sizes_do_not_hide_the_axis():
    check((4, 4, 4, 4))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("rank", [2, 3, 4, 5])
@pytest.mark.parametrize("unbiased", [True, False])
def test_training(rank, dtype, unbiased):
    shape = SHAPES[rank]
    arrays = [random_array(1, shape, dtype), *statistics(shape[1], dtype)]
    with_gradients(
        lambda *v: convoy.batch_norm_training(*v, momentum=0.3, epsilon=1e-3, unbiased=unbiased),
        arrays,
        wrt=[0, 1, 2],
    )


@pytest.mark.parametrize("channels", [1, 512])
def test_training_of_few_and_many_channels(channels):
    arrays = [random_array(1, (8, channels, 3, 3), "float32"), *statistics(channels, "float32")]
    with_gradients(lambda *v: convoy.batch_norm_training(*v), arrays, wrt=[0, 1, 2])


def test_conv_bn_silu_has_six_gradients():
    arrays = [random_array(1, (2, 3, 8, 7), "float64"), random_array(2, (4, 3, 3, 3), "float64"),
              *statistics(4, "float64")]  # fmt: skip
    results = with_gradients(lambda *v: convoy.conv_bn_silu(*v, stride=2, padding="half"), arrays)
    assert len(results) == 1 + 6
