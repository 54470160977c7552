"""Layers for people who think in modules: builders of graphs that own named parameters.

A layer called with a graph value gives a graph value. Networks are `Sequential`, or subclasses of
`Module` that register layers and parameters by assigning them::

    class Block(nn.Module):
        def __init__(self, channels, generator):
            super().__init__()
            self.conv = nn.Conv2d(channels, channels, 3, padding="half", generator=generator)
            self.norm = nn.BatchNorm2d(channels)

        def forward(self, x, mode):
            return convoy.relu(self.norm(self.conv(x, mode), mode)) + x

For training, call the network with a `Mode(training=True)` and hand `mode.updates` (what becomes of
running statistics) to `convoy.compile` with the updates of your own.
"""

from __future__ import annotations

from typing import Any

from . import _convoy
from ._convoy import Parameter, Value
from ._convoy.nn import (
    CELU,
    ELU,
    GELU,
    SELU,
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    BatchNorm1d,
    BatchNorm2d,
    BatchNorm3d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    Dropout,
    Flatten,
    Generator,
    GroupNorm,
    HardSigmoid,
    HardSwish,
    Initializer,
    InstanceNorm,
    LayerNorm,
    LeakyReLU,
    Linear,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    Mish,
    Mode,
    ReLU,
    ReLU6,
    Sequential,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Tanh,
    constant_value,
    glorot_normal,
    glorot_uniform,
    he_normal,
    he_uniform,
    normal,
    orthogonal,
    uniform,
)


class Module(_convoy.nn.ModuleBase):
    """A network of layers, written in Python. Assigning a layer or a parameter registers it."""

    def __setattr__(self, name: str, value: Any) -> None:
        if isinstance(value, _convoy.nn.ModuleBase):
            self.add_module(name, value)
        elif isinstance(value, Parameter):
            self.add_parameter(name, value)
        super().__setattr__(name, value)

    def forward(self, x: Value, mode: Mode) -> Value:
        """What the network makes of x."""
        raise NotImplementedError(f"{type(self).__name__} does not define forward(x, mode)")


__all__ = [
    "CELU",
    "ELU",
    "GELU",
    "SELU",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "Dropout",
    "Flatten",
    "Generator",
    "GroupNorm",
    "HardSigmoid",
    "HardSwish",
    "Initializer",
    "InstanceNorm",
    "LayerNorm",
    "LeakyReLU",
    "Linear",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "Mish",
    "Mode",
    "Module",
    "ReLU",
    "ReLU6",
    "Sequential",
    "SiLU",
    "Sigmoid",
    "Softplus",
    "Softsign",
    "Tanh",
    "constant_value",
    "glorot_normal",
    "glorot_uniform",
    "he_normal",
    "he_uniform",
    "normal",
    "orthogonal",
    "uniform",
]
