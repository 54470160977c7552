"""Wrong calls of the normalisations."""

from collections.abc import Callable
from typing import Any

import numpy as np

import convoy

from .wrong import Wrong

ShapeError, TypeError_, ValueError_ = convoy.ShapeError, convoy.TypeError, convoy.ValueError


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


def channels(n: int = 3, dtype: str = "float32") -> list[np.ndarray]:
    return [x(n, dtype=dtype)] * 4


def batch(name: str, norm: Callable[..., Any], second_statistic: str) -> list[Wrong]:
    """What both batch normalisations refuse."""

    def case(n: int, call: Callable[[], Any], error: Any, *mentions: str) -> Wrong:
        return Wrong(name, n, call, error, mentions)

    plane = x(2, 3, 4, 4)
    return [
        case(1, lambda: norm(x(), *channels()), ShapeError, "scalar"),
        case(2, lambda: norm(plane, *channels(dtype="float64")), TypeError_, "float64", "cast"),
        case(2, lambda: norm(x(2, 3, dtype="int32"), *channels(dtype="int32")), TypeError_,
             "int32"),
        case(3, lambda: norm(plane, *channels(4)), ShapeError, "gamma", "[3]", "[4]"),
        case(3, lambda: norm(plane, *channels()[:3], x(3, 1)), ShapeError, second_statistic),
        case(4, lambda: norm(x(2, 0, 4), *channels(0)), ShapeError, "got 0"),
        case(5, lambda: norm(plane, *channels(), epsilon=-1e-3), ValueError_, "-0.001"),
        case(5, lambda: norm(plane, *channels(), epsilon=float("nan")), ValueError_, "nan"),
    ]  # fmt: skip


def training(*arguments: Any, **options: Any) -> Any:
    return convoy.batch_norm_training(*arguments, **options)


CASES = [
    *batch("batch_norm", convoy.batch_norm, "variance"),
    *batch("batch_norm_training", training, "running_var"),
    Wrong("batch_norm_training", 6, lambda: training(x(1, 3), *channels()), ShapeError,
          ("more than one value per channel", "got 1")),
    Wrong("batch_norm_training", 6, lambda: training(x(1, 3, 1, 1), *channels()), ShapeError,
          ("got 1",)),
    Wrong("batch_norm_training", 6, lambda: training(x(3), *channels()), ShapeError, ("got 1",)),
    Wrong("batch_norm_training", 6, lambda: training(x(0, 3, 4), *channels()), ShapeError,
          ("got 0",)),
    Wrong("batch_norm_training", 7, lambda: training(x(2, 3), *channels(), momentum=1.5),
          ValueError_, ("1.5",)),
    Wrong("layer_norm", 1, lambda: convoy.layer_norm(x(2, 3), axis=2), ValueError_, ("axis 2",)),
    Wrong("layer_norm", 1, lambda: convoy.layer_norm(x(2, 3), axis=-3), ValueError_, ("rank 2",)),
    Wrong("layer_norm", 1, lambda: convoy.layer_norm(x()), ValueError_, ("rank 0",)),
    Wrong("layer_norm", 2, lambda: convoy.layer_norm(x(2, 3), x(3, dtype="float64")), TypeError_,
          ("float64",)),
    Wrong("layer_norm", 2, lambda: convoy.layer_norm(x(2, 3, dtype="int8")), TypeError_, ("int8",)),
    Wrong("layer_norm", 3, lambda: convoy.layer_norm(x(2, 3), x(2)), ShapeError,
          ("gamma", "[3]", "[2]")),
    Wrong("layer_norm", 3, lambda: convoy.layer_norm(x(2, 3), x(3), x(1, 3)), ShapeError,
          ("beta",)),
    Wrong("layer_norm", 4, lambda: convoy.layer_norm(x(2, 3), epsilon=-1.0), ValueError_, ("-1",)),
    Wrong("group_norm", 1, lambda: convoy.group_norm(x(3), 1), ShapeError, ("got 1",)),
    Wrong("group_norm", 2, lambda: convoy.group_norm(x(2, 3), 1, x(3, dtype="float64")),
          TypeError_, ("float64",)),
    Wrong("group_norm", 3, lambda: convoy.group_norm(x(2, 4), 3), ShapeError, ("(4)", "(3)")),
    Wrong("group_norm", 3, lambda: convoy.group_norm(x(2, 4), 0), ValueError_, ("got 0",)),
    Wrong("group_norm", 3, lambda: convoy.group_norm(x(2, 4), -2), ValueError_, ("got -2",)),
    Wrong("group_norm", 3, lambda: convoy.group_norm(x(2, 0), 1), ShapeError, ("(0)",)),
    Wrong("group_norm", 4, lambda: convoy.group_norm(x(2, 4), 2, x(2)), ShapeError,
          ("gamma", "[4]", "[2]")),
    Wrong("group_norm", 5, lambda: convoy.group_norm(x(2, 4), 2, epsilon=float("inf")),
          ValueError_, ("inf",)),
    Wrong("group_norm", 1, lambda: convoy.instance_norm(x(3)), ShapeError, ("got 1",)),
]  # fmt: skip
