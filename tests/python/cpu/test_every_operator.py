"""Every operator in every dtype that it is defined for, with few axes and with many, has a kernel
on the backend cpu that agrees with reference; and so have all built-in networks, in inference and
in training."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support import FLOATS, HALVES, INTEGERS, assert_agrees, random_array

import convoy
from convoy import Value, _convoy

DTYPES = [*FLOATS, *HALVES, *INTEGERS, "bool"]
AXES = [1, 2, 4]  # spatial ones; elementwise operators and reductions have six more


class Case:
    """Inputs of one application of an operator, and their arrays."""

    def __init__(self, dtype: str, axes: int) -> None:
        self.dtype, self.axes = dtype, axes
        self.inputs: list[Value] = []
        self.arrays: list[np.ndarray] = []

    def given(self, array: np.ndarray) -> Value:
        name = f"x{len(self.inputs)}"
        self.inputs.append(convoy.input(name, array.shape, str(array.dtype)))
        self.arrays.append(array)
        return self.inputs[-1]

    def array(self, *shape: int) -> Value:
        return self.given(random_array(len(self.inputs), shape, self.dtype))

    def integers(self, highest: int, *shape: int) -> Value:
        generator = np.random.default_rng(len(self.inputs))
        return self.given(generator.integers(0, highest, shape).astype(np.int64))

    def image(self, channels: int = 4, size: int = 4) -> Value:
        return self.array(2, channels, *[size] * self.axes)

    def many_axes(self) -> Value:
        return self.array(2, 1, 3, 1, 2, 1, 2, *[3] * (self.axes - 1))


Build = Callable[[Case], Any]


def both(build: Build) -> Build:
    """What a window pooling gives, and where."""
    return lambda c: list(build(c))


def elementwise(name: str, operands: int) -> Build:
    def build(c: Case) -> list[Value]:
        first = c.many_axes()
        others = [c.array(3, 1, 2, 1, 2, 1, *[3] * (c.axes - 1)) for _ in range(operands - 1)]
        if name in ("pow", "div") and c.dtype in INTEGERS:
            others = [convoy.max(others[0] * others[0], convoy.constant(np.ones((), c.dtype)))]
        few = [c.array(2, 3) for _ in range(operands)]
        if name in ("pow", "div") and c.dtype in INTEGERS:
            few[1] = convoy.max(few[1] * few[1], convoy.constant(np.ones((), c.dtype)))
        return [getattr(convoy, name)(*few), getattr(convoy, name)(first, *others)]

    return build


def reduction(name: str) -> Build:
    function = getattr(convoy, name)

    def build(c: Case) -> list[Value]:
        x, y = c.image(3, 5), c.many_axes()
        return [
            function(x),
            function(x, [1]),
            function(x, [0, 2], True),
            function(y, [0, 2, 4]),
            function(y, [1, 2, 6], True),
            function(c.array(3, 20_000), [1]),
        ]

    return build


def norm(c: Case) -> tuple[Value, ...]:
    return c.image(4), c.array(4), c.array(4)


def positive(x: Value) -> Value:
    return convoy.abs(x) + convoy.constant(np.ones((), str(x.dtype)))


def batch_norm_training(c: Case) -> Any:
    return list(convoy.batch_norm_training(*norm(c), c.array(4), positive(c.array(4))))


def max_unpool(c: Case) -> list[Value]:
    x, indices = c.image(3, 2), c.integers(3**c.axes, 2, 3, *[2] * c.axes)
    size = [3] * c.axes
    return [convoy.max_unpool(x, indices, size, accumulate=a) for a in (False, True)]


def max_unpool_grad(c: Case) -> list[Value]:
    x, indices = c.image(3, 3), c.integers(3**c.axes, 2, 3, *[2] * c.axes)
    return [convoy.max_unpool_grad(x, indices, accumulate=a) for a in (False, True)]


def resizes(of: Callable[..., Value], size: int, *arguments: Any) -> Build:
    def build(c: Case) -> list[Value]:
        x, sizes = c.image(2, size), [3] * c.axes
        modes = ["nearest", "linear", "cubic"] if c.dtype in (*FLOATS, *HALVES) else ["nearest"]
        return [of(x, sizes, mode=mode) for mode in modes]

    return build


def pads(of: Callable[..., Value], *size: int) -> Build:
    def build(c: Case) -> list[Value]:
        before, after = [1, 0, *[1] * c.axes], [0, 0, *[2] * c.axes]
        shape = [3, 2, *[3] * c.axes]
        if of is convoy.pad:
            return [of(c.array(*shape), before, after, mode) for mode in PAD_MODES]
        grown = [n + b + a for n, b, a in zip(shape, before, after, strict=True)]
        return [of(c.array(*grown), before, after, shape, mode) for mode in PAD_MODES]

    return build


PAD_MODES = ["constant", "reflect", "edge", "wrap"]


def random(name: str) -> Build:
    def build(c: Case) -> Value:
        key = c.given(np.array([3, 5], np.uint64))
        return getattr(convoy, name)(key, [3, 5, *[7] * c.axes], c.dtype)

    return build


def suppression(c: Case) -> Any:
    boxes, scores = c.array(2, 30, 4), c.array(2, 3, 30)
    return list(
        convoy.non_max_suppression(boxes, scores, max_output_boxes_per_class=5, iou_threshold=0.3)
    )


def kernel(c: Case, size: int = 3) -> list[int]:
    return [size] * c.axes


WINDOW: dict[str, Any] = {"stride": 2, "padding": 1, "ceil_mode": True}
UNARY = [
    "neg",
    "abs",
    "sign",
    "exp",
    "log",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "erf",
    "floor",
    "ceil",
    "round",
    "sin",
    "cos",
    "atan",
    "tanh",
    "logical_not",
]
BINARY = [
    "add",
    "sub",
    "mul",
    "div",
    "pow",
    "min",
    "max",
    "equal",
    "not_equal",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
]
ACTIVATIONS = [
    "relu",
    "leaky_relu",
    "elu",
    "selu",
    "celu",
    "gelu",
    "gelu_tanh",
    "sigmoid",
    "hard_sigmoid",
    "silu",
    "hard_swish",
    "mish",
    "softplus",
    "softsign",
]
REDUCTIONS = [
    "reduce_sum",
    "reduce_mean",
    "reduce_max",
    "reduce_min",
    "reduce_prod",
    "reduce_l1",
    "reduce_l2",
    "reduce_log_sum_exp",
]

OPERATORS: dict[str, Build] = {
    **{name: elementwise(name, 1) for name in UNARY + ACTIVATIONS},
    **{name: elementwise(name, 2) for name in BINARY},
    **{name: reduction(name) for name in REDUCTIONS},
    "adaptive_avg_pool": lambda c: convoy.adaptive_avg_pool(c.image(3, 5), kernel(c)),
    "adaptive_avg_pool_input_grad": lambda c: convoy.adaptive_avg_pool_input_grad(
        c.image(3, 3), kernel(c, 5)
    ),
    "adaptive_max_pool": both(
        lambda c: convoy.adaptive_max_pool(c.image(3, 5), kernel(c), return_indices=True)
    ),
    "arg_max": lambda c: [convoy.arg_max(c.image(), 1), convoy.arg_max(c.many_axes(), -1)],
    "arg_min": lambda c: [convoy.arg_min(c.image(), 1), convoy.arg_min(c.many_axes(), -1)],
    "avg_pool": lambda c: [
        convoy.avg_pool(c.image(3, 5), 3, count_include_pad=False, **WINDOW),
        convoy.avg_pool(c.image(3, 5), 3, divisor_override=7, **WINDOW),
    ],
    "avg_pool_input_grad": lambda c: convoy.avg_pool_input_grad(
        c.image(3, 3), kernel(c, 5), 3, **WINDOW
    ),
    "batch_norm": lambda c: convoy.batch_norm(*norm(c), c.array(4), positive(c.array(4))),
    "batch_norm_training": batch_norm_training,
    "cast": lambda c: [convoy.cast(c.many_axes(), to) for to in DTYPES],
    "clip": lambda c: [convoy.clip(c.many_axes(), -1, 2), convoy.clip(c.image(), -1, 2)],
    "concat": lambda c: convoy.concat([c.many_axes(), c.many_axes()], axis=3),
    "conv": lambda c: [
        convoy.conv(c.image(), c.array(6, 2, *kernel(c)), c.array(6), padding=1, groups=2),
        convoy.conv(c.image(), c.array(3, 4, *kernel(c, 2)), stride=2, flip=True),
        convoy.conv(c.image(), c.array(3, 4, *kernel(c, 2)), dilation=2, padding=1),
    ],
    "conv_input_grad": lambda c: [
        convoy.conv_input_grad(
            c.image(6, 4), c.array(6, 2, *kernel(c)), kernel(c, 4), padding=1, groups=2
        ),
        convoy.conv_input_grad(c.image(3, 2), c.array(3, 4, *kernel(c)), kernel(c, 5), stride=2),
        convoy.conv_input_grad(
            c.image(3, 2), c.array(3, 4, *kernel(c)), kernel(c, 6), stride=3, flip=True
        ),
    ],
    "conv_weight_grad": lambda c: [
        convoy.conv_weight_grad(c.image(4), c.image(6), kernel(c), padding=1, groups=2),
        convoy.conv_weight_grad(c.image(4, 5), c.image(3, 2), kernel(c), stride=2, flip=True),
    ],
    "expand": lambda c: convoy.expand(c.many_axes(), [2, 5, 3, 4, 2, 3, 2, *[3] * (c.axes - 1)]),
    "flip": lambda c: [convoy.flip(c.many_axes(), [0, 2, 4, 6]), convoy.flip(c.image(), [1])],
    "fold": lambda c: convoy.fold(c.array(2, 3 * 2**c.axes, 3**c.axes), kernel(c, 4), kernel(c, 2)),
    "gather": lambda c: convoy.gather(c.many_axes(), c.integers(3, 2, 2), 2),
    "gather_elements": lambda c: convoy.gather_elements(c.array(3, 4), c.integers(3, 2, 4), 0),
    "gather_nd": lambda c: convoy.gather_nd(c.image(), c.integers(2, 5, 2)),
    "group_norm": lambda c: convoy.group_norm(c.image(4), 2, c.array(4), c.array(4)),
    "iota": lambda c: convoy.iota(5, c.dtype),
    "layer_norm": lambda c: [
        convoy.layer_norm(c.image(4), c.array(*kernel(c, 4)), c.array(*kernel(c, 4)), axis=2),
        convoy.layer_norm(c.many_axes(), axis=1),
    ],
    "log_softmax": lambda c: [
        convoy.log_softmax(c.many_axes(), axis=2),
        convoy.log_softmax(c.image(9)),
    ],
    "lp_pool": lambda c: convoy.lp_pool(c.image(3, 5), 3, p=3.0, **WINDOW),
    "matmul": lambda c: [
        convoy.matmul(c.array(3, 5), c.array(7, 5), transpose_y=True),
        convoy.matmul(c.array(2, 1, 2, 1, 2, 1, 2, 1, 2, 3), c.array(3, 1, 3, 1, 2, 3, 4)),
        convoy.matmul(c.array(5), c.array(2, 5, 3)),
        convoy.matmul(c.array(2, 5, 3), c.array(5), transpose_x=True),
    ],
    "max_pool": both(lambda c: convoy.max_pool(c.image(3, 5), 3, return_indices=True, **WINDOW)),
    "max_unpool": max_unpool,
    "max_unpool_grad": max_unpool_grad,
    "non_max_suppression": suppression,
    "one_hot": lambda c: convoy.one_hot(c.integers(4, 2, 3), 4, dtype=c.dtype),
    "pad": pads(convoy.pad),
    "pad_input_grad": pads(convoy.pad_input_grad),
    "random_uniform": random("random_uniform"),
    "random_normal": random("random_normal"),
    "reshape": lambda c: convoy.reshape(c.many_axes(), [-1]),
    "resize": resizes(convoy.resize, 2),
    "resize_input_grad": resizes(convoy.resize_input_grad, 5),
    "scatter_elements": lambda c: convoy.scatter_elements(
        c.array(3, 4), c.integers(3, 2, 4), c.array(2, 4), 0
    ),
    "scatter_nd": lambda c: convoy.scatter_nd(c.array(3, 4), c.integers(3, 2, 1), c.array(2, 4)),
    "shape_of": lambda c: convoy.shape_of(c.many_axes()),
    "slice": lambda c: convoy.slice(c.many_axes(), [1, 2], [2, -4], [0, 2], [1, -1]),
    "slice_input_grad": lambda c: convoy.slice_input_grad(
        c.array(1, 1, 2, 1, 2, 1, 2, 1, 2),
        [0, 0, 0, 0, 0, 0, 0, 0, 0],
        [1, 1, 3, 1, 2, 1, 2, 1, 2],
        [1, 1, 2, 1, 1, 1, 1, 1, 1],
        [2, 1, 3, 1, 2, 1, 2, 1, 2],
    ),
    "softmax": lambda c: [convoy.softmax(c.many_axes(), axis=2), convoy.softmax(c.image(9))],
    "top_k": lambda c: list(convoy.top_k(c.array(3, 9), 4)),
    "transpose": lambda c: convoy.transpose(c.many_axes()),
    "unfold": lambda c: convoy.unfold(c.image(3, 4), kernel(c, 2), padding=1),
    "where": lambda c: convoy.where(
        c.given(random_array(9, [3, 1, 2, 1, 2, 1, *[3] * (c.axes - 1)], "bool")),
        c.many_axes(),
        c.many_axes(),
    ),
}


def names() -> set[str]:
    return {name for name, _ in _convoy._operators()}


def test_every_operator_is_here() -> None:
    assert set(OPERATORS) == names() - {"custom"}


@pytest.mark.parametrize("name", OPERATORS)
def test_every_operator_has_a_kernel(name: str) -> None:
    defined = 0
    for dtype in DTYPES:
        for axes in AXES:
            case = Case(dtype, axes)
            try:
                built = OPERATORS[name](case)
            except convoy.TypeError:
                continue
            defined += 1
            values = built if isinstance(built, list) else [built]
            f = convoy.compile(case.inputs, values, backend="cpu", threads=2)
            assert not f.plan().fallbacks, (dtype, axes)
            truth = convoy.compile(case.inputs, values, backend="reference")(*case.arrays)
            for ours, theirs in zip(f(*case.arrays), truth, strict=True):
                assert ours.dtype == theirs.dtype
                try:
                    assert_agrees(ours, theirs)
                except AssertionError as error:
                    raise AssertionError(f"{dtype}, {axes} spatial axes: {error}") from error
    assert defined > 0


def test_the_documentation_says_what_falls_back() -> None:
    """The list in docs/cpu.md is that of the code."""
    page = (Path(__file__).parents[3] / "docs" / "cpu.md").read_text()
    section = page.split("### What still runs as on reference")[1].split("\n#")[0]
    assert set(re.findall(r"^\* `(\w+)`", section, re.MULTILINE)) == {"custom"}


NETWORKS = [network.name for network in convoy.models.architectures()]


@pytest.mark.parametrize("name", NETWORKS)
def test_no_network_falls_back(name: str) -> None:
    model = convoy.models.build(name)
    assert not convoy.compile(model.graph, backend="cpu").plan(*shapes(model.graph)).fallbacks


@pytest.mark.parametrize("name", NETWORKS)
def test_no_step_of_training_falls_back(name: str) -> None:
    """Loss, gradients and new parameters, by an optimiser."""
    model = convoy.models.build(name, training=True)
    inputs, outputs = model.graph.inputs, model.graph.outputs
    loss = sum((convoy.reduce_mean(y * y) for y in outputs), convoy.constant(np.float32(0)))
    parameters = model.network.trainable_parameters()
    grads = convoy.gradients(loss, parameters)
    updates: dict[Any, Value] = {p: p - 0.02 * g for p, g in zip(parameters, grads, strict=True)}
    updates |= model.updates
    f = convoy.compile(inputs, loss, updates=updates, backend="cpu")
    assert not f.plan(*shapes(model.graph)).fallbacks


def shapes(graph: convoy.Graph) -> Sequence[tuple[int, ...]]:
    return [tuple(int(n) for n in x.shape) for x in graph.inputs]
