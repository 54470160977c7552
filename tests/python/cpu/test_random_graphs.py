"""Random networks on the backend cpu against reference: every layer beside every other, by any
number of threads, in both precisions, on every instruction set of this machine.

Failures name a seed; `CONVOY_TEST_SCALE` draws more networks, the first ones the same.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from itertools import product
from typing import Any

import numpy as np
import pytest
from random_networks import LAYERS, Network, network, normal

import convoy

SCALE = float(os.environ.get("CONVOY_TEST_SCALE", "1"))


def is_here(instruction_set: str) -> bool:
    x = convoy.input("x", (1,))
    try:
        return bool(convoy.compile(x, -x, backend="cpu", instruction_set=instruction_set))
    except convoy.NotSupportedError:
        return False


SETS = [name for name in ("avx512", "avx2", "sse4", "neon") if is_here(name)]
OPTIONS = [
    {"instruction_set": tier, "threads": threads, "precision": precision}
    for threads, precision, tier in product((1, 2, 3), ("default", "highest"), SETS)
]


def seeds(count: int) -> range:
    return range(max(1, round(count * SCALE)))


def options_of(seed: int) -> dict[str, Any]:
    """In turn, so that any few seeds in a row see different ones."""
    return OPTIONS[seed * 5 % len(OPTIONS)]  # 5 divides no number of options there can be


def results(
    inputs: Any, values: Sequence[Any], arrays: Sequence[np.ndarray], **options: Any
) -> Any:
    return convoy.compile(inputs, values, **options)(*arrays)


def disagreement(
    ours: Sequence[np.ndarray], truth: Sequence[np.ndarray], tolerance: float = 1e-4
) -> str:
    """The first array that is wrong, or nothing. Relative to the largest element: Winograd's
    errors are those of a whole tile. What is next to nothing beside the other arrays is what
    rounding left of sums that cancel, as the gradient of a bias before a normalisation."""
    largest = max((np.abs(b).max(initial=0) for b in truth), default=0)
    for i, (a, b) in enumerate(zip(ours, truth, strict=True)):
        if a.shape != b.shape or a.dtype != b.dtype:
            return f"result {i} is {a.dtype}{a.shape}, wanted {b.dtype}{b.shape}"
        if a.dtype == np.float64:
            tolerance = 1e-9
        scale = np.abs(b).max(initial=0)
        bound = tolerance * (scale if scale > tolerance * largest else largest)
        wrong = ~(np.abs(a - b) <= bound + np.finfo(a.dtype).tiny)
        if wrong.any():
            at = tuple(int(k) for k in np.argwhere(wrong)[0])
            return (
                f"result {i} of shape {a.shape}: {wrong.sum()} of {a.size} wrong, first at {at}: "
                f"{a[at]}, wanted {b[at]}; largest error {np.abs(a - b).max()}, bound {bound}"
            )
    return ""


def fail(what: str, seed: int, net: Network, options: dict[str, Any]) -> None:
    """Says which value is the first to be wrong when it is the only result."""
    arrays = net.arrays(seed)
    first = "no value is wrong as the only result of a function"
    for i, (layer, value) in enumerate(net.nodes):
        ours = results(net.inputs, [value], arrays, backend="cpu", **options)
        truth = results(net.inputs, [value], arrays, backend="reference")
        if wrong := disagreement(ours, truth):
            graph = convoy.Graph(net.inputs, {"y": value}).text(max_elements=4)
            first = f"the first wrong value is {i}, {layer}: {wrong}\n{graph}"
            break
    pytest.fail(f"seed {seed}, {options}: {what}\n{first}")


def assert_forward(seed: int, dtype: str) -> None:
    net, options = network(seed, dtype), options_of(seed)
    f = convoy.compile(net.inputs, net.outputs, backend="cpu", **options)
    truth = convoy.compile(net.inputs, net.outputs, backend="reference")
    for call in range(2):
        arrays = net.arrays(seed + call)
        ours = f(*arrays)
        if wrong := disagreement(ours, truth(*arrays)):
            fail(f"call {call}: {wrong}", seed, net, options)
        for a, b in zip(ours, f(*arrays), strict=True):
            np.testing.assert_array_equal(a, b, err_msg=f"seed {seed}: not repeatable")
        net.change_parameters(seed)


def assert_gradients(seed: int, dtype: str) -> None:
    net, options = network(seed, dtype, most_nodes=20), options_of(seed)
    generator = np.random.default_rng(seed)
    outputs = list({id(y): y for y in net.outputs}.values())
    weights = [convoy.constant(normal(generator, y)) for y in outputs]
    wanted = [*net.inputs, *net.parameters]
    grads = convoy.gradients(outputs, wanted, weights)
    values = [outputs[0], *grads]
    f = convoy.compile(net.inputs, values, backend="cpu", **options)
    truth = convoy.compile(net.inputs, values, backend="reference")
    # A value within rounding of a kink, or of another maximum, may fall on either side and take its
    # gradient with it. A wrong kernel is wrong whatever the data.
    found = []
    for call in range(3):
        arrays = net.arrays(seed + 1000 * call)
        found.append(disagreement(f(*arrays), truth(*arrays), 5e-4))  # sums that half cancel
        if not found[-1]:
            return
    fail("\n".join(found), seed, net, options)


@pytest.mark.parametrize("seed", seeds(300))
def test_a_random_network(seed: int) -> None:
    assert_forward(seed, "float32")


@pytest.mark.parametrize("seed", seeds(150))
def test_gradients_of_a_random_network(seed: int) -> None:
    assert_gradients(seed, "float32")


@pytest.mark.parametrize("seed", seeds(30))
def test_a_random_network_in_float64(seed: int) -> None:
    assert_forward(seed, "float64")
    assert_gradients(seed, "float64")


@pytest.mark.parametrize("tier", SETS)
def test_each_instruction_set_runs_where_it_is_chosen(tier: str) -> None:
    x = convoy.input("x", (1, 16, 12, 12))
    w = convoy.parameter("w", np.ones((16, 16, 3, 3), np.float32))
    y = convoy.max_pool(convoy.silu(convoy.conv(x, w, padding=1)), 2)
    for threads in (1, 2):
        f = convoy.compile(x, y, backend="cpu", instruction_set=tier, threads=threads)
        profile = f.profile(np.ones((1, 16, 12, 12), np.float32), runs=1)
        assert profile.plan.instruction_set == tier
        assert profile.instruction_sets == [tier]


def test_networks_have_all_layers() -> None:
    """And are what their seed says."""
    seen = Counter(name for seed in range(300) for name, _ in network(seed).nodes)
    assert set(seen) == {layer.__name__ for layer in LAYERS}
    assert min(seen.values()) >= 20
    again = [convoy.Graph(n.inputs, n.outputs).text() for n in (network(7), network(7))]
    assert again[0] == again[1]
