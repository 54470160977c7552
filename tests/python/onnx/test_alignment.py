"""Weights begin where a mapped file can be computed with, in the files that Convoy writes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest

import convoy


@pytest.mark.parametrize("seed", range(40))
def test_arrays_of_a_kilobyte_and_more_begin_at_a_line_of_the_cache(
    seed: int, tmp_path: Path
) -> None:
    rng = np.random.default_rng(seed)
    # Sizes at which numbers of bytes take one digit more, and any others.
    sizes = [1, 128, 1023, 1024, 1025, 16200, 16300, 16350, 16384, *rng.integers(1, 40000, 4)]
    if seed % 10 == 0:
        sizes.append(2**21 - int(rng.integers(0, 300)))
    rng.shuffle(sizes)
    dtypes = [np.int8, np.float32, np.int64]
    weights = []
    for size in sizes[: int(rng.integers(1, len(sizes) + 1))]:
        dtype = np.dtype(rng.choice(dtypes))
        data = rng.bytes(max(size // dtype.itemsize, 1) * dtype.itemsize)
        weights.append(np.frombuffer(data, dtype).copy())
    name = "w" * int(rng.integers(1, 70))
    x = convoy.input("x", (1,))
    outputs = {"y": convoy.relu(x)}
    for i, array in enumerate(weights):
        w = convoy.parameter(f"{name}{i}", array)
        outputs[f"y{i}"] = convoy.concat([w, w], axis=0)
    convoy.onnx.save(convoy.Graph(x, outputs), tmp_path / "w.onnx")
    raw = (tmp_path / "w.onnx").read_bytes()
    model = onnx.load_from_string(raw)
    onnx.checker.check_model(model, full_check=True)
    found = {i.name: i for i in model.graph.initializer}
    for i, array in enumerate(weights):
        held = found[f"{name}{i}"]
        np.testing.assert_array_equal(onnx.numpy_helper.to_array(held), array)
        if array.nbytes >= 1024:
            assert raw.find(array.tobytes()) % 64 == 0
            assert held.doc_string.strip(" ") == ""
            assert len(held.doc_string) <= 64
        else:
            assert not held.HasField("doc_string")
    again = convoy.compile(convoy.onnx.load(tmp_path / "w.onnx"))(np.ones(1, np.float32))
    np.testing.assert_array_equal(again[1], np.concatenate([weights[0], weights[0]]))
