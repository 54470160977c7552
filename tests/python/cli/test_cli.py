"""The command line, as people and programs meet it."""

import json
import subprocess
from pathlib import Path

import pytest

CONVOY = Path(__file__).parents[3] / "build" / "release" / "bin" / "convoy"

pytestmark = pytest.mark.skipif(not CONVOY.exists(), reason="the command line was not built")


def convoy(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [CONVOY, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def test_help_teaches_with_examples() -> None:
    for arguments in ([], ["--help"]):
        shown = convoy(*arguments)
        assert shown.returncode == 0
        assert "Examples:" in shown.stdout
        assert "ops" in shown.stdout
        assert not shown.stderr
    assert "convoy ops conv" in convoy("ops", "--help").stdout


def test_version_names_the_backends() -> None:
    shown = convoy("version")
    assert shown.returncode == 0
    assert shown.stdout.startswith("convoy ")
    assert "reference" in shown.stdout
    assert convoy("--version").stdout.split()[1] == shown.stdout.split()[1]


def test_ops_lists_every_operator_with_its_backends() -> None:
    lines = convoy("ops").stdout.splitlines()
    assert any(line.startswith("conv(x, w, bias?)") and "reference" in line for line in lines)
    assert any(line.startswith("exp(x)") for line in lines)


def test_ops_of_one_operator_shows_attributes_with_defaults() -> None:
    shown = convoy("ops", "conv").stdout
    assert "groups = 1  (integer)" in shown
    assert "flip = false  (bool)" in shown
    assert "cross-correlation" in shown


def test_ops_of_a_family_shows_all_members() -> None:
    shown = convoy("ops", "reduce").stdout
    assert "reduce_sum(x)" in shown
    assert "reduce_log_sum_exp(x)" in shown


def test_ops_as_json_is_whole() -> None:
    everything = json.loads(convoy("ops", "--json").stdout)
    names = [operator["name"] for operator in everything]
    assert names == sorted(set(names))
    for operator in everything:
        assert set(operator) == {"name", "family", "inputs", "attributes", "backends"}
        assert operator["backends"]
        for attribute in operator["attributes"]:
            assert set(attribute) == {"name", "type", "default", "documentation"}
            assert attribute["documentation"], f"{operator['name']}.{attribute['name']}"
            # Every attribute's type is one that people have a word for.
            assert attribute["type"] not in {"value", ""}
    (conv,) = json.loads(convoy("ops", "conv", "--json").stdout)
    assert conv["inputs"] == ["x", "w", "bias?"]


def test_failure_is_one_block_on_stderr() -> None:
    shown = convoy("ops", "convolution")
    assert shown.returncode == 2
    assert not shown.stdout
    first, second = shown.stderr.splitlines()
    assert first == "convoy: there is no operator 'convolution'"
    assert second.startswith("  similar names: ")
    assert "conv" in second.removeprefix("  similar names: ").split(", ")


@pytest.mark.parametrize("arguments", [["frobnicate"], ["ops", "--frobnicate"], ["--frobnicate"]])
def test_wrong_usage_has_its_own_exit_code(arguments: list[str]) -> None:
    shown = convoy(*arguments)
    assert shown.returncode == 2
    assert not shown.stdout
    assert shown.stderr.startswith("convoy: ")
    assert "--help" in shown.stderr
    assert "Traceback" not in shown.stderr


def test_output_that_cannot_be_written_is_no_success() -> None:
    with open("/dev/full", "w") as full:
        shown = subprocess.run([CONVOY, "ops", "--json"], stdout=full, stderr=subprocess.PIPE)
    assert shown.returncode != 0
