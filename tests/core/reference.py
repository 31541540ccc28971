"""One case on one day, evaluated the slow way: dates, sets and loops, from ``mechanism/README.md`` alone.

It shares the parsed rule book with the core and nothing else: no arrays, no graph, no memo, no boundary days. Where this
page and the core disagree, one of them does not say what the README says.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

import holidays

from repere.core.rulebook import expressions as ask
from repere.core.rulebook.model import MISSING, Fact, Mechanism, Parameter, Rule, Standing, UnlessClause, Version

NO, CANNOT_TELL, YES = 0, 1, 2
UNANSWERED = ("not_asked", "not_known")
WORDS = ("does_not_hold", "cannot_tell", "holds")


@dataclass(frozen=True)
class Answer:
    """What one rule says: its outcome, and for a duty the days on which it may fall due."""

    outcome: str
    due: tuple[date, date] | None = None


@dataclass(frozen=True)
class Told:
    """A day that may be a range. ``state``: it did not happen, it is not known, it is there."""

    state: int
    low: date = date.min
    high: date = date.max


@dataclass(frozen=True)
class Candidate:
    """A fact that a selector means, or may mean. ``sure``: it passes every test and has happened for certain."""

    fact: Fact
    sure: bool


def reference(
    mechanism: Mechanism, facts: Sequence[Fact], *, on: date, groups: Iterable[str] | None = None, known_at: datetime | None = None
) -> dict[str, Answer]:
    """Every rule's answer."""
    case = Case(mechanism, facts, on, None if groups is None else set(groups), known_at)
    return {rule_id: case.answer(rule) for rule_id, rule in mechanism.rules.items()}


class Case:
    """The facts of one case as a view shows them on one day."""

    def __init__(self, mechanism: Mechanism, facts: Sequence[Fact], on: date, held: set[str] | None, known_at: datetime | None) -> None:
        self.mechanism, self.on, self.held = mechanism, on, held
        known = [fact for fact in facts if known_at is None or fact.recorded_at <= known_at]
        corrected = {fact.corrects for fact in known if fact.corrects is not None}
        self.facts = [
            fact
            for fact in known
            if fact.id not in corrected and fact.kind in mechanism.facts and (held is None or mechanism.facts[fact.kind].group in held)
        ]

    # ---- rules

    def answer(self, rule: Rule) -> Answer:
        """What a rule says, in the words of a finding."""
        value, law_day = self.rule(rule), self.law_day(rule)
        if rule.duty is None:
            return Answer(WORDS[value])
        outcome = WORDS[value]
        if value == YES:
            outcome = "done" if self.done(rule) == YES else "missed" if self.lapsed(rule, law_day) == YES else "open"
        return Answer(outcome, self.due(rule, law_day))

    def rule(self, rule: Rule) -> int:
        """Trit of a rule."""
        law_day = self.law_day(rule)
        version = rule.version_on(law_day)
        value = self.expression(version.when, law_day)
        value = min([value, *(2 - self.exception(clause, law_day) for clause in version.unless)])
        if version.until is not None:
            value = min(value, self.not_over(version, law_day))
        value = self.in_force(version.standing, value, law_day)
        if rule.kind != "condition" and self.no_source_here(rule):
            value = CANNOT_TELL
        return value if rule.duty is None else min(value, self.day_of(ask.DayOf(rule.duty.trigger), law_day).state)

    def law_day(self, rule: Rule) -> date:
        """The asked day, or the (last possible) day of the named fact; before that fact, the asked day."""
        if rule.law_at is None:
            return self.on
        told = self.day_of(ask.DayOf(rule.law_at), self.on)
        return told.high if told.state == YES else self.on

    def in_force(self, standing: Standing, value: int, law_day: date) -> int:
        """Before its start a text says no; before the day it was read in force nobody knows."""
        if law_day >= standing.known_from:
            return value
        return NO if standing.start is not None else CANNOT_TELL

    def exception(self, clause: UnlessClause, law_day: date) -> int:
        """Trit of an exception with its own dates."""
        return self.in_force(clause.standing, self.expression(clause.when, law_day), law_day)

    def not_over(self, version: Version, law_day: date) -> int:
        """The declared last day is not over, or never came to be."""
        assert version.until is not None
        last = self.day_of(version.until, law_day)
        if last.state == NO:
            return YES
        inside = before(Told(YES, self.on, self.on), last, strict=False)
        if last.state == CANNOT_TELL:
            started = [d.selector for d in ask.dates_of(version.until) if isinstance(d, ask.DayOf)]
            return max([CANNOT_TELL, *(2 - self.exists(selector) for selector in started)])
        return inside

    def no_source_here(self, rule: Rule) -> bool:
        """True when the person is, for certain, in a département that no source of the rule covers."""
        covered = {
            place for version in rule.versions for source in version.standing.source for place in self.mechanism.sources[source].territory
        }
        if not covered or "world" in covered:
            return False
        if "FR" not in covered and not any(place[:1].isdigit() for place in covered):
            return False  # another country's text
        described = self.candidates(ask.Selector(("person_described",)))
        last = {str(self.said(one.fact, "territory")) for one in self.last_of(described)}
        sure = any(one.sure for one in described)
        return sure and not any(where in MISSING or where in covered or ("FR" in covered and metropolitan(where)) for where in last)

    # ---- duties

    def done(self, rule: Rule) -> int:
        """Closed by a fact on or after the day that opened it; where it says so, only by one that comes after the fact that did."""
        assert rule.duty is not None
        if rule.duty.later is not None:
            return self.expression(rule.duty.later, self.on)
        opened = self.day_of(ask.DayOf(rule.duty.trigger), self.on)
        value = NO
        for selector in rule.duty.done:
            for found in self.candidates(selector):
                if found.sure and opened.state == YES and found.fact.earliest >= opened.high:
                    value = YES
        return value

    def lapsed(self, rule: Rule, law_day: date) -> int:
        """It can no longer be done: its due day is over, or the condition it names holds."""
        assert rule.duty is not None
        return NO if rule.duty.lapses is None else self.exception(rule.duty.lapses, law_day)

    def due(self, rule: Rule, law_day: date) -> tuple[date, date] | None:
        """When it falls due: counted from the day that opened it, or the day the rule names."""
        assert rule.duty is not None
        if rule.duty.due_after is not None:
            told = self.day_of(ask.Shift(ask.DayOf(rule.duty.trigger), rule.duty.due_after), law_day)
        elif rule.duty.due_on is not None:
            told = self.day_of(rule.duty.due_on, law_day)
        else:
            return None
        return (told.low, told.high) if told.state == YES else None

    # ---- expressions

    def expression(self, node: ask.Expr, law_day: date) -> int:
        """Trit of an expression."""
        match node:
            case ask.Always():
                return YES
            case ask.All(parts):
                return min(self.expression(part, law_day) for part in parts)
            case ask.AnyOf(parts):
                return max(self.expression(part, law_day) for part in parts)
            case ask.Not(part):
                return 2 - self.expression(part, law_day)
            case ask.RuleRef(rule):
                return self.rule(self.mechanism.rules[rule])
            case ask.Exists(selector):
                return self.exists(selector)
            case ask.Latest():
                return self.latest(node)
            case ask.Count(of, least):
                return self.count(of, least, law_day)
            case ask.Known(selector, field):
                return self.known(selector, field)
            case ask.Screened():
                return self.screened(node)
            case ask.Before(first, second, strict):
                return before(self.day_of(first, law_day), self.day_of(second, law_day), strict=strict)
            case ask.Decision(_, yes, no):
                return self.decision(yes, no)
        raise AssertionError(node)

    def exists(self, selector: ask.Selector) -> int:
        """Such a fact happened on or before the asked day."""
        found = self.candidates(selector)
        if any(one.sure for one in found):
            return YES
        return CANNOT_TELL if found else self.absent(selector)

    def latest(self, node: ask.Latest) -> int:
        """What the most recent fact says; every fact that may be the most recent must agree."""
        found = self.candidates(node.among)
        if self.hidden(node.among):
            return CANNOT_TELL
        said = {self.says(node, one.fact) for one in self.last_of(found)}
        if not any(one.sure for one in found):
            said.add(self.absent(ask.Selector(node.among.kinds)))
        return said.pop() if len(said) == 1 else CANNOT_TELL

    def says(self, node: ask.Latest, fact: Fact) -> int:
        """Is the fact of the asked kind, and does it pass the tests."""
        if node.kind is not None and fact.kind != node.kind:
            return NO
        return min([YES, *(self.test(fact, test) for test in node.where)])

    def count(self, of: ask.Selector, least: int | str, law_day: date) -> int:
        """Number of such facts."""
        found = self.candidates(of)
        if isinstance(least, str):
            value = value_on(self.mechanism.parameters[least], law_day)
            if value is None:
                return CANNOT_TELL
            least = value
        if sum(one.sure for one in found) >= least:
            return YES
        return CANNOT_TELL if len(found) >= least else self.absent(ask.Selector(of.kinds))

    def known(self, selector: ask.Selector, field: str | None) -> int:
        """It is on record: a fact that has happened, or what the latest one says in a field."""
        if self.hidden(selector):
            return CANNOT_TELL
        found = self.candidates(selector)
        if not any(one.sure for one in found):
            return NO
        if field is None:
            return YES
        said = [self.said(one.fact, field) for one in self.last_of(found)]
        return NO if any(isinstance(value, str) and value in MISSING for value in said) else YES

    def screened(self, node: ask.Screened) -> int:
        """Different signs, seen for certain or perhaps, reach a combination of strengths in one dimension."""
        if self.hidden(node.of):
            return CANNOT_TELL
        value = NO
        for answer, found in ((CANNOT_TELL, self.candidates(node.of)), (YES, [one for one in self.candidates(node.of) if one.sure])):
            seen = {one.fact.fields.get(node.field) for one in found} & set(self.mechanism.indicators)
            for rule in self.mechanism.screening.values():
                for dimension in rule.dimensions:
                    signs = [self.mechanism.indicators[sign] for sign in seen]
                    strengths = [sign.strength.get(node.audience) for sign in signs if sign.dimension == dimension]
                    if any(all(strengths.count(word) >= least for word, least in row.items()) for row in rule.combinations):
                        value = answer
        return value

    def decision(self, yes: ask.Selector, no: ask.Selector | None) -> int:
        """A person decides; the later of both counts."""
        found = self.candidates(yes), self.candidates(no) if no is not None else []
        both = [*found[0], *found[1]]
        if self.hidden(yes) or (no is not None and self.hidden(no)):
            return CANNOT_TELL
        last = self.last_of(both)
        said = {answer for answer, side in ((YES, found[0]), (NO, found[1])) for one in side if one in last}
        return said.pop() if len(said) == 1 and any(one.sure for one in both) else CANNOT_TELL

    # ---- which facts

    def candidates(self, selector: ask.Selector) -> list[Candidate]:
        """Facts that the selector means or may mean, of those that have happened or may have happened by the asked day."""
        found = []
        for fact in self.facts:
            if fact.kind in selector.kinds and fact.earliest <= self.on:
                match = min([self.stated(fact, selector.by), *(self.test(fact, test) for test in selector.where)])
                if match != NO:
                    found.append(Candidate(fact, match == YES and fact.latest <= self.on))
        return found

    def last_of(self, found: list[Candidate]) -> list[Candidate]:
        """Those that may be the most recent: no other is later for certain."""
        sure = [one.fact for one in found if one.sure]
        return [one for one in found if not any(later(other, one.fact) for other in sure)]

    def first_of(self, found: list[Candidate]) -> list[Candidate]:
        """Those that may be the first."""
        sure = [one.fact for one in found if one.sure]
        return [one for one in found if not any(later(one.fact, other) for other in sure)]

    def stated(self, fact: Fact, by: tuple[str, ...]) -> int:
        """Did somebody in one of these roles state it."""
        return YES if not by or any(fact.stated_by in self.mechanism.families.get(power, ()) for power in by) else NO

    def said(self, fact: Fact, field: str) -> Any:
        """What a fact says in a field; of a lasting kind, what it does not answer is as the last one before it answered."""
        value = fact.fields.get(field, "not_asked")
        if value not in UNANSWERED or not self.mechanism.facts[fact.kind].lasting:
            return value
        told = [other for other in self.facts if other.kind == fact.kind and other.fields.get(field, "not_asked") not in UNANSWERED]
        before_it = [other for other in told if not later(other, fact)]
        answers = [one.fields[field] for one in before_it if not any(later(other, one) for other in before_it)]
        if not answers:
            return value
        return answers[0] if all(answer == answers[0] for answer in answers) else "not_known"

    def test(self, fact: Fact, test: ask.Test) -> int:
        """A test on one field; a kind without the field passes."""
        if test.field not in self.mechanism.facts[fact.kind].fields:
            return YES
        value = self.said(fact, test.field)
        if value == "not_applicable":
            return NO
        if isinstance(value, str) and value in MISSING:
            return NO if test.said else CANNOT_TELL
        if test.codes:
            held = set(value) if isinstance(value, list) else {value}
            if test.low is not None:
                return YES if len(held & set(test.codes)) >= test.low else NO
            return YES if bool(held & set(test.codes)) == test.wanted else NO
        low, high = test.low if test.low is not None else value, test.high if test.high is not None else value
        return YES if low <= value <= high else NO

    def absent(self, selector: ask.Selector) -> int:
        """No such fact: it did not happen, if the kind says so and its whole group is in view.

        A question that was answered otherwise is answered: a fact of the kind stands that does not pass the tests.
        """
        if self.hidden(selector):
            return CANNOT_TELL
        kinds = [self.mechanism.facts[kind] for kind in selector.kinds]
        silent = {kind.id for kind in kinds if kind.absent == "unknown"}
        answered = {fact.kind for fact in self.facts if fact.latest <= self.on} if selector.where or selector.by else set()
        return NO if silent <= answered else CANNOT_TELL

    def hidden(self, selector: ask.Selector) -> bool:
        """Some facts of these kinds may stand outside the view."""
        return self.held is not None and any(self.mechanism.facts[kind].group not in self.held for kind in selector.kinds)

    # ---- days

    def day_of(self, told: ask.DateExpr, law_day: date) -> Told:
        """A day expression."""
        match told:
            case ask.Today():
                return Told(YES, self.on, self.on)
            case ask.Fixed(day):
                return Told(YES, day, day)
            case ask.Shift(inner, parameter, sign):
                return self.shifted(self.day_of(inner, law_day), self.mechanism.parameters[parameter], sign, law_day)
            case ask.DayOf(selector, field):
                return self.fact_day(selector, field)
        raise AssertionError(told)

    def shifted(self, told: Told, parameter: Parameter, sign: int, law_day: date) -> Told:
        """A day moved by a length; not known where the length is not."""
        value = value_on(parameter, law_day)
        if told.state == NO or (told.state == CANNOT_TELL):
            return told
        if value is None:
            return Told(CANNOT_TELL)
        return Told(YES, moved(told.low, sign * value, parameter), moved(told.high, sign * value, parameter))

    def fact_day(self, selector: ask.Selector, field: str | None) -> Told:
        """The day of the first or latest such fact, or of one of its date fields."""
        found = self.candidates(selector)
        if self.hidden(selector):
            return Told(CANNOT_TELL)
        if not any(one.sure for one in found):
            return Told(CANNOT_TELL if found else self.absent(selector))
        ends = self.first_of(found) if selector.select == "first" else self.last_of(found)
        if field is None:
            return self.extent(found, ends, selector.select)
        values = [self.said(one.fact, field) for one in ends]
        if not all(isinstance(value, dict) for value in values):
            return Told(CANNOT_TELL)
        return Told(YES, min(v["earliest"] for v in values if v), max(v["latest"] for v in values if v))

    def extent(self, found: list[Candidate], ends: list[Candidate], select: str) -> Told:
        """Least and greatest day on which the first or latest of these facts may lie."""
        sure = [one.fact for one in found if one.sure]
        if select == "first":
            return Told(YES, min(one.fact.earliest for one in ends), min(fact.latest for fact in sure))
        return Told(YES, max(fact.earliest for fact in sure), max(one.fact.latest for one in ends))


def metropolitan(departement: str) -> bool:
    """Not one of the overseas départements and collectivities."""
    return departement[:2] not in ("97", "98")


def later(one: Fact, other: Fact) -> bool:
    """True when ``one`` is later for certain: its whole range is, or both on one exact day and it was recorded later."""
    if one is other:
        return False
    if one.earliest == one.latest == other.earliest == other.latest:
        return one.recorded_at > other.recorded_at
    return one.earliest > other.latest


def before(first: Told, second: Told, *, strict: bool) -> int:
    """First day before the second."""
    if NO in (first.state, second.state):
        return NO
    if CANNOT_TELL in (first.state, second.state):
        return CANNOT_TELL
    if first.high < second.low or (not strict and first.high == second.low):
        return YES
    if first.low > second.high or (strict and first.low == second.high):
        return NO
    return CANNOT_TELL


# ---- counting


def value_on(parameter: Parameter, day: date) -> int | None:
    """Number in force on a day; None when none is, or when the text of that time was not read."""
    past = [dated for dated in parameter.values if dated.standing.known_from <= day]
    return past[-1].value if past else None


def moved(day: date, amount: int, parameter: Parameter) -> date:
    """A day moved by so many units, counted as the text declares, one day at a time."""
    counting = parameter.counting
    back = timedelta(days=0 if counting.first_day == "excluded" or not amount else 1 if amount > 0 else -1)
    if parameter.unit in ("months", "years"):
        end = months_later(day, amount * (12 if parameter.unit == "years" else 1)) - back
    elif parameter.unit == "working_days" or counting.days == "working":
        end = working_days_later(day - back, amount, counting.holidays)
    elif parameter.unit == "hours":
        end = day + timedelta(days=-(-amount // 24))
    else:
        end = day - back + timedelta(days=amount)
    while counting.end_on_holiday == "next_working_day" and not is_working(end, counting.holidays):
        end += timedelta(days=1)
    return end


def months_later(day: date, months: int) -> date:
    """The same day of another month, or that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def working_days_later(day: date, days: int, region: str) -> date:
    """So many working days on."""
    step = timedelta(days=1 if days > 0 else -1)
    while days:
        day += step
        if is_working(day, region):
            days -= 1 if days > 0 else -1
    return day


def is_working(day: date, region: str) -> bool:
    """Not a Saturday, a Sunday or a holiday of the region."""
    return day.weekday() < 5 and day not in _holidays(region)


@lru_cache
def _holidays(region: str) -> frozenset[date]:
    country, _, part = region.partition("-")
    return frozenset(holidays.country_holidays(country or "FR", subdiv=part or None, years=range(1990, 2046)))
