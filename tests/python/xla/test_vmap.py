"""jax.vmap over graphs: what one long batch gives is what the elements give one by one."""

import convoy.jax
import jax
import numpy as np
import pytest
from support import random_array

import convoy

W = random_array(1, (4, 3, 3, 2), "float32")
M = random_array(2, (5, 6), "float32")
ROWS = random_array(7, (90, 2), "float32")
V = [np.abs(random_array(i, (3,), "float32")) + 0.5 for i in (3, 4, 5, 6)]

TOGETHER = {
    "conv": lambda x: convoy.conv(x, W, stride=2, padding="half"),
    "conv_transpose": lambda x: convoy.conv_transpose(x, W[:3, :2], stride=2),
    "max_pool": lambda x: convoy.max_pool(x, 2, return_indices=True)[1],
    "max_unpool": lambda x: convoy.max_unpool(*convoy.max_pool(x, 2, return_indices=True), (6, 5)),
    "avg_pool": lambda x: convoy.avg_pool(x, 3, stride=1, padding=1),
    "lp_pool": lambda x: convoy.lp_pool(x, 2, p=3),
    "adaptive": lambda x: convoy.adaptive_avg_pool(x, (2, 3)) + convoy.adaptive_max_pool(x, (2, 3)),
    "batch_norm": lambda x: convoy.batch_norm(x, *V),
    "group_norm": lambda x: convoy.group_norm(x, 3),
    "layer_norm": lambda x: convoy.layer_norm(x, axis=1),
    "resize": lambda x: convoy.resize(x, (9, 4), mode="linear"),
    "unfold": lambda x: convoy.fold(convoy.unfold(x, 2), (6, 5), 2),
    "softmax": lambda x: convoy.softmax(x, 1) + convoy.softmax(x, -1),
    "reduce": lambda x: convoy.reduce_max(x, (1, 3)) + convoy.reduce_sum(x, (1, 3)),
    "arg_max": lambda x: convoy.arg_max(x, 2),
    "top_k": lambda x: convoy.top_k(x, 2, axis=3)[0],
    "gather": lambda x: convoy.gather(x, np.array([2, 0, -1]), 1),
    "concat": lambda x: convoy.concat([x, convoy.flip(x, (2,))], 3),
    "pad": lambda x: convoy.pad(x, (0, 1, 2, 0), (0, 0, 1, 3), mode="reflect"),
    "slice": lambda x: x[:, 1:, ::2, :-1],
    "transpose": lambda x: convoy.transpose(x, (0, 3, 1, 2)),
    "reshape": lambda x: convoy.reshape(x, (x.shape[0], 90)),
    "matmul": lambda x: convoy.matmul(x, M),
    "matmul_of_both": lambda x: convoy.matmul(x, convoy.transpose(x, (0, 1, 3, 2))),
    "matmul_from_the_left": lambda x: convoy.matmul(M[:, :6] @ np.ones((6, 6), np.float32), x),
    "rows": lambda x: convoy.matmul(convoy.reshape(x, (x.shape[0], 90)), ROWS),
    "broadcast": lambda x: x * V[0].reshape(3, 1, 1) + convoy.reduce_mean(x, (2, 3), keepdims=True),
    "where": lambda x: convoy.where(convoy.greater(x, 0.0), convoy.exp(-x), convoy.clip(x, -1, 1)),
}  # fmt: skip

ACROSS = {
    "mean": lambda x: x - convoy.reduce_mean(x, (0,), keepdims=True),
    "training": lambda x: convoy.batch_norm_training(x, *V)[0],
    "flip": lambda x: convoy.flip(x, (0, 2)),
    "cumulated": lambda x: convoy.concat([x, x], 0),
    "first": lambda x: x - x[:1],
    "softmax": lambda x: convoy.softmax(x, 0),
    "turned": lambda x: convoy.transpose(x, (1, 0, 2, 3)),
    "mixed": lambda x: convoy.reshape(convoy.transpose(x, (1, 0, 2, 3)), x.shape),
    "arg_max": lambda x: convoy.arg_max(x, 0),
    "shape": lambda x: x * convoy.cast(convoy.shape_of(x)[0], "float32"),
}


def check(build, how):
    x = convoy.input("x", ("N", 3, 6, 5), "float32")
    f = convoy.jax.to_jax(convoy.Graph([x], [build(x)]))
    batches = random_array(9, (4, 2, 3, 6, 5), "float32")
    assert ("scan" in str(jax.make_jaxpr(jax.vmap(f))(batches))) == (how == "one by one")
    together = jax.vmap(f)(batches)
    for ours, batch in zip(together, batches, strict=True):
        np.testing.assert_allclose(ours, f(batch), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", TOGETHER)
def test_as_one_batch(name):
    check(TOGETHER[name], "as one")


@pytest.mark.parametrize("name", ACROSS)
def test_one_by_one(name):
    check(ACROSS[name], "one by one")
