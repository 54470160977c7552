"""ONNX Runtime's way of running a file, on Convoy."""

from __future__ import annotations

import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from numpy.typing import NDArray

from ._convoy import TypeError, Value, ValueError
from .onnx._model import Model, Source

Array = NDArray[Any]


@dataclass(frozen=True)
class NodeArg:
    """An input or output of a model."""

    name: str
    type: str
    """"tensor(float)", …; empty where neither the file nor its nodes tell before a run."""
    shape: list[int | str | None] | None
    """Known sizes, names of symbolic ones, None for those without a name; None where nothing tells
    before a run."""


@dataclass(frozen=True)
class ModelMetadata:
    """What a file says of itself."""

    producer_name: str
    graph_name: str
    description: str
    domain: str = ""
    version: int = 0
    custom_metadata_map: dict[str, str] = field(default_factory=dict)


class InferenceSession:
    """An ONNX file, ready to run: the members of onnxruntime.InferenceSession that people use.

        session = convoy.InferenceSession("model.onnx")
        outputs = session.run(None, {"images": array})

    `backend` is one of convoy.backends(), by default that of `convoy.compile`. `providers`, if
    given, must leave the CPU to choose; others are passed over with a warning. `threads`,
    `precision` and `instruction_set` are for the backend "cpu", `cache` is for "cpu" and "xla",
    see `convoy.compile`; the reference backend keeps to one thread whatever the bound. Sessions
    may be shared by threads.
    """

    def __init__(
        self,
        path_or_bytes: Source,
        providers: Sequence[str | tuple[str, Mapping[str, Any]]] | None = None,
        *,
        backend: str | None = None,
        threads: int | None = None,
        precision: str | None = None,
        instruction_set: str | None = None,
        cache: str | os.PathLike[str] | None = None,
        sess_options: object | None = None,
        provider_options: object | None = None,
    ) -> None:
        if threads is not None and threads < 1:
            raise ValueError(f"threads must be at least 1, got {threads}")
        if providers is not None and not isinstance(providers, list | tuple):
            # onnxruntime's second argument by position is its SessionOptions, of which nothing
            # changes results.
            providers = None
        names = [p if isinstance(p, str) else p[0] for p in providers or []]
        for name in names:
            if name != "CPUExecutionProvider":
                warnings.warn(f"there is no {name}: running on the CPU", stacklevel=2)
        if backend == "reference":
            threads = None  # it has one
        self._model = Model(
            path_or_bytes,
            backend,
            threads=threads,
            precision=precision,
            instruction_set=instruction_set,
            cache=cache,
        )

    def run(
        self,
        output_names: Sequence[str] | None,
        input_feed: Mapping[str, Array],
        run_options: object | None = None,
    ) -> list[Array]:
        """The outputs of those names (None: all of them) for arrays by the names of the inputs."""
        names = self._model.output_names
        wanted = names if output_names is None or not output_names else list(output_names)
        for name in wanted:
            if name not in names:
                raise ValueError(f"the model has no output '{name}'; it has {', '.join(names)}")
        if not isinstance(input_feed, Mapping):
            raise TypeError(
                f"input_feed must be a dict of arrays by name, got {type(input_feed).__name__}"
            )
        results = self._model(input_feed)
        by_name = dict(zip(names, results, strict=True))
        return [by_name[name] for name in wanted]

    def get_inputs(self) -> list[NodeArg]:
        return [_node_arg(port, None) for port in self._model.info.inputs]

    def get_outputs(self) -> list[NodeArg]:
        graph = self._model.graph
        values = graph.outputs if graph else [None] * len(self._model.info.outputs)
        return [_node_arg(*pair) for pair in zip(self._model.info.outputs, values, strict=True)]

    def get_overridable_initializers(self) -> list[NodeArg]:
        """None: what the file holds counts."""
        return []

    def get_providers(self) -> list[str]:
        return ["CPUExecutionProvider"]

    def get_modelmeta(self) -> ModelMetadata:
        info = self._model.info
        return ModelMetadata(
            producer_name=info.producer,
            graph_name=info.graph_name,
            description=info.documentation,
            custom_metadata_map=dict(info.metadata),
        )


def _node_arg(port: Any, value: Value | None) -> NodeArg:
    """What the file states, or else what the imported graph gives."""
    type_, shape = port.type, port.shape
    if value is not None and not type_:
        names = {"float32": "float", "float64": "double"}
        type_ = f"tensor({names.get(str(value.dtype), str(value.dtype))})"
    if value is not None and shape is None:
        shape = [size if isinstance(size, int) else str(size) for size in value.shape]
    return NodeArg(port.name, type_, None if shape is None else list(shape))
