"""Networks in PyTorch, with torchvision's names of parameters, so that Convoy's weights fit."""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn


class Block(nn.Module):
    """Of a ResNet: two 3×3 convolutions, or with `wide` 1×1, 3×3, 1×1, beside a shortcut."""

    def __init__(self, channels: int, outputs: int, stride: int, wide: bool) -> None:
        super().__init__()
        middle = outputs // 4 if wide else outputs
        kernels = [1, 3, 1] if wide else [3, 3]
        strides = [1, stride, 1] if wide else [stride, 1]
        sizes = [channels, *[middle] * (len(kernels) - 1), outputs]
        self.count = len(kernels)
        for i, (kernel, step) in enumerate(zip(kernels, strides, strict=True)):
            conv = nn.Conv2d(sizes[i], sizes[i + 1], kernel, step, kernel // 2, bias=False)
            setattr(self, f"conv{i + 1}", conv)
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(sizes[i + 1]))
        self.downsample = (
            nn.Sequential(
                nn.Conv2d(channels, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )
            if stride != 1 or channels != outputs
            else None
        )

    def forward(self, x: Tensor) -> Tensor:
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.count:
                y = torch.relu_(y)
        return torch.relu_(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(nn.Module):
    def __init__(self, depths: list[int], wide: bool) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        channels = 64
        for i, depth in enumerate(depths):
            outputs = (64 << i) * (4 if wide else 1)
            blocks = []
            for j in range(depth):
                blocks.append(Block(channels, outputs, 2 if i > 0 and j == 0 else 1, wide))
                channels = outputs
            setattr(self, f"layer{i + 1}", nn.Sequential(*blocks))
        self.fc = nn.Linear(channels, 1000)

    def forward(self, x: Tensor) -> Tensor:
        x = torch.relu_(self.bn1(self.conv1(x)))
        x = nn.functional.max_pool2d(x, 3, 2, 1)
        for i in range(1, 5):
            x = getattr(self, f"layer{i}")(x)
        return self.fc(x.mean((2, 3)))


def conv_bn(channels: int, outputs: int, kernel: int, stride: int, groups: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(channels, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU6(inplace=True),
    )


class InvertedResidual(nn.Module):
    def __init__(self, channels: int, outputs: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = channels * expansion
        self.adds = stride == 1 and channels == outputs
        self.conv = nn.Sequential(
            *([conv_bn(channels, wide, 1, 1, 1)] if expansion != 1 else []),
            conv_bn(wide, wide, 3, stride, wide),
            nn.Conv2d(wide, outputs, 1, bias=False),
            nn.BatchNorm2d(outputs),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv(x) if self.adds else self.conv(x)


class MobileNetV2(nn.Module):
    rows = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )

    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = [conv_bn(3, 32, 3, 2, 1)]
        channels = 32
        for expansion, outputs, repeats, stride in self.rows:
            for i in range(repeats):
                layers.append(
                    InvertedResidual(channels, outputs, stride if i == 0 else 1, expansion)
                )
                channels = outputs
        self.features = nn.Sequential(*layers, conv_bn(channels, 1280, 1, 1, 1))
        self.classifier = nn.Sequential(nn.Dropout(0.2), nn.Linear(1280, 1000))

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).mean((2, 3)))


class VGG16(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = 3
        for outputs, repeats in ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3)):
            for _ in range(repeats):
                layers += [nn.Conv2d(channels, outputs, 3, padding=1), nn.ReLU(inplace=True)]
                channels = outputs
            layers.append(nn.MaxPool2d(2))
        self.features = nn.Sequential(*layers)
        self.classifier = nn.Sequential(
            nn.Linear(512 * 49, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, 4096),
            nn.ReLU(inplace=True),
            nn.Dropout(),
            nn.Linear(4096, 1000),
        )

    def forward(self, x: Tensor) -> Tensor:
        return self.classifier(self.features(x).flatten(1))


NETWORKS: dict[str, Any] = {
    "resnet18": partial(ResNet, [2, 2, 2, 2], False),
    "resnet50": partial(ResNet, [3, 4, 6, 3], True),
    "mobilenet_v2": MobileNetV2,
    "vgg16": VGG16,
}


def build(name: str, weights: dict[str, Any]) -> nn.Module:
    """The network with these arrays as parameters and running statistics."""
    network = NETWORKS[name]()
    tensors = {key: torch.from_numpy(value) for key, value in weights.items()}
    missing = network.load_state_dict(tensors, strict=False)
    lost = [key for key in missing.missing_keys if not key.endswith("num_batches_tracked")]
    if lost or missing.unexpected_keys:
        raise ValueError(f"{name}: no weights for {lost}, no place for {missing.unexpected_keys}")
    return network
