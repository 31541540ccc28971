"""What may be shown outside as sure: everything a rule rests on, not only its own text."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any

from repere.core.rulebook.expressions import Count, RuleRef, Shift
from repere.core.rulebook.model import Mechanism, Rule, Standing
from repere.core.rulebook.reasons import LEAST_SURE, sure


def granted_by(mechanism: Mechanism, rule: Rule, language: str) -> str:
    """At which door a right is asked for. Empty: at no counter, or owed by the State as such and by no service in particular."""
    if rule.door is not None:
        return rule.door.text(language)
    role = mechanism.roles.get(rule.grants or "")
    return "" if role is None or owed_by_the_state(rule) else role.label.text(language)


def weakest(mechanism: Mechanism, rule: Rule, on: date) -> str:
    """The least sure of what a rule rests on that day: one letter of `LEAST_SURE`."""
    return max((sure(standing) for standing in standings_under(mechanism, rule, on)), key=LEAST_SURE.index)


def owed_by_the_state(rule: Rule) -> bool:
    """An obligation between States that no service in particular answers for: the role that stands for it grants nothing at a counter."""
    return (rule.level, rule.grants) == ("international_obligation", "coordination")


def presentable(mechanism: Mechanism, rule: Rule, on: date) -> bool:
    """False as long as a part of what it rests on that day is from memory and no jurist has checked it."""
    return all(standing.presentable for standing in standings_under(mechanism, rule, on))


def standings_under(mechanism: Mechanism, rule: Rule, on: date) -> Iterator[Standing]:
    """Everything a rule rests on, the day it is asked: its own text, its exceptions, the conditions and numbers it names."""
    seen: set[str] = set()
    yield from _standings(mechanism, rule, on, seen)


def _standings(mechanism: Mechanism, rule: Rule, on: date, seen: set[str]) -> Iterator[Standing]:
    if rule.id in seen:
        return
    seen.add(rule.id)
    version = rule.version_on(on)
    yield version.standing
    yield from (clause.standing for clause in version.unless)
    for part in _parts((version.when, version.until, *(clause.when for clause in version.unless))):
        if isinstance(part, RuleRef):
            yield from _standings(mechanism, mechanism.rules[part.rule], on, seen)
        elif isinstance(part, Shift | Count) and isinstance(number := part.parameter if isinstance(part, Shift) else part.at_least, str):
            yield from (value.standing for value in mechanism.parameters[number].values)


def _parts(thing: Any) -> Iterator[Any]:
    if isinstance(thing, tuple):
        for inner in thing:
            yield from _parts(inner)
    elif dataclasses.is_dataclass(thing):
        yield thing
        for field in dataclasses.fields(thing):
            yield from _parts(getattr(thing, field.name))
