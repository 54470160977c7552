"""Writes the type stubs of the package: functions that take graph values take arrays too.

    python stubs.py <folder of _convoy and its stub> <folder of the package's sources>

An operator's stub holds two overloads: arrays give arrays, and a graph value among the arguments
gives graph values. Everything is read from the extension and from the sources' syntax, so that
building needs no other package.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from pathlib import Path
from types import ModuleType

HEADER = """\
# Made by python/stubs.py.
# mypy: disable-error-code="overload-overlap"
from typing import Any, overload

import numpy
import numpy.typing

from {package}_typing import Array, ArrayLike
"""

PRIVATE = """
def _as_array(object: Any) -> numpy.typing.NDArray[Any]: ...
def _keeps_batch_apart(graph: Graph, batched: Sequence[bool]) -> bool: ...
def _parameters_as_inputs(graph: Graph) -> Graph: ...
def _operators() -> list[tuple[str, list[tuple[str, str, str]]]]: ...
"""

_VALUE = re.compile(r"\bValue\b")


def as_overloads(function: ast.FunctionDef) -> str:
    """The function on arrays alone, and on values with arrays beside them."""
    result = ast.unparse(function.returns) if function.returns else "Any"
    documentation = ast.get_docstring(function)
    if not _VALUE.search(result):
        return definition(function, "Array", result, documentation)
    arrays = _VALUE.sub("numpy.typing.NDArray[Any]", result)
    if not _VALUE.search(ast.unparse(function.args)):
        return definition(function, "Array", result, documentation)  # makes values of nothing
    first = definition(function, "ArrayLike", arrays, None)
    return f"@overload\n{first}@overload\n{definition(function, 'Array', result, documentation)}"


def definition(
    function: ast.FunctionDef, values: str, result: str, documentation: str | None
) -> str:
    """One signature in which parameters of type Value are `values`."""
    arguments = _VALUE.sub(values, ast.unparse(function.args))
    body = (
        f"\n    {ast.unparse(ast.Expr(ast.Constant(documentation)))}" if documentation else " ..."
    )
    return f"def {function.name}({arguments}) -> {result}:{body}\n"


def signatures_of(stub: Path) -> dict[str, ast.FunctionDef]:
    """The functions of the extension's stub."""
    body = ast.parse(stub.read_text()).body
    return {node.name: node for node in body if isinstance(node, ast.FunctionDef)}


def error_classes(extension: ModuleType) -> str:
    """Exceptions are made without a class definition, so the extension's stub lacks them."""
    found = [e for e in vars(extension).values() if isinstance(e, type)]
    errors = [e for e in found if issubclass(e, BaseException)]
    text = ""
    for error in sorted(errors, key=lambda e: len(e.__mro__)):
        bases = [
            f"builtins.{b.__name__}" if hasattr(builtins, b.__name__) and b.__module__ == "builtins"
            else b.__name__
            for b in error.__bases__
        ]  # fmt: skip
        text += f"\nclass {error.__name__}({', '.join(bases)}):\n    {error.__doc__!r}\n"
    return f"\nimport builtins\n{text}"


def complete_extension(stub: Path, extension: ModuleType) -> None:
    text = stub.read_text()
    # Comparisons of values are values, not bools.
    text = re.sub(
        r"^(    def __(?:eq|ne)__\(self, other: object, /\) -> Value: \.\.\.)$",
        r"\1  # type: ignore[override]",
        text,
        flags=re.M,
    )
    text = text.replace("from _convoy import", "from . import")
    # It exists to refuse; a type checker that knew of it would take values for arrays.
    text = re.sub(r"^    def __array__.*\n\n", "", text, flags=re.M)
    if "class Error(" not in text:
        text += error_classes(extension) + PRIVATE
    stub.write_text(text)


def package_stub(source: Path, signatures: dict[str, ast.FunctionDef]) -> str:
    """`name = _eager(_convoy.name)` becomes the overloads of the extension's `name`."""
    text = HEADER.format(package=".") + "from collections.abc import Sequence\n\n__version__: str\n"
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, ast.ImportFrom) and node.module == "_convoy":
            names = ", ".join(f"{a.name} as {a.name}" for a in node.names)
            text += f"from ._convoy import {names}\n"
        elif isinstance(node, ast.ImportFrom) and node.module != "_eager":
            names = ", ".join(f"{a.name} as {a.asname or a.name}" for a in node.names)
            text += f"from .{node.module or ''} import {names}\n"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Attribute):
            name = ast.unparse(node.targets[0])
            if ast.unparse(node.value) == f"_convoy.{name}" and name != "__version__":
                text += f"from ._convoy import {name} as {name}\n"
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            name = ast.unparse(node.targets[0])
            if name in signatures:
                text += as_overloads(signatures[name])
        elif isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            text += ast.unparse(node) + "\n"
    return text


def module_stub(source: Path, package: str) -> str:
    """Functions marked `@eager` as overloads, other public names as they are."""
    text = HEADER.format(package=package)
    for node in ast.parse(source.read_text()).body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if ast.unparse(node) != "from __future__ import annotations":
                text += ast.unparse(node) + "\n"
        elif isinstance(node, ast.Assign) and "TypeVar" not in ast.unparse(node.value):
            text += ast.unparse(node) + "\n"
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            marked = any(ast.unparse(d) == "eager" for d in node.decorator_list)
            result = ast.unparse(node.returns) if node.returns else "Any"
            text += (
                as_overloads(node)
                if marked
                else definition(node, "Value", result, ast.get_docstring(node))
            )
    return text


def main(built: Path, sources: Path) -> None:
    sys.path.insert(0, str(built))
    import _convoy  # type: ignore[import-not-found]

    # A folder beside the extension, so that the stub of its submodule has a place.
    stub = built / "_convoy" / "__init__.pyi"
    complete_extension(stub, _convoy)
    for submodule in (built / "_convoy").glob("[a-z]*.pyi"):
        text = submodule.read_text()
        text = re.sub(r"^import _convoy$", "from .. import _convoy", text, flags=re.M)
        text = re.sub(r"^import _convoy\.(\w+)$", r"from . import \1", text, flags=re.M)
        submodule.write_text(re.sub(r"\b_convoy\.(io|models|nn|onnx)\.", r"\1.", text))
    package = sources / "__init__.py"
    (built / "__init__.pyi").write_text(package_stub(package, signatures_of(stub)))
    for source in sources.rglob("*.py"):
        relative = source.relative_to(sources)
        if "@eager" in source.read_text() and not relative.name.startswith("_"):
            target = (built / relative).with_suffix(".pyi")
            target.parent.mkdir(exist_ok=True)
            target.write_text(module_stub(source, "." * len(relative.parts)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
