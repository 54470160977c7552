"""Wrong calls of local_conv."""

import numpy as np

import convoy

from .wrong import Wrong


def local(x: tuple, w: tuple, w_dtype: str = "float32", **attributes):
    return lambda: convoy.local_conv(np.zeros(x, "float32"), np.zeros(w, w_dtype), **attributes)


CASES = [
    Wrong("local_conv", 1, local((2, 3), (4, 3)), convoy.ShapeError, ("float32[2,3]",)),
    Wrong("local_conv", 1, local((1, 1, 3, 3), (1, 1, 2, 2)), convoy.ShapeError, ("[1,1,2,2]",)),
    Wrong("local_conv", 2, local((1, 1, 3), (1, 2, 1, 2), "float64"), convoy.TypeError,
          ("float64", "cast")),
    Wrong("local_conv", 3, local((1, 1, 3), (1, 2, 1, 2), groups=0), convoy.ValueError, ("got 0",)),
    Wrong("local_conv", 3, local((1, 3, 3), (1, 2, 1, 2)), convoy.ShapeError, ("x (3)", "w (1)")),
    Wrong("local_conv", 4, local((1, 2, 3), (3, 2, 1, 2), groups=2), convoy.ShapeError,
          ("(3)", "groups (2)")),
    Wrong("local_conv", 5, local((1, 1, 3), (1, 5, 1, 2)), convoy.ShapeError, ("5", "gives 2")),
]  # fmt: skip
