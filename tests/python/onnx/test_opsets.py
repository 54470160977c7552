"""Every operator in every opset that is written: a file that onnx.checker takes, or a refusal."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

import convoy

CONVOY = Path(__file__).parents[3] / "build" / "release" / "bin" / "convoy"

# Every graph has all of these inputs.
X = convoy.input("x", ("N", 4, 6, 6))
P = convoy.input("p", (2, 4, 6, 6))
S = convoy.input("s", (2, 4, 3, 3))
U = convoy.input("u", (2, 4, 3, 3))
M = convoy.input("m", (3, 4))
L = convoy.input("l", (3, 4), "bool")
PLACES = convoy.input("places", (2, 4, 3, 3), "int64")
LIST = convoy.input("list", (3,), "int64")
PAIRS = convoy.input("pairs", (3, 2), "int64")
SLICES = convoy.input("slices", (3, 6, 6))
BOXES = convoy.input("boxes", (1, 9, 4))
SCORES = convoy.input("scores", (1, 2, 9))
KEY = convoy.input("key", (2,), "uint64")
INPUTS = [X, P, S, U, M, L, PLACES, LIST, PAIRS, SLICES, BOXES, SCORES, KEY]

W = np.ones((4, 2, 3, 3), np.float32)
ONES = np.ones(4, np.float32)
SIDES = ((0, 0, 1, 2), (0, 0, 2, 1))
MODES = ("constant", "reflect", "edge", "wrap")

UNARY = [
    "abs", "atan", "ceil", "cos", "erf", "exp", "floor", "log", "neg", "reciprocal", "round",
    "rsqrt", "sign", "sin", "sqrt", "tanh", "celu", "elu", "gelu", "gelu_tanh", "hard_sigmoid",
    "hard_swish", "leaky_relu", "mish", "relu", "selu", "sigmoid", "silu", "softplus", "softsign",
    "softmax", "log_softmax", "arg_max", "arg_min", "reduce_l1", "reduce_l2",
    "reduce_log_sum_exp", "reduce_max", "reduce_mean", "reduce_min", "reduce_prod", "reduce_sum",
    "shape_of", "transpose",
]  # fmt: skip
BINARY = [
    "add", "sub", "mul", "div", "pow", "min", "max", "equal", "not_equal", "less", "less_equal",
    "greater", "greater_equal", "matmul",
]  # fmt: skip
FORMS: dict[str, list[Callable[[], Any]]] = {
    **{name: [partial(getattr(convoy, name), X)] for name in UNARY},
    **{name: [partial(getattr(convoy, name), X, P)] for name in BINARY},
    **{
        name: [partial(getattr(convoy, name), L, L)]
        for name in ("logical_and", "logical_or", "logical_xor")
    },
    "adaptive_avg_pool": [lambda s=s: convoy.adaptive_avg_pool(P, s) for s in (1, (4, 5))],
    "adaptive_avg_pool_input_grad": [lambda: convoy.adaptive_avg_pool_input_grad(S, (7, 6))],
    "adaptive_max_pool": [lambda s=s: convoy.adaptive_max_pool(P, s) for s in (1, (4, 5))],
    "avg_pool": [
        lambda: convoy.avg_pool(X, 3, stride=2, padding=1, ceil_mode=True),
        lambda: convoy.avg_pool(X, 3, divisor_override=5),
        *[
            lambda c=c: convoy.avg_pool(
                X, 2, stride=3, padding=1, ceil_mode=True, count_include_pad=c
            )
            for c in (False, True)
        ],
    ],
    "avg_pool_input_grad": [lambda: convoy.avg_pool_input_grad(S, (6, 6), 2)],
    "batch_norm": [lambda: convoy.batch_norm(X, *[ONES] * 4)],
    "batch_norm_training": [
        lambda u=u: convoy.batch_norm_training(P, *[ONES] * 4, unbiased=u)[:3]
        for u in (False, True)
    ],
    "cast": [lambda d=d: convoy.cast(X, d) for d in ("int8", "int64", "uint64", "float16", "bool")],
    "clip": [lambda: convoy.clip(X, 0, 6)],
    "concat": [lambda: convoy.concat([X, X], 1)],
    "conv": [
        lambda: convoy.conv(X, W, groups=2, padding="same_upper"),
        lambda: convoy.conv(X, np.ones((4, 4, 3, 3), np.float32), flip=True, dilation=2),
    ],
    "conv_input_grad": [lambda: convoy.conv_input_grad(S, W, (7, 7), groups=2, stride=2)],
    "conv_weight_grad": [lambda: convoy.conv_weight_grad(P, S, (4, 4))],
    "expand": [lambda: convoy.expand(X, (3, "N", 4, 6, 6))],
    "flip": [lambda: convoy.flip(X, [1, 3])],
    "fold": [lambda: convoy.fold(convoy.reshape(S, (1, 8, 9)), (4, 4), 2)],
    "gather": [lambda: convoy.gather(X, LIST, 1)],
    "gather_elements": [lambda: convoy.gather_elements(S, PLACES, 1)],
    "gather_nd": [lambda: convoy.gather_nd(X, PAIRS)],
    "group_norm": [lambda n=n: convoy.group_norm(X, n, ONES, ONES) for n in (2, 4)],
    "iota": [lambda: convoy.iota(5), lambda: convoy.iota("N")],
    "layer_norm": [lambda: convoy.layer_norm(X, np.ones((6, 6), np.float32), axis=-2)],
    "logical_not": [lambda: convoy.logical_not(L)],
    "lp_pool": [
        lambda: convoy.lp_pool(X, 2),
        lambda: convoy.lp_pool(X, 2, stride=3, padding=((0, 0), (0, 1)), ceil_mode=True),
        lambda: convoy.lp_pool(X, 2, stride=5, ceil_mode=True),
    ],
    "max_pool": [
        lambda: convoy.max_pool(X, 2, stride=2, ceil_mode=True),
        lambda: convoy.max_pool(X, 2, stride=3, padding=((0, 1), (0, 1)), ceil_mode=True),
        lambda: convoy.max_pool(X, 2, return_indices=True),
    ],
    "max_unpool": [
        lambda a=a: convoy.max_unpool(S, PLACES, (6, 6), accumulate=a) for a in (False, True)
    ],
    "max_unpool_grad": [
        lambda a=a: convoy.max_unpool_grad(P, PLACES, accumulate=a) for a in (False, True)
    ],
    "non_max_suppression": [
        lambda: convoy.non_max_suppression(BOXES, SCORES, max_output_boxes_per_class=3)
    ],
    "one_hot": [lambda: convoy.one_hot(PLACES, 5)],
    "pad": [lambda m=m: convoy.pad(X, *SIDES, mode=m) for m in MODES],
    "pad_input_grad": [
        lambda m=m: convoy.pad_input_grad(P, *SIDES, (2, 4, 3, 3), mode=m) for m in MODES
    ],
    "random_normal": [lambda: convoy.random_normal(KEY, 3)],
    "random_uniform": [lambda: convoy.random_uniform(KEY, 3)],
    "reshape": [lambda: convoy.reshape(X, ("N", -1))],
    "resize": [
        lambda: convoy.resize(X, (9, 9), mode="linear"),
        lambda: convoy.resize(X, (9, 9), mode="linear", antialias=True),
        lambda: convoy.resize(X, scales=1.7, mode="cubic"),
        lambda: convoy.resize(X, (12, 12), coordinate_mode="half_pixel_symmetric"),
    ],
    "resize_input_grad": [
        lambda m=m: convoy.resize_input_grad(P, (3, 3), mode=m) for m in ("nearest", "cubic")
    ],
    "scatter_elements": [
        lambda r=r: convoy.scatter_elements(S, PLACES, U, 1, reduction=r)
        for r in ("none", "add", "mul", "min", "max")
    ],
    "scatter_nd": [
        lambda r=r: convoy.scatter_nd(P, PAIRS, SLICES, reduction=r) for r in ("none", "add", "max")
    ],
    "slice": [lambda: convoy.slice(X, [1, 0], [3, 6], [1, 3], [1, 2])],
    "slice_input_grad": [
        lambda: convoy.slice_input_grad(S, [0, 0, 1, 0], [2, 4, 4, 5], [1, 1, 1, 2], (2, 4, 6, 6))
    ],
    "top_k": [lambda: convoy.top_k(X, 2, 1)],
    "unfold": [lambda: convoy.unfold(X, 2)],
    "where": [lambda: convoy.where(L, M, 1.0)],
}


@pytest.mark.parametrize("name", sorted(FORMS))
def test_files_of_every_opset_are_valid(name: str) -> None:
    for form in FORMS[name]:
        results = form()
        named = (
            {f"y{i}": y for i, y in enumerate(results)} if isinstance(results, tuple) else results
        )
        graph = convoy.Graph(INPUTS, named)
        for opset in (13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23):
            try:
                data = convoy.onnx.to_bytes(graph, opset)
            except convoy.NotSupportedError:
                continue
            model = onnx.load_from_string(data)
            assert model.opset_import[0].version == opset
            onnx.checker.check_model(model, full_check=True)


@pytest.mark.skipif(not CONVOY.exists(), reason="the command line was not built")
def test_no_operator_is_left_out() -> None:
    told = subprocess.run([CONVOY, "ops", "--json"], capture_output=True, check=True).stdout
    assert {operator["name"] for operator in json.loads(told)} == set(FORMS)
