"""Lesson 2: a network fitted to a task by its own gradients.

The task: which way does a noisy bar run, across, up, or along one of the diagonals? The network has
two convolutions; its gradients are graphs like the network itself, and one compiled Function makes
one step of training: it computes the loss and replaces the parameters.
"""

import numpy as np

import convoy
from convoy import nn

SIZE = 16
CLASSES = ("across", "up", "falling", "rising")


def bars(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures float32[count, 1, SIZE, SIZE] of bars at random places, and which way they run."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, len(CLASSES), count)
    y, x = np.mgrid[0:SIZE, 0:SIZE]
    along = np.stack([y, x, y - x, y + x])[labels]
    middle = np.array([SIZE / 2, SIZE / 2, 0, SIZE])[labels] + random.uniform(-4, 4, count)
    images = np.exp(-0.5 * (along - middle[:, None, None]) ** 2)
    images += random.normal(0, 0.4, images.shape)
    return images[:, None].astype(np.float32), labels


def network(seed: int) -> nn.Sequential:
    generator = nn.Generator(seed)
    return nn.Sequential(
        nn.Conv2d(1, 8, 5, padding="half", generator=generator),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding="half", generator=generator),
        nn.ReLU(),
        nn.AdaptiveMaxPool2d(1),
        nn.Flatten(),
        nn.Linear(16, len(CLASSES), generator=generator),
    )


def main() -> None:
    net = network(seed=1)
    images = convoy.input("images", ("N", 1, SIZE, SIZE))
    labels = convoy.input("labels", ("N",), "int64")
    scores = net(images)
    loss = convoy.cross_entropy(scores, labels)

    parameters = net.trainable_parameters()
    rate = 0.1
    updates = {
        parameter: parameter - rate * grad
        for parameter, grad in zip(parameters, convoy.gradients(loss, parameters), strict=True)
    }
    step = convoy.compile([images, labels], loss, updates=updates)
    classify = convoy.compile([images], convoy.arg_max(scores, axis=1))

    test_images, test_labels = bars(400, seed=0)

    def accuracy() -> float:
        return float(np.mean(classify(test_images) == test_labels))

    print(f"before training: {accuracy():.0%} of unseen bars are right")
    for i in range(1, 121):
        error = float(step(*bars(32, seed=i)))
        if i % 20 == 0:
            print(f"step {i:3}: loss {error:.3f}, {accuracy():.0%} right")
    assert accuracy() > 0.9, "the network should have learnt this"


if __name__ == "__main__":
    main()
