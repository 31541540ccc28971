"""Pages of shelters and of the coordination: who opens them, and what they say."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import uuid4

from django.test import Client
from django.utils import timezone

from repere.core.needs import household
from repere.places import actions
from repere.places.models import Hold, Shelter, Unit
from tests.people import Cast, Member, member, organisation
from tests.places.houses import ask, hold, shelter, unit

SignIn = Callable[[Member], Client]


def test_a_shelter_is_entered_on_the_page_and_stays_unlisted_unless_somebody_says_so(signed_in: SignIn, people: Cast) -> None:
    sonia = signed_in(people.sonia)
    page = sonia.post("/places/houses/new/", {"name": "Maison Test", "zone": "13", "listed": "no", "security": "1"}, follow=True)
    assert "Maison Test" in page.content.decode()
    address = page.redirect_chain[-1][0]
    page = sonia.post(address + "unit/", {"label": "Bleue", "capacity": "3", "gender": "women", "phases": ["emergency"]}, follow=True)
    assert "Bleue" in page.content.decode()
    with people.sonia.acts() as actor:
        assert not Shelter.objects.visible_to(actor).get().listed
        made = Unit.objects.visible_to(actor).get()
    assert (made.children, made.one_household) == (False, False), "what is not ticked is a no"
    assert signed_in(people.ines).get(address).status_code == 404
    assert "Maison Test" not in signed_in(people.ines).get("/places/").content.decode()


def test_an_incident_on_the_page_stops_arrivals(signed_in: SignIn, people: Cast) -> None:
    house = shelter(people.sonia)
    sonia = signed_in(people.sonia)
    sonia.post(f"/places/houses/{house.pk}/incident/", {"kind": "located", "sure": "1"})
    with people.sonia.acts() as actor:
        assert Shelter.objects.visible_to(actor).get().paused_at is not None
    sonia.post(f"/places/houses/{house.pk}/reopen/")
    with people.sonia.acts() as actor:
        assert Shelter.objects.visible_to(actor).get().paused_at is None


def test_the_proposal_is_for_the_coordination_alone_and_holds_nothing(signed_in: SignIn, people: Cast) -> None:
    unit(people.sonia, shelter(people.sonia, zone="13"))
    hidden = shelter(people.sonia, zone="75", listed=False, name="Maison cachée")
    unit(people.sonia, hidden)
    for _ in range(2):
        ask(people.amina, household(["woman"], children=2, refuses_zones=frozenset({"69"})))
    camille = member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")
    page = signed_in(camille).get("/places/proposal/").content.decode()
    assert "Bouches-du-Rhône" in page
    assert page.count("2 mineurs") == 2
    assert "plus urgents" in page
    assert "Maison cachée" not in page
    assert "Paris" not in page
    for other in (people.amina, people.sonia, people.karim):
        assert signed_in(other).get("/places/proposal/").status_code == 404
        assert signed_in(other).get("/places/missing/").status_code == 404
    with people.sonia.acts() as actor:
        assert not Hold.objects.visible_to(actor).exists()


def test_needs_that_were_not_met_stay_counted(signed_in: SignIn, people: Cast) -> None:
    now = timezone.now() - timedelta(days=3)
    asked = actions.ask(
        reference=uuid4(), needs=household(["woman"], children=3), urgency=2, key=uuid4(), acting=people.amina.actor, now=now
    )
    actions.close_request(asked.pk, acting=people.amina.actor, now=now)
    camille = member("Camille Exemple", organisation("Vigie", "coordination", "75"), "coordination")
    page = signed_in(camille).get("/places/missing/")
    weeks = page.context["found"].weeks
    assert (sum(week.unmet for week in weeks), sum(week.people for week in weeks)) == (1, 4)


def test_a_page_of_a_request_is_not_there_once_it_was_answered(signed_in: SignIn, people: Cast) -> None:
    held = hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)), now=timezone.now())
    sonia = signed_in(people.sonia)
    assert sonia.get(f"/places/asked/{held.pk}/").status_code == 200
    assert signed_in(people.ines).get(f"/places/asked/{held.pk}/").status_code == 404
    sonia.post(f"/places/asked/{held.pk}/decline/", {"reason": "full"})
    assert sonia.get(f"/places/asked/{held.pk}/").status_code == 404
