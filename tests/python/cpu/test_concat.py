"""Channels that are joined where they were made: no value may write into the block of another."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from random_networks import normal

import convoy
from convoy import Value


def conv(x: Value, channels: int) -> Value:
    w = np.random.default_rng(channels).standard_normal([channels, int(x.shape[1]), 3, 3])
    return convoy.conv(x, convoy.constant(w.astype(np.float32)), padding=1)


def one_value_in_two_concats(x: Value) -> Value:
    a = convoy.mish(x)
    inner = convoy.concat([a, conv(x, 16)], axis=1)
    return convoy.concat([inner, inner, a, inner], axis=1)


def one_value_at_a_block_and_across_two(x: Value) -> Value:
    a = convoy.softmax(conv(x, 30), axis=-1)
    return convoy.concat([a, x, conv(x, 7), a], axis=1)


def what_is_used_once_more_after_it_was_joined(x: Value) -> Value:
    a = convoy.softmax(x, axis=-1)
    joined = convoy.concat([a, conv(x, 16)], axis=1)
    return joined * convoy.reduce_mean(conv(a, int(joined.shape[1])), [2, 3], True)


def means_of_channels(x: Value) -> Value:
    mean = convoy.reduce_mean(conv(x, 17), [2, 3], True)
    return convoy.concat([mean, mean, convoy.global_max_pool(conv(x, 16))], axis=1)


def halves_of_one_value(x: Value) -> Value:
    a, b = convoy.split(conv(x, 32), 2, axis=1)
    return convoy.concat([a, b, conv(b, 16), a, x], axis=1)


def a_concat_of_concats(x: Value) -> Value:
    inner = convoy.concat([conv(x, 16), convoy.relu(x)], axis=1)
    outer = convoy.concat([convoy.relu(x), inner, conv(inner, 3)], axis=1)
    return convoy.concat([inner, outer, inner], axis=1)


@pytest.mark.parametrize(
    "build",
    [
        one_value_in_two_concats,
        one_value_at_a_block_and_across_two,
        what_is_used_once_more_after_it_was_joined,
        means_of_channels,
        halves_of_one_value,
        a_concat_of_concats,
    ],
)
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("channels", [5, 16])
def test_joined_channels(build: Callable[[Value], Value], threads: int, channels: int) -> None:
    x = convoy.input("x", (3, channels, 5, 6))
    y = build(x)
    array = normal(np.random.default_rng(1), x)
    ours = convoy.compile(x, y, backend="cpu", threads=threads)(array)
    truth = convoy.compile(x, y, backend="reference")(array)
    np.testing.assert_allclose(ours, truth, rtol=0, atol=1e-5 * np.abs(truth).max())
