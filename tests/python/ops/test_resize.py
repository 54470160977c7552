"""resize against the ONNX reference evaluator, and by hand where that has another meaning."""

import numpy as np
import onnx
import pytest
from hypothesis import assume, given, strategies as st
from onnx.reference import ReferenceEvaluator
from support import (
    FLOATS,
    assert_agrees,
    assert_gradient,
    configurations,
    our_vjp,
    random_array,
    seeds,
)

import convoy

COORDINATES = [
    "half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "asymmetric", "align_corners",
]  # fmt: skip
NEAREST = ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]


def onnx_resize(x, size=None, scales=None, **attributes):
    names = {"coordinate_mode": "coordinate_transformation_mode"}
    attributes = {
        names.get(k, k): int(v) if isinstance(v, bool) else v for k, v in attributes.items()
    }
    inputs = ["x", "", "scales" if size is None else "", "" if size is None else "sizes"]
    node = onnx.helper.make_node("Resize", inputs, ["y"], **attributes)
    graph = onnx.helper.make_graph(
        [node], "g",
        [onnx.helper.make_tensor_value_info("x", onnx.TensorProto.DOUBLE, None),
         onnx.helper.make_tensor_value_info("scales", onnx.TensorProto.FLOAT, None),
         onnx.helper.make_tensor_value_info("sizes", onnx.TensorProto.INT64, None)],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.DOUBLE, None)],
    )  # fmt: skip
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 19)])
    feeds = {"x": x}
    if size is None:
        feeds["scales"] = np.array([1, 1, *scales], dtype=np.float64)
    else:
        feeds["sizes"] = np.array([*x.shape[:2], *size], dtype=np.int64)
    return ReferenceEvaluator(model).run(None, feeds)[0]


@st.composite
def interpolations(draw):
    """Shape, and attributes. Scales are multiples of 1/8 so that sizes are exact."""
    rank = draw(st.integers(1, 3))
    largest = 5 if rank == 3 else 8
    mode = draw(st.sampled_from(["nearest", "linear", "linear", "cubic", "cubic"]))
    coordinate_mode = draw(st.sampled_from(COORDINATES))
    shape = [draw(st.integers(1, largest)) for _ in range(rank)]
    attributes = {"mode": mode, "coordinate_mode": coordinate_mode}
    if draw(st.booleans()):
        attributes["size"] = [draw(st.integers(1, largest)) for _ in range(rank)]
        after = attributes["size"]
    else:
        scales = [draw(st.integers(2, 24)) / 8 for _ in range(rank)]
        if coordinate_mode in ("align_corners", "pytorch_half_pixel"):
            # The evaluator takes the length to be scale × size here, whole or not.
            scales = [float(draw(st.integers(1, 3))) for _ in range(rank)]
        scales = [max(s, 1 / n) for s, n in zip(scales, shape, strict=True)]
        attributes["scales"] = scales
        after = [int(s * n) for s, n in zip(scales, shape, strict=True)]
    if mode == "nearest":
        attributes["nearest_mode"] = draw(st.sampled_from(NEAREST))
    else:
        attributes["antialias"] = draw(st.booleans())
        attributes["exclude_outside"] = draw(st.booleans())
    if mode == "cubic":
        attributes["cubic_coeff_a"] = draw(st.sampled_from([-0.75, -0.5]))
    if coordinate_mode == "pytorch_half_pixel" and 1 in after:
        attributes["coordinate_mode"] = "half_pixel"  # the evaluator's coordinate is −½
    return [draw(st.integers(1, 2)), draw(st.integers(1, 2)), *shape], attributes


def near_a_tie(shape, attributes):
    """Whether a coordinate misses a whole number or a half by rounding only: there the evaluator,
    which adds the width of a border first, may choose another neighbour."""
    for axis, before in enumerate(shape[2:]):
        if "size" in attributes:
            after = attributes["size"][axis]
            scale = after / before
        else:
            scale = attributes["scales"][axis]
            after = int(scale * before)
        i = np.arange(after)
        half_pixel = (i + 0.5) / scale - 0.5
        at = {
            "asymmetric": i / scale,
            "align_corners": i * (before - 1) / max(after - 1, 1),
            "half_pixel_symmetric": before / 2 * (1 - after / (scale * before)) + half_pixel,
        }.get(attributes["coordinate_mode"], half_pixel)
        missed = np.abs(at - np.round(2 * at) / 2)  # from whole coordinates and halves
        if np.any((missed > 0) & (missed < 1e-9)):
            return True
    return False


@configurations(150)
@given(interpolations(), seeds, st.sampled_from(FLOATS))
def test_resize_agrees_with_onnx(configuration, seed, dtype):
    shape, attributes = configuration
    assume(not near_a_tie(shape, attributes))
    x = random_array(seed, shape, dtype)
    ours = convoy.resize(x, **attributes)
    assert ours.dtype == x.dtype
    # The evaluator computes the weights of cubic in float32.
    precision = "float32" if attributes["mode"] == "cubic" else dtype
    assert_agrees(ours, onnx_resize(x.astype(np.float64), **attributes), precision)


@configurations(50)
@given(interpolations(), seeds)
def test_gradient_is_the_transpose_of_the_linear_map(configuration, seed):
    shape, attributes = configuration
    shape = [1, 1, *shape[2:]]
    count = int(np.prod(shape))
    # One unit array for each element, along the batch axis: the columns of the map.
    units = np.eye(count).reshape(count, 1, *shape[2:])
    columns = convoy.resize(units, **attributes)
    grad = random_array(seed, (1, *columns.shape[1:]))
    expected = (columns.reshape(count, -1) @ grad.ravel()).reshape(shape)
    x = random_array(seed + 1, shape)
    ours = our_vjp(lambda a: convoy.resize(a, **attributes), [x], grad, [0])[0]
    assert_agrees(ours, expected)


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_second_derivatives_run_through_the_adjoint(mode):
    def build(a):
        y = convoy.resize(a, [3, 7], mode=mode, antialias=mode != "nearest")
        return convoy.gradients([convoy.mul(y, y)], [a], [y])[0]

    assert_gradient(build, [random_array(1, (1, 1, 5, 4))])


def test_linear_doubling_by_hand():
    x = np.array([[[1.0, 3.0]]])
    half_pixel = convoy.resize(x, [4], mode="linear")
    corners = convoy.resize(x, [4], mode="linear", coordinate_mode="align_corners")
    asymmetric = convoy.resize(x, [4], mode="linear", coordinate_mode="asymmetric")
    assert_agrees(half_pixel, [[[1, 1.5, 2.5, 3]]])
    assert_agrees(corners, [[[1, 5 / 3, 7 / 3, 3]]])
    assert_agrees(asymmetric, [[[1, 2, 3, 3]]])


def test_cubic_weights_are_keys_to_the_last_digit():
    a, unit = -0.75, np.eye(9).reshape(9, 1, 9)
    weights = convoy.resize(unit, [27], mode="cubic")[:, 0]

    def kernel(d):
        d = abs(d)
        near, far = (a + 2) * d**3 - (a + 3) * d**2 + 1, a * (d**3 - 5 * d**2 + 8 * d - 4)
        return near if d <= 1 else far if d < 2 else 0.0

    for i in range(9, 18):  # the inner ones, whose neighbours are all inside
        expected = [kernel((i + 0.5) / 3 - 0.5 - j) for j in range(9)]
        np.testing.assert_allclose(weights[:, i], expected, rtol=1e-13, atol=1e-15)


def test_nearest_modes_differ_at_ties_only():
    x = np.array([[[10, 20, 30]]])
    for nearest_mode, expected in {
        "round_prefer_floor": [10, 10, 20, 20, 30, 30],
        "round_prefer_ceil": [10, 20, 20, 30, 30, 30],
        "floor": [10, 10, 20, 20, 30, 30],
        "ceil": [10, 20, 20, 30, 30, 30],
    }.items():
        ours = convoy.resize(x, [6], coordinate_mode="asymmetric", nearest_mode=nearest_mode)
        np.testing.assert_array_equal(ours, [[expected]])


def test_the_given_scale_decides_not_the_ratio_of_sizes():
    x = np.arange(5.0).reshape(1, 1, 5)
    by_scale = convoy.resize(x, scales=0.5, mode="linear")  # 5·½ = 2.5 → 2 elements, 2 apart
    by_size = convoy.resize(x, [2], mode="linear")  # 2.5 apart
    assert_agrees(by_scale, [[[0.5, 2.5]]])
    assert_agrees(by_size, [[[0.75, 3.25]]])


def test_pytorch_half_pixel_reads_element_zero_for_a_single_output():
    x = random_array(1, (1, 1, 5))
    for mode in ("nearest", "linear", "cubic"):
        ours = convoy.resize(x, [1], mode=mode, coordinate_mode="pytorch_half_pixel")
        assert_agrees(ours, x[:, :, :1])


@pytest.mark.parametrize("dtype", ["int64", "uint8", "bool", "float16", "bfloat16"])
def test_nearest_takes_every_dtype_exactly(dtype):
    x = random_array(1, (1, 2, 3), dtype)
    if dtype == "int64":
        x = x + 2**60 + 1
    np.testing.assert_array_equal(convoy.resize(x, scales=2), np.repeat(x, 2, 2))


def test_taps_of_weight_zero_are_not_read():
    x = np.array([[[1.0, np.nan, 3.0]]])
    ours = convoy.resize(x, [5], mode="linear", coordinate_mode="align_corners")
    np.testing.assert_array_equal(np.isnan(ours), [[[False, True, True, True, False]]])


def test_symbolic_sizes_scale_too():
    x = convoy.input("x", ["N", 1, "H"], "float64")
    y = convoy.resize(x, scales=1.5, mode="linear")
    function = convoy.compile([x], y)
    for size in (3, 4):
        array = random_array(1, (2, 1, size))
        assert_agrees(function(array), convoy.resize(array, scales=1.5, mode="linear"))
