"""The core and a slow evaluator written from the README say the same of every case."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.dates import FAR, day_of, number
from repere.core.rulebook import Fact, country, evaluate
from repere.core.rulebook.columns import FactTables
from tests.core.invented import KINGDOM, REFORM, asked_days, caseload, cases, mechanism, tries, views
from tests.core.reference import reference

TRITS = {"does_not_hold": 0, "cannot_tell": 1, "holds": 2, "open": 2, "done": 3, "missed": 4}


def disagreements(
    name: str, facts: Sequence[Fact], *, on: date, groups: frozenset[str] | None = None, known_at: datetime | None = None
) -> dict[str, tuple[object, object]]:
    """Rules of which the core and the reference say different things."""
    findings = evaluate(mechanism(name), facts, on=on, groups=groups, known_at=known_at).findings
    expected = reference(mechanism(name), facts, on=on, groups=groups, known_at=known_at)
    assert findings.keys() == expected.keys()
    said = {rule_id: (found.outcome, found.due) for rule_id, found in findings.items()}
    return {
        rule_id: (said[rule_id], (answer.outcome, answer.due))
        for rule_id, answer in expected.items()
        if said[rule_id] != (answer.outcome, answer.due)
    }


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_every_rule_answers_as_the_readme_says(name: str) -> None:
    """Outcome and due days, for random facts told exactly or not, on any day."""

    @tries(160)
    @given(cases(name), asked_days())
    def holds(facts: list[Fact], on: date) -> None:
        assert disagreements(name, facts, on=on) == {}

    holds()


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_every_rule_answers_as_the_readme_says_through_a_view(name: str) -> None:
    """The same for whoever sees only some data groups, as things were known at an instant."""

    @tries(110)
    @given(cases(name), asked_days(), views(name), st.integers(0, 900))
    def holds(facts: list[Fact], on: date, groups: frozenset[str] | None, after: int) -> None:
        known_at = datetime(2024, 6, 1, 9, tzinfo=UTC) + timedelta(days=after)
        assert disagreements(name, facts, on=on, groups=groups, known_at=known_at) == {}

    holds()


def test_a_country_on_one_day_is_every_case_one_by_one() -> None:
    """A table of many cases gives for each what the page of that case shows."""

    @tries(6, shrink=False)
    @given(st.lists(cases(REFORM), min_size=5, max_size=8), asked_days())
    def holds(all_cases: list[list[Fact]], on: date) -> None:
        made = mechanism(REFORM)
        answers = country.snapshot(made, caseload(made, all_cases), on)
        due = country.due_days(made, caseload(made, all_cases), on)
        for case, facts in enumerate(all_cases):
            findings = evaluate(made, facts, on=on).findings
            assert {rule_id: TRITS[found.outcome] for rule_id, found in findings.items()} == {
                rule_id: int(values[case]) for rule_id, values in answers.items()
            }
            for rule_id, latest in due.items():
                found = findings[rule_id]
                shown = found.due[1] if found.due and found.outcome in ("open", "done", "missed") else None
                assert (day_of(latest[case]) if latest[case] < FAR else None) == shown, rule_id

    holds()


def test_a_country_over_time_is_every_day_one_by_one() -> None:
    """Paths and totals, which look only at days on which something may turn, miss none of the days between."""
    start, end = date(2025, 2, 20), date(2025, 6, 10)

    @tries(4, shrink=False)
    @given(st.lists(cases(REFORM), min_size=15, max_size=25))
    def holds(all_cases: list[list[Fact]]) -> None:
        made = mechanism(REFORM)
        tables = caseload(made, all_cases)
        every_day = [country.snapshot(made, tables, start + timedelta(days=n)) for n in range((end - start).days + 1)]
        paths, totals = country.path(made, tables, start, end), totals_of(tables, start, end)
        for rule_id in made.rules:
            daily = np.array([answers[rule_id] for answers in every_day])
            assert (daily == spread(paths[rule_id], tables.cases, start, end)).all(), rule_id
            held, since = totals[rule_id]
            assert (held == (daily == 2).sum(axis=0)).all(), rule_id
            first = np.where((daily == 2).any(axis=0), number(start) + (daily == 2).argmax(axis=0), FAR)
            assert (since == first).all(), rule_id

    holds()


def totals_of(tables: FactTables, start: date, end: date) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Days held and first day held per rule and case."""
    found: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    country.path_totals(mechanism(REFORM), tables, start, end, lambda total: found.update({total.rule_id: (total.days, total.since)}))
    return found


def spread(moves: country.Path, many: int, start: date, end: date) -> np.ndarray:
    """A path as one answer per day and case."""
    answers = np.full(((end - start).days + 1, many), -1, np.int8)
    for case, day, value in zip(moves.case, moves.day, moves.value, strict=True):
        answers[int(day) - number(start) :, int(case)] = value
    return answers


def test_the_order_of_the_list_says_nothing() -> None:
    """Facts come from a table without an order: only their days and the instants of recording count, and equal ones tell nothing."""

    @tries(60)
    @given(cases(REFORM), asked_days(), st.randoms(use_true_random=False), st.booleans())
    def holds(facts: list[Fact], on: date, random: Random, at_once: bool) -> None:
        if at_once:
            facts = [replace(fact, recorded_at=datetime(2026, 1, 1, tzinfo=UTC)) for fact in facts]
        shuffled = random.sample(facts, len(facts))
        before, after = (evaluate(mechanism(REFORM), order, on=on) for order in (facts, shuffled))
        assert before.next_change_on == after.next_change_on
        for rule_id, found in before.findings.items():
            other = after.findings[rule_id]
            assert (found.outcome, found.due, found.since, found.until) == (other.outcome, other.due, other.since, other.until)
        assert disagreements(REFORM, shuffled, on=on) == {}

    holds()
