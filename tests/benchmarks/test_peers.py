"""What benchmarks/peers makes of figures: ratios, a table, the page; and the cases it has."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convoy

PEERS = Path(__file__).parents[2] / "benchmarks" / "peers"


@pytest.fixture(autouse=True)
def peers_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PEERS)
    for name in ("cases", "engines", "graphs", "report", "video", "worker"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def found(**changes: Any) -> dict[str, Any]:
    facts = {"ready": "1.0", "mean": 1.0, "deviation": 2.0}
    return {
        "title": "net",
        "case": {"kind": "network", "name": "net"},
        "rounds_ms": {"convoy": [1.0, 2.0, 4.0], "other": [2.0, 6.0, 4.0]},
        "facts": {"convoy": facts, "other": facts | changes},
        "skipped": {"third": "not installed"},
    }


def test_ratios_are_taken_within_rounds() -> None:
    import report

    assert report.ratio(found(), "other") == (2.0, 1.0, 3.0)


def test_the_table_tells_spread_versions_and_what_is_left_out() -> None:
    import report

    results = {"machine": report.machine(2), "when": "today", "cases": [found()]}
    text = report.table(results)
    assert "| net | 2 | 4 (2.00×, 1.00–3.00) |" in text
    assert "other 1.0" in text
    assert "third: not installed" in text
    assert "differ" not in text
    results["cases"] = [found(mean=1.5)]
    assert "differ" in report.table(results)


def test_layers_have_a_table_of_their_own_and_a_base_for_each_peer() -> None:
    """Who works on images in its own order is held against the steps, others against the call."""
    import report

    layer = found() | {"title": "1x1", "case": {"kind": "layer", "name": "1x1"}}
    layer["rounds_ms"] = {
        "convoy": [4.0, 4.0],
        "convoy steps": [2.0, 2.0],
        "torch": [6.0, 6.0],
        "openvino": [6.0, 6.0],
    }
    layer["facts"] = dict.fromkeys(layer["rounds_ms"], layer["facts"]["convoy"])
    assert report.ratio(layer, "torch") == (3.0, 3.0, 3.0)
    assert report.ratio(layer, "openvino") == (1.5, 1.5, 1.5)
    results = {"machine": report.machine(2), "when": "today", "cases": [found(), layer]}
    text = report.table(results)
    assert text.count("| ms |") == 2
    assert "| 1x1 | 4 | 2 | 6 (3.00×, 3.00–3.00) | 6 (1.50×, 1.50–1.50) |" in text


def test_own_steps_leave_conversions_out() -> None:
    import cases
    import engines

    case = cases.Case("layer", "awkward depthwise 3x3 61 @13")
    steps = engines.ENGINES["convoy steps"].load(case, 1, Path())
    assert steps() is not None
    (own,) = steps.turn(0.001)
    profile = steps.within.profile(*steps.arrays, runs=3)
    of_layer = [engines.is_of_layer(step) for step in profile.plan.steps]
    # Into blocks, the layer, who reads its result, and that out of blocks.
    assert of_layer == [False, True, False, False]
    assert own > 0
    with pytest.raises(engines.NotOffered):
        engines.ENGINES["convoy steps"].load(cases.Case("network", "lenet"), 1, Path())


def test_the_gradient_of_an_image_is_the_users() -> None:
    import cases
    import graphs

    image = graphs.work_of(cases.Case("layer", "7x7 3-64 s2 @224", direction="grad_input")).graph
    assert graphs.within_network(image) is image
    inner = graphs.work_of(cases.Case("layer", "awkward 3x3 64-64 @1", direction="grad_input"))
    assert graphs.within_network(inner.graph) is not inner.graph


def test_engines_of_a_case() -> None:
    import cases
    import engines

    network, layer = cases.Case("network", "lenet"), cases.Case("layer", "1x1 64-64 @80")
    assert "convoy steps" not in engines.engines_for(network, None)
    assert "openvino bf16" in engines.engines_for(network, None)
    assert "openvino bf16" not in engines.engines_for(layer, None)
    assert engines.engines_for(layer, ["torch"]) == ["convoy", "convoy steps", "torch"]
    assert engines.engines_for(network, ["torch"]) == ["convoy", "torch"]


def test_a_worker_takes_one_case_after_the_other() -> None:
    import cases

    orders = []
    for name, direction in (("1x1 64-64 @80", "forward"), ("nothing", "forward")):
        orders.append({"engine": "convoy", "threads": 1, "folder": "."})
        orders[-1]["case"] = asdict(cases.Case("layer", name, direction))
        if name != "nothing":
            orders.append({"seconds": 0.001})
    orders.append(orders[0])
    done = subprocess.run(
        [sys.executable, PEERS / "worker.py"],
        input="".join(json.dumps(order) + "\n" for order in orders),
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"PYTHONPATH": str(Path(convoy.__file__).parents[1])},
    )
    first, turn, unknown, again = map(json.loads, done.stdout.splitlines())
    assert first["mean"] == again["mean"]
    assert turn["times"][0] > 0
    assert "KeyError" in unknown["skip"]


def test_the_network_over_films_is_as_published() -> None:
    import cases
    import graphs

    work = graphs.work_of(cases.Case("network", "r3d18"))
    # R3D-18 has 33.4 M parameters with its batch norms, 40.7 G multiply-adds.
    count = sum(int(np.prod(p.shape)) for p in work.graph.parameters)
    assert 33.1e6 < count < 33.5e6
    assert tuple(work.graph.outputs[0].shape) == (1, 400)


def test_figures_go_between_the_marks(tmp_path: Path) -> None:
    import report

    out, docs = tmp_path / "out", tmp_path / "docs"
    out.mkdir()
    (docs / "images").mkdir(parents=True)
    (out / "plot.svg").write_text("<svg/>")
    page = PEERS.parents[1] / "docs" / "benchmarks.md"
    (docs / "benchmarks.md").write_text(page.read_text())
    for figures in ("first", "second"):
        (out / "table.md").write_text(figures)
        report.publish(out, docs)
    text = (docs / "benchmarks.md").read_text()
    assert "second" in text
    assert "first" not in text.split(report.BEGIN)[1]
    assert text.startswith("# Benchmarks")
    assert text.count(report.BEGIN) == text.count(report.END) == 1


def test_layers_are_what_their_names_say() -> None:
    """Each direction builds, with the shapes that peers use, and the adjoints fit the forward."""
    import cases
    import graphs

    for name, layer in cases.LAYERS.items():
        for direction in cases.DIRECTIONS:
            case = cases.Case("layer", name, direction, 2)
            work = graphs.work_of(case)
            (result,) = work.graph.outputs
            key = {"forward": "y", "grad_input": "x", "grad_weight": "w"}[direction]
            shape = case.layer.shapes[key]
            assert tuple(result.shape) == shape, (name, direction)
            assert [a.shape for a in work.arrays] == [tuple(v.shape) for v in work.graph.inputs]
        assert f"{layer.channels}-{layer.outputs}" in name or str(layer.channels) in name


def test_a_step_learns() -> None:
    import cases
    import graphs

    work = graphs.work_of(cases.Case("step", "lenet", batch=2))
    f = convoy.compile(work.graph.inputs, work.graph.outputs, updates=work.updates)
    losses = [float(f(*work.arrays)[0]) for _ in range(4)]
    assert losses[-1] < losses[0]
    assert np.isfinite(losses).all()
