"""Padding, resampling and rearranging images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from .. import _convoy
from .._convoy import Value
from .._eager import eager

_PAD_MODES = {"constant": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}

# Of each mode: the spatial rank it is for (0: any), and the core's mode.
_RESIZE_MODES = {
    "nearest": (0, "nearest"),
    "nearest-exact": (0, "nearest"),
    "linear": (1, "linear"),
    "bilinear": (2, "linear"),
    "trilinear": (3, "linear"),
    "bicubic": (2, "cubic"),
    "area": (0, "area"),
}


@eager
def pad(
    input: Value, pad: Sequence[int], mode: str = "constant", value: float | None = None
) -> Value:
    """Elements added around input; pad holds (begin, end) of the last axis, then of the one before
    it, and so on: (left, right, top, bottom). Negative numbers crop.

    mode: "constant" (filled with value, 0 where None), "reflect", "replicate" or "circular".
    """
    if mode not in _PAD_MODES:
        raise _convoy.ValueError(f"pad: unknown mode '{mode}'; known are {', '.join(_PAD_MODES)}")
    if len(pad) % 2 or len(pad) > 2 * input.ndim:
        raise _convoy.ValueError(
            f"pad: pad must hold two numbers for each of at most {input.ndim} axes, got {len(pad)}"
        )
    if value is not None and mode != "constant":
        raise _convoy.ValueError(f"pad: mode '{mode}' takes no value, got {value}")
    before, after = [0] * input.ndim, [0] * input.ndim
    for i in range(len(pad) // 2):
        before[-1 - i], after[-1 - i] = pad[2 * i], pad[2 * i + 1]
    return _convoy.pad(input, before, after, _PAD_MODES[mode], 0.0 if value is None else value)


def _per_axis(what: str, given: Any, rank: int) -> tuple[Any, ...]:
    values = tuple(given) if isinstance(given, (list, tuple)) else (given,) * rank
    if len(values) != rank:
        raise _convoy.ValueError(
            f"interpolate: {what} must be a number or {rank} of them, got {len(values)}"
        )
    return values


def _scaled(size: Any, scale: float) -> Any:
    if isinstance(size, int):
        return math.floor(size * scale)
    if float(scale).is_integer():
        return size * int(scale)
    raise _convoy.NotSupportedError(
        f"interpolate: scale_factor {scale} needs a known size, got {size}"
    )


@eager
def interpolate(
    input: Value,
    size: int | Sequence[int] | None = None,
    scale_factor: float | Sequence[float] | None = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Value:
    """input[N,C,S…] resampled to size, or by scale_factor (sizes are rounded down).

    mode: "nearest", "nearest-exact", "linear" ([N,C,L]), "bilinear", "bicubic" ([N,C,H,W]),
        "trilinear" ([N,C,D,H,W]) or "area".
    align_corners: the centres of the corner pixels stay where they are.
    recompute_scale_factor: coordinates follow from the rounded size, not from scale_factor.
    antialias: "bilinear" and "bicubic" average when they scale down.
    """
    rank = input.ndim - 2
    if mode not in _RESIZE_MODES:
        raise _convoy.ValueError(
            f"interpolate: unknown mode '{mode}'; known are {', '.join(_RESIZE_MODES)}"
        )
    wanted, kind = _RESIZE_MODES[mode]
    if rank < 1 or wanted not in (0, rank):
        raise _convoy.ShapeError(
            f"interpolate: mode '{mode}' takes {wanted + 2 if wanted else '3 or more'} axes, got "
            f"shape {input.shape}"
        )
    if kind in ("nearest", "area") and align_corners is not None:
        raise _convoy.ValueError(f"interpolate: mode '{mode}' has no align_corners")
    if antialias and mode not in ("bilinear", "bicubic"):
        raise _convoy.ValueError(f"interpolate: mode '{mode}' has no antialias")
    if (size is None) == (scale_factor is None):
        raise _convoy.ValueError("interpolate: give size or scale_factor, and not both")
    if size is not None and recompute_scale_factor:
        raise _convoy.ValueError("interpolate: recompute_scale_factor is for scale_factor")
    scales: tuple[float, ...] | None = None
    if scale_factor is not None:
        scales = _per_axis("scale_factor", scale_factor, rank)
        target = tuple(_scaled(s, f) for s, f in zip(input.shape[2:], scales, strict=True))
        if recompute_scale_factor:
            scales = None
    else:
        target = _per_axis("size", size, rank)
    if kind == "area":
        return _convoy.adaptive_avg_pool(input, target)
    coordinates = {"nearest": "asymmetric"}.get(mode, "half_pixel")
    if align_corners:
        coordinates, scales = "align_corners", None
    return _convoy.resize(
        input,
        target,
        scales=scales,
        mode=kind,
        coordinate_mode=coordinates,
        nearest_mode="floor" if mode == "nearest" else "round_prefer_ceil",
        cubic_coeff_a=-0.5 if antialias else -0.75,
        antialias=antialias,
        exclude_outside=antialias,
    )


@eager
def pixel_shuffle(input: Value, upscale_factor: int) -> Value:
    """[N,C·r²,H,W] to [N,C,H·r,W·r]."""
    return _convoy.depth_to_space(input, upscale_factor, "CRD")


@eager
def pixel_unshuffle(input: Value, downscale_factor: int) -> Value:
    """[N,C,H·r,W·r] to [N,C·r²,H,W]."""
    return _convoy.space_to_depth(input, downscale_factor, "CRD")
