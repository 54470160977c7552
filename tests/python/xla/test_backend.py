"""The backend "xla" as users meet it: arrays, errors in data, updates, threads, the cache."""

import os
import subprocess
import sys
import textwrap
import threading

import jax
import numpy as np
import pytest
from support import random_array

import convoy


def compiled(*arguments, **options):
    return convoy.compile(*arguments, backend="xla", **options)


def test_it_is_listed():
    assert "xla" in convoy.backends()


def test_jax_is_imported_when_it_is_needed_and_not_before():
    program = "import sys, convoy; assert 'jax' not in sys.modules"
    environment = os.environ | {"PYTHONPATH": "build/release/python"}
    subprocess.run([sys.executable, "-c", program], check=True, env=environment)


def test_arrays_change_hands_without_copies(monkeypatch):
    from convoy import _jaxlib

    taken, given = [], []
    plain = _jaxlib.Client.run

    def run(self, program, arguments):
        taken.extend(a.ctypes.data for a in arguments if isinstance(a, np.ndarray))
        results = plain(self, program, arguments)
        given.extend(r.ctypes.data for r in results)
        return results

    monkeypatch.setattr(_jaxlib.Client, "run", run)
    x = convoy.input("x", ("N",), "float32")
    f = compiled([x], convoy.exp(x))
    block = np.zeros(1024 + 16, np.float32)
    aligned = block[(-block.ctypes.data % 64) // 4 :][:1024]
    y = f(aligned)
    assert taken == [aligned.ctypes.data]
    assert given == [y.ctypes.data]
    # And jaxlib does not copy what it is given: its array is this memory.
    client = _jaxlib.Client()
    assert client.put(aligned).unsafe_buffer_pointer() == aligned.ctypes.data


def test_results_are_the_callers_own():
    x = convoy.input("x", (3,), "float32")
    f = compiled([x], [x, x + 1.0])
    a = np.ones(3, np.float32)
    same, more = f(a)
    same += 5
    more += 5
    again, _ = f(a)
    np.testing.assert_array_equal(a, [1, 1, 1])
    np.testing.assert_array_equal(again, [1, 1, 1])
    np.testing.assert_array_equal(more, [7, 7, 7])


def test_out_arrays_are_filled():
    x = convoy.input("x", (3,), "float32")
    out = np.zeros(3, np.float32)
    compiled([x], 2.0 * x)(np.ones(3, np.float32), out=out)
    np.testing.assert_array_equal(out, [2, 2, 2])


def test_64_bits_are_64_bits_whatever_jax_is_set_to():
    before = jax.config.jax_enable_x64
    jax.config.update("jax_enable_x64", False)
    try:
        x, i = convoy.input("x", (2,), "float64"), convoy.input("i", (2,), "int64")
        y, j = compiled([x, i], [x + 1e-12, i + i])(np.ones(2), np.array([2**40, -1]))
    finally:
        jax.config.update("jax_enable_x64", before)
    assert y.dtype == np.float64
    np.testing.assert_array_equal(y - 1, [1e-12 + 1 - 1] * 2)
    np.testing.assert_array_equal(j, [2**41, -2])


# What is found in data


@pytest.mark.parametrize("bad", [5, -6])
def test_an_index_out_of_range_is_an_error(bad):
    x, i = convoy.input("x", (5,), "float32"), convoy.input("i", (2,), "int64")
    f = compiled([x, i], [convoy.gather(x, i, name="pick"), x + 1.0])
    data = np.arange(5, dtype=np.float32)
    np.testing.assert_array_equal(f(data, np.array([4, -5]))[0], [4, 0])
    with pytest.raises(convoy.IndexError, match=r"gather 'pick' \(C3\).*out of range"):
        f(data, np.array([0, bad]))


def test_integers_divided_by_zero_are_an_error():
    x, y = (convoy.input(n, (2,), "int32") for n in "xy")
    f = compiled([x, y], convoy.div(x, y))
    np.testing.assert_array_equal(
        f(np.array([7, -7], np.int32), np.array([2, 2], np.int32)), [3, -3]
    )
    with pytest.raises(convoy.ValueError, match=r"\(C4\).*divided by zero"):
        f(np.array([7, 7], np.int32), np.array([2, 0], np.int32))
    with pytest.raises(convoy.ValueError, match=r"\(C4\).*divided by -1"):
        f(np.array([7, -(2**31)], np.int32), np.array([2, -1], np.int32))


def test_a_label_beyond_the_classes_is_an_error():
    labels = convoy.input("labels", (2,), "int64")
    f = compiled([labels], convoy.one_hot(labels, 3))
    with pytest.raises(convoy.IndexError, match="one_hot"):
        f(np.array([0, 3]))


# Training


def test_updates_are_stored_and_kept_on_the_device():
    x = convoy.input("x", (4,), "float32")
    w = convoy.parameter("w", np.zeros(4, np.float32))
    loss = convoy.reduce_sum((x - w) * (x - w))
    (grad,) = convoy.gradients(loss, [w])
    step = compiled([x], loss, updates={w: w - 0.25 * grad})
    target = np.array([1.0, 2, 3, 4], np.float32)
    losses = [float(step(target)) for _ in range(4)]
    np.testing.assert_allclose(losses, [30, 7.5, 1.875, 0.46875])
    np.testing.assert_allclose(w.value, target * (1 - 0.5**4))


def test_a_parameter_set_by_hand_is_seen():
    w = convoy.parameter("w", np.ones(2, np.float32))
    f = compiled([], w * 2.0)
    np.testing.assert_array_equal(f(), [2, 2])
    w.value = np.full(2, 5, np.float32)
    np.testing.assert_array_equal(f(), [10, 10])


def test_threads_share_a_function():
    x = convoy.input("x", ("N", 3, 8, 8), "float32")
    w = convoy.parameter("w", random_array(1, (4, 3, 3, 3), "float32"))
    f = compiled([x], convoy.conv(x, w))
    expected = {n: convoy.compile([x], convoy.conv(x, w), backend="reference")(
        np.full((n, 3, 8, 8), n, np.float32)) for n in (1, 2, 3, 4)}  # fmt: skip
    failures = []

    def call(n):
        for _ in range(20):
            y = f(np.full((n, 3, 8, 8), n, np.float32))
            if not np.allclose(y, expected[n], rtol=1e-4, atol=1e-4):
                failures.append(n)

    threads = [threading.Thread(target=call, args=(n,)) for n in expected]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert not failures
    assert f.specializations == 4


def test_dropping_programs_waits_for_nobody():
    x = convoy.input("x", ("N",), "float32")
    f = compiled([x], x * 1.5)  # keeps 64 shapes
    done = threading.Event()

    def call():
        for n in range(1, 140):
            f(np.ones(n, np.float32))
        done.set()

    threading.Thread(target=call, daemon=True).start()
    while not done.wait(0):
        assert f.specializations <= 64
    assert f.specializations == 64


# Programs kept


def test_one_program_serves_functions_that_are_alike(monkeypatch):
    from convoy import _jaxlib

    count = []
    plain = _jaxlib.Client.compile
    monkeypatch.setattr(
        _jaxlib.Client, "compile", lambda self, text: (count.append(1), plain(self, text))[1]
    )
    functions = []
    for _ in range(3):
        x = convoy.input("x", (7,), "float32")
        functions.append(compiled([x], convoy.tanh(x) * 3.25))
        functions[-1](np.ones(7, np.float32))
    assert len(count) == 1


def test_a_program_in_use_is_left_in_the_cache_too(tmp_path):
    x = convoy.input("x", (13,), "float32")
    f = compiled([x], convoy.sin(x) * 2.75)
    f(np.ones(13, np.float32))
    kept = compiled([x], convoy.sin(x) * 2.75, cache=tmp_path)
    kept(np.ones(13, np.float32))
    assert len(list(tmp_path.iterdir())) == 1


PROGRAM = """
    import sys
    import numpy as np
    import convoy
    from convoy import _jaxlib

    compiled = []
    plain = _jaxlib.Client.compile
    _jaxlib.Client.compile = lambda self, text: (compiled.append(1), plain(self, text))[1]
    x = convoy.input("x", (1, 2, 5, 5), "float32")
    w = convoy.constant(np.arange(36, dtype=np.float32).reshape(2, 2, 3, 3))
    f = convoy.compile([x], convoy.conv(x, w), backend="xla", cache=sys.argv[1])
    print(float(f(np.ones((1, 2, 5, 5), np.float32)).sum()), len(compiled))
"""


def run_with_cache(folder, **variables):
    environment = os.environ | {"PYTHONPATH": "build/release/python", "JAX_PLATFORMS": "cpu"}
    environment |= variables
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(PROGRAM), str(folder)],
        capture_output=True, text=True, env=environment,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    total, count = done.stdout.split()
    return float(total), int(count)


def test_programs_outlive_the_process(tmp_path):
    folder = tmp_path / "new" / "cache"
    total, count = run_with_cache(folder)
    assert count == 1
    (file,) = folder.iterdir()
    assert run_with_cache(folder) == (total, 0)

    whole = file.read_bytes()
    for broken in (whole[:-10], whole[: len(whole) // 2], b"", b"\0" * len(whole),
                   whole[:-1] + bytes([whole[-1] ^ 1])):  # fmt: skip
        file.write_bytes(broken)
        assert run_with_cache(folder) == (total, 1)  # compiled anew, and left whole:
    assert run_with_cache(folder) == (total, 0)


def test_flags_of_xla_are_part_of_what_a_program_is(tmp_path):
    assert run_with_cache(tmp_path)[1] == 1
    flags = {"XLA_FLAGS": "--xla_cpu_enable_fast_math=true"}
    assert run_with_cache(tmp_path, **flags)[1] == 1
    assert run_with_cache(tmp_path, **flags)[1] == 0
    assert run_with_cache(tmp_path)[1] == 0


def test_a_file_that_cannot_be_written_costs_the_cache_alone(tmp_path):
    total, _ = run_with_cache(tmp_path)
    (file,) = tmp_path.iterdir()
    file.unlink()
    file.mkdir()
    assert run_with_cache(tmp_path) == (total, 1)


def test_a_cache_that_cannot_be_written_is_told(tmp_path):
    blocker = tmp_path / "file"
    blocker.write_text("")
    x = convoy.input("x", (11,), "float32")
    with pytest.raises(convoy.ValueError, match="folder"):
        compiled([x], convoy.sin(x) * 1.75, cache=blocker / "cache")(np.ones(11, np.float32))


def test_wrong_layouts_are_refused():
    x = convoy.input("x", (1,), "float32")
    with pytest.raises(convoy.ValueError, match="unknown layout 'upside_down'"):
        compiled([x], x, layout="upside_down")


def test_without_jaxlib_it_says_what_to_install(tmp_path):
    (tmp_path / "jax.py").write_text("raise ImportError('no jax here')")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}:build/release/python"}
    program = "import convoy; x = convoy.input('x', (1,)); convoy.compile([x], x, backend='xla')"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment
    )
    assert "NotSupportedError" in done.stderr
    assert 'pip install "jax==' in done.stderr
