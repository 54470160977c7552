"""precision="bf16" of the backend cpu. Where a machine has no instructions for it, it is refused,
and that is what these tests then see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_architectures import NETWORKS, built, picture
from training import TRAINED, steps

import convoy


def is_here() -> bool:
    x = convoy.input("x", (1,))
    try:
        return bool(convoy.compile(x, -x, backend="cpu", precision="bf16"))
    except convoy.NotSupportedError:
        return False


HERE = is_here()
BF16_SETS = {"amx_bf16", "avx512_bf16"}


def compiled(*what: Any, **options: Any) -> Any:
    """With bf16; nothing where it is refused, and what says so has been checked."""
    if HERE:
        return convoy.compile(*what, backend="cpu", precision="bf16", **options)
    with pytest.raises(convoy.NotSupportedError, match=r"AVX512-BF16.*\"highest\""):
        convoy.compile(*what, backend="cpu", precision="bf16", **options)
    return None


def rounded(array: np.ndarray) -> np.ndarray:
    """To bfloat16, ties to even, as float32."""
    word = array.astype(np.float32).view(np.uint32)
    return ((word + 0x7FFF + (word >> 16 & 1)) & 0xFFFF0000).view(np.float32)


def error(ours: np.ndarray, truth: np.ndarray) -> float:
    """Of all numbers together: the largest errors alone say little about rounding."""
    return float(np.linalg.norm(np.float64(ours) - truth) / np.linalg.norm(np.float64(truth)))


def round_weights(model: convoy.models.Model) -> None:
    weights = model.weights()
    model.load_weights({k: rounded(v) if v.ndim > 1 else v for k, v in weights.items()})


def test_it_is_refused_with_other_instruction_sets() -> None:
    x = convoy.input("x", (1,))
    for tier in ("avx2", "sse4", "neon"):
        with pytest.raises(convoy.NotSupportedError):
            convoy.compile(x, -x, backend="cpu", precision="bf16", instruction_set=tier)


class Exact:
    """A random network of small integers: every number fits in bfloat16 and every sum in float32,
    so that nothing is ever rounded and results are those of reference bit for bit."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)
        self.size = tuple(int(n) for n in self.random.integers(1, 14, 2))
        shape = (int(self.random.integers(1, 3)), self.channels(), *self.size)
        self.x = convoy.input("x", shape)
        self.arrays = [self.integers(shape)]
        self.values = [self.x]
        for _ in range(int(self.random.integers(3, 14))):
            self.values.append(self.node())
        count = min(3, len(self.values) - 1)
        picked = self.random.choice(np.arange(1, len(self.values)), count, replace=False)
        self.outputs = [self.values[-1], *(self.values[i] for i in picked)]

    def channels(self) -> int:
        return int(self.random.choice([1, 3, 8, 16, 17, 32, 40, 48]))

    def integers(self, shape: tuple[int, ...], most: int = 4) -> np.ndarray:
        return self.random.integers(-most, most + 1, shape).astype(np.float32)

    def small(self, value: Any) -> Any:
        return convoy.clip(value, -9, 9)

    def any_of(self, shape: Any = None) -> Any:
        fit = [v for v in self.values if shape is None or v.shape == shape]
        return fit[int(self.random.integers(len(fit)))]

    def weights(self, *shape: int) -> Any:
        return convoy.parameter("w", self.integers(shape, 1))

    def conv(self) -> Any:
        x = self.any_of()
        channels, outputs, groups = int(x.shape[1]), self.channels(), 1
        kind = self.random.integers(4)
        if kind == 0:
            outputs = groups = channels
        elif kind == 1 and channels % 4 == 0:
            groups, outputs = 4, 4 * int(self.random.integers(1, 9))
        kernel = int(self.random.choice([1, 3, 5]))
        w = self.weights(outputs, channels // groups, kernel, kernel)
        bias = convoy.parameter("b", self.integers((outputs,)))
        stride = int(self.random.integers(1, 3))
        y = convoy.conv(x, w, bias, stride=stride, padding=kernel // 2, groups=groups)
        same = [v for v in self.values if v.shape == y.shape]
        if same and self.random.integers(2):
            y = y + same[int(self.random.integers(len(same)))]
        if self.random.integers(2):
            return convoy.relu(self.small(y))
        return self.small(y)

    def conv_transpose(self) -> Any:
        x = self.any_of()
        w = self.weights(int(x.shape[1]), self.channels(), 2, 2)
        return self.small(convoy.conv_transpose(x, w, stride=2))

    def pool(self) -> Any:
        x = self.any_of()
        return convoy.max_pool(x, 3, stride=int(self.random.integers(1, 3)), padding=1)

    def upsample(self) -> Any:
        x = self.any_of()
        sizes = [2 * int(n) for n in x.shape[2:]]
        return x if max(sizes) > 40 else convoy.resize(x, sizes, mode="nearest")

    def concat(self) -> Any:
        x = self.any_of()
        fit = [v for v in self.values if v.shape[0] == x.shape[0] and v.shape[2:] == x.shape[2:]]
        others = [fit[int(self.random.integers(len(fit)))] for _ in range(2)]
        return convoy.concat([x, *others], 1) if int(x.shape[1]) < 60 else x

    def part(self) -> Any:
        x = self.any_of()
        channels = int(x.shape[1])
        first = int(self.random.integers(channels))
        first = first // 16 * 16 if self.random.integers(2) else first
        return x[:, first : int(self.random.integers(first, channels)) + 1]

    def pointwise(self) -> Any:
        x = self.any_of()
        return self.small(convoy.where(x > 1, x + self.any_of(x.shape), -x))

    def weighted(self) -> Any:
        x = self.any_of()
        return self.small(x * convoy.reduce_max(x, (2, 3), keepdims=True))

    def pad(self) -> Any:
        return convoy.pad(self.any_of(), [0, 0, 1, 0], [0, 0, 0, 2])

    def node(self) -> Any:
        kinds = [self.conv] * 5 + [self.conv_transpose, self.pool, self.upsample, self.concat]
        kinds += [self.concat, self.part, self.pointwise, self.weighted, self.pad]
        return kinds[int(self.random.integers(len(kinds)))]()


@pytest.mark.parametrize("seed", range(120))
def test_integers_stay_exact(seed: int) -> None:
    net = Exact(seed)
    f = compiled(net.x, net.outputs, threads=1 + seed % 3)
    if not f:
        return
    truth = convoy.compile(net.x, net.outputs, backend="reference")(*net.arrays)
    for call in range(2):
        for i, (ours, wanted) in enumerate(zip(f(*net.arrays), truth, strict=True)):
            np.testing.assert_array_equal(ours, wanted, err_msg=f"result {i} of call {call}")


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_are_as_near_as_bfloat16_is(name: str) -> None:
    """The yardstick is what rounding the weights alone does to exact results; images between layers
    are rounded as often. (0.2 to 2.4 of it as measured.)"""
    model = built(name, **NETWORKS[name])
    (x,) = picture(model.graph).values()
    f = compiled(model.graph, threads=2)
    if not f:
        return
    exact = dict(model.weights())
    truth = convoy.compile(model.graph, backend="reference")(x)
    ours = f(x)
    np.testing.assert_array_equal(f(x), ours)
    round_weights(model)
    yardstick = error(convoy.compile(model.graph, backend="cpu", precision="highest")(x), truth)
    assert 1e-4 < yardstick < 0.1
    assert error(ours, truth) < 3 * yardstick

    # And a wrong weight shows.
    wrong = max((k for k in exact if exact[k].ndim > 1), key=lambda k: exact[k].size)
    model.load_weights(exact | {wrong: np.float32(-1) * exact[wrong]})
    assert error(f(x), truth) > 3 * yardstick


def gradients_of(name: str, rounds: bool = False, **options: Any) -> np.ndarray:
    """Of all parameters, in a row; `rounds`: of weights and pictures that were rounded."""
    model = convoy.models.build(name, training=True, seed=3, **TRAINED[name])
    if rounds:
        round_weights(model)
    (x,), (logits, *_) = model.graph.inputs, model.graph.outputs
    labels = convoy.input("labels", (TRAINED[name]["batch"],), "int64")
    loss = convoy.cross_entropy(logits, labels)
    grads = convoy.gradients(loss, model.network.trainable_parameters())
    random = np.random.default_rng(1)
    data = random.standard_normal([int(n) for n in x.shape]).astype(np.float32)
    classes = random.integers(0, 10, TRAINED[name]["batch"])
    f = convoy.compile([x, labels], grads, backend="cpu", **options)
    return np.concatenate([g.ravel() for g in f(rounded(data) if rounds else data, classes)])


@pytest.mark.parametrize("name", TRAINED)
def test_gradients_are_as_near_as_bfloat16_is(name: str) -> None:
    """1.3 of the yardstick at most as measured: normalisations over few pictures enlarge it."""
    if not HERE:
        return
    truth = gradients_of(name, precision="highest")
    yardstick = error(gradients_of(name, rounds=True, precision="highest"), truth)
    assert 1e-3 < yardstick < 0.5
    assert error(gradients_of(name, precision="bf16"), truth) < 2 * yardstick


@pytest.mark.parametrize("name", TRAINED)
def test_steps_of_training_go_the_same_way(name: str) -> None:
    if not HERE:
        return
    ours, truth = steps(name, "cpu", precision="bf16"), steps(name, "reference")
    np.testing.assert_allclose(ours.losses, truth.losses, rtol=5e-2)
    assert ours.losses[1] < ours.losses[0]


def test_plans_tell_what_multiplies_and_hold_images_in_bfloat16() -> None:
    graph = convoy.models.build("resnet18", height=64, width=64).graph
    f = compiled(graph, threads=2)
    if not f:
        return
    plan = f.plan()
    assert plan.precision == "bf16"
    assert plan.instruction_set in BF16_SETS
    algorithms = [step.algorithm for step in plan.steps]
    assert sum(a.startswith("bf16") for a in algorithms) == 20
    # Nothing is converted on the way but the image at its end.
    assert [a for a in algorithms if a.startswith("to ")] in ([], ["to plain"])
    held = [a.type for step in plan.steps for a in step.writes if a.type.startswith("bfloat16")]
    assert len(held) >= 18
    standard = convoy.compile(graph, backend="cpu", threads=2).plan()
    assert plan.arena_bytes < 0.75 * standard.arena_bytes
    (x,) = picture(graph).values()
    ran = set(f.profile(x, runs=1).instruction_sets)
    assert plan.instruction_set in ran


def test_sessions_take_it(tmp_path: Path) -> None:
    if not HERE:
        return
    path = tmp_path / "lenet.onnx"
    graph = convoy.models.build("lenet").graph
    convoy.onnx.save(graph, path)
    session = convoy.InferenceSession(path, backend="cpu", precision="bf16")
    (x,) = picture(graph).values()
    (ours,) = session.run(None, {session.get_inputs()[0].name: x})
    assert 0 < error(ours, convoy.compile(graph)(x)) < 0.03
