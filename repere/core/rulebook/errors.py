"""What can go wrong with a rule file or a fact, worded so that the reader knows what to do."""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault of a rule file: where, what was expected, what came, how to mend it."""

    file: str
    line: int
    expected: str
    came: str
    mend: str = ""

    def __str__(self) -> str:
        mend = f" Mend: {self.mend}" if self.mend else ""
        return f"{self.file}:{self.line}: expected {self.expected}; came {self.came}.{mend}"


def did_you_mean(word: str, allowed: Iterable[str]) -> str:
    """The nearest allowed word as a question, or nothing where none is near."""
    near = difflib.get_close_matches(word, list(allowed), n=1, cutoff=0.75)
    return f"did you mean {near[0]}?" if near else ""


class RuleBookError(Exception):
    """The rule book does not load. ``faults`` lists everything found, in file order."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = sorted(faults, key=lambda fault: (fault.file, fault.line))
        super().__init__("\n".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why one value of a fact is refused: a code with parameters, worded by the room that shows it."""

    code: str
    field: str | None = None
    params: dict[str, str] = dataclasses.field(default_factory=dict)


class FactRefused(ValueError):
    """A fact is not taken: nothing was changed. ``refusals`` lists every reason."""

    def __init__(self, refusals: list[Refusal]) -> None:
        self.refusals = refusals
        super().__init__("; ".join(f"{r.code}({r.field or ''})" for r in refusals))
