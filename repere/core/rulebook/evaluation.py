"""What follows for one case: findings with since, until, due, the next question and the nearest change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, day_of, number
from repere.core.rulebook import reasons
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.graph import CANNOT_TELL, NO_SOURCE_HERE, OLDER_TEXT, YES, Graph, Run, compile_graph
from repere.core.rulebook.model import Fact, Mechanism, Rule

Named = tuple[str, str | None]
"""A fact kind, and one of its fields or None."""

HORIZON_DAYS = 366 * 12
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
    days = _moments(graph, tables, asked)
    run = Run(graph, tables, np.zeros(len(days), np.int64), days)
    row = int(np.searchsorted(days, asked))
    findings = {rule_id: _finding(run, rule, days, row, facts) for rule_id, rule in graph.rules.items()}
    later = days[days > asked]
    return Evaluation(findings, day_of(later[0]) if len(later) else None)


def _moments(graph: Graph, tables: FactTables, asked: int) -> NDArray[np.int64]:
    """Days on which something may turn: days of facts, of texts, and those that comparisons with the asked day lead to."""
    fact_days = tables.days()[1]
    first = int(fact_days[0]) if len(fact_days) else asked
    law = graph.law_days[(graph.law_days >= first) & (graph.law_days <= asked + HORIZON_DAYS)]
    nowhere = np.zeros(0, np.int64)
    turns = Run(graph, tables, nowhere, nowhere).boundary_days()[1]
    turns = turns[(turns >= first) & (turns <= asked + HORIZON_DAYS)]
    return np.unique(np.concatenate([fact_days, law, turns, np.array([asked], np.int64)]))


def _finding(run: Run, rule: Rule, days: NDArray[np.int64], row: int, facts: Sequence[Fact]) -> Finding:
    values = run.rule(rule.id)
    value = int(values.value[row])
    states = values.value if values.done is None else np.where((values.value == YES) & (values.done == YES), np.int8(3), values.value)
    outcome = OUTCOMES[value] if rule.duty is None or value != YES else ("done" if states[row] == 3 else "open")
    since, until = _span(states, days, row)
    version = rule.version_on(day_of(int(run._law_day_of(rule)[row])))
    if value == YES and (told := run.last_day(rule, version)) is not None and told.state[row] == YES:
        until = day_of(int(told.high[row]))
    why = reasons.Reader(run, row)
    used = tuple(facts[index].id for index in sorted(why.facts_of(rule)))
    trigger = facts[int(values.trigger[row])].id if values.trigger is not None and values.trigger[row] >= 0 and value != 0 else None
    return Finding(
        rule.id, rule.kind, outcome, since, until if outcome != "done" else None, _due(values.due, row), used, trigger,
        _reason(int(values.reason[row]), value, version.settled), why.next_question(rule) if value == CANNOT_TELL else None,
        why.nearest_change(rule) if value == 0 else (), why.certainty(rule), rule.level, version.settled,
    )  # fmt: skip


def _span(states: NDArray[np.int8], days: NDArray[np.int64], row: int) -> tuple[date | None, date | None]:
    """First and last day of the run of equal answers around a row; None when it has no beginning or no end in sight."""
    differs = states != states[row]
    before, after = np.flatnonzero(differs[:row]), np.flatnonzero(differs[row + 1 :])
    since = day_of(int(days[before[-1] + 1])) if len(before) else day_of(int(days[0]))
    until = day_of(int(days[row + 1 + after[0]]) - 1) if len(after) else None
    return since, until


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
