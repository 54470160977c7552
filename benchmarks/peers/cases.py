"""What is measured: networks, single layers with their gradients, and training steps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

NETWORKS = {
    "yolo11n": {},
    "resnet50": {},
    "resnet18": {},
    "vgg16": {},
    "unet": {},
    "mobilenet_v2": {},
    "efficientnet_b0": {},
    "r3d18": {},
}
"""Built-in architectures at their own sizes, and one over films (video.py); batch 1."""
VIDEO_NETWORKS = ("r3d18",)

STEPS = ["resnet18", "mobilenet_v2"]
STEP_BATCH = 16


@dataclass(frozen=True)
class Layer:
    """A convolution without bias: x[N,C,S…] with w[O,C/groups,K…] to y[N,O,P…]."""

    channels: int
    outputs: int
    kernel: tuple[int, ...]
    size: tuple[int, ...]
    stride: int = 1
    groups: int = 1
    batch: int = 1

    @property
    def padding(self) -> tuple[int, ...]:
        return tuple(k // 2 for k in self.kernel)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        out = tuple(
            (s + 2 * p - k) // self.stride + 1
            for s, p, k in zip(self.size, self.padding, self.kernel, strict=True)
        )
        return {
            "x": (self.batch, self.channels, *self.size),
            "w": (self.outputs, self.channels // self.groups, *self.kernel),
            "y": (self.batch, self.outputs, *out),
        }

    def array(self, name: str) -> np.ndarray:
        """The same random numbers in every process, small enough for sums of many to stay so."""
        shape = self.shapes[name]
        scale = 1.0 if name != "w" else (np.prod(shape[1:])) ** -0.5
        rng = np.random.default_rng("xwy".index(name))
        return (scale * rng.standard_normal(shape)).astype(np.float32)


LAYERS = {
    "1x1 64-64 @80": Layer(64, 64, (1, 1), (80, 80)),
    "1x1 256-64 @56": Layer(256, 64, (1, 1), (56, 56)),
    "3x3 3-16 s2 @640": Layer(3, 16, (3, 3), (640, 640), stride=2),
    "3x3 32-32 @80": Layer(32, 32, (3, 3), (80, 80)),
    "3x3 64-64 @56": Layer(64, 64, (3, 3), (56, 56)),
    "3x3 256-256 @14": Layer(256, 256, (3, 3), (14, 14)),
    "3x3 512-512 @7": Layer(512, 512, (3, 3), (7, 7)),
    "3x3 128-128 s2 @56": Layer(128, 128, (3, 3), (56, 56), stride=2),
    "5x5 32-32 @56": Layer(32, 32, (5, 5), (56, 56)),
    "7x7 32-32 @56": Layer(32, 32, (7, 7), (56, 56)),
    "7x7 3-64 s2 @224": Layer(3, 64, (7, 7), (224, 224), stride=2),
    "depthwise 3x3 128 @56": Layer(128, 128, (3, 3), (56, 56), groups=128),
    "depthwise 5x5 240 s2 @28": Layer(240, 240, (5, 5), (28, 28), stride=2, groups=240),
    "grouped (32) 3x3 256 @28": Layer(256, 256, (3, 3), (28, 28), groups=32),
    "1-D 5 64-64 @4096": Layer(64, 64, (5,), (4096,)),
    "3-D 3x3x3 64-64 @16": Layer(64, 64, (3, 3, 3), (16, 28, 28)),
    "awkward 3x3 37-41 @28": Layer(37, 41, (3, 3), (28, 28)),
    "awkward 1x1 131-67 @29": Layer(131, 67, (1, 1), (29, 29)),
    "awkward 3x3 67-67 @7": Layer(67, 67, (3, 3), (7, 7), batch=8),
    "awkward 1x1 960-160 @7": Layer(960, 160, (1, 1), (7, 7)),
    "awkward 3x3 64-64 @1": Layer(64, 64, (3, 3), (1, 1)),
    "awkward 1x1 1280-1000 @1": Layer(1280, 1000, (1, 1), (1, 1), batch=8),
    "awkward depthwise 3x3 61 @13": Layer(61, 61, (3, 3), (13, 13), groups=61),
}
"""Those that say a batch keep it; the awkward ones are shapes that kernels are not made for."""
DIRECTIONS = ("forward", "grad_input", "grad_weight")


@dataclass(frozen=True)
class Case:
    kind: str  # "network", "layer" or "step"
    name: str  # of the architecture or the layer
    direction: str = "forward"  # of a layer
    batch: int = 1
    options: dict[str, Any] = field(default_factory=dict)  # of convoy.models.build

    @property
    def title(self) -> str:
        if self.kind == "step":
            return f"{self.name} training step, batch {self.batch}"
        text = self.name if self.direction == "forward" else f"{self.name} {self.direction}"
        return text if self.batch == 1 else f"{text}, batch {self.batch}"

    @property
    def layer(self) -> Layer:
        return Layer(**(asdict(LAYERS[self.name]) | {"batch": self.batch}))


def chosen(
    networks: list[str], layers: list[str], steps: list[str], directions: list[str], batch: int
) -> list[Case]:
    """The cases that the command line asks for; layers by a part of their names."""
    found = [Case("network", name, options=NETWORKS.get(name, {})) for name in networks]
    matches: Callable[[str], bool] = lambda name: any(part in name for part in layers)  # noqa: E731
    found += [
        Case("layer", name, direction, batch if LAYERS[name].batch == 1 else LAYERS[name].batch)
        for name in filter(matches, LAYERS)
        for direction in directions
    ]
    return found + [Case("step", name, batch=STEP_BATCH) for name in steps]
