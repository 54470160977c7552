"""The lessons on digits, shortened: pictures, training in Python and C++, and ONNX files."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "release"
sys.path.insert(0, str(ROOT / "examples"))
import digit_pictures  # noqa: E402
from digit_pictures import TESTED, TRAINED, draw, files  # noqa: E402


def test_no_font_is_both_trained_and_tested() -> None:
    trained = {path for family in files(TRAINED) for path in family}
    tested = {path for family in files(TESTED) for path in family}
    assert not trained & tested
    # Not even a folder: a package of fonts holds what belongs together.
    assert not {path.parent for path in trained} & {path.parent for path in tested}


def test_the_same_seed_draws_the_same_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digit_pictures, "CHUNK", 20)
    first, again, other = draw(TRAINED, 50, 7), draw(TRAINED, 50, 7), draw(TRAINED, 50, 8)
    assert np.array_equal(first.images, again.images)
    assert np.array_equal(first.labels, again.labels)
    assert not np.array_equal(first.images, other.images)
    assert len(first.labels) == 50  # the last chunk is a short one


def test_pictures_are_as_the_lessons_say() -> None:
    digits = draw(TESTED, 300, seed=1)
    assert digits.images.shape == (300, 1, 32, 32)
    assert digits.images.dtype == np.float32
    assert digits.images.min() >= 0
    assert digits.images.max() <= 1
    assert set(digits.labels) == set(range(10))
    assert (digits.images.std(axis=(1, 2, 3)) > 0.02).all()  # something is on each


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("lessons")


def run(folder: Path, *command: str) -> str:
    environment = os.environ | {
        "PATH": os.pathsep.join([str(BUILD / "bin"), os.environ["PATH"]]),
        "PYTHONPATH": str(BUILD / "python"),
    }
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def lesson(folder: Path, name: str, *arguments: str) -> str:
    return run(folder, sys.executable, str(ROOT / "examples" / name), *arguments)


@pytest.fixture(scope="module")
def trained(folder: Path) -> Path:
    """Where lesson 3 has put its files."""
    lesson(folder, "03_digits.py", "--pictures", "3000", "--epochs", "1")
    return folder / "build" / "demo"


def accuracy_in_onnx_runtime(model: Path, data: Path) -> float:
    onnx.checker.check_model(onnx.load(model), full_check=True)
    with np.load(data) as test:
        images, labels = test["images"].astype(np.float32) / 255, test["labels"]
    (probabilities,) = onnxruntime.InferenceSession(model).run(None, {"image": images})
    return float(np.mean(probabilities.argmax(axis=1) == labels))


def test_python_learns_and_exports(trained: Path) -> None:
    # By guessing a tenth would be right. The whole lesson comes to 98 %.
    assert accuracy_in_onnx_runtime(trained / "digits.onnx", trained / "digits_test.npz") > 0.5
    assert len(list((trained / "digits").glob("*_is_?.png"))) == 12


def test_the_file_goes_round(trained: Path, folder: Path) -> None:
    said = lesson(folder, "04_onnx.py")
    assert "bit for bit: True" in said
    assert "00_is_" in said.splitlines()[-1]


def test_cpp_learns_and_exports(trained: Path) -> None:
    said = run(trained, str(BUILD / "examples" / "example_03_digits"), ".", "1")
    assert "% of the digits in fonts never seen are read right" in said
    assert accuracy_in_onnx_runtime(trained / "digits_cpp.onnx", trained / "digits_test.npz") > 0.5
