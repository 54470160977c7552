"""Which folder may include which: the layering of docs/decisions/0001-one-library-target.md.

The rules are the two tables below. A new folder of convoy/ needs a row before it may hold a file.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

# What turns a graph into numbers: none knows another, and only convoy/compile names them.
BACKENDS = {"reference", "cpu", "xla"}

# What programs use the library for, without the networks that come with it.
LIBRARY = {
    "base",
    "ops",
    "graph",
    "composites",
    "passes",
    "compile",
    "nn",
    "onnx",
    "io",
    "stablehlo",
}

# Layer → layers whose headers it may include, besides its own; in the order of the building.
# Headers of ops are data and type rules and know no graph; their sources hold builders and
# gradients and use it.
LAYERS = {
    "base": set(),
    "ops/*.h": {"base"},
    "graph": {"base", "ops"},
    "ops/*.cc": {"base", "graph"},
    "composites": {"base", "ops", "graph"},
    "passes": {"base", "ops", "graph", "composites"},
    "reference": {"base", "ops", "graph", "composites", "passes"},
    "io": {"base"},
    "cpu": {"io", "base", "ops", "graph", "composites", "passes", "reference"},
    "stablehlo": {"base", "ops", "graph"},
    "xla": {"io", "base", "ops", "graph", "stablehlo"},
    "onnx": {"io", "base", "ops", "graph", "composites", "passes", "reference"},
    "compile": {"base", "ops", "graph", "composites", "passes", "stablehlo"} | BACKENDS,
    "nn": {"base", "ops", "graph", "composites", "passes", "compile"},
    "models": {"base", "ops", "graph", "composites", "passes", "compile", "nn"},
    "convoy.h": LIBRARY,
    "cli": LIBRARY | {"models", "xla", "convoy.h"},
    "python": LIBRARY | {"models", "xla", "convoy.h"},
}

# What gradient rules see of the graph: a header for sources, so no other header of ops includes it.
FOR_SOURCES = {"convoy/ops/backward.h"}

# The thin ones may name a neighbour without its folder; in convoy/ each header has one spelling.
SURFACES = {"cli", "python"}

SOURCES = {".h", ".cc"}
INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def folder_of(path: str) -> str:
    """The folder that rules speak of: `convoy/ops/conv.h` is of ops, `cli/main.cc` of cli."""
    parts = path.split("/")
    return parts[1] if parts[0] == "convoy" else parts[0]


def layer_of(path: str) -> str:
    folder = folder_of(path)
    if path in FOR_SOURCES:
        return f"{folder}/*.cc"
    return f"ops/*{Path(path).suffix}" if folder == "ops" else folder


def violations(path: str, text: str) -> list[str]:
    """What the file at `path` (from the root) includes against the rules, as sentences."""
    layer = layer_of(path)
    if layer not in LAYERS:
        return [f"{path}: no rule for '{layer}'; give it a row in LAYERS"]
    found = []
    for included in INCLUDE.findall(text):
        if ".." in included or ("/" not in included and layer not in SURFACES):
            found.append(f'{path}: "{included}" is to be written from the root of the project')
            continue
        target = folder_of(included) if "/" in included else layer
        above = included in FOR_SOURCES and layer == "ops/*.h"
        if above or (target != folder_of(path) and target not in LAYERS[layer]):
            found.append(f'{path}: {layer} may not include "{included}"')
    return found


def sources() -> list[Path]:
    return sorted(
        file
        for top in ("convoy", "cli", "python/src")
        for file in (ROOT / top).rglob("*")
        if file.suffix in SOURCES
    )


def test_no_file_includes_a_layer_above_it() -> None:
    found = [
        sentence
        for file in sources()
        for sentence in violations(file.relative_to(ROOT).as_posix(), file.read_text())
    ]
    assert not found, "\n".join(found)


def test_rules_go_one_way() -> None:
    order = list(LAYERS)
    for layer, allowed in LAYERS.items():
        below = {folder.removesuffix("/*.h").removesuffix("/*.cc")
                 for folder in order[: order.index(layer)]}  # fmt: skip
        assert allowed <= below, f"{layer} may include what stands above it: {allowed - below}"


def test_only_compile_names_backends() -> None:
    # The backend cpu falls back to the reference, and import works out constants by it; the command
    # line lists XLA's devices, and Python brings the jaxlib in its process. All else is compiled.
    named = {layer: allowed & BACKENDS for layer, allowed in LAYERS.items() if allowed & BACKENDS}
    assert named == {
        "cpu": {"reference"}, "onnx": {"reference"},
        "compile": BACKENDS, "cli": {"xla"}, "python": {"xla"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "included"),
    [
        ("convoy/base/tensor.h", "convoy/graph/graph.h"),
        ("convoy/ops/conv.h", "convoy/graph/value.h"),
        ("convoy/graph/graph.cc", "convoy/passes/simplify.h"),
        ("convoy/passes/fold.cc", "convoy/reference/evaluate.h"),
        ("convoy/reference/conv.cc", "convoy/compile/compile.h"),
        ("convoy/nn/conv.cc", "convoy/reference/evaluate.h"),
        ("cli/main.cc", "convoy/reference/evaluate.h"),
        ("python/src/module.cc", "convoy/reference/evaluate.h"),
        ("convoy/ops/conv.h", "convoy/ops/backward.h"),
        ("convoy/nn/conv.h", "convoy/convoy.h"),
        ("convoy/convoy.h", "convoy/reference/evaluate.h"),
        ("python/src/module.cc", "cli/info.h"),
        ("convoy/ops/conv.cc", "conv.h"),
        ("convoy/ops/conv.cc", "../graph/graph.h"),
        ("convoy/nowhere/a.cc", "convoy/base/tensor.h"),
    ],
)
def test_a_forbidden_include_is_found(path: str, included: str) -> None:
    assert violations(path, f'#pragma once\n#include "{included}"\n')


@pytest.mark.parametrize(
    ("path", "included"),
    [
        ("convoy/ops/conv.cc", "convoy/graph/graph.h"),
        ("convoy/ops/conv.cc", "convoy/ops/conv.h"),
        ("convoy/compile/compile.cc", "convoy/reference/evaluate.h"),
        ("cli/main.cc", "cli/info.h"),
        ("convoy/ops/conv.cc", "convoy/ops/backward.h"),
        ("convoy/ops/backward.h", "convoy/graph/value.h"),
        ("python/src/module.cc", "python/src/tensor.h"),
        ("python/src/module.cc", "tensor.h"),
        ("python/src/module.cc", "convoy/convoy.h"),
        ("python/src/module.cc", "convoy/nn/conv.h"),
    ],
)
def test_an_allowed_include_is_let_through(path: str, included: str) -> None:
    assert not violations(path, f'#include "{included}"\n')
