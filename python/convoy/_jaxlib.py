"""jaxlib as a compiler and runtime for StableHLO.

The package's backend "xla" calls it in process; the C++ library runs the same text in a worker
process. It therefore needs nothing of Convoy, and touches jaxlib in this one file: compiling text
is no public interface of JAX, so the versions that are known to have it are pinned below.
"""

from __future__ import annotations

import hashlib
import os
import platform
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

REQUIRED = "0.10.2"
"""The version of jax and jaxlib that this was written for; its extra in pyproject.toml says so."""

INSTALL = f'{sys.executable} -m pip install "jax=={REQUIRED}"'


class Unavailable(ImportError):
    """jaxlib is missing or lacks what is needed here; the message says what to do."""


def imported() -> tuple[Any, Any, Any, Any, Any]:
    """NumPy, JAX, and what of JAX's inside is used here. Unavailable when something is missing."""
    try:
        import jax
        import numpy
    except ImportError as error:
        message = f'the backend "xla" needs jaxlib, which is not installed ({error}): {INSTALL}'
        raise Unavailable(message) from None
    try:
        from jax._src import core, xla_bridge
        from jax._src.lib import xla_client  # type: ignore[attr-defined]

        xla_client.batched_device_put, xla_client.DeviceList, xla_client.CompileOptions  # noqa: B018
        jax.enable_x64, jax.sharding.SingleDeviceSharding  # noqa: B018
    except (ImportError, AttributeError) as error:
        raise Unavailable(
            f'the backend "xla" is written for jax {REQUIRED}; {jax.__version__} is installed, '
            f"which lacks what it uses ({error}): {INSTALL}"
        ) from None
    return numpy, jax, core, xla_bridge, xla_client


class Client:
    """The first device of jaxlib's default platform, and programs for it."""

    def __init__(self) -> None:
        self._numpy, self._jax, self._core, bridge, self._xla = imported()
        self._client = bridge.get_backend()
        self._device = self._client.local_devices()[0]
        self._sharding = self._jax.sharding.SingleDeviceSharding(self._device)
        self.platform = str(self._client.platform)

    def fingerprint(self) -> str:
        """What compiled programs depend on: versions, the kind of device, the processor."""
        parts = [
            self._jax.__version__,
            self._jax.lib.__version__,
            self._client.platform_version,
            self._device.device_kind,
            platform.machine(),
            *(os.environ.get(name, "") for name in ("XLA_FLAGS", "LIBTPU_INIT_ARGS")),
        ]
        if self.platform == "cpu":
            parts.append(_processor_features())
        return " ".join(parts)

    def devices(self) -> list[tuple[int, str, str]]:
        """(id, kind, description) of every device."""
        return [(d.id, str(d.device_kind), str(d)) for d in self._client.local_devices()]

    def compile(self, text: str) -> Any:
        """A program from StableHLO. ValueError with XLA's message when it is not accepted."""
        try:
            devices = self._xla.DeviceList((self._device,))
            return self._client.compile_and_load(text, devices, self._xla.CompileOptions())
        except Exception as error:
            raise ValueError(f"XLA refuses the program: {error}") from None

    def serialize(self, program: Any) -> bytes:
        """What `load` takes."""
        return bytes(program.serialize())

    def load(self, data: bytes) -> Any:
        """A program from what `serialize` gave. ValueError when it cannot be read."""
        try:
            devices = self._xla.DeviceList((self._device,))
            return self._client.deserialize_executable(data, devices, self._xla.CompileOptions())
        except Exception as error:
            raise ValueError(f"XLA cannot load the program: {error}") from None

    def put(self, array: np.ndarray) -> Any:
        """The array as a jax.Array of the device; on CPUs it shares aligned memory, which must then
        stay as it is."""
        # Else JAX, left to itself, makes float32 of float64.
        with self._jax.enable_x64(True):
            aval = self._core.ShapedArray(array.shape, array.dtype)
            return self._xla.batched_device_put(aval, self._sharding, [array], [self._device], True)

    def execute(self, program: Any, arguments: Sequence[Any]) -> list[Any]:
        """Results of a program as jax.Arrays. NumPy arrays among the arguments are put first."""
        placed = [self.put(a) if isinstance(a, self._numpy.ndarray) else a for a in arguments]
        try:
            results = program.execute_sharded(placed).disassemble_into_single_device_arrays()
            return [shards[0] for shards in results]
        except Exception as error:
            raise RuntimeError(f"XLA failed: {error}") from None

    def run(self, program: Any, arguments: Sequence[Any]) -> list[np.ndarray]:
        """The same as NumPy arrays, which on CPUs are XLA's own memory."""
        results = self.execute(program, arguments)
        try:
            return [self._numpy.asarray(result) for result in results]
        except Exception as error:
            raise RuntimeError(f"XLA failed: {error}") from None


def _processor_features() -> str:
    """A short name for what the processor can do: compiled programs use all of it."""
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            for line in file:
                if line.startswith(("flags", "Features")):
                    return hashlib.sha256(line.encode()).hexdigest()[:16]
    except OSError:
        pass
    return platform.processor()
