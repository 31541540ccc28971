"""A convention that ends soon: one neutral letter for each step to each member of the house who asked for letters."""

from __future__ import annotations

from datetime import datetime, timedelta
from email.header import decode_header, make_header
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from repere.accounts.directory_jobs import remind_of_conventions
from repere.cases.outside import actions as wishing
from repere.cases.outside import letters
from repere.directory import actions
from repere.directory.entry_models import Convention, ReminderLetter
from tests.cases.test_outside import Post, as_worker, now, post
from tests.people import Cast, Member

__all__ = ["post"]


def keep(by: Member, *, days: int, held: Convention | None = None) -> Convention:
    """A convention that ends in so many days."""
    with by.acts() as acting:
        return actions.keep_convention(
            parties=["Préfecture inventée", "Atalante"], object="Accueil", state="signed", territories=["69"], agent="Agente Partie",
            ends_on=now().date() + timedelta(days=days), convention_id=held.pk if held else None, acting=acting, now=now(),
        )  # fmt: skip


def delivered(*, at: datetime | None = None) -> int:
    with as_worker():
        remind_of_conventions(now=at or now())
        letters.write_reminders(now=at or now())
        return letters.send_letters(now=at or now())


@pytest.mark.usefixtures("committing_db")
def test_each_step_reaches_who_asked_in_the_house_that_keeps_it_once_and_says_nothing(people: Cast, post: Post) -> None:
    for member in (people.amina, people.bruno):
        wishing.ask_for_letters(acting=member.actor, now=now())
    held = keep(people.amina, days=170)
    assert delivered() == 1
    assert delivered() == 0
    assert delivered(at=now() + timedelta(days=120)) == 1, "the next step"
    keep(people.amina, days=300, held=held)
    assert delivered(at=now() + timedelta(days=121)) == 1, "another end starts anew"
    assert {to for to, _ in post.taken} == {people.amina.user.email}, "neither who did not ask, nor another house"
    for _to, mail in post.taken:
        text = str(make_header(decode_header(str(mail["Subject"])))) + mail.get_payload(decode=True).decode()
        for secret in ("convention", "Préfecture", "Atalante", "Agente", "Accueil", "http", "69"):
            assert secret not in text, secret


@pytest.mark.usefixtures("committing_db")
def test_nothing_is_sent_after_the_wish_or_the_convention_ended_and_a_refusal_is_tried_again(people: Cast, post: Post) -> None:
    wishing.ask_for_letters(acting=people.amina.actor, now=now())
    held = keep(people.amina, days=10)
    post.refuses = True
    assert delivered() == 0
    post.refuses = False
    wishing.end_letters(acting=people.amina.actor, now=now())
    assert delivered() == 0
    wishing.ask_for_letters(acting=people.amina.actor, now=now())
    assert delivered(at=now() + timedelta(days=20)) == 0, "it has ended"
    assert delivered() == 1
    assert held.pk is not None
    assert len(post.taken) == 1


@pytest.mark.django_db
def test_pages_neither_read_nor_write_these_letters(people: Cast) -> None:
    for act in (lambda: list(ReminderLetter.objects.all()), lambda: ReminderLetter.objects.create(**told(people))):
        with people.amina.acts(), pytest.raises(DatabaseError), transaction.atomic():
            act()


def told(people: Cast) -> dict[str, Any]:
    made_up = people.amina.user.pk
    return {"convention_id": made_up, "wish_id": made_up, "days": 14, "ends_on": now().date(), "written_at": now()}
