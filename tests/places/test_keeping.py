"""The coordination reads which places past days advise to keep back, and why; nothing is held by it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from repere.core.needs import Needs, household
from repere.places import actions
from repere.places.models import Hold, Request, Unit
from repere.places.queries.country import Today, daily_proposal
from repere.places.refusals import NotVisible
from tests.people import Cast, Member, member, organisation
from tests.places.houses import arrive, shelter, unit
from tests.places.test_changing import SAID

SignIn = Callable[[Member], Client]
ALONE = household(["woman"])
WHEELS = household(["woman"], step_free=True)


def asked(people: Cast, needs: Needs, *, now: datetime, urgency: int = 1) -> Request:
    return actions.ask(reference=uuid4(), needs=needs, urgency=urgency, zone="13", key=uuid4(), acting=people.amina.actor, now=now)


def stayed(people: Cast, of: Unit, needs: Needs, *, now: datetime, urgency: int = 1) -> None:
    """Came, had the place, and left it the day after."""
    request = asked(people, needs, now=now, urgency=urgency)
    held = actions.hold(request.pk, of.pk, key=uuid4(), acting=people.amina.actor, now=now)
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    arrive(people.sonia, people.amina, held.pk, now=now)
    actions.leave(held.pk, acting=people.sonia.actor, now=now + timedelta(days=1))


def weeks(people: Cast, now: datetime, *, days: int = 30) -> tuple[Unit, Unit]:
    """Every second day a woman has the ordinary room; every fourth somebody who cannot take steps asks, and finds nothing."""
    house = shelter(people.sonia, zone="13", men_on_site=False)
    flat, room = unit(people.sonia, house, capacity=1, label="Plain-pied", step_free=True), unit(people.sonia, house, capacity=1, label="B")
    for ago in range(days, 1, -2):
        stayed(people, room, ALONE, now=now - timedelta(days=ago))
        if ago % 4 == 0:
            wheels = asked(people, WHEELS, now=now - timedelta(days=ago), urgency=2)
            actions.close_request(wheels.pk, acting=people.amina.actor, now=now - timedelta(days=ago - 1))
    return flat, room


def camille() -> Member:
    return member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")


def read(who: Member, now: datetime) -> Today:
    with who.acts() as actor:
        return daily_proposal(actor, now=now)


def test_the_page_says_which_place_to_keep_back_until_when_and_why(signed_in: SignIn, people: Cast) -> None:
    now = timezone.now()
    flat, room = weeks(people, now)
    for _ in range(2):
        asked(people, ALONE, now=now, urgency=0)
    coordination = camille()
    told = read(coordination, now)
    assert {one.unit.pk for one in told.lines if one.unit} == {flat.pk, room.pk}, "the proposal gives both"
    kept = next(one for one in told.kept if one.proposed.unit == flat)
    assert (kept.advice.why, kept.advice.every_days, kept.advice.others) == ("nothing_else", 4, ("not_step_free",))
    assert kept.until == now + timedelta(days=4)
    page = signed_in(coordination).get("/places/proposal/").content.decode()
    assert "Des ménages qu'aucune autre place libre n'accueille viennent tous les 4 jours environ." in page.replace("&#x27;", "'")
    assert page.count("conseillent de garder cette place") == len(told.kept), "said beside the line too"
    with people.sonia.acts() as actor:
        assert not Hold.objects.visible_to(actor).filter(request__closed_at=None).exists(), "nothing is held by it"


def test_whoever_needs_a_bed_tonight_gets_it_whatever_past_days_say(people: Cast) -> None:
    now = timezone.now()
    flat, room = weeks(people, now)
    for _ in range(2):
        asked(people, ALONE, now=now, urgency=3)
    told = read(camille(), now)
    assert {one.unit.pk for one in told.lines if one.unit} == {flat.pk, room.pk}
    assert told.kept == []


def test_a_short_history_is_said_to_be_short(signed_in: SignIn, people: Cast) -> None:
    now = timezone.now()
    weeks(people, now, days=6)
    asked(people, ALONE, now=now, urgency=0)
    coordination = camille()
    told = read(coordination, now)
    assert (told.learnt.history.enough, told.learnt.history.days, told.kept) == (False, 6, [])
    assert "Trop peu de jours passés" in signed_in(coordination).get("/places/proposal/").content.decode()


def test_stays_in_a_hidden_house_teach_nothing(people: Cast) -> None:
    """How many leave it and when would tell of it."""
    now = timezone.now()
    weeks(people, now, days=4)
    before = len(read(camille(), now).learnt.history.opened)
    with people.sonia.acts() as actor:
        house = Unit.objects.visible_to(actor).first()
    assert house is not None
    actions.change_shelter(house.shelter_id, **SAID | {"listed": False}, acting=people.sonia.actor, now=now)
    assert (before, len(read(camille(), now).learnt.history.opened)) == (2, 0)


def test_nobody_but_the_coordination_reads_it(people: Cast) -> None:
    for other in (people.amina, people.sonia):
        with pytest.raises(NotVisible):
            read(other, timezone.now())
