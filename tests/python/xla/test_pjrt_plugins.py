"""The C++ client of PJRT plugins, with true plugins from PyPI.

requirements-dev.txt has one for CPUs. Plugins for GPUs are tried where they are installed: without
a device as far as their own error, with one in full. For any other plugin:
CONVOY_PJRT_PLUGIN_TEST=PATH build/release/tests/convoy_xla_test --gtest_filter='RealPlugin.*'
"""

import importlib.metadata
import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
CHECK = ROOT / "tests" / "xla" / "pjrt_abi_check.cc"
TESTS = ROOT / "build" / "release" / "tests" / "convoy_xla_test"


def files_of(package: str, suffix: str) -> list[Path]:
    try:
        files = importlib.metadata.files(package) or []
    except importlib.metadata.PackageNotFoundError:
        return []
    return [Path(str(file.locate())) for file in files if file.suffix == suffix]


def run_tests(plugin: Path) -> str:
    if not TESTS.exists():
        pytest.skip("the C++ tests were not built")
    shown = subprocess.run(
        [TESTS, "--gtest_filter=RealPlugin.*"],
        env={**os.environ, "CONVOY_PJRT_PLUGIN_TEST": str(plugin)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return shown.stdout


def the_one(files: list[Path]) -> Path:
    if not files:
        pytest.skip("the plugin is not installed")
    assert len(files) == 1, files
    return files[0]


def test_the_cpu_plugin_does_all_that_is_asked() -> None:
    shown = run_tests(the_one(files_of("xla_cpu_pjrt", ".so")))
    assert "[  PASSED  ]" in shown
    assert "SKIPPED" not in shown, shown


@pytest.mark.parametrize("package", ["jax-cuda13-pjrt", "jax-cuda12-pjrt"])
def test_plugins_of_devices_do_it_too_or_say_what_is_missing(package: str) -> None:
    shown = run_tests(the_one(files_of(package, ".so")))
    if "SKIPPED" in shown:
        assert "cannot start: " in shown, shown


def test_our_declarations_are_those_of_the_original_header() -> None:
    header = the_one(files_of("xla_cpu_pjrt", ".h"))
    command = ["c++", "-std=c++20", "-fsyntax-only", "-fpermissive"]
    command += ["-I", str(ROOT), "-isystem", str(header.parent), str(CHECK)]
    shown = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert shown.returncode == 0, shown.stderr
