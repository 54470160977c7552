"""The operator reference is what the declarations say, and every declaration says everything."""

import importlib.machinery
import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONVOY = ROOT / "build" / "release" / "bin" / "convoy"


def load() -> ModuleType:
    path = str(ROOT / "script" / "generate_operator_reference")
    loader = importlib.machinery.SourceFileLoader("generate_operator_reference", path)
    spec = importlib.util.spec_from_loader(loader.name, loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[loader.name] = module
    loader.exec_module(module)
    return module


reference = load()
ENTRIES = reference.entries() + reference.entries("composites")


@pytest.mark.skipif(not CONVOY.exists(), reason="the command line was not built")
def test_the_page_is_what_the_declarations_say() -> None:
    checked = subprocess.run(
        [ROOT / "script" / "generate_operator_reference", "--check"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_operator_has_every_section(entry) -> None:
    missing = [title for title in reference.SECTIONS if title not in entry.sections]
    assert not missing, f"{entry.header.name}, {entry.name}: no section {missing}"
    assert "".join(entry.summary).strip(), f"{entry.name} does not say what it computes"


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_constraints_are_numbered_from_one(entry) -> None:
    text = "\n".join(entry.sections.get("Constraints", []))
    numbers = [int(n) for n in re.findall(r"^\s*C(\d+) ", text, re.M)]
    assert numbers == list(range(1, len(numbers) + 1)), entry.name


def test_every_operator_of_the_list_is_found() -> None:
    listed = re.search(
        r"using Op =\s*std::variant<(.*?)>;", (ROOT / "convoy/ops/ops.h").read_text(), re.S
    )
    assert listed is not None
    structs = {name.strip() for name in listed[1].split(",")}
    assert structs <= {entry.struct for entry in reference.entries()}
