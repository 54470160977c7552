"""ONNX's own test suite, run as it is; what is out of scope stands in official.py with its reason.

Two promises: every test in scope passes, and none that is listed as out of scope would pass: the
list can only shrink.
"""

from pathlib import Path

import convoy.onnx.backend
import coverage_page
import onnx.backend.test
import pytest
from official import CASES, EXCEPTIONS, OUT_OF_SCOPE, why_out_of_scope

_suite = onnx.backend.test.BackendTest(convoy.onnx.backend, __name__)
# Without this machine's other devices, and without what is told apart below.
for _name, _class in _suite.test_cases.items():
    for _test in [name for name in vars(_class) if name.startswith("test_")]:
        case = _test.removesuffix("_cpu")
        if not _test.endswith("_cpu") or case not in CASES or why_out_of_scope(case):
            delattr(_class, _test)
    if any(name.startswith("test_") for name in vars(_class)):
        globals()[_name] = _class


@pytest.mark.parametrize("case", [name for name in CASES if why_out_of_scope(name)])
def test_what_is_out_of_scope_does_not_pass(case: str) -> None:
    """When this fails, the operator has come into scope: take it off the list in official.py."""
    with pytest.raises((convoy.Error, AssertionError)):
        CASES[case].run()


def test_every_entry_of_the_list_is_of_use() -> None:
    operators = {operator for case in CASES.values() for operator in case.operators}
    assert not OUT_OF_SCOPE.keys() - operators
    assert not EXCEPTIONS.keys() - CASES.keys()


def test_the_page_of_coverage_is_up_to_date() -> None:
    """Otherwise: python tests/python/onnx/coverage_page.py > docs/onnx-coverage.md"""
    written = Path(__file__).parents[3] / "docs" / "onnx-coverage.md"
    assert written.read_text() == coverage_page.page()
