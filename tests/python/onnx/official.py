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
_REASONS: dict[str, tuple[str, ...]] = {
    "the size of the result depends on data": ("Compress", "NonZero", "Unique"),
    "sequences, maps and optional values": (
        "ConcatFromSequence",
        "OptionalGetElement",
        "OptionalHasElement",
        "SequenceAt",
        "SequenceConstruct",
        "SequenceEmpty",
        "SequenceErase",
        "SequenceInsert",
        "SequenceLength",
        "SequenceMap",
        "SplitToSequence",
    ),
    "texts, documents and files of pictures": (
        "ImageDecoder",
        "RegexFullMatch",
        "StringConcat",
        "StringNormalizer",
        "StringSplit",
        "TfIdfVectorizer",
    ),
    "loops": ("Loop", "Scan"),
    "recurrent networks": ("GRU", "LSTM", "RNN"),
    "language models: attention as one operator, and what goes with it": (
        "Attention",
        "CausalConvWithState",
        "LinearAttention",
        "RotaryEmbedding",
        "TensorScatter",
        "ai.onnx.preview.FlexAttention",
    ),
    "sound": (
        "BlackmanWindow",
        "DFT",
        "HammingWindow",
        "HannWindow",
        "MelWeightMatrix",
        "STFT",
    ),
    "warping of pictures at places that depend on data": (
        "AffineGrid",
        "DeformConv",
        "GridSample",
        "RoiAlign",
    ),
    "random numbers, which ONNX leaves to the runtime": ("Bernoulli", "RandomUniformLike"),
    "general linear algebra": ("Det",),
    "bits": ("BitCast", "BitwiseAnd", "BitwiseOr", "BitwiseXor"),
    "training by operators of the format; gradients are made of ordinary ones here": (
        "ai.onnx.preview.training.Adagrad",
        "ai.onnx.preview.training.Adam",
        "ai.onnx.preview.training.Gradient",
        "ai.onnx.preview.training.Momentum",
    ),
    "classical machine learning": (
        "ai.onnx.ml.ArrayFeatureExtractor",
        "ai.onnx.ml.Binarizer",
        "ai.onnx.ml.LabelEncoder",
        "ai.onnx.ml.TreeEnsemble",
    ),
}
OUT_OF_SCOPE = {operator: reason for reason, names in _REASONS.items() for operator in names}

# Types that Convoy does not have; tests with a value of such a type are out of scope.
_TYPES = (
    "STRING",
    "FLOAT8E4M3FN",
    "FLOAT8E4M3FNUZ",
    "FLOAT8E5M2",
    "FLOAT8E5M2FNUZ",
    "FLOAT8E8M0",
    "FLOAT4E2M1",
    "UINT4",
    "INT4",
    "UINT2",
    "INT2",
)
_TYPE_NUMBERS = {getattr(onnx.TensorProto, name) for name in _TYPES}

# Single tests of operators that it does import.
_UNROUNDED = "length_resized is taken unrounded, size × scale, which no runtime does"
_PADDED = "results of unknown size are padded (decision 6), and the model states another size"
EXCEPTIONS: dict[str, str] = {
    "test_maxunpool_export_with_output_shape": "indices count over a shape that is not the "
    "result's; ONNX Runtime and MaxPool count over the result's",
    "test_nonmaxsuppression_identical_boxes": _PADDED,
    "test_nonmaxsuppression_suppress_by_IOU_and_scores": _PADDED,
    "test_resize_downsample_scales_cubic_align_corners": _UNROUNDED,
    "test_resize_downsample_scales_linear_align_corners": _UNROUNDED,
    "test_attention_4d_causal_fp16_expanded": "two of 192 half-precision elements, off by a unit",
    "test_training_dropout": "dropout that draws",
    "test_training_dropout_default": "dropout that draws",
    "test_training_dropout_default_mask": "dropout that draws",
    "test_training_dropout_mask": "dropout that draws",
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

    @property
    def opset(self) -> int:
        standard = [o.version for o in self.model.opset_import if o.domain in ("", "ai.onnx")]
        return standard[0] if standard else 7

    @property
    def unsupported_type(self) -> str | None:
        """Why the types of inputs, outputs, or casts put it out of scope."""
        graph = self.model.graph
        ports = [port.type for port in (*graph.input, *graph.output)]
        if any(port.WhichOneof("value") not in (None, "tensor_type") for port in ports):
            return "sequences, maps and optional values"
        numbers = {port.tensor_type.elem_type for port in ports}
        numbers |= {a.i for node in graph.node for a in node.attribute if a.name == "to"}
        return (
            "types below eight bits, eight-bit floats and strings"
            if (numbers & _TYPE_NUMBERS)
            else None
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
    case = CASES[name]
    if name in EXCEPTIONS:
        return EXCEPTIONS[name]
    for operator in sorted(case.operators):
        if operator in OUT_OF_SCOPE:
            return OUT_OF_SCOPE[operator]
    if case.opset < 7:
        return "written in an opset before 7"
    return case.unsupported_type
