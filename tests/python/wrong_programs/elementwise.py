"""Wrong calls of elementwise operators: unary, binary, where, activations, clip, prelu."""

import numpy as np

import convoy

from .wrong import Wrong


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


E = (convoy.ValueError, convoy.ShapeError, convoy.TypeError)
VALUE, SHAPE, TYPE = E
SMALLEST = np.array([-128], np.int8)

CASES = [
    Wrong("unary", 1, lambda: convoy.exp(x(2, dtype="int32")), TYPE, ("int32",), "exp"),
    Wrong("unary", 1, lambda: convoy.neg(x(2, dtype="uint8")), TYPE, ("uint8",), "neg"),
    Wrong("unary", 1, lambda: convoy.logical_not(x(2)), TYPE, ("float32",), "logical_not"),
    Wrong("unary", 1, lambda: convoy.abs(x(2, dtype="bool")), TYPE, ("bool",), "abs"),
    Wrong("unary", 0, lambda: convoy.exp("text"), TYPE, ("str",)),
    Wrong("unary", 0, lambda: convoy.exp(None), E, ()),
    Wrong("binary", 1, lambda: convoy.add(x(2), x(2, dtype="float64")), TYPE,
          ("float32", "float64", "cast"), "add"),
    Wrong("binary", 2, lambda: convoy.add(x(2, dtype="bool"), x(2, dtype="bool")), TYPE,
          ("bool",), "add"),
    Wrong("binary", 2, lambda: convoy.logical_or(x(2), x(2)), TYPE, ("float32",), "logical_or"),
    Wrong("binary", 2, lambda: convoy.less(x(1, dtype="bool"), x(1, dtype="bool")), TYPE,
          ("bool",), "less"),
    Wrong("binary", 3, lambda: convoy.mul(x(2, 3), x(4)), SHAPE, ("[2,3]", "[4]"), "mul"),
    Wrong("binary", 3, lambda: convoy.max(x(0), x(2)), SHAPE, ("[0]", "[2]"), "max"),
    Wrong("binary", 4, lambda: convoy.div(x(2, dtype="int32"), x(2, dtype="int32")), VALUE,
          ("divided by zero", "int32[2]"), "div"),
    Wrong("binary", 4, lambda: convoy.div(SMALLEST, np.array([-1], np.int8)), VALUE,
          ("divided by -1", "int8"), "div"),
    Wrong("binary", 5, lambda: convoy.pow(np.array([2]), np.array([-1])), VALUE,
          ("negative power",), "pow"),
    Wrong("where", 1, lambda: convoy.where(x(2), x(2), x(2)), TYPE, ("float32",)),
    Wrong("where", 2, lambda: convoy.where(x(2, dtype="bool"), x(2), x(2, dtype="int8")), TYPE,
          ("float32", "int8")),
    Wrong("where", 3, lambda: convoy.where(x(3, dtype="bool"), x(2), x(2)), SHAPE,
          ("[3]", "[2]")),
    Wrong("cast", 0, lambda: convoy.cast(x(2), "float33"), E, ("float33",)),
    Wrong("cast", 0, lambda: convoy.cast(x(2), None), TYPE, ("None",)),
    Wrong("activation", 1, lambda: convoy.gelu(x(2, dtype="int32")), TYPE, ("int32",), "gelu"),
    Wrong("activation", 1, lambda: convoy.relu(x(2, dtype="bool")), TYPE, ("bool",), "relu"),
    Wrong("activation", 2, lambda: convoy.elu(x(2), float("nan")), VALUE, ("alpha", "nan"), "elu"),
    Wrong("activation", 2, lambda: convoy.leaky_relu(x(2), float("inf")), VALUE, ("inf",),
          "leaky_relu"),
    Wrong("activation", 3, lambda: convoy.celu(x(2), 0.0), VALUE, ("alpha", "0"), "celu"),
    Wrong("activation", 3, lambda: convoy.softplus(x(2), -1.0), VALUE, ("beta", "-1"), "softplus"),
    Wrong("activation", 0, lambda: convoy.elu(x(2), "steep"), TYPE, ()),
    Wrong("activation", 0, lambda: convoy.relu(x(2), 3), TYPE, ()),
    Wrong("clip", 1, lambda: convoy.clip(x(2, dtype="bool"), 0, 1), TYPE, ("bool",)),
    Wrong("clip", 2, lambda: convoy.clip(x(2), float("nan"), 1), VALUE, ("nan",)),
    Wrong("clip", 3, lambda: convoy.clip(x(2, dtype="int32"), 0.5, 3), VALUE, ("0.5", "int32")),
    Wrong("prelu", 1, lambda: convoy.prelu(x(2), x(2, dtype="float64")), TYPE,
          ("float32", "float64")),
    Wrong("prelu", 1, lambda: convoy.prelu(x(2, dtype="int8"), x(2, dtype="int8")), TYPE,
          ("int8",)),
    Wrong("prelu", 2, lambda: convoy.prelu(x(2, 3, 4), x(4)), SHAPE, ("[4]", "[2,3,4]")),
    Wrong("prelu", 2, lambda: convoy.prelu(x(3), x(1, 1, 3)), SHAPE, ("[1,1,3]", "[3]")),
]  # fmt: skip
