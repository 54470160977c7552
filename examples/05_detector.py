"""Lesson 5: a detector of today, YOLO11n, built, exported, imported, and held against ONNX Runtime.

Weights are random, drawn so that scores span 0…1: nothing that it finds means anything, but every
number has to be the same in both libraries. Bring weights of your own, and it detects. Writes
build/demo/photograph.jpg and build/demo/yolo11n.onnx.
"""

import time
from pathlib import Path

import numpy as np
import onnx
import onnxruntime  # type: ignore[import-untyped]
from PIL import Image, ImageDraw, ImageFilter

import convoy

OUT = Path("build/demo")
SIZE = 640


def photograph(path: Path) -> None:
    """A street at dusk, 1600×1200: as good as a photograph for comparing numbers."""
    random = np.random.default_rng(0)
    width, height, horizon = 1600, 1200, 700
    sky = np.linspace((70, 90, 150), (250, 190, 130), horizon)
    ground = np.linspace((90, 80, 75), (50, 48, 50), height - horizon)
    rows = np.concatenate([sky, ground])[:, None].repeat(width, axis=1)
    page = Image.fromarray(rows.astype(np.uint8))
    draw = ImageDraw.Draw(page)
    draw.ellipse((1150, 480, 1330, 660), fill=(255, 235, 190))
    draw.polygon([(0, 700), (300, 520), (620, 640), (980, 500), (1600, 700)], fill=(95, 95, 120))
    for left in range(0, 1600, 200):
        top, shade = int(random.integers(380, 560)), int(random.integers(40, 90))
        draw.rectangle((left, top, left + 170, 780), fill=(shade + 30, shade + 10, shade))
        for x in range(left + 20, left + 140, 50):
            for y in range(top + 30, 740, 70):
                lit = random.random() < 0.5
                draw.rectangle(
                    (x, y, x + 26, y + 38), fill=(250, 220, 130) if lit else (40, 45, 60)
                )
    draw.polygon([(640, 780), (960, 780), (1500, 1200), (100, 1200)], fill=(60, 60, 66))
    for y in range(800, 1200, 80):
        half = 2 + (y - 780) // 60
        draw.polygon([(800 - half, y), (800 + half, y), (804 + half, y + 40), (796 - half, y + 40)],
                     fill=(230, 225, 210))  # fmt: skip
    page = page.filter(ImageFilter.GaussianBlur(1.5))
    noise = random.normal(0, 6, (height, width, 1))
    pixels = np.clip(np.asarray(page, np.float32) + noise, 0, 255).astype(np.uint8)
    Image.fromarray(pixels).save(path, quality=92)


def letterbox(path: Path) -> np.ndarray:
    """The picture as float32[1, 3, 640, 640] in 0…1: shrunk to fit, grey where there is none."""
    picture = Image.open(path).convert("RGB")
    picture.thumbnail((SIZE, SIZE), Image.Resampling.BILINEAR)
    page = Image.new("RGB", (SIZE, SIZE), (114, 114, 114))
    page.paste(picture, ((SIZE - picture.width) // 2, (SIZE - picture.height) // 2))
    return np.asarray(page, np.float32).transpose(2, 0, 1)[None] / 255


def compare(ours: np.ndarray, theirs: np.ndarray) -> tuple[float, float]:
    """The largest difference in a side of a box, in pixels, and in a score."""
    difference = np.abs(ours - theirs)[0]
    return difference[:4].max(), difference[4:].max()


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    photograph(OUT / "photograph.jpg")
    images = letterbox(OUT / "photograph.jpg")
    file = OUT / "yolo11n.onnx"

    model = convoy.models.build("yolo11n", seed=2)
    model.randomize_statistics(seed=2, side=256)
    began = time.perf_counter()
    convoy.onnx.save(model.graph, file)
    seconds = time.perf_counter() - began
    print(f"YOLO11n, {model.parameter_count:,} parameters, exported in {seconds:.2f} s: {file}")
    onnx.checker.check_model(onnx.load(file), full_check=True)
    print("onnx.checker accepts it")

    answers = {}
    for library in (onnxruntime, convoy):
        began = time.perf_counter()
        session = library.InferenceSession(file)
        loaded = time.perf_counter()
        (answers[library],) = session.run(None, {"images": images})
        ran = time.perf_counter()
        print(
            f"{library.__name__:12} {answers[library].shape}: "
            f"loaded in {loaded - began:.2f} s, ran in {ran - loaded:.2f} s"
        )

    # Eighty layers of random weights magnify the rounding of float32: by how much, ONNX Runtime
    # shows, whose own optimisations only change the order of sums.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(file, options)
    (plain,) = session.run(None, {"images": images})
    boxes, scores = compare(answers[convoy], answers[onnxruntime])
    print(f"they differ by at most {boxes:.4f} pixels in a box and {scores:.1e} in a score;")
    own_boxes, own_scores = compare(plain, answers[onnxruntime])
    print(f"ONNX Runtime from itself, unoptimised, by {own_boxes:.4f} and {own_scores:.1e}")
    assert boxes <= 0.05
    assert scores <= 1e-3


if __name__ == "__main__":
    main()
