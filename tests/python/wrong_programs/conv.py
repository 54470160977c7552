"""Wrong calls of the convolution family."""

import numpy as np

import convoy

from .wrong import Wrong


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


CASES = [
    Wrong("conv", 1, lambda: convoy.conv(x(3, 3), x(3, 3)), convoy.ShapeError, ("got 2 and 2",)),
    Wrong("conv", 2, lambda: convoy.conv(x(1, 1, 5, 5), x(1, 1, 3, 3, dtype="float64")),
          convoy.TypeError, ("float32", "float64", "cast")),
    Wrong("conv", 3, lambda: convoy.conv(x(1, 8, 5, 5), x(4, 3, 3, 3)), convoy.ShapeError,
          ("channels of x (8)", "channels of w (3)")),
]  # fmt: skip
