"""A file that was opened in an emergency and that nobody looked into afterwards stands before everybody's eyes."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import actions, queries
from repere.cases.actions.break_glass import REVIEW_HOURS
from repere.cases.models import BreakGlass, Case
from tests.cases.story import concern
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db


@pytest.fixture
def opened(people: Cast) -> BreakGlass:
    case: Case = concern(people.amina.actor)
    return actions.break_glass(
        code=case.code, motive="danger", reason="x", groups=["contact_safety"], acting=people.chloe.actor, now=timezone.now()
    )


def late_for(member: Member, hours: float) -> int:
    with acting_as(member.actor) as actor:
        return queries.worklist(actor, now=timezone.now() + timedelta(hours=hours)).late_reviews


def test_a_review_is_late_after_its_time_and_for_who_may_make_it(opened: BreakGlass, people: Cast) -> None:
    """Not a minute before, not for whoever opened the file, never for another organisation."""
    assert late_for(people.odile, REVIEW_HOURS - 0.1) == 0
    assert late_for(people.odile, REVIEW_HOURS + 0.1) == 1
    assert late_for(people.chloe, REVIEW_HOURS + 0.1) == 0
    assert late_for(people.ines, REVIEW_HOURS + 0.1) == 0
    assert late_for(people.bruno, REVIEW_HOURS + 0.1) == 0


def test_a_review_made_ends_it(opened: BreakGlass, people: Cast) -> None:
    actions.review_break_glass(opened, was_right=True, words="Danger réel", acting=people.odile.actor, now=timezone.now())
    assert late_for(people.odile, REVIEW_HOURS + 0.1) == 0


def test_it_stands_on_the_worklist_under_every_tab(opened: BreakGlass, people: Cast, time_machine) -> None:
    """Marked as overdue, with the way to it; and what was counted before is counted still."""
    with acting_as(people.amina.actor) as actor:
        notices = queries.worklist(actor, now=timezone.now()).notices
    assert notices == 1, "the second person was told"
    time_machine.move_to(timezone.now() + timedelta(hours=REVIEW_HOURS, minutes=1))
    client = people.amina.sign_in(Client())
    for tab in queries.TABS:
        page = client.get(reverse("cases:worklist"), {"tab": tab}).content.decode()
        assert "1 ouverture en urgence n’a pas été relue à temps" in page
        assert f'<a href="{reverse("cases:urgencies")}">1 ' in page
        assert "1 rappel non lu" in page
