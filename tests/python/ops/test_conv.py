"""conv against JAX's lax.conv_general_dilated, forward and backward."""

import jax
import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from support import FLOATS, assert_agrees, configurations, our_vjp, random_array, seeds

import convoy


@st.composite
def convolutions(draw):
    """x, w, and attributes: odd sizes, asymmetric kernels and padding, groups, N = 0."""
    rank = draw(st.integers(1, 3))
    groups = draw(st.sampled_from([1, 1, 2, 3]))
    channels = draw(st.integers(1, 3))
    outputs = groups * draw(st.integers(1, 3))
    kernel = [draw(st.integers(1, 4)) for _ in range(rank)]
    dilation = [draw(st.integers(1, 3)) for _ in range(rank)]
    padding = [(draw(st.integers(0, 3)), draw(st.integers(0, 3))) for _ in range(rank)]
    size = []
    for k, d, (begin, end) in zip(kernel, dilation, padding, strict=True):
        least = max(1, d * (k - 1) + 1 - begin - end)
        size.append(draw(st.integers(least, least + 5)))
    x = (draw(st.sampled_from([1, 2, 0])), groups * channels, *size)
    return (
        x,
        (outputs, channels, *kernel),
        {
            "stride": [draw(st.integers(1, 3)) for _ in range(rank)],
            "padding": padding,
            "dilation": dilation,
            "groups": groups,
            "flip": draw(st.booleans()),
        },
    )


def jax_conv(x, w, stride, padding, dilation, groups, flip):
    if flip:
        w = w[(slice(None), slice(None)) + (slice(None, None, -1),) * (w.ndim - 2)]
    spatial = "DHW"[3 - (x.ndim - 2) :]
    return jax.lax.conv_general_dilated(
        x, w, stride, padding, rhs_dilation=dilation, feature_group_count=groups,
        dimension_numbers=("NC" + spatial, "OI" + spatial, "NC" + spatial),
        precision="highest",
    )  # fmt: skip


@configurations(200)
@given(convolutions(), seeds, st.sampled_from(FLOATS))
def test_forward_and_gradients_agree_with_jax(configuration, seed, dtype):
    x_shape, w_shape, attributes = configuration
    x, w = random_array(seed, x_shape, dtype), random_array(seed + 1, w_shape, dtype)
    ours = convoy.conv(x, w, **attributes)
    theirs, pullback = jax.vjp(
        lambda a, b: jax_conv(a, b, **attributes), x.astype(np.float64), w.astype(np.float64)
    )
    assert ours.dtype == dtype
    assert_agrees(ours, theirs)
    grad = random_array(seed + 2, ours.shape, dtype)
    ours_back = our_vjp(lambda a, b: convoy.conv(a, b, **attributes), [x, w], grad, [0, 1])
    for mine, their in zip(ours_back, pullback(grad.astype(np.float64)), strict=True):
        assert_agrees(mine, their)
