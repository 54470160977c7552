"""safetensors files, against the package of the format's authors."""

import ml_dtypes
import numpy as np
import pytest
import safetensors.numpy

import convoy

DTYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64"]
FLOATS = ["float16", "float32", "float64", ml_dtypes.bfloat16]


def arrays() -> dict[str, np.ndarray]:
    generator = np.random.default_rng(0)
    named = {
        f"layer.{np.dtype(d).name}": generator.integers(0, 2, (3, 5)).astype(d)
        for d in [*DTYPES, *FLOATS]
    }
    return named | {"empty": np.zeros((0, 3), np.float32), "scalar ñ": np.array(2.5)}


def assert_same(read: dict[str, np.ndarray], expected: dict[str, np.ndarray]) -> None:
    assert read.keys() == expected.keys()
    for name, array in expected.items():
        assert read[name].dtype == array.dtype, name
        assert read[name].shape == array.shape, name
        assert read[name].tobytes() == array.tobytes(), name


def test_what_they_write_we_read(tmp_path):
    path = tmp_path / "theirs.safetensors"
    safetensors.numpy.save_file(arrays(), path, metadata={"format": "np"})
    read, metadata = convoy.io.load_safetensors(path)
    assert_same(read, arrays())
    assert metadata == {"format": "np"}
    with pytest.raises(ValueError, match="read-only"):
        read["scalar ñ"][...] = 1


def test_what_we_write_they_read(tmp_path):
    path = tmp_path / "ours.safetensors"
    convoy.io.save_safetensors(path, arrays(), {"by": "convoy"})
    assert_same(safetensors.numpy.load_file(path), arrays())
    with safetensors.safe_open(path, "np") as file:
        assert file.metadata() == {"by": "convoy"}


def test_a_networks_weights_come_back(tmp_path):
    path = tmp_path / "lenet.safetensors"
    source = convoy.models.build("lenet", seed=1)
    convoy.io.save_safetensors(path, source.weights())
    target = convoy.models.build("lenet", seed=2)
    target.load_weights(convoy.io.load_safetensors(path)[0])
    assert_same(target.weights(), source.weights())


def test_errors_name_the_file(tmp_path):
    path = tmp_path / "broken.safetensors"
    path.write_bytes(b"nothing")
    with pytest.raises(convoy.ValueError, match=r"broken\.safetensors: .*shorter than 8"):
        convoy.io.load_safetensors(path)
