"""examples/web in headless Chromium: what a visitor does, and ONNX Runtime's answers."""

import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper
from PIL import Image
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

import convoy

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "examples" / "web"
CHROMIUM = shutil.which("chromium")

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None, reason="there is no chromium; script/bootstrap installs it"
    ),
    pytest.mark.skipif(
        not (PAGE / "node_modules").exists(),
        reason="ONNX Runtime Web is missing: script/web --setup",
    ),
]

sys.path.insert(0, str(PAGE))
from serve import Server  # noqa: E402


def classifier(path: Path, channels: int, height: Any, width: Any, classes: int) -> Path:
    """Another small network, of another maker, whose answer depends on every pixel's place."""
    random = np.random.default_rng(0)
    weights = {
        "kernel": random.normal(size=(4, channels, 3, 3)).astype(np.float32),
        "weight": random.normal(size=(classes, 4 * 4 * 4)).astype(np.float32),
        "bias": random.normal(size=classes).astype(np.float32),
        "sizes": np.array([1, 4, 4, 4]),
    }
    nodes = [
        helper.make_node("Conv", ["image", "kernel"], ["maps"], pads=[1, 1, 1, 1]),
        helper.make_node("Resize", ["maps", "", "", "sizes"], ["small"], mode="linear"),
        helper.make_node("Flatten", ["small"], ["flat"]),
        helper.make_node("Gemm", ["flat", "weight", "bias"], ["scores"], transB=1),
    ]
    shape = ["N", channels, height, width]
    graph = helper.make_graph(
        nodes,
        "classifier",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, ["N", classes])],
        [numpy_helper.from_array(array, name) for name, array in weights.items()],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    onnx.save(model, path)
    return path


def expected_shares(model: Path, pixels: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model)
    (scores,) = session.run(None, {session.get_inputs()[0].name: pixels})
    powers = np.exp(scores[0] - scores[0].max())
    return powers / powers.sum()


def shown_shares(page: Page) -> list[float]:
    return page.eval_on_selector_all("#scores li", "rows => rows.map(row => +row.dataset.share)")


def answered(page: Page, where: str = "the CPU (WebAssembly", seconds: float = 10) -> None:
    expect(page.locator("#status")).to_contain_text("ms on", timeout=1000 * seconds)
    assert where in page.inner_text("#status")


# No sandbox: it cannot be set up as root, as which continuous integration often runs.
ARGUMENTS = ["--no-sandbox"]
SOFTWARE_GPU = [*ARGUMENTS, "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"]


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser:
        yield browser


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """LeNet, as Convoy exports it."""
    convoy.onnx.save(convoy.models.build("lenet", batch="N", seed=1).graph, tmp_path / "lenet.onnx")
    return tmp_path / "lenet.onnx"


@pytest.fixture
def sample(tmp_path: Path) -> Path:
    pixels = np.random.default_rng(1).integers(256, size=(32, 32), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "sample.png")
    return tmp_path / "sample.png"


@contextmanager
def visit(browser: Browser, model: Path, sample: Path) -> Iterator[Page]:
    """The page with its network ready; errors of its scripts fail the test."""
    errors: list[str] = []
    with Server(0, model, [sample]) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server.url)
        expect(page.locator("#status")).to_contain_text("is ready", timeout=60_000)
        yield page
        page.close()
        server.shutdown()
    assert not errors


@pytest.fixture
def page(browser: Browser, model: Path, sample: Path) -> Iterator[Page]:
    with visit(browser, model, sample) as page:
        yield page


def shows_the_answer_of_onnx_runtime(page: Page, model: Path, sample: Path) -> None:
    pixels = np.asarray(Image.open(sample), np.float32)[None, None] / 255
    expected = expected_shares(model, pixels)
    np.testing.assert_allclose(shown_shares(page), expected, atol=1e-5)
    assert page.inner_text("#answer") == str(expected.argmax())


def test_a_sample_gets_the_answer_of_onnx_runtime(page: Page, model: Path, sample: Path) -> None:
    page.locator("#samples button").click()
    answered(page)
    shows_the_answer_of_onnx_runtime(page, model, sample)


def ask_with_a_gpu(playwright: Playwright, model: Path, sample: Path, where: str) -> None:
    with (
        playwright.chromium.launch(executable_path=CHROMIUM, args=SOFTWARE_GPU) as browser,
        visit(browser, model, sample) as page,
    ):
        page.locator("#samples button").click()
        answered(page, where, seconds=60)
        shows_the_answer_of_onnx_runtime(page, model, sample)


def test_a_gpu_gives_the_same_answer(playwright: Playwright, tmp_path: Path, sample: Path) -> None:
    model = classifier(tmp_path / "other.onnx", 1, 32, 32, classes=10)
    ask_with_a_gpu(playwright, model, sample, "the GPU (WebGPU)")


def test_a_gpu_that_computes_wrongly_is_not_trusted(
    playwright: Playwright, model: Path, sample: Path
) -> None:
    # ONNX Runtime Web 1.30 computes LeNet's second convolution wrongly, of 6 channels to 16.
    ask_with_a_gpu(playwright, model, sample, "because the GPU computes it wrongly")


def test_the_page_may_use_threads(page: Page) -> None:
    assert page.evaluate("crossOriginIsolated")


def test_a_photograph_is_cut_to_its_middle_square(page: Page, model: Path, tmp_path: Path) -> None:
    photograph = np.full((32, 64, 3), 255, np.uint8)
    photograph[:, 16:48] = np.random.default_rng(2).integers(256, size=(32, 32, 3))
    Image.fromarray(photograph).save(tmp_path / "wide.png")
    page.set_input_files("#picture", tmp_path / "wide.png")
    answered(page)
    grey = photograph[:, 16:48] @ np.array([0.299, 0.587, 0.114]) / 255
    expected = expected_shares(model, grey[None, None].astype(np.float32))
    np.testing.assert_allclose(shown_shares(page), expected, atol=1e-4)


def test_a_drawing_is_read_and_cleared(page: Page) -> None:
    box = page.locator("#paper").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 200, steps=5)
    page.mouse.up()
    answered(page)
    ink = "() => new Set(document.getElementById('paper').getContext('2d')\
           .getImageData(0, 0, 320, 320).data).size"
    assert page.evaluate(ink) > 1
    page.click("#clear")
    assert page.evaluate(ink) == 1


def test_another_network_may_have_colours_and_open_sizes(page: Page, tmp_path: Path) -> None:
    other = classifier(tmp_path / "other.onnx", 3, "H", "W", classes=40)
    pixels = np.random.default_rng(3).integers(256, size=(224, 224, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(tmp_path / "colours.png")
    page.set_input_files("#picture", tmp_path / "colours.png")
    page.set_input_files("#model", other)
    expect(page.locator("#seen-size")).to_have_text("224 × 224, colour")
    answered(page)
    planes = pixels.transpose(2, 0, 1)[None].astype(np.float32) / 255
    best = np.sort(expected_shares(other, planes))[::-1][:10]  # the ten likeliest
    np.testing.assert_allclose(shown_shares(page), best, atol=1e-4)


@pytest.mark.parametrize(("field", "message"), [("#picture", "picture"), ("#model", "network")])
def test_what_is_neither_is_refused(page: Page, tmp_path: Path, field: str, message: str) -> None:
    (tmp_path / "nonsense").write_bytes(b"neither a picture nor a network")
    page.set_input_files(field, tmp_path / "nonsense")
    expect(page.locator("#status.failed")).to_contain_text(f"This {message} cannot be")
