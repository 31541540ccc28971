"""The rights of a case page, by level: what the rule book says of each, and how it stands for her."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache, cached_property, partial
from typing import Any
from uuid import UUID

from django.utils import translation

from repere.cases import card, evaluation
from repere.cases.queries import questions, wording
from repere.cases.queries.lines import Line
from repere.cases.queries.questions import Written
from repere.cases.queries.wording import Ask
from repere.core import rulebook
from repere.core.rulebook import Mechanism, Rule

LEVELS = ("national_law", "international_obligation", "guidance", "demanded", "choice")
OUTCOMES = ("holds", "cannot_tell", "does_not_hold")


@dataclass(frozen=True)
class SourceLine(Line):
    id: str
    title: str
    url: str | None


@dataclass(frozen=True)
class FindingLine(Line):
    """A right, or a power over her, as it stands today."""

    rule_id: str
    label: str
    text: str
    outcome: str
    level: str
    discretion: str | None
    granted_by: str
    cooperation: str | None
    stage: int | None
    since: date | None
    until: date | None
    certainty: str
    text_certainty: str
    presentable: bool
    settled: bool
    reason: str | None
    sources: tuple[SourceLine, ...]
    # The first of its sources by its short name.
    article: str
    missing: tuple[Ask, ...]
    asks: Ask | None
    facts_used: tuple[UUID, ...]
    demand: Any = None
    # What is written already and stands against it; `closed_by_age`: for adults only, or for children only.
    against: tuple[Ask, ...] = ()
    closed_by_age: str = ""


class Shelf(Sequence[FindingLine]):
    """Rights of one level and one outcome, in order. Counted at once, put in words when they are read: a page folds most of them."""

    def __init__(self, told: Sequence[rulebook.Finding], put: Callable[[rulebook.Finding], FindingLine]) -> None:
        self.told, self.put = told, put

    def __len__(self) -> int:
        return len(self.told)

    @cached_property
    def lines(self) -> list[FindingLine]:
        return sorted(map(self.put, self.told), key=lambda line: (line.stage if line.stage is not None else 9, line.label))

    def __getitem__(self, at: Any) -> Any:
        return self.lines[at]


@dataclass(frozen=True)
class Level(Line):
    """The rights of one level: they are never mixed on a page."""

    level: str
    open: Shelf
    cannot_tell: Shelf
    not_open: Shelf


@dataclass(frozen=True, slots=True)
class _Said:
    """What the rule book says of a right, in one language: the same for everybody."""

    label: str
    text: str
    granted_by: str
    sources: tuple[SourceLine, ...]
    article: str


_SAID: dict[tuple[str, str, tuple[str, ...], str], _Said] = {}


def _said(mechanism: Mechanism, rule: Rule, source: tuple[str, ...], language: str) -> _Said:
    """Put together once for each text: a page names eighty rights, and their words are a third of what reading them costs."""
    key = (mechanism.hash, rule.id, source, language)
    if key not in _SAID:
        with translation.override(language):
            door = wording.granted_by(rule, language, lambda word: wording.role(mechanism, word, language))
        sources = source_lines(mechanism, source, language)
        short = card.article(sources[0].title) if sources else ""
        _SAID[key] = _Said(rule.label.text(language), rule.text.text(language), door, sources, short)
    return _SAID[key]


def by_level(mechanism: Mechanism, judged: evaluation.Judgement, on: date, language: str, written: Written) -> tuple[Level, ...]:
    """Every right of the mechanism as it stands today, those of one level together."""
    # Dozens of rights wait for the same few answers.
    ask = cache(lambda named: wording.ask(mechanism, named, language))
    put = partial(_finding_line, mechanism, on=on, language=language, written=written, ask=ask)
    found: dict[str, dict[str, list[rulebook.Finding]]] = {level: {outcome: [] for outcome in OUTCOMES} for level in LEVELS}
    for told in judged.findings.values():
        if told.kind == "entitlement":
            found[told.level][told.outcome].append(told)
    return tuple(
        Level(level, *(Shelf(those[outcome], put) for outcome in OUTCOMES)) for level, those in found.items() if any(those.values())
    )


def _finding_line(
    mechanism: Mechanism, told: rulebook.Finding, *, on: date, language: str, written: Written,
    ask: Callable[[Any], Ask | None],
) -> FindingLine:  # fmt: skip
    rule = mechanism.rules[told.rule_id]
    standing, closed_by_age = rule.version_on(on).standing, written.closed_by_age(rule, on) if told.missing else ""
    said = _said(mechanism, rule, standing.source, language)
    nearest = [named for named in told.missing if not (closed_by_age and named in questions.AGE)]

    def asked(those: Iterable[Any]) -> tuple[Ask, ...]:
        return tuple(a for named in those if (a := ask(named)))

    return FindingLine(
        rule_id=rule.id, label=said.label, text=said.text, outcome=told.outcome, level=rule.level, discretion=rule.discretion,
        granted_by=said.granted_by, cooperation=rule.cooperation, stage=rule.stage,
        since=told.since if told.outcome == "holds" else None, until=told.until, certainty=told.certainty,
        text_certainty=standing.certainty, presentable=standing.presentable, settled=told.settled, reason=told.reason,
        sources=said.sources, article=said.article, missing=asked(named for named in nearest if named not in written.known),
        against=asked(named for named in nearest if named in written.known), closed_by_age=closed_by_age,
        asks=ask(told.asks), facts_used=told.facts_used, demand=rule.demand,
    )  # fmt: skip


def source_lines(mechanism: Mechanism, ids: Iterable[str], language: str) -> tuple[SourceLine, ...]:
    found = (mechanism.sources[name] for name in ids if name in mechanism.sources)
    return tuple(SourceLine(source.id, source.title.text(language), source.url) for source in found)
