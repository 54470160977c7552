"""Lesson 1: a convolution is an operator on arrays. Finds a picture's edges by Sobel's kernels.

Writes build/demo/edges_*.png. With `flip` the kernel is rotated by 180° first: what mathematicians
call convolution, where most libraries mean correlation. Sobel's kernels only change their sign; a
kernel without symmetry gives another picture altogether.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

import convoy

SIZE = 256
OUT = Path("build/demo")


def picture() -> np.ndarray:
    """Some shapes on a soft background, as float32[1, 1, H, W] in 0…1."""
    y, x = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    image = Image.fromarray((60 + 60 * x + 40 * y).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    draw.ellipse((30, 40, 130, 140), fill=220)
    draw.rectangle((150, 60, 225, 120), fill=20)
    draw.polygon([(60, 230), (120, 160), (190, 235)], fill=250)
    draw.line([(140, 140), (240, 200)], fill=0, width=5)
    return np.asarray(image, np.float32)[None, None] / 255


def save(name: str, pixels: np.ndarray, scale: float) -> None:
    """Signed responses around middle grey, so that a change of sign can be seen."""
    grey = np.clip(0.5 + pixels[0, 0] / (2 * scale), 0, 1)
    Image.fromarray((255 * grey).round().astype(np.uint8)).save(OUT / f"{name}.png")


def main() -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    image = picture()
    Image.fromarray((255 * image[0, 0]).round().astype(np.uint8)).save(OUT / "edges_input.png")

    sobel_x = np.array([[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]], np.float32)
    sobel = np.stack([sobel_x, sobel_x.T])[:, None]  # (2 outputs, 1 channel, 3, 3)
    edges = convoy.conv(image, sobel, padding="half")
    flipped = convoy.conv(image, sobel, padding="half", flip=True)
    print("Sobel, flipped, is its own negative:", np.array_equal(flipped, -edges))

    strength = np.sqrt(np.square(edges).sum(axis=1, keepdims=True))
    save("edges_x", edges[:, :1], 2)
    save("edges_x_flipped", flipped[:, :1], 2)
    save("edges_strength", 2 * strength - 2, 2)

    streak = np.zeros((1, 1, 15, 15), np.float32)  # light smeared to one side
    streak[0, 0, 7, 7:] = 1 / 8
    plain = convoy.conv(image, streak, padding="half")
    turned = convoy.conv(image, streak, padding="half", flip=True)
    save("streak", 2 * plain - 1, 1)
    save("streak_flipped", 2 * turned - 1, 1)
    shift = np.abs(turned - plain).max()
    print(f"a kernel without symmetry, flipped, differs by up to {shift:.2f}")
    print(f"pictures are in {OUT}/")


if __name__ == "__main__":
    main()
