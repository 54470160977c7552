"""Pictures of printed digits, drawn with the system's fonts: what the lessons on digits read.

Each picture is a crop float32[1, 32, 32] in 0…1 around one digit: turned, slanted, scaled and moved
a little, dark on light or light on dark, with more or less contrast, between the edges of its
neighbours, over a background with lines and blots, blurred, with noise. The same seed draws the
same pictures, whatever the number of processes.

Fonts are split by family. No family that is tested is trained on, and neither is one that is known
to descend from it, or to be drawn after the same types.

Run as a program, this draws samples of both sets into build/demo/digit_pictures.png.
"""

from concurrent.futures import ProcessPoolExecutor
from fnmatch import fnmatchcase
from functools import cache, partial
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

SIZE = 32
DETAIL = 2  # digits are drawn so many times larger, then averaged
FONT_SIZE = 56  # whose digits are about 40 pixels tall
CHUNK = 500  # pictures that come from one seed: any number of processes draws the same

FONTS = Path("/usr/share/fonts")
# Families whose digits are as tall as their capitals, by patterns of their names.
TRAINED = (
    *("Anonymous Pro", "Averia Sans GWF", "Baskervald ADF Std", "Bebas Neue", "Cabin", "Caladea"),
    *(
        "Cantarell",
        "Carlito",
        "Comfortaa",
        "Comic Neue",
        "Courier Prime*",
        "DejaVu Sans*",
        "DejaVu Serif",
    ),
    *("Dosis", "Fira Code", "FreeMono", "FreeSans", "FreeSerif", "GFS Artemisia", "GFS Didot"),
    *("Gillius ADF*", "Hermit", "Inconsolata", "Inter", "Jura", "Lato", "League Spartan"),
    *("Liberation Mono", "Liberation Sans*", "Liberation Serif", "Mekanus ADF Std", "OCR B"),
    *("Old Standard TT", "Open Sans*", "OSP-DIN", "Oxygen*", "Quicksand", "Roboto*", "STIX"),
    *("Sora", "Tiresias ??font", "Tuffy", "Universalis ADF Std", "Yanone Kaffeesatz"),
)
TESTED = (
    *("Andika", "B612*", "Clear Sans*", "Gentium Basic", "Go", "Go Mono"),
    *("JetBrains Mono", "Linux Biolinum O", "Linux Libertine O", "Manrope", "Play", "PT Mono"),
    *("PT Sans*", "PT Serif*", "Quattrocento"),
)


class Digits(NamedTuple):
    images: np.ndarray  # float32[N, 1, 32, 32] in 0…1
    labels: np.ndarray  # int64[N] in 0…9


@cache
def files(families: tuple[str, ...]) -> list[list[Path]]:
    """The files of each family: one for each weight and slant."""
    found: dict[str, list[Path]] = {family: [] for family in families}
    for path in sorted(FONTS.rglob("*.[ot]tf")):
        name = ImageFont.truetype(path).getname()[0] or ""
        for family in families:
            if fnmatchcase(name, family):
                found[family].append(path)
    missing = [family for family, paths in found.items() if not paths]
    if missing:
        raise FileNotFoundError(f"no fonts {', '.join(missing)} in {FONTS}: run script/bootstrap")
    return list(found.values())


font = cache(partial(ImageFont.truetype, size=FONT_SIZE))


def glyphs(random: np.random.Generator, path: Path, digit: int) -> np.ndarray:
    """Where there is ink, 0…1: the digit in the middle, and the edges of its neighbours."""
    side = SIZE * DETAIL
    page = Image.new("L", (2 * side, 2 * side))
    draw, face = ImageDraw.Draw(page), font(path)
    left, top, right, bottom = face.getbbox(str(digit), anchor="ls")
    x, y = side - (left + right) / 2, side - (top + bottom) / 2
    draw.text((x, y), str(digit), fill=255, font=face, anchor="ls")
    for anchor, edge in (("rs", -1), ("ls", 1)):
        if random.random() < 0.4:
            at = side + edge * (side * random.uniform(0.36, 0.5))
            draw.text((at, y), str(random.integers(10)), fill=255, font=face, anchor=anchor)

    # From the picture to the page: the digit fills 55 to 85 % of the height.
    scale = (bottom - top) / (side * random.uniform(0.55, 0.85))
    angle, slant = random.normal(0, 0.1), random.normal(0, 0.1)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = scale * turn @ np.array([[random.uniform(0.9, 1.1), slant], [0, 1]])
    middle = side / 2 + random.uniform(-0.08, 0.08, 2) * side
    (a, b), (d, e) = matrix
    c, f = side - matrix @ middle
    picture = page.transform((side, side), Image.Transform.AFFINE, (a, b, c, d, e, f),
                             Image.Resampling.BILINEAR)  # fmt: skip
    return np.asarray(picture.reduce(DETAIL), np.float32) / 255


def blots(random: np.random.Generator) -> np.ndarray:
    """What is on the paper besides: a slope of light, a few lines and spots, as changes of grey."""
    page = Image.new("L", (SIZE, SIZE), 128)
    draw = ImageDraw.Draw(page)
    for _ in range(random.integers(3)):
        left, top = random.uniform(-8, SIZE, 2)
        width, height = random.uniform(3, 16, 2)
        grey = int(random.integers(96, 161))
        draw.ellipse((left, top, left + width, top + height), fill=grey)
    for _ in range(random.integers(3)):
        grey, ends = int(random.integers(78, 179)), random.uniform(-4, SIZE + 4, 4)
        draw.line(ends.tolist(), fill=grey, width=int(random.integers(1, 3)))
    across, down = (np.linspace(-end, end, SIZE) for end in random.uniform(-0.1, 0.1, 2))
    return np.asarray(page, np.float32) / 255 - 0.5 + across + down[:, None]


def picture(random: np.random.Generator, path: Path, digit: int) -> np.ndarray:
    """One crop, float32[1, 32, 32]."""
    ink = glyphs(random, path, digit)
    contrast = random.uniform(0.35, 0.9)
    dark = random.uniform(0, 1 - contrast)
    paper, print_ = random.permutation((dark, dark + contrast))
    grey = (1 - ink) * (paper + blots(random)) + ink * print_
    page = Image.fromarray((255 * np.clip(grey, 0, 1)).astype(np.uint8))
    page = page.filter(ImageFilter.GaussianBlur(random.uniform(0, 0.9)))
    noise = random.normal(0, random.uniform(0, 0.08), (SIZE, SIZE))
    return np.clip(np.asarray(page, np.float32) / 255 + noise, 0, 1).astype(np.float32)[None]


def chunk(families: tuple[str, ...], count: int, seed: int, index: int) -> Digits:
    random = np.random.default_rng((seed, index))
    labels = random.integers(10, size=count)
    images = []
    for digit in labels:  # every family as often, however many weights it has
        family = files(families)[random.integers(len(families))]
        images.append(picture(random, family[random.integers(len(family))], digit))
    return Digits(np.stack(images), labels)


def draw(families: tuple[str, ...], count: int, seed: int) -> Digits:
    """`count` pictures of digits in fonts of `families`; all cores draw."""
    files(families)  # before the processes fork, so that it is done once
    counts = [min(CHUNK, count - first) for first in range(0, count, CHUNK)]
    with ProcessPoolExecutor() as pool:
        job = partial(chunk, families)
        parts = list(pool.map(job, counts, [seed] * len(counts), range(len(counts))))
    return Digits(*(np.concatenate(arrays) for arrays in zip(*parts, strict=True)))


def sheet(
    images: np.ndarray, columns: int, captions: list[tuple[str, str]] | None = None, scale: int = 2
) -> Image.Image:
    """Pictures side by side, each over its caption (text and colour) where there are captions."""
    side, caption_height = scale * SIZE, 16 if captions else 0
    step_x, step_y = side + 4, side + 4 + caption_height
    rows = -(-len(images) // columns)
    page = Image.new("RGB", (columns * step_x + 4, rows * step_y + 4), "white")
    draw, small = ImageDraw.Draw(page), ImageFont.load_default(12)
    for i, image in enumerate(images):
        x, y = 4 + i % columns * step_x, 4 + i // columns * step_y
        crop = Image.fromarray((255 * image[0]).round().astype(np.uint8))
        page.paste(crop.resize((side, side), Image.Resampling.NEAREST), (x, y))
        if captions:
            text, colour = captions[i]
            draw.text((x + side / 2, y + side + 8), text, fill=colour, font=small, anchor="mm")
    return page


if __name__ == "__main__":
    path = Path("build/demo/digit_pictures.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    samples = [draw(TRAINED, 160, seed=1).images, draw(TESTED, 160, seed=2).images]
    sheet(np.concatenate(samples), columns=20).save(path)
    print(f"160 pictures in fonts of training, 160 in fonts of testing: {path}")
