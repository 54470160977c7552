"""A second consumer of the text: IREE's compiler and runtime, where they are installed
(pip install iree-base-compiler iree-base-runtime; some 400 MiB, so CI goes without)."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from test_architectures import NETWORKS, assert_agree, built, picture

import convoy

compiler: Any = pytest.importorskip("iree.compiler", reason="IREE's compiler is not installed")
runtime: Any = pytest.importorskip("iree.runtime", reason="IREE's runtime is not installed")


def run_by_iree(graph: convoy.Graph, *arrays: np.ndarray, **options: Any) -> list[np.ndarray]:
    made = convoy.to_stablehlo(graph, **options)
    module = compiler.compile_str(
        made.text, target_backends=["llvm-cpu"], input_type="stablehlo",
        extra_args=["--iree-llvmcpu-target-cpu=host"],
    )  # fmt: skip
    config = runtime.Config("local-task")
    context = runtime.SystemContext(config=config)
    context.add_vm_module(runtime.VmModule.copy_buffer(context.instance, module))
    values = [p.value for p in graph.parameters]
    results = context.modules.convoy["main"](*arrays, *values, *made.constants)
    return [np.asarray(r) for r in (results if isinstance(results, (list, tuple)) else [results])]


@pytest.mark.parametrize("layout", ["channels_first", "channels_last"])
def test_a_convolution(layout: Any) -> None:
    random = np.random.default_rng(1)
    x = convoy.input("x", (2, 3, 9, 8), "float32")
    w = convoy.parameter("w", random.standard_normal((4, 3, 3, 3)).astype(np.float32))
    graph = convoy.Graph([x], [convoy.gelu(convoy.conv(x, w, stride=2, padding=1, flip=True))])
    data = random.standard_normal((2, 3, 9, 8)).astype(np.float32)
    (ours,) = run_by_iree(graph, data, layout=layout)
    truth = convoy.compile(graph, backend="reference")(data)
    np.testing.assert_allclose(ours, truth, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks(name: str) -> None:
    graph = built(name, **NETWORKS[name]).graph
    (x,) = picture(graph).values()
    truth = convoy.compile(graph, backend="reference")(x)
    (ours,) = run_by_iree(graph, x)
    assert_agree(name, ours, truth)
