"""Why: which facts an answer rests on, what to ask next, what is nearest to changing it, told as a tree."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from repere.core.dates import FAR, PartialDate, day_of, number
from repere.core.rulebook.columns import MARKERS, FactTables
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
    Fixed,
    Known,
    Latest,
    Not,
    RuleRef,
    Screened,
    Selector,
    Shift,
    Test,
    Today,
)  # fmt: skip
from repere.core.rulebook.graph import CANNOT_TELL, NO, YES, compile_graph
from repere.core.rulebook.model import Duty, Fact, Mechanism, Rule, Standing, Version
from repere.core.rulebook.running import Run

Named = tuple[str, str | None]
NEVER = 10_000
"""Cost of a change that no fact can bring."""


LEAST_SURE = ("A", "B", "C", "I", "M")
"""Certainties from the surest to the least sure."""


def sure(standing: Standing) -> str:
    """Certainty as it counts: memory that a named jurist has checked is as good as an excerpt."""
    return "B" if standing.certainty == "M" and standing.checked_by else standing.certainty


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a reasoning. ``text`` in each language; ``value`` no, cannot_tell or yes; ``facts`` the ids it rests on.

    ``rule``: id of the rule that this step is the value of, None for a part of one.
    """

    text: dict[str, str]
    value: str
    facts: tuple[Any, ...] = ()
    source: tuple[str, ...] = ()
    children: tuple[Step, ...] = ()
    rule: str | None = None


class Reader:
    """Reads one row of an evaluated run."""

    def __init__(self, run: Run, row: int) -> None:
        self.run, self.row, self.graph = run, row, run.graph
        self._trits: dict[int, int] = {}
        self._versions: dict[str, Version] = {}
        self._facts: dict[str, set[int]] = {}
        self._sure: dict[str, set[str]] = {}
        self._asked: dict[str, Named | None] = {}
        self._nearest: dict[tuple[str, int], tuple[int, list[Named]]] = {}

    def trit(self, expression: Expr) -> int:
        """Value of an expression of the graph at the row."""
        found = self._trits.get(id(expression))
        if found is None:
            found = self._trits[id(expression)] = int(self.run.value(expression)[self.row])
        return found

    def version(self, rule: Rule) -> Version:
        """Version of a rule that applies at the row."""
        if rule.id not in self._versions:
            one = len(rule.versions) == 1
            self._versions[rule.id] = rule.versions[0] if one else rule.version_on(day_of(int(self.run._law_day_of(rule)[self.row])))
        return self._versions[rule.id]

    # ---- facts used

    def facts_of(self, rule: Rule) -> set[int]:
        """Numbers of the facts that the value of a rule rests on."""
        if rule.id not in self._facts:
            version = self.version(rule)
            found = set(self._used(version.when))
            for clause in version.unless:
                found |= self._used(clause.when)
            if rule.duty:
                for selector in (rule.duty.trigger, *rule.duty.done):
                    found |= self._day_facts(DayOf(selector))
                if rule.duty.lapses and self.trit(rule.duty.lapses.when) == YES:
                    found |= self._used(rule.duty.lapses.when)
            self._facts[rule.id] = found
        return self._facts[rule.id]

    def _used(self, expression: Expr) -> set[int]:
        if self.graph.kinds_of(expression).isdisjoint(self.run.tables.kinds):
            return set()
        value = self.trit(expression)
        match expression:
            case All(parts):
                return self._join(part for part in parts if value == YES or self.trit(part) == value)
            case AnyOf(parts):
                return self._join(part for part in parts if value == NO or self.trit(part) == value)
            case Not(part):
                return self._used(part)
            case RuleRef(rule):
                return self.facts_of(self.graph.rules[rule])
            case Exists(selector):
                return self._day_facts(DayOf(selector.choosing("first")))
            case Latest(among) | Known(among, _):
                return self._day_facts(DayOf(among))
            case Count(of) | Screened(of, _, _):
                picked = self.run._pick(of)
                if picked is None:
                    return set()
                happened = (picked.case == self.run.case[self.row]) & (picked.latest <= self.run.day[self.row])
                return {int(fact) for fact in picked.fact[happened]}
            case Before(first, second):
                return self._date_facts(first) | self._date_facts(second)
            case Decision(_, yes, no):
                return self._day_facts(DayOf(yes)) | (self._day_facts(DayOf(no)) if no else set())
        return set()

    def _join(self, parts: Iterable[Expr]) -> set[int]:
        found: set[int] = set()
        for part in parts:
            found |= self._used(part)
        return found

    def _date_facts(self, told: DateExpr) -> set[int]:
        return self._day_facts(told) if isinstance(told, DayOf) else self._date_facts(told.date) if isinstance(told, Shift) else set()

    def _day_facts(self, told: DayOf) -> set[int]:
        fact = int(self.run.days(told).fact[self.row])
        return {fact} if fact >= 0 else set()

    # ---- how sure

    def certainty(self, rule: Rule) -> str:
        """The least sure of what the answer rests on: the text, exceptions that may apply, conditions and numbers read."""
        found = self._certainties(rule)
        return max(found, key=LEAST_SURE.index) if len(found) > 1 else next(iter(found))

    def _certainties(self, rule: Rule) -> set[str]:
        if rule.id not in self._sure:
            self._sure[rule.id] = self._certainties_of(rule)
        return self._sure[rule.id]

    def _certainties_of(self, rule: Rule) -> set[str]:
        version = self.version(rule)
        found = {sure(version.standing)}
        expressions = [version.when]
        for clause in version.unless:
            if self.trit(clause.when) != NO:
                found.add(sure(clause.standing))
                expressions.append(clause.when)
        for expression in expressions:
            rules, parameters = self.graph.reads(expression)
            for other in rules:
                found |= self._certainties(self.graph.rules[other])
            found |= self._of_parameters(parameters)
        return found | self._of_parameters({rule.duty.due_after} if rule.duty and rule.duty.due_after else set())

    def _of_parameters(self, names: Collection[str]) -> set[str]:
        if not names:
            return set()
        parameters = self.graph.mechanism.parameters
        return {sure(value.standing) for name in names for value in parameters[name].values[-1:]}

    # ---- the next question

    def next_question(self, rule: Rule) -> Named | None:
        """What to ask so that the rule may be told."""
        if rule.id not in self._asked:
            self._asked[rule.id] = self._next_question(rule)
        return self._asked[rule.id]

    def _next_question(self, rule: Rule) -> Named | None:
        version = self.version(rule)
        if self.run.rule(rule.id).reason[self.row]:
            return None
        if rule.duty is not None:
            trigger = self.run.days(DayOf(rule.duty.trigger))
            if trigger.state[self.row] == CANNOT_TELL:
                return self._unknown_in(rule.duty.trigger)
        for expression in (version.when, *(clause.when for clause in version.unless)):
            if self.trit(expression) == CANNOT_TELL and (asked := self._question(expression)) is not None:
                return asked
        return None

    def _question(self, expression: Expr) -> Named | None:
        match expression:
            case All(parts) | AnyOf(parts):
                return next((q for part in parts if self.trit(part) == CANNOT_TELL and (q := self._question(part))), None)
            case Not(part):
                return self._question(part)
            case RuleRef(rule):
                return self.next_question(self.graph.rules[rule])
            case Exists(selector) | Count(selector, _) | Screened(selector, _, _):
                return self._unknown_in(selector)
            case Known(selector, field):
                return (selector.kinds[0], field)
            case Latest(among, kind, where):
                return self._unknown_latest(among, kind, where)
            case Before(first, second):
                return self._unknown_date(first) or self._unknown_date(second)
            case Decision(_, yes, _):
                return (yes.kinds[0], None)
        return None

    def _unknown_in(self, selector: Selector) -> Named:
        """The field that makes a pick uncertain, else the kind."""
        picked = self.run._pick(selector)
        if picked is not None:
            here = (picked.case == self.run.case[self.row]) & (picked.match == CANNOT_TELL)
            for number_, place in zip(picked.kind[here].tolist(), picked.place[here].tolist(), strict=True):
                kind = selector.kinds[number_]
                for test in selector.where:
                    column = self.run.tables.kinds[kind].fields.get(test.field)
                    if column is not None and not test.said and MARKERS["not_applicable"] < column[place] < 0:
                        return (kind, test.field)
        return (selector.kinds[0], None)

    def _unknown_latest(self, among: Selector, kind: str | None, where: tuple[Test, ...]) -> Named:
        picked = self.run._pick(among)
        if picked is not None:
            last = int(self.run._as_of(picked)[self.row])
            if last < len(picked.case):
                last_kind = among.kinds[int(picked.kind[last])]
                table = self.run.tables.kinds[last_kind]
                for test in (*among.where, *where):
                    column = table.fields.get(test.field)
                    if column is not None and MARKERS["not_applicable"] < column[int(picked.place[last])] < 0:
                        return (last_kind, test.field)
                return (last_kind, None)
        return (kind or among.kinds[0], where[0].field if where and kind is None else None)

    def _unknown_date(self, told: DateExpr) -> Named | None:
        while isinstance(told, Shift):
            told = told.date
        if isinstance(told, Today | Fixed):
            return None
        values = self.run.days(told)
        exact = values.state[self.row] == YES and values.low[self.row] == values.high[self.row]
        return None if exact else (told.selector.kinds[0], told.field)

    def why_not_told(self, rule: Rule) -> int:
        """Bits of :attr:`RuleValues.reason`, its own or, where nothing can be asked, those of the rules that it reads."""
        bits = int(self.run.rule(rule.id).reason[self.row])
        if bits or self.run.rule(rule.id).value[self.row] != CANNOT_TELL or self.next_question(rule) is not None:
            return bits
        version = self.version(rule)
        for expression in (version.when, *(clause.when for clause in version.unless)):
            for other in self.graph.reads(expression)[0]:
                bits |= self.why_not_told(self.graph.rules[other])
        return bits

    # ---- the nearest change

    def nearest_change(self, rule: Rule) -> tuple[Named, ...]:
        """The fewest facts that would change a "no"; empty when no fact can."""
        cost, facts = self._change_rule(rule)
        return tuple(dict.fromkeys(facts)) if cost < NEVER else ()

    def _change_rule(self, rule: Rule, want: int = YES) -> tuple[int, list[Named]]:
        if (rule.id, want) not in self._nearest:
            self._nearest[rule.id, want] = self._change_to_yes(rule) if want == YES else self._change_to_no(rule)
        return self._nearest[rule.id, want]

    def _change_to_no(self, rule: Rule) -> tuple[int, list[Named]]:
        version = self.version(rule)
        ways = [self._change(version.when, NO), *(self._change(clause.when, YES) for clause in version.unless)]
        return min(ways, key=lambda cost: cost[0])

    def _change_to_yes(self, rule: Rule) -> tuple[int, list[Named]]:
        version = self.version(rule)
        if int(self.run._law_day_of(rule)[self.row]) < number(version.standing.known_from):
            return NEVER, []
        parts = [self._change(version.when, YES)]
        parts += [self._change(clause.when, NO) for clause in version.unless]
        if rule.duty is not None and self.run.days(DayOf(rule.duty.trigger)).state[self.row] != YES:
            parts.insert(0, (1, [(rule.duty.trigger.kinds[0], None)]))
        return sum(cost for cost, _ in parts), [fact for _, facts in parts for fact in facts]

    def _change(self, expression: Expr, want: int) -> tuple[int, list[Named]]:
        if self.trit(expression) == want:
            return 0, []
        match expression:
            case All(parts) | AnyOf(parts):
                costs = [self._change(part, want) for part in parts]
                every = isinstance(expression, All) == (want == YES)
                if every:
                    return sum(c for c, _ in costs), [fact for _, facts in costs for fact in facts]
                return min(costs, key=lambda cost: cost[0])
            case Not(part):
                return self._change(part, YES if want == NO else NO)
            case RuleRef(rule):
                return self._change_rule(self.graph.rules[rule], want)
            case Exists(selector) | Count(selector, _):
                return (1, [(selector.kinds[0], selector.where[0].field if selector.where else None)]) if want == YES else (NEVER, [])
            case Known(selector, field):
                return (1, [(selector.kinds[0], field)]) if want == YES else (NEVER, [])
            case Screened(selector, field, _):
                return (1, [(selector.kinds[0], field)]) if want == YES else (NEVER, [])
            case Latest(among, kind, where):
                return 1, [(kind or among.kinds[0], where[0].field if where else None)]
            case Decision(_, yes, no):
                return (1, [(yes.kinds[0], None)]) if want == YES else (1, [(no.kinds[0], None)]) if no else (NEVER, [])
            case Before(first, second):
                return self._change_date(first, second)
        return NEVER, []

    def _change_date(self, first: DateExpr, second: DateExpr) -> tuple[int, list[Named]]:
        newer: Named | None = None
        for told in (first, second):
            while isinstance(told, Shift):
                told = told.date
            if isinstance(told, DayOf) and self.run.days(told).state[self.row] != YES:
                return 1, [(told.selector.kinds[0], told.field)]
            if isinstance(told, DayOf) and told.selector.select == "latest":
                newer = newer or (told.selector.kinds[0], told.field)
        return (1, [newer]) if newer else (NEVER, [])


# ---- the reasoning as a tree

_VALUES = ("no", "cannot_tell", "yes")
_WORDS = {
    "all": ("toutes ces conditions", "all of these"), "any": ("l'une de ces conditions", "any of these"), "not": ("le contraire de", "not"),
    "always": ("sans condition", "no condition"), "before": ("{} est avant {}", "{} is before {}"),
    "on_or_before": ("{} est au plus tard {}", "{} is on or before {}"), "today": ("le jour demandé", "the asked day"),
    "count": ("au moins {} fois : {}", "at least {} times: {}"), "latest": ("en dernier lieu : {}", "most recently: {}"),
    "decides": ("décision de {} : {}", "decided by {}: {}"), "unless": ("sauf : {}", "unless: {}"),
    "known": ("le dossier le dit : {}", "on record: {}"),
    "screened": ("des signes observés remplissent une dimension : {}", "observed signs meet a dimension: {}"),
    "lapsed": ("ne peut plus être fait : {}", "can no longer be done: {}"), "several": ("au moins {} parmi : {}", "at least {} of: {}"),
    "unknown_day": ("jour inconnu", "day not known"),
    "opened": ("fait qui l'ouvre : {}", "opened by: {}"), "done_by": ("fait par : {}", "done by: {}"),
    "done_after": (
        "fait par : {}, seulement si c'est noté après ce qui l'ouvre ; ce qui était noté avant ne compte pas",
        "done by: {}, only where it is noted after what opens it; what was noted before does not count",
    ),
    "same_moment": (
        "vu et pas compté : {}, du même jour et noté au même instant que ce qui l'ouvre (dans un exemple : donnez `recorded`)",
        "seen and not counted: {}, of the same day and noted in the same instant as what opens it (in an example: give `recorded`)",
    ),
    "same_day_before": (
        "vu et pas compté : {}, du même jour mais noté avant ce qui l'ouvre",
        "seen and not counted: {}, of the same day but noted before what opens it",
    ),
    "not_after": (
        "vu et pas compté : {}, qui n'est pas sûrement après ce qui l'ouvre", "seen and not counted: {}, not surely after what opens it",
    ),
    "none_of": ("aucun de : {}", "none of: {}"),
}  # fmt: skip


def explain(
    mechanism: Mechanism,
    facts: Sequence[Fact],
    rule_id: str,
    *,
    on: date,
    groups: Iterable[str] | None = None,
    known_at: datetime | None = None,
) -> Step:
    """The reasoning of one rule for one case on one day."""
    graph = compile_graph(mechanism)
    tables = FactTables.of_case(mechanism, facts, groups=groups, known_at=known_at)
    run = Run(graph, tables, np.zeros(1, np.int64), np.array([number(on)], np.int64))
    return _Teller(run, facts).rule(graph.rules[rule_id])


def outline(mechanism: Mechanism, rule_id: str, *, on: date) -> Step:
    """What a rule asks for, about nobody: its parts with "all of these" and "any of these"; rules that it names are not followed.

    Values say nothing here: no fact was looked at.
    """
    run = Run(compile_graph(mechanism), FactTables.of_case(mechanism, ()), np.zeros(1, np.int64), np.array([number(on)], np.int64))
    return _Outliner(run, ()).rule(mechanism.rules[rule_id])


class _Teller(Reader):
    def __init__(self, run: Run, facts: Sequence[Fact]) -> None:
        super().__init__(run, 0)
        self.facts, self.mechanism = facts, run.graph.mechanism

    def rule(self, rule: Rule) -> Step:
        version = self.version(rule)
        children = [self.step(version.when)] if not isinstance(version.when, Always) or rule.duty is None else []
        if rule.duty is not None:
            told = self.run.days(DayOf(rule.duty.trigger))
            children.insert(
                0,
                self._leaf(
                    "opened", int(told.state[self.row]), self._day_facts(DayOf(rule.duty.trigger)), self._selector(rule.duty.trigger)
                ),
            )
        if rule.duty is not None and rule.duty.done:
            children += self._done_by(rule, rule.duty)
        for clause in version.unless:
            inner = self.step(clause.when)
            text = {lang: _say("unless", lang, clause.label.text(lang)) for lang in ("fr", "en")}
            children.append(Step(text, inner.value, (), clause.standing.source, (inner,)))
        if rule.duty is not None and (lapses := rule.duty.lapses) is not None:
            inner = self.step(lapses.when)
            text = {lang: _say("lapsed", lang, lapses.label.text(lang)) for lang in ("fr", "en")}
            children.append(Step(text, inner.value, (), lapses.standing.source, (inner,)))
        value = _VALUES[int(self.run.rule(rule.id).value[self.row])]
        return Step({lang: rule.label.text(lang) for lang in ("fr", "en")}, value, (), version.standing.source, tuple(children), rule.id)

    def _done_by(self, rule: Rule, duty: Duty) -> list[Step]:
        """What does a duty; and, where only what comes later does it, what was seen and does not count."""
        kinds = {lang: (" ou " if lang == "fr" else " or ").join(self._selected(one, lang) for one in duty.done) for lang in ("fr", "en")}
        told = self.run.rule(rule.id).done
        value = NO if told is None else int(told[self.row])
        seen = [fact for selector in duty.done for fact in self._day_facts(DayOf(selector.choosing("latest")))]
        found = [self._leaf("done_after" if duty.later else "done_by", value, {*seen} if value == YES else set(), kinds)]
        opened = next(iter(self._day_facts(DayOf(duty.trigger))), None)
        if duty.later is not None and value != YES and opened is not None:
            found += [self._not_counted(fact, opened) for fact in seen]
        return found

    def _not_counted(self, number_: int, opened: int) -> Step:
        """Of two facts on one exact day the one recorded later comes after."""
        fact, other = self.facts[number_], self.facts[opened]
        one_day = fact.earliest == fact.latest == other.earliest == other.latest
        word = "not_after"
        if one_day and fact.recorded_at <= other.recorded_at:
            word = "same_moment" if fact.recorded_at == other.recorded_at else "same_day_before"
        label = self.mechanism.facts[fact.kind].label
        return self._leaf(word, NO, {number_}, {lang: label.text(lang) for lang in ("fr", "en")})

    def step(self, expression: Expr) -> Step:
        value = self.trit(expression)
        match expression:
            case RuleRef(rule):
                return self.rule(self.graph.rules[rule])
            case All(parts) | AnyOf(parts):
                if len(parts) == 1:
                    return self.step(parts[0])
                word = "all" if isinstance(expression, All) else "any"
                return Step(
                    {lang: _say(word, lang) for lang in ("fr", "en")}, _VALUES[value], (), (), tuple(self.step(part) for part in parts)
                )
            case Not(part):
                return Step({lang: _say("not", lang) for lang in ("fr", "en")}, _VALUES[value], (), (), (self.step(part),))
            case Exists(selector):
                return self._leaf(None, value, self._used(expression), self._selector(selector))
            case Count(of, least):
                number_ = least if isinstance(least, int) else self.mechanism.parameters[least].label
                return self._leaf(
                    "count", value, self._used(expression), {lang: (str(number_), text) for lang, text in self._selector(of).items()}
                )
            case Known(selector, name):
                told = {lang: self._field_of(selector, name, lang) for lang in ("fr", "en")}
                return self._leaf("known", value, self._used(expression), told)
            case Screened(selector):
                return self._leaf("screened", value, self._used(expression), self._selector(selector))
            case Latest(among, kind, where):
                asked = Selector((kind,) if kind else among.kinds, (*among.where, *where), among.by)
                return self._leaf("latest", value, self._used(expression), self._selector(asked))
            case Before(first, second, strict):
                words = {lang: (self._date(first, lang), self._date(second, lang)) for lang in ("fr", "en")}
                return self._leaf("before" if strict else "on_or_before", value, self._used(expression), words)
            case Decision(by, _, _):
                words = {lang: (self._roles(by, lang), expression.question.text(lang)) for lang in ("fr", "en")}
                return self._leaf("decides", value, self._used(expression), words)
        return self._leaf("always", value, set(), {"fr": (), "en": ()})

    def _leaf(self, word: str | None, value: int, used: set[int], words: dict[str, Any]) -> Step:
        text = {}
        for lang in ("fr", "en"):
            values = words[lang] if isinstance(words[lang], tuple) else (words[lang],)
            text[lang] = _say(word, lang, *values) if word else str(words[lang])
        return Step(text, _VALUES[value], tuple(self.facts[index].id for index in sorted(used)))

    def _roles(self, by: tuple[str, ...], lang: str) -> str:
        roles = self.mechanism.roles
        return ", ".join(roles[role].label.text(lang) if role in roles else role for role in by)

    def _field_of(self, selector: Selector, name: str | None, lang: str) -> str:
        told = self._selected(selector, lang)
        return told if name is None else f"{told}, {self.mechanism.facts[selector.kinds[0]].fields[name].label.text(lang)}"

    def _selector(self, selector: Selector) -> dict[str, str]:
        return {lang: self._selected(selector, lang) for lang in ("fr", "en")}

    def _selected(self, selector: Selector, lang: str) -> str:
        joiner = " ou " if lang == "fr" else " or "
        kinds = joiner.join(self.mechanism.facts[kind].label.text(lang) for kind in selector.kinds)
        held = {name for kind in selector.kinds for name in self.mechanism.facts[kind].fields}
        tests = [self._tested(selector.kinds, test, lang) for test in selector.where if test.field in held]
        by = [self._roles(selector.by, lang)] if selector.by else []
        return kinds + (f" ({' ; '.join(tests + by)})" if tests or by else "")

    def _tested(self, kinds: tuple[str, ...], test: Test, lang: str) -> str:
        field = next(f for kind in kinds if (f := self.mechanism.facts[kind].fields.get(test.field)))
        if not test.codes:
            low = f" ≥ {test.low}" if test.low is not None else ""
            high = f" ≤ {test.high}" if test.high is not None else ""
            return field.label.text(lang) + low + high
        codes = ", ".join(self._code(field.list if field.type != "bool" else None, code, lang) for code in test.codes)
        if test.low is not None:
            codes = _say("several", lang, test.low, codes)
        return f"{field.label.text(lang)} : {codes if test.wanted else _say('none_of', lang, codes)}"

    def _code(self, list_: str | None, code: str, lang: str) -> str:
        if list_ is None:
            return {"yes": ("oui", "yes"), "no": ("non", "no")}[code][lang != "fr"]
        if list_ == "indicator":
            return self.mechanism.indicators[code].label.text(lang)
        return self.mechanism.codelists[list_][code].label.text(lang)

    def _date(self, told: DateExpr, lang: str) -> str:
        match told:
            case Today():
                return f"{_say('today', lang)} ({PartialDate.on(day_of(int(self.run.day[self.row]))).text(lang)})"
            case Fixed(day):
                return PartialDate.on(day).text(lang)
            case Shift(inner, parameter, sign):
                label = self.mechanism.parameters[parameter].label.text(lang)
                return f"{self._date(inner, lang)} {'+' if sign > 0 else '−'} {label} ({self._told(told, lang)})"
            case DayOf(selector, field):
                name = self._selected(selector, lang)
                if field:
                    name += f", {self.mechanism.facts[selector.kinds[0]].fields[field].label.text(lang)}"
                return f"{name} ({self._told(told, lang)})"

    def _told(self, told: DateExpr, lang: str) -> str:
        values = self.run.days(told)
        if values.state[self.row] != YES or values.low[self.row] >= FAR:
            return _say("unknown_day", lang)
        return PartialDate(day_of(int(values.low[self.row])), day_of(int(values.high[self.row]))).text(lang)


class _Outliner(_Teller):
    """Tells a rule without a case: no day of a fact, no rule inside the rule."""

    def step(self, expression: Expr) -> Step:
        if isinstance(expression, RuleRef):
            label = self.graph.rules[expression.rule].label
            return Step({lang: label.text(lang) for lang in ("fr", "en")}, "cannot_tell", rule=expression.rule)
        return super().step(expression)

    def _date(self, told: DateExpr, lang: str) -> str:
        match told:
            case Today():
                return _say("today", lang)
            case Fixed(day):
                return PartialDate.on(day).text(lang)
            case Shift(inner, parameter, sign):
                return f"{self._date(inner, lang)} {'+' if sign > 0 else '−'} {self.mechanism.parameters[parameter].label.text(lang)}"
            case DayOf(selector, field):
                return self._field_of(selector, field, lang)


def _say(word: str, lang: str, *values: Any) -> str:
    return _WORDS[word][lang != "fr"].format(*values)
