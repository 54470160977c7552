"""Reductions that read the same arrays run in one pass, wherever they stand in the graph."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from random_networks import normal

import convoy
from convoy import Value

SPATIAL = [0, 2, 3]
Case = Callable[[Value], list[Value]]


def made(x: Value) -> Value:
    """What a kernel writes in blocks of channels."""
    channels = int(x.shape[1])
    w = np.random.default_rng(channels).standard_normal([channels, channels, 3, 3])
    return convoy.conv(x, convoy.constant(w.astype(np.float32)), padding=1)


def two_sums(x: Value) -> list[Value]:
    y = made(x)
    return [convoy.reduce_sum(y, SPATIAL), convoy.reduce_sum(y * convoy.relu(y), SPATIAL)]


def kinds_of_all_sorts(x: Value) -> list[Value]:
    y = made(x)
    first = convoy.reduce_max(y, SPATIAL)
    return [
        first * 2.0,
        convoy.reduce_mean(y + 1.0, SPATIAL),
        convoy.reduce_l2(y, SPATIAL),
        convoy.reduce_min(convoy.abs(y), SPATIAL),
        convoy.reduce_l1(y, SPATIAL),
    ]


def kept_axes(x: Value) -> list[Value]:
    y = made(x)
    a, b = convoy.reduce_sum(y, [2, 3], True), convoy.reduce_max(y * 3.0, [2, 3], True)
    return [a + b, a, y * b]


def what_comes_between_is_stored(x: Value) -> list[Value]:
    """The second sum reads an array that is computed after the first, and stored."""
    y = made(x)
    first = convoy.reduce_sum(y, SPATIAL)
    half = convoy.sqrt(first * first)
    root = convoy.exp(y * 0.1)
    return [half, convoy.reduce_sum(y * root, SPATIAL), root, convoy.mish(root)]


def rows_of_matrices(x: Value) -> list[Value]:
    y = convoy.reshape(x, (int(x.shape[0]) * int(x.shape[1]), -1))
    return [convoy.reduce_sum(y, [1]), convoy.reduce_sum(y * y, [1]), convoy.reduce_max(y, [1])]


def all_elements(x: Value) -> list[Value]:
    return [convoy.reduce_sum(x), convoy.reduce_mean(x * x), convoy.reduce_min(x)]


ONE_PASS = [
    two_sums,
    kinds_of_all_sorts,
    kept_axes,
    what_comes_between_is_stored,
    rows_of_matrices,
    all_elements,
]


def one_needs_the_other(x: Value) -> list[Value]:
    y = made(x)
    mean = convoy.reduce_mean(y, SPATIAL, True)
    return [mean, convoy.reduce_mean((y - mean) * (y - mean), SPATIAL)]


def other_axes(x: Value) -> list[Value]:
    y = made(x)
    return [convoy.reduce_sum(y, SPATIAL), convoy.reduce_sum(y * 2.0, [2, 3])]


def nothing_in_common(x: Value) -> list[Value]:
    y, z = made(x), made(convoy.relu(x))
    return [convoy.reduce_sum(y, SPATIAL), convoy.reduce_sum(z, SPATIAL)]


def what_comes_between_is_a_layer(x: Value) -> list[Value]:
    y = made(x)
    first = convoy.reduce_sum(y, SPATIAL, True)
    return [first, convoy.reduce_sum(y * made(y * first), SPATIAL, True)]


def each_pair_would_wait_for_the_other(x: Value) -> list[Value]:
    """a needs d, c needs b: of a with b, and c with d, only one can be a pass."""
    y, z = made(x), made(convoy.neg(x))
    b = convoy.reduce_sum(y, SPATIAL, True)
    c = convoy.reduce_sum(z * convoy.expand(b, z.shape), SPATIAL, True)
    d = convoy.reduce_max(z, SPATIAL, True)
    a = convoy.reduce_max(y - convoy.expand(d, y.shape), SPATIAL, True)
    return [a, b, c, d]


SEVERAL_PASSES = [
    one_needs_the_other,
    other_axes,
    nothing_in_common,
    what_comes_between_is_a_layer,
    each_pair_would_wait_for_the_other,
]


@pytest.mark.parametrize("build", ONE_PASS + SEVERAL_PASSES)
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("shape", [(2, 5, 7, 9), (1, 16, 4, 4), (3, 33, 1, 6), (2, 3, 60, 50)])
def test_values(build: Case, threads: int, shape: tuple[int, ...]) -> None:
    x = convoy.input("x", shape)
    graph = convoy.Graph(x, build(x))
    array = normal(np.random.default_rng(1), x)
    ours = convoy.compile(graph, backend="cpu", threads=threads)
    truth = convoy.compile(graph, backend="reference")(array)
    for got, want in zip(ours(array), truth, strict=True):
        # The least of many values is as exact as these are.
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-5 * max(np.abs(want).max(), 1))
    passes = [step for step in ours.plan().steps if step.algorithm == "reduce"]
    if build in ONE_PASS:
        assert len(passes) == 1
    else:
        assert len(passes) > 1


def test_more_than_one_pass_takes() -> None:
    x = convoy.input("x", (2, 16, 8, 8))
    sums = [convoy.reduce_sum(x * float(k), SPATIAL) for k in range(1, 20)]
    f = convoy.compile(x, sums, backend="cpu")
    array = normal(np.random.default_rng(2), x)
    for k, got in enumerate(f(array), 1):
        np.testing.assert_allclose(got, k * array.sum((0, 2, 3)), rtol=1e-4, atol=1e-3)
    assert len([step for step in f.plan().steps if step.algorithm == "reduce"]) == 3


def test_the_sums_of_a_batch_norm_in_reverse_read_once() -> None:
    x = convoy.input("x", (4, 16, 9, 9))
    g = convoy.input("g", (4, 16, 9, 9))
    vectors = [
        convoy.parameter(n, np.full(16, v, np.float32))
        for n, v in [("gamma", 1.5), ("beta", 0.1), ("mean", 0), ("var", 1)]
    ]
    y = convoy.relu(convoy.batch_norm_training(made(x), *vectors)[0])
    slopes = convoy.gradients(convoy.reduce_sum(y * g), [x, *vectors[:2]])
    f = convoy.compile([x, g], slopes, backend="cpu")
    steps = f.plan().steps
    # Mean, variance, and both sums of the gradient, from what the convolution wrote: what the
    # normalisation made is not kept for the ReLU's slope.
    assert len([step for step in steps if step.algorithm == "reduce"]) == 3
    rng = np.random.default_rng(3)
    arrays = [normal(rng, x), normal(rng, g)]
    truth = convoy.compile([x, g], slopes, backend="reference")(*arrays)
    for got, want in zip(f(*arrays), truth, strict=True):
        np.testing.assert_allclose(got, want, rtol=0, atol=1e-5 * np.abs(want).max())
