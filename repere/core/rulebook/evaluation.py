"""What follows for one case: findings with since, until, due, the next question and the nearest change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, day_of, number
from repere.core.rulebook import reasons
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.graph import CANNOT_TELL, NO_SOURCE_HERE, OLDER_TEXT, YES, Run, answer, compile_graph
from repere.core.rulebook.model import Fact, Mechanism, Rule

Named = tuple[str, str | None]
"""A fact kind, and one of its fields or None."""

HORIZON_DAYS = 366 * 12
ONE_DAY = timedelta(days=1)
NOWHERE = np.zeros(0, np.int64)
Span = tuple[date, date | None]
OUTCOMES = ("does_not_hold", "cannot_tell", "holds")


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says of a case, seen through a view, on a day.

    ``due``: first and last day on which it may fall due. ``asks``: what to ask next when it cannot be told. ``missing``: the
    nearest facts that would change a "no". ``facts_used``: ids of the facts that the answer rests on.
    """

    rule_id: str
    kind: str
    outcome: str
    since: date | None
    until: date | None
    due: tuple[date, date] | None
    facts_used: tuple[Any, ...]
    trigger: Any | None
    reason: str | None
    asks: Named | None
    missing: tuple[Named, ...]
    certainty: str
    level: str
    settled: bool


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Every finding of a case, and the next day on which one may change with no new fact."""

    findings: dict[str, Finding]
    next_change_on: date | None


def evaluate(
    mechanism: Mechanism,
    facts: Sequence[Fact],
    *,
    on: date,
    groups: Iterable[str] | None = None,
    known_at: datetime | None = None,
) -> Evaluation:
    """Evaluate every rule for one case on a day.

    ``groups`` None: every data group is in view; otherwise facts outside are unknown, never absent. ``known_at``: only what was
    recorded by then. Cost: a few milliseconds for tens of facts and a hundred rules.
    """
    graph = compile_graph(mechanism)
    tables = FactTables.of_case(mechanism, facts, groups=groups, known_at=known_at)
    asked = number(on)
    picking = Run(graph, tables, NOWHERE, NOWHERE)
    days = _moments(picking, asked)
    run = Run(graph, tables, np.zeros(len(days), np.int64), days)
    run.share_picks(picking)
    row = int(np.searchsorted(days, asked))
    why, spans = reasons.Reader(run, row), _spans(run, days, row)
    findings = {rule.id: _finding(why, rule, span, facts) for rule, span in zip(graph.rules.values(), spans, strict=True)}
    later = days[days > asked]
    return Evaluation(findings, day_of(later[0]) if len(later) else None)


def _moments(picking: Run, asked: int) -> NDArray[np.int64]:
    """Days on which something may turn: days of facts, of texts, and those that comparisons with the asked day lead to."""
    fact_days, law = picking.tables.days()[1], picking.graph.law_days
    first = int(fact_days[0]) if len(fact_days) else asked
    found = np.concatenate([law, picking.boundary_days()[1]])
    found = found[(found >= first) & (found <= asked + HORIZON_DAYS)]
    return np.unique(np.concatenate([fact_days, found, np.array([asked], np.int64)]))


def _spans(run: Run, days: NDArray[np.int64], row: int) -> list[Span]:
    """For every rule, first and last day of the run of equal answers around a row; None when no end is in sight."""
    states = np.stack([answer(run, rule_id) for rule_id in run.graph.rules])
    differs = states != states[:, row : row + 1]
    before, after = differs[:, :row], differs[:, row + 1 :]
    starts = np.where(before.any(axis=1), row - np.argmax(before[:, ::-1], axis=1), 0) if row else np.zeros(len(states), np.int64)
    ends = np.where(after.any(axis=1), row + 1 + np.argmax(after, axis=1), -1) if after.shape[1] else np.full(len(states), -1)
    dates = [day_of(day) for day in days.tolist()]
    return [(dates[start], dates[end] - ONE_DAY if end >= 0 else None) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _finding(why: reasons.Reader, rule: Rule, span: Span, facts: Sequence[Fact]) -> Finding:
    run, row = why.run, why.row
    values = run.rule(rule.id)
    value = int(values.value[row])
    outcome = OUTCOMES[value] if values.done is None or value != YES else ("done" if values.done[row] == YES else "open")
    since, until = span
    version = why.version(rule)
    if value == YES and (told := run.last_day(rule, version)) is not None and told.state[row] == YES:
        until = day_of(int(told.high[row]))
    used = tuple(facts[index].id for index in sorted(why.facts_of(rule)))
    trigger = facts[int(values.trigger[row])].id if values.trigger is not None and values.trigger[row] >= 0 and value != 0 else None
    return Finding(
        rule.id, rule.kind, outcome, since, until if outcome != "done" else None, _due(values.due, row), used, trigger,
        _reason(int(values.reason[row]), value, version.settled), why.next_question(rule) if value == CANNOT_TELL else None,
        why.nearest_change(rule) if value == 0 else (), why.certainty(rule), rule.level, version.settled,
    )  # fmt: skip


def _due(due: tuple[NDArray[np.int32], NDArray[np.int32]] | None, row: int) -> tuple[date, date] | None:
    if due is None or due[0][row] >= FAR:
        return None
    return day_of(int(due[0][row])), day_of(int(due[1][row]))


def _reason(bits: int, value: int, settled: bool) -> str | None:
    if value == CANNOT_TELL and bits & NO_SOURCE_HERE:
        return "no_source_for_territory"
    if value == CANNOT_TELL and bits & OLDER_TEXT:
        return "older_text_not_checked"
    return None if settled else "not_settled"
