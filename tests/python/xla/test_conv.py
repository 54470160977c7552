"""Convolution's classic list, by name: XLA against reference, forward and both gradients."""

import numpy as np
import pytest
from agreement import with_gradients
from support import random_array

import convoy

# Without any symmetry: a flipped or transposed reading of it gives other numbers.
K = np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 10]])


def check(x, w, dtype="float32", bias=False, **attributes):
    arrays = [random_array(1, x, dtype), random_array(2, w, dtype)]
    if bias:
        arrays.append(random_array(3, w[:1], dtype))
    return with_gradients(lambda *v: convoy.conv(*v, **attributes), arrays)


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize(
    "padding", ["valid", "same", "same_lower", "half", "full", 2, (1, 2), [(1, 2), (0, 3)]]
)
def test_padding(padding, flip):
    check((2, 3, 9, 8), (4, 3, 3, 2), padding=padding, flip=flip)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("padding", ["valid", "full"])
def test_flip_of_a_kernel_without_symmetry(padding, dtype):
    x = np.arange(25.0).reshape(1, 1, 5, 5).astype(dtype)
    w = K[None, None].astype(dtype)
    plain, *_ = with_gradients(lambda a, b: convoy.conv(a, b, padding=padding), [x, w])
    turned, *_ = with_gradients(lambda a, b: convoy.conv(a, b, padding=padding, flip=True), [x, w])
    rotated = w[:, :, ::-1, ::-1].copy()
    again, *_ = with_gradients(lambda a, b: convoy.conv(a, b, padding=padding), [x, rotated])
    np.testing.assert_array_equal(turned, again)
    assert not np.array_equal(plain, turned)


@pytest.mark.parametrize("padding", ["valid", "same", "half"])
@pytest.mark.parametrize("stride", [(2, 2), (2, 1), (1, 2), (3, 2)])
def test_stride(stride, padding):
    check((2, 3, 11, 10), (4, 3, 3, 3), stride=stride, padding=padding)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("dilation", [2, (2, 1), (1, 3)])
def test_dilation(dilation, stride):
    check((2, 3, 12, 11), (4, 3, 3, 3), dilation=dilation, stride=stride, padding=1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("kernel", [1, 3, 5, 7])
def test_kernel(kernel, dtype):
    check((2, 3, 9, 10), (4, 3, kernel, kernel), dtype, padding="same")


@pytest.mark.parametrize("batch", [0, 1, 8, 16, 32])
def test_batch(batch):
    check((batch, 3, 6, 7), (4, 3, 3, 3), bias=True)


def test_one_channel():
    check((4, 1, 8, 9), (1, 1, 3, 3), padding="same")


def test_an_image_of_one_pixel():
    check((2, 5, 1, 1), (7, 5, 3, 3), padding=1, bias=True)


@pytest.mark.parametrize(
    ("channels", "groups", "outputs"), [(4, 2, 6), (8, 4, 4), (6, 6, 6), (5, 5, 15), (14, 7, 7)]
)
def test_groups_and_depthwise(channels, groups, outputs):
    check((2, channels, 8, 7), (outputs, channels // groups, 3, 2), groups=groups, stride=(2, 1),
          padding=[(1, 0), (0, 1)], flip=True)  # fmt: skip


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16"])
def test_dtype_with_bias(dtype):
    check((2, 3, 7, 6), (5, 3, 3, 3), dtype, bias=True, padding=1)


@pytest.mark.parametrize("flip", [False, True])
def test_1d(flip):
    check((3, 4, 17), (6, 2, 5), groups=2, stride=2, padding=[(2, 1)], dilation=2, flip=flip)


@pytest.mark.parametrize("flip", [False, True])
def test_3d(flip):
    check((2, 2, 5, 6, 7), (4, 2, 2, 3, 2), stride=(1, 2, 1), padding=(0, 1, 1), flip=flip)


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("stride", [1, 2, (2, 3)])
def test_transposed(stride, groups):
    arrays = [random_array(1, (2, 4, 5, 6), "float32"), random_array(2, (4, 3, 3, 4), "float32")]
    with_gradients(
        lambda x, w: convoy.conv_transpose(
            x, w, stride=stride, padding=[(1, 0), (0, 1)], groups=groups
        ),
        arrays,
    )


def test_gradients_of_gradients():
    arrays = [random_array(1, (1, 2, 6, 7), "float64"), random_array(2, (3, 2, 3, 2), "float64")]

    def first(x, w):
        y = convoy.conv(x, w, stride=(2, 1), padding=1)
        return convoy.gradients(convoy.reduce_sum(convoy.tanh(y)), [x, w])[0]

    with_gradients(first, arrays)
