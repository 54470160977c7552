"""local_conv and the layout helpers against NumPy's loops and transposes."""

import numpy as np
import pytest
from hypothesis import given, strategies as st
from support import assert_agrees, assert_gradient, configurations, random_array, seeds

import convoy


def written_out(x, w, stride, padding, dilation, groups, flip):
    """The sum of LocalConv's documentation, one output position at a time (2-D)."""
    (h0, h1), (w0, w1) = padding
    x = np.pad(x, [(0, 0), (0, 0), (h0, h1), (w0, w1)])
    outputs, rows, columns, channels, kh, kw = w.shape
    y = np.zeros((x.shape[0], outputs, rows, columns))
    for o in range(outputs):
        first = o // (outputs // groups) * channels
        for i, j in np.ndindex(rows, columns):
            top, left = i * stride[0], j * stride[1]
            window = x[
                :, first : first + channels,
                top : top + dilation[0] * (kh - 1) + 1 : dilation[0],
                left : left + dilation[1] * (kw - 1) + 1 : dilation[1],
            ]  # fmt: skip
            kernel = w[o, i, j, :, ::-1, ::-1] if flip else w[o, i, j]
            y[:, o, i, j] = np.sum(window * kernel, axis=(1, 2, 3))
    return y


@configurations(60)
@given(st.data(), seeds, st.sampled_from(["float64", "float32"]))
def test_agrees_with_the_written_out_sum(data, seed, dtype):
    def draw(low, high):
        return data.draw(st.integers(low, high))

    groups, channels = draw(1, 2), draw(1, 2)
    outputs, kernel = groups * draw(1, 2), (draw(1, 3), draw(1, 3))
    stride, dilation = (draw(1, 2), draw(1, 3)), (draw(1, 2), draw(1, 2))
    padding = [(draw(0, 2), draw(0, 2)) for _ in range(2)]
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    size = [max(1, r - sum(p)) + draw(0, 3) for r, p in zip(reach, padding, strict=True)]
    positions = [
        (s + sum(p) - r) // t + 1 for s, p, r, t in zip(size, padding, reach, stride, strict=True)
    ]
    flip = data.draw(st.booleans())
    x = random_array(seed, (draw(0, 2), groups * channels, *size), dtype)
    w = random_array(seed + 1, (outputs, *positions, channels, *kernel), dtype)
    attributes = {
        "stride": stride, "padding": padding, "dilation": dilation, "groups": groups, "flip": flip,
    }  # fmt: skip
    ours = convoy.local_conv(x, w, **attributes)
    assert ours.dtype == dtype
    assert_agrees(ours, written_out(x.astype(np.float64), w.astype(np.float64), **attributes))


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_equal_kernels_everywhere_make_a_convolution(rank):
    x = random_array(1, (2, 3, *(4, 5, 3)[:rank]))
    w = random_array(2, (4, 3, *(2, 3, 1)[:rank]))
    expected = convoy.conv(x, w, padding=1, flip=True)
    everywhere = np.broadcast_to(
        w.reshape(4, *[1] * rank, *w.shape[1:]), (4, *expected.shape[2:], *w.shape[1:])
    )
    assert_agrees(convoy.local_conv(x, everywhere, padding=1, flip=True), expected)


def test_gradients():
    x, w = random_array(1, (2, 2, 4, 3)), random_array(2, (2, 2, 2, 1, 2, 2))
    assert_gradient(
        lambda a, b: convoy.local_conv(a, b, stride=(2, 1), groups=2, flip=True), [x, w]
    )


def test_layouts():
    x = random_array(0, (2, 3, 4, 5))
    assert_agrees(convoy.channels_last(x), x.transpose(0, 2, 3, 1))
    assert_agrees(convoy.channels_first(convoy.channels_last(x)), x)
    assert_agrees(convoy.oihw_to_hwio(x), x.transpose(2, 3, 1, 0))
    assert_agrees(convoy.hwio_to_oihw(convoy.oihw_to_hwio(x)), x)
    assert_agrees(convoy.oihw_to_ohwi(x), x.transpose(0, 2, 3, 1))
    assert_agrees(convoy.ohwi_to_oihw(convoy.oihw_to_ohwi(x)), x)
    line = random_array(0, (2, 3, 4))
    assert_agrees(convoy.oihw_to_hwio(line), line.transpose(2, 1, 0))
    with pytest.raises(convoy.ShapeError, match="channels_last"):
        convoy.channels_last(np.zeros((2, 3)))
