"""Lesson 4: a trained network leaves Convoy as ONNX, and comes back.

Takes build/demo/digits.onnx of lesson 3: onnx.checker accepts it, ONNX Runtime gives the same
answers, imported again it gives the very same numbers, and the command line reads a PNG.
"""

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]

import convoy

OUT = Path("build/demo")
MODEL = OUT / "digits.onnx"


def test_pictures() -> tuple[np.ndarray, np.ndarray]:
    with np.load(OUT / "digits_test.npz") as file:
        return file["images"].astype(np.float32) / 255, file["labels"]


def check() -> None:
    model = onnx.load(MODEL)
    onnx.checker.check_model(model, full_check=True)
    operators = ", ".join(node.op_type for node in model.graph.node)
    print(f"onnx.checker accepts {MODEL} (opset {model.opset_import[0].version}): {operators}")


def compare_with_onnx_runtime(images: np.ndarray, labels: np.ndarray) -> None:
    """The same program for both libraries: only the import differs."""
    answers = {}
    for library in (onnxruntime, convoy):
        session = library.InferenceSession(MODEL)
        began = time.perf_counter()
        (answers[library.__name__],) = session.run(None, {"image": images})
        seconds = time.perf_counter() - began
        accuracy = np.mean(answers[library.__name__].argmax(axis=1) == labels)
        print(f"{library.__name__:12} reads {accuracy:.2%} right, {len(labels)} in {seconds:.2f} s")
    difference = np.abs(answers["onnxruntime"] - answers["convoy"]).max()
    print(f"their probabilities differ by {difference:.1e} at most")
    assert difference < 1e-5


def come_back(images: np.ndarray) -> None:
    graph = convoy.onnx.load(MODEL)
    again = convoy.onnx.load(convoy.onnx.to_bytes(graph))
    first, second = (convoy.compile(g)(images[:100]) for g in (graph, again))
    print("imported, exported and imported again, bit for bit:", np.array_equal(first, second))
    assert np.array_equal(first, second)


def ask_the_command_line(picture: Path) -> None:
    command = ["convoy", "run", str(MODEL), "--input", f"image={picture}", "--output-dir", str(OUT)]
    print(f"$ {' '.join(command)}")
    subprocess.run(command, check=True)
    probabilities = np.load(OUT / "probabilities.npy")[0]
    digit = probabilities.argmax()
    print(f"{picture} shows the digit {digit} ({probabilities[digit]:.1%})")


def main() -> None:
    if not MODEL.exists():
        sys.exit(f"there is no {MODEL}: run examples/03_digits.py first")
    images, labels = test_pictures()
    check()
    compare_with_onnx_runtime(images, labels)
    come_back(images)
    ask_the_command_line(sorted((OUT / "digits").glob("*.png"))[0])


if __name__ == "__main__":
    main()
