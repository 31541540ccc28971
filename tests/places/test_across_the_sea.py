"""The proposal of the day puts no sea between a household and its bed, unless it would like to be there."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from repere.core.needs import household
from repere.places import actions
from repere.places.models import Request
from repere.places.queries.country import Proposed, daily_proposal
from tests.people import Cast, Member, member, organisation
from tests.places.houses import NOW, shelter, unit

SignIn = Callable[[Member], Client]


def test_no_place_across_the_sea_is_proposed_unless_the_household_would_like_to_be_there(people: Cast, signed_in: SignIn) -> None:
    camille = member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")

    def asked(zone: str, *near: str) -> Request:
        needs = household(["man"], near=frozenset(near))
        return actions.ask(reference=uuid4(), needs=needs, urgency=3, zone=zone, key=uuid4(), acting=people.amina.actor, now=timezone.now())

    def proposed(request: Request) -> Proposed:
        with camille.acts() as actor:
            return next(one for one in daily_proposal(actor, now=NOW).lines if one.request.pk == request.pk)

    overseas = unit(people.sonia, shelter(people.sonia, zone="973", name="Cayenne inventée"), capacity=1)
    mainland, guyane, reunion = asked("33", "33"), asked("973"), asked("974")
    line = proposed(mainland)
    assert (line.unit, line.across) == (None, 1)
    assert (proposed(reunion).unit, proposed(reunion).across) == (None, 1), "from one overseas territory to another"
    assert (proposed(guyane).unit, proposed(guyane).across) == (overseas, 0)
    page = signed_in(camille).get("/places/proposal/").content.decode()
    assert page.count("1 place qui conviendrait, dans une autre partie de la République") == 2
    actions.close_request(guyane.pk, acting=people.amina.actor, now=NOW)
    wishes = asked("33", "973")
    assert proposed(wishes).unit == overseas, "it would like to be there"
    corsica = unit(people.bruno, shelter(people.bruno, zone="2A", name="Corse inventée"), capacity=1)
    assert proposed(mainland).unit == corsica, "the mainland and Corsica are one part"
    assert proposed(reunion).unit is None, "nor from overseas to the mainland"
    nowhere = asked("FR")
    actions.close_request(mainland.pk, acting=people.amina.actor, now=NOW)
    assert proposed(nowhere).across == 0, "who is nowhere is across no sea"
