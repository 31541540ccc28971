"""A task is taken, put off or set aside by those who answer for it, and by nobody else of the same house."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import date

import pytest
from django.test import Client

from repere.cases import actions, jobs
from repere.cases.models import Task
from repere.cases.refusals import Refused
from tests.cases.story import NOW, concern, grant, record, tasks
from tests.people import Cast, Member

SHOWN = ["contact_safety", "profile", "exploitation", "identification", "criminal_procedure"]
VERBS = ("assign", "snooze", "resume", "waive", "reopen")


@pytest.fixture
def shared(people: Cast, as_role: Callable[[str], AbstractContextManager[None]]) -> list[Task]:
    """The tasks that police see in a file that an association shared with them."""
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "presumption_stated", grounds=["account"])
    record(case, amina, "complaint_filed", basis="person_said")
    grant(case, amina, people.police, SHOWN)
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    return tasks(case, people.karim.actor)


def of_role(found: list[Task], *, police: bool) -> Task:
    return next(task for task in found if (task.role in ("police", "any")) is police)


@pytest.mark.parametrize("verb", VERBS)
def test_police_cannot_act_on_the_task_of_a_case_worker(
    shared: list[Task], people: Cast, signed_in: Callable[[Member], Client], verb: str
) -> None:
    """Sharing a file with investigators does not let them put aside what accompaniment owes her."""
    address = f"/tasks/{of_role(shared, police=False).pk}/{verb}/"
    client = signed_in(people.karim)
    assert client.post(address, {"reason": "x", "until": "2099-01-01", "to": "me"}).status_code == 403
    if verb in ("snooze", "waive"):
        assert client.get(address).status_code == 403


def test_the_verbs_themselves_refuse_whatever_the_page_does(shared: list[Task], people: Cast) -> None:
    """The lock is in the verb; the page only says it earlier."""
    task, karim = of_role(shared, police=False), people.karim.actor
    for act in (
        lambda: actions.assign_task(task, to=None, acting=karim, now=NOW),
        lambda: actions.snooze_task(task, until=date(2026, 6, 20), acting=karim, now=NOW),
        lambda: actions.resume_task(task, acting=karim, now=NOW),
        lambda: actions.waive_task(task, reason="x", acting=karim, now=NOW),
        lambda: actions.reopen_task(task, acting=karim, now=NOW),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "task_of_another_role"


def test_who_is_asked_may_act(shared: list[Task], people: Cast, signed_in: Callable[[Member], Client]) -> None:
    """The same page opens for the role that the duty names, and for those who accompany her."""
    assert signed_in(people.karim).get(f"/tasks/{of_role(shared, police=True).pk}/waive/").status_code == 200
    with people.amina.acts() as actor:
        own = list(Task.objects.visible_to(actor).filter(case=shared[0].case_id))
    for task in own:
        assert signed_in(people.amina).get(f"/tasks/{task.pk}/waive/").status_code == 200
