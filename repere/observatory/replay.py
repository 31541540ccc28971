"""One caseload under two mechanisms: what follows from the rules alone, and what rests on assumed delays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import number
from repere.core.rulebook import Mechanism, Rule, shared_rules
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.country import Path, path, snapshot
from repere.core.rulebook.frames import tables_of
from repere.observatory.extract import Extract
from repere.observatory.groups import Grouping, groupings

T = TypeVar("T")
Answers = Mapping[str, NDArray[np.int8]]
Bools = NDArray[np.bool_]
Progress = Callable[[str, int, int], None]

CANNOT_TELL, YES = 1, 2
PRESUMED = "common.presumed"
WINDOW_DAYS = 425


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One rule under both mechanisms: how many persons have it, how many cannot be told, who gains, who loses."""

    rule: Rule
    new: bool
    gone: bool
    before: int
    after: int
    unsure_before: int
    unsure_after: int
    gained: int
    lost: int

    @property
    def changed(self) -> bool:
        return bool(self.new or self.gone or self.gained or self.lost or self.unsure_before != self.unsure_after)


@dataclass(frozen=True, slots=True)
class GroupChange:
    """Persons of one group, those who gain at least one right, those who lose one, those with more duties owed to them."""

    persons: int
    gain: int
    lose: int
    owed: int


@dataclass(frozen=True, slots=True)
class DelayChange:
    """One right over time: person-days it stood, and presumed persons who never had it, under both mechanisms."""

    rule: Rule
    days_before: int
    days_after: int
    left_out_before: int
    left_out_after: int


@dataclass(frozen=True)
class Replay:
    """Everything a report says."""

    base: Mechanism
    other: Mechanism
    on: date
    persons: int
    facts: int
    invented: bool
    rules: list[RuleChange]
    groups: dict[str, dict[str, GroupChange]]
    delays: list[DelayChange] = field(default_factory=list)
    since: date | None = None

    @property
    def gaining(self) -> int:
        """Persons with at least one right more."""
        return sum(group.gain for group in self.groups["sex"].values())


def replay(base: Mechanism, other: Mechanism, caseload: Extract, *, with_path: bool = False, progress: Progress | None = None) -> Replay:
    """Evaluate a caseload under two mechanisms on the last day it tells of."""
    tables = tables_of(other, caseload.cases, caseload.facts)
    before_tables = tables if same_words(base, other) else tables_of(base, caseload.cases, caseload.facts)
    after = snapshot(other, tables, caseload.on)
    before = reused(base, other, after) or snapshot(base, before_tables, caseload.on)
    rules = [_rule_change(base, other, rule_id, before, after) for rule_id in _compared(base, other)]
    found = groupings(other, caseload.cases, caseload.facts, caseload.on)
    since = caseload.on - timedelta(days=WINDOW_DAYS) if with_path else None
    delays = _delays(base, other, before_tables, tables, since, caseload.on, progress) if since else []
    return Replay(
        base, other, caseload.on, caseload.cases, caseload.fact_count, caseload.invented,
        rules, {grouping.dimension: _by_group(base, other, before, after, grouping) for grouping in found}, delays, since,
    )  # fmt: skip


def same_words(base: Mechanism, other: Mechanism) -> bool:
    """True when both read facts in the same words, so that one set of tables serves both."""
    return base.codelists == other.codelists and base.facts == other.facts and base.roles.keys() == other.roles.keys()


def reused(base: Mechanism, other: Mechanism, answers: Mapping[str, T]) -> dict[str, T] | None:
    """Answers of the first mechanism taken from the second, where every rule says the same in both; else None.

    A reform that only adds is evaluated once: what it lies on answers with it.
    """
    if base.rules.keys() <= shared_rules(base, other):
        return {rule_id: answers[rule_id] for rule_id in base.rules}
    return None


def _compared(base: Mechanism, other: Mechanism) -> list[str]:
    """Rights and duties of either mechanism; conditions are only steps on the way."""
    return [rule_id for rule_id in {**base.rules, **other.rules} if (other.rules.get(rule_id) or base.rules[rule_id]).kind != "condition"]


def _held(answers: Answers, rule_id: str, cases: int) -> Bools:
    values = answers.get(rule_id)
    return values >= YES if values is not None else np.zeros(cases, bool)


def _rule_change(base: Mechanism, other: Mechanism, rule_id: str, before: Answers, after: Answers) -> RuleChange:
    cases = len(next(iter(after.values())))
    had, has = _held(before, rule_id, cases), _held(after, rule_id, cases)
    return RuleChange(
        rule=other.rules.get(rule_id) or base.rules[rule_id],
        new=rule_id not in base.rules,
        gone=rule_id not in other.rules,
        before=int(had.sum()),
        after=int(has.sum()),
        unsure_before=int((before[rule_id] == CANNOT_TELL).sum()) if rule_id in before else 0,
        unsure_after=int((after[rule_id] == CANNOT_TELL).sum()) if rule_id in after else 0,
        gained=int((has & ~had).sum()),
        lost=int((had & ~has).sum()),
    )


def _by_group(base: Mechanism, other: Mechanism, before: Answers, after: Answers, grouping: Grouping) -> dict[str, GroupChange]:
    cases = len(grouping.of_case)
    gain, lose, owed = np.zeros(cases, bool), np.zeros(cases, bool), np.zeros(cases, bool)
    for rule_id in _compared(base, other):
        had, has = _held(before, rule_id, cases), _held(after, rule_id, cases)
        if (other.rules.get(rule_id) or base.rules[rule_id]).kind == "duty":
            owed |= has & ~had
        else:
            gain |= has & ~had
            lose |= had & ~has
    columns = [grouping.counts(chosen) for chosen in (np.ones(cases, bool), gain, lose, owed)]
    return {
        code: GroupChange(*(int(column[place]) for column in columns)) for place, code in enumerate(grouping.codes) if columns[0][place]
    }


# ─── Over time ────────────────────────────────────────────────────────────────────────────────────────────────────────


def _delays(
    base: Mechanism, other: Mechanism, before_tables: FactTables, after_tables: FactTables, since: date, on: date, progress: Progress | None
) -> list[DelayChange]:
    rights = [rule_id for rule_id in _compared(base, other) if (other.rules.get(rule_id) or base.rules[rule_id]).kind == "entitlement"]
    after = _time_held(other, after_tables, rights, since, on, progress)
    if base.rules.keys() <= shared_rules(base, other):
        nothing = (0, after[PRESUMED][2])
        before = {rule_id: after[rule_id] if rule_id in base.rules else (*nothing, nothing[1]) for rule_id in rights}
    else:
        before = _time_held(base, before_tables, rights, since, on, progress)
    changes = [
        DelayChange(
            other.rules.get(rule_id) or base.rules[rule_id],
            before[rule_id][0],
            after[rule_id][0],
            before[rule_id][1],
            after[rule_id][1],
        )
        for rule_id in rights
    ]
    return [change for change in changes if change.days_before != change.days_after or change.left_out_before != change.left_out_after]


SLAB_CASES = 100_000
"""Cases whose paths are held in memory at a time."""

Held = tuple[int, int, int]
"""Person-days with the right, presumed persons who never had it, presumed persons."""


def _time_held(
    mechanism: Mechanism, tables: FactTables, rights: list[str], since: date, on: date, progress: Progress | None
) -> dict[str, Held]:
    sums = {rule_id: [0, 0, 0] for rule_id in (*rights, PRESUMED)}
    for first in range(0, tables.cases, SLAB_CASES):
        last = min(first + SLAB_CASES, tables.cases)
        paths = path(mechanism, tables.between(first, last), since, on)
        count = last - first
        presumed = days_held(paths[PRESUMED], number(on), count) > 0 if PRESUMED in paths else np.ones(count, bool)
        for rule_id, held in sums.items():
            days = days_held(paths[rule_id], number(on), count) if rule_id in paths else np.zeros(count, np.int64)
            held[0] += int(days.sum())
            held[1] += int((presumed & (days == 0)).sum())
            held[2] += int(presumed.sum())
        if progress is not None:
            progress(mechanism.name, last, tables.cases)
    return {rule_id: (held[0], held[1], held[2]) for rule_id, held in sums.items()}


def days_held(moves: Path, last: int, cases: int) -> NDArray[np.int64]:
    """Days on which each case had the right, up to and with the last day."""
    if not len(moves.case):
        return np.zeros(cases, np.int64)
    until = np.append(moves.day[1:], last + 1).astype(np.int64)
    ends = np.append(moves.case[1:] != moves.case[:-1], True)
    until[ends] = last + 1
    held = np.where(moves.value >= YES, until - moves.day, 0)
    return np.bincount(moves.case, weights=held, minlength=cases).astype(np.int64)
