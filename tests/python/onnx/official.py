"""Which of ONNX's own backend tests are out of scope, and why."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import convoy.onnx.backend
import numpy as np
import onnx
import onnx.backend.test.loader
import onnx.backend.test.runner

# Operators that Convoy does not import, with the reason; every test that needs one is out of scope.
OUT_OF_SCOPE: dict[str, str] = {
    "CausalConvWithState": "decoding of text, with state",
    "DeformConv": "sampling at learned offsets has no operator here",
    "RoiAlign": "sampling at given boxes has no operator here",
}

# Single tests of operators that it does import.
_CROP = "coordinates of tf_crop_and_resize are not offered"
_UNROUNDED = "length_resized is taken unrounded, size × scale, which no runtime does"
_PADDED = "results of unknown size are padded (decision 6), and the model states another size"
EXCEPTIONS: dict[str, str] = {
    "test_maxunpool_export_with_output_shape": "indices count over a shape that is not the "
    "result's; ONNX Runtime and MaxPool count over the result's",
    "test_nonmaxsuppression_identical_boxes": _PADDED,
    "test_nonmaxsuppression_suppress_by_IOU_and_scores": _PADDED,
    "test_resize_downsample_scales_cubic_align_corners": _UNROUNDED,
    "test_resize_downsample_scales_linear_align_corners": _UNROUNDED,
    "test_resize_tf_crop_and_resize": _CROP,
    "test_resize_tf_crop_and_resize_axes_2_3": _CROP,
    "test_resize_tf_crop_and_resize_axes_3_2": _CROP,
    "test_resize_tf_crop_and_resize_extrapolation_value": _CROP,
}

KINDS = ("node", "simple", "pytorch-converted", "pytorch-operator")


@dataclass(frozen=True)
class Case:
    """One of ONNX's tests."""

    test: Any

    @functools.cached_property
    def model(self) -> onnx.ModelProto:
        if self.test.model is not None:
            return self.test.model
        return onnx.load(f"{self.test.model_dir}/model.onnx")

    @functools.cached_property
    def operators(self) -> frozenset[str]:
        nodes = [*self.model.graph.node, *(n for f in self.model.functions for n in f.node)]
        return frozenset(
            node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
            for node in nodes
        )

    def run(self) -> None:
        """As the suite's own runner does; raises when the results differ."""
        prepared = convoy.onnx.backend.prepare(self.model)
        for inputs, outputs in self.data():
            onnx.backend.test.runner.Runner.assert_similar_outputs(
                outputs, prepared.run(inputs), self.test.rtol, self.test.atol
            )

    def data(self) -> list[tuple[list[Any], list[Any]]]:
        if self.test.data_sets is None:
            return []
        normalize = onnx.backend.test.runner._normalize_tensor
        return [
            ([normalize(i) for i in a], [normalize(o) for o in b]) for a, b in self.test.data_sets
        ]


def _cases() -> dict[str, Case]:
    with np.errstate(all="ignore"):
        return {
            test.name: Case(test)
            for kind in KINDS
            for test in onnx.backend.test.loader.load_model_tests(kind=kind)
        }


CASES = _cases()


def why_out_of_scope(name: str) -> str | None:
    if name in EXCEPTIONS:
        return EXCEPTIONS[name]
    reasons = [OUT_OF_SCOPE[op] for op in CASES[name].operators if op in OUT_OF_SCOPE]
    return reasons[0] if reasons else None
