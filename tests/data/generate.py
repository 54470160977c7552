"""Makes what lies in this folder: files of others' making, and what others read from them.

    python tests/data/generate.py

Pillow and NumPy are the judges: beside each picture lies an .npy of its pixels as Pillow sees them,
turned upright and as RGB, and arrays/ holds what numpy.save and numpy.savez write.
"""

from pathlib import Path

import ml_dtypes
import numpy as np
from PIL import Image, ImageOps

HERE = Path(__file__).parent
IMAGES = HERE / "images"
ARRAYS = HERE / "arrays"


def scene(width: int = 24, height: int = 16) -> Image.Image:
    """Soft colours with an edge, different in every corner."""
    y, x = np.mgrid[:height, :width].astype(float)
    red = 255 * x / (width - 1)
    green = 255 * y / (height - 1)
    blue = np.where(x + y > width / 2, 220, 30)
    return Image.fromarray(np.stack([red, green, blue], -1).astype(np.uint8))


def keep(name: str, image: Image.Image, **options) -> None:
    path = IMAGES / name
    image.save(path, **options)
    read = ImageOps.exif_transpose(Image.open(path))
    if read.mode.startswith("I"):  # Pillow's conversion of 16 bits clips; 65535 is to be 255
        grey = np.rint(np.asarray(read).astype(float) / 257).astype(np.uint8)
        pixels = np.repeat(grey[..., None], 3, -1)
    else:
        pixels = np.asarray(read.convert("RGB"))
    np.save(path.with_suffix(path.suffix + ".npy"), pixels)


def exif(orientation: int) -> bytes:
    data = Image.Exif()
    data[0x0112] = orientation
    return data.tobytes()


def make_images() -> None:
    rgb = scene()
    keep("rgb.jpg", rgb, quality=90)
    keep("progressive.jpg", rgb, quality=90, progressive=True)
    keep("subsampled.jpg", rgb, quality=90, subsampling="4:2:0")
    keep("grey.jpg", rgb.convert("L"), quality=90)
    keep("cmyk.jpg", rgb.convert("CMYK"), quality=95)
    for orientation in range(1, 9):
        keep(f"orientation{orientation}.jpg", scene(8, 6), quality=95, exif=exif(orientation))
    keep("orientation6.png", scene(8, 6), exif=exif(6))
    keep("rgb.png", rgb)
    keep("alpha.png", rgb.convert("RGBA"))
    keep("palette.png", rgb.quantize(7))
    keep("palette_transparent.png", rgb.quantize(7), transparency=2)
    keep("one_bit.png", rgb.convert("1"))
    keep("grey_alpha.png", rgb.convert("LA"))
    ramp = np.linspace(0, 65535, 24 * 16).reshape(16, 24).astype(np.uint16)
    keep("grey16.png", Image.fromarray(ramp))


def make_resized() -> None:
    """rgb.png at other sizes, by Pillow's bilinear."""
    for width, height in [(24, 7), (11, 16), (9, 5), (60, 40), (50, 3)]:
        resized = scene().resize((width, height), Image.Resampling.BILINEAR)
        np.save(IMAGES / f"resized_{width}x{height}.npy", np.asarray(resized))


def make_arrays() -> None:
    names = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
    for name in [*names, "float16", "float32", "float64"]:
        np.save(ARRAYS / f"{name}.npy", np.arange(6).reshape(2, 3).astype(name))
    bfloat16 = np.arange(6).reshape(2, 3).astype(ml_dtypes.bfloat16)
    np.save(ARRAYS / "bfloat16.npy", bfloat16)
    np.save(ARRAYS / "fortran.npy", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
    np.save(ARRAYS / "big_endian.npy", np.arange(6, dtype=">i4"))
    np.save(ARRAYS / "scalar.npy", np.float32(5))
    both = {"a.weight": np.arange(4, dtype=np.float32), "b": np.zeros((2, 300))}
    np.savez(ARRAYS / "stored.npz", **both)
    np.savez_compressed(ARRAYS / "deflated.npz", **both)


if __name__ == "__main__":
    make_images()
    make_resized()
    make_arrays()
