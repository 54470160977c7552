"""Every wrong call is refused, and every numbered constraint has a wrong call."""

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

from . import __path__ as here
from .wrong import Wrong, assert_refused

CASES: list[Wrong] = [
    case
    for module in pkgutil.iter_modules(here)
    if not module.name.startswith(("test_", "wrong"))
    for case in importlib.import_module(f"{__package__}.{module.name}").CASES
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_refused(case: Wrong) -> None:
    assert_refused(case)


def numbered_constraints() -> set[tuple[str, int]]:
    """(operator, N) for every "CN" line in the header comment of an operator struct."""
    root = Path(__file__).parents[3] / "convoy"
    found = set()
    for header in sorted([*root.glob("ops/*.h"), *root.glob("composites/*.h")]):
        if header.name == "custom.h":  # of C++ only: tests/ops/custom_test.cc
            continue
        # A comment block, its struct, and the name the struct states.
        for block in re.finditer(
            r"((?:^///[^\n]*\n)+)struct \w+ \{.*?string_view name = \"(\w+)\"",
            header.read_text(),
            re.M | re.S,
        ):
            for number in re.findall(r"^///\s+C(\d+) ", block[1], re.M):
                found.add((block[2], int(number)))
    return found


def test_every_numbered_constraint_has_a_wrong_call() -> None:
    tested = {(case.operator, case.constraint) for case in CASES}
    missing = sorted(numbered_constraints() - tested)
    assert not missing, f"constraints without a wrong call: {missing}"
