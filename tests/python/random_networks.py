"""Random convolutional networks of 5 to 40 nodes: branches, residuals, concats, odd sizes, weights
of every kind. The same seed draws the same network, whatever the machine.

Values keep a scale of about 1, so that errors stay errors of rounding: weights are divided by their
fan-in, variances are bounded below, and nothing is drawn that jumps (round, floor).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

import convoy
from convoy import Value

CHANNELS = [1, 2, 3, 4, 5, 7, 8, 12, 13, 16, 17, 24, 31, 32, 37, 48, 64]
SIZES = {1: [1, 2, 9, 31, 64], 2: [1, 2, 5, 7, 8, 13, 16, 21], 3: [1, 2, 3, 5, 8]}
MOST_PRODUCTS = 3_000_000  # of one layer: reference does some hundred million a second


class Network(NamedTuple):
    inputs: list[Value]
    outputs: list[Value]
    parameters: list[convoy.Parameter]
    nodes: list[tuple[str, Value]]  # every value drawn, in order, with what drew it

    def arrays(self, seed: int) -> list[np.ndarray]:
        generator = np.random.default_rng(seed)
        return [normal(generator, x) for x in self.inputs]

    def change_parameters(self, seed: int) -> None:
        """Other values of the same scale, positive where they were."""
        generator = np.random.default_rng(seed)
        for p in self.parameters:
            p.value = (p.value * generator.uniform(0.5, 1.5, p.shape)).astype(p.dtype)


def normal(generator: np.random.Generator, like: Value) -> np.ndarray:
    return generator.standard_normal([int(n) for n in like.shape]).astype(like.dtype)


class Draw(random.Random):
    """Decisions about one network, and its weights."""

    def __init__(self, seed: int, dtype: str) -> None:
        super().__init__(seed)
        self.dtype = dtype
        self.rank = self.choice([1, 2, 2, 2, 2, 3])
        self.numbers = np.random.default_rng(seed)
        self.parameters: list[convoy.Parameter] = []
        self.values: list[Value] = []

    def weight(self, shape: Sequence[int], low: float | None = None) -> Value:
        """Normal, of the fan-in's scale, or uniform from `low` to `low` + 1; most of them can
        change, some are constants, some are computed from others."""
        if low is None:
            array = self.numbers.standard_normal(shape) / np.sqrt(max(1, np.prod(shape[1:])))
        else:
            array = self.numbers.uniform(low, low + 1, shape)
        array = array.astype(self.dtype)
        how = self.random()
        if how < 0.2:
            return convoy.constant(array)
        parameter = convoy.parameter(f"p{len(self.parameters)}", array)
        self.parameters.append(parameter)
        return parameter * 0.5 if how > 0.93 else parameter

    def channels(self) -> int:
        return self.choice(CHANNELS)

    def each(self, choices: Sequence[Any]) -> list[Any]:
        return [self.choice(choices) for _ in range(self.rank)]

    def operand(self) -> Value:
        """Recent values more often: networks are deep as well as wide."""
        return self.values[-1 - min(int(self.expovariate(0.5)), len(self.values) - 1)]

    def like(self, x: Value) -> Value:
        """Another value of this shape, or x itself."""
        return self.choice([v for v in self.values if v.shape == x.shape] or [x])

    def padding(self, kernel: Sequence[int]) -> Any:
        return self.choice(
            [
                [k // 2 for k in kernel],
                0,
                "same_upper",
                "same_lower",
                [(self.randint(0, k), self.randint(0, k // 2)) for k in kernel],
            ]
        )


def sizes(x: Value) -> list[int]:
    return [int(n) for n in x.shape]


def a_conv(d: Draw, x: Value) -> Value:
    _, c, *space = sizes(x)
    kernel = d.choice([[1] * d.rank, [3] * d.rank, [3] * d.rank, d.each([1, 2, 3, 5, 7])])
    groups = d.choice([1, 1, 1, *[g for g in range(1, c + 1) if c % g == 0]])
    multiplier = max(1, d.channels() // groups)
    products = int(np.prod(space) * np.prod(kernel)) * c
    while multiplier > 1 and multiplier * products > MOST_PRODUCTS:
        multiplier //= 2
    o = groups * multiplier
    plain = d.random() < 0.6
    return convoy.conv(
        x,
        d.weight([o, c // groups, *kernel]),
        d.weight([o]) if d.random() < 0.6 else None,
        stride=1 if plain else d.each([1, 2, 3]),
        padding=[k // 2 for k in kernel] if plain else d.padding(kernel),
        dilation=1 if d.random() < 0.8 else d.each([1, 2, 3]),
        groups=groups,
        flip=d.random() < 0.1,
    )


def a_depthwise(d: Draw, x: Value) -> Value:
    c = sizes(x)[1]
    kernel = d.choice([[3] * d.rank, [5] * d.rank, d.each([1, 2, 3, 7])])
    w = d.weight([c * d.choice([1, 1, 1, 2]), 1, *kernel])
    stride, padding = d.choice([1, 1, 2]), d.padding(kernel)
    return convoy.conv(x, w, stride=stride, padding=padding, groups=c)


def a_transposed_conv(d: Draw, x: Value) -> Value:
    _, c, *space = sizes(x)
    groups = d.choice([1, 1, *[g for g in range(1, c + 1) if c % g == 0]])
    kernel = d.each([1, 2, 3, 4])
    o = d.choice([1, 3, 8, 16, 17])
    if np.prod(space) * np.prod(kernel) * c * o > MOST_PRODUCTS:
        raise convoy.ShapeError("too large")
    return convoy.conv_transpose(
        x,
        d.weight([c, o, *kernel]),
        d.weight([o * groups]) if d.random() < 0.5 else None,
        stride=d.each([1, 2, 2, 3]),
        padding=d.each([0, 0, 1]),
        groups=groups,
    )


def a_norm(d: Draw, x: Value) -> Value:
    c = sizes(x)[1]
    gamma, beta, mean, variance = (d.weight([c], low) for low in (0.5, -0.5, -0.5, 0.5))
    return convoy.batch_norm(x, gamma, beta, mean, variance)


def a_batch_norm_of_training(d: Draw, x: Value) -> Value:
    n, c, *space = sizes(x)
    if n * np.prod(space) < 16:
        raise convoy.ShapeError("statistics of too few elements")
    gamma, beta, mean, variance = (d.weight([c], low) for low in (0.5, -0.5, -0.5, 0.5))
    return convoy.batch_norm_training(x, gamma, beta, mean, variance, epsilon=0.1)[0]


def a_norm_of_groups(d: Draw, x: Value) -> Value:
    c = sizes(x)[1]
    groups = d.choice([g for g in range(1, c + 1) if c % g == 0])
    return convoy.group_norm(x, groups, d.weight([c], 0.5), d.weight([c], -0.5), epsilon=0.1)


def an_activation(d: Draw, x: Value) -> Value:
    smooth = [convoy.silu, convoy.sigmoid, convoy.gelu, convoy.gelu_tanh, convoy.mish]
    smooth += [convoy.softplus, convoy.tanh, convoy.elu, convoy.celu, convoy.selu, convoy.softsign]
    kinked = [convoy.relu, convoy.relu, convoy.relu, convoy.leaky_relu, convoy.hard_swish]
    kinked += [convoy.hard_sigmoid, lambda x: convoy.clip(x, 0, 6), lambda x: convoy.clip(x, -1, 2)]
    if d.random() < 0.05:
        return convoy.prelu(x, d.weight([sizes(x)[1]], 0.0))
    return d.choice(smooth + kinked)(x)


def a_pool(d: Draw, x: Value) -> Value:
    kernel = d.choice([[2] * d.rank, [3] * d.rank, d.each([1, 2, 3, 5])])
    keywords = {
        "stride": d.choice([1, 2, 2, kernel]),
        "padding": d.choice([0, [k // 2 for k in kernel]]),
        "ceil_mode": d.random() < 0.2,
    }
    if d.random() < 0.5:
        return convoy.max_pool(x, kernel, **keywords)
    return convoy.avg_pool(x, kernel, count_include_pad=d.random() < 0.5, **keywords)


def a_global_pool(d: Draw, x: Value) -> Value:
    pools = [convoy.global_avg_pool, convoy.global_max_pool]
    pools += [lambda x: convoy.adaptive_avg_pool(x, [2] * d.rank)]
    pooled = d.choice(pools)(x)
    return pooled * x if pooled.shape != x.shape and d.random() < 0.3 else pooled


def a_concat(d: Draw, x: Value) -> Value:
    n, _, *space = sizes(x)
    parts = [v for v in d.values if sizes(v)[:1] + sizes(v)[2:] == [n, *space]]
    parts = [d.choice(parts) for _ in range(d.choice([1, 1, 2, 3]))]
    return convoy.concat(d.sample([x, *parts], len(parts) + 1), axis=1)


def a_part(d: Draw, x: Value) -> Value:
    """Some of the channels, as C2f blocks split them; or of the pixels."""
    _, c, *space = sizes(x)
    if d.random() < 0.3:
        axis = d.randrange(d.rank)
        size = space[axis]
        start = d.randint(0, size - 1)
        return convoy.slice(x, [start], [size], axes=[2 + axis], steps=[d.choice([1, 1, 2])])
    if d.random() < 0.5 and c % 2 == 0:
        return d.choice(convoy.split(x, 2, axis=1))
    start = d.choice([0, c // 2, c // 16 * 16 // 2 // 16 * 16, d.randint(0, c - 1)])
    return convoy.slice(x, [start], [d.choice([c, d.randint(start + 1, c)])], axes=[1])


def a_residual(d: Draw, x: Value) -> Value:
    """Twice the same, two branches, or x beside a convolution of it; an activation before, after
    or nowhere."""
    c = sizes(x)[1]
    other = d.like(x)
    if d.random() < 0.6 and c * c * np.prod(sizes(x)[2:]) * 3**d.rank < MOST_PRODUCTS:
        other = convoy.conv(x, d.weight([c, c] + [3] * d.rank), padding=1)
    if d.random() < 0.4:
        other = an_activation(d, other)
    total = x + other if d.random() < 0.5 else other + x
    return an_activation(d, total) if d.random() < 0.4 else total


def two_convolutions_added(d: Draw, x: Value) -> Value:
    _, c, *space = sizes(x)
    o = d.channels()
    if c * o * np.prod(space) * 3**d.rank > MOST_PRODUCTS:
        o = 3
    wide = convoy.conv(x, d.weight([o, c] + [3] * d.rank), d.weight([o]), padding=1)
    return wide + convoy.conv(x, d.weight([o, c] + [1] * d.rank), d.weight([o]))


def an_elementwise_chain(d: Draw, x: Value) -> Value:
    for _ in range(d.randint(1, 4)):
        shape = [d.choice([n, 1]) for n in sizes(x)]
        y = d.choice([d.like(x), d.weight(shape, 0.5), d.weight([sizes(x)[-1]], 0.5)])
        x = d.choice(
            [
                lambda x, y: x + y,
                lambda x, y: x - y,
                lambda x, y: convoy.tanh(x * y),
                lambda x, y: x / (1 + y * y),
                convoy.max,
                convoy.min,
                lambda x, y: convoy.where(convoy.greater(x, 0.0), x, y),
                lambda x, y: convoy.sqrt(convoy.abs(x) + 0.5),
                lambda x, y: convoy.exp(-convoy.abs(x)) * y,
                lambda x, y: 2 * x - 0.5,
            ]
        )(x, y)
    return x


def a_resize(d: Draw, x: Value) -> Value:
    size = [min(2 * n, 24) if d.random() < 0.7 else d.randint(1, 12) for n in sizes(x)[2:]]
    mode = d.choice(["nearest", "nearest", "linear", "linear", "cubic"])
    coordinates = d.choice(["half_pixel", "asymmetric", "align_corners"])
    return convoy.resize(x, size, mode=mode, coordinate_mode=coordinates)


def a_softmax(d: Draw, x: Value) -> Value:
    return convoy.softmax(x, axis=d.choice([1, -1]))


def a_matmul(d: Draw, x: Value) -> Value:
    """Attention over the pixels, or a linear layer over the last axis."""
    n, c, *space = sizes(x)
    if d.random() < 0.5 and c * np.prod(space, dtype=int) ** 2 < MOST_PRODUCTS:
        flat = convoy.reshape(x, [n, c, int(np.prod(space))])
        scores = convoy.softmax(convoy.matmul(flat, flat, transpose_x=True) * 0.2, axis=-1)
        return convoy.reshape(convoy.matmul(flat, scores, transpose_y=True), [n, c, *space])
    return convoy.matmul(x, d.weight([space[-1], d.choice([1, 4, 16, 19])]))


def a_padded(d: Draw, x: Value) -> Value:
    before = [0, 0, *d.each([0, 1, 2])]
    after = [0, d.choice([0, 0, 3]), *d.each([0, 1, 2])]
    return convoy.pad(x, before, after, value=0.5)


def a_reduction(d: Draw, x: Value) -> Value:
    axes = d.choice([[1], list(range(2, 2 + d.rank)), [2], [1 + d.rank]])
    return d.choice([convoy.reduce_mean, convoy.reduce_max, convoy.reduce_l2])(x, axes, True) + 0.5


def a_transposition(d: Draw, x: Value) -> Value:
    """Pixels in another order and back, with something between; or channels shuffled."""
    n, c, *space = sizes(x)
    if c % 2 == 0:
        halves = convoy.reshape(x, [n, 2, c // 2, *space])
        return convoy.reshape(
            convoy.transpose(halves, [0, 2, 1, *range(3, 3 + d.rank)]), [*x.shape]
        )
    last = convoy.transpose(x, [0, *range(2, 2 + d.rank), 1])
    return convoy.transpose(convoy.tanh(last), [0, 1 + d.rank, *range(1, 1 + d.rank)])


LAYERS: dict[Callable[[Draw, Value], Value], float] = {
    a_conv: 6,
    a_depthwise: 1.5,
    a_transposed_conv: 1,
    a_norm: 2,
    a_batch_norm_of_training: 0.5,
    a_norm_of_groups: 0.3,
    an_activation: 5,
    a_pool: 1.5,
    a_global_pool: 0.5,
    a_concat: 2,
    a_part: 1.5,
    a_residual: 2,
    two_convolutions_added: 1,
    an_elementwise_chain: 1.5,
    a_resize: 0.7,
    a_softmax: 0.3,
    a_matmul: 0.5,
    a_padded: 0.4,
    a_reduction: 0.3,
    a_transposition: 0.4,
}


def network(seed: int, dtype: str = "float32", most_nodes: int = 40) -> Network:
    d = Draw(seed, dtype)
    n = d.choices([0, 1, 2, 3], [1, 8, 5, 4])[0]
    shape = [n, d.channels(), *[d.choice(SIZES[d.rank]) for _ in range(d.rank)]]
    inputs = [convoy.input("x", shape, dtype)]
    if d.random() < 0.2:
        inputs.append(convoy.input("y", shape, dtype))
    d.values = list(inputs)
    nodes: list[tuple[str, Value]] = []
    count = d.randint(5, most_nodes)
    while len(nodes) < count:
        layer = d.choices(list(LAYERS), list(LAYERS.values()))[0]
        try:
            value = layer(d, d.operand())
        except convoy.ShapeError:  # too small for this kernel, too large to be quick
            continue
        if 0 in sizes(value)[1:] or np.prod(sizes(value)[1:]) > 20_000:
            continue
        d.values.append(value)
        nodes.append((layer.__name__, value))
    outputs = [d.values[-1]]
    outputs += d.sample(d.values, d.choice([0, 1, 2, 3]))  # used inside, or inputs
    if d.random() < 0.2:
        outputs.append(outputs[0])
    return Network(inputs, outputs, d.parameters, nodes)
