"""What benchmarks/peers makes of figures: ratios, a table, the page; and the cases it has."""

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import convoy

PEERS = Path(__file__).parents[2] / "benchmarks" / "peers"


@pytest.fixture(autouse=True)
def peers_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PEERS)
    for name in ("cases", "graphs", "report"):
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
            work = graphs.work_of(cases.Case("layer", name, direction, 2))
            (result,) = work.graph.outputs
            key = {"forward": "y", "grad_input": "x", "grad_weight": "w"}[direction]
            shape = cases.Case("layer", name, direction, 2).layer.shapes[key]
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
