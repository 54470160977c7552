"""ResNet-18 and YOLO11n stated again on JAX, from their papers' descriptions and names of weights.

Nothing here knows how Convoy builds them: layers are found by the names of their weights alone.
"""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

Weights = dict[str, np.ndarray]


def conv(x, weight, stride: int = 1, groups: int = 1, bias=None):
    pad = weight.shape[-1] // 2
    y = lax.conv_general_dilated(
        x, weight, (stride, stride), [(pad, pad)] * 2, feature_group_count=groups,
        dimension_numbers=("NCHW", "OIHW", "NCHW"),
    )  # fmt: skip
    return y if bias is None else y + bias[:, None, None]


def norm(x, w: Weights, name: str, epsilon: float):
    scale = w[f"{name}.weight"] / np.sqrt(w[f"{name}.running_var"] + epsilon)
    shift = w[f"{name}.bias"] - w[f"{name}.running_mean"] * scale
    return x * scale[:, None, None] + shift[:, None, None]


def max_pool(x, size: int, stride: int, pad: int):
    sides = [(0, 0), (0, 0), (pad, pad), (pad, pad)]
    return lax.reduce_window(
        x, -jnp.inf, lax.max, (1, 1, size, size), (1, 1, stride, stride), sides
    )


def resnet18(w: Weights, x):
    def conv_norm(x, conv_name: str, norm_name: str, stride: int = 1):
        return norm(conv(x, w[f"{conv_name}.weight"], stride), w, norm_name, 1e-5)

    x = max_pool(jax.nn.relu(conv_norm(x, "conv1", "bn1", 2)), 3, 2, 1)
    for layer in range(1, 5):
        for block in range(2):
            name = f"layer{layer}.{block}"
            stride = 2 if layer > 1 and block == 0 else 1
            y = jax.nn.relu(conv_norm(x, f"{name}.conv1", f"{name}.bn1", stride))
            y = conv_norm(y, f"{name}.conv2", f"{name}.bn2")
            if f"{name}.downsample.0.weight" in w:
                x = conv_norm(x, f"{name}.downsample.0", f"{name}.downsample.1", stride)
            x = jax.nn.relu(x + y)
    return x.mean((2, 3)) @ w["fc.weight"].T + w["fc.bias"]


class Yolo11:
    def __init__(self, w: Weights) -> None:
        self.w = w

    def cba(self, x, name: str, stride: int = 1, act: bool = True):
        weight = self.w[f"{name}.conv.weight"]
        y = conv(x, weight, stride, groups=x.shape[1] // weight.shape[1])
        y = norm(y, self.w, f"{name}.bn", 1e-3)
        return jax.nn.silu(y) if act else y

    def bottleneck(self, x, name: str):
        return x + self.cba(self.cba(x, f"{name}.cv1"), f"{name}.cv2")

    def c3k(self, x, name: str):
        a = self.cba(x, f"{name}.cv1")
        for unit in range(2):
            a = self.bottleneck(a, f"{name}.m.{unit}")
        return self.cba(jnp.concatenate([a, self.cba(x, f"{name}.cv2")], 1), f"{name}.cv3")

    def c3k2(self, x, name: str):
        parts = jnp.split(self.cba(x, f"{name}.cv1"), 2, 1)
        is_c3k = f"{name}.m.0.cv3.conv.weight" in self.w
        unit = self.c3k if is_c3k else self.bottleneck
        parts = [*parts, unit(parts[1], f"{name}.m.0")]
        return self.cba(jnp.concatenate(parts, 1), f"{name}.cv2")

    def sppf(self, x, name: str):
        parts = [self.cba(x, f"{name}.cv1")]
        for _ in range(3):
            parts.append(max_pool(parts[-1], 5, 1, 2))
        return self.cba(jnp.concatenate(parts, 1), f"{name}.cv2")

    def attention(self, x, name: str):
        n, d, h, w = x.shape
        heads = max(1, d // 64)
        value = d // heads
        key = value // 2
        qkv = self.cba(x, f"{name}.qkv", act=False).reshape(n, heads, 2 * key + value, h * w)
        q, k, v = qkv[:, :, :key], qkv[:, :, key : 2 * key], qkv[:, :, 2 * key :]
        weight = jax.nn.softmax(jnp.einsum("nhci,nhcj->nhij", q, k) / np.sqrt(key), axis=-1)
        y = jnp.einsum("nhcj,nhij->nhci", v, weight).reshape(x.shape)
        y = y + self.cba(v.reshape(x.shape), f"{name}.pe", act=False)
        return self.cba(y, f"{name}.proj", act=False)

    def c2psa(self, x, name: str):
        a, b = jnp.split(self.cba(x, f"{name}.cv1"), 2, 1)
        b = b + self.attention(b, f"{name}.m.0.attn")
        ffn = f"{name}.m.0.ffn"
        b = b + self.cba(self.cba(b, f"{ffn}.0"), f"{ffn}.1", act=False)
        return self.cba(jnp.concatenate([a, b], 1), f"{name}.cv2")

    def predict(self, x, name: str):
        return conv(x, self.w[f"{name}.weight"], bias=self.w[f"{name}.bias"])

    def detect(self, maps, name: str):
        outputs = []
        for level, (x, stride) in enumerate(zip(maps, [8, 16, 32], strict=True)):
            n, _, h, w = x.shape
            box, score = f"{name}.cv2.{level}", f"{name}.cv3.{level}"
            sides = self.predict(self.cba(self.cba(x, f"{box}.0"), f"{box}.1"), f"{box}.2")
            y = x
            for part in ["0.0", "0.1", "1.0", "1.1"]:
                y = self.cba(y, f"{score}.{part}")
            scores = jax.nn.sigmoid(self.predict(y, f"{score}.2"))
            bins = jax.nn.softmax(sides.reshape(n, 4, 16, h, w), axis=2)
            left, top, right, bottom = jnp.moveaxis(
                jnp.einsum("nsbhw,b->nshw", bins, self.w[f"{name}.dfl.conv.weight"].reshape(16)),
                1, 0,
            )  # fmt: skip
            cx, cy = jnp.arange(w) + 0.5, jnp.arange(h)[:, None] + 0.5
            boxes = [cx + (right - left) / 2, cy + (bottom - top) / 2, left + right, top + bottom]
            both = jnp.concatenate([stride * jnp.stack(boxes, 1), scores], 1)
            outputs.append(both.reshape(n, both.shape[1], h * w))
        return jnp.concatenate(outputs, 2)

    def __call__(self, x):
        def double(x):
            return x.repeat(2, 2).repeat(2, 3)

        def join(*parts):
            return jnp.concatenate(parts, 1)

        x1 = self.cba(self.cba(x, "model.0", 2), "model.1", 2)
        x4 = self.c3k2(self.cba(self.c3k2(x1, "model.2"), "model.3", 2), "model.4")
        x6 = self.c3k2(self.cba(x4, "model.5", 2), "model.6")
        x8 = self.c3k2(self.cba(x6, "model.7", 2), "model.8")
        x10 = self.c2psa(self.sppf(x8, "model.9"), "model.10")
        x13 = self.c3k2(join(double(x10), x6), "model.13")
        p3 = self.c3k2(join(double(x13), x4), "model.16")
        p4 = self.c3k2(join(self.cba(p3, "model.17", 2), x13), "model.19")
        p5 = self.c3k2(join(self.cba(p4, "model.20", 2), x10), "model.22")
        return self.detect([p3, p4, p5], "model.23")
