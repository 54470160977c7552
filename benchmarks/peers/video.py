"""A ResNet over films: R3D-18 as published, with its batch norms folded into the convolutions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

import convoy

FILM = (1, 3, 16, 112, 112)
"""Batch, channels, pictures, height, width."""


class _Weights:
    """Random ones, by name, of a size that keeps values near 1."""

    def __init__(self) -> None:
        self.rng = np.random.default_rng(0)
        self.count = 0

    def __call__(self, shape: Sequence[int]) -> convoy.Parameter:
        self.count += 1
        scale = float(np.prod(shape[1:])) ** -0.5
        values = scale * self.rng.standard_normal(tuple(shape))
        return convoy.parameter(f"w{self.count}", values.astype(np.float32))


def r3d18() -> convoy.Graph:
    weight = _Weights()

    def conv(
        x: convoy.Value, outputs: int, kernel: Sequence[int], stride: Sequence[int] | int = 1
    ) -> convoy.Value:
        w = weight((outputs, x.shape[1], *kernel))
        bias = weight((outputs,))
        return convoy.conv(x, w, bias, stride=stride, padding=tuple(k // 2 for k in kernel))

    def block(x: convoy.Value, outputs: int, stride: int) -> convoy.Value:
        y = convoy.relu(conv(x, outputs, (3, 3, 3), stride))
        y = conv(y, outputs, (3, 3, 3))
        if stride != 1:
            x = conv(x, outputs, (1, 1, 1), stride)
        return convoy.relu(y + x)

    film = convoy.input("film", FILM)
    x = convoy.relu(conv(film, 64, (3, 7, 7), (1, 2, 2)))
    for i, outputs in enumerate((64, 128, 256, 512)):
        x = block(x, outputs, 1 if i == 0 else 2)
        x = block(x, outputs, 1)
    features = convoy.reduce_mean(x, axes=(2, 3, 4))
    return convoy.Graph(film, {"logits": convoy.matmul(features, weight((512, 400)))})
