"""A child may be exploited and nobody has said "presumed": the step to tell child protection stands all the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from repere.accounts.acting import acting_as
from repere.cases.models import Case, Task
from tests.cases.story import concern, record
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
STRADDLES_18 = {"turns_18": "2024-11-22..2027-11-21", "unaccompanied": "yes", "territory": "69"}
PIMPED = {"forms": ["pimping_or_sexual_exploitation"], "ongoing": "yes"}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    """She says that she is 17, or 19; her age is disputed."""
    case = concern(people.amina.actor, now=now())
    record(case, people.amina.actor, "person_described", now().date(), now=now(), age_disputed="yes", **STRADDLES_18)
    return case


def owed(case: Case, people: Cast) -> set[tuple[str, str]]:
    with acting_as(people.amina.actor) as actor:
        tasks = Task.objects.visible_to(actor).filter(case=case, closed_at=None)
        return {(task.rule_id, task.role) for task in tasks}


def test_a_doubt_and_a_disputed_age_open_the_step_at_once(case: Case, people: Cast) -> None:
    assert ("common.refer_minor", "support") in owed(case, people)
    with acting_as(people.amina.actor) as actor:
        kinds = set(case.facts.visible_to(actor).values_list("kind", flat=True))
    assert "presumption_stated" not in kinds, "the software states no presumption by itself"


def test_an_adult_opens_no_such_step(people: Cast) -> None:
    case = concern(people.amina.actor, now=now())
    record(case, people.amina.actor, "person_described", now().date(), now=now(), turns_18="2015", age_disputed="no", disability="no")
    record(case, people.amina.actor, "exploitation_described", now().date(), now=now(), **PIMPED)
    assert not {rule for rule, _ in owed(case, people)} & {"common.refer_minor", "fr.report_ill_treatment"}


def test_what_was_done_to_her_opens_the_duty_of_the_law(case: Case, people: Cast) -> None:
    assert ("fr.report_ill_treatment", "any") not in owed(case, people), "nobody has said what was done to her"
    record(case, people.amina.actor, "exploitation_described", now().date(), now=now(), **PIMPED)
    assert ("fr.report_ill_treatment", "any") in owed(case, people)


def test_child_protection_told_closes_both_and_a_presumption_asks_nothing_again(case: Case, people: Cast) -> None:
    record(case, people.amina.actor, "exploitation_described", now().date(), now=now(), **PIMPED)
    record(case, people.amina.actor, "child_protection_informed", now().date(), now=now(), to="child_protection")
    assert not {rule for rule, _ in owed(case, people)} & {"common.refer_minor", "fr.report_ill_treatment"}
    record(case, people.amina.actor, "presumption_stated", now().date(), now=now(), grounds=["indicators"])
    assert not {rule for rule, _ in owed(case, people)} & {"common.refer_minor", "fr.report_ill_treatment"}


def test_her_page_and_the_worklist_lead_to_the_report(signed_in: SignIn, case: Case, people: Cast) -> None:
    client = signed_in(people.amina)
    told = client.get(f"/cases/{case.code}/").content.decode()
    assert f'href="/cases/{case.code}/report/"' in told.split('id="next"')[1]
    assert "Prévenir la protection de l" in client.get("/?tab=due").content.decode()


def test_the_page_after_noting_says_which_task_it_opened(signed_in: SignIn, case: Case, people: Cast) -> None:
    """The duty is keyed by the report that began the file; what was noted just now is what opened it."""
    fact = record(case, people.amina.actor, "exploitation_described", now().date(), now=now(), **PIMPED)
    told = signed_in(people.amina).get(f"/cases/{case.code}/facts/{fact.pk}/").content.decode()
    assert "Signaler les mauvais traitements" in told
    assert "Ce fait ne donne de nouvelle tâche à personne" not in told
