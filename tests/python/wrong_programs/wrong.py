"""Wrong calls as data: every numbered constraint of every operator has at least one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Wrong:
    """A call that must be refused by constraint `constraint` of `operator`."""

    operator: str  # the name of its struct: "conv", "reduce"
    constraint: int  # the N of (CN); 0 where the rule is not of one operator
    call: Callable[[], Any]
    error: type[Exception]
    mentions: tuple[str, ...]  # offending values that the message must hold
    shown: str = ""  # the name in messages where it differs: "reduce_max" of "reduce"

    def __str__(self) -> str:
        return f"{self.operator}-C{self.constraint}-{'-'.join(self.mentions)}"


def assert_refused(case: Wrong) -> None:
    try:
        case.call()
    except case.error as error:
        message = str(error)
    else:
        raise AssertionError(f"{case} was accepted")
    if case.constraint:
        assert f"(C{case.constraint})" in message, message
        assert message.startswith(case.shown or case.operator), message
    for text in case.mentions:
        assert text in message, message
