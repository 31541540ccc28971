"""A house receives nobody before two persons of two other organisations vouched for it: the attack, and the pages of the honest way."""

from __future__ import annotations

import re
from collections.abc import Callable
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.ledger.models import Entry
from repere.places import actions, jobs
from repere.places.models import Hold, Shelter
from repere.places.queries.candidates import candidates_for, listed_places
from repere.places.queries.vouching import voices_of
from repere.places.refusals import NotVisible, Refused
from repere.places.vouching_models import ShelterVoice
from tests.people import Cast, Member
from tests.places.houses import NOW, ask, by_the_house, by_worker, hold, on_probation, unit

SignIn = Callable[[Member], Client]


def new_house(host: Member, *, listed: bool = True) -> Shelter:
    """Entered seconds ago by an active body, as an attacker would."""
    return actions.add_shelter(name="Maison neuve", zone="13", listed=listed, acting=host.actor, now=NOW)


def refused(code: str, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as told:
        act()
    assert told.value.code == code


def voiced(house: Shelter, host: Member, *others: Member) -> None:
    for one in others:
        asked = actions.ask_for_voice(house.pk, one.organisation.pk, acting=host.actor, now=NOW)
        actions.vouch_for_shelter(asked.pk, reason="nous y étions", acting=one.actor, now=NOW)


def receives(house: Shelter, host: Member) -> bool:
    with host.acts() as actor:
        return Shelter.objects.visible_to(actor).get(pk=house.pk).vouched_at is not None


def offered(seeker: Member) -> list[UUID]:
    request = ask(seeker)
    with seeker.acts() as actor:
        found = candidates_for(actor, request, now=NOW)
        assert len(listed_places(now=NOW)) == len(found.fitting)
    return [one.unit.pk for one in found.fitting]


def test_a_house_made_seconds_ago_is_offered_and_held_by_nobody(people: Cast) -> None:
    house = new_house(people.sonia)
    room = unit(people.sonia, house)
    assert offered(people.amina) == []
    refused("host_not_vouched", lambda: hold(people.amina, ask(people.amina), room))
    voiced(house, people.sonia, people.amina)
    assert offered(people.amina) == [], "one voice of two"
    voiced(house, people.sonia, people.ines)
    assert offered(people.amina) == [room.pk]
    assert hold(people.amina, ask(people.amina), room).state == "asked"


def test_a_hidden_house_made_seconds_ago_receives_no_need(people: Cast) -> None:
    house = new_house(people.sonia, listed=False)
    unit(people.sonia, house)
    request = ask(people.amina)
    actions.send_to_unlisted(request.pk, acting=people.amina.actor, now=NOW)
    assert by_worker(jobs.send, request.pk) == 0
    voiced(house, people.sonia, people.ines, people.karim)
    assert by_worker(jobs.send, request.pk) == 1


def test_the_keeper_one_body_twice_and_one_on_probation_are_no_voice(people: Cast) -> None:
    house = new_house(people.sonia)
    refused("ask_another", lambda: actions.ask_for_voice(house.pk, people.boussole.pk, acting=people.sonia.actor, now=NOW))
    nadia = on_probation()
    refused("ask_another", lambda: actions.ask_for_voice(house.pk, nadia.organisation.pk, acting=people.sonia.actor, now=NOW))
    voiced(house, people.sonia, people.amina)
    refused("asked_already", lambda: actions.ask_for_voice(house.pk, people.atalante.pk, acting=people.sonia.actor, now=NOW))
    with people.amina.acts() as actor:
        said = ShelterVoice.objects.visible_to(actor).get()
    refused("voice_given", lambda: actions.vouch_for_shelter(said.pk, reason="encore", acting=people.odile.actor, now=NOW))
    assert not receives(house, people.sonia)


def test_one_person_of_two_organisations_is_one_voice(people: Cast) -> None:
    house = new_house(people.sonia)
    elsewhere = people.ines.organisation
    with acting_as(Actor.system("founding", organisation_id=elsewhere.pk)):
        second = Member(Membership.objects.create(
            user=people.amina.user, organisation=elsewhere, role="case_worker", approved_at=timezone.now(), accepted_at=timezone.now(),
            confirmed_at=timezone.now(),
        ))  # fmt: skip
    voiced(house, people.sonia, people.amina, second)
    assert not receives(house, people.sonia)


def test_whoever_was_not_asked_learns_of_no_hidden_house(people: Cast, signed_in: SignIn) -> None:
    house = new_house(people.sonia, listed=False)
    asked = actions.ask_for_voice(house.pk, people.atalante.pk, acting=people.sonia.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.vouch_for_shelter(asked.pk, reason="x", acting=people.ines.actor, now=NOW)
    ines = signed_in(people.ines)
    assert ines.get(f"/places/vouching/{asked.pk}/").status_code == ines.get(f"/places/vouching/{uuid4()}/").status_code == 404
    assert "Maison neuve" not in ines.get("/places/").content.decode()
    with people.amina.acts() as actor:
        assert not Shelter.objects.visible_to(actor).exists(), "she reads the question, not the house"


VOICE = (
    "INSERT INTO places_sheltervoice (id, shelter_id, keeper_id, organisation_id, name, zone, asked_at, user_id, said_at, reason)"
    " VALUES (gen_random_uuid(), %s, %s, %s, 'x', '13', now(), %s, now(), 'x')"
)
HOUSE = (
    "INSERT INTO places_shelter (id, organisation_id, name, listed, zone, zone_since, languages, trained_for, security, men_on_site,"
    " papers_law, created_at, vouched_at) VALUES (gen_random_uuid(), %s, 'Brute', true, '13', current_date, '{}', '{}', 0, true, '',"
    " now(), now()) RETURNING vouched_at"
)


def test_sql_of_the_keeper_gives_itself_no_voice(people: Cast) -> None:
    house = new_house(people.sonia)
    asked = actions.ask_for_voice(house.pk, people.atalante.pk, acting=people.sonia.actor, now=NOW)
    with people.sonia.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE places_sheltervoice SET said_at = now(), user_id = %s WHERE id = %s", [people.amina.user.pk, asked.pk])
        assert cursor.rowcount == 0
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute("UPDATE places_shelter SET vouched_at = now()")
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(VOICE, [house.pk, people.boussole.pk, people.ines.organisation.pk, people.ines.user.pk])
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(HOUSE, [people.boussole.pk])
    with by_the_house(people.sonia), connection.cursor() as cursor:
        cursor.execute(HOUSE, [people.boussole.pk])
        assert cursor.fetchone()[0] is None, "a verb that forgot to ask gives none either"


def test_sql_of_who_asks_holds_no_unit_of_such_a_house(people: Cast) -> None:
    house = new_house(people.sonia)
    room, request = unit(people.sonia, house), ask(people.amina)
    made = Hold(
        request=request, asking_id=people.atalante.pk, host_id=people.boussole.pk, shelter=house, unit=room, listed=True,
        user_id=people.amina.user.pk, asked_at=NOW, ends_at=NOW,
    )  # fmt: skip
    with by_the_house(people.amina), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        made.save(force_insert=True)


def test_a_house_that_moves_is_vouched_for_anew(people: Cast) -> None:
    house = new_house(people.sonia)
    voiced(house, people.sonia, people.amina, people.ines)
    said = {"name": house.name, "listed": True, "languages": [], "trained_for": [], "security": 0, "men_on_site": True, "papers_law": "",
            "most_households": None, "most_minors": None}  # fmt: skip
    actions.change_shelter(house.pk, zone="13", **said | {"men_on_site": False}, acting=people.sonia.actor, now=NOW)
    assert receives(house, people.sonia)
    actions.change_shelter(house.pk, zone="59", **said, acting=people.sonia.actor, now=NOW)
    assert not receives(house, people.sonia)
    voiced(house, people.sonia, people.amina)
    assert not receives(house, people.sonia), "the voices said where it lay"
    voiced(house, people.sonia, people.ines)
    assert receives(house, people.sonia)


def test_a_house_under_another_name_is_vouched_for_anew(people: Cast) -> None:
    """The attack: two voices for one name, then the name of somebody whom everybody trusts."""
    house = new_house(people.sonia)
    voiced(house, people.sonia, people.amina, people.ines)
    said = {"zone": "13", "listed": True, "languages": [], "trained_for": [], "security": 0, "men_on_site": True, "papers_law": "",
            "most_households": None, "most_minors": None}  # fmt: skip
    actions.change_shelter(house.pk, name="Foyer de confiance", **said, acting=people.sonia.actor, now=NOW)
    assert not receives(house, people.sonia)
    refused("host_not_vouched", lambda: hold(people.amina, ask(people.amina), unit(people.sonia, house)))
    voiced(house, people.sonia, people.amina)
    assert not receives(house, people.sonia), "the earlier voices said another name"
    with people.sonia.acts() as sonia:
        kept = Shelter.objects.visible_to(sonia).get(pk=house.pk)
        assert [voice.organisation_id for voice in voices_of(sonia, kept)] == [people.atalante.pk]
    voiced(house, people.sonia, people.ines)
    assert receives(house, people.sonia)


def test_from_the_page_of_the_house_to_two_voices_on_the_pages(people: Cast, signed_in: SignIn) -> None:
    sonia = signed_in(people.sonia)
    page = sonia.post("/places/houses/new/", {"name": "Maison Test", "zone": "13", "listed": "no", "security": "1"}, follow=True)
    address, text = page.redirect_chain[-1][0], page.content.decode()
    assert "Deux personnes de deux autres organisations" in text
    assert "Atalante" in text
    assert "Boussole</option>" not in text, "not its own"
    for other in (people.amina, people.ines):
        sonia.post(address + "voice/", {"organisation": str(other.organisation.pk)})
        client = signed_in(other)
        (path,) = re.findall(r'href="(/places/vouching/[^"]+)"', client.get("/places/").content.decode())
        shown = client.get(path).content.decode()
        assert "Maison Test" in shown
        assert "Bouches-du-Rhône" in shown
        client.post(path, {"reason": ""})
        assert path in client.get("/places/").content.decode(), "without a reason nothing is said"
        client.post(path, {"reason": "nous y étions"})
        assert path not in client.get("/places/").content.decode()
    assert "Deux personnes de deux autres organisations" not in sonia.get(address).content.decode()


def test_every_voice_has_its_row_in_the_ledger(people: Cast) -> None:
    house = new_house(people.sonia)
    voiced(house, people.sonia, people.amina)
    with people.amina.acts():
        assert Entry.objects.filter(act="vouch_for_shelter").count() == 1
    with people.sonia.acts():
        assert Entry.objects.filter(act="ask_for_voice").count() == 1
