"""Graphs as functions of JAX: under `jax.jit`, `jax.grad` and `jax.vmap`, on any device of JAX."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from . import _convoy
from ._convoy import Function, Graph, NotSupportedError, Value
from ._jaxlib import Unavailable, imported

try:
    _, jax, *_ = imported()
except Unavailable as _error:
    raise NotSupportedError(str(_error)) from None

from jax._src import dispatch
from jax.extend.core import Primitive
from jax.interpreters import batching, mlir
from jaxlib.mlir import ir
from jaxlib.mlir.dialects import func

__all__ = ["initial_parameters", "to_jax"]

Layout = str | None
Shapes = tuple[tuple[int, ...], ...]


class _Program:
    """A graph in StableHLO, for each set of shapes that it is called with, and its gradients."""

    def __init__(self, graph: Graph, layout: Layout) -> None:
        self.graph = graph
        self.layout = layout
        self._modules: dict[Shapes, _Module] = {}
        self._lock = threading.Lock()

    def module(self, shapes: Shapes) -> _Module:
        with self._lock:
            if shapes not in self._modules:
                on_cpu = jax.default_backend() == "cpu"
                layout: Any = self.layout or ("channels_last" if on_cpu else "channels_first")
                made = _convoy.to_stablehlo(self.graph, shapes, layout=layout)
                self._modules[shapes] = _Module(made, self)
            return self._modules[shapes]

    @functools.cached_property
    def gradients(self) -> _Program:
        """From the inputs and the gradients of the floating outputs to those of the floating
        inputs."""
        outputs = [y for y in self.graph.outputs if _is_floating(y)]
        seeds = [
            _convoy.input(f"gradient of output {i}", y.shape, y.dtype)
            for i, y in enumerate(outputs)
        ]
        wanted = [x for x in self.graph.inputs if _is_floating(x)]
        grads = _convoy.gradients(outputs, wanted, seeds)
        return _Program(Graph([*self.graph.inputs, *seeds], grads), self.layout)


class _Module:
    """StableHLO as a parameter of a JAX operation: equal to itself alone."""

    def __init__(self, made: Any, program: _Program) -> None:
        self.program = program
        self.text: str = made.text
        self.results = [jax.core.ShapedArray(shape, dtype) for shape, dtype in made.result_types]
        self.constants = _placed(made.constants)


def _placed(arrays: Sequence[np.ndarray]) -> list[Any]:
    """Copies on JAX's device, of 64 bits too, whatever JAX makes of those it is given; never
    tracers."""
    with jax.enable_x64(True), jax.ensure_compile_time_eval():
        return [jax.numpy.array(a) for a in arrays]


def _is_floating(value: Value) -> bool:
    return bool(jax.numpy.issubdtype(value.dtype, np.floating))


# The call of a module as an operation of JAX's own; its operands are the arguments of `main`.
_call: Any = Primitive("convoy")
_call.multiple_results = True


_call.def_impl(functools.partial(dispatch.apply_primitive, _call))
_call.def_abstract_eval(lambda *_, module: module.results)


def _lower(context: Any, *operands: Any, module: _Module) -> Sequence[Any]:
    ours, whole = ir.Module.parse(module.text), context.module_context
    main: Any = ours.body.operations[0]
    types = main.type.results
    name = mlir.merge_mlir_modules(whole.module, "convoy", ours, dst_symtab=whole.symbol_table)
    call = func.CallOp(types, ir.FlatSymbolRefAttr.get(name), list(operands))
    return call.results


mlir.register_lowering(_call, _lower)


def _batch(operands: Sequence[Any], axes: Sequence[Any], *, module: _Module) -> Any:
    graph = module.program.graph
    count = len(graph.inputs)  # constants follow, which belong to no element
    mapped = [axis is not None for axis in axes[:count]]
    arrays = [
        jax.numpy.moveaxis(a, axis, 0) if axis is not None else a
        for a, axis in zip(operands[:count], axes, strict=False)
    ]
    if _convoy._keeps_batch_apart(graph, mapped):
        return _as_one_batch(arrays, mapped, module)
    return _one_by_one(arrays, mapped, operands[count:], module)


def _as_one_batch(arrays: list[Any], mapped: list[bool], module: _Module) -> Any:
    """The batches of all elements as one long batch, where pictures do not meet."""
    size, batch = next(a.shape[:2] for a, m in zip(arrays, mapped, strict=True) if m)
    given = [
        a.reshape(size * batch, *a.shape[2:]) if m else a
        for a, m in zip(arrays, mapped, strict=True)
    ]
    whole = module.program.module(tuple(a.shape for a in given))
    results = _call.bind(*given, *whole.constants, module=whole)
    apart = [r.reshape(size, batch, *r.shape[1:]) for r in results]
    return apart, [0] * len(apart)


def _one_by_one(
    arrays: list[Any], mapped: list[bool], constants: Sequence[Any], module: _Module
) -> Any:
    """One after another, inside one program: the graph may do anything across its own batch."""

    def one(parts: Sequence[Any]) -> Any:
        rest = iter(parts)
        given = [next(rest) if m else a for a, m in zip(arrays, mapped, strict=True)]
        return _call.bind(*given, *constants, module=module)

    results = jax.lax.map(one, [a for a, m in zip(arrays, mapped, strict=True) if m])
    return results, [0] * len(results)


batching.primitive_batchers[_call] = _batch


def _no_gradient(value: Value, array: Any) -> Any:
    return np.zeros(array.shape, array.dtype if _is_floating(value) else jax.dtypes.float0)


def _function(program: _Program) -> Callable[..., tuple[Any, ...]]:
    """A function of JAX whose derivatives, of any order, are the gradients of the graph."""
    inputs, outputs = program.graph.inputs, program.graph.outputs

    def call(*arrays: Any) -> tuple[Any, ...]:
        shapes = tuple(a.shape for a in arrays)
        if not all(isinstance(size, int) for shape in shapes for size in shape):
            raise NotSupportedError(
                f"a graph becomes a program for known sizes, not for {shapes}: export it once for "
                "each set of them"
            )
        module = program.module(shapes)
        return tuple(_call.bind(*arrays, *module.constants, module=module))

    def forward(*arrays: Any) -> Any:
        return differentiable(*arrays), arrays  # itself: it may be differentiated again

    def backward(arrays: Any, grads: Any) -> tuple[Any, ...]:
        seeds = [g for y, g in zip(outputs, grads, strict=True) if _is_floating(y)]
        if not seeds:  # nothing here has a derivative
            return tuple(_no_gradient(x, a) for x, a in zip(inputs, arrays, strict=True))
        found = iter(_function(program.gradients)(*arrays, *seeds))
        return tuple(
            next(found) if _is_floating(x) else _no_gradient(x, a)
            for x, a in zip(inputs, arrays, strict=True)
        )

    differentiable = jax.custom_vjp(call)
    differentiable.defvjp(forward, backward)
    return differentiable  # type: ignore[no-any-return]


def _checked(declared: Sequence[Value], arrays: Sequence[Any]) -> list[Any]:
    """The arrays as JAX has them, of the dtypes that are declared."""
    taken = []
    for x, array in zip(declared, arrays, strict=True):
        a = jax.numpy.asarray(array)
        if a.dtype != x.dtype:
            wide = " (JAX makes 32 bits of 64 unless jax_enable_x64 is set)"
            hint = wide if np.dtype(x.dtype).itemsize == 8 else ""
            raise _convoy.TypeError(f"{x} is of {x.dtype}, got an array of {a.dtype}{hint}")
        taken.append(a)
    return taken


def initial_parameters(graph: Graph | Function) -> dict[str, Any]:
    """The values of the graph's parameters by name, as arrays of JAX: what a function made with
    `parameters=True` takes first. ValueError when two have one name."""
    found = (graph.graph if isinstance(graph, Function) else graph).parameters
    values = dict(zip((p.name for p in found), _placed([p.value for p in found]), strict=True))
    if len(values) != len(found):
        raise _convoy.ValueError("two parameters have one name")
    return values


def to_jax(
    graph: Graph | Function, *, parameters: bool = False, layout: Layout = None
) -> Callable[..., Any]:
    """The graph as a function of JAX.

    It takes arrays for the inputs, in order, and gives an array, or a tuple of them where the graph
    has several outputs, on JAX's device. It may be used under `jax.jit` (and is compiled as a whole
    in any case), `jax.grad` and `jax.vjp` (the derivative is the graph's own gradient), and
    `jax.vmap`: as one long batch where the graph has a symbolic batch whose elements do not meet,
    else one element after another.

    Parameters have the values they have now. With `parameters=True` the function takes a dict of
    them by name as its first argument, which `jax.grad` then differentiates by;
    `initial_parameters(graph)` gives one to start with.

    `layout` says where channels stand inside: "channels_first", "channels_last", or None for what
    is fast on JAX's device. Rules about data (an index out of range) are not checked. Of a function
    that was compiled with updates, the graph alone is taken.
    """
    own = graph.graph if isinstance(graph, Function) else graph  # without its updates
    states = own.parameters
    program = _Program(_convoy._parameters_as_inputs(own), layout)
    function = _function(program)
    single = len(own.outputs) == 1

    def on_arrays(inputs: Sequence[Any], values: Sequence[Any]) -> Any:
        if len(inputs) != len(own.inputs):
            raise _convoy.ValueError(
                f"the function takes {len(own.inputs)} arrays, got {len(inputs)}"
            )
        results = function(*_checked(own.inputs, inputs), *values)
        return results[0] if single else results

    if parameters:
        names = list(initial_parameters(own))

        def with_parameters(values: dict[str, Any], *inputs: Any) -> Any:
            if set(values) != set(names):
                raise _convoy.ValueError(
                    f"the parameters are {', '.join(names)}; got {', '.join(values) or 'none'}"
                )
            return on_arrays(inputs, _checked(states, [values[name] for name in names]))

        return jax.jit(with_parameters)  # type: ignore[no-any-return]

    known = _placed([p.value for p in states])

    def with_known_parameters(*inputs: Any) -> Any:
        return on_arrays(inputs, known)

    return jax.jit(with_known_parameters)  # type: ignore[no-any-return]
