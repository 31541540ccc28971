"""What follows for one case: findings with since, until, due, the next question and the nearest change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, day_of, number
from repere.core.rulebook import reasons
from repere.core.rulebook.blank import blank
from repere.core.rulebook.columns import FactTables, day_keys, sorted_once, split_keys
from repere.core.rulebook.graph import CANNOT_TELL, DONE, FIRST_LAW_DAY, MISSED, NO_SOURCE_HERE, OLDER_TEXT, YES, compile_graph, compiled
from repere.core.rulebook.model import Fact, Mechanism, Rule
from repere.core.rulebook.running import Run, answer

Named = tuple[str, str | None]
"""A fact kind, and one of its fields or None."""

HORIZON_DAYS = 366 * 12
ONE_DAY = timedelta(days=1)
NOWHERE = np.zeros(0, np.int64)
Span = tuple[date, date | None]
OUTCOMES = ("does_not_hold", "cannot_tell", "holds")
DUTY_OUTCOMES = {YES: "open", DONE: "done", MISSED: "missed"}


class Finding(NamedTuple):
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

    def lasting(self, since: date, until: date | None) -> Finding:
        """The same, from and until other days."""
        return Finding(
            self.rule_id, self.kind, self.outcome, since, until, self.due, self.facts_used, self.trigger,
            self.reason, self.asks, self.missing, self.certainty, self.level, self.settled,
        )  # fmt: skip


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
    return evaluate_many(mechanism, [facts], on=on, groups=groups, known_at=known_at)[0]


def evaluate_many(
    mechanism: Mechanism,
    cases: Sequence[Sequence[Fact]],
    *,
    on: date,
    groups: Iterable[str] | None = None,
    known_at: datetime | None = None,
    explained: bool = True,
) -> list[Evaluation]:
    """As :func:`evaluate` for several cases seen through the same groups on the same day: the graph runs once for all of them.

    ``explained`` False leaves ``facts_used`` and ``missing`` empty, and says of what does not hold only that: for a page that shows
    the answers and asks for the reasons of one when it is opened.
    """
    graph, asked = compile_graph(mechanism), number(on)
    tables = FactTables.of_cases(mechanism, cases, groups=groups, known_at=known_at)
    picking = Run(graph, tables, NOWHERE, NOWHERE)
    case, day = _moments(picking, asked)
    run = Run(graph, tables, case, day)
    run.share_picks(picking)
    nothing = blank(graph, tables.groups)
    stretch = nothing.stretches(run.day)
    settled = nothing.settle(run, stretch)
    facts = [fact for one in cases for fact in one]
    states = np.empty((len(graph.rules), run.size), np.int8)
    states[settled] = nothing.states[settled][:, stretch]
    for at, rule_id in enumerate(graph.rules):
        if not settled[at]:
            states[at] = answer(run, rule_id)
    given = _of_nobody(graph.mechanism.hash, tables.groups, int(nothing.stretches(np.array([asked]))[0]), explained) if any(settled) else ()
    edges = np.searchsorted(case, np.arange(len(cases) + 1))
    judged = []
    for first, after in pairwise(edges.tolist()):
        days = run.day[first:after]
        place = int(np.searchsorted(days, asked))
        spans = _spans(states[:, first:after], days, place)
        why, said = reasons.Reader(run, first + place), states[:, first + place].tolist()
        findings = {
            rule.id: given[number_].lasting(*spans[number_])
            if settled[number_]
            else _finding(why, rule, said[number_], spans[number_], facts, explained)
            for number_, rule in enumerate(graph.rules.values())
        }
        judged.append(Evaluation(findings, day_of(int(days[place + 1])) if place + 1 < len(days) else None))
    return judged


@lru_cache(maxsize=512)
def _of_nobody(digest: str, groups: frozenset[str] | None, stretch: int, explained: bool) -> tuple[Finding, ...]:
    """What every rule says of a file without facts."""
    nothing = blank(compiled(digest), groups)
    rules, said = nothing.run.graph.rules.values(), nothing.states[:, stretch].tolist()
    # the run of the blank file is everybody's: one thread at a time asks it for reasons
    with _ASKING:
        why = reasons.Reader(nothing.run, stretch)
        return tuple(_finding(why, rule, value, (FIRST_LAW_DAY, None), (), explained) for rule, value in zip(rules, said, strict=True))


_ASKING = Lock()


def _moments(picking: Run, asked: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """(case, day) pairs at which something may turn: days of facts, of texts, and those that comparisons with the asked day lead to."""
    tables, law = picking.tables, picking.graph.law_days
    fact_case, fact_day = tables.days()
    first = np.full(tables.cases, asked, np.int64)
    np.minimum.at(first, fact_case, fact_day)
    everyone = np.arange(tables.cases, dtype=np.int64)
    turn_case, turn_day = picking.boundary_days()
    case = np.concatenate([fact_case, turn_case, np.repeat(everyone, len(law)), everyone])
    day = np.concatenate([fact_day, turn_day, np.tile(law, tables.cases), np.full(tables.cases, asked)])
    within = (day >= first[case]) & (day <= np.where(np.arange(len(day)) < len(fact_day), day, asked + HORIZON_DAYS))
    return split_keys(sorted_once(day_keys(case[within], day[within])))


def _spans(states: NDArray[np.int8], days: NDArray[np.int32], row: int) -> list[Span]:
    """For every rule, first and last day of the run of equal answers around a row; None when no end is in sight."""
    differs = states != states[:, row : row + 1]
    before, after = differs[:, :row], differs[:, row + 1 :]
    starts = np.where(before.any(axis=1), row - np.argmax(before[:, ::-1], axis=1), 0) if row else np.zeros(len(states), np.int64)
    ends = np.where(after.any(axis=1), row + 1 + np.argmax(after, axis=1), -1) if after.shape[1] else np.full(len(states), -1)
    dates = [day_of(day) for day in days.tolist()]
    return [(dates[start], dates[end] - ONE_DAY if end >= 0 else None) for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]


def _finding(why: reasons.Reader, rule: Rule, said: int, span: Span, facts: Sequence[Fact], explained: bool) -> Finding:
    run, row = why.run, why.row
    values = run.rule(rule.id)
    value = int(values.value[row])
    outcome = OUTCOMES[value] if rule.duty is None or value != YES else DUTY_OUTCOMES[said]
    since, until = span
    version = why.version(rule)
    if value == YES and until is None and (told := run.last_day(rule, version)) is not None and told.state[row] == YES:
        until = day_of(int(told.low[row]))  # beyond the horizon; of a range, the day until which the answer is sure
    used = tuple(facts[index].id for index in sorted(why.facts_of(rule))) if explained else ()
    trigger = facts[int(values.trigger[row])].id if values.trigger is not None and values.trigger[row] >= 0 and value != 0 else None
    return Finding(
        rule.id, rule.kind, outcome, since, until if outcome not in ("done", "missed") else None, _due(values.due, row), used, trigger,
        _reason(why.why_not_told(rule), value, version.settled), why.next_question(rule) if value == CANNOT_TELL else None,
        why.nearest_change(rule) if value == 0 and explained else (),
        why.certainty(rule) if value != 0 or explained else reasons.sure(version.standing), rule.level, version.settled,
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
