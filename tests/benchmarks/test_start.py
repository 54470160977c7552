"""What benchmarks/peers/start.py makes of figures, and how it sees the memory of a process."""

import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def peers_on_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(ROOT / "benchmarks" / "peers")
    for name in ("cases", "engines", "graphs", "report", "start", "start_worker"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def results() -> dict[str, Any]:
    rounds = {
        "convoy": [{"first_ms": t, "memory_mib": 10.0} for t in (1.0, 9.0, 2.0)],
        "other": [{"first_ms": 5.0, "memory_mib": 25.0}] * 3,
    }
    net = {"name": "net", "weights_mib": 3.5, "rounds": rounds, "skipped": {"third": "no"}}
    machine = {"processor": "one", "threads": 2, "cores": 2}
    return {"machine": machine, "when": "today", "rounds": 3, "networks": [net]}


def test_tables_tell_medians_and_how_many_times_convoys_they_are() -> None:
    import start

    text = start.tables(results())
    assert "| net | 2 | 5 (2.50×) | – |" in text
    assert "| net, weights 3.5 | 10 | 25 (2.50×) | – |" in text


def test_tables_go_between_the_marks(tmp_path: Path) -> None:
    import start

    page = tmp_path / "benchmarks.md"
    page.write_text((ROOT / "docs" / "benchmarks.md").read_text())
    start.publish("first", page)
    start.publish("second", page)
    text = page.read_text()
    assert "second" in text
    assert "first\n\n<!-- end of start" not in text


def test_the_most_memory_so_far_is_seen() -> None:
    import start_worker

    before = start_worker.resident("VmHWM")
    room = bytearray(64 << 20)
    room[:: 1 << 12] = b"x" * (len(room) >> 12)
    del room
    assert start_worker.resident("VmHWM") >= before
    assert start_worker.resident("VmHWM") >= start_worker.resident("VmRSS")
