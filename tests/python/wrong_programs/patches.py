"""Wrong calls of unfold, fold and resize."""

import numpy as np

import convoy
from convoy import ShapeError

from .wrong import Wrong

TYPE, VALUE = convoy.TypeError, convoy.ValueError


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


X, COLUMNS = x(1, 2, 5, 5), x(1, 8, 16)


def unfold(array=X, kernel=2, **attributes):
    return lambda: convoy.unfold(array, kernel, **attributes)


def fold(array=COLUMNS, size=(5, 5), kernel=2, **attributes):
    return lambda: convoy.fold(array, size, kernel, **attributes)


def resize(array=X, size=(3, 3), **attributes):
    return lambda: convoy.resize(array, size, **attributes)


def resize_input_grad(array=X, size=(3, 3), **attributes):
    return lambda: convoy.resize_input_grad(array, size, **attributes)


CASES = [
    Wrong("unfold", 1, unfold(x(5, 5)), ShapeError, ("rank", "got 2")),
    Wrong("unfold", 2, unfold(x(1, 1, 5, dtype="bool")), TYPE, ("bool",)),
    Wrong("unfold", 3, unfold(kernel=[2, 2, 2]), VALUE, ("kernel", "2", "3")),
    Wrong("unfold", 3, unfold(stride=[1, 1, 1]), VALUE, ("stride",)),
    Wrong("unfold", 3, unfold(dilation=[1, 1, 1]), VALUE, ("dilation",)),
    Wrong("unfold", 3, unfold(padding=[1, 1, 1]), VALUE, ("padding",)),
    Wrong("unfold", 4, unfold(kernel=0), VALUE, ("kernel", "0")),
    Wrong("unfold", 4, unfold(stride=0), VALUE, ("stride", "[0, 0]")),
    Wrong("unfold", 4, unfold(dilation=-1), VALUE, ("dilation", "[-1, -1]")),
    Wrong("unfold", 5, unfold(padding=-1), VALUE, ("(-1, -1)",)),
    Wrong("unfold", 6, unfold(kernel=6), ShapeError, ("kernel 6", "input 5")),
    Wrong("fold", 1, fold(X), ShapeError, ("rank 4",)),
    Wrong("fold", 2, fold(x(1, 8, 16, dtype="bool")), TYPE, ("bool",)),
    Wrong("fold", 3, fold(kernel=[2, 2, 2]), VALUE, ("kernel",)),
    Wrong("fold", 3, fold(size=()), VALUE, ("output_size", "[]")),
    Wrong("fold", 4, fold(stride=0), VALUE, ("stride",)),
    Wrong("fold", 4, fold(kernel=[0, 2]), VALUE, ("kernel",)),
    Wrong("fold", 5, fold(padding=-1), VALUE, ("(-1, -1)",)),
    Wrong("fold", 5, fold(size=(-5, 5)), VALUE, ("[-5,5]",)),
    Wrong("fold", 6, fold(size=(1, 5)), ShapeError, ("kernel 2", "input 1")),
    Wrong("fold", 7, fold(x(1, 7, 16)), ShapeError, ("(7)", "4", "[2, 2]")),
    Wrong("fold", 8, fold(x(1, 8, 15)), ShapeError, ("16 positions", "15 columns")),
    Wrong("resize", 1, resize(x(5, 5)), ShapeError, ("rank", "got 2")),
    Wrong("resize", 2, resize(size=(3,)), VALUE, ("size", "2", "1")),
    Wrong("resize", 2, resize(scales=[1.0, 1.0, 1.0]), VALUE, ("scales", "3")),
    Wrong("resize", 2, resize(size=None), VALUE, ("size", "0")),
    Wrong("resize", 3, resize(size=(0, 3)), ShapeError, ("[5,5]", "[0,3]")),
    Wrong("resize", 3, resize(x(1, 1, 0, 5)), ShapeError, ("[0,5]",)),
    Wrong("resize", 3, resize(size=None, scales=0.1), ShapeError, ("[0,0]",)),
    Wrong("resize", 4, resize(scales=[0.0, 1.0]), VALUE, ("0",)),
    Wrong("resize", 4, resize(scales=float("inf")), VALUE, ("inf",)),
    Wrong("resize", 4, resize(scales=2.0), VALUE, ("scale 2", "size 3")),
    Wrong("resize", 5, resize(x(1, 1, 5, 5, dtype="int32"), mode="linear"), TYPE, ("int32",)),
    Wrong("resize", 6, resize(antialias=True), VALUE, ("antialias", "nearest")),
    Wrong("resize", 7, resize(mode="cubic", cubic_coeff_a=float("nan")), VALUE, ("nan",)),
    Wrong("resize", 0, resize(mode="bilinear"), VALUE, ("bilinear", "nearest, linear, cubic")),
    Wrong("resize", 0, resize(coordinate_mode="tf_crop_and_resize"), VALUE, ("half_pixel",)),
    Wrong("resize", 0, lambda: convoy.resize(convoy.input("x", [1, 1, "N"]), scales=0.123),
          convoy.NotSupportedError, ("resize", "N", "0.123")),
    Wrong("resize_input_grad", 1, resize_input_grad(x(5, 5)), ShapeError, ("got 2",)),
    Wrong("resize_input_grad", 2, resize_input_grad(size=(3,)), VALUE, ("input_size",)),
    Wrong("resize_input_grad", 3, resize_input_grad(size=(0, 3)), ShapeError, ("[0,3]",)),
    Wrong("resize_input_grad", 4, resize_input_grad(scales=[1.0, 1.0]), VALUE, ("scale 1",)),
    Wrong("resize_input_grad", 5, resize_input_grad(x(1, 1, 5, 5, dtype="int8")), TYPE, ("int8",)),
    Wrong("resize_input_grad", 6, resize_input_grad(antialias=True), VALUE, ("antialias",)),
    Wrong("resize_input_grad", 7, resize_input_grad(mode="cubic", cubic_coeff_a=float("inf")),
          VALUE, ("inf",)),
]  # fmt: skip
