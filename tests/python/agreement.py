"""XLA against reference, on one graph and the same arrays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from support import assert_agrees

import convoy


def both(inputs: Sequence[convoy.Value], outputs: Sequence[convoy.Value], *arrays: Any) -> Any:
    """The outputs by XLA, in both layouts, after comparing them with those of reference."""
    truth = convoy.compile(inputs, outputs, backend="reference")(*arrays)
    for layout in ("channels_last", "channels_first"):
        found = convoy.compile(inputs, outputs, backend="xla", layout=layout)(*arrays)
        for ours, expected in zip(found, truth, strict=True):
            assert ours.dtype == expected.dtype
            if ours.dtype == np.float64:  # section 6 of the specification: XLA 1e-6
                scale = np.abs(expected).max(initial=0)
                np.testing.assert_allclose(ours, expected, rtol=1e-6, atol=1e-12 * scale)
            else:
                assert_agrees(ours, expected)
    return found


def with_gradients(
    build: Any, arrays: Sequence[np.ndarray], wrt: Sequence[int] | None = None
) -> Any:
    """The output of `build` and the gradients of a random projection of it, by XLA, after
    comparing them with those of reference."""
    values = [convoy.input(f"x{i}", a.shape, a.dtype) for i, a in enumerate(arrays)]
    output = build(*values)
    first = output[0] if isinstance(output, tuple) else output
    seed = np.random.default_rng(5).standard_normal(tuple(int(d) for d in first.shape))
    wanted = [values[i] for i in (range(len(values)) if wrt is None else wrt)]
    grads = convoy.gradients([first], wanted, [convoy.constant(seed.astype(first.dtype))])
    outputs = list(output) if isinstance(output, tuple) else [output]
    return both(values, [*outputs, *grads], *arrays)
