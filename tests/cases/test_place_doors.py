"""The yes of a shelter that is hidden reaches who asked; her place is read and ended only by who may."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.test import Client
from django.utils import timezone

from repere.cases.actions import break_glass
from repere.cases.models import Case, Grant
from repere.core.needs import household
from repere.places import actions, jobs
from repere.places.models import Hold, Request, Shelter
from tests.cases.story import concern
from tests.people import Cast, Member, each_their_own
from tests.places.houses import by_worker, on_probation, shelter, suspend, unit

SignIn = Callable[[Member], Client]


def asked_for(people: Cast, case: Case, number: int) -> Request:
    return actions.ask(
        reference=case.place_reference, needs=household(["woman"]), urgency=1, zone="13", key=UUID(int=number), acting=people.amina.actor,
        now=timezone.now(),
    )  # fmt: skip


def test_the_yes_of_a_hidden_shelter_is_shown_and_leads_on(signed_in: SignIn, people: Cast) -> None:
    room = unit(people.sonia, shelter(people.sonia, listed=False, name="Maison cachée"))
    case = concern(people.amina.actor)
    request = asked_for(people, case, 21)
    amina, sonia = signed_in(people.amina), signed_in(people.sonia)
    address = f"/cases/{case.code}/place/{request.pk}/"
    amina.post(address + "send/")
    assert by_worker(jobs.send, request.pk, now=timezone.now()) == 1
    assert people.boussole.name not in amina.get(address).content.decode(), "nothing before a yes"
    with people.sonia.acts() as actor:
        held = Hold.objects.visible_to(actor).get()
    sonia.post(f"/places/asked/{held.pk}/accept/", {"unit": str(room.pk)})
    with people.amina.acts() as actor:
        assert not Shelter.objects.visible_to(actor).exists(), "row-level security hides the house from who asked"
    page = amina.get(address).content.decode()
    assert people.boussole.name in page
    assert "/show/" in page
    for hidden in ("Maison cachée", "Bouches-du-Rhône (13)"):
        assert hidden not in page
    amina.post(address + "show/", {"hold": str(held.pk)})
    assert sonia.get(f"/cases/{case.code}/").status_code == 200
    with people.amina.acts() as actor:
        assert Grant.objects.visible_to(actor).filter(case=case, organisation=people.boussole).exists()


def test_the_yes_of_a_hidden_shelter_is_shown_to_a_shelter_that_moves_somebody(signed_in: SignIn, people: Cast) -> None:
    house, now = shelter(people.sonia), timezone.now()
    case = concern(people.amina.actor)
    request = asked_for(people, case, 22)
    held = actions.hold(request.pk, unit(people.sonia, house).pk, key=UUID(int=23), acting=people.amina.actor, now=now)
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    actions.arrive(held.pk, acting=people.sonia.actor, now=now)
    actions.confirm_arrival(held.pk, acting=people.amina.actor, now=now)
    (moved,) = actions.report_incident(house.pk, kind="located", acting=people.sonia.actor, now=now)
    room = unit(people.ines, shelter(people.ines, zone="83", listed=False, name="Maison cachée"))
    actions.send_to_unlisted(moved.pk, acting=people.sonia.actor, now=now)
    assert by_worker(jobs.send, moved.pk, now=now) == 1
    with people.ines.acts() as actor:
        received = Hold.objects.visible_to(actor).get(request=moved)
    actions.accept(received.pk, unit_id=room.pk, acting=people.ines.actor, now=now)
    page = signed_in(people.sonia).get(f"/places/moving/{moved.pk}/").content.decode()
    assert people.ines.organisation.name in page
    assert "Maison cachée" not in page


def test_whoever_waits_is_told_not_to_take_her_to_a_body_that_was_stopped(signed_in: SignIn, people: Cast) -> None:
    case, now = concern(people.amina.actor), timezone.now()
    request = asked_for(people, case, 24)
    held = actions.hold(request.pk, unit(people.sonia, shelter(people.sonia)).pk, key=UUID(int=25), acting=people.amina.actor, now=now)
    actions.accept(held.pk, acting=people.sonia.actor, now=now)
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/{request.pk}/"
    warning = "Ne l'y conduisez pas"
    assert warning not in amina.get(address).content.decode()
    suspend(people.boussole)
    assert warning in amina.get(address).content.decode().replace("&#x27;", "'")
    by_worker(jobs.expire, now=now)
    page = amina.get(address).content.decode().replace("&#x27;", "'")
    assert warning in page, "still, once the hold has ended"
    assert "Aucune place recensée ne convient" in page or "found-title" in page, "and another place is looked for"


def test_an_emergency_opened_for_another_word_opens_neither_her_place_nor_its_end(signed_in: SignIn, people: Cast) -> None:
    case, now = concern(people.amina.actor), timezone.now()
    request = asked_for(people, case, 26)
    each_their_own(people.atalante)
    chloe, address = signed_in(people.chloe), f"/cases/{case.code}/place/{request.pk}/"
    break_glass(code=case.code, motive="danger", reason="appel inventé", groups=["contact_safety"], acting=people.chloe.actor, now=now)
    assert chloe.get(f"/cases/{case.code}/").status_code == 200, "the file itself is open, or this test would prove nothing"
    assert chloe.get(f"/cases/{case.code}/place/").status_code == 404
    assert chloe.get(address).status_code == 404
    for act in ("close", "send", "back", "show", "there"):
        assert chloe.post(address + act + "/").status_code == 404
    break_glass(code=case.code, motive="danger", reason="appel inventé", groups=["housing"], acting=people.chloe.actor, now=now)
    assert chloe.get(address).status_code == 200
    chloe.post(address + "close/")
    with people.amina.acts() as actor:
        assert Request.objects.visible_to(actor).get(pk=request.pk).closed_at is None, "read, never ended, by who looks for no place"


def test_holding_ones_own_hidden_room_is_refused_in_words(signed_in: SignIn, people: Cast) -> None:
    case = concern(people.amina.actor)
    room = unit(people.amina, shelter(people.amina, listed=False))
    request = asked_for(people, case, 27)
    answer = signed_in(people.amina).post(
        f"/cases/{case.code}/place/{request.pk}/hold/", {"unit": str(room.pk), "key": str(UUID(int=28))}, follow=True
    )
    assert answer.status_code == 200
    assert "pas dans la liste" in answer.content.decode() or "is not listed" in answer.content.decode()
    with people.amina.acts() as actor:
        assert not Hold.objects.visible_to(actor).exists()


def test_a_body_on_probation_opens_its_desk_and_prepares_a_house_on_the_pages(signed_in: SignIn, people: Cast) -> None:
    nadia = signed_in(on_probation())
    page = nadia.post("/places/houses/new/", {"name": "Maison Neuve", "zone": "13", "listed": "yes", "security": "1"}, follow=True)
    assert "Maison Neuve" in page.content.decode()
    assert "Maison Neuve" in nadia.get("/places/").content.decode()
