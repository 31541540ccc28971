"""Cases that nobody lived, for the tests of the core: random facts that the declarations allow, told more or less exactly."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from repere.core.rulebook import MISSING, Fact, FactKind, FieldKind, Mechanism, codes_of, load
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.expressions import Before, Selector, dates_of, selectors_of, walk
from repere.core.rulebook.frames import tables_of
from repere.core.rulebook.model import Rule
from repere.core.rulebook.parsing import expressions_of

ROOT = Path(__file__).parents[2] / "mechanism"
REFORM, FRANCE, KINGDOM = "fr+fr-collectif", "fr", "uk"
FIRST, LAST = date(2024, 1, 1), date(2026, 12, 31)
THOROUGH = os.environ.get("REPERE_THOROUGH") == "1"


def tries(modest: int, *, shrink: bool = True) -> settings:
    """So many random cases, and many more when the environment says REPERE_THOROUGH=1. Large cases are costly to ``shrink``."""
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example, HealthCheck.filter_too_much]
    phases = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if shrink else [])]
    return settings(max_examples=modest * 25 if THOROUGH else modest, deadline=None, suppress_health_check=slow, phases=phases)


@cache
def mechanism(name: str = REFORM) -> Mechanism:
    """A mechanism of the real rule book, loaded once."""
    return load(ROOT, name)


def selectors_of_rule(rule: Rule) -> list[Selector]:
    """Every selector that a rule reads, those of a duty included."""
    found = [selector for expression in expressions_of(rule) for selector in selectors_of(expression)]
    for version in rule.versions:
        found += [day.selector for day in dates_of(version.until) if hasattr(day, "selector")] if version.until else []
    if rule.duty:
        found += [rule.duty.trigger, *rule.duty.done]
        found += [day.selector for day in dates_of(rule.duty.due_on) if hasattr(day, "selector")] if rule.duty.due_on else []
    return found + ([rule.law_at] if rule.law_at else [])


@cache
def read_kinds(name: str) -> tuple[tuple[str, ...], ...]:
    """For each rule, the kinds that it reads itself: cases are drawn around one rule so that its facts meet."""
    found = {tuple(sorted({kind for s in selectors_of_rule(rule) for kind in s.kinds})) for rule in mechanism(name).rules.values()}
    return tuple(sorted(kinds for kinds in found if kinds))


@cache
def named_codes(name: str) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each field that a rule tests, the codes it names: drawn more often than the others."""
    found: dict[tuple[str, str], set[str]] = {}
    for rule in mechanism(name).rules.values():
        for selector in selectors_of_rule(rule):
            for kind in selector.kinds:
                for test in selector.where:
                    found.setdefault((kind, test.field), set()).update(test.codes)
    return {key: tuple(sorted(codes)) for key, codes in found.items()}


def days(first: date = FIRST, last: date = LAST) -> st.SearchStrategy[date]:
    """A day; often one of few, so that facts fall together."""
    few = [date(2025, 3, 1), date(2025, 3, 2), date(2025, 3, 31), date(2025, 4, 1), date(2025, 5, 1), date(2025, 12, 31)]
    return st.sampled_from(few) | st.dates(first, last)


@st.composite
def ranges(draw: st.DrawFn) -> tuple[date, date]:
    """An exact day, or a range of days."""
    day = draw(days())
    length = draw(st.sampled_from([0, 0, 0, 1, 9, 30, 91, 364]))
    return day, day + timedelta(days=length)


def values(made: Mechanism, kind: FactKind, field: FieldKind, preferred: tuple[str, ...]) -> st.SearchStrategy[Any]:
    """A value that a clear field may hold, or one of the four words for having none."""
    some: st.SearchStrategy[Any]
    if field.type == "date":
        some = ranges().map(lambda told: {"earliest": told[0], "latest": told[1]})
    elif field.type == "int":
        some = st.integers(0, 4)
    else:
        codes = [code for code in codes_of(made, field) if not retired(made, field, code)]
        one = st.sampled_from([*(code for code in preferred if code in codes), *codes] if len(preferred) < len(codes) else codes)
        if preferred:
            one = st.sampled_from([code for code in preferred if code in codes] or codes) | one
        some = one if field.type != "codes" else st.lists(one, min_size=1, max_size=3, unique=True).map(sorted)
    return some | some | some | st.sampled_from(MISSING) | st.none()


def retired(made: Mechanism, field: FieldKind, code: str) -> bool:
    """True for a code that stays readable and is no longer used."""
    entry = made.codelists.get(field.list or "", {}).get(code)
    return entry is not None and entry.retired


@st.composite
def facts_of(draw: st.DrawFn, name: str, kinds: tuple[str, ...], *, exact: bool = False, most: int = 7) -> list[Fact]:
    """Facts of these kinds: partial days, missing values, corrections, several recorded times."""
    made = mechanism(name)
    found: list[Fact] = []
    for index in range(draw(st.integers(0, most))):
        kind = made.facts[draw(st.sampled_from(kinds))]
        earliest, latest = draw(days().map(lambda day: (day, day))) if exact else draw(ranges())
        fields: dict[str, Any] = {}
        for field in kind.fields.values():
            if not field.sealed:
                value = draw(values(made, kind, field, named_codes(name).get((kind.id, field.name), ())))
                fields |= {} if value is None else {field.name: value}
        recorded = datetime(latest.year, latest.month, latest.day, 8, tzinfo=UTC) + timedelta(
            days=draw(st.sampled_from([0, 0, 3, 40])), seconds=draw(st.integers(0, 20)), microseconds=index
        )
        corrects = draw(st.sampled_from([fact.id for fact in found])) if found and draw(st.integers(0, 9)) == 0 else None
        by = draw(st.sampled_from(sorted(made.roles)))
        found.append(Fact(index, kind.id, earliest, latest, recorded, by, "own_act", fields, corrects))
    return found


@st.composite
def cases(draw: st.DrawFn, name: str = REFORM, *, exact: bool = False, most: int = 7) -> list[Fact]:
    """Facts around one or two rules of a mechanism, often with a description of the person."""
    kinds = draw(st.sampled_from(read_kinds(name)))
    if draw(st.booleans()):
        kinds = tuple(sorted({*kinds, *draw(st.sampled_from(read_kinds(name))), "person_described"}))
    return draw(facts_of(name, kinds, exact=exact, most=most))


def asked_days() -> st.SearchStrategy[date]:
    """A day to ask about, from before the facts to years after them."""
    return days() | st.dates(date(2007, 1, 1), date(2036, 12, 31))


def views(name: str = REFORM) -> st.SearchStrategy[frozenset[str] | None]:
    """Every data group, or some of them."""
    return st.none() | st.frozensets(st.sampled_from(sorted(mechanism(name).groups)))


def compared_with_today(rule: Rule) -> bool:
    """True when a rule itself compares a day with another."""
    return any(isinstance(node, Before) for expression in expressions_of(rule) for node in walk(expression))


def caseload(made: Mechanism, all_cases: Sequence[Sequence[Fact]]) -> FactTables:
    """The same cases as an extract for a country would give them: one frame per kind."""
    rows: dict[str, list[dict[str, Any]]] = {}
    number = 0
    for case, facts in enumerate(all_cases):
        numbers = {fact.id: number + place for place, fact in enumerate(facts)}
        number += len(facts)
        for fact in facts:
            row = {
                "case": case, "fact": numbers[fact.id], "earliest": fact.earliest, "latest": fact.latest,
                "recorded": fact.recorded_at.replace(tzinfo=None), "role": fact.stated_by,
                "corrects": None if fact.corrects is None else numbers[fact.corrects],
            }  # fmt: skip
            rows.setdefault(fact.kind, []).append(row | _columns(made.facts[fact.kind], fact))
    frames = {kind: pl.DataFrame(found, infer_schema_length=None) for kind, found in rows.items()}
    return tables_of(made, len(all_cases), frames)


def _columns(kind: FactKind, fact: Fact) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in kind.fields.values():
        value = fact.fields.get(field.name)
        if field.sealed:
            continue
        if field.type == "date":
            told = value if isinstance(value, dict) else {"earliest": None, "latest": None}
            found |= {f"{field.name}_{edge}": told[edge] for edge in ("earliest", "latest")}
            found[field.name] = value if isinstance(value, str) else None
        elif field.type == "codes":
            found[field.name] = [value] if isinstance(value, str) else value
        else:
            found[field.name] = None if value is None else str(value)
    return found
