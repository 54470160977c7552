"""Signatures and documentation of operators, read from the extension."""

from __future__ import annotations

import ast
import functools
import inspect
import re
from collections.abc import Callable, Mapping
from typing import Any

from . import _convoy


class _Annotation(str):
    """Text that signatures show as it is, without quotes."""

    __slots__ = ()
    __repr__ = str.__str__


def _annotation(text: str) -> _Annotation:
    return _Annotation(re.sub(r"\bValue\b", "Array", text))


def describe(call: Callable[..., Any], builder: Callable[..., Any]) -> None:
    """Gives `call`, which takes arrays too, the signature and documentation of `builder`."""
    signatures = getattr(builder, "__nb_signature__", None)
    if signatures:
        text, documentation, defaults = signatures[0]
        shown = signature(text, defaults or ())
        call.__doc__ = "\n\n".join(filter(None, [documentation, attributes(builder.__name__)]))
        call.__module__ = "convoy"
    else:
        shown = inspect.signature(builder)
        shown = shown.replace(
            parameters=[
                p.replace(annotation=_annotation(p.annotation)) for p in shown.parameters.values()
            ],
            return_annotation=_annotation(shown.return_annotation),
        )
    call.__signature__ = shown  # type: ignore[attr-defined]


def signature(text: str, defaults: tuple[Any, ...]) -> inspect.Signature:
    """The signature that nanobind writes as `def f(x: object, n: int = \\0) -> object`."""
    source = re.sub(r"\\(\d+)", r"_default_\1", text)
    source = re.sub(r"(convoy\.)?_convoy\.|collections\.abc\.|numpy\.typing\.", "", source)
    arguments = ast.parse(source + ": ...").body[0]
    assert isinstance(arguments, ast.FunctionDef)
    parameters = []

    def add(argument: ast.arg, kind: Any, default: ast.expr | None) -> None:
        value: Any = inspect.Parameter.empty
        if isinstance(default, ast.Name) and default.id.startswith("_default_"):
            value = defaults[int(default.id.rpartition("_")[2])]
        elif default is not None:
            value = ast.literal_eval(default)
        annotation = ast.unparse(argument.annotation) if argument.annotation else "Any"
        parameters.append(
            inspect.Parameter(argument.arg, kind, default=value, annotation=_annotation(annotation))
        )

    positional = [*arguments.args.posonlyargs, *arguments.args.args]
    missing = [None] * (len(positional) - len(arguments.args.defaults))
    for argument, default in zip(positional, [*missing, *arguments.args.defaults], strict=True):
        add(argument, inspect.Parameter.POSITIONAL_OR_KEYWORD, default)
    for argument, default in zip(
        arguments.args.kwonlyargs, arguments.args.kw_defaults, strict=True
    ):
        add(argument, inspect.Parameter.KEYWORD_ONLY, default)
    result = ast.unparse(arguments.returns) if arguments.returns else "Any"
    return inspect.Signature(parameters, return_annotation=_annotation(result))


@functools.cache
def _operators() -> Mapping[str, Any]:
    return {o[0]: o for o in _convoy._operators()}


def attributes(name: str) -> str:
    """The attributes of operator `name`, a line each; empty where it has none."""
    _, fields = _operators().get(name, (name, []))
    width = max([len(field) for field, _, _ in fields], default=0)
    return "\n".join(
        ["Attributes:"] * bool(fields)
        + [f"  {field:{width}}  {documentation}" for field, _, documentation in fields]
    )
