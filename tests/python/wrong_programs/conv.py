"""Wrong calls of the convolution family."""

import numpy as np

import convoy
from convoy import NotSupportedError, ShapeError

from .wrong import Wrong


def x(*shape: int, dtype: str = "float32") -> np.ndarray:
    return np.zeros(shape, dtype)


X, W = x(2, 4, 6, 6), x(6, 4, 3, 3)


def conv(*arrays, **attributes):
    return lambda: convoy.conv(*(arrays or (X, W)), **attributes)


def conv_input_grad(grad, w=W, input_size=(6, 6), **attributes):
    return lambda: convoy.conv_input_grad(grad, w, input_size, **attributes)


def conv_weight_grad(grad, image=X, kernel=(3, 3), **attributes):
    return lambda: convoy.conv_weight_grad(image, grad, kernel, **attributes)


def transpose(*arrays, **attributes):
    return lambda: convoy.conv_transpose(*(arrays or (X, x(4, 5, 3, 3))), **attributes)


def backward(*arrays, **attributes):
    return lambda: convoy.convolution_backward(*(arrays or (GRAD, X, W)), **attributes)


GRAD = x(2, 6, 4, 4)
VALUE, TYPE = convoy.ValueError, convoy.TypeError

CONV = [
    Wrong("conv", 1, conv(x(3, 3), x(3, 3)), ShapeError, ("got 2 and 2",)),
    Wrong("conv", 1, conv(X, x(6, 4, 3)), ShapeError, ("got 4 and 3", "float32[6,4,3]")),
    Wrong("conv", 2, conv(X, x(6, 4, 3, 3, dtype="float64")), TYPE, ("float32", "float64", "cast")),
    Wrong("conv", 2, conv(x(1, 1, 3, dtype="bool"), x(1, 1, 3, dtype="bool")), TYPE, ("bool",)),
    Wrong("conv", 3, conv(x(1, 8, 5, 5), x(4, 3, 3, 3)), ShapeError,
          ("channels of x (8)", "channels of w (3)")),
    Wrong("conv", 3, conv(groups=0), VALUE, ("got 0",)),
    Wrong("conv", 3, conv(groups=-2), VALUE, ("got -2",)),
    Wrong("conv", 3, conv(groups=3), ShapeError, ("groups (3)",)),
    Wrong("conv", 4, conv(X, x(5, 2, 3, 3), groups=2), ShapeError, ("(5)", "groups (2)")),
    Wrong("conv", 5, conv(stride=(1, 1, 1)), VALUE, ("stride", "2 in all, got 3")),
    Wrong("conv", 5, conv(dilation=(1, 2, 3)), VALUE, ("dilation", "got 3")),
    Wrong("conv", 5, conv(padding=[(0, 1), (0, 1), (0, 1)]), VALUE, ("padding", "got 3")),
    Wrong("conv", 6, conv(stride=0), VALUE, ("stride", "[0, 0]")),
    Wrong("conv", 6, conv(stride=(1, -1)), VALUE, ("stride", "[1, -1]")),
    Wrong("conv", 6, conv(dilation=0), VALUE, ("dilation", "[0, 0]")),
    Wrong("conv", 6, conv(dilation=(-3, 1)), VALUE, ("dilation", "[-3, 1]")),
    Wrong("conv", 7, conv(padding=-1), VALUE, ("padding", "(-1, -1)")),
    Wrong("conv", 7, conv(padding=[(0, 0), (0, -2)]), VALUE, ("(0, -2)",)),
    Wrong("conv", 8, conv(X, x(6, 4, 7, 3)), ShapeError, ("kernel 7", "input 6", "axis 0")),
    Wrong("conv", 8, conv(dilation=3), ShapeError, ("dilation 3", "reaches 7", "input 6")),
    Wrong("conv", 8, conv(dilation=4, padding=1), ShapeError, ("reaches 9", "padding (1, 1)")),
    Wrong("conv", 9, conv(X, W, x(5)), ShapeError, ("[6]", "[5]")),
    Wrong("conv", 9, conv(X, W, x(6, 1)), ShapeError, ("[6,1]",)),
    Wrong("conv", 10, conv(x(1, 0, 5, 5), x(6, 0, 3, 3)), ShapeError, ("channels of x",)),
    Wrong("conv", 10, conv(X, x(0, 4, 3, 3)), ShapeError, ("output channels",)),
    Wrong("conv", 10, conv(X, x(6, 4, 0, 3)), ShapeError, ("kernel", "[0,3]")),
    Wrong("conv", 10, conv(x(2, 4, 0, 6), W, padding=3), ShapeError, ("spatial", "[0,6]")),
    Wrong("conv", 0, conv(padding="smae"), VALUE, ("smae", "same_upper", "half", "full")),
    Wrong("conv", 0, conv(stride="2"), TYPE, ("stride", "str")),
    Wrong("conv", 0, conv(stride=1.5), TYPE, ("stride", "float")),
    Wrong("conv", 0, conv(padding=[(1, 2, 3), 0]), VALUE, ("padding", "3")),
    Wrong("conv", 0, conv(stride=2**70), VALUE, ("stride", "64 bits")),
    Wrong("conv", 0, conv(padding=2**62), convoy.LimitError, ("conv",)),
]  # fmt: skip

INPUT_GRAD = [
    Wrong("conv_input_grad", 1, conv_input_grad(x(2, 6, 4)), ShapeError, ("got 3 and 4",)),
    Wrong("conv_input_grad", 2, conv_input_grad(x(2, 6, 4, 4, dtype="float64")), TYPE,
          ("float64", "float32")),
    Wrong("conv_input_grad", 3, conv_input_grad(x(2, 5, 4, 4)), ShapeError, ("(5)", "(6)")),
    Wrong("conv_input_grad", 3, conv_input_grad(GRAD, groups=0), VALUE, ("got 0",)),
    Wrong("conv_input_grad", 4, conv_input_grad(GRAD, groups=4), ShapeError, ("(6)", "(4)")),
    Wrong("conv_input_grad", 5, conv_input_grad(GRAD, input_size=(6, 6, 6)), VALUE,
          ("input_size", "got 3")),
    Wrong("conv_input_grad", 5, conv_input_grad(GRAD, stride=(1, 1, 1)), VALUE, ("stride",)),
    Wrong("conv_input_grad", 6, conv_input_grad(GRAD, dilation=0), VALUE, ("[0, 0]",)),
    Wrong("conv_input_grad", 7, conv_input_grad(GRAD, padding=-1), VALUE, ("(-1, -1)",)),
    Wrong("conv_input_grad", 8, conv_input_grad(GRAD, input_size=(2, 6)), ShapeError,
          ("kernel 3", "input 2")),
    Wrong("conv_input_grad", 9, conv_input_grad(x(2, 6, 4, 5)), ShapeError, ("[4,4]", "[4,5]")),
    Wrong("conv_input_grad", 9, conv_input_grad(GRAD, stride=2), ShapeError, ("[2,2]",)),
    Wrong("conv_input_grad", 10, conv_input_grad(GRAD, x(6, 4, 3, 0)), ShapeError, ("kernel",)),
    Wrong("conv_input_grad", 10, conv_input_grad(GRAD, input_size=(0, 6), padding=2), ShapeError,
          ("input_size", "[0,6]")),
]  # fmt: skip

WEIGHT_GRAD = [
    Wrong("conv_weight_grad", 1, conv_weight_grad(x(2, 6, 4)), ShapeError, ("got 4 and 3",)),
    Wrong("conv_weight_grad", 2, conv_weight_grad(x(2, 6, 4, 4, dtype="int32")), TYPE, ("int32",)),
    Wrong("conv_weight_grad", 3, conv_weight_grad(GRAD, groups=3), ShapeError, ("(4)", "(3)")),
    Wrong("conv_weight_grad", 3, conv_weight_grad(GRAD, groups=-1), VALUE, ("got -1",)),
    Wrong("conv_weight_grad", 4, conv_weight_grad(x(2, 5, 4, 4), groups=2), ShapeError, ("(5)",)),
    Wrong("conv_weight_grad", 5, conv_weight_grad(GRAD, kernel=(3,)), VALUE, ("kernel", "got 1")),
    Wrong("conv_weight_grad", 6, conv_weight_grad(GRAD, kernel=(3, 0)), VALUE, ("kernel", "0]")),
    Wrong("conv_weight_grad", 6, conv_weight_grad(GRAD, stride=0), VALUE, ("stride",)),
    Wrong("conv_weight_grad", 7, conv_weight_grad(GRAD, padding=[(-1, 0), 0]), VALUE, ("(-1, 0)",)),
    Wrong("conv_weight_grad", 8, conv_weight_grad(GRAD, kernel=(7, 3)), ShapeError, ("kernel 7",)),
    Wrong("conv_weight_grad", 9, conv_weight_grad(x(1, 6, 4, 4)), ShapeError, ("[1,6,4,4]",)),
    Wrong("conv_weight_grad", 9, conv_weight_grad(x(2, 6, 3, 4)), ShapeError, ("[2,6,3,4]",)),
    Wrong("conv_weight_grad", 10, conv_weight_grad(x(2, 0, 4, 4)), ShapeError, ("output",)),
    Wrong("conv_weight_grad", 10, conv_weight_grad(GRAD, x(2, 4, 0, 6), padding=9), ShapeError,
          ("spatial", "[0,6]")),
]  # fmt: skip

TRANSPOSE = [
    Wrong("conv_transpose", 1, transpose(X, x(4, 5, 3)), ShapeError, ("got 4 and 3",)),
    Wrong("conv_transpose", 1, transpose(x(4, 4), x(4, 4)), ShapeError, ("got 2 and 2",)),
    Wrong("conv_transpose", 2, transpose(X, x(4, 5, 3, 3, dtype="float64")), TYPE, ("float64",)),
    Wrong("conv_transpose", 3, transpose(X, x(5, 4, 3, 3)), ShapeError, ("x (4)", "w (5)")),
    Wrong("conv_transpose", 3, transpose(groups=0), VALUE, ("got 0",)),
    Wrong("conv_transpose", 4, transpose(groups=3), ShapeError, ("(4)", "groups (3)")),
    Wrong("conv_transpose", 5, transpose(stride=(1, 1, 1)), VALUE, ("stride", "got 3")),
    Wrong("conv_transpose", 5, transpose(output_padding=(0, 0, 0)), VALUE, ("output_padding",)),
    Wrong("conv_transpose", 5, transpose(output_size=(8, 8, 8)), VALUE, ("output_size", "got 3")),
    Wrong("conv_transpose", 6, transpose(stride=-2), VALUE, ("[-2, -2]",)),
    Wrong("conv_transpose", 6, transpose(dilation=0), VALUE, ("[0, 0]",)),
    Wrong("conv_transpose", 7, transpose(padding=-1), VALUE, ("(-1, -1)",)),
    Wrong("conv_transpose", 8, transpose(output_padding=1), VALUE, ("= 1, got 1",)),
    Wrong("conv_transpose", 8, transpose(stride=2, dilation=3, output_padding=3), VALUE,
          ("max(stride, dilation) = 3", "got 3")),
    Wrong("conv_transpose", 8, transpose(stride=2, output_padding=-1), VALUE, ("got -1",)),
    Wrong("conv_transpose", 8, transpose(stride=2, output_size=(15, 13)), VALUE,
          ("got 2", "output_size [15,13]")),
    Wrong("conv_transpose", 8, transpose(stride=2, output_size=12), VALUE, ("got -1",)),
    Wrong("conv_transpose", 8, transpose(stride=2, padding="same", output_padding=1), VALUE,
          ("same", "got 1")),
    Wrong("conv_transpose", 9, transpose(X, x(4, 5, 3, 3), x(4)), ShapeError, ("[5]", "[4]")),
    Wrong("conv_transpose", 10, transpose(x(2, 4, 0, 6), x(4, 5, 3, 3)), ShapeError,
          ("spatial", "[0,6]")),
    Wrong("conv_transpose", 10, transpose(X, x(4, 0, 3, 3)), ShapeError, ("output channels",)),
    Wrong("conv_transpose", 10, transpose(X, x(4, 5, 0, 3)), ShapeError, ("kernel",)),
    Wrong("conv_transpose", 11, transpose(padding=4), ShapeError, ("got 0", "input 6", "kernel 3")),
    Wrong("conv_transpose", 11, transpose(padding=9), ShapeError, ("got -10",)),
    Wrong("conv_transpose", 12, transpose(stride=2, output_padding=1, output_size=14), VALUE,
          ("output_size", "output_padding", "[1, 1]")),
    Wrong("conv_transpose", 13,
          lambda: convoy.conv_transpose(convoy.input("x", (2, 4, 6, 6), "float32"),
                                        convoy.input("w", (4, 5, "K", 3), "float32"),
                                        padding="half", dilation=2, output_padding=1),
          NotSupportedError, ("half", "[K,3]")),
    Wrong("conv_transpose", 0, transpose(padding=2**62, stride=2**62), convoy.LimitError,
          ("conv_transpose",)),
]  # fmt: skip

BACKWARD = [
    Wrong("convolution_backward", 1, backward(GRAD, X, x(6, 3, 3, 3)), ShapeError,
          ("conv (C3)", "channels of x (4)")),
    Wrong("convolution_backward", 1, backward(stride=0), VALUE, ("conv (C6)", "stride")),
    Wrong("convolution_backward", 1, backward(groups=4), ShapeError, ("groups (4)",)),
    Wrong("convolution_backward", 1, backward(transposed=True), ShapeError,
          ("conv_transpose (C3)",)),
    Wrong("convolution_backward", 1, backward(dilation=(1, 1, 1)), VALUE, ("got 3",)),
    Wrong("convolution_backward", 2, backward(x(2, 6, 4, 5), X, W), ShapeError,
          ("float32[2,6,4,4]", "float32[2,6,4,5]")),
    Wrong("convolution_backward", 2, backward(x(2, 6, 4), X, W), ShapeError, ("[2,6,4]",)),
    Wrong("convolution_backward", 2, backward(x(1, 6, 4, 4), X, W), ShapeError, ("[1,6,4,4]",)),
    Wrong("convolution_backward", 2, backward(x(2, 6, 4, 4, dtype="float64"), X, W), TYPE,
          ("float64", "float32")),
    Wrong("convolution_backward", 3, backward(bias_sizes=[5]), ShapeError, ("[6]", "[5]")),
    Wrong("convolution_backward", 3, backward(bias_sizes=[6, 1]), ShapeError, ("[6,1]",)),
    Wrong("convolution_backward", 4, backward(output_padding=1), VALUE, ("transposed", "[1]")),
    Wrong("convolution_backward", 0, backward(output_mask=(True, True)), TYPE, ("output_mask",)),
]  # fmt: skip

CASES = CONV + INPUT_GRAD + WEIGHT_GRAD + TRANSPOSE + BACKWARD
