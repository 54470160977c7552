"""Wrong calls of operators that move elements."""

import numpy as np

import convoy
from convoy import ShapeError

from .wrong import Wrong

TYPE, VALUE = convoy.TypeError, convoy.ValueError


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


X = x(2, 3, 4)


def slice_input_grad(grad, starts, stops, steps, size):
    return lambda: convoy.slice_input_grad(grad, starts, stops, steps, size)


def pad_input_grad(grad, before, after, size, mode="constant"):
    return lambda: convoy.pad_input_grad(grad, before, after, size, mode)


def sliced(starts: str, stops: str, steps: str):
    """A raw slice of a [2,3] array, as a graph's text has it: builders put attributes right."""
    attributes = f"starts={starts}, stops={stops}, steps={steps}"
    lines = [
        "graph {",
        '  %x = input "x" : float32[2,3]',
        f"  %y = slice(%x) {{{attributes}}} : float32[1,1]",
        '  return %y as "y"',
        "}",
    ]
    return lambda: convoy.Graph.parse("\n".join(lines) + "\n")


CASES = [
    Wrong("reshape", 1, lambda: convoy.reshape(X, [5, 5]), ShapeError, ("25", "24")),
    Wrong("reshape", 2, lambda: convoy.reshape(x(0, 3), [0, -1]), VALUE, ("-1",)),
    Wrong("reshape", 2, lambda: convoy.reshape(X, [5, -1]), VALUE, ("-1",)),
    Wrong("reshape", 2, lambda: convoy.reshape(X, [-2, -12]), VALUE, ("[-2,-12]",)),
    Wrong("reshape", 2, lambda: convoy.reshape(X, [-1, -1]), VALUE, ("[-1,-1]",)),
    Wrong("flatten", 0, lambda: convoy.flatten(X, 3), VALUE, ("flatten", "axis 3", "rank 3")),
    Wrong("flatten", 0, lambda: convoy.flatten(X, 2, 1), VALUE, ("flatten", "2", "1")),
    Wrong("squeeze", 0, lambda: convoy.squeeze(X, [1]), ShapeError, ("squeeze", "size 3")),
    Wrong("squeeze", 0, lambda: convoy.squeeze(X, [-4]), VALUE, ("squeeze", "-4")),
    Wrong("unsqueeze", 0, lambda: convoy.unsqueeze(X, [0, -5]), VALUE, ("unsqueeze", "twice")),
    Wrong("expand", 1, lambda: convoy.expand(X, [2, 3, 5]), ShapeError, ("[2,3,4]", "[2,3,5]")),
    Wrong("expand", 1, lambda: convoy.expand(X, [3, 4]), ShapeError, ("[3,4]",)),
    Wrong("expand", 2, lambda: convoy.expand(x(1), [-1]), VALUE, ("[-1]",)),
    Wrong("transpose", 1, lambda: convoy.transpose(X, [1, 0]), VALUE, ("3", "2")),
    Wrong("transpose", 2, lambda: convoy.transpose(X, [0, 0, 1]), VALUE, ("[0, 0, 1]",)),
    Wrong("transpose", 2, lambda: convoy.transpose(X, [0, 1, 3]), VALUE, ("[0, 1, 3]",)),
    Wrong("flip", 1, lambda: convoy.flip(X, [3]), VALUE, ("axis 3", "rank 3")),
    Wrong("flip", 2, lambda: convoy.flip(X, [1, -2]), VALUE, ("twice", "[1, 1]")),
    Wrong("concat", 1, lambda: convoy.concat([X, x(2, 3, 4, dtype="float64")]), TYPE,
          ("float32", "float64", "cast")),
    Wrong("concat", 2, lambda: convoy.concat([X, x(2, 3)]), ShapeError, ("3 and 2",)),
    Wrong("concat", 2, lambda: convoy.concat([x(), x()]), ShapeError, ("at least 1",)),
    Wrong("concat", 3, lambda: convoy.concat([X, X], 3), VALUE, ("axis 3",)),
    Wrong("concat", 4, lambda: convoy.concat([X, x(2, 4, 4)], 0), ShapeError, ("3 and 4",)),
    Wrong("concat", 0, lambda: convoy.concat([]), VALUE, ("concat", "got 0")),
    Wrong("slice", 1, sliced("[0]", "[1]", "[1]"), VALUE, ("starts", "2"),
          "line 4, column 3: slice"),
    Wrong("slice", 1, sliced("[0, 0]", "[1]", "[1, 1]"), VALUE, ("stops", "2"),
          "line 4, column 3: slice"),
    Wrong("slice", 2, lambda: convoy.slice(X, [0], [2], [1], [0]), VALUE, ("steps", "[1, 0, 1]")),
    Wrong("slice", 3, sliced("[0, 2]", "[2, 1]", "[1, 1]"), VALUE, ("2:1", "axis 1"),
          "line 4, column 3: slice"),
    Wrong("slice", 3, lambda: convoy.slice(convoy.input("n", ["N"]), [0], ["N + 1"]), VALUE,
          ("N + 1", "size N")),
    Wrong("slice", 0, lambda: convoy.slice(X, [0, 0], [1]), VALUE, ("slice", "2", "1")),
    Wrong("slice", 0, lambda: convoy.slice(X, [0], [1], [3]), VALUE, ("slice", "axes", "[3]")),
    Wrong("slice", 0, lambda: convoy.slice(X, [0, 0], [1, 1], [1, -2]), VALUE, ("slice", "once")),
    Wrong("slice_input_grad", 1, slice_input_grad(X, [0], [2], [1], [4]), VALUE, ("3", "1")),
    Wrong("slice_input_grad", 1, slice_input_grad(x(2), [0, 0], [2], [1], [4]), VALUE, ("starts",)),
    Wrong("slice_input_grad", 2, slice_input_grad(x(2), [0], [2], [0], [4]), VALUE, ("[0]",)),
    Wrong("slice_input_grad", 3, slice_input_grad(x(2), [3], [5], [1], [4]), VALUE, ("3:5", "4")),
    Wrong("slice_input_grad", 3, slice_input_grad(x(2), [-1], [1], [1], [4]), VALUE, ("-1:1",)),
    Wrong("slice_input_grad", 4, slice_input_grad(x(3), [0], [2], [1], [4]), ShapeError,
          ("[2]", "[3]")),
    Wrong("slice_input_grad", 5, slice_input_grad(x(2, dtype="bool"), [0], [2], [1], [4]), TYPE,
          ("bool",)),
    Wrong("split", 0, lambda: convoy.split(X, [1, 1], 1), ShapeError, ("split", "[1,1]", "3")),
    Wrong("split", 0, lambda: convoy.split(X, [4, -1], 1), VALUE, ("split", "[4,-1]")),
    Wrong("split", 0, lambda: convoy.split(X, 2, 1), ShapeError, ("split", "(2)", "3")),
    Wrong("split", 0, lambda: convoy.split(X, 0), ShapeError, ("split", "(0)")),
    Wrong("split", 0, lambda: convoy.split(X, 1, 3), ShapeError, ("axis 3", "rank 3")),
    Wrong("pad", 1, lambda: convoy.pad(X, [1], [1, 0, 0]), VALUE, ("before", "3", "1")),
    Wrong("pad", 1, lambda: convoy.pad(X, [1, 0, 0], [1, 1]), VALUE, ("after", "3", "2")),
    Wrong("pad", 2, lambda: convoy.pad(X, [-1, 0, 0], [-2, 0, 0]), ShapeError, ("(-1, -2)", "2")),
    Wrong("pad", 2, lambda: convoy.pad(X, [-3, 0, 0], [9, 0, 0]), ShapeError, ("(-3, 9)",)),
    Wrong("pad", 3, lambda: convoy.pad(x(0, 2), [1, 0], [0, 0], "edge"), ShapeError,
          ("edge", "(1, 0)", "axis 0")),
    Wrong("pad", 3, lambda: convoy.pad(x(1), [-1], [2], "wrap"), ShapeError, ("wrap", "(-1, 2)")),
    Wrong("pad", 0, lambda: convoy.pad(X, [0], [0], "mirror"), VALUE, ("mirror", "reflect")),
    Wrong("pad_input_grad", 1, pad_input_grad(X, [1], [1], [2]), VALUE, ("input_size", "3")),
    Wrong("pad_input_grad", 1, pad_input_grad(x(2), [], [1], [2]), VALUE, ("before",)),
    Wrong("pad_input_grad", 2, pad_input_grad(x(2), [-3], [0], [2]), ShapeError, ("(-3, 0)",)),
    Wrong("pad_input_grad", 2, pad_input_grad(x(2), [4], [0], [-2]), ShapeError, ("[-2]",)),
    Wrong("pad_input_grad", 3, pad_input_grad(x(2), [2], [0], [0], "reflect"), ShapeError,
          ("reflect",)),
    Wrong("pad_input_grad", 4, pad_input_grad(x(5), [1], [1], [2]), ShapeError, ("[4]", "[5]")),
    Wrong("pad_input_grad", 5, pad_input_grad(x(4, dtype="bool"), [1], [1], [2]), TYPE, ("bool",)),
    Wrong("tile", 0, lambda: convoy.tile(X, [2, -1]), VALUE, ("tile", "-1")),
    Wrong("tile", 0, lambda: convoy.tile(X, [2**40, 2**40]), convoy.LimitError, ("overflow",)),
    Wrong("repeat", 0, lambda: convoy.repeat(X, 2, 3), VALUE, ("repeat", "axis 3")),
    Wrong("repeat", 0, lambda: convoy.repeat(X, -2, 0), VALUE, ("repeat", "-2")),
    Wrong("depth_to_space", 0, lambda: convoy.depth_to_space(x(1, 6, 2, 2), 2), ShapeError,
          ("depth_to_space", "(6)", "4")),
    Wrong("depth_to_space", 0, lambda: convoy.depth_to_space(x(1, 4, 2, 2), 0), VALUE, ("got 0",)),
    Wrong("depth_to_space", 0, lambda: convoy.depth_to_space(x(1, 4, 2, 2), 2, "XYZ"), VALUE,
          ("XYZ", "DCR, CRD")),
    Wrong("space_to_depth", 0, lambda: convoy.space_to_depth(x(1, 1, 3, 2), 2), ShapeError,
          ("space_to_depth", "(3)", "2")),
    Wrong("space_to_depth", 0, lambda: convoy.space_to_depth(x(4, 4), 2), ShapeError, ("rank",)),
]  # fmt: skip
