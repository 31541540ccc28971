"""The shared graph of a mechanism, evaluated over rows of (case, day).

A value is a trit, ``int8``: 0 no, 1 cannot tell, 2 yes; all = least, any = greatest, not = 2 − x. The same code answers for one
case on one day and for a country on every day on which something may change.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, add, number
from repere.core.rulebook.columns import MARKERS, Encoding, FactTables, KindTable, day_keys, encoding_of
from repere.core.rulebook.expressions import (
    All,
    Always,
    AnyOf,
    Before,
    Count,
    DateExpr,
    DayOf,
    Decision,
    Exists,
    Expr,
    Latest,
    Not,
    RuleRef,
    Selector,
    Shift,
    Test,
    Today,
    dates_of,
    parameters_of,
    rules_of,
)  # fmt: skip
from repere.core.rulebook.model import Mechanism, Parameter, Rule, Standing, Version

NO, CANNOT_TELL, YES = 0, 1, 2
DONE = 3
"""Beside the trits: a duty that applies and is done."""
Trits = NDArray[np.int8]
Rows = NDArray[np.int64]
Day = NDArray[np.int32]

OLDER_TEXT, NO_SOURCE_HERE = 1, 2
"""Why a rule cannot be told although its conditions might: bits of :attr:`RuleValues.reason`."""


class DayValues(NamedTuple):
    """A day per row: a range, whether it is there (0 did not happen, 1 not known, 2 there), and which fact says it (−1 none)."""

    low: Day
    high: Day
    state: Trits
    fact: Rows


@dataclass(frozen=True, slots=True)
class RuleValues:
    """A rule per row. For a duty ``value`` is "applies", ``done`` whether it was done, ``due`` its day or range (FAR: none)."""

    value: Trits
    reason: NDArray[np.uint8]
    done: Trits | None = None
    due: tuple[Day, Day] | None = None
    trigger: Rows | None = None


@dataclass(frozen=True, slots=True)
class Picked:
    """Facts a selector may mean, sorted by (case, latest, recorded); ``match`` 1 or 2."""

    case: Day
    fact: Rows
    earliest: Day
    latest: Day
    recorded: Rows
    match: Trits
    kind: NDArray[np.int16]
    place: Rows

    @property
    def exact(self) -> bool:
        """True when every day is exact."""
        return bool((self.earliest == self.latest).all())

    def twins(self) -> NDArray[np.bool_]:
        """Facts of one case that share their last possible day and the instant of recording with the fact before them."""
        same = np.zeros(len(self.case), np.bool_)
        columns = (self.case, self.latest, self.recorded)
        same[1:] = np.logical_and.reduce([column[1:] == column[:-1] for column in columns])
        return same


class Rivals(NamedTuple):
    """Facts that may be the one that counts, where that is not plain: (row, fact) pairs sorted by row.

    ``rows`` each row once and ``opens`` where its pairs begin; ``sure``: the fact matches and has happened for certain.
    """

    rows: Rows
    opens: Rows
    place: Rows
    sure: NDArray[np.bool_]

    def any_sure(self) -> NDArray[np.bool_]:
        """Per row, whether some such fact has happened for certain."""
        return np.logical_or.reduceat(self.sure, self.opens)


@dataclass(frozen=True)
class Graph:
    """A compiled mechanism."""

    mechanism: Mechanism
    encoding: Encoding
    rules: Mapping[str, Rule]
    law_days: NDArray[np.int64]
    metropole: frozenset[str]
    comparisons: tuple[Before, ...]
    _reads: dict[int, tuple[frozenset[str], frozenset[str]]]

    def reads(self, expression: Expr) -> tuple[frozenset[str], frozenset[str]]:
        """Rules and parameters that an expression of the graph reads."""
        found = self._reads.get(id(expression))
        if found is None:
            found = self._reads[id(expression)] = frozenset(rules_of(expression)), frozenset(parameters_of(expression))
        return found


def compile_graph(mechanism: Mechanism) -> Graph:
    """The graph of a mechanism; made once per content."""
    _mechanisms[mechanism.hash] = mechanism
    return _compiled(mechanism.hash)


_mechanisms: dict[str, Mechanism] = {}


@lru_cache(maxsize=16)
def _compiled(digest: str) -> Graph:
    mechanism = _mechanisms[digest]
    pool: dict[object, object] = {}
    rules = {rule_id: _interned_rule(rule, pool) for rule_id, rule in mechanism.rules.items()}
    comparisons = tuple(
        node for node in pool.values() if isinstance(node, Before) and (isinstance(node.first, Today) or isinstance(node.second, Today))
    )
    metropole = frozenset(code for code, entry in mechanism.codelists.get("departement", {}).items() if entry.extra.get("zone") == "metro")
    return Graph(mechanism, encoding_of(mechanism), rules, _law_days(mechanism), metropole, comparisons, {})


def _interned_rule(rule: Rule, pool: dict[object, object]) -> Rule:
    versions = tuple(
        replace(v, when=intern(_until_its_last_day(v), pool), unless=tuple(replace(c, when=intern(c.when, pool)) for c in v.unless))
        for v in rule.versions
    )
    return replace(rule, versions=versions)


def _until_its_last_day(version: Version) -> Expr:
    """The condition while the declared last day is not over; a last day that never came to be ends nothing."""
    if version.until is None:
        return version.when
    open_ended = tuple(Not(Exists(day.selector)) for day in dates_of(version.until) if isinstance(day, DayOf))
    return All((version.when, AnyOf((Before(Today(), version.until, strict=False), *open_ended))))


def intern(expression: Expr, pool: dict[object, object]) -> Expr:
    """The one node of the pool equal to this expression, parts first."""
    match expression:
        case All(parts):
            expression = All(tuple(intern(part, pool) for part in parts))
        case AnyOf(parts):
            expression = AnyOf(tuple(intern(part, pool) for part in parts))
        case Not(part):
            expression = Not(intern(part, pool))
    return pool.setdefault(expression, expression)  # type: ignore[return-value]


def _law_days(mechanism: Mechanism) -> NDArray[np.int64]:
    standings = [v.standing for rule in mechanism.rules.values() for v in rule.versions]
    standings += [c.standing for rule in mechanism.rules.values() for v in rule.versions for c in v.unless]
    standings += [value.standing for parameter in mechanism.parameters.values() for value in parameter.values]
    return np.array(sorted({number(s.known_from) for s in standings if s.known_from > date(1990, 1, 1)}), np.int64)


class Run:
    """One evaluation: a mechanism over the facts of some cases, at rows (case, day) sorted by case."""

    def __init__(
        self, graph: Graph, tables: FactTables, row_case: NDArray[np.integer], row_day: NDArray[np.integer], *, detailed: bool = True
    ) -> None:
        """``detailed`` False leaves out reasons and which facts say it: a country is asked for answers only."""
        self.graph, self.tables, self.detailed = graph, tables, detailed
        self.case, self.day = row_case.astype(np.int64), row_day.astype(np.int32, copy=False)
        self.keys = day_keys(self.case, self.day)
        self.size = len(self.day)
        self._values: dict[int, Trits] = {}
        self._rules: dict[str, RuleValues] = {}
        self._picked: dict[Selector, Picked | None] = {}
        self._days: dict[tuple[DayOf, str, int], DayValues] = {}
        self._placed: dict[tuple[int, str], Rows] = {}
        self._rivalries: dict[tuple[int, str], Rivals | None] = {}
        self._decisions: dict[tuple[Selector, Selector | None], Picked | None] = {}
        self._ends = np.cumsum(np.bincount(self.case, minlength=tables.cases))
        self._far = np.full(self.size, FAR, np.int32)
        self._nobody = np.full(self.size, -1, np.int64)
        self._early: dict[tuple[int, int], NDArray[np.bool_] | None] = {}
        self._matches: dict[tuple[str, tuple[Test, ...], tuple[str, ...]], Trits | None] = {}
        self._no_reason = np.zeros(self.size, np.uint8)
        self._law_day: Day = self.day
        self._law_days: dict[Selector, Day] = {}
        self._constants = {trit: np.full(self.size, trit, np.int8) for trit in (NO, CANNOT_TELL, YES)}
        self._territories: dict[frozenset[str], NDArray[np.bool_] | None] = {}

    # ---- rules

    def rule(self, rule_id: str) -> RuleValues:
        """Values of a rule at every row."""
        found = self._rules.get(rule_id)
        if found is None:
            found = self._rules[rule_id] = self._rule(self.graph.rules[rule_id])
        return found

    def _rule(self, rule: Rule) -> RuleValues:
        outer, self._law_day = self._law_day, self._law_day_of(rule)
        try:
            value, reason = self._versions(rule)
            if rule.duty is None:
                return RuleValues(value, reason)
            return self._duty(rule, value, reason)
        finally:
            self._law_day = outer

    def _law_day_of(self, rule: Rule) -> Day:
        if rule.law_at is None:
            return self.day
        if rule.law_at not in self._law_days:
            told = self.days(DayOf(rule.law_at))
            self._law_days[rule.law_at] = np.where(told.state == YES, told.high, self.day)
        return self._law_days[rule.law_at]

    def last_day(self, rule: Rule, version: Version) -> DayValues | None:
        """Declared last day of a version, None when it declares none."""
        if version.until is None:
            return None
        outer, self._law_day = self._law_day, self._law_day_of(rule)
        try:
            return self.days(version.until)
        finally:
            self._law_day = outer

    def _versions(self, rule: Rule) -> tuple[Trits, NDArray[np.uint8]]:
        value, reason = self._version(rule.versions[0])
        for version in rule.versions[1:]:
            early = self._before_law(number(version.standing.known_from))
            newer, why = self._version(version)
            value, reason = (newer, why) if early is None else (np.where(early, value, newer), np.where(early, reason, why))
        if rule.kind != "condition" and (outside := self._outside(rule)) is not None:
            value = _unless_unknown(value, outside)
            reason = np.where(outside, reason | NO_SOURCE_HERE, reason) if self.detailed else reason
        return value.astype(np.int8, copy=False), reason.astype(np.uint8, copy=False)

    def _version(self, version: Version) -> tuple[Trits, NDArray[np.uint8]]:
        value = self.value(version.when)
        for clause in version.unless:
            value = np.minimum(value, 2 - self._in_force(clause.standing, self.value(clause.when))[0])
        return self._in_force(version.standing, value)

    def _in_force(self, standing: Standing, value: Trits) -> tuple[Trits, NDArray[np.uint8]]:
        """Before a text starts it says no; before it was read in force, nobody here knows what it said."""
        reason, early = self._no_reason, self._before_law(number(standing.known_from))
        if early is None:
            return value, reason
        if standing.start is not None:
            return np.minimum(value, 2 - 2 * early.view(np.int8)), reason
        return _unless_unknown(value, early), early.astype(np.uint8) * OLDER_TEXT if self.detailed else reason

    def _before_law(self, day: int) -> NDArray[np.bool_] | None:
        """Rows whose day of the law is before a day; None when there are none."""
        key = (id(self._law_day), day)
        if key not in self._early:
            early = self._law_day < day
            self._early[key] = early if early.any() else None
        return self._early[key]

    def _outside(self, rule: Rule) -> NDArray[np.bool_] | None:
        """Where no source of the rule covers the person's département; an unknown département does not block. None: nowhere."""
        sources = self.graph.mechanism.sources
        territory = frozenset(code for v in rule.versions for s in v.standing.source for code in sources[s].territory)
        if not territory or "world" in territory or ("FR" not in territory and not territory & self.graph.metropole):
            return None
        if territory not in self._territories:
            self._territories[territory] = self._territory_in(territory)
        return self._territories[territory]

    def _territory_in(self, territory: frozenset[str]) -> NDArray[np.bool_] | None:
        codes = self.graph.encoding.codes.get(("person_described", "territory"))
        table = self.tables.kinds.get("person_described")
        if codes is None or table is None:
            return None
        wanted = (self.graph.metropole if "FR" in territory else frozenset()) | territory
        allowed = np.zeros(len(codes) + 8, np.bool_)
        allowed[[index for code, index in codes.items() if code in wanted]] = True
        picked = self._pick(Selector(("person_described",)))
        assert picked is not None
        value = table.fields["territory"][picked.place]
        outside = self._agreed(picked, np.where((value >= 0) & ~allowed[value], np.int8(YES), np.int8(NO)), NO) == YES
        return outside if outside.any() else None

    def _duty(self, rule: Rule, value: Trits, reason: NDArray[np.uint8]) -> RuleValues:
        duty = rule.duty
        assert duty is not None
        trigger = self.days(DayOf(duty.trigger))
        applies = np.minimum(value, trigger.state)
        if self.detailed:
            reason = np.where(trigger.state == NO, 0, reason).astype(np.uint8, copy=False)
        done = self._constants[NO]
        for selector in duty.done:
            closing = self.days(DayOf(Selector(selector.kinds, selector.where, selector.by, "latest")))
            done = np.maximum(done, np.minimum(_ordered(trigger, closing, strict=False), closing.state))
        due = None
        if duty.due_after is not None:
            moved = self.days(Shift(DayOf(duty.trigger), duty.due_after))
            due = moved.low, moved.high
        elif duty.due_on is not None:
            told = self.days(duty.due_on)
            due = (
                np.where(told.state == YES, told.low, FAR).astype(np.int32, copy=False),
                np.where(told.state == YES, told.high, FAR).astype(np.int32, copy=False),
            )
        return RuleValues(applies.astype(np.int8, copy=False), reason, done.astype(np.int8, copy=False), due, trigger.fact)

    # ---- expressions

    def value(self, expression: Expr) -> Trits:
        """Value of an expression of the graph at every row."""
        # a parameter may have changed with the day of the law, so the memo also knows which day that is
        key = id(expression) if self._law_day is self.day else hash((id(expression), id(self._law_day)))
        found = self._values.get(key)
        if found is None:
            found = self._values[key] = self._value(expression)
        return found

    def _value(self, expression: Expr) -> Trits:
        match expression:
            case All(parts):
                least: Trits = np.minimum.reduce([self.value(part) for part in parts])
                return least
            case AnyOf(parts):
                greatest: Trits = np.maximum.reduce([self.value(part) for part in parts])
                return greatest
            case Not(part):
                return (2 - self.value(part)).astype(np.int8, copy=False)
            case RuleRef(rule):
                return self._outcome(rule)
            case Exists(selector):
                return self._exists(selector)
            case Latest():
                return self._latest(expression)
            case Count(of, at_least):
                return self._count(of, at_least)
            case Before(first, second, strict):
                return _ordered(self.days(first), self.days(second), strict=strict)
            case Decision(_, yes, no):
                return self._decision(yes, no)
            case Always():
                return self._constants[YES]

    def _outcome(self, rule_id: str) -> Trits:
        outer, self._law_day = self._law_day, self.day
        try:
            return self.rule(rule_id).value
        finally:
            self._law_day = outer

    def absent(self, kinds: tuple[str, ...]) -> int:
        """What it means that no such fact is in view: no, if every kind says so and its whole data group is held."""
        facts, held = self.graph.mechanism.facts, self.tables.groups
        said = all(facts[kind].absent == "no" and (held is None or facts[kind].group in held) for kind in kinds)
        return NO if said else CANNOT_TELL

    def _exists(self, selector: Selector) -> Trits:
        picked, value = self._pick(selector), self._absent_now(selector)
        if picked is None:
            return value
        sure = picked.match == YES
        certain = (self.day >= self._first_day(picked.case[sure], picked.latest[sure])).view(np.int8)
        if not (picked.exact and sure.all()):
            value = np.maximum(value, (self.day >= self._first_day(picked.case, picked.earliest)).view(np.int8))
        return np.maximum(value, 2 * certain)

    def _absent_now(self, selector: Selector) -> Trits:
        """What no fact of a selector means per row: a question whose absence says nothing is no once it was answered otherwise."""
        value, facts, held = self._constants[self.absent(selector.kinds)], self.graph.mechanism.facts, self.tables.groups
        if value is self._constants[NO] or not (selector.where or selector.by):
            return value
        if held is not None and any(facts[kind].group not in held for kind in selector.kinds):
            return value
        for kind in selector.kinds:
            if facts[kind].absent != "no":
                told = self._pick(Selector((kind,)))
                if told is None:
                    return self._constants[CANNOT_TELL]
                silent = (self.day < self._first_day(told.case, told.latest)).view(np.int8)
                value = silent if value is self._constants[CANNOT_TELL] else np.maximum(value, silent)
        return value

    def _first_day(self, case: Day, day: Day) -> Day:
        """Per row, the least day among the facts of its case (FAR: none)."""
        first = np.full(self.tables.cases, FAR, np.int32)
        if len(case):
            starts = np.flatnonzero(np.concatenate(([True], case[1:] != case[:-1])))
            first[case[starts]] = np.minimum.reduceat(day, starts)
        return first[self.case]

    def _latest(self, node: Latest) -> Trits:
        picked = self._pick(node.among)
        absent = self.absent(node.among.kinds)
        if picked is None:
            return self._constants[absent]
        return self._agreed(picked, self._said(node, picked), absent)

    def _agreed(self, picked: Picked, said: Trits, otherwise: int) -> Trits:
        """Per row, what every fact that may be the most recent says; ``otherwise`` where none has happened."""
        value = np.append(said, np.int8(otherwise))[self._as_of(picked)]
        rivals = self._rivals(picked, "latest")
        if rivals is not None:
            default = np.where(rivals.any_sure(), np.int8(-1), np.int8(otherwise))
            least, most = (edge.reduceat(said[rivals.place], rivals.opens) for edge in (np.minimum, np.maximum))
            agree = (least == most) & ((default < 0) | (default == least))
            value[rivals.rows] = np.where(agree, least, np.int8(CANNOT_TELL))
        return value

    def _said(self, node: Latest, picked: Picked) -> Trits:
        """Per picked fact, whether it is of the asked kind and passes the tests."""
        said = np.zeros(len(picked.case), np.int8)
        for index, kind in enumerate(node.among.kinds):
            if node.kind not in (None, kind):
                continue
            match = self._match(kind, node.where, ())
            here = picked.kind == index
            if match is not None and here.any():
                said[here] = match[picked.place[here]]
        return said

    def _count(self, of: Selector, at_least: int | str) -> Trits:
        least = at_least if isinstance(at_least, int) else self._parameter_values(self.graph.mechanism.parameters[at_least])[0]
        picked = self._pick(of)
        if picked is None:
            return self._constants[self.absent(of.kinds)]
        sure = picked.match == YES
        certain = self._how_many(picked.case[sure], picked.latest[sure])
        possible = self._how_many(picked.case, picked.earliest)
        below = self._constants[self.absent(of.kinds)]
        return np.where(certain >= least, np.int8(YES), np.where(possible >= least, np.int8(CANNOT_TELL), below)).astype(
            np.int8, copy=False
        )

    def _how_many(self, case: Day, day: Day) -> Rows:
        before_case = np.searchsorted(case, np.arange(self.tables.cases + 1))
        return self._count_until(np.sort(day_keys(case, day))) - before_case[self.case]

    def _decision(self, yes: Selector, no: Selector | None) -> Trits:
        key = (yes, no)
        if key not in self._decisions:
            sides = ((YES, self._pick(yes)), (NO, None if no is None else self._pick(no)))
            self._decisions[key] = _together(
                [replace(side, kind=np.full(len(side.case), trit, np.int16)) for trit, side in sides if side is not None]
            )
        picked = self._decisions[key]
        if picked is None:
            return self._constants[CANNOT_TELL]
        return self._agreed(picked, picked.kind.astype(np.int8), CANNOT_TELL)

    # ---- days

    def days(self, told: DateExpr) -> DayValues:
        """A day expression at every row."""
        match told:
            case Today():
                return DayValues(self.day, self.day, self._constants[YES], self._nobody)
            case Shift(DayOf() as inner, parameter, sign) if len(self.graph.mechanism.parameters[parameter].values) == 1:
                return self._one_value(self._told(inner, parameter, sign), self.graph.mechanism.parameters[parameter])
            case Shift(inner, parameter, sign):
                low, high, state = self._shifted(self.days(inner), parameter, sign)
                return DayValues(low, high, state, self.days(inner).fact)
            case DayOf():
                return self._told(told, "", 0)

    def _told(self, told: DayOf, parameter: str, sign: int) -> DayValues:
        key = (told, parameter, sign)
        if key not in self._days:
            self._days[key] = self._day_of(told, parameter, sign)
        return self._days[key]

    def _one_value(self, told: DayValues, parameter: Parameter) -> DayValues:
        """A day already moved by the only value of a parameter: not known where that value was not yet in force."""
        early = self._before_law(number(parameter.values[0].standing.known_from))
        if early is None:
            return told
        state = np.minimum(told.state, 2 - early.view(np.int8))
        far = early.astype(np.int32) * np.int32(FAR)
        return DayValues(np.maximum(told.low, far), np.maximum(told.high, far), state, told.fact)

    def _shifted(self, told: DayValues, parameter_id: str, sign: int) -> tuple[Day, Day, Trits]:
        parameter = self.graph.mechanism.parameters[parameter_id]
        values, known = self._parameter_values(parameter)
        low, high = told.low.copy(), told.high.copy()
        for value in np.unique(values):
            here = values == value
            low[here] = add(told.low[here], int(value) * sign, parameter.unit, parameter.counting)
            high[here] = add(told.high[here], int(value) * sign, parameter.unit, parameter.counting)
        state = np.where(known, told.state, np.minimum(told.state, CANNOT_TELL)).astype(np.int8, copy=False)
        gone = state != YES
        return np.where(gone, FAR, low).astype(np.int32, copy=False), np.where(gone, FAR, high).astype(np.int32, copy=False), state

    def _parameter_values(self, parameter: Parameter) -> tuple[Rows, NDArray[np.bool_]]:
        """Value in force per row, and whether it is known on that day."""
        values, known = np.zeros(self.size, np.int64), np.zeros(self.size, np.bool_)
        for dated in parameter.values:
            from_here = self._law_day >= number(dated.standing.known_from)
            values, known = np.where(from_here, dated.value, values), known | from_here
        return values, known

    def _day_of(self, told: DayOf, parameter: str, sign: int) -> DayValues:
        picked = self._pick(told.selector)
        absent = self._absent_now(told.selector)
        if picked is None:
            return DayValues(self._far, self._far, absent, self._nobody)
        place = self._as_of(picked) if told.selector.select == "latest" else self._first(picked)
        low, high = picked.earliest, picked.latest
        state = picked.match
        if told.field is not None:
            low, high, given = self._date_field(told, picked)
            state = np.where(given, state, np.int8(CANNOT_TELL)).astype(np.int8, copy=False)
        if parameter:
            moved = self.graph.mechanism.parameters[parameter]
            low, high = (add(edge, moved.values[0].value * sign, moved.unit, moved.counting) for edge in (low, high))
        far, none = np.int32(FAR), len(picked.case)
        state_now = np.append(state, np.int8(NO))[place]
        if absent is not self._constants[NO]:
            state_now = np.maximum(state_now, np.minimum(absent, (place == none).view(np.int8)))
        low_now = np.append(np.where(state == YES, low, far), far)[place]
        high_now = low_now if high is low else np.append(np.where(state == YES, high, far), far)[place]
        now = DayValues(low_now, high_now, state_now, np.append(picked.fact, -1)[place] if self.detailed else self._nobody)
        rivals = self._rivals(picked, told.selector.select)
        return now if rivals is None else self._among(rivals, picked, now, told, low, high)

    def _among(self, rivals: Rivals, picked: Picked, now: DayValues, told: DayOf, low: Day, high: Day) -> DayValues:
        """A day where several facts may be the one that counts: every day that any of them allows."""
        low, high, sure, far = low[rivals.place], high[rivals.place], rivals.sure, np.int32(FAR)
        known, latest = rivals.any_sure(), told.selector.select == "latest"
        if told.field is not None:
            known &= np.maximum.reduceat(low, rivals.opens) < far
        elif latest:
            low = np.where(sure, low, -far)
        else:
            high = np.where(sure, high, far)
        edges = (np.minimum, np.maximum) if told.field else (np.maximum, np.maximum) if latest else (np.minimum, np.minimum)
        told_low, told_high = (edge.reduceat(side, rivals.opens) for edge, side in zip(edges, (low, high), strict=True))
        low_now, high_now, state_now, fact_now = now.low.copy(), now.high.copy(), now.state.copy(), now.fact.copy()
        low_now[rivals.rows], high_now[rivals.rows] = np.where(known, told_low, far), np.where(known, told_high, far)
        state_now[rivals.rows] = np.where(known, YES, CANNOT_TELL)
        if self.detailed:
            many = len(picked.case)
            rank = np.where(sure, many, 0) + (rivals.place if latest else many - 1 - rivals.place)
            best = np.maximum.reduceat(rank, rivals.opens) % many
            fact_now[rivals.rows] = picked.fact[best if latest else many - 1 - best]
        return DayValues(low_now, high_now, state_now, fact_now)

    def _date_field(self, told: DayOf, picked: Picked) -> tuple[Day, Day, NDArray[np.bool_]]:
        low, high = np.full(len(picked.case), FAR, np.int32), np.full(len(picked.case), FAR, np.int32)
        for index, kind in enumerate(told.selector.kinds):
            table, here = self.tables.kinds.get(kind), picked.kind == index
            if table is not None and here.any():
                low[here] = table.fields[f"{told.field}.earliest"][picked.place[here]]
                high[here] = table.fields[f"{told.field}.latest"][picked.place[here]]
        return low, high, low < FAR

    # ---- picking facts

    def _pick(self, selector: Selector) -> Picked | None:
        """Facts that the selector means or may mean, in order; None when there is none."""
        key = selector if selector.select == "latest" else Selector(selector.kinds, selector.where, selector.by)
        if key not in self._picked:
            parts = [part for index, kind in enumerate(key.kinds) if (part := self._pick_kind(key, index, kind)) is not None]
            self._picked[key] = _together(parts)
        return self._picked[key]

    def share_picks(self, other: Run) -> None:
        """Take over what another run over the same facts has picked."""
        self._picked, self._matches = other._picked, other._matches

    def _pick_kind(self, selector: Selector, index: int, kind: str) -> Picked | None:
        table = self.tables.kinds.get(kind)
        declared = self.graph.mechanism.facts[kind]
        tests = tuple(test for test in selector.where if test.field in declared.fields)
        match = self._match(kind, tests, selector.by)
        if table is None or match is None:
            return None
        place = np.flatnonzero(match)
        if not len(place):
            return None
        return Picked(
            table.case[place], table.fact[place], table.earliest[place], table.latest[place], table.recorded[place], match[place],
            np.full(len(place), index, np.int16), place,
        )  # fmt: skip

    def _match(self, kind: str, tests: tuple[Test, ...], by: tuple[str, ...]) -> Trits | None:
        """Per fact of a kind: does it pass every test and come from one of ``by``."""
        key = (kind, tests, by)
        if key not in self._matches:
            table = self.tables.kinds.get(kind)
            self._matches[key] = None if table is None else self._tested(kind, table, tests, by)
        return self._matches[key]

    def _tested(self, kind: str, table: KindTable, tests: tuple[Test, ...], by: tuple[str, ...]) -> Trits:
        match = np.full(len(table.case), YES, np.int8)
        for test in tests:
            match = np.minimum(match, self._test(kind, table.fields[test.field], test))
        if by:
            families = self.graph.mechanism.families
            roles = [self.graph.encoding.roles[role] for power in by for role in families[power]]
            match = np.where(np.isin(table.role, roles), match, np.int8(NO))
        return match.astype(np.int8, copy=False)

    def _test(self, kind: str, values: Rows, test: Test) -> Trits:
        declared = self.graph.mechanism.facts[kind].fields[test.field]
        if declared.type == "int":
            passed = (values >= (test.low or 0)) & (values <= (test.high if test.high is not None else 2**31))
        else:
            codes = self.graph.encoding.codes[kind, test.field]
            wanted = [codes[code] for code in test.codes]
            passed = (values & sum(1 << c for c in wanted)) != 0 if declared.type == "codes" else np.isin(values, wanted)
            passed = passed == test.wanted
        without = np.where(values == MARKERS["not_applicable"], NO, CANNOT_TELL)
        return np.where(values < 0, without, np.where(passed, YES, NO)).astype(np.int8, copy=False)

    def _as_of(self, picked: Picked) -> Rows:
        """Per row, place of the most recent picked fact that has certainly happened; their number where there is none.

        Facts are fewer than rows: each fact is looked up among the rows, then repeated over the rows it speaks for.
        """
        key = (id(picked), "latest")
        if key not in self._placed:
            many = len(picked.case)
            first_row = np.append(np.searchsorted(self.keys, day_keys(picked.case, picked.latest), "left"), self.size)
            until = np.minimum(first_row[1:], np.maximum(self._ends[picked.case], first_row[:-1]))
            lengths = np.empty(2 * many + 1, np.int64)
            lengths[0], lengths[1::2], lengths[2::2] = first_row[0], until - first_row[:-1], first_row[1:] - until
            places = np.full(2 * many + 1, many, np.int64)
            places[1::2] = np.arange(many)
            self._placed[key] = np.repeat(places, lengths)
        return self._placed[key]

    def _count_until(self, sorted_keys: Rows) -> Rows:
        """Per row, how many of the sorted keys come up to it."""
        first_row = np.searchsorted(self.keys, sorted_keys, "left")
        lengths = np.diff(first_row, prepend=0, append=self.size)
        return np.repeat(np.arange(len(sorted_keys) + 1), lengths)

    def _start(self, picked: Picked) -> Rows:
        """Per row, place of the first picked fact of its case, or of the next case."""
        return np.searchsorted(picked.case, np.arange(self.tables.cases))[self.case]

    def _first(self, picked: Picked) -> Rows:
        """Per row, place of the first picked fact if it has certainly happened; their number where it has not."""
        key = (id(picked), "first")
        if key not in self._placed:
            many, start = len(picked.case), self._start(picked)
            case, latest = np.append(picked.case, -1), np.append(picked.latest, np.int32(FAR))
            self._placed[key] = np.where((case[start] == self.case) & (latest[start] <= self.day), start, many)
        return self._placed[key]

    def _rivals(self, picked: Picked, select: str) -> Rivals | None:
        """Rows of the cases in which ranges, uncertain matches or twins leave open which fact is the first or the latest.

        One fact comes after another for certain when its whole range does, or when both are on one exact day and it was recorded
        later. What stays is every fact that no certain one precedes (or follows) for certain. None: plain everywhere.
        """
        key = (id(picked), select)
        if key not in self._rivalries:
            range_ = picked.earliest != picked.latest
            twin = picked.twins()
            vague = range_ | twin | (picked.match != YES)
            self._rivalries[key] = self._contend(picked, select, vague, range_, twin) if vague.any() else None
        return self._rivalries[key]

    def _contend(
        self, picked: Picked, select: str, vague: NDArray[np.bool_], range_: NDArray[np.bool_], twin: NDArray[np.bool_]
    ) -> Rivals | None:
        row, place = self._pairs(picked, vague)
        if not len(row):
            return None
        sure = (picked.match[place] == YES) & (picked.latest[place] <= self.day[row])
        # within a day: a range begins before and ends after every exact fact; those stand in the order of recording
        wide, order = len(twin) + 2, np.cumsum(~twin)
        begin = (picked.earliest.astype(np.int64) * wide + np.where(range_, 0, order))[place]
        end = (picked.latest.astype(np.int64) * wide + np.where(range_, wide - 1, order))[place]
        opens, lengths = _runs(row)
        never = np.int64(2**62)
        if select == "latest":
            kept = end >= np.repeat(np.maximum.reduceat(np.where(sure, begin, -never), opens), lengths)
        else:
            kept = begin <= np.repeat(np.minimum.reduceat(np.where(sure, end, never), opens), lengths)
        row, place, sure = row[kept], place[kept], sure[kept]
        opens, _ = _runs(row)
        return Rivals(row[opens], opens, place, sure)

    def _pairs(self, picked: Picked, vague: NDArray[np.bool_]) -> tuple[Rows, Rows]:
        """(row, place) of every picked fact that has begun, for the rows of cases that have a vague one."""
        among = np.zeros(self.tables.cases, np.bool_)
        among[picked.case[vague]] = True
        rows = np.flatnonzero(among[self.case])
        first, after = (np.searchsorted(picked.case, self.case[rows], side) for side in ("left", "right"))
        many = after - first
        row, place = np.repeat(rows, many), np.arange(many.sum()) + np.repeat(first - np.cumsum(many) + many, many)
        begun = picked.earliest[place] <= self.day[row]
        return row[begun], place[begun]

    # ---- boundaries

    def boundary_days(self) -> tuple[Rows, Rows]:
        """(case, day) pairs on which a comparison with the asked day may turn, whichever fact is then the one that counts."""
        cases, days = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for node in self.graph.comparisons:
            today_first = isinstance(node.first, Today)
            turn = 0 if node.strict == today_first else 1
            for case, day in self._days_told(node.second if today_first else node.first):
                cases.append(case.astype(np.int64))
                days.append(day.astype(np.int64) + turn)
        return np.concatenate(cases), np.concatenate(days)

    def _days_told(self, told: DateExpr) -> list[tuple[Day, Day]]:
        """Every day that a day expression may mean: one pair of columns per edge and per value of its parameters."""
        if isinstance(told, Shift):
            moved = self.graph.mechanism.parameters[told.parameter]
            return [
                (case, add(day, dated.value * told.sign, moved.unit, moved.counting))
                for case, day in self._days_told(told.date)
                for dated in moved.values
            ]
        picked = self._pick(told.selector) if isinstance(told, DayOf) else None
        if picked is None or not isinstance(told, DayOf):
            return []
        if told.field is None:
            return [(picked.case, picked.earliest)] + ([] if picked.exact else [(picked.case, picked.latest)])
        low, high, given = self._date_field(told, picked)
        return [(picked.case[given], low[given]), (picked.case[given], high[given])]


def _unless_unknown(value: Trits, unknown: NDArray[np.bool_]) -> Trits:
    """The value, or "cannot tell" where ``unknown``."""
    least = unknown.view(np.int8)
    return np.minimum(np.maximum(value, least), 2 - least)


def _ordered(first: DayValues, second: DayValues, *, strict: bool) -> Trits:
    if strict:
        yes, no = first.high < second.low, first.low >= second.high
    else:
        yes, no = first.high <= second.low, first.low > second.high
    value = 1 + yes.view(np.int8) - no.view(np.int8)
    state = np.minimum(first.state, second.state)
    least: Trits = np.minimum(np.maximum(value, 1 - (state >> 1)), state)
    return least


def _runs(row: Rows) -> tuple[Rows, Rows]:
    """Where each run of equal numbers begins, and how long it is."""
    opens = np.flatnonzero(np.concatenate(([True], row[1:] != row[:-1])))
    return opens, np.diff(opens, append=len(row))


def _together(parts: list[Picked]) -> Picked | None:
    if not parts:
        return None
    if len(parts) == 1:
        return parts[0]
    columns = [np.concatenate(column) for column in zip(*(_columns(part) for part in parts), strict=True)]
    order = np.lexsort((columns[4], columns[3], columns[0]))
    return Picked(*(column[order] for column in columns))


def _columns(part: Picked) -> tuple[NDArray[np.generic], ...]:
    return (part.case, part.fact, part.earliest, part.latest, part.recorded, part.match, part.kind, part.place)


def answer(run: Run, rule_id: str) -> NDArray[np.int8]:
    """A rule's values with done duties told apart."""
    values = run.rule(rule_id)
    if values.done is None:
        return values.value
    return np.where((values.value == YES) & (values.done == YES), np.int8(DONE), values.value)
