"""Types of arguments that may be arrays."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from ._convoy import Value


class SupportsDLPack(Protocol):
    """An array of another library."""

    def __dlpack__(self, *args: Any, **kwargs: Any) -> Any: ...

    def __dlpack_device__(self) -> tuple[Any, Any]: ...


ArrayLike = npt.NDArray[Any] | np.generic | SupportsDLPack
"""What counts as an array: NumPy's, and any with DLPack."""

Array = Value | ArrayLike
"""What operators take: graph values, and arrays."""
