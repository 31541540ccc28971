"""The shared graph of a mechanism: rules interned so that equal conditions are one node.

A value is a trit, ``int8``: 0 no, 1 cannot tell, 2 yes; all = least, any = greatest, not = 2 − x. The same code answers for one
case on one day (:mod:`evaluation`) and for a country on every day on which something may change (:mod:`country`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
    DayOf,
    Exists,
    Expr,
    Not,
    Today,
    dates_of,
    parameters_of,
    rules_of,
)  # fmt: skip
from repere.core.rulebook.model import Duty, Mechanism, Rule, Version

NO, CANNOT_TELL, YES = 0, 1, 2
DONE, MISSED = 3, 4
"""Beside the trits: a duty that applies and is done, or was not done while it could be."""
Trits = NDArray[np.int8]
Rows = NDArray[np.int64]
Day = NDArray[np.int32]

OLDER_TEXT, NO_SOURCE_HERE = 1, 2
"""Why a rule cannot be told although its conditions might: bits of :attr:`RuleValues.reason`."""


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
    return replace(rule, versions=versions, duty=_interned_duty(rule.duty, pool))


def _interned_duty(duty: Duty | None, pool: dict[object, object]) -> Duty | None:
    if duty is None or duty.lapses is None:
        return duty
    return replace(duty, lapses=replace(duty.lapses, when=intern(duty.lapses.when, pool)))


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
    return np.array(sorted({number(s.known_from) for s in standings if s.known_from > date(1990, 1, 1)}), np.int64)
