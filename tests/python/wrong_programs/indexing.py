"""Wrong calls of picking and putting by index, and of non_max_suppression."""

import numpy as np

import convoy
from convoy import ShapeError

from .wrong import Wrong

TYPE, VALUE, INDEX = convoy.TypeError, convoy.ValueError, convoy.IndexError


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


def i(entries, dtype: str = "int64") -> np.ndarray:
    return np.array(entries, dtype)


X = x(3, 4)
I = i([[0, 1]])  # noqa: E741


def elements(indices=I, updates=None, array=X, axis=0, reduction="none"):
    if updates is None:
        updates = x(*indices.shape)
    return lambda: convoy.scatter_elements(array, indices, updates, axis, reduction)


def slices(indices=I, updates=None, array=X, reduction="none", batch_dims=0):
    if updates is None:
        updates = x(1)
    return lambda: convoy.scatter_nd(array, indices, updates, reduction, batch_dims)


def nms(boxes=None, scores=None, **attributes):
    boxes = x(1, 5, 4) if boxes is None else boxes
    scores = x(1, 2, 5) if scores is None else scores
    return lambda: convoy.non_max_suppression(boxes, scores, **attributes)


CASES = [
    Wrong("gather", 1, lambda: convoy.gather(X, x(2)), TYPE, ("float32", "cast", "int64")),
    Wrong("gather", 1, lambda: convoy.gather(X, i([1], "uint8")), TYPE, ("uint8",)),
    Wrong("gather", 2, lambda: convoy.gather(X, I, 2), VALUE, ("axis 2", "rank 2")),
    Wrong("gather", 2, lambda: convoy.gather(x(), I), VALUE, ("axis 0", "rank 0")),
    Wrong("gather", 3, lambda: convoy.gather(X, i([0, 3])), INDEX, ("index 3", "size 3")),
    Wrong("gather", 3, lambda: convoy.gather(X, i([-5]), 1), INDEX, ("index -5", "size 4")),
    Wrong("gather", 3, lambda: convoy.gather(x(0, 2), i([0])), INDEX, ("index 0", "size 0")),
    Wrong("gather", 3, lambda: convoy.gather(X, i([-(2**63)])), INDEX, ("-9223372036854775808",)),
    Wrong("gather_elements", 1, lambda: convoy.gather_elements(X, x(1, 1)), TYPE, ("float32",)),
    Wrong("gather_elements", 2, lambda: convoy.gather_elements(X, I, -3), VALUE, ("axis -3",)),
    Wrong("gather_elements", 3, lambda: convoy.gather_elements(X, i([0])), ShapeError,
          ("[1]", "[3,4]")),
    Wrong("gather_elements", 3, lambda: convoy.gather_elements(X, i([[0] * 5])), ShapeError,
          ("[1,5]", "[3,4]")),
    Wrong("gather_elements", 4, lambda: convoy.gather_elements(X, i([[0, 3]])), INDEX,
          ("index 3", "axis 0")),
    Wrong("gather_nd", 1, lambda: convoy.gather_nd(X, x(1, 2)), TYPE, ("float32",)),
    Wrong("gather_nd", 2, lambda: convoy.gather_nd(X, I, 2), VALUE, ("batch_dims", "got 2")),
    Wrong("gather_nd", 2, lambda: convoy.gather_nd(X, I, -1), VALUE, ("got -1",)),
    Wrong("gather_nd", 2, lambda: convoy.gather_nd(X, i(1)), VALUE, ("rank of indices (0)",)),
    Wrong("gather_nd", 3, lambda: convoy.gather_nd(X, i([[1]]), 1), ShapeError, ("[3,4]", "[1,1]")),
    Wrong("gather_nd", 4, lambda: convoy.gather_nd(X, i([[0, 0, 0]])), ShapeError, ("2", "got 3")),
    Wrong("gather_nd", 4, lambda: convoy.gather_nd(X, convoy.input("i", ["K"], "int64")),
          ShapeError, ("known", "K")),
    Wrong("gather_nd", 5, lambda: convoy.gather_nd(X, i([[0, 4]])), INDEX, ("index 4", "axis 1")),
    Wrong("scatter_elements", 1, elements(x(1, 2)), TYPE, ("float32",)),
    Wrong("scatter_elements", 2, elements(updates=x(1, 2, dtype="float64")), TYPE,
          ("float32", "float64", "cast")),
    Wrong("scatter_elements", 2,
          elements(updates=x(1, 2, dtype="bool"), array=x(3, 4, dtype="bool"), reduction="add"),
          TYPE, ("add", "bool")),
    Wrong("scatter_elements", 3, elements(axis=2), VALUE, ("axis 2",)),
    Wrong("scatter_elements", 4, elements(updates=x(2, 2)), ShapeError, ("[1,2]", "[2,2]")),
    Wrong("scatter_elements", 5, elements(i([[0] * 5])), ShapeError, ("[1,5]", "[3,4]")),
    Wrong("scatter_elements", 6, elements(i([[0, -4]])), INDEX, ("index -4", "size 3")),
    Wrong("scatter_elements", 0, elements(reduction="sum"), VALUE, ("'sum'", "none, add, mul")),
    Wrong("scatter_nd", 1, slices(x(1, 2)), TYPE, ("float32",)),
    Wrong("scatter_nd", 2, slices(updates=x(1, dtype="int32")), TYPE, ("int32",)),
    Wrong("scatter_nd", 3, slices(batch_dims=2), VALUE, ("batch_dims", "got 2")),
    Wrong("scatter_nd", 4, slices(i([[0]]), batch_dims=1), ShapeError, ("[3,4]", "[1,1]")),
    Wrong("scatter_nd", 5, slices(i([[0, 0, 0]])), ShapeError, ("got 3",)),
    Wrong("scatter_nd", 6, slices(updates=x(2)), ShapeError, ("[1]", "[2]")),
    Wrong("scatter_nd", 7, slices(i([[3, 0]])), INDEX, ("index 3", "axis 0", "size 3")),
    Wrong("non_max_suppression", 1, nms(x(1, 5, 3)), ShapeError, ("[N,B,4]", "[1,5,3]")),
    Wrong("non_max_suppression", 2, nms(scores=x(1, 2, 6)), ShapeError, ("[1,C,5]", "[1,2,6]")),
    Wrong("non_max_suppression", 2, nms(scores=x(2, 5)), ShapeError, ("[2,5]",)),
    Wrong("non_max_suppression", 3, nms(scores=x(1, 2, 5, dtype="float64")), TYPE, ("float64",)),
    Wrong("non_max_suppression", 3, nms(x(1, 5, 4, dtype="int32"), x(1, 2, 5, dtype="int32")), TYPE,
          ("int32",)),
    Wrong("non_max_suppression", 4, nms(max_output_boxes_per_class=-1), VALUE, ("got -1",)),
    Wrong("non_max_suppression", 5, nms(iou_threshold=1.5), VALUE, ("1.5",)),
    Wrong("non_max_suppression", 5, nms(iou_threshold=float("nan")), VALUE, ("nan",)),
    Wrong("non_max_suppression", 6, nms(score_threshold=float("nan")), VALUE, ("NaN",)),
]  # fmt: skip
