"""Pooling's list, by name: XLA against reference, with indices and gradients."""

import numpy as np
import pytest
from agreement import both, with_gradients
from support import inputs_like, random_array

import convoy

WINDOWS = [
    {"kernel": 2},
    {"kernel": 3, "stride": 2, "padding": 1},
    {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel": (2, 3), "stride": (2, 1), "padding": [(0, 1), (1, 0)]},
    {"kernel": 2, "dilation": 2, "stride": 1},
    {"kernel": 3, "stride": 2, "dilation": (1, 2), "padding": "same", "ceil_mode": True},
]


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_max_pool_with_indices_and_gradient(window, dtype):
    x = random_array(1, (2, 3, 8, 7), dtype)
    with_gradients(lambda v: tuple(convoy.max_pool(v, **window, return_indices=True)), [x])


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_max_pool_of_ties_and_nan(window):
    x = np.random.default_rng(1).integers(0, 3, (2, 3, 8, 7)).astype(np.float32)
    x[0, 0, 2, 3] = x[0, 0, 2, 4] = x[1, 2, 5, 1] = np.nan
    x[0, 1, :, :] = -0.0
    x[0, 1, ::2, 1::2] = 0.0
    with_gradients(lambda v: tuple(convoy.max_pool(v, **window, return_indices=True)), [x])


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_avg_pool_counts(window, counts):
    x = random_array(1, (2, 3, 8, 7), "float32")
    with_gradients(lambda v: convoy.avg_pool(v, **window, count_include_pad=counts), [x])


def test_divisor_override():
    x = random_array(1, (2, 3, 8, 7), "float64")
    with_gradients(lambda v: convoy.avg_pool(v, kernel=3, stride=2, divisor_override=5), [x])


@pytest.mark.parametrize("rank", [1, 3])
def test_other_ranks(rank):
    x = random_array(1, (2, 3, 9, 8, 7)[: 2 + rank], "float32")
    window = {"kernel": 3, "stride": 2, "padding": 1}
    with_gradients(lambda v: tuple(convoy.max_pool(v, **window, return_indices=True)), [x])
    with_gradients(lambda v: convoy.avg_pool(v, **window), [x])
    with_gradients(lambda v: convoy.lp_pool(v, p=3, **window), [x])


def test_adaptive_and_global():
    x = random_array(1, (2, 3, 7, 5), "float32")
    with_gradients(lambda v: convoy.adaptive_avg_pool(v, (3, 2)), [x])
    with_gradients(lambda v: tuple(convoy.adaptive_max_pool(v, (3, 2), return_indices=True)), [x])
    with_gradients(convoy.global_avg_pool, [x])
    with_gradients(convoy.global_max_pool, [x])


@pytest.mark.parametrize("shape", [(0, 3, 6, 6), (2, 7, 2, 2)])
def test_no_pictures_and_small_ones(shape):
    x = random_array(1, shape, "float32")
    (v,) = inputs_like([x])
    values, indices = convoy.max_pool(v, kernel=2, return_indices=True)
    both([v], [values, indices, convoy.avg_pool(v, kernel=2)], x)
