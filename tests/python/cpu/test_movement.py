"""Operators that move elements of images whose channels lie in blocks of 16: bit by bit what
reference makes of them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from random_networks import normal

import convoy
from convoy import Value


def pad(*sides: int, mode: str = "constant") -> Callable[[Value], Value]:
    """Before and after of each axis."""
    return lambda x: convoy.pad(x, list(sides[:4]), list(sides[4:]), mode, 0.5)


def gradient(build: Callable[[Value], Value]) -> Callable[[Value], Value]:
    """Of an image in blocks that is the same everywhere but in its own numbers."""

    def of(x: Value) -> Value:
        y = build(x)
        grad = convoy.max_pool(convoy.sub(y, 1.0), 1)
        return convoy.gradients([y], [x], [grad])[0]

    return of


def channels(first: int, count: int) -> Callable[[Value], Value]:
    return lambda x: convoy.slice(x, [first], [first + count], [1])


def unpooled(x: Value, size: list[int]) -> Value:
    values, indices = convoy.max_pool(x, 2, return_indices=True)
    return convoy.max_unpool(convoy.relu(values), indices, size)


OPERATORS = {
    "flip": lambda x: convoy.flip(x, [0, 3]),
    "flip of channels": lambda x: convoy.flip(x, [1, 2]),
    "expand": lambda x: convoy.expand(
        convoy.global_max_pool(x), [int(s) for s in x.shape[:2]] + [3, 4]
    ),
    "expand of channels": lambda x: convoy.expand(
        convoy.max_pool(convoy.slice(x, [0], [1], [1]), 1), [int(s) for s in x.shape]
    ),
    "expand in a sum": lambda x: convoy.add(
        x, convoy.expand(convoy.global_max_pool(x), [int(s) for s in x.shape])
    ),
    "pad of axes": pad(0, 0, 1, 2, 1, 0, 0, 1),
    "crop and pad": pad(-1, 0, -1, 2, 1, 0, 2, -3),
    "pad of blocks": pad(0, 16, 0, 1, 0, 0, 0, 0),
    "pad of channels": pad(0, 3, 0, 0, 0, 2, 0, 0),
    "pad of channels and axes": pad(0, 3, 1, 0, 0, 2, 0, 1),
    "crop of channels": pad(0, -1, 0, 0, 0, -2, 0, 0),
    "pad after the channels": pad(0, 0, 0, 0, 0, 5, 1, 1),
    "reflect": pad(0, 0, 2, 1, 0, 0, 7, 1, mode="reflect"),
    "edge of images": pad(1, 0, 2, 1, 2, 0, 0, 1, mode="edge"),
    "wrap of channels": pad(0, 4, 0, 1, 0, 0, 0, 1, mode="wrap"),
    "reflect into a concat": lambda x: convoy.concat(
        [pad(0, 0, 0, 1, 0, 0, 0, 1, mode="reflect")(x), pad(0, 0, 0, 1, 0, 0, 0, 1)(x)], axis=1
    ),
    "pad in a concat": lambda x: convoy.concat([pad(0, 0, 0, 1, 0, 0, 0, 1)(x)] * 2, axis=1),
    "gradient of pad": gradient(pad(0, 0, 1, 2, 0, 0, 0, 1)),
    "gradient of a crop": gradient(pad(0, 0, -1, 2, 0, 0, 0, -1)),
    "gradient of some channels": gradient(channels(1, 3)),
    "gradient of the last channels": gradient(lambda x: channels(16, int(x.shape[1]) - 16)(x)),
    "gradient of steps": gradient(lambda x: convoy.slice(x, [1, 0], [6, 7], [2, 3], [2, 3])),
    "gradient of steps of channels": gradient(lambda x: convoy.slice(x, [1], [4], [1], [2])),
    "unfold": lambda x: convoy.unfold(x, [3, 2], padding=1),
    "max_unpool": lambda x: unpooled(x, [6, 7]),
}


@pytest.mark.parametrize("name", OPERATORS)
@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("count", [19, 32])
def test_blocks(name: str, threads: int, count: int) -> None:
    x = convoy.input("x", (3, count, 6, 7))
    y = OPERATORS[name](convoy.max_pool(x, 1))
    array = normal(np.random.default_rng(1), x)
    ours = convoy.compile(x, y, backend="cpu", threads=threads)
    assert not ours.plan().fallbacks
    truth = convoy.compile(x, y, backend="reference")(array)
    np.testing.assert_array_equal(ours(array), truth)


@pytest.mark.parametrize("mode", ["reflect", "edge", "wrap"])
def test_gradients_of_borders(mode: str) -> None:
    x = convoy.input("x", (2, 19, 6, 7))
    y = gradient(pad(0, 0, 2, -1, 0, 0, 1, 9, mode=mode))(convoy.max_pool(x, 1))
    array = normal(np.random.default_rng(1), x)
    ours = convoy.compile(x, y, backend="cpu")
    assert not ours.plan().fallbacks
    truth = convoy.compile(x, y, backend="reference")(array)
    np.testing.assert_allclose(ours(array), truth, rtol=1e-5, atol=1e-5 * np.abs(truth).max())
