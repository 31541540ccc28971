"""Three coordinates: the day asked about, the instant until which something was known, and the law."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from repere.core.rulebook import Fact, evaluate
from repere.core.rulebook.evaluation import Finding, evaluate_many
from tests.core.invented import FRANCE, REFORM, asked_days, cases, days, mechanism, tries, views
from tests.core.reference import reference

ONE_DAY = timedelta(days=1)


def fact(kind: str, day: str, *, recorded: str | None = None, corrects: Any = None, by: str = "police", **fields: Any) -> Fact:
    """One fact of one day, recorded at noon."""
    on = date.fromisoformat(day)
    instant = datetime.fromisoformat(recorded or day).replace(hour=12, tzinfo=UTC)
    return Fact(f"{kind} {day}", kind, on, on, instant, by, "own_act", fields, corrects)


def told(day: str) -> dict[str, date]:
    """A date field holding one exact day."""
    return {"earliest": date.fromisoformat(day), "latest": date.fromisoformat(day)}


def content(found: Finding) -> tuple[object, ...]:
    """Everything a finding says, apart from the span of days over which it says so."""
    return tuple(getattr(found, name) for name in Finding.__slots__ if name not in ("since", "until"))


# ---- known at


def test_what_we_said_on_3_march_is_what_was_recorded_by_then() -> None:
    """A complaint of February, recorded on 10 March, was not known on the 3rd, and nobody is blamed for it."""
    filed = fact("complaint_filed", "2027-02-20", recorded="2027-03-10", describes=["forced_labour"])
    third = date(2027, 3, 3)
    said_then = evaluate(mechanism(FRANCE), [filed], on=third, known_at=datetime(2027, 3, 3, 23, 59, tzinfo=UTC)).findings
    said_now = evaluate(mechanism(FRANCE), [filed], on=third).findings
    rule = "fr.procedure_running"
    assert (said_then[rule].outcome, said_now[rule].outcome) == ("does_not_hold", "holds")
    assert not any(found.facts_used for found in said_then.values())


def test_a_correction_counts_from_the_instant_it_is_recorded() -> None:
    """Before it we said what the first record said; the first record is not rewritten."""
    wrong = fact("person_described", "2026-02-01", nationality_group="third_country")
    right = fact("person_described", "2026-02-02", recorded="2026-03-10", corrects=wrong.id, nationality_group="french")
    for instant, answer in (("2026-03-09", "holds"), ("2026-03-11", "does_not_hold")):
        known_at = datetime.fromisoformat(instant).replace(tzinfo=UTC)
        findings = evaluate(mechanism(FRANCE), [wrong, right], on=date(2026, 3, 3), known_at=known_at).findings
        assert findings["common.third_country"].outcome == answer


def test_known_at_is_the_same_as_a_file_without_what_came_later() -> None:
    """For random files, instants and views."""

    @tries(20)
    @given(cases(REFORM), asked_days(), days(), views(REFORM))
    def holds(facts: list[Fact], on: date, until: date, groups: frozenset[str] | None) -> None:
        known_at = datetime(until.year, until.month, until.day, 12, tzinfo=UTC)
        by_then = [fact for fact in facts if fact.recorded_at <= known_at]
        made = mechanism(REFORM)
        assert evaluate(made, facts, on=on, groups=groups, known_at=known_at) == evaluate(made, by_then, on=on, groups=groups)

    holds()


# ---- the next day


def test_nothing_changes_before_the_next_day_of_change() -> None:
    """The night that looks at a case only on that day misses nothing: no word of any finding moves before it."""

    @tries(20)
    @given(cases(REFORM), days(), st.floats(0, 1))
    def holds(facts: list[Fact], on: date, at: float) -> None:
        made = mechanism(REFORM)
        now = evaluate(made, facts, on=on)
        end = now.next_change_on or date(2037, 1, 1)
        assert end > on
        between = on + timedelta(days=int(at * ((end - on).days - 1)))
        for day in {between, end - ONE_DAY}:
            then = evaluate(made, facts, on=day)
            assert {key: content(found) for key, found in then.findings.items()} == {key: content(f) for key, f in now.findings.items()}
            assert then.next_change_on == now.next_change_on

    holds()


def test_the_slow_evaluator_sees_no_change_before_it_either() -> None:
    """The days on which something may turn are not taken from the evaluator alone."""

    @tries(15)
    @given(cases(REFORM), days(), st.floats(0, 1))
    def holds(facts: list[Fact], on: date, at: float) -> None:
        made = mechanism(REFORM)
        end = evaluate(made, facts, on=on).next_change_on or date(2037, 1, 1)
        between = on + timedelta(days=int(at * ((end - on).days - 1)))
        assert reference(made, facts, on=between) == reference(made, facts, on=on)

    holds()


@pytest.mark.parametrize(
    ("given_facts", "on", "next_day", "rule"),
    [
        (
            [fact("person_described", "2026-05-04", turns_18=told("2026-09-30"), age_disputed="no")],
            date(2026, 6, 1), date(2026, 9, 30), "common.minor_today",
        ),
        ([fact("recepisse_handed_over", "2026-05-04", by="prefecture")], date(2026, 5, 20), date(2026, 6, 4), "fr.in_reflection"),
        (
            [fact("permit_granted", "2026-05-04", by="prefecture", ground="fr_l425_1", valid_until=told("2027-05-03"))],
            date(2026, 12, 1), date(2027, 5, 4), "fr.holder_l425_1",
        ),
    ],
)  # fmt: skip
def test_the_next_day_is_the_day_a_right_ends_or_a_birthday_falls(given_facts: list[Fact], on: date, next_day: date, rule: str) -> None:
    """Turning 18, the end of the thirty days, the day after the permit."""
    now = evaluate(mechanism(FRANCE), given_facts, on=on)
    assert now.next_change_on == next_day
    then = evaluate(mechanism(FRANCE), given_facts, on=next_day)
    assert then.findings[rule].outcome != now.findings[rule].outcome


def test_since_and_until_are_the_ends_of_one_answer() -> None:
    """From the one to the other the answer is the same; on the day after the last, it is not."""

    @tries(15)
    @given(cases(REFORM), days(), st.data())
    def holds(facts: list[Fact], on: date, data: st.DataObject) -> None:
        made = mechanism(REFORM)
        findings = evaluate(made, facts, on=on).findings
        ends = sorted({edge for found in findings.values() for edge in (found.since, found.until) if edge and edge != on})
        assume(ends)
        edge = data.draw(st.sampled_from(ends))
        inside, after = (evaluate(made, facts, on=day).findings for day in (edge, edge + ONE_DAY))
        for rule_id, found in findings.items():
            assert found.since is None or found.since <= on
            assert found.until is None or found.until >= on
            if edge in (found.since, found.until):
                assert inside[rule_id].outcome == found.outcome, (rule_id, edge)
            if edge == found.until:
                assert after[rule_id].outcome != found.outcome, (rule_id, edge)

    holds()


def test_a_last_day_told_as_a_range_is_promised_only_as_far_as_it_is_sure() -> None:
    """She chose "in May": the period surely runs until three months after the 1st, and may run until three months after the 20th."""
    chosen = Fact(1, "reflection_chosen", date(2026, 5, 1), date(2026, 5, 20), datetime(2026, 5, 20, tzinfo=UTC), "case_worker")
    period = evaluate(mechanism(REFORM), [chosen], on=date(2026, 5, 21)).findings["collectif.reflection_period"]
    assert (period.outcome, period.until) == ("holds", date(2026, 8, 1))
    later = evaluate(mechanism(REFORM), [chosen], on=date(2026, 8, 2)).findings["collectif.reflection_period"]
    assert later.outcome == "cannot_tell"


# ---- the law of a day


def test_before_the_day_a_text_was_read_its_answer_is_an_older_text_not_checked() -> None:
    """For every rule whose start is unknown: whatever the facts, the day before is not told."""
    made = mechanism(REFORM)
    days_read = {rule.versions[0].standing.known_from for rule in made.rules.values() if rule.versions[0].standing.start is None}
    assert days_read
    for day in days_read:
        before = evaluate(made, [], on=day - ONE_DAY).findings
        for rule in made.rules.values():
            first = rule.versions[0].standing
            if first.start is None and first.known_from == day and rule.law_at is None and rule.duty is None:
                assert (before[rule.id].outcome, before[rule.id].reason) == ("cannot_tell", "older_text_not_checked")


def test_before_it_starts_a_text_gives_nothing() -> None:
    """For every rule with a known start, the day before answers no (or is told by nothing)."""
    made = mechanism(REFORM)
    for rule in made.rules.values():
        start = rule.versions[0].standing.start
        if start is not None and rule.law_at is None:
            assert evaluate(made, [], on=start - ONE_DAY).findings[rule.id].outcome == "does_not_hold", rule.id


# ---- several cases at once


def test_several_cases_at_once_are_each_case_alone() -> None:
    """The night looks at many cases in one go; nobody's answer depends on who else is in the batch."""

    @tries(8)
    @given(st.lists(cases(REFORM), min_size=2, max_size=5), asked_days(), views(REFORM))
    def holds(all_cases: list[list[Fact]], on: date, groups: frozenset[str] | None) -> None:
        made = mechanism(REFORM)
        together = evaluate_many(made, all_cases, on=on, groups=groups)
        assert together == [evaluate(made, facts, on=on, groups=groups) for facts in all_cases]

    holds()
