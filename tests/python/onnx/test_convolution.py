"""Convolutions of every kind, judged by ONNX Runtime and ONNX's evaluator."""

import itertools

import numpy as np
import onnx.helper as oh
import pytest
from judge import Array, assert_export
from node_models import assert_imported, model_of

import convoy

RNG = np.random.default_rng(5)


def random(*shape: int, dtype: type = np.float32) -> Array:
    return RNG.standard_normal(shape).astype(dtype)


def sizes_of(value: convoy.Value) -> list[int]:
    return [int(str(size)) for size in value.shape]


PADDINGS = ["valid", "same_upper", "same_lower", "half", "full", [(1, 2), (0, 1)]]
SPATIAL = {1: (9,), 2: (8, 7), 3: (5, 6, 4)}
KERNEL = {1: (3,), 2: (3, 2), 3: (2, 3, 2)}


@pytest.mark.parametrize("flip", [False, True])
@pytest.mark.parametrize("runtime_weights", [False, True])
@pytest.mark.parametrize("padding", PADDINGS, ids=str)
def test_convolutions_are_exported(padding, runtime_weights, flip):
    """Strides × dilations × groups, where ONNX Runtime knows the combination."""
    for stride, dilation, groups in itertools.product([1, (2, 1)], [1, (1, 2)], [1, 2]):
        x, w = random(2, 4, 8, 7), random(6, 4 // groups, 3, 2)
        xv = convoy.input("x", x.shape)
        wv = convoy.input("w", w.shape) if runtime_weights else convoy.constant(w)
        y = convoy.conv(
            xv, wv, stride=stride, dilation=dilation, groups=groups, padding=padding, flip=flip
        )
        inputs, feeds = ([xv, wv], {"x": x, "w": w}) if runtime_weights else ([xv], {"x": x})
        model = assert_export(convoy.Graph(inputs, y), feeds)
        expected = ["Slice", "Conv"] if flip and runtime_weights else ["Conv"]
        assert [node.op_type for node in model.graph.node] == expected


@pytest.mark.parametrize("rank", [1, 3])
@pytest.mark.parametrize("padding", ["valid", "same_upper", "half", "full", 1])
def test_convolutions_of_other_ranks_are_exported(rank, padding):
    x, w, b = random(2, 4, *SPATIAL[rank]), random(6, 2, *KERNEL[rank]), random(6)
    xv = convoy.input("x", x.shape)
    for stride, flip in [(1, False), (2, True)]:
        y = convoy.conv(
            xv,
            convoy.constant(w),
            convoy.constant(b),
            stride=stride,
            groups=2,
            padding=padding,
            flip=flip,
        )
        assert_export(convoy.Graph([xv], y), {"x": x})


@pytest.mark.parametrize("padding", ["valid", "half", "full", "same_upper", 1])
def test_kernels_of_symbolic_size_are_exported(padding):
    x, w = random(2, 3, 9, 8), random(4, 3, 3, 2)
    xv, wv = convoy.input("x", ["N", 3, "H", "W"]), convoy.input("w", [4, 3, "KH", "KW"])
    for flip in (False, True):
        y = convoy.conv(xv, wv, padding=padding, stride=2, flip=flip)
        assert_export(convoy.Graph([xv, wv], y), {"x": x, "w": w})


def test_float64_is_exported():
    x, w = random(1, 2, 5, 5, dtype=np.float64), random(3, 2, 3, 3, dtype=np.float64)
    xv = convoy.input("x", x.shape, "float64")
    y = convoy.conv(xv, convoy.constant(w), padding=1, flip=True)
    assert_export(convoy.Graph([xv], y), {"x": x}, judge="evaluator", rtol=1e-10)


def test_bias_activation_and_flatten_are_exported_as_people_write_them():
    x, w, b = random(2, 3, 8, 8), random(4, 3, 3, 3), random(4)
    xv = convoy.input("x", ["N", 3, 8, 8])
    y = convoy.conv(xv, convoy.constant(w), padding=1) + convoy.constant(b.reshape(1, 4, 1, 1))
    y = convoy.flatten(convoy.relu(y))
    # The bias joins the sum before it is rounded.
    model = assert_export(convoy.Graph([xv], y), {"x": x}, exact=False)
    kinds = [node.op_type for node in model.graph.node]
    assert kinds[:2] == ["Conv", "Relu"]
    assert len(model.graph.node[0].input) == 3


def test_ten_convolutions_with_free_kernels_are_exported():
    x = random(1, 4, 8, 8)
    inputs, feeds = [convoy.input("x", x.shape)], {"x": x}
    y = inputs[0]
    for i in range(10):
        feeds[f"w{i}"] = random(4, 4, 3, 3)
        inputs.append(convoy.input(f"w{i}", [4, 4, 3, 3]))
        y = convoy.relu(convoy.conv(y, inputs[-1], padding=1, flip=i % 2 == 0))
    assert_export(convoy.Graph(inputs, y), feeds)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_transposed_convolutions_are_exported(rank):
    for padding, stride, dilation, groups, flip in itertools.product(
        [0, 1, "same_upper", "same_lower", "half", "full"], [1, 2], [1, 2], [1, 2], [False, True]
    ):
        if rank != 2 and (dilation, groups) not in ((1, 1), (2, 2)):
            continue
        if isinstance(padding, str) and padding.startswith("same") and dilation != 1:
            continue
        x, w, b = random(2, 4, *SPATIAL[rank]), random(4, 3, *KERNEL[rank]), random(3 * groups)
        xv, wv = convoy.input("x", x.shape), convoy.input("w", w.shape)
        extra = 0 if isinstance(padding, str) and padding.startswith("same") else stride - 1
        y = convoy.conv_transpose(
            xv,
            wv,
            convoy.constant(b),
            stride=stride,
            padding=padding,
            dilation=dilation,
            groups=groups,
            output_padding=extra,
            flip=flip,
        )
        assert_export(convoy.Graph([xv, wv], y), {"x": x, "w": w})


@pytest.mark.parametrize("padding", [1, "half", "same_upper"])
def test_transposed_convolutions_of_symbolic_size_are_exported(padding):
    grad, w, x = random(2, 4, 5, 4), random(4, 3, 3, 3), random(2, 3, 9, 8)
    xv, wv = convoy.input("x", ["N", 3, "H", "W"]), convoy.input("w", [4, 3, 3, 3])
    y = convoy.conv(xv, wv, padding=padding, stride=2)
    gv = convoy.input("grad", y.shape)
    back = convoy.gradients(y, [xv], seeds=gv)
    assert_export(convoy.Graph([xv, wv, gv], back[0]), {"x": x, "w": w, "grad": grad})


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_gradients_of_convolutions_are_exported(rank):
    for padding, stride, dilation, groups, flip in itertools.product(
        [0, 1, "same_upper", "half", "full"], [1, 2], [1, 2], [1, 2], [False, True]
    ):
        if rank != 2 and (dilation, groups) not in ((1, 1), (2, 2)):
            continue
        x, w = random(2, 4, *SPATIAL[rank]), random(6, 4 // groups, *KERNEL[rank])
        xv, wv = convoy.input("x", x.shape), convoy.input("w", w.shape)
        y = convoy.conv(
            xv, wv, padding=padding, stride=stride, dilation=dilation, groups=groups, flip=flip
        )
        gv = convoy.input("grad", y.shape)
        graph = convoy.Graph([xv, wv, gv], convoy.gradients(y, [xv, wv], seeds=gv))
        grad = random(*sizes_of(y))
        assert_export(graph, {"x": x, "w": w, "grad": grad})


@pytest.mark.parametrize("groups", [1, 2])
def test_weight_gradients_of_symbolic_size_are_exported(groups):
    x, w = random(2, 4, 9, 8), random(6, 4 // groups, 3, 2)
    xv, wv = convoy.input("x", ["N", 4, "H", "W"]), convoy.input("w", [6, 4 // groups, "KH", "KW"])
    y = convoy.conv(xv, wv, padding="half", stride=2, groups=groups, flip=True)
    gv = convoy.input("grad", y.shape)
    graph = convoy.Graph([xv, wv, gv], convoy.gradients(y, [wv], seeds=gv))
    grad = random(2, 6, 5, 5)
    assert_export(graph, {"x": x, "w": w, "grad": grad})


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("mask", [(True, True, True), (False, True, False)])
def test_convolution_backward_is_exported(transposed, mask):
    x, w = random(2, 4, 7, 6), random(4, 3, 3, 3) if transposed else random(6, 2, 3, 3)
    groups = 1 if transposed else 2
    xv, wv = convoy.input("x", x.shape), convoy.input("w", w.shape)
    attributes = {"stride": 2, "padding": 1, "groups": groups}
    y = (convoy.conv_transpose if transposed else convoy.conv)(xv, wv, **attributes)
    gv = convoy.input("grad", y.shape)
    results = convoy.convolution_backward(
        gv, xv, wv, [int(str(y.shape[1]))], transposed=transposed, output_mask=mask, **attributes
    )
    graph = convoy.Graph([gv, xv, wv], [value for value in results if value is not None])
    grad = random(*sizes_of(y))
    assert_export(graph, {"grad": grad, "x": x, "w": w})


@pytest.mark.parametrize("opset", [7, 11, 22])
def test_convolutions_are_imported(opset):
    x, w, b = random(1, 4, 7, 6), random(6, 2, 3, 2), random(6)
    for attributes in (
        {"group": 2},
        {"group": 2, "auto_pad": "SAME_UPPER", "strides": [2, 2]},
        {"group": 2, "auto_pad": "SAME_LOWER", "strides": [2, 1]},
        {"group": 2, "auto_pad": "VALID", "kernel_shape": [3, 2]},
        {"group": 2, "pads": [0, 1, 2, 3], "dilations": [2, 1]},
    ):
        node = oh.make_node("Conv", ["x", "w", "b"], ["y"], **attributes)
        assert_imported(node, {"x": x, "w": w, "b": b}, opset=opset)


@pytest.mark.parametrize("opset", [7, 11, 22])
def test_transposed_convolutions_are_imported(opset):
    x, w = random(1, 4, 5, 4), random(4, 3, 3, 3)
    for attributes in (
        {"strides": [2, 2], "output_padding": [1, 0]},
        {"strides": [2, 2], "output_shape": [10, 9]},
        {"strides": [2, 2], "output_shape": [9, 8], "auto_pad": "SAME_UPPER"},
        {"strides": [2, 2], "output_shape": [9, 8], "auto_pad": "SAME_LOWER"},
        {"strides": [2, 2], "output_shape": [12, 10]},
        {"strides": [2, 2], "auto_pad": "SAME_UPPER"},
        {"strides": [3, 3], "auto_pad": "SAME_LOWER"},
        {"pads": [1, 0, 2, 1], "dilations": [2, 2]},
        {"auto_pad": "VALID"},
    ):
        node = oh.make_node("ConvTranspose", ["x", "w"], ["y"], **attributes)
        assert_imported(node, {"x": x, "w": w}, opset=opset)


@pytest.mark.parametrize(
    ("kind", "attributes", "message"),
    [
        ("Conv", {"kernel_shape": [5, 5]}, "kernel_shape is"),
        ("Conv", {"group": 0}, "groups must be at least 1"),
        ("Conv", {"group": 3}, "channels of x"),
        ("Conv", {"pads": [1, 1]}, "pads has 2 entries"),
        ("Conv", {"pads": [-1, 0, 0, 0]}, "padding must not be negative"),
        ("Conv", {"strides": [0, 1]}, "stride"),
        ("Conv", {"strides": [1]}, "strides has 1 entries"),
        ("Conv", {"dilations": [1, 1 << 62]}, ""),
        ("Conv", {"auto_pad": "SAME"}, "auto_pad is 'SAME'"),
        ("Conv", {"auto_pad": "SAME_UPPER", "pads": [1, 1, 1, 1]}, "both pads and auto_pad"),
        ("Conv", {"stride": [2, 2]}, "has no attribute 'stride'"),
        ("Conv", {"strides": 2}, "attribute strides is an int, it must be ints"),
        ("ConvTranspose", {"output_padding": [1, 0]}, "output_padding is"),
        ("ConvTranspose", {"output_padding": [-1, 0]}, "output_padding is"),
        ("ConvTranspose", {"output_shape": [0, 4]}, "output_shape is"),
        ("ConvTranspose", {"output_shape": [1 << 40, 4]}, "output_padding"),
        ("ConvTranspose", {"output_shape": [4]}, "output_shape has 1 entries"),
    ],
)
def test_attributes_that_contradict_are_refused(kind, attributes, message):
    x, w = random(1, 4, 5, 5), random(4, 4, 3, 3)
    node = oh.make_node(kind, ["x", "w"], ["y"], name="stem", **attributes)
    data = model_of(node, {"x": x, "w": w}).SerializeToString()
    with pytest.raises(convoy.Error, match="node 'stem'") as error:
        convoy.onnx.load(data)
    assert message in str(error.value)


def test_convolutions_of_integers_are_not_exported():
    xv, wv = convoy.input("x", [1, 1, 5, 5], "int32"), convoy.input("w", [1, 1, 3, 3], "int32")
    with pytest.raises(convoy.NotSupportedError, match="int8 and uint8 into int32"):
        convoy.onnx.to_bytes(convoy.Graph([xv, wv], convoy.conv(xv, wv)))
