"""Lesson 3: a network learns to read printed digits, and reads fonts that it has never seen.

LeNet, trained by its own gradients with Adam, whose arithmetic is a few lines of the same graph:
one compiled Function makes a step. Writes into build/demo:

* digits.png  a sheet of test pictures with what the network reads, mistakes last
* digits.onnx  the trained network, for lesson 4, the browser (script/web) and everything else
* digits/00_is_7.png …  some test pictures
* digits_train.npz, digits_test.npz  all pictures (uint8) and their labels
"""

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from digit_pictures import SIZE, TESTED, TRAINED, Digits, draw, sheet
from PIL import Image

import convoy

OUT = Path("build/demo")
BATCH = 32


def scores(lenet: convoy.models.Model, images: convoy.Value) -> convoy.Value:
    """What the network says of pictures whose light and contrast were made alike first."""
    return lenet.network(convoy.instance_norm(images))


def adam(
    loss: convoy.Value, parameters: list[convoy.Parameter], rate: convoy.Value
) -> dict[convoy.Parameter, convoy.Value]:
    """What becomes of each parameter, and of the two running means that Adam keeps of its slope."""
    updates = {}
    for parameter, slope in zip(parameters, convoy.gradients(loss, parameters), strict=True):
        zeros = np.zeros_like(parameter.value)
        mean = convoy.parameter(f"{parameter.name}.mean", zeros, trainable=False)
        square = convoy.parameter(f"{parameter.name}.square", zeros, trainable=False)
        updates[mean] = 0.9 * mean + 0.1 * slope
        updates[square] = 0.99 * square + 0.01 * slope * slope
        step = updates[mean] / (convoy.sqrt(updates[square]) + 1e-6)
        updates[parameter] = parameter - rate * step
    return updates


def batches(digits: Digits, epochs: int, seed: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    random = np.random.default_rng(seed)
    for _ in range(epochs):
        order = random.permutation(len(digits.labels))
        for first in range(0, len(order), BATCH):
            chosen = order[first : first + BATCH]
            yield digits.images[chosen], digits.labels[chosen]


class Progress:
    """A bar that redraws itself; in a log, a line for each tenth."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.began = total, 0, time.perf_counter()

    def advance(self, text: str) -> None:
        self.done += 1
        live, last = sys.stdout.isatty(), self.done == self.total
        if live or last or 10 * self.done // self.total > 10 * (self.done - 1) // self.total:
            bar = f"{'█' * (30 * self.done // self.total):░<30}"
            line = f"{bar} {self.done}/{self.total}  {text}"
            seconds = time.perf_counter() - self.began
            print(f"\r{line}  {seconds:3.0f} s", end="" if live and not last else "\n", flush=True)


def train(lenet: convoy.models.Model, digits: Digits, epochs: int) -> None:
    images = convoy.input("images", ("N", 1, SIZE, SIZE))
    labels = convoy.input("labels", ("N",), "int64")
    rate = convoy.input("rate", ())
    loss = convoy.cross_entropy(scores(lenet, images), labels)
    updates = adam(loss, lenet.network.trainable_parameters(), rate)
    step = convoy.compile([images, labels, rate], loss, updates=updates, backend="cpu")

    steps = epochs * -(-len(digits.labels) // BATCH)
    progress, recent = Progress(steps), 2.3
    for i, (pictures, truth) in enumerate(batches(digits, epochs, seed=0)):
        warm_up, cosine = min(1, (i + 1) / 50), 0.5 * (1 + np.cos(np.pi * i / steps))
        error = float(step(pictures, truth, np.float32(0.002 * warm_up * cosine)))
        recent = 0.98 * recent + 0.02 * error
        progress.advance(f"loss {recent:.3f}")


def save(digits: Digits, path: Path) -> None:
    np.savez(path, images=(255 * digits.images).round().astype(np.uint8), labels=digits.labels)


def save_samples(digits: Digits) -> None:
    (OUT / "digits").mkdir(exist_ok=True)
    for i, label in enumerate(digits.labels[:12]):
        page = Image.fromarray((255 * digits.images[i, 0]).round().astype(np.uint8))
        page.save(OUT / "digits" / f"{i:02}_is_{label}.png")


def save_sheet(digits: Digits, probabilities: np.ndarray, path: Path) -> None:
    """The first test pictures with what was read, in red where that is wrong; then mistakes."""
    read = probabilities.argmax(axis=1)
    mistakes = [i for i in range(120, len(read)) if read[i] != digits.labels[i]]
    shown = [*range(120), *mistakes[:30]]
    captions = [
        (f"{read[i]}  {probabilities[i, read[i]]:.0%}", "darkgreen")
        if read[i] == digits.labels[i]
        else (f"{read[i]}, is {digits.labels[i]}", "red")
        for i in shown
    ]
    sheet(digits.images[shown], 15, captions).save(path)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--pictures", type=int, default=12000, help="how many to train on")
    arguments.add_argument("--epochs", type=int, default=2, help="how often each is seen")
    options = arguments.parse_args()
    OUT.mkdir(parents=True, exist_ok=True)

    began = time.perf_counter()
    digits, test = draw(TRAINED, options.pictures, seed=1), draw(TESTED, 2000, seed=2)
    print(
        f"{len(digits.labels)} pictures in {len(TRAINED)} families of fonts to train on, "
        f"{len(test.labels)} in {len(TESTED)} others to test: {time.perf_counter() - began:.0f} s"
    )
    save(digits, OUT / "digits_train.npz")
    save(test, OUT / "digits_test.npz")
    lenet = convoy.models.build("lenet", seed=1)
    train(lenet, digits, options.epochs)

    image = convoy.input("image", ("N", 1, SIZE, SIZE))
    answer = convoy.softmax(scores(lenet, image), axis=1)
    graph = convoy.Graph([image], {"probabilities": answer}, "digits")
    probabilities = convoy.compile(graph, backend="cpu")(test.images)
    accuracy = np.mean(probabilities.argmax(axis=1) == test.labels)
    print(f"{accuracy:.1%} of the digits in fonts never seen are read right")

    convoy.onnx.save(graph, OUT / "digits.onnx")
    save_samples(test)
    save_sheet(test, probabilities, OUT / "digits.png")
    print(f"the network: {OUT}/digits.onnx")
    print(f"test pictures with what was read: {OUT}/digits.png")


if __name__ == "__main__":
    main()
