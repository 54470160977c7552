"""Results as a table and a plot."""

from __future__ import annotations

import os
import platform
import re
import statistics
from pathlib import Path
from typing import Any

OURS = "convoy"
STEPS = "convoy steps"
CHANNELS_LAST = ("torch",)
"""Who takes and gives layers' images in its own order: compared with Convoy's own steps."""
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
COLOURS = {
    "convoy": "#1b6ca8",
    "convoy steps": "#9ecae1",
    "convoy highest": "#6fa8d6",
    "convoy bf16": "#0b3c5d",
    "onnxruntime": "#7f7f7f",
    "openvino": "#e08214",
    "openvino bf16": "#b35806",
    "ncnn": "#4d9221",
    "jax": "#8073ac",
    "torch": "#c51b3a",
}


def machine(threads: int) -> dict[str, Any]:
    name = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        found = re.search(r"^model name\s*:\s*(.*)$", cpuinfo.read_text(), re.MULTILINE)
        name = found.group(1) if found else name
    return {
        "processor": name,
        "cores": len(os.sched_getaffinity(0)),
        "threads": threads,
        "system": platform.platform(),
    }


def ours_beside(found: dict[str, Any], engine: str) -> str:
    """What of ours an engine is compared with: like with like."""
    half = f"{OURS} bf16"
    like = STEPS if engine in CHANNELS_LAST else half if engine.endswith(" bf16") else OURS
    return like if engine != half and like in found["rounds_ms"] else OURS


def ratio(found: dict[str, Any], engine: str) -> tuple[float, float, float]:
    """How many times as long the engine took as Convoy: median, least and most of the rounds."""
    rounds = found["rounds_ms"]
    ours, theirs = rounds[ours_beside(found, engine)], rounds[engine]
    ratios = [b / a for a, b in zip(ours, theirs, strict=True)]
    return statistics.median(ratios), min(ratios), max(ratios)


def agrees(found: dict[str, Any], engine: str) -> bool:
    """Whether mean and deviation of the results are Convoy's, where the case fixes all numbers."""
    if found["case"]["kind"] == "step" or OURS not in found["facts"]:
        return True  # of steps: weights move on, dropout draws
    truth, fact = found["facts"][OURS], found["facts"][engine]
    scale = abs(truth["mean"]) + truth["deviation"]
    bound = (0.05 if "bf16" in engine else 0.005) * scale
    return all(abs(truth[key] - fact[key]) <= bound for key in ("mean", "deviation"))


def lines(found: dict[str, Any]) -> list[str]:
    texts = []
    for engine, rounds in found["rounds_ms"].items():
        text = f"{engine:16} {statistics.median(rounds):10.3f} ms"
        if engine not in (OURS, STEPS) and OURS in found["rounds_ms"]:
            middle, least, most = ratio(found, engine)
            whose = ours_beside(found, engine)
            text += f"  {middle:5.2f} times {whose} ({least:.2f} to {most:.2f})"
        if not agrees(found, engine):
            text += "  RESULTS DIFFER"
        texts.append(text)
    return texts


def table(results: dict[str, Any]) -> str:
    """Milliseconds, and in brackets how many times Convoy's, with the spread over the rounds; those
    of another engine's bf16 are times Convoy's bf16. Layers by themselves."""
    cases = results["cases"]
    versions = {e: c["facts"][e]["ready"] for c in cases for e in c["facts"]}
    m = results["machine"]
    texts = [
        f"{m['processor']}, {m['threads']} of {m['cores']} cores, {results['when']}; "
        + ", ".join(f"{e} {versions[e]}" for e in _order(cases) if e in versions and e != STEPS)
        + "."
    ]
    for part in ([c for c in cases if c["case"]["kind"] != "layer"], layers(cases)):
        if part:
            texts.append("\n".join(_rows(part)))
    reasons = sorted({f"{e}: {r}" for c in cases for e, r in c["skipped"].items()})
    if reasons:
        texts.append("Left out: " + "; ".join(reasons) + ".")
    return "\n\n".join(texts) + "\n"


def layers(cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [c for c in cases if c["case"]["kind"] == "layer"]


def _rows(cases: list[dict[str, Any]]) -> list[str]:
    engines = [e for e in _order(cases) if any(e in c["rounds_ms"] for c in cases)]
    rows = ["| ms | " + " | ".join(engines) + " |", "|---|" + "---|" * len(engines)]
    for found in cases:
        cells = []
        for engine in engines:
            if engine not in found["rounds_ms"]:
                cells.append("–")
                continue
            cell = f"{statistics.median(found['rounds_ms'][engine]):.3g}"
            if engine not in (OURS, STEPS) and OURS in found["rounds_ms"]:
                middle, least, most = ratio(found, engine)
                cell += f" ({middle:.2f}×, {least:.2f}–{most:.2f})"
            if not agrees(found, engine):
                cell += " results differ"
            cells.append(cell)
        rows.append(f"| {found['title']} | " + " | ".join(cells) + " |")
    return rows


def _order(cases: list[dict[str, Any]]) -> list[str]:
    seen: dict[str, None] = {}
    for found in cases:
        seen |= dict.fromkeys([*found["rounds_ms"], *found["skipped"]])
    return list(seen)


def plot(results: dict[str, Any], path: Path) -> None:
    import matplotlib

    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    matplotlib.rcParams["svg.hashsalt"] = "convoy"  # the same file for the same figures
    """Networks and steps; layers, which are many, where there is nothing else."""
    cases = [c for c in results["cases"] if OURS in c["rounds_ms"]]
    cases = [c for c in cases if c["case"]["kind"] != "layer"] or cases
    engines = [e for e in _order(cases) if any(e in c["rounds_ms"] for c in cases)]
    height = 0.8 / max(len(engines), 1)
    figure, axes = plt.subplots(figsize=(9, 1.2 + 0.22 * len(engines) * len(cases)))
    for k, engine in enumerate(engines):
        at, middles, below, above = [], [], [], []
        for i, found in enumerate(cases):
            if engine not in found["rounds_ms"]:
                continue
            middle, least, most = ratio(found, engine)
            at.append(i + k * height)
            middles.append(middle)
            below.append(middle - least)
            above.append(most - middle)
        axes.barh(
            at, middles, height * 0.9, xerr=(below, above), color=COLOURS[engine], label=engine
        )
    axes.set_yticks([i + 0.4 - height / 2 for i in range(len(cases))], [c["title"] for c in cases])
    axes.invert_yaxis()
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_xlabel("time, as multiples of Convoy's (median and spread of the rounds)")
    axes.legend(fontsize=8)
    figure.tight_layout()
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def write(results: dict[str, Any], out: Path) -> None:
    (out / "table.md").write_text(table(results))
    plot(results, out / "plot.svg")


def publish(out: Path, docs: Path) -> None:
    """Puts table and plot between the two marks of docs/benchmarks.md."""
    (docs / "images" / "benchmarks.svg").write_bytes((out / "plot.svg").read_bytes())
    page = docs / "benchmarks.md"
    before, rest = page.read_text().split(BEGIN)
    after = rest.split(END)[1]
    figures = (
        f"\n\n{(out / 'table.md').read_text()}\n![The same as a plot](images/benchmarks.svg)\n\n"
    )
    page.write_text(before + BEGIN + figures + END + after)
