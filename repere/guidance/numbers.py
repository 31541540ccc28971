"""Public telephone numbers, with where each was read. A number that nobody has read anywhere is never shown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).parent / "numbers.yaml"
READ = ("A", "B", "C")


@dataclass(frozen=True)
class Number:
    """One number in one language. `dial` holds digits only; `sources` are titles; `certainty` A, B or C."""

    number: str
    name: str
    help: str
    urgent: bool
    by_text: bool
    sources: tuple[str, ...]
    certainty: str
    read_on: date

    @property
    def dial(self) -> str:
        return self.number.replace(" ", "")


def numbers(language: str) -> list[Number]:
    """Every number that was read somewhere, urgent ones first."""
    book = _book()
    found = [_number(book, entry, language) for entry in book["numbers"] if entry["certainty"] in READ]
    return sorted(found, key=lambda number: not number.urgent)


def urgent(language: str) -> list[Number]:
    return [number for number in numbers(language) if number.urgent]


def _number(book: dict[str, Any], entry: dict[str, Any], language: str) -> Number:
    return Number(
        number=entry["number"], name=entry["name"][language], help=entry["help"][language], urgent=entry["urgent"],
        by_text=entry["number"] == "114", sources=tuple(book["sources"][source]["title"] for source in entry["source"]),
        certainty=entry["certainty"], read_on=entry["read_on"],
    )  # fmt: skip


@lru_cache(maxsize=1)
def _book() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return found
