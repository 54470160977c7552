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
OUT_OF_SCOPE: dict[str, str] = {}

# Single tests of operators that it does import.
EXCEPTIONS: dict[str, str] = {}

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
