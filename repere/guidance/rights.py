"""Rights in plain words, by how binding they are, from the rule book; never one that rests on memory alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from django.conf import settings

from repere.core.rulebook import Mechanism, Rule, load
from repere.core.rulebook.presenting import granted_by, presentable

LEVELS = ("national_law", "international_obligation", "guidance")


@dataclass(frozen=True)
class Right:
    """One right. `may`: the authority may refuse it. `sources`: titles of its texts."""

    label: str
    text: str
    granted_by: str
    may: bool
    sources: tuple[str, ...]


@dataclass(frozen=True)
class Shelf:
    level: str
    rights: tuple[Right, ...]


@lru_cache(maxsize=1)
def mechanism() -> Mechanism:
    """The law alone: demands are no right that one can ask for at a counter."""
    return load(settings.REPERE_MECHANISM_FOLDER, settings.REPERE_MECHANISM.split("+")[0])


def rights(language: str, *, on: date) -> list[Shelf]:
    """What may be printed on a rights card, law first, in the order of the path. A right never falls back to another language."""
    book = mechanism()
    shown = [
        rule for rule in book.entitlements.values()
        if rule.card and rule.level in LEVELS and rule.label.get(language) and rule.text.get(language) and presentable(book, rule, on)
    ]  # fmt: skip
    ordered = sorted(shown, key=lambda rule: (rule.stage or 0, rule.id))
    return [Shelf(level, tuple(_right(book, rule, language, on) for rule in ordered if rule.level == level)) for level in LEVELS]


def _right(book: Mechanism, rule: Rule, language: str, on: date) -> Right:
    sources = rule.version_on(on).standing.source
    return Right(
        label=rule.label.text(language), text=rule.text.text(language), granted_by=granted_by(book, rule, language),
        may=rule.discretion == "discretionary",
        sources=tuple(dict.fromkeys(book.sources[source].title.text(language) for source in sources if source in book.sources)),
    )  # fmt: skip
