"""What waits about places stands where the day begins: a yes, a shelter without its voices, a household that is not where one said."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import Error, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.cases.at_home import at_home
from repere.cases.models import Case
from repere.ledger.models import Entry
from repere.places import actions
from repere.places.models import Event, Shelter
from repere.places.queries.moved import REMINDED_FOR, not_there, said_moves
from repere.places.queries.vouching import DAILY_FOR, to_remind
from repere.places.vouching_models import VoiceReminder
from tests.cases.story import concern
from tests.cases.test_moved import accepted, moved_by_the_shelter_itself
from tests.people import Cast, Member, each_their_own
from tests.places.houses import arrive

SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    each_their_own(people.atalante)
    return concern(people.amina.actor)


def begins(client: Client) -> str:
    return client.get("/").content.decode().split("<main")[1].replace("&#x27;", "'")


def test_a_yes_is_read_where_the_day_begins_until_when_and_by_those_who_follow_her_alone(
    people: Cast, case: Case, signed_in: SignIn
) -> None:
    amina = signed_in(people.amina)
    said = f"{case.pseudonym}\N{NO-BREAK SPACE}: un lieu a dit oui et lui garde une place."
    assert said not in begins(amina)
    held = accepted(people, case)
    page = begins(amina)
    assert said in page
    assert f"/cases/{case.code}/place/{held.request_id}/" in page
    assert "gardée jusqu'au" in page
    for other in (people.odile, people.sonia, people.ines):
        assert "garde une place" not in begins(signed_in(other))
    actions.give_back(held.pk, acting=people.amina.actor, now=timezone.now())
    assert said not in begins(amina)


def test_a_yes_that_has_ended_is_no_longer_promised(people: Cast, case: Case) -> None:
    held = accepted(people, case)
    assert held.ends_at is not None
    with people.amina.acts() as actor:
        for later, kept in ((timedelta(minutes=-1), [held.request_id]), (timedelta(minutes=1), [])):
            assert [one.request_id for one in at_home(actor, now=held.ends_at + later).kept] == kept


def test_a_shelter_without_its_voices_reminds_those_who_keep_it_and_those_who_were_asked(people: Cast, signed_in: SignIn) -> None:
    now = timezone.now()
    sonia, amina, ines = (signed_in(one) for one in (people.sonia, people.amina, people.ines))
    house = actions.add_shelter(name="Maison neuve", zone="13", listed=False, acting=people.sonia.actor, now=now)
    assert "1 de vos lieux n'accueille personne\N{NO-BREAK SPACE}: il attend deux voix" in begins(sonia)
    waits = "1 lieu d'une autre organisation attend votre voix"
    assert waits not in begins(amina)
    voice = actions.ask_for_voice(house.pk, people.atalante.pk, acting=people.sonia.actor, now=now)
    assert waits in begins(amina)
    assert waits not in begins(ines)
    assert "Maison neuve" not in begins(amina), "which one stands under Places"
    actions.vouch_for_shelter(voice.pk, reason="Nous y sommes allées", acting=people.amina.actor, now=now)
    assert waits not in begins(amina)
    second = actions.ask_for_voice(house.pk, people.ines.organisation.pk, acting=people.sonia.actor, now=now)
    actions.vouch_for_shelter(second.pk, reason="Nous aussi", acting=people.ines.actor, now=now)
    with people.sonia.acts() as actor:
        assert Shelter.objects.visible_to(actor).get(pk=house.pk).vouched_at is not None
    assert "attend deux voix" not in begins(sonia)


def test_after_some_weeks_the_reminder_comes_once_a_week_and_keeps_whom_it_was_shown_to(people: Cast, signed_in: SignIn) -> None:
    now = timezone.now()
    house = actions.add_shelter(name="Maison neuve", zone="13", listed=False, acting=people.sonia.actor, now=now - DAILY_FOR)
    days = [now - DAILY_FOR + timedelta(days=day) for day in range(2)] + [now + timedelta(days=day) for day in range(9)]

    def shown(who: Member, at: datetime) -> bool:
        with who.acts() as actor:
            due = to_remind(actor, now=at)
            actions.keep_reminded(due, acting=who.actor, now=at)
            actions.keep_reminded(due, acting=who.actor, now=at)
            assert due == to_remind(actor, now=at), "it stays for the rest of the day"
        return bool(due)

    assert [shown(people.sonia, at) for at in days] == [True, True, True, *[False] * 6, True, False]
    assert shown(people.bruno, days[-1]), "each member has a week of her own"
    with people.sonia.acts() as actor:
        rows = VoiceReminder.objects.visible_to(actor).filter(user_id=people.sonia.user.pk)
        assert rows.count() == 4, "once a day"
        assert Entry.objects.filter(act="remind_of_voices", actor_id=people.sonia.user.pk).count() == 4
    actions.ask_for_voice(house.pk, people.atalante.pk, acting=people.sonia.actor, now=days[-1])
    assert shown(people.sonia, days[-1] + timedelta(days=1)), "somebody was asked: every day again"
    page = signed_in(people.sonia).get(f"/places/houses/{house.pk}/").content.decode()
    for who in (people.sonia, people.bruno):
        assert f"{who.user.name} (" in page
    with people.amina.acts() as actor, connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM places_voicereminder")
        assert cursor.fetchone() == (0,)
    with pytest.raises(Error), people.sonia.acts(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO places_voicereminder (id, shelter_id, organisation_id, user_id, shown_on)"
            " VALUES (gen_random_uuid(), %s, %s, %s, '2020-01-01')",
            [house.pk, people.sonia.organisation.pk, people.bruno.user.pk],
        )


def test_the_worklist_itself_keeps_that_it_reminded(people: Cast, signed_in: SignIn) -> None:
    actions.add_shelter(name="Maison neuve", zone="13", listed=False, acting=people.sonia.actor, now=timezone.now())
    assert "attend deux voix" in begins(signed_in(people.sonia))
    with people.sonia.acts() as actor:
        assert [one.user_id for one in VoiceReminder.objects.visible_to(actor)] == [people.sonia.user.pk]


def test_a_shelter_that_moved_her_reads_that_she_is_not_there(people: Cast, case: Case, signed_in: SignIn) -> None:
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    there = moved_by_the_shelter_itself(people, held)
    sonia, address = signed_in(people.sonia), f"/places/moving/{there.request_id}/"
    said = f"Un ménage que vous avez déplacé n'est pas dans son nouveau lieu, dit {people.atalante.name}. Appelez-les."
    assert said not in begins(sonia)
    signed_in(people.amina).post(f"/cases/{case.code}/moved/", {"there": "no"})
    assert said in begins(sonia)
    assert address in begins(sonia)
    page = sonia.get(address).content.decode()
    assert "elle n'est pas dans son nouveau lieu" in page.replace("&#x27;", "'")
    for secret in (case.code, case.pseudonym):
        assert secret not in begins(sonia) + page
    for other in (people.amina, people.ines):
        assert "que vous avez déplacé" not in begins(signed_in(other))
    with people.sonia.acts() as actor:
        assert not_there(actor, now=timezone.now() + REMINDED_FOR) == [], "it does not stand there for ever"


def test_a_shelter_reads_no_other_step_of_her_file_by_it(people: Cast, case: Case) -> None:
    """The row that it may read now is the no that answers it, and none besides."""
    held = accepted(people, case)
    arrive(people.sonia, people.amina, held.pk, now=timezone.now())
    moved_by_the_shelter_itself(people, held)
    with people.amina.acts() as actor:
        said = said_moves(actor).get()
    with people.sonia.acts() as actor:
        before = set(Event.objects.visible_to(actor).values_list("kind", flat=True))
    actions.confirm_move(said.pk, there=False, acting=people.amina.actor, now=timezone.now())
    for member, reads in ((people.sonia, before | {"not_there"}), (people.ines, set())):
        with member.acts() as actor, connection.cursor() as cursor:
            assert set(Event.objects.visible_to(actor).values_list("kind", flat=True)) == reads
            cursor.execute("SELECT kind FROM places_event")
            assert {row[0] for row in cursor.fetchall()} == reads, "the database alone says the same"
