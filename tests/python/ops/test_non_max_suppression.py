"""non_max_suppression against the definition written out, and the ONNX reference evaluator."""

import numpy as np
import onnx
import pytest
from hypothesis import given, strategies as st
from onnx.reference import ReferenceEvaluator
from support import configurations, random_array, seeds

import convoy


def onnx_rows(boxes, scores, most, iou, threshold, center):
    inputs = ["boxes", "scores", "most", "iou", *(["threshold"] if threshold is not None else [])]
    node = onnx.helper.make_node("NonMaxSuppression", inputs, ["y"], center_point_box=int(center))
    types = {"most": onnx.TensorProto.INT64}
    graph = onnx.helper.make_graph(
        [node], "g",
        [onnx.helper.make_tensor_value_info(n, types.get(n, onnx.TensorProto.FLOAT), None)
         for n in inputs],
        [onnx.helper.make_tensor_value_info("y", onnx.TensorProto.INT64, None)],
    )  # fmt: skip
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 11)])
    feeds = {"boxes": boxes, "scores": scores, "most": np.array([most]), "iou": np.array([iou])}
    if threshold is not None:
        feeds["threshold"] = np.array([threshold])
    return ReferenceEvaluator(model).run(None, feeds)[0].reshape(-1, 3)


@configurations(100)
@given(
    st.integers(1, 2), st.integers(1, 3), st.integers(1, 12), st.integers(0, 6),
    st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]), st.sampled_from([None, -0.5, 0.0, 0.5]),
    st.booleans(), st.sampled_from(["float32", "float64"]), seeds,
)  # fmt: skip
def test_the_same_boxes_as_onnx(batch, classes, count, most, iou, threshold, center, dtype, seed):
    boxes = random_array(seed, (batch, count, 4), "float64")
    if center:
        boxes[..., 2:] = np.abs(boxes[..., 2:]) * 2
    # Few distinct scores: ties go to the lower index.
    scores = np.round(random_array(seed + 1, (batch, classes, count)) * 2) / 2 + 0.25
    attributes = {} if threshold is None else {"score_threshold": threshold}
    boxes, scores = boxes.astype(dtype), scores.astype(dtype)
    selected, filled = convoy.non_max_suppression(
        boxes, scores, max_output_boxes_per_class=most, iou_threshold=iou,
        center_point_box=center, **attributes,
    )  # fmt: skip
    expected = onnx_rows(boxes.astype(float), scores.astype(float), most, iou, threshold, center)
    assert selected.dtype == np.int64
    assert selected.shape == (batch * classes * min(most, count), 3)
    assert filled == len(expected)
    np.testing.assert_array_equal(selected[: len(expected)], expected)
    np.testing.assert_array_equal(selected[len(expected) :], -1)


def rows(boxes, scores, **attributes):
    boxes, scores = np.array([boxes], "float32"), np.array([[scores]], "float32")
    selected, count = convoy.non_max_suppression(
        boxes, scores, **{"max_output_boxes_per_class": 10, **attributes}
    )
    return selected[: int(count), 2].tolist()


UNIT = [0, 0, 1, 1]


def test_the_best_of_overlapping_boxes_stays():
    shifted, far = [0, 0.1, 1, 1.1], [5, 5, 6, 6]
    assert rows([UNIT, shifted, far], [0.5, 0.9, 0.3], iou_threshold=0.5) == [1, 2]
    assert rows([UNIT, shifted, far], [0.5, 0.9, 0.3], iou_threshold=0.9) == [1, 0, 2]
    assert rows([UNIT, shifted, far], [0.5, 0.9, 0.3], max_output_boxes_per_class=1) == [1]


def test_overlap_equal_to_the_threshold_stays():
    assert rows([UNIT, [0, 0, 1, 0.5]], [0.9, 0.5], iou_threshold=0.5) == [0, 1]


def test_corners_may_come_in_any_order():
    assert rows([UNIT, [1, 1, 0, 0], [1, 0, 0, 1]], [0.1, 0.3, 0.2], iou_threshold=0.5) == [1]


def test_nan_scores_are_never_selected_and_nan_boxes_overlap_nothing():
    nan = float("nan")
    assert rows([UNIT, UNIT], [nan, 0.5], iou_threshold=0.5) == [1]
    assert rows([UNIT, [0, 0, nan, 1]], [0.9, 0.5], iou_threshold=0.0) == [0, 1]


def test_equal_scores_keep_the_order_of_boxes():
    boxes = [[0, i, 1, i + 0.5] for i in range(40)]
    assert rows(boxes, [0.5] * 40, max_output_boxes_per_class=40) == list(range(40))


def test_the_capacity_follows_symbols():
    boxes, scores = convoy.input("b", ["N", "B", 4]), convoy.input("s", ["N", 2, "B"])
    found = convoy.non_max_suppression(boxes, scores, max_output_boxes_per_class=3)
    function = convoy.compile([boxes, scores], list(found))
    for count, capacity in ((2, 2), (5, 3)):
        selected, filled = function(
            np.zeros((1, count, 4), "float32"), np.zeros((1, 2, count), "float32")
        )
        assert selected.shape == (2 * capacity, 3)
        assert filled == 2 * capacity  # empty boxes overlap nothing


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_half_precision(dtype):
    boxes = np.array([[UNIT, UNIT]]).astype(convoy.cast(np.zeros(1), dtype).dtype)
    scores = np.array([[[0.25, 0.5]]]).astype(boxes.dtype)
    selected, count = convoy.non_max_suppression(boxes, scores, max_output_boxes_per_class=2)
    assert count == 1
    np.testing.assert_array_equal(selected, [[0, 0, 1], [-1, -1, -1]])
