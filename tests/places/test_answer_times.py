"""How soon shelters answer and what one more place would bring: for the national coordination, and nobody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from repere.places import actions
from repere.places.queries.answering import ELSEWHERE, answer_times
from repere.places.queries.country import daily_proposal, shortfall
from repere.places.refusals import NotVisible
from tests.people import Cast, Member, member, organisation
from tests.places.houses import NOW, ask, hold, shelter, unit

SignIn = Callable[[Member], Client]


@pytest.fixture
def camille(people: Cast) -> Member:
    return member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")


def asked(people: Cast, zone: str, hours: int | None, *, listed: bool = True, count: int = 1) -> None:
    """Shelters of one département, each asked once and answering after so many hours."""
    for number in range(count):
        kept = unit(people.sonia, shelter(people.sonia, zone=zone, listed=listed, name=f"Maison {zone} {number}"))
        held = hold(people.amina, ask(people.amina), kept)
        if hours is not None:
            actions.accept(held.pk, acting=people.sonia.actor, now=NOW + timedelta(hours=hours))


def seen(by: Member) -> dict[str, Any]:
    with by.acts() as actor:
        return {one.region: (one.shelters, one.asked, one.answered, one.hours) for one in answer_times(actor, now=NOW + timedelta(days=1))}


def test_times_are_told_by_region_where_three_shelters_were_asked(people: Cast, camille: Member) -> None:
    asked(people, "13", 6, count=3)
    asked(people, "59", 1, count=2)
    assert seen(camille) == {"93": (3, 3, 3, 6.0)}, "two shelters are told neither alone nor together"
    asked(people, "75", None)
    assert seen(camille) == {"93": (3, 3, 3, 6.0), ELSEWHERE: (3, 3, 2, 1.0)}


def test_nobody_but_the_coordination_reads_them(people: Cast, camille: Member, signed_in: SignIn) -> None:
    """Which shelter is slow, and where places are short, tells an exploiter where to wait. Neither page, link nor number."""
    asked(people, "13", 6, count=3)
    for reader in people.everyone:
        with reader.acts() as actor:
            for read in (answer_times, shortfall, daily_proposal):
                with pytest.raises(NotVisible):
                    read(actor, now=NOW)
        client = signed_in(reader)
        for path in ("/places/proposal/", "/places/missing/"):
            assert client.get(path).status_code in (403, 404)
        text = client.get("/directory/coverage/").content.decode()
        assert "places/missing" not in text
        assert "places/proposal" not in text
    client = signed_in(camille)
    text = client.get("/directory/coverage/").content.decode()
    assert "/places/proposal/" in text
    assert "/places/missing/" in text
    assert client.get("/places/missing/").status_code == 200


def test_another_role_of_the_coordination_reads_none(people: Cast, camille: Member, signed_in: SignIn) -> None:
    """The role counts, not the house: its jurist and its rapporteur are no dispatchers."""
    for role in ("rapporteur", "jurist"):
        other = member(f"{role} Exemple", camille.organisation, role)
        with other.acts() as actor, pytest.raises(NotVisible):
            answer_times(actor, now=NOW)
        assert "places/missing" not in signed_in(other).get("/directory/coverage/").content.decode()
