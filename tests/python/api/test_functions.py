"""Compiled functions: arguments, results, buffers, threads, Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

import convoy


@pytest.fixture
def function():
    x, y = convoy.input("x", ("N",), "float64"), convoy.input("y", ("N",), "float64")
    return convoy.compile([x, y], x - 2 * y)


def test_arrays_by_position_and_by_name(function):
    a, b = np.array([1.0, 2]), np.array([10.0, 20])
    for result in (function(a, b), function(a, y=b), function(y=b, x=a)):
        np.testing.assert_array_equal(result, a - 2 * b)
    assert function.input_names == ["x", "y"]
    assert function.specializations == 1


def test_wrong_arguments_are_named(function):
    a = np.zeros(2)
    for call, text in [
        (lambda: function(a), r"takes 2 arrays \(x, y\), got 1"),
        (lambda: function(a, a, a), "got 3"),
        (lambda: function(a, z=a), "no input 'z'"),
        (lambda: function(a, x=a), "'x' was given twice"),
        (lambda: function(y=a), "'x' is missing"),
        (lambda: function(a, np.zeros(3)), "N"),
    ]:
        with pytest.raises(convoy.ValueError, match=text):
            call()


def test_results_have_the_form_of_the_outputs():
    x = convoy.input("x", (2,), "float64")
    a = np.array([1.0, 2])
    assert isinstance(convoy.compile(x, -x)(a), np.ndarray)
    assert isinstance(convoy.compile([x], [-x])(a), tuple)
    first, nothing, last = convoy.compile([x], (x + 1, None, x + 2))(a)
    assert nothing is None
    np.testing.assert_array_equal(first + 1, last)


def test_results_go_to_the_callers_buffers(function):
    a, b, out = np.array([1.0, 2]), np.array([10.0, 20]), np.empty(2)
    assert function(a, b, out=out) is out
    np.testing.assert_array_equal(out, a - 2 * b)
    x = convoy.input("x", (2,), "float64")
    pair = convoy.compile([x], [x + 1, x * 2])
    buffers = (np.empty(2), np.empty(2))
    pair(a, out=buffers)
    np.testing.assert_array_equal(buffers[0], a + 1)
    np.testing.assert_array_equal(buffers[1], a * 2)


def test_buffers_may_be_the_inputs(function):
    a, b = np.array([1.0, 2]), np.array([10.0, 20])
    expected = a - 2 * b
    function(a, b, out=a)
    np.testing.assert_array_equal(a, expected)
    x = convoy.input("x", (3,), "float64")
    overlapping = np.arange(4.0)
    convoy.compile(x, x * 2)(overlapping[:3], out=overlapping[1:])
    np.testing.assert_array_equal(overlapping, [0, 0, 2, 4])


def test_buffers_that_do_not_fit_are_refused(function):
    a = np.zeros(4)
    read_only = np.zeros(4)
    read_only.flags.writeable = False
    for out, error in [
        (np.zeros(3), convoy.ShapeError),
        (np.zeros(4, np.float32), convoy.Error),
        (np.zeros(8)[::2], convoy.ValueError),
        (read_only, convoy.ValueError),
        (np.zeros(4, ">f8"), convoy.ValueError),
        ([0.0] * 4, convoy.TypeError),
    ]:
        with pytest.raises(error):
            function(a, a, out=out)
    x = convoy.input("x", (4,), "float64")
    shared = np.zeros(4)
    with pytest.raises(convoy.ValueError, match="overlap"):
        convoy.compile([x], [x + 1, x + 2])(a, out=(shared, shared))


def test_compile_says_what_is_wrong():
    x, y = convoy.input("x", (2,)), convoy.input("y", (2,))
    p = convoy.parameter("p", np.zeros(2, np.float32))
    for call, error, text in [
        (lambda: convoy.compile([x], x + y), ValueError, "y"),
        (lambda: convoy.compile([x], x, backend="abacus"), NotImplementedError, "reference"),
        (lambda: convoy.compile([x], "x"), TypeError, "outputs"),
        (lambda: convoy.compile("x", x), TypeError, "inputs"),
        (lambda: convoy.compile([x], [1]), TypeError, "outputs"),
        (lambda: convoy.compile([x], x, updates=[p]), TypeError, "dict"),
        (lambda: convoy.compile([x], x, updates={x: x}), TypeError, "parameters"),
        (lambda: convoy.compile([x], x, memory_limit=-1), ValueError, "memory_limit"),
        (
            lambda: convoy.compile([x], x + 1, memory_limit=4)(np.zeros(2, "f4")),
            MemoryError,
            "limit",
        ),
    ]:
        with pytest.raises(error, match=text) as caught:
            call()
        assert isinstance(caught.value, convoy.Error)


def test_a_graph_prints_parses_draws_and_compiles(tmp_path):
    x = convoy.input("x", ("N", 1, "H", "W"))
    w = convoy.parameter("w", np.ones((1, 1, 1, 3), np.float32))
    graph = convoy.Graph([x], {"edges": convoy.conv(x, w, name="stem")}, "net")
    assert 'graph "net"' in str(graph)
    assert convoy.Graph.parse(graph.text()).text() == graph.text()
    assert graph.operators == ["conv"]
    assert graph.output_names == ["edges"]
    assert [p.name for p in graph.parameters] == ["w"]
    graph.draw(tmp_path / "net.dot")
    assert "digraph" in (tmp_path / "net.dot").read_text()
    with pytest.raises(convoy.ValueError, match="png"):
        graph.draw("net.png")
    svg = graph._repr_svg_()
    assert svg is None or "<svg" in svg
    image = np.ones((1, 1, 2, 4), np.float32)
    np.testing.assert_array_equal(convoy.compile(graph)(image), np.full((1, 1, 2, 2), 3))


def test_threads_share_a_function_and_the_eager_cache(function):
    failures = []

    def work(seed):
        generator = np.random.default_rng(seed)
        for _ in range(100):
            a, b = generator.random((2, int(generator.integers(1, 5))))
            if not np.array_equal(function(a, b), a - 2 * b):
                failures.append(seed)
            if not np.array_equal(convoy.add(a, b), a + b):
                failures.append(seed)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


LONG = """
import signal, sys, threading, time, numpy as np, convoy
# Programs that a shell starts in the background ignore Ctrl-C until they say otherwise.
signal.signal(signal.SIGINT, signal.default_int_handler)
x = np.zeros((1, 64, 300, 300)); w = np.zeros((64, 64, 9, 9))
print("ready", flush=True)
try:
    convoy.conv(x, w)
except KeyboardInterrupt:
    print("interrupted", time.time(), flush=True)
    print(convoy.neg(np.ones(2)), flush=True)
"""


def test_ctrl_c_stops_a_long_call():
    process = subprocess.Popen(
        [sys.executable, "-c", LONG],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)
    sent = time.time()
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert output.startswith("interrupted"), output
    delay = float(output.split()[1]) - sent
    assert delay < 1.0, f"{delay:.3f} s"  # about 0.1 s on an idle machine
    assert "[-1. -1.]" in output


def test_other_threads_run_during_a_call():
    """The GIL is released: a thread of Python's counts while the main thread convolves."""
    counted = 0
    stop = threading.Event()

    def count():
        nonlocal counted
        while not stop.is_set():
            counted += 1
            time.sleep(0.001)

    x, w = np.zeros((1, 8, 100, 100)), np.zeros((16, 8, 5, 5))
    thread = threading.Thread(target=count)
    thread.start()
    before = counted
    convoy.conv(x, w)
    during = counted - before
    stop.set()
    thread.join()
    assert during > 5
