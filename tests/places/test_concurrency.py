"""Two workers never hold the same place, however many ask at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections

from repere.accounts.acting import acting_as
from repere.core.needs import household
from repere.places import actions
from repere.places.actions.asking_back import MOST_QUESTIONS
from repere.places.models import Hold, Occupancy, Request, Unit
from repere.places.refusals import Refused
from tests.people import Cast, Member, member, organisation
from tests.places.houses import NOW, ask, by_the_house, shelter, unit

ONE = household(["woman"])
T = TypeVar("T")


def at_once(act: Callable[[T], object], on: Sequence[T], *, workers: int, done: str) -> list[str]:
    """So many connections begin together. What came of each: `done`, or the code of the refusal."""
    together = Barrier(workers)

    def one(asked: T) -> str:
        try:
            together.wait(timeout=60)
            act(asked)
            return done
        except Refused as refused:
            return refused.code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(workers) as pool:
        return list(pool.map(one, on))


def test_of_two_hundred_who_ask_at_once_for_twenty_places_twenty_succeed(committing_db: str, people: Cast) -> None:
    rooms = [unit(people.sonia, shelter(people.sonia), capacity=1, label=str(number)) for number in range(20)]
    seekers = [member(f"Seeker{n} Exemple", organisation(f"Maison {n}", "association", "69"), "case_worker") for n in range(20)]
    asked = [(seekers[n % 20], ask(seekers[n % 20], ONE), rooms[n // 10]) for n in range(200)]

    def take(told: tuple[Member, Request, Unit]) -> None:
        seeker, request, room = told
        actions.hold(request.pk, room.pk, key=uuid4(), acting=seeker.actor, now=NOW)

    # Forty connections at a time, all two hundred asking for the same twenty rooms.
    answers = at_once(take, asked, workers=40, done="held")
    assert sorted(set(answers)) == ["held", "taken"], answers
    assert answers.count("held") == 20
    with acting_as(people.sonia.actor) as actor:
        assert Hold.objects.visible_to(actor).filter(state="asked").count() == 20
        assert Occupancy.objects.visible_to(actor).filter(live=True).count() == 20


def test_two_yes_at_once_keep_to_what_a_shelter_carries(committing_db: str, people: Cast) -> None:
    """Two colleagues of a house that carries one household answer two requests at the same moment."""
    house = shelter(people.sonia, most_households=1)
    rooms = [unit(people.sonia, house, label=label) for label in "AB"]
    held = [actions.hold(ask(people.amina, ONE).pk, room.pk, key=uuid4(), acting=people.amina.actor, now=NOW) for room in rooms]

    def accept(one: Hold) -> None:
        actions.accept(one.pk, acting=people.sonia.actor, now=NOW)

    assert sorted(at_once(accept, held, workers=2, done="accepted")) == ["accepted", "at_its_limit"]


def test_questions_sent_at_once_keep_to_their_number(committing_db: str, people: Cast) -> None:
    """One more than a house may ask, each from its own connection."""
    room = unit(people.sonia, shelter(people.sonia))
    held = actions.hold(ask(people.amina, ONE).pk, room.pk, key=uuid4(), acting=people.amina.actor, now=NOW)

    def ask_back(number: int) -> None:
        actions.ask_back(held.pk, text=f"Question {number} ?", acting=people.sonia.actor, now=NOW)

    answers = at_once(ask_back, range(MOST_QUESTIONS + 1), workers=MOST_QUESTIONS + 1, done="asked")
    assert sorted(answers) == [*["asked"] * MOST_QUESTIONS, "too_many_questions"]


def test_the_table_itself_refuses_a_second_hold_of_a_bed(people: Cast) -> None:
    """Whatever a program forgets to ask."""
    room = unit(people.sonia, shelter(people.sonia), capacity=1)
    first = actions.hold(ask(people.amina, ONE).pk, room.pk, key=uuid4(), acting=people.amina.actor, now=NOW)
    second = Hold(
        request=ask(people.amina, ONE), asking_id=people.atalante.pk, host_id=people.boussole.pk, shelter=first.shelter, unit=room,
        listed=True, user_id=people.amina.user.pk, asked_at=NOW, ends_at=first.ends_at,
    )  # fmt: skip
    with by_the_house(people.amina), connection.cursor() as cursor:
        second.save(force_insert=True)
        with pytest.raises(IntegrityError, match="nobody_holds_a_held_bed"):
            cursor.execute(
                "INSERT INTO places_occupancy (id, bed_id, hold_id, during, live)"
                " SELECT gen_random_uuid(), bed_id, %s, during, true FROM places_occupancy",
                [second.pk],
            )
        connection.set_rollback(True)
