"""A deadline that can no longer be kept: kept and counted as missed, and nobody is called late for it any more."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import jobs, queries
from repere.cases.models import Case
from repere.ledger.models import Entry
from tests.cases.story import record, tasks
from tests.cases.test_tasks import REFLECTION, case, notices, one, receipt, remind  # noqa: F401
from tests.people import Cast

PARIS = "Europe/Paris"


def midnight(as_role, day: int) -> None:
    """The worker's turn in the first minutes of a day of July in Paris, two hours before that of Greenwich."""
    with as_role("worker"):
        jobs.midnight(PARIS, now=datetime(2026, 7, day, 0, 5, tzinfo=UTC) - timedelta(hours=2))


@pytest.fixture
def over(case: Case, people: Cast, as_role) -> Case:  # noqa: F811
    """Her thirty days, from 1 June, ended on 1 July without a choice; the night has passed."""
    receipt(case, people.amina.actor)
    midnight(as_role, 1)
    assert one(case, people.amina.actor).closed_at is None, "the last day is hers"
    midnight(as_role, 2)
    return case


def missed_in_the_ledger(actor: Actor) -> list[list[object]]:
    with acting_as(actor):
        return list(Entry.objects.filter(act="miss_tasks").values_list("subjects", flat=True))


def test_a_reflection_period_that_is_over_closes_as_missed_and_stands_in_the_ledger(over, people):
    task = one(over, people.amina.actor)
    assert (task.closing, task.closing_fact_id, task.due_latest.isoformat()) == ("missed", None, "2026-07-01")
    assert missed_in_the_ledger(people.amina.actor) == [[over.person_id]]


def test_a_missed_deadline_leads_no_worklist_and_is_reminded_of_no_more(over, people, as_role):
    amina: Actor = people.amina.actor
    before = notices(amina)
    remind(as_role, datetime(2026, 8, 1, 12, tzinfo=UTC))
    assert notices(amina) == before
    lines = queries.worklist(amina, now=datetime(2026, 8, 1, 12, tzinfo=UTC), tab="overdue").lines
    assert REFLECTION not in [line.rule_id for line in lines]


def test_a_choice_made_in_time_and_written_down_late_was_not_missed(over, people):
    fact = record(over, people.amina.actor, "support_refused", "2026-06-20", now=datetime(2026, 7, 5, 9, tzinfo=UTC))
    task = one(over, people.amina.actor)
    assert (task.closing, task.closing_fact_id) == ("fact", fact.pk)


def test_a_choice_made_after_the_end_does_not_undo_that_it_was_missed(over, people):
    record(over, people.amina.actor, "support_refused", "2026-07-04", now=datetime(2026, 7, 5, 9, tzinfo=UTC))
    assert one(over, people.amina.actor).closing == "missed"


def test_a_receipt_that_was_handed_over_later_opens_the_task_again(over, people):
    amina = people.amina.actor
    first = next(task.trigger_fact_id for task in tasks(over, amina, REFLECTION))
    receipt(over, amina, "2026-06-20", corrects=first, now=datetime(2026, 7, 5, 9, tzinfo=UTC))
    task = one(over, amina)
    assert (task.closed_at, task.due_latest.isoformat()) == (None, "2026-07-20")

