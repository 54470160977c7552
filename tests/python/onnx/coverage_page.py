"""docs/onnx-coverage.md, made of what official.py says:

python tests/python/onnx/coverage_page.py > docs/onnx-coverage.md
"""

from __future__ import annotations

from collections import Counter, defaultdict

from official import CASES, EXCEPTIONS, OUT_OF_SCOPE, why_out_of_scope

import convoy

HEAD = """\
# What of ONNX is covered

Made by `tests/python/onnx/coverage_page.py`; a test keeps it up to date, and another sees to it
that nothing is listed here as out of scope that would pass.

ONNX's own suite of backend tests ({version}), run as it is by `tests/python/onnx/test_official.py`:

| kind | tests | pass | out of scope |
|---|---|---|---|
"""


def page() -> str:
    import onnx

    text = HEAD.format(version=f"onnx {onnx.__version__}")
    kinds: defaultdict[str, Counter[str]] = defaultdict(Counter)
    reasons: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, case in CASES.items():
        reason = why_out_of_scope(name)
        kinds[case.test.kind]["out" if reason else "pass"] += 1
        if reason and name not in EXCEPTIONS:
            reasons[reason].update(sorted(case.operators & OUT_OF_SCOPE.keys()) or [""])
    for kind, counts in kinds.items():
        text += f"| {kind} | {counts.total()} | {counts['pass']} | {counts['out']} |\n"
    total, passing = len(CASES), sum(counts["pass"] for counts in kinds.values())
    text += f"| all | {total} | {passing} | {total - passing} |\n"

    text += "\n## Out of scope\n\n| why | operators |\n|---|---|\n"
    for reason, operators in sorted(reasons.items(), key=lambda item: -item[1].total()):
        listed = ", ".join(f"{op} ({n})" for op, n in sorted(operators.items()) if op)
        text += f"| {reason} | {listed or 'tests: ' + str(operators.total())} |\n"
    text += "\nIn brackets, how many tests need the operator. Single tests beyond these:\n\n"
    text += "| test | why |\n|---|---|\n"
    for name, reason in sorted(EXCEPTIONS.items()):
        text += f"| {name} | {reason} |\n"

    names = convoy.onnx.supported_operators()
    text += f"\n## Read\n\n{len(names)} operators: {', '.join(names)}.\n"
    return text


if __name__ == "__main__":
    print(page(), end="")
