"""Pooling with every attribute, its gradients, and columns of patches."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import onnx.helper as oh
import pytest
from judge import Array, assert_export
from node_models import assert_exported, assert_imported, model_of, op_types

import convoy

RNG = np.random.default_rng(7)
WINDOWS: list[dict[str, Any]] = [
    {"kernel": 2},
    {"kernel": (3, 2), "stride": (2, 1), "padding": [(1, 0), (0, 1)]},
    {"kernel": 3, "stride": 2, "padding": "same_upper"},
    {"kernel": 3, "stride": 2, "padding": "same_lower"},
    {"kernel": 3, "stride": 2, "padding": "half"},
    {"kernel": 2, "stride": 1, "padding": "full"},
    {"kernel": 3, "stride": 2, "padding": 1, "ceil_mode": True},
    {"kernel": 2, "stride": 2, "dilation": 2, "padding": 1},
    {"kernel": 3, "stride": 2, "dilation": 2, "padding": "same_lower"},
]


def random(*shape: int, dtype: type = np.float32) -> Array:
    return RNG.standard_normal(shape).astype(dtype)


def halves(*shape: int) -> Array:
    """Numbers whose sums are exact, and whose quotients by powers of two are."""
    return RNG.integers(-8, 8, shape).astype(np.float32) / 2


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_max_pool_is_exported(window: dict[str, Any]) -> None:
    x = random(2, 3, 7, 8)
    model = assert_exported(lambda x: convoy.max_pool(x, **window), x)
    assert op_types(model) == ["MaxPool"]
    assert_exported(lambda x: convoy.max_pool(x, return_indices=True, **window), x)


@pytest.mark.parametrize("shape", [(2, 3, 9), (1, 2, 5, 6, 4)])
def test_pools_of_other_ranks_are_exported(shape: tuple[int, ...]) -> None:
    x = random(*shape)
    for pool in (convoy.max_pool, convoy.avg_pool, convoy.lp_pool):
        assert_exported(lambda x, pool=pool: pool(x, 2, stride=2, padding=1), x)
    assert_exported(lambda x: convoy.max_pool(x, 2, return_indices=True), x)


def test_indices_of_symbolic_sizes_are_exported() -> None:
    x = convoy.input("x", ["N", 3, "H", "W"])
    values, indices = convoy.max_pool(x, 2, return_indices=True)
    graph = convoy.Graph([x], {"values": values, "indices": indices})
    assert_export(graph, {"x": random(2, 3, 6, 8)})
    again = convoy.onnx.load(convoy.onnx.to_bytes(graph))
    assert sum("max_pool" in line for line in again.text().splitlines()) == 1
    assert "binary" not in again.text()  # offsets are not counted there and back


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("count_include_pad", [False, True])
def test_avg_pool_is_exported(window: dict[str, Any], count_include_pad: bool) -> None:
    def pool(x: convoy.Value) -> convoy.Value:
        return convoy.avg_pool(x, count_include_pad=count_include_pad, **window)

    model = assert_exported(pool, random(2, 3, 7, 8))
    assert op_types(model) == ["AveragePool"]
    assert model.opset_import[0].version == (19 if "dilation" in window else 18)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_avg_pool_with_a_divisor_is_exported(window: dict[str, Any]) -> None:
    def pool(x: convoy.Value) -> convoy.Value:
        return convoy.avg_pool(x, divisor_override=3, **window)

    model = assert_exported(pool, random(2, 3, 7, 8))
    assert op_types(model) == ["Conv", "Div"]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
@pytest.mark.parametrize("options", [{}, {"count_include_pad": False}, {"divisor_override": 5}])
def test_gradients_of_avg_pool_are_exported(
    window: dict[str, Any], options: dict[str, Any]
) -> None:
    x = convoy.input("x", [2, 3, 7, 8])
    y = convoy.avg_pool(x, **window, **options)
    grad = random(*[int(str(size)) for size in y.shape])
    size = convoy.avg_pool_input_grad
    # Divisors of ceil_mode that count padding are not told apart from others when read back.
    exact = not (window.get("ceil_mode") and not options)
    assert_exported(lambda g: size(g, (7, 8), **window, **options), grad, exact=exact)


@pytest.mark.parametrize("padding", [0, 1, ((0, 1), (1, 1)), ((1, 0), (0, 1))], ids=str)
@pytest.mark.parametrize("stride", [1, 2, 3, 4])
def test_ceil_mode_gives_as_many_windows_elsewhere(stride: int, padding: Any) -> None:
    """Also where a last window would begin in the padding."""
    window = {"kernel": 3 if padding == 0 else 2, "stride": stride, "padding": padding}
    for size in (5, 6, 7):
        x = random(1, 2, size, size + 1)
        for pool in (
            lambda x: convoy.max_pool(x, **window, ceil_mode=True),
            lambda x: convoy.avg_pool(x, **window, ceil_mode=True, count_include_pad=False),
            lambda x: convoy.avg_pool(x, **window, ceil_mode=True),
            lambda x: convoy.lp_pool(x, **window, ceil_mode=True),
        ):
            assert_exported(pool, x)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_lp_pool_is_exported(p: int) -> None:
    # ONNX Runtime gives other numbers with ceil_mode and with dilations.
    for window in WINDOWS[:6]:
        assert_exported(lambda x, w=window: convoy.lp_pool(x, p=p, **w), random(2, 3, 7, 8))


def test_lp_pool_of_a_fractional_exponent_is_refused() -> None:
    x = convoy.input("x", [1, 1, 4, 4])
    with pytest.raises(convoy.NotSupportedError, match=r"p is 1\.5; ONNX takes whole numbers"):
        convoy.onnx.to_bytes(convoy.Graph([x], convoy.lp_pool(x, 2, p=1.5)))


@pytest.mark.parametrize(
    ("size", "kinds"),
    [
        (1, ("GlobalAveragePool", "GlobalMaxPool")),
        ((3, 4), ("AveragePool", "MaxPool")),
        ((4, 3), ("Reshape", "MaxPool")),
        ((8, 10), ("Reshape", "MaxPool")),
    ],
)
def test_adaptive_pools_are_exported(size: Any, kinds: tuple[str, str]) -> None:
    x = random(2, 3, 6, 8)
    model = assert_exported(lambda x: convoy.adaptive_avg_pool(x, size), x)
    assert op_types(model)[-1] == kinds[0]
    model = assert_exported(lambda x: convoy.adaptive_max_pool(x, size), x)
    assert op_types(model)[-1] == kinds[1]
    assert_exported(lambda x: convoy.adaptive_max_pool(x, size, return_indices=True), x)


def test_global_pools_of_symbolic_size_are_exported() -> None:
    x = convoy.input("x", ["N", 3, "H", "W"])
    graph = convoy.Graph([x], [convoy.global_avg_pool(x), convoy.global_max_pool(x)])
    model = assert_export(graph, {"x": random(2, 3, 5, 7)})
    assert op_types(model) == ["ReduceMean", "GlobalMaxPool"]


def test_gradients_of_adaptive_pools_are_exported() -> None:
    for size, exact in [((1, 1), True), ((3, 4), True), ((4, 3), False)]:
        grad = random(2, 3, *size)
        back = convoy.adaptive_avg_pool_input_grad
        assert_exported(lambda g, back=back: back(g, (6, 8)), grad, exact=exact)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_gradients_of_max_pool_are_exported(window: dict[str, Any]) -> None:
    def gradient(x: convoy.Value) -> convoy.Value:
        y = convoy.max_pool(x, **window)
        return convoy.gradients(convoy.reduce_sum(y * y), [x])[0]

    assert_exported(gradient, random(2, 3, 7, 8))


@pytest.mark.parametrize("accumulate", [False, True])
def test_unpooling_is_exported(accumulate: bool) -> None:
    x, indices = random(2, 3, 2, 2), RNG.integers(0, 20, (2, 3, 2, 2))
    assert_exported(lambda x, i: convoy.max_unpool(x, i, (4, 5), accumulate=accumulate), x, indices)
    grad = random(2, 3, 4, 5)
    assert_exported(lambda g, i: convoy.max_unpool_grad(g, i, accumulate=accumulate), grad, indices)


@pytest.mark.parametrize("padding", [0, 1, "same_upper", [(1, 2), (0, 1)]], ids=str)
def test_columns_of_patches_are_exported(padding: Any) -> None:
    for stride, dilation in itertools.product([1, 2], [1, 2]):
        window: dict[str, Any] = {"stride": stride, "dilation": dilation, "padding": padding}
        x = random(2, 3, 7, 8)
        columns = convoy.unfold(x, (2, 3), **window)
        assert_exported(lambda x, w=window: convoy.unfold(x, (2, 3), **w), x)
        assert_exported(lambda c, w=window: convoy.fold(c, (7, 8), (2, 3), **w), columns)


def test_columns_of_symbolic_size_are_exported() -> None:
    x = convoy.input("x", ["N", 3, "H", "W"])
    graph = convoy.Graph([x], convoy.unfold(x, 3, stride=2, padding=1))
    assert_export(graph, {"x": random(2, 3, 7, 6)})


@pytest.mark.parametrize("opset", [7, 10, 11, 18, 22])
def test_pools_are_imported(opset: int) -> None:
    x = random(1, 3, 7, 8)
    newer: list[dict[str, Any]] = [{"ceil_mode": 1, "strides": [2, 2]}] if opset >= 10 else []
    for attributes in (
        {},
        {"strides": [2, 1], "pads": [1, 0, 1, 1]},
        {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"strides": [2, 2], "auto_pad": "SAME_LOWER"},
        {"auto_pad": "VALID"},
        *newer,
    ):
        for kind in ("MaxPool", "AveragePool", "LpPool"):
            if kind == "LpPool" and "ceil_mode" in attributes:
                continue
            node = oh.make_node(kind, ["x"], ["y"], kernel_shape=[3, 2], **attributes)
            assert_imported(node, {"x": x}, opset=opset)


@pytest.mark.parametrize("shape", [(2, 2, 7), (2, 3, 4, 6), (1, 2, 4, 3, 5)])
@pytest.mark.parametrize("storage_order", [0, 1])
def test_indices_count_over_the_whole_array(shape: tuple[int, ...], storage_order: int) -> None:
    kernel = [2] * (len(shape) - 2)
    node = oh.make_node(
        "MaxPool", ["x"], ["y", "i"], kernel_shape=kernel, strides=kernel,
        storage_order=storage_order,
    )  # fmt: skip
    assert_imported(node, {"x": random(*shape)}, opset=12, outputs=("y", "i"))


def test_unpooling_is_imported_behind_pooling() -> None:
    nodes = [
        oh.make_node("MaxPool", ["x"], ["p", "i"], kernel_shape=[2, 2], strides=[2, 2]),
        oh.make_node("MaxUnpool", ["p", "i", "size"], ["y"], kernel_shape=[2, 2], strides=[2, 2]),
    ]
    x = random(2, 3, 5, 7)
    graph = assert_imported(nodes, {"x": x}, constants={"size": np.array(x.shape)}, opset=11)
    assert "binary" not in graph.text()


@pytest.mark.parametrize("p", [1, 2, 3])
def test_global_pools_are_imported(p: int) -> None:
    x = random(2, 3, 4, 5)
    assert_imported(oh.make_node("GlobalLpPool", ["x"], ["y"], p=p), {"x": x})


@pytest.mark.parametrize(
    ("kind", "attributes", "message"),
    [
        ("MaxPool", {}, "attribute kernel_shape is missing"),
        ("MaxPool", {"kernel_shape": [2]}, "kernel_shape has 1 entries"),
        ("MaxPool", {"kernel_shape": [9, 9]}, "does not fit"),
        ("MaxPool", {"kernel_shape": [0, 2]}, "kernel must be at least 1"),
        ("MaxPool", {"kernel_shape": [2, 2], "pads": [2, 0, 0, 0]}, "padding must be smaller"),
        ("MaxPool", {"kernel_shape": [2, 2], "ceil_mode": 2}, "ceil_mode is 2"),
        ("AveragePool", {"kernel_shape": [2, 2], "strides": [0, 1]}, "stride"),
        ("AveragePool", {"kernel_shape": [1 << 62, 2], "dilations": [1 << 62, 1]}, ""),
        ("LpPool", {"kernel_shape": [2, 2], "p": 0}, "p is 0"),
    ],
)
def test_pools_with_wrong_attributes_are_refused(
    kind: str, attributes: dict[str, Any], message: str
) -> None:
    node = oh.make_node(kind, ["x"], ["y"], name="pool", **attributes)
    data = model_of(node, {"x": random(1, 2, 4, 4)}, opset=19).SerializeToString()
    with pytest.raises(convoy.Error, match="node 'pool'") as error:
        convoy.onnx.load(data)
    assert message in str(error.value)
