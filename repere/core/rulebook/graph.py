"""The shared graph of a mechanism: rules interned so that equal conditions are one node.

A value is a trit, ``int8``: 0 no, 1 cannot tell, 2 yes; all = least, any = greatest, not = 2 − x. The same code answers for one
case on one day (:mod:`evaluation`) and for a country on every day on which something may change (:mod:`country`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from repere.core.dates import number
from repere.core.rulebook.columns import Encoding, encoding_of
from repere.core.rulebook.expressions import (
    All,
    AnyOf,
    Before,
    DateExpr,
    DayOf,
    Exists,
    Expr,
    Not,
    Today,
    dates_of,
    parameters_of,
    rules_of,
    selectors_of,
)  # fmt: skip
from repere.core.rulebook.model import Duty, Mechanism, Rule, Version

NO, CANNOT_TELL, YES = 0, 1, 2
DONE, MISSED = 3, 4
"""Beside the trits: a duty that applies and is done, or was not done while it could be."""
Trits = NDArray[np.int8]
Rows = NDArray[np.int64]
Day = NDArray[np.int32]

FIRST_LAW_DAY = date(1990, 1, 1)
"""Texts that began on or before this day began before every case."""

OLDER_TEXT, NO_SOURCE_HERE = 1, 2
"""Why a rule cannot be told although its conditions might: bits of :attr:`RuleValues.reason`."""


Dimension = tuple[Sequence[Mapping[str, int]], Mapping[str, tuple[str, ...]]]


@dataclass(frozen=True)
class Graph:
    """A compiled mechanism."""

    mechanism: Mechanism
    encoding: Encoding
    rules: Mapping[str, Rule]
    law_days: NDArray[np.int64]
    metropole: frozenset[str]
    comparisons: tuple[Before, ...]
    kinds: Mapping[str, frozenset[str]]
    """Per rule, the kinds of facts that it and the rules it refers to read (where its sources apply is asked beside)."""
    territories: Mapping[str, frozenset[str] | None]
    """Per rule, the territory its sources are bound to; None: wherever the person is."""
    _reads: dict[int, tuple[frozenset[str], frozenset[str]]] = field(default_factory=dict)
    _kinds_of: dict[int, frozenset[str]] = field(default_factory=dict)
    _dimensions: dict[str, list[Dimension]] = field(default_factory=dict)

    def reads(self, expression: Expr) -> tuple[frozenset[str], frozenset[str]]:
        """Rules and parameters that an expression of the graph reads."""
        found = self._reads.get(id(expression))
        if found is None:
            found = self._reads[id(expression)] = frozenset(rules_of(expression)), frozenset(parameters_of(expression))
        return found

    def kinds_of(self, expression: Expr) -> frozenset[str]:
        """Kinds of facts that an expression of the graph and the rules it refers to read."""
        found = self._kinds_of.get(id(expression))
        if found is None:
            own = {kind for selector in selectors_of(expression) for kind in selector.kinds}
            found = self._kinds_of[id(expression)] = frozenset(own.union(*(self.kinds[rule] for rule in rules_of(expression))))
        return found

    def dimensions(self, audience: str) -> list[Dimension]:
        """Per dimension of the screening: the combinations that meet it, and its signs by their strength for an audience."""
        if audience not in self._dimensions:
            self._dimensions[audience] = [
                (rule.combinations, _by_strength(self.mechanism, dimension, audience))
                for rule in self.mechanism.screening.values()
                for dimension in rule.dimensions
            ]
        return self._dimensions[audience]


def _by_strength(mechanism: Mechanism, dimension: str, audience: str) -> dict[str, tuple[str, ...]]:
    signs = [sign for sign in mechanism.indicators.values() if sign.dimension == dimension]
    return {strength: tuple(s.id for s in signs if s.strength.get(audience) == strength) for strength in ("strong", "medium", "weak")}


def compile_graph(mechanism: Mechanism) -> Graph:
    """The graph of a mechanism; made once per content."""
    _mechanisms[mechanism.hash] = mechanism
    return compiled(mechanism.hash)


_mechanisms: dict[str, Mechanism] = {}


@lru_cache(maxsize=16)
def compiled(digest: str) -> Graph:
    """The graph of a mechanism that was compiled before, by hash."""
    mechanism = _mechanisms[digest]
    pool: dict[object, object] = {}
    rules = {rule_id: _interned_rule(rule, pool) for rule_id, rule in mechanism.rules.items()}
    comparisons = tuple(
        node for node in pool.values() if isinstance(node, Before) and (isinstance(node.first, Today) or isinstance(node.second, Today))
    )
    metropole = frozenset(code for code, entry in mechanism.codelists.get("departement", {}).items() if entry.extra.get("zone") == "metro")
    kinds: dict[str, frozenset[str]] = {}
    for rule in rules.values():
        _kinds_of(rule, rules, kinds)
    territories = {rule.id: _territory(mechanism, metropole, rule) for rule in rules.values()}
    return Graph(mechanism, encoding_of(mechanism), rules, _law_days(mechanism), metropole, comparisons, kinds, territories)


def _territory(mechanism: Mechanism, metropole: frozenset[str], rule: Rule) -> frozenset[str] | None:
    codes = {code for v in rule.versions for s in v.standing.source for code in mechanism.sources[s].territory}
    bound = codes and "world" not in codes and ("FR" in codes or codes & metropole)
    return frozenset(codes) if bound and rule.kind != "condition" else None


def _kinds_of(rule: Rule, rules: Mapping[str, Rule], found: dict[str, frozenset[str]]) -> frozenset[str]:
    """Kinds of facts on which the answer of a rule may rest."""
    if rule.id not in found:
        expressions = [e for v in rule.versions for e in (v.when, *(c.when for c in v.unless))]
        selectors = [] if rule.law_at is None else [rule.law_at]
        kinds: set[str] = set()
        if rule.duty is not None:
            selectors += [rule.duty.trigger, *rule.duty.done, *(s.selector for s in _days_of(rule.duty.due_on))]
            expressions += [rule.duty.lapses.when] if rule.duty.lapses else []
            expressions += [rule.duty.later] if rule.duty.later else []
        selectors += [selector for expression in expressions for selector in selectors_of(expression)]
        kinds |= {kind for selector in selectors for kind in selector.kinds}
        for other in {other for expression in expressions for other in rules_of(expression)}:
            kinds |= _kinds_of(rules[other], rules, found)
        found[rule.id] = frozenset(kinds)
    return found[rule.id]


def _days_of(told: DateExpr | None) -> list[DayOf]:
    return [day for day in dates_of(told) if isinstance(day, DayOf)] if told is not None else []


def _interned_rule(rule: Rule, pool: dict[object, object]) -> Rule:
    versions = tuple(
        replace(v, when=intern(_until_its_last_day(v), pool), unless=tuple(replace(c, when=intern(c.when, pool)) for c in v.unless))
        for v in rule.versions
    )
    return replace(rule, versions=versions, duty=_interned_duty(rule.duty, pool))


def _interned_duty(duty: Duty | None, pool: dict[object, object]) -> Duty | None:
    if duty is None:
        return None
    lapses = replace(duty.lapses, when=intern(duty.lapses.when, pool)) if duty.lapses else None
    return replace(duty, lapses=lapses, later=intern(duty.later, pool) if duty.later else None)


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
    standings += [rule.duty.lapses.standing for rule in mechanism.rules.values() if rule.duty and rule.duty.lapses]
    standings += [value.standing for parameter in mechanism.parameters.values() for value in parameter.values]
    return np.array(sorted({number(s.known_from) for s in standings if s.known_from > FIRST_LAW_DAY}), np.int64)
