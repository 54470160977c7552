"""Convoy behind the interface of `onnx.backend.base`: prepare, run_model, run_node.

    import convoy.onnx.backend as backend

    outputs = backend.prepare(model).run([array])

Needs the package `onnx`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import onnx
from onnx.backend.base import Backend, BackendRep, namedtupledict

from .._convoy import NotSupportedError, ValueError
from ._model import Model

__all__ = ["ConvoyBackend", "ConvoyModel", "prepare", "run_model", "run_node", "supports_device"]


class ConvoyModel(BackendRep):
    """A model that is ready to run."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._input_names = [port.name for port in model.info.inputs]
        self._result = namedtupledict("Outputs", model.output_names)

    def run(self, inputs: Any, **kwargs: Any) -> tuple[Any, ...]:
        """Outputs as a named tuple, for arrays in order, by name, or for one array."""
        if kwargs:
            raise ValueError(f"run takes no options, got {', '.join(kwargs)}")
        if isinstance(inputs, Mapping):
            feeds = dict(inputs)
        else:
            arrays = inputs if isinstance(inputs, Sequence) else [inputs]
            if len(arrays) != len(self._input_names):
                raise ValueError(
                    f"the model has {len(self._input_names)} inputs "
                    f"({', '.join(self._input_names)}), got {len(arrays)}"
                )
            feeds = dict(zip(self._input_names, arrays, strict=True))
        results: tuple[Any, ...] = self._result(*self._model(feeds))
        return results


class ConvoyBackend(Backend):
    """See onnx.backend.base.Backend; models are imported by convoy.onnx.load."""

    @classmethod
    def is_compatible(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> bool:
        if not cls.supports_device(device):
            return False
        try:
            cls.prepare(model, device, **kwargs)
        except NotSupportedError:
            return False
        return True

    @classmethod
    def prepare(cls, model: onnx.ModelProto, device: str = "CPU", **kwargs: Any) -> ConvoyModel:
        """`backend` names one of convoy.backends()."""
        if not cls.supports_device(device):
            raise NotSupportedError(f"there is no device {device}; there is CPU")
        return ConvoyModel(Model(model.SerializeToString(), kwargs.get("backend")))

    @classmethod
    def run_model(
        cls, model: onnx.ModelProto, inputs: Any, device: str = "CPU", **kwargs: Any
    ) -> tuple[Any, ...]:
        return cls.prepare(model, device, **kwargs).run(inputs)

    @classmethod
    def run_node(
        cls,
        node: onnx.NodeProto,
        inputs: Any,
        device: str = "CPU",
        outputs_info: Sequence[tuple[np.dtype[Any], tuple[int, ...]]] | None = None,
        **kwargs: Any,
    ) -> tuple[Any, ...]:
        """One node on its own; `opset_version` says in which opset, by default the newest known."""
        opset = kwargs.pop("opset_version", None) or onnx.defs.onnx_opset_version()
        arrays = [np.asarray(array) for array in inputs]
        names = [name for name in node.input if name]
        model = onnx.helper.make_model(
            onnx.helper.make_graph(
                [node],
                "node",
                [
                    onnx.helper.make_tensor_value_info(
                        name, onnx.helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
                    )
                    for name, array in zip(names, arrays, strict=True)
                ],
                [onnx.ValueInfoProto(name=name) for name in node.output if name],
            ),
            opset_imports=[onnx.helper.make_opsetid(node.domain, opset)],
        )
        return cls.run_model(model, dict(zip(names, arrays, strict=True)), device, **kwargs)

    @classmethod
    def supports_device(cls, device: str) -> bool:
        return device.split(":")[0] == "CPU"


is_compatible = ConvoyBackend.is_compatible
prepare = ConvoyBackend.prepare
run_model = ConvoyBackend.run_model
run_node = ConvoyBackend.run_node
supports_device = ConvoyBackend.supports_device
