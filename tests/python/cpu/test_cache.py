"""What the backend cpu keeps for later processes, from Python and on the command line."""

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import numpy as np
import pytest

import convoy

PROGRAM = """
    import sys
    import numpy as np
    import convoy
    session = convoy.InferenceSession(sys.argv[1], backend="cpu", threads=2, cache=sys.argv[2])
    x = np.linspace(-1, 1, 3 * 32 * 32, dtype=np.float32).reshape(1, 3, 32, 32)
    print(session.run(None, {session.get_inputs()[0].name: x})[0].tobytes().hex())
"""


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Convolutions of several kinds with folded batch norms, as a file."""
    rng = np.random.default_rng(3)

    def weights(name, *shape):
        return convoy.parameter(name, rng.standard_normal(shape).astype(np.float32) / 8)

    x = convoy.input("x", (1, 3, 32, 32))
    y = convoy.silu(convoy.conv(x, weights("stem", 16, 3, 3, 3), stride=2, padding=1))
    y = convoy.relu(convoy.conv(y, weights("body", 32, 16, 3, 3), padding=1))
    y = convoy.conv(y, weights("depth", 32, 1, 3, 3), groups=32, padding=1)
    y = convoy.conv(y, weights("point", 24, 32, 1, 1))
    path = tmp_path_factory.mktemp("model") / "small.onnx"
    convoy.onnx.save(convoy.Graph(x, {"y": y}), path)
    return path


def started(model, folder):
    environment = os.environ | {"PYTHONPATH": str(Path(convoy.__file__).parents[1])}
    return subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(model), str(folder)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip


def result(process):
    out, err = process.communicate(timeout=120)
    assert process.returncode == 0, err
    return out


def test_what_was_prepared_outlives_the_process(model, tmp_path):
    folder = tmp_path / "new" / "plans"
    first = result(started(model, folder))
    (file,) = folder.iterdir()
    whole, number = file.read_bytes(), file.stat().st_ino
    assert result(started(model, folder)) == first
    assert file.stat().st_ino == number
    for broken in (b"", whole[:4096], whole[:-1] + bytes([whole[-1] ^ 1]), b"\0" * len(whole)):
        file.write_bytes(broken)
        assert result(started(model, folder)) == first
        assert file.read_bytes() == whole


def test_processes_may_start_at_once(model, tmp_path):
    processes = [started(model, tmp_path) for _ in range(4)]
    assert len({result(process) for process in processes}) == 1
    assert len(list(tmp_path.iterdir())) == 1


def test_results_are_those_without_a_cache(model, tmp_path):
    x = np.linspace(-1, 1, 3 * 32 * 32, dtype=np.float32).reshape(1, 3, 32, 32)
    for options in ({"threads": 1}, {"threads": 2}, {"threads": 1, "precision": "highest"}):
        graph = convoy.onnx.load(model)
        plain = convoy.compile(graph, backend="cpu", **options)(x)
        for _ in range(2):  # the one that writes, the one that reads
            kept = convoy.compile(graph, backend="cpu", cache=tmp_path, **options)(x)
            np.testing.assert_array_equal(kept, plain)
    assert len(list(tmp_path.iterdir())) == 3


def test_a_folder_that_cannot_be_made_is_told(model, tmp_path):
    (tmp_path / "file").write_text("")
    session = convoy.InferenceSession(model, backend="cpu", cache=tmp_path / "file" / "plans")
    with pytest.raises(convoy.ValueError, match="cannot make the folder"):
        session.run(None, {session.get_inputs()[0].name: np.zeros((1, 3, 32, 32), np.float32)})


def test_backends_without_one_refuse_it(model, tmp_path):
    with pytest.raises(convoy.ValueError, match="backends cpu and xla, not reference"):
        convoy.compile(convoy.onnx.load(model), cache=tmp_path)
