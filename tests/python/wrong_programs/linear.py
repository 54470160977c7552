"""Wrong calls of reductions, searches, softmax, matrix products and makers of arrays."""

import numpy as np

import convoy

from .wrong import Wrong


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


VALUE, SHAPE, TYPE = convoy.ValueError, convoy.ShapeError, convoy.TypeError
KEY = np.zeros(2, np.uint64)


CASES = [
    Wrong("reduce", 1, lambda: convoy.reduce_sum(x(2, 3), 5), VALUE, ("5",), "reduce_sum"),
    Wrong("reduce", 2, lambda: convoy.reduce_sum(x(2, 3), [0, -2]), VALUE, ("[0, 0]",),
          "reduce_sum"),
    Wrong("reduce", 3, lambda: convoy.reduce_mean(x(2, dtype="int32")), TYPE, ("int32",),
          "reduce_mean"),
    Wrong("reduce", 3, lambda: convoy.reduce_sum(x(2, dtype="bool")), TYPE, ("bool",),
          "reduce_sum"),
    Wrong("reduce", 4, lambda: convoy.reduce_max(x(2, 0), 1), SHAPE, ("[1]", "float32[2,0]"),
          "reduce_max"),
    Wrong("reduce", 4, lambda: convoy.reduce_min(x(0)), SHAPE, ("float32[0]",), "reduce_min"),
    Wrong("arg_reduce", 1, lambda: convoy.arg_max(x(2, 3), 2), VALUE, ("2", "rank 2"), "arg_max"),
    Wrong("arg_reduce", 1, lambda: convoy.arg_min(np.float32(1).reshape(()), 0), VALUE, ("rank 0",),
          "arg_min"),
    Wrong("arg_reduce", 2, lambda: convoy.arg_max(x(3, 0), 1), SHAPE, ("axis 1 is empty",),
          "arg_max"),
    Wrong("arg_reduce", 0, lambda: convoy.arg_max(x(3, 2), [0, 1]), TYPE, ("axis",)),
    Wrong("top_k", 1, lambda: convoy.top_k(x(2, 3), 1, -3), VALUE, ("-3",)),
    Wrong("top_k", 2, lambda: convoy.top_k(x(2, 3), 4), VALUE, ("0 … 3", "4")),
    Wrong("top_k", 2, lambda: convoy.top_k(x(2, 3), -1), VALUE, ("-1",)),
    Wrong("top_k", 3, lambda: convoy.top_k(x(2, dtype="bool"), 1), TYPE, ("bool",)),
    Wrong("softmax", 1, lambda: convoy.softmax(x(2, dtype="int32")), TYPE, ("int32",)),
    Wrong("softmax", 2, lambda: convoy.softmax(x(2, 3), 2), VALUE, ("2", "rank 2")),
    Wrong("softmax", 2, lambda: convoy.log_softmax(x(2, 3), -4), VALUE, ("-4",), "log_softmax"),
    Wrong("matmul", 1, lambda: convoy.matmul(x(2, 2), x(2, 2, dtype="float64")), TYPE,
          ("float32", "float64")),
    Wrong("matmul", 1, lambda: convoy.matmul(x(2, 2, dtype="bool"), x(2, 2, dtype="bool")), TYPE,
          ("bool",)),
    Wrong("matmul", 2, lambda: convoy.matmul(x(), x(2)), SHAPE, ("x must", "got 0")),
    Wrong("matmul", 2, lambda: convoy.matmul(x(2, 2), x(2), transpose_y=True), SHAPE,
          ("y must", "at least 2", "got 1")),
    Wrong("matmul", 3, lambda: convoy.matmul(x(2, 3), x(4, 5)), SHAPE, ("(3)", "(4)")),
    Wrong("matmul", 3, lambda: convoy.matmul(x(2, 3), x(3, 5), transpose_y=True), SHAPE,
          ("(3)", "(5)")),
    Wrong("matmul", 4, lambda: convoy.matmul(x(2, 3, 3), x(4, 3, 3)), SHAPE, ("[2]", "[4]")),
    Wrong("gemm", 1, lambda: convoy.gemm(x(2, 2), x(2, 2), x(2, dtype="float64")), TYPE,
          ("float64",)),
    Wrong("gemm", 1, lambda: convoy.gemm(x(1, 1, dtype="int8"), x(1, 1, dtype="int8"), alpha=0.5),
          TYPE, ("int8", "0.5")),
    Wrong("gemm", 2, lambda: convoy.gemm(x(2, 2, 2), x(2, 2)), SHAPE, ("3 and 2",)),
    Wrong("gemm", 2, lambda: convoy.gemm(x(2, 3), x(2, 3)), SHAPE, ("(3)", "(2)")),
    Wrong("gemm", 3, lambda: convoy.gemm(x(2, 3), x(3, 4), x(3)), SHAPE, ("[3]", "[2,4]")),
    Wrong("iota", 1, lambda: convoy.iota(-1), VALUE, ("-1",)),
    Wrong("iota", 2, lambda: convoy.iota(3, "bool"), TYPE, ("bool",)),
    Wrong("iota", 2, lambda: convoy.iota(257, "uint8"), VALUE, ("uint8", "257")),
    Wrong("one_hot", 1, lambda: convoy.one_hot(x(2), 3), TYPE, ("float32",)),
    Wrong("one_hot", 2, lambda: convoy.one_hot(x(2, dtype="int64"), 3, 2), VALUE, ("2", "rank 2")),
    Wrong("one_hot", 3, lambda: convoy.one_hot(x(2, dtype="int64"), -3), VALUE, ("-3",)),
    Wrong("one_hot", 4, lambda: convoy.one_hot(np.array([0, 3]), 3), convoy.IndexError,
          ("index 3", "depth 3")),
    Wrong("one_hot", 4, lambda: convoy.one_hot(np.array([-1], np.int8), 3), convoy.IndexError,
          ("index -1",)),
    Wrong("random", 1, lambda: convoy.random_uniform(x(2), (3,)), TYPE, ("float32[2]",),
          "random_uniform"),
    Wrong("random", 1, lambda: convoy.random_normal(x(3, dtype="uint64"), (3,)), SHAPE,
          ("uint64[3]",), "random_normal"),
    Wrong("random", 2, lambda: convoy.random_normal(KEY, (3,), "int32"), TYPE, ("int32",),
          "random_normal"),
    Wrong("random", 3, lambda: convoy.random_uniform(KEY, (3, -1)), VALUE, ("[3,-1]",),
          "random_uniform"),
    Wrong("dropout", 1, lambda: convoy.dropout(x(2, dtype="int8"), KEY), TYPE, ("int8",)),
    Wrong("dropout", 2, lambda: convoy.dropout(x(2), KEY, 1.5), VALUE, ("1.5",)),
    Wrong("dropout", 2, lambda: convoy.dropout(x(2), KEY, -0.5), VALUE, ("-0.5",)),
]  # fmt: skip
