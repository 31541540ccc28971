"""Rules and expressions at every row: the values themselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import FAR, number
from repere.core.rulebook.columns import FactTables, day_keys
from repere.core.rulebook.expressions import (
    All,
    Always,
    AnyOf,
    Before,
    Count,
    DayOf,
    Decision,
    Exists,
    Expr,
    Known,
    Latest,
    Not,
    RuleRef,
    Screened,
    Selector,
    Shift,
)  # fmt: skip
from repere.core.rulebook.graph import CANNOT_TELL, DONE, MISSED, NO, NO_SOURCE_HERE, OLDER_TEXT, YES, Day, Graph, Rows, Trits
from repere.core.rulebook.model import Duty, Rule, Standing, Version
from repere.core.rulebook.order import ended
from repere.core.rulebook.picking import Picked, together
from repere.core.rulebook.telling import DayValues, Telling, ordered


@dataclass(frozen=True, slots=True)
class RuleValues:
    """A rule per row. For a duty ``value`` is "applies", ``done`` whether it was done, ``lapsed`` whether it
    can no longer be, ``due`` its day or range (FAR: none)."""

    value: Trits
    reason: NDArray[np.uint8]
    done: Trits | None = None
    due: tuple[Day, Day] | None = None
    trigger: Rows | None = None
    lapsed: Trits | None = None


class Settled(NamedTuple):
    """A rule that no fact of the cases can change: its answer and reason per stretch of days, and the one answer if there is one."""

    value: Trits
    reason: NDArray[np.uint8]
    always: int | None


class Run(Telling):
    """One evaluation: a mechanism over the facts of some cases, at rows (case, day) sorted by case."""

    def __init__(
        self, graph: Graph, tables: FactTables, row_case: NDArray[np.integer], row_day: NDArray[np.integer], *, detailed: bool = True
    ) -> None:
        super().__init__(graph, tables, row_case, row_day, detailed=detailed)
        self._values: dict[int, Trits] = {}
        self._rules: dict[str, RuleValues] = {}
        self._decisions: dict[tuple[Selector, Selector | None], Picked | None] = {}
        self._law_days: dict[Selector, Day] = {}
        self._territories: dict[frozenset[str], NDArray[np.bool_] | None] = {}
        self._settled: Mapping[str, Settled] = {}
        self._stretch: Rows = self._nobody
        self._no_reason = np.zeros(self.size, np.uint8)

    def rule(self, rule_id: str) -> RuleValues:
        """Values of a rule at every row."""
        found = self._rules.get(rule_id)
        if found is None:
            found = self._rules[rule_id] = self._rule(self.graph.rules[rule_id])
        return found

    def settle(self, rules: Mapping[str, Settled], stretch: Rows) -> None:
        """Take the answers of these rules as given. ``stretch``: per row, the stretch of days that it lies in."""
        self._settled, self._stretch = rules, stretch

    def _rule(self, rule: Rule) -> RuleValues:
        if (given := self._settled.get(rule.id)) is not None:
            value = given.value[self._stretch] if given.always is None else self._constants[given.always]
            return RuleValues(value, given.reason[self._stretch])
        outer, self._law_day = self._law_day, self._law_day_of(rule)
        try:
            return RuleValues(*self._versions(rule)) if rule.duty is None else self._duty(rule, rule.duty)
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
        if (outside := self.outside(rule.id)) is not None:
            value = _unless_unknown(value, outside)
            reason = np.where(outside, reason | NO_SOURCE_HERE, reason) if self.detailed else reason
        return value.astype(np.int8, copy=False), reason.astype(np.uint8, copy=False)

    def _version(self, version: Version) -> tuple[Trits, NDArray[np.uint8]]:
        value = self.value(version.when)
        for clause in version.unless:
            if value is self._constants[NO]:
                break
            value = self._least((value, self._contrary(self._in_force(clause.standing, self.value(clause.when))[0])))
        return self._in_force(version.standing, value)

    def _in_force(self, standing: Standing, value: Trits) -> tuple[Trits, NDArray[np.uint8]]:
        """Before a text starts it says no; before it was read in force, nobody here knows what it said."""
        reason, early = self._no_reason, self._before_law(number(standing.known_from))
        if early is None:
            return value, reason
        if standing.start is not None:
            return np.minimum(value, 2 - 2 * early.view(np.int8)), reason
        return _unless_unknown(value, early), early.astype(np.uint8) * OLDER_TEXT if self.detailed else reason

    def outside(self, rule_id: str) -> NDArray[np.bool_] | None:
        """Where no source of the rule covers the person's département; an unknown département does not block. None: nowhere."""
        territory = self.graph.territories[rule_id]
        if territory is None:
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

    def _duty(self, rule: Rule, duty: Duty) -> RuleValues:
        trigger, never = self.days(DayOf(duty.trigger)), self._constants[NO]
        if trigger.state is never:
            return RuleValues(never, self._no_reason, never, self._due(duty, trigger), trigger.fact, self._lapsed(duty))
        value, reason = self._versions(rule)
        applies = self._least((value, trigger.state))
        if self.detailed:
            reason = np.where(trigger.state == NO, 0, reason).astype(np.uint8, copy=False)
        return RuleValues(applies, reason, self._done(duty, trigger), self._due(duty, trigger), trigger.fact, self._lapsed(duty))

    def _done(self, duty: Duty, trigger: DayValues) -> Trits:
        if duty.later is not None:
            return self.value(duty.later)
        done = self._constants[NO]
        for selector in duty.done:
            closing = self.days(DayOf(selector.choosing("latest")))
            if closing.state is not self._constants[NO]:
                done = np.maximum(done, np.minimum(ordered(trigger, closing, strict=False), closing.state))
        return done.astype(np.int8, copy=False)

    def _lapsed(self, duty: Duty) -> Trits | None:
        return None if duty.lapses is None else self._in_force(duty.lapses.standing, self.value(duty.lapses.when))[0]

    def _due(self, duty: Duty, trigger: DayValues) -> tuple[Day, Day] | None:
        if duty.due_after is not None:
            if trigger.state is self._constants[NO]:
                return self._far, self._far
            moved = self.days(Shift(DayOf(duty.trigger), duty.due_after))
            return moved.low, moved.high
        if duty.due_on is None:
            return None
        told = self.days(duty.due_on)
        there = told.state == YES
        low, high = (np.where(there, edge, FAR).astype(np.int32, copy=False) for edge in (told.low, told.high))
        return low, high

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
                return self._least(self.value(part) for part in parts)
            case AnyOf(parts):
                return self._greatest(self.value(part) for part in parts)
            case Not(part):
                return self._contrary(self.value(part))
            case RuleRef(rule):
                return self._outcome(rule)
            case Exists(selector):
                return self._exists(selector)
            case Latest():
                return self._latest(expression)
            case Count(of, at_least):
                return self._count(of, at_least)
            case Known(selector, field):
                return self._known(selector, field)
            case Screened():
                return self._screened(expression)
            case Before(first, second, strict):
                return ordered(self.days(first), self.days(second), strict=strict)
            case Decision(_, yes, no):
                return self._decision(yes, no)
            case Always():
                return self._constants[YES]

    # a part that says the same at every row is one of the constants: what it settles is not computed

    def _least(self, values: Iterable[Trits]) -> Trits:
        return self._extreme(values, NO, YES, np.minimum)

    def _greatest(self, values: Iterable[Trits]) -> Trits:
        return self._extreme(values, YES, NO, np.maximum)

    def _extreme(self, values: Iterable[Trits], settles: int, weighs_nothing: int, edge: np.ufunc) -> Trits:
        end, nothing = self._constants[settles], self._constants[weighs_nothing]
        found = nothing
        for value in values:
            if value is end:
                return end
            if value is not nothing and value is not found:
                found = value if found is nothing else edge(found, value)
        return found

    def _contrary(self, value: Trits) -> Trits:
        for trit, constant in self._constants.items():
            if value is constant:
                return self._constants[2 - trit]
        return (2 - value).astype(np.int8, copy=False)

    def _outcome(self, rule_id: str) -> Trits:
        outer, self._law_day = self._law_day, self.day
        try:
            return self.rule(rule_id).value
        finally:
            self._law_day = outer

    def _exists(self, selector: Selector) -> Trits:
        picked, value = self._pick(selector), self._absent_now(selector)
        if picked is None:
            return value
        sure = picked.match == YES
        certain = (self.day >= self._first_day(picked.case[sure], picked.latest[sure])).view(np.int8)
        if not (picked.exact and sure.all()):
            value = np.maximum(value, (self.day >= self._first_day(picked.case, picked.earliest)).view(np.int8))
        return np.maximum(value, 2 * certain)

    def _latest(self, node: Latest) -> Trits:
        picked = self._pick(node.among)
        absent = self.absent(node.among.kinds)
        if picked is None or self._hidden(node.among.kinds):
            return self._constants[absent]
        return self._agreed(picked, self._said(node, picked), absent)

    def _agreed(self, picked: Picked, said: Trits, otherwise: int) -> Trits:
        """Per row, what every fact that may be the most recent says; ``otherwise`` where none has happened."""
        value = ended(said, otherwise)[self._as_of(picked)]
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
        least, known = np.full(self.size, at_least if isinstance(at_least, int) else 0), np.ones(self.size, np.bool_)
        if isinstance(at_least, str):
            least, known = self._parameter_values(self.graph.mechanism.parameters[at_least])
        picked, below = self._pick(of), self._constants[self.absent(of.kinds)]
        if picked is not None:
            sure = picked.match == YES
            certain = self._how_many(picked.case[sure], picked.latest[sure])
            possible = self._how_many(picked.case, picked.earliest)
            below = np.where(certain >= least, YES, np.where(possible >= least, CANNOT_TELL, below)).astype(np.int8, copy=False)
        return np.where(known, below, CANNOT_TELL).astype(np.int8, copy=False)

    def _how_many(self, case: Day, day: Day) -> Rows:
        before_case = np.searchsorted(case, np.arange(self.tables.cases + 1))
        return self._count_until(np.sort(day_keys(case, day))) - before_case[self.case]

    def _known(self, selector: Selector, field: str | None) -> Trits:
        if self._hidden(selector.kinds):
            return self._constants[CANNOT_TELL]
        picked = self._pick(selector)
        if picked is None:
            return self._constants[NO]
        if field is None:
            sure = picked.match == YES
            return 2 * (self.day >= self._first_day(picked.case[sure], picked.latest[sure])).view(np.int8)
        return np.where(self._agreed(picked, self._answered(selector, picked, field), NO) == YES, np.int8(YES), np.int8(NO))

    def _answered(self, selector: Selector, picked: Picked, field: str) -> Trits:
        """Per picked fact, whether the field holds a value and none of the four words for having none."""
        answered = np.zeros(len(picked.case), np.int8)
        for index, kind in enumerate(selector.kinds):
            here = picked.kind == index
            if here.any():
                fields = self.tables.kinds[kind].fields
                told = fields[field] >= 0 if field in fields else fields[f"{field}.earliest"] < FAR
                answered[here] = 2 * told[picked.place[here]]
        return answered

    def _screened(self, node: Screened) -> Trits:
        """Yes from the day on which the signs that have certainly been seen meet a dimension; never "cannot tell" for want of signs."""
        if self._hidden(node.of.kinds):
            return self._constants[CANNOT_TELL]
        picked = self._pick(node.of)
        if picked is None:
            return self._constants[NO]
        sure = picked.match == YES
        certain, possible = (
            self._met_from(node, part, day) for part, day in ((sure, picked.latest), (np.ones(len(sure), np.bool_), picked.earliest))
        )
        value = (self.day >= certain[self.case]).view(np.int8) + (self.day >= possible[self.case]).view(np.int8)
        return value.astype(np.int8, copy=False)

    def _met_from(self, node: Screened, part: NDArray[np.bool_], day: Day) -> Day:
        """Per case, the first day on which a combination of the screening is met (FAR: never). A sign seen twice counts once."""
        picked = self._pick(node.of)
        assert picked is not None
        kind = node.of.kinds[0]
        codes = self.graph.encoding.codes[kind, node.field]
        seen = self.tables.kinds[kind].fields[node.field][picked.place]
        noticed = set(seen[part].tolist())
        met = np.full(self.tables.cases, FAR, np.int32)
        for combinations, signs in self.graph.dimensions(node.audience):
            first = {
                strength: [
                    _first_per_case(picked.case[here], day[here], self.tables.cases)
                    for sign in of_strength
                    if codes[sign] in noticed and (here := part & (seen == codes[sign])).any()
                ]
                for strength, of_strength in signs.items()
            }
            for combination in combinations:
                if all(len(first[strength]) >= least for strength, least in combination.items()):
                    days = [np.sort(np.stack(first[strength]), axis=0)[least - 1] for strength, least in combination.items()]
                    met = np.minimum(met, np.maximum.reduce(days))
        return met

    def _decision(self, yes: Selector, no: Selector | None) -> Trits:
        key = (yes, no)
        if key not in self._decisions:
            sides = ((YES, self._pick(yes)), (NO, None if no is None else self._pick(no)))
            self._decisions[key] = together(
                [replace(side, kind=np.full(len(side.case), trit, np.int16)) for trit, side in sides if side is not None]
            )
        picked = self._decisions[key]
        if picked is None or self._hidden((*yes.kinds, *(no.kinds if no else ()))):
            return self._constants[CANNOT_TELL]
        return self._agreed(picked, picked.kind.astype(np.int8), CANNOT_TELL)


def _first_per_case(case: Day, day: Day, cases: int) -> Day:
    first = np.full(cases, FAR, np.int32)
    np.minimum.at(first, case, day)
    return first


def _unless_unknown(value: Trits, unknown: NDArray[np.bool_]) -> Trits:
    """The value, or "cannot tell" where ``unknown``."""
    least = unknown.view(np.int8)
    return np.minimum(np.maximum(value, least), 2 - least)


def answer(run: Run, rule_id: str) -> NDArray[np.int8]:
    """A rule's values with done and missed duties told apart."""
    values = run.rule(rule_id)
    if values.done is None or values.value is run.never:
        return values.value
    told = np.where((values.value == YES) & (values.done == YES), np.int8(DONE), values.value)
    return told if values.lapsed is None else np.where((told == YES) & (values.lapsed == YES), np.int8(MISSED), told)
