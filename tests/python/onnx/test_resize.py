"""Resampling, boxes, and blocks of depth."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import onnx.helper as oh
import pytest
from judge import Array, assert_export
from node_models import assert_exported, assert_imported, model_of, op_types

import convoy

RNG = np.random.default_rng(13)


def random(*shape: int, dtype: type = np.float32) -> Array:
    return RNG.standard_normal(shape).astype(dtype)


COORDINATES = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "asymmetric",
               "align_corners"]  # fmt: skip


@pytest.mark.parametrize("coordinate_mode", COORDINATES)
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_resizing_is_exported(mode: str, coordinate_mode: str) -> None:
    for size in [(9, 14), (3, 4), (6, 7)]:
        model = assert_exported(
            lambda x, s=size: convoy.resize(x, s, mode=mode, coordinate_mode=coordinate_mode),
            random(2, 3, 6, 7),
        )
        assert op_types(model) == ["Resize"]
    opset = 19 if coordinate_mode == "half_pixel_symmetric" else 18
    assert model.opset_import[0].version == opset


@pytest.mark.parametrize(
    "nearest_mode", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]
)
def test_every_rounding_is_exported(nearest_mode: str) -> None:
    for coordinate_mode, scale in itertools.product(["half_pixel", "asymmetric"], [2, 0.5, 1.5]):
        assert_exported(
            lambda x, c=coordinate_mode, s=scale: convoy.resize(
                x, scales=s, coordinate_mode=c, nearest_mode=nearest_mode
            ),
            random(1, 2, 6, 8),
        )


def test_options_of_resizing_are_exported() -> None:
    x = random(1, 2, 8, 8)
    for options in (
        {"mode": "cubic", "cubic_coeff_a": -0.5, "exclude_outside": True},
        {"mode": "cubic", "scales": (1.3, 0.6)},
        {"mode": "linear", "scales": (0.7, 1.9)},
        {"mode": "linear", "antialias": True, "size": (3, 5)},
    ):
        size = options.get("size") or (None if "scales" in options else (12, 11))
        rest = {k: v for k, v in options.items() if k != "size"}
        assert_exported(lambda x, s=size, r=rest: convoy.resize(x, s, **r), x)


def test_symbolic_sizes_are_exported() -> None:
    x = convoy.input("x", ["N", 3, "H", "W"])
    y = convoy.resize(x, scales=2)
    assert_export(convoy.Graph([x], convoy.resize(y, scales=0.5, mode="linear")),
                  {"x": random(2, 3, 6, 5)})  # fmt: skip


@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_gradients_of_resizing_are_exported(mode: str) -> None:
    for size, exact in [((12, 14), mode == "nearest"), ((4, 9), False)]:
        assert_exported(
            lambda g: convoy.resize_input_grad(g, (6, 7), mode=mode), random(2, 3, *size),
            exact=exact,
        )  # fmt: skip
    grad = random(1, 2, 5, 4, 6)
    assert_exported(lambda g: convoy.resize_input_grad(g, (3, 4, 3), mode=mode), grad, exact=False)


def test_the_gradient_of_an_upsampling_is_a_sum() -> None:
    model = assert_exported(lambda g: convoy.resize_input_grad(g, (3, 4)), random(1, 2, 6, 8))
    assert op_types(model) == ["Reshape", "ReduceSum"]


@pytest.mark.parametrize("opset", [11, 13, 18, 19])
def test_resize_is_imported(opset: int) -> None:
    x = random(1, 2, 6, 8)
    empty = np.zeros(0, np.float32)
    for mode, coordinates in itertools.product(
        ["nearest", "linear", "cubic"], ["half_pixel", "asymmetric", "align_corners"]
    ):
        attributes: dict[str, Any] = {"mode": mode, "coordinate_transformation_mode": coordinates}
        node = oh.make_node("Resize", ["x", "roi", "scales"], ["y"], **attributes)
        scales = np.array([1, 1, 1.5, 0.5], np.float32)
        assert_imported(node, {"x": x}, constants={"roi": empty, "scales": scales}, opset=opset)
        node = oh.make_node("Resize", ["x", "", "", "sizes"], ["y"], **attributes)
        sizes = np.array([1, 2, 9, 4])
        if opset >= 13:
            assert_imported(node, {"x": x}, constants={"sizes": sizes}, opset=opset)


@pytest.mark.parametrize("policy", ["stretch", "not_larger", "not_smaller"])
def test_the_aspect_ratio_may_be_kept(policy: str) -> None:
    node = oh.make_node("Resize", ["x", "", "", "sizes"], ["y"], axes=[3, 2],
                        keep_aspect_ratio_policy=policy)  # fmt: skip
    assert_imported(node, {"x": random(1, 2, 6, 8)}, constants={"sizes": np.array([11, 9])})


def test_axes_in_front_are_resized() -> None:
    node = oh.make_node("Resize", ["x", "", "", "sizes"], ["y"])
    for shape, sizes in [((4,), [7]), ((3, 4), [6, 2]), ((2, 3, 4), [4, 3, 8])]:
        assert_imported(node, {"x": random(*shape)}, constants={"sizes": np.array(sizes)},
                        judge="evaluator")  # fmt: skip


@pytest.mark.parametrize("mode", ["nearest", "linear"])
def test_older_forms_are_imported(mode: str) -> None:
    x = random(1, 2, 4, 5)
    up, down = np.array([1, 1, 2, 3], np.float32), np.array([1, 1, 0.5, 0.6], np.float32)
    seven = oh.make_node("Upsample", ["x"], ["y"], mode=mode, scales=up.tolist())
    assert_imported(seven, {"x": x}, opset=7)
    nine = oh.make_node("Upsample", ["x", "s"], ["y"], mode=mode)
    assert_imported(nine, {"x": x}, opset=9, constants={"s": up})
    ten = oh.make_node("Resize", ["x", "s"], ["y"], mode=mode)
    for scales in (up, down):
        assert_imported(ten, {"x": x}, opset=10, constants={"s": scales})


@pytest.mark.parametrize(
    ("inputs", "attributes", "message"),
    [
        ({"scales": np.array([1, 1, 0, 1], np.float32)}, {}, "scales must be positive"),
        ({"scales": np.array([1, 1, 2], np.float32)}, {}, "scales has 3 entries for 4 axes"),
        ({"scales": np.array([1, 1, 1e30, 1], np.float32)}, {}, "takes size 4 to"),
        ({"sizes": np.array([1, 2, 1 << 40, 1 << 40])}, {}, ""),
        ({"sizes": np.array([1, 2, -4, 4])}, {}, "sizes must be at least 1"),
        ({}, {}, "either scales or sizes"),
        ({"sizes": np.array([2, 2])}, {"axes": [2, 2]}, "axes hold 2"),
        ({"sizes": np.array([1, 2, 4, 5])}, {"mode": "area"}, "area"),
        ({"sizes": np.array([1, 2, 4, 5])},
         {"coordinate_transformation_mode": "tf_crop_and_resize"}, "input 1 is missing"),
    ],
)  # fmt: skip
def test_wrong_resizes_are_refused(
    inputs: dict[str, Array], attributes: dict[str, Any], message: str
) -> None:
    names = ["x", "", "scales" if "scales" in inputs else "", "sizes" if "sizes" in inputs else ""]
    node = oh.make_node("Resize", names, ["y"], name="up", **attributes)
    data = model_of(node, {"x": random(1, 2, 4, 5)}, constants=inputs).SerializeToString()
    with pytest.raises(convoy.Error, match="'up'") as error:
        convoy.onnx.load(data)
    assert message in str(error.value)


@pytest.mark.parametrize("center_point_box", [False, True])
def test_non_max_suppression_is_exported(center_point_box: bool) -> None:
    corners = RNG.uniform(0, 4, (2, 9, 4)).astype(np.float32)
    boxes = np.abs(corners) if center_point_box else corners
    scores = RNG.uniform(0, 1, (2, 3, 9)).astype(np.float32)
    for options in (
        {"max_output_boxes_per_class": 3, "iou_threshold": 0.4},
        {"max_output_boxes_per_class": 20, "iou_threshold": 0.2, "score_threshold": 0.3},
    ):
        assert_exported(
            lambda b, s, o=options: convoy.non_max_suppression(
                b, s, center_point_box=center_point_box, **o
            ),
            boxes, scores,
        )  # fmt: skip


def test_boxes_found_are_padded_on_import() -> None:
    boxes = RNG.uniform(0, 4, (1, 8, 4)).astype(np.float32)
    scores = RNG.uniform(0, 1, (1, 2, 8)).astype(np.float32)
    node = oh.make_node("NonMaxSuppression", ["b", "s", "n", "i"], ["y"])
    constants = {"n": np.array([5]), "i": np.array([0.3], np.float32)}
    model = model_of(node, {"b": boxes, "s": scores}, constants=constants).SerializeToString()
    rows = convoy.compile(convoy.onnx.load(model))(boxes, scores)
    import onnxruntime

    (found,) = onnxruntime.InferenceSession(model).run(None, {"b": boxes, "s": scores})
    assert rows.shape == (10, 3)
    np.testing.assert_array_equal(rows[: len(found)], found)
    assert (rows[len(found) :] == -1).all()


@pytest.mark.parametrize("opset", [7, 11, 13])
def test_blocks_of_depth_are_imported(opset: int) -> None:
    x = random(2, 8, 4, 6)
    modes = [{}] if opset < 11 else [{}, {"mode": "DCR"}, {"mode": "CRD"}]
    for attributes in modes:
        node = oh.make_node("DepthToSpace", ["x"], ["y"], blocksize=2, **attributes)
        assert_imported(node, {"x": x}, opset=opset)
    assert_imported(oh.make_node("SpaceToDepth", ["x"], ["y"], blocksize=2), {"x": x}, opset=opset)


@pytest.mark.parametrize("coordinate_mode", COORDINATES)
@pytest.mark.parametrize("scale", [0.7, 0.5, 1.4])
def test_antialiasing_goes_by_the_scale_that_was_asked_for(
    scale: float, coordinate_mode: str
) -> None:
    """0.7 of 6 rows are 4, and the filter is 1/0.7 wide, not 6/4."""
    for mode in ("linear", "cubic"):
        options = {"mode": mode, "coordinate_mode": coordinate_mode, "antialias": True}
        x = random(1, 2, 6, 6)
        assert_exported(lambda x, o=options: convoy.resize(x, scales=scale, **o), x)
        assert_exported(lambda x, o=options: convoy.resize(x, (4, 8), **o), x)


def test_sizes_of_any_batch_are_not_resized() -> None:
    """A network exported with any batch, resized to literal sizes of all four axes."""
    node = oh.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="linear")
    constants = {"sizes": np.array([1, 3, 8, 10])}
    shapes = {"x": ("N", "C", "H", "W")}
    x = random(1, 3, 4, 5)
    graph = assert_imported(node, {"x": x}, constants=constants, shapes=shapes)
    assert graph.outputs[0].shape == (1, 3, 8, 10)
    assert_export(graph, {"x": x})
    with pytest.raises(convoy.Error, match="expand"):
        convoy.compile(graph)(random(2, 3, 4, 5))
    # Rows, columns and channels last: rows are resized.
    last = oh.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode="nearest")
    assert_imported(
        last, {"x": random(1, 4, 5, 3)}, constants={"sizes": np.array([1, 8, 10, 3])},
        shapes={"x": (1, "H", "W", 3)}, judge="evaluator",
    )  # fmt: skip


@pytest.mark.parametrize("mode", ["tf_half_pixel_for_nn", "tf_crop_and_resize"])
def test_a_small_file_takes_little_memory(mode: str) -> None:
    roi = np.array([0, 0, 0, 0, 1, 1, 1, 1], np.float32)
    node = oh.make_node("Resize", ["x", "roi", "", "sizes"], ["y"],
                        coordinate_transformation_mode=mode)  # fmt: skip
    for size in (2**24, 2**40, 2**62):
        model = model_of(node, {"x": random(1, 1, 2, 2)},
                         constants={"roi": roi, "sizes": np.array([1, 1, 2, size])})  # fmt: skip
        with pytest.raises(convoy.Error, match=r"filled up, more than|overflow|too large"):
            convoy.onnx.load(model.SerializeToString(), max_expanded_bytes=1 << 20)
