"""Wrong calls of the pooling family."""

from collections.abc import Callable
from typing import Any

import numpy as np

import convoy

from .wrong import Wrong

ShapeError, TypeError_, ValueError_ = convoy.ShapeError, convoy.TypeError, convoy.ValueError


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


def at(*shape: int) -> np.ndarray:
    return np.zeros(shape, np.int64)


def windowed(name: str, pool: Callable[..., Any], wrong_dtype: str, **options: Any) -> list[Wrong]:
    """What every pooling operator with a window refuses, under the numbers they share."""
    plane = x(1, 2, 6, 6)

    def case(n: int, call: Callable[[], Any], error: Any, *mentions: str) -> Wrong:
        return Wrong(name, n, call, error, mentions)

    return [
        case(1, lambda: pool(x(6, 6), 2, **options), ShapeError, "got 2"),
        case(2, lambda: pool(x(1, 1, 6, 6, dtype=wrong_dtype), 2, **options), TypeError_,
             wrong_dtype),
        case(3, lambda: pool(plane, (2, 2, 2), **options), ValueError_, "kernel", "got 3"),
        case(3, lambda: pool(plane, 2, stride=(1, 1, 1), **options), ValueError_, "stride"),
        case(3, lambda: pool(plane, 2, padding=[(0, 0)] * 3, **options), ValueError_, "padding"),
        case(4, lambda: pool(plane, 0, **options), ValueError_, "kernel", "[0, 0]"),
        case(4, lambda: pool(plane, -2, **options), ValueError_, "kernel", "[-2, -2]"),
        case(4, lambda: pool(plane, 2, stride=0, **options), ValueError_, "stride", "[0, 0]"),
        case(4, lambda: pool(plane, 2, dilation=-1, **options), ValueError_, "dilation"),
        case(5, lambda: pool(plane, 2, padding=-1, **options), ValueError_, "(-1, -1)"),
        case(5, lambda: pool(plane, 2, padding=[(0, 2), (0, 0)], **options), ValueError_,
             "(2)", "(0, 2)"),
        case(6, lambda: pool(plane, 7, **options), ShapeError, "kernel 7", "input 6"),
        case(6, lambda: pool(plane, 7, ceil_mode=True, **options), ShapeError, "kernel 7"),
        case(7, lambda: pool(x(1, 0, 6, 6), 2, **options), ShapeError, "got 0"),
    ]  # fmt: skip


def input_grad(grad: np.ndarray, kernel: Any, size: Any = (6, 6), **options: Any) -> Any:
    return convoy.avg_pool_input_grad(grad, size, kernel, **options)


CASES = [
    *windowed("max_pool", convoy.max_pool, "bool"),
    Wrong("max_pool", 8, lambda: convoy.max_pool(x(1, 1, 1), 2, stride=1, padding=2, dilation=3),
          ShapeError, ("window 0", "padding only")),
    Wrong("max_pool", 8, lambda: convoy.max_pool(x(1, 1, 0), 2, padding=1),
          ShapeError, ("padding only",)),
    *windowed("avg_pool", convoy.avg_pool, "int32"),
    Wrong("avg_pool", 8, lambda: convoy.avg_pool(x(1, 1, 4), 2, divisor_override=0),
          ValueError_, ("divisor_override", "got 0")),
    Wrong("avg_pool", 8, lambda: convoy.avg_pool(x(1, 1, 4), 2, divisor_override=-3),
          ValueError_, ("divisor_override", "got -3")),
    *windowed("lp_pool", convoy.lp_pool, "int32"),
    Wrong("lp_pool", 8, lambda: convoy.lp_pool(x(1, 1, 4), 2, p=0.0), ValueError_, ("got 0",)),
    Wrong("lp_pool", 8, lambda: convoy.lp_pool(x(1, 1, 4), 2, p=float("inf")), ValueError_,
          ("got inf",)),
    Wrong("avg_pool_input_grad", 1, lambda: input_grad(x(3, 3), 2), ShapeError, ("got 2",)),
    Wrong("avg_pool_input_grad", 2, lambda: input_grad(x(1, 1, 3, 3, dtype="int8"), 2), TypeError_,
          ("int8",)),
    Wrong("avg_pool_input_grad", 3, lambda: input_grad(x(1, 1, 3, 3), 2, (6, 6, 6)), ValueError_,
          ("input_size", "got 3")),
    Wrong("avg_pool_input_grad", 3, lambda: input_grad(x(1, 1, 3, 3), (2, 2, 2)), ValueError_,
          ("kernel", "got 3")),
    Wrong("avg_pool_input_grad", 4, lambda: input_grad(x(1, 1, 3, 3), 2, stride=0), ValueError_,
          ("stride",)),
    Wrong("avg_pool_input_grad", 5, lambda: input_grad(x(1, 1, 3, 3), 2, padding=2), ValueError_,
          ("padding", "(2, 2)")),
    Wrong("avg_pool_input_grad", 6, lambda: input_grad(x(1, 1, 3, 3), 8), ShapeError,
          ("kernel 8",)),
    Wrong("avg_pool_input_grad", 7, lambda: input_grad(x(1, 0, 3, 3), 2), ShapeError, ("got 0",)),
    Wrong("avg_pool_input_grad", 8, lambda: input_grad(x(1, 1, 3, 3), 2, divisor_override=-1),
          ValueError_, ("divisor_override",), "avg_pool"),
    Wrong("avg_pool_input_grad", 9, lambda: input_grad(x(1, 1, 4, 3), 2), ShapeError,
          ("[3,3]", "float32[1,1,4,3]")),
    Wrong("avg_pool_input_grad", 9, lambda: input_grad(x(1, 1, 4, 3), 2, (-6, 6)), ValueError_,
          ("[-6, 6]",)),
    Wrong("max_unpool", 1, lambda: convoy.max_unpool(x(2, 2), at(2, 2), 4), ShapeError, ("got 2",)),
    Wrong("max_unpool", 2, lambda: convoy.max_unpool(x(1, 1, 2), at(1, 1, 2).astype("int32"), 4),
          TypeError_, ("int32", "cast")),
    Wrong("max_unpool", 2, lambda: convoy.max_unpool(x(1, 1, 2, dtype="bool"), at(1, 1, 2), 4),
          TypeError_, ("bool",)),
    Wrong("max_unpool", 3, lambda: convoy.max_unpool(x(1, 1, 2), at(1, 1, 3), 4), ShapeError,
          ("[1,1,2]", "[1,1,3]")),
    Wrong("max_unpool", 4, lambda: convoy.max_unpool(x(1, 1, 2), at(1, 1, 2), (4, 4)), ValueError_,
          ("output_size", "got 2")),
    Wrong("max_unpool", 4, lambda: convoy.max_unpool(x(1, 1, 2), at(1, 1, 2), -4), ValueError_,
          ("[-4]",)),
    Wrong("max_unpool", 5, lambda: convoy.max_unpool(x(1, 1, 2), at(1, 1, 2) + 4, 4),
          convoy.IndexError, ("index 4", "4 elements")),
    Wrong("max_unpool", 5, lambda: convoy.max_unpool(x(1, 1, 2), at(1, 1, 2) - 1, 4),
          convoy.IndexError, ("index -1",)),
    Wrong("max_unpool_grad", 1, lambda: convoy.max_unpool_grad(x(1, 1, 4), at(1, 1, 2, 2)),
          ShapeError, ("got 3 and 4",)),
    Wrong("max_unpool_grad", 2, lambda: convoy.max_unpool_grad(x(1, 1, 4), x(1, 1, 2)),
          TypeError_, ("float32",)),
    Wrong("max_unpool_grad", 3, lambda: convoy.max_unpool_grad(x(1, 1, 4), at(1, 2, 2)),
          ShapeError, ("[1,1,4]", "[1,2,2]")),
    Wrong("max_unpool_grad", 4, lambda: convoy.max_unpool_grad(x(1, 1, 4), at(1, 1, 2) + 4),
          convoy.IndexError, ("index 4",)),
    Wrong("adaptive_avg_pool", 1, lambda: convoy.adaptive_avg_pool(x(3, 3), 2), ShapeError,
          ("got 2",)),
    Wrong("adaptive_avg_pool", 2, lambda: convoy.adaptive_avg_pool(x(1, 1, 3, dtype="int8"), 2),
          TypeError_, ("int8",)),
    Wrong("adaptive_avg_pool", 3, lambda: convoy.adaptive_avg_pool(x(1, 1, 3), (2, 2)),
          ValueError_, ("output_size", "got 2")),
    Wrong("adaptive_avg_pool", 3, lambda: convoy.adaptive_avg_pool(x(1, 1, 3), 0), ValueError_,
          ("[0]",)),
    Wrong("adaptive_avg_pool", 4, lambda: convoy.adaptive_avg_pool(x(1, 1, 0), 2), ShapeError,
          ("axis 2",)),
    Wrong("adaptive_avg_pool_input_grad", 1,
          lambda: convoy.adaptive_avg_pool_input_grad(x(3, 3), 2), ShapeError, ("got 2",)),
    Wrong("adaptive_avg_pool_input_grad", 2,
          lambda: convoy.adaptive_avg_pool_input_grad(x(1, 1, 3, dtype="bool"), 2), TypeError_,
          ("bool",)),
    Wrong("adaptive_avg_pool_input_grad", 3,
          lambda: convoy.adaptive_avg_pool_input_grad(x(1, 1, 3), -2), ValueError_, ("[-2]",)),
    Wrong("adaptive_avg_pool_input_grad", 4,
          lambda: convoy.adaptive_avg_pool_input_grad(x(1, 0, 3), 2), ShapeError, ("axis 1",)),
    Wrong("adaptive_max_pool", 1, lambda: convoy.adaptive_max_pool(x(3, 3), 2), ShapeError,
          ("got 2",)),
    Wrong("adaptive_max_pool", 2, lambda: convoy.adaptive_max_pool(x(1, 1, 3, dtype="bool"), 2),
          TypeError_, ("bool",)),
    Wrong("adaptive_max_pool", 3, lambda: convoy.adaptive_max_pool(x(1, 1, 3), (2, 2)),
          ValueError_, ("output_size", "got 2")),
    Wrong("adaptive_max_pool", 4, lambda: convoy.adaptive_max_pool(x(1, 1, 0), 2), ShapeError,
          ("axis 2",)),
    Wrong("reduce", 0, lambda: convoy.global_avg_pool(x(3, 3)), ShapeError, ("global_avg_pool",)),
    Wrong("adaptive_max_pool", 1, lambda: convoy.global_max_pool(x(3, 3)), ShapeError, ("got 2",)),
    Wrong("max_pool", 0, lambda: convoy.max_pool(x(1, 1, 4), 2, padding="reflect"), ValueError_,
          ("reflect", "same_upper")),
    Wrong("max_pool", 0, lambda: convoy.max_pool(x(1, 1, 4), 2**62, dilation=4), convoy.LimitError,
          ("overflow",)),
]  # fmt: skip
