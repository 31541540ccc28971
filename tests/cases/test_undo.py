"""Putting a task off and setting it aside can be taken back."""

from __future__ import annotations

from datetime import date

import pytest

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions, queries
from repere.cases.refusals import Refused
from repere.ledger.models import Entry
from tests.cases.story import NOW, grant, record
from tests.cases.test_tasks import REFLECTION, at, case, lines, notices, one, receipt, remind

__all__ = ["case"]


def act_of(actor: Actor) -> str:
    with acting_as(actor):
        return Entry.objects.filter(kind="write").order_by("-position")[0].act


def test_a_task_that_was_put_off_comes_back_at_once(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    with pytest.raises(Refused) as refused:
        actions.resume_task(one(case, amina), acting=amina, now=NOW)
    assert refused.value.code == "task_not_put_off"
    actions.snooze_task(one(case, amina), until=date(2026, 6, 20), acting=amina, now=NOW)
    assert REFLECTION not in lines(amina, "due", NOW)
    actions.resume_task(one(case, amina), acting=amina, now=NOW)
    assert one(case, amina).snoozed_until is None
    assert REFLECTION in lines(amina, "due", NOW)
    assert act_of(amina) == "resume_task"


def test_a_waived_task_is_taken_up_again_with_the_day_it_has_by_now(case, people, as_role):
    amina = people.amina.actor
    fact = receipt(case, amina)
    actions.waive_task(one(case, amina), reason="Elle a choisi avec son avocate", acting=amina, now=NOW)
    receipt(case, amina, "2026-06-05", corrects=fact)
    reopened = actions.reopen_task(one(case, amina), acting=amina, now=NOW)
    assert act_of(amina) == "reopen_task"
    assert (reopened.closed_at, reopened.closing, reopened.closed_by_id) == (None, "", None)
    assert reopened.due_latest == date(2026, 7, 5)
    with acting_as(amina):
        shown = next(line for line in queries.case_page(amina, case.code, now=NOW).duties if line.rule_id == REFLECTION)
    assert shown.note == "Elle a choisi avec son avocate", "why it was set aside is not lost"
    remind(as_role, at(21))
    assert notices(amina) == ["before:14"], "it is reminded of again"
    with pytest.raises(Refused) as refused:
        actions.reopen_task(one(case, amina), acting=amina, now=NOW)
    assert refused.value.code == "task_not_set_aside"


def test_a_waived_task_whose_duty_was_done_meanwhile_comes_back_closed(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    actions.waive_task(one(case, amina), reason="x", acting=amina, now=NOW)
    record(case, amina, "support_refused", "2026-06-10")
    assert actions.reopen_task(one(case, amina), acting=amina, now=NOW).closing == "fact"


def test_a_task_closed_by_a_fact_is_not_reopened_by_hand(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    record(case, amina, "support_refused", "2026-06-10")
    with pytest.raises(Refused) as refused:
        actions.reopen_task(one(case, amina), acting=amina, now=NOW)
    assert refused.value.code == "task_not_set_aside"


def test_another_organisation_undoes_nothing(case, people):
    amina, ines = people.amina.actor, people.ines.actor
    receipt(case, amina)
    actions.waive_task(one(case, amina), reason="x", acting=amina, now=NOW)
    grant(case, amina, people.boussole, ["profile", "residence", "identification", "support", "criminal_procedure"])
    for stranger in (ines, people.bruno.actor):
        for act in (actions.reopen_task, actions.resume_task):
            with pytest.raises(actions.NotVisible):
                act(one(case, amina), acting=stranger, now=NOW)
