"""Beds of a unit come and go; nobody's bed is taken from under them, and what was there before stays written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from repere.places import actions
from repere.places.models import Bed, ShelterChange, Unit
from repere.places.queries.candidates import candidates_for
from repere.places.queries.country import shortfall
from repere.places.queries.desk import houses
from repere.places.refusals import NotVisible, Refused
from tests.people import Cast, Member, member, organisation
from tests.places.houses import NOW, ask, by_the_house, hold, live, shelter, unit

SignIn = Callable[[Member], Client]


def free_of(people: Cast, asked: object) -> dict[UUID, int]:
    """As the seeker reads it: beds of the units that fit."""
    with people.amina.acts() as actor:
        return {one.unit.pk: one.free for one in candidates_for(actor, asked, now=NOW).fitting}  # type: ignore[arg-type]


def test_a_bed_more_is_offered_at_once_and_the_day_is_kept(people: Cast) -> None:
    room, family = unit(people.sonia, shelter(people.sonia), capacity=2), ask(people.amina)
    assert free_of(people, family) == {}, "two beds are too few for three people"
    actions.change_capacity(room.pk, capacity=3, acting=people.sonia.actor, now=NOW)
    assert free_of(people, family) == {room.pk: 3}
    assert hold(people.amina, family, room).unit_id == room.pk
    with people.sonia.acts() as actor:
        beds = Bed.objects.visible_to(actor).order_by("number").values_list("number", "opened_on", "closed_on")
        assert list(beds) == [(1, None, None), (2, None, None), (3, date(2026, 6, 15), None)]
        assert ShelterChange.objects.visible_to(actor).get().changed == {"capacity": [2, 3]}


def test_beds_taken_away_are_offered_no_more_and_a_later_one_gets_a_new_number(people: Cast) -> None:
    room, family = unit(people.sonia, shelter(people.sonia), capacity=4), ask(people.amina)
    actions.change_capacity(room.pk, capacity=2, acting=people.sonia.actor, now=NOW)
    assert free_of(people, family) == {}
    with people.sonia.acts() as actor:
        (line,) = houses(actor, now=NOW)[0].units
        assert (line.free, line.unit.capacity) == (2, 2)
    actions.change_capacity(room.pk, capacity=3, acting=people.sonia.actor, now=NOW)
    assert free_of(people, family) == {room.pk: 3}, "a room given whole is whole without the beds that are gone"
    with people.sonia.acts() as actor:
        beds = Bed.objects.visible_to(actor).order_by("number").values_list("number", "closed_on")
        assert list(beds) == [(1, None), (2, None), (3, date(2026, 6, 15)), (4, date(2026, 6, 15)), (5, None)]


@pytest.mark.parametrize("whole", [True, False])
def test_a_bed_that_is_held_or_slept_in_does_not_go(people: Cast, whole: bool) -> None:
    room = unit(people.sonia, shelter(people.sonia), capacity=4, one_household=whole)
    held = hold(people.amina, ask(people.amina), room)
    with pytest.raises(Refused) as refused:
        actions.change_capacity(room.pk, capacity=1, acting=people.sonia.actor, now=NOW)
    assert (refused.value.code, refused.value.params) == ("beds_in_use", {"free": 0 if whole else 1})
    with people.sonia.acts() as actor:
        assert Unit.objects.visible_to(actor).get().capacity == 4
        assert not ShelterChange.objects.visible_to(actor).exists()
    actions.give_back(held.pk, acting=people.amina.actor, now=NOW)
    assert actions.change_capacity(room.pk, capacity=1, acting=people.sonia.actor, now=NOW).capacity == 1


def test_the_database_alone_leaves_nobody_without_the_bed_they_sleep_in(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia), capacity=4, one_household=False)
    live(people.sonia, people.amina, room)
    close = "UPDATE places_bed SET closed_on = current_date, out_of_use = true WHERE number = %s"
    with by_the_house(people.sonia), connection.cursor() as cursor:
        with pytest.raises(IntegrityError, match="held or slept in"), transaction.atomic():
            cursor.execute(close, [1])
        cursor.execute(close, [4])
        with pytest.raises(IntegrityError, match="does not come back"), transaction.atomic():
            cursor.execute("UPDATE places_bed SET closed_on = NULL WHERE number = 4")
        with pytest.raises(IntegrityError, match="a_bed_taken_away_is_given_to_nobody"), transaction.atomic():
            cursor.execute("UPDATE places_bed SET out_of_use = false WHERE number = 4")


@pytest.mark.parametrize("beds", [0, 61])
def test_a_unit_keeps_between_1_and_60_beds(people: Cast, beds: int) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    with pytest.raises(Refused) as refused:
        actions.change_capacity(room.pk, capacity=beds, acting=people.sonia.actor, now=NOW)
    assert refused.value.code == "capacity_1_to_60"


def test_beds_of_others_are_not_there_and_not_everybody_counts_them(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia))
    with pytest.raises(NotVisible):
        actions.change_capacity(room.pk, capacity=2, acting=people.amina.actor, now=NOW)
    with pytest.raises(Refused) as refused:
        actions.change_capacity(room.pk, capacity=2, acting=people.chloe.actor, now=NOW)
    assert refused.value.code == "not_your_role"


def test_what_is_missing_is_told_against_the_beds_there_were_that_week(people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia), capacity=4)
    for weeks, beds in ((2, 6), (4, 1)):
        actions.change_capacity(room.pk, capacity=beds, acting=people.sonia.actor, now=NOW + timedelta(weeks=weeks, hours=1))
    camille = member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")
    with camille.acts() as actor:
        told = [week.beds for week in shortfall(actor, now=NOW + timedelta(weeks=6)).weeks]
    assert told == [0] * 6 + [4, 4, 6, 6, 1, 1]


def test_beds_change_on_the_page_of_the_house_and_a_refusal_is_read_there(signed_in: SignIn, people: Cast) -> None:
    house = shelter(people.sonia)
    room = unit(people.sonia, house)
    sonia, address = signed_in(people.sonia), f"/places/houses/{house.pk}/"
    page = sonia.post(address + "beds/", {"unit": str(room.pk), "capacity": "5"}, follow=True).content.decode()
    assert "5 libres sur 5" in page
    assert "Lits\u00a0: 3, puis 5" in page
    live(people.sonia, people.amina, room)
    page = sonia.post(address + "beds/", {"unit": str(room.pk), "capacity": "2"}, follow=True).content.decode()
    assert "lits de cette unité ne sont ni réservés ni occupés" in page
