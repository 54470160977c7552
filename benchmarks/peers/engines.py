"""Who runs the cases. An engine makes of a case a call without arguments that runs it once and
gives its first result; imports happen inside, so that each process has its own engine alone."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from cases import VIDEO_NETWORKS, Case

Call = Callable[[], Any]


class NotOffered(Exception):
    """The engine does not do such a case, or is not installed."""


@dataclass(frozen=True)
class Engine:
    package: str
    load: Callable[[Case, int, Path], Call]

    @property
    def version(self) -> str:
        try:
            return version(self.package)
        except PackageNotFoundError:
            import convoy

            return convoy.__version__ if self.package == "convoy" else "not installed"


def _convoy(precision: str, case: Case, threads: int, folder: Path) -> Call:
    from graphs import work_of

    import convoy

    work = work_of(case)
    options: dict[str, Any] = {"threads": threads, "precision": precision}
    if work.updates is not None:
        f = convoy.compile(
            work.graph.inputs, work.graph.outputs, backend="cpu", updates=work.updates, **options
        )
        return lambda: f(*work.arrays)[0]
    f = convoy.compile(work.graph, backend="cpu", **options)
    first = f(*work.arrays)
    room = first if isinstance(first, tuple) else (first,)

    def call() -> Any:
        f(*work.arrays, out=room if isinstance(first, tuple) else room[0])
        return room[0]

    return call


class OwnSteps:
    """A layer as within a network: what its own steps take, without the conversions between
    blocks and the arrays of users that stand at the borders of a network alone."""

    def __init__(self, layer: Any, within: Any, arrays: list[np.ndarray]) -> None:
        self.layer, self.within, self.arrays = layer, within, arrays
        self.seconds = 0.0  # of a whole call

    def __call__(self) -> Any:
        """The result, to be compared with others'."""
        began = time.perf_counter()
        self.within(*self.arrays)
        self.seconds = time.perf_counter() - began
        return self.layer(*self.arrays)

    def turn(self, seconds: float) -> list[float]:
        """One profile of the calls that fit; the machine's peak is measured beside it."""
        runs = min(max(3, int(seconds / self.seconds)), 200)
        profile = self.within.profile(*self.arrays, runs=runs)
        self.seconds = profile.seconds
        steps = zip(profile.plan.steps, profile.step_seconds, strict=True)
        return [1e3 * sum(s for step, s in steps if is_of_layer(step))]


def is_of_layer(step: Any) -> bool:
    is_conversion = step.algorithm in ("to blocks of 16 channels", "to plain")
    return not is_conversion and step.nodes[0].op.startswith("conv")


def _convoy_steps(case: Case, threads: int, folder: Path) -> Call:
    from graphs import within_network, work_of

    import convoy

    if case.kind != "layer":
        raise NotOffered("a part of a layer's call")
    work = work_of(case)
    layer, within = (
        convoy.compile(graph, backend="cpu", threads=threads)
        for graph in (work.graph, within_network(work.graph))
    )
    return OwnSteps(layer, within, work.arrays)


def _forward_alone(case: Case) -> None:
    if case.kind == "step" or case.direction != "forward":
        raise NotOffered("runs networks forward alone")


def _onnxruntime(case: Case, threads: int, folder: Path) -> Call:
    _forward_alone(case)
    import onnxruntime as ort
    from graphs import export, work_of

    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    session = ort.InferenceSession(
        export(case, folder), options, providers=["CPUExecutionProvider"]
    )
    binding = session.io_binding()
    feeds = zip(session.get_inputs(), work_of(case).arrays, strict=True)
    for port, array in feeds:
        binding.bind_cpu_input(port.name, array)
    for port in session.get_outputs():
        binding.bind_output(port.name)

    def call() -> Any:
        session.run_with_iobinding(binding)
        return binding.get_outputs()[0].numpy()

    return call


def _openvino(precision: str, case: Case, threads: int, folder: Path) -> Call:
    _forward_alone(case)
    import openvino
    from graphs import export, work_of

    core = openvino.Core()
    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": precision,
        "NUM_STREAMS": 1,
        "PERFORMANCE_HINT": "LATENCY",
    }
    model = core.read_model(export(case, folder))
    request = core.compile_model(model, "CPU", settings).create_infer_request()
    for i, array in enumerate(work_of(case).arrays):
        request.set_input_tensor(i, openvino.Tensor(array))

    def call() -> Any:
        request.infer()
        return request.get_output_tensor(0).data

    return call


def _ncnn(case: Case, threads: int, folder: Path) -> Call:
    _forward_alone(case)
    if case.batch != 1 or len(case.layer.kernel if case.kind == "layer" else (1, 1)) != 2:
        raise NotOffered("takes single images")
    if case.name in VIDEO_NETWORKS:
        raise NotOffered("takes no films")
    import ncnn
    from graphs import export, work_of

    stem = export(case, folder).with_suffix("")
    if not stem.with_suffix(".ncnn.bin").exists():
        # The program alone: the package around it imports PyTorch.
        package = find_spec("pnnx")
        if package is None or package.origin is None:
            raise NotOffered("pnnx is not installed")
        pnnx = Path(package.origin).parent / "pnnx"
        subprocess.run([pnnx, f"{stem}.onnx", "fp16=0"], check=True, capture_output=True)
    net = ncnn.Net()
    net.opt.num_threads = threads
    net.opt.use_fp16_packed = net.opt.use_fp16_storage = net.opt.use_fp16_arithmetic = False
    net.opt.use_bf16_storage = False
    if net.load_param(f"{stem}.ncnn.param") or net.load_model(f"{stem}.ncnn.bin"):
        raise NotOffered("cannot load what pnnx made of it")
    pixels = np.ascontiguousarray(work_of(case).arrays[0][0])
    image = ncnn.Mat(pixels).clone()  # it does not keep the array alive

    def call() -> Any:
        extractor = net.create_extractor()
        extractor.input("in0", image)
        code, out = extractor.extract("out0")
        if code != 0:
            raise RuntimeError(f"ncnn gave {code}")
        return np.array(out)

    return call


def _jax(case: Case, threads: int, folder: Path) -> Call:
    import convoy.jax
    from graphs import work_of

    work = work_of(case)
    if work.updates is not None:
        f = convoy.compile(
            work.graph.inputs, work.graph.outputs, backend="xla", updates=work.updates
        )
        return lambda: f(*work.arrays)[0]
    import jax

    run = jax.jit(convoy.jax.to_jax(work.graph))
    arrays = [jax.device_put(a) for a in work.arrays]

    def call() -> Any:
        result = run(*arrays)
        return jax.block_until_ready(result[0] if isinstance(result, tuple) else result)

    return call


def _torch(case: Case, threads: int, folder: Path) -> Call:
    import torch

    torch.set_num_threads(threads)
    last = torch.channels_last if case.kind != "layer" or len(case.layer.kernel) == 2 else None

    def placed(array: np.ndarray) -> Any:
        tensor = torch.from_numpy(array)
        return tensor.contiguous(memory_format=last) if last else tensor

    if case.kind == "layer":
        layer = case.layer
        x, w, grad = (placed(layer.array(name)) for name in "xwy")
        axes = len(layer.kernel)
        stride = [layer.stride] * axes
        zeros, ones = [0] * axes, [1] * axes
        if case.direction == "forward":

            def call() -> Any:
                with torch.inference_mode():
                    return torch.convolution(
                        x, w, None, stride, layer.padding, ones, False, zeros, layer.groups
                    )

            return call
        wanted = [case.direction == "grad_input", case.direction == "grad_weight", False]

        def backward() -> Any:
            grads = torch.ops.aten.convolution_backward(
                grad, x, w, None, stride, layer.padding, ones, False, zeros, layer.groups, wanted
            )
            return grads[0] if wanted[0] else grads[1]

        return backward
    import torch_networks
    from graphs import work_of

    if case.name not in torch_networks.NETWORKS:
        raise NotOffered("not written in PyTorch here")
    work = work_of(case)
    weights = {p.name: np.array(p.value) for p in work.graph.parameters}
    model = torch_networks.build(case.name, weights).to(memory_format=last)
    images = placed(work.arrays[0])
    if case.kind == "network":
        model = model.eval()

        def infer() -> Any:
            with torch.inference_mode():
                return model(images)

        return infer
    labels = torch.from_numpy(work.arrays[-1])
    descent = torch.optim.SGD(model.parameters(), lr=0.01)
    model.train()

    def step() -> Any:
        descent.zero_grad(set_to_none=True)
        loss = torch.nn.functional.cross_entropy(model(images), labels)
        loss.backward()
        descent.step()
        return loss.detach()

    return step


ENGINES = {
    "convoy": Engine("convoy", partial(_convoy, "default")),
    "convoy steps": Engine("convoy", _convoy_steps),
    "convoy highest": Engine("convoy", partial(_convoy, "highest")),
    "convoy bf16": Engine("convoy", partial(_convoy, "bf16")),
    "onnxruntime": Engine("onnxruntime", _onnxruntime),
    "openvino": Engine("openvino", partial(_openvino, "f32")),
    "openvino bf16": Engine("openvino", partial(_openvino, "bf16")),
    "ncnn": Engine("ncnn", _ncnn),
    "jax": Engine("jax", _jax),
    "torch": Engine("torch", _torch),
}
"""By name, each at its best settings for latency on CPUs."""


def engines_for(case: Case, wanted: list[str] | None) -> list[str]:
    """Convoy, and those that are wanted; of layers by default those that compute in float32."""
    if wanted is None:
        aside = ["convoy highest", "convoy bf16", "openvino bf16"]
        if case.kind != "layer":
            aside = ["convoy steps"]
        return [name for name in ENGINES if name not in aside]
    ours = ["convoy", "convoy steps"] if case.kind == "layer" else ["convoy"]
    return ours + [name for name in wanted if name not in ours]


def environment(threads: int) -> dict[str, str]:
    """What the libraries below the engines read when they start."""
    return {
        **os.environ,
        "OMP_NUM_THREADS": str(threads),
        "JAX_PLATFORMS": "cpu",
        # XLA has no option for its number of threads but the cores that it may use; see worker.py.
    }
