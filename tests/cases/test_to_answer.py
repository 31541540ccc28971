"""What is asked of an organisation reaches it on its home page: a place, a referral; counted, and nothing of any person."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from repere.ledger.models import Entry
from repere.places import actions as placing
from repere.places.models import Hold
from repere.places.queries.desk import asked_of_us
from tests.cases.story import concern, record
from tests.cases.test_referral import agree, asked, send
from tests.people import Cast, Member, each_their_own
from tests.places.houses import ask, hold, shelter, unit

SignIn = Callable[[Member], Client]


def home(client: Client, tab: str = "due") -> str:
    return client.get(f"/?tab={tab}").content.decode()


def held_tonight(people: Cast, *, hours: int = 24) -> Hold:
    now = datetime.now(UTC)
    return hold(people.amina, ask(people.amina), unit(people.sonia, shelter(people.sonia)), now=now, hours=hours)


def test_a_place_asked_tonight_stands_on_the_home_page_of_the_shelter(signed_in: SignIn, people: Cast) -> None:
    sonia = signed_in(people.sonia)
    assert '/places/">' not in home(sonia).split("<main")[1]
    held = held_tonight(people)
    page = home(sonia).split("<main")[1]
    assert re.search(r'<a href="/places/">1 demande de place attend votre réponse</a>', page)
    assert "réponse avant" in page
    for other in (people.amina, people.ines):
        assert "demande de place attend" not in home(signed_in(other))
    placing.decline(held.pk, reason="full", acting=people.sonia.actor, now=datetime.now(UTC))
    assert "demande de place" not in home(sonia)


def test_the_earliest_end_is_told_and_what_has_ended_is_not_counted(people: Cast) -> None:
    first, second = held_tonight(people, hours=20), held_tonight(people, hours=2)
    now = datetime.now(UTC)
    with people.sonia.acts() as actor:
        found = asked_of_us(actor, now=now)
        assert (found.number, found.first_by) == (2, second.ends_at)
        assert asked_of_us(actor, now=now + timedelta(hours=3)).first_by == first.ends_at
        assert asked_of_us(actor, now=now + timedelta(days=2)).number == 0


@pytest.fixture
def sent_case(people: Cast) -> str:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter"])
    send(case, people.amina.actor, asked(agree(case, people.amina.actor), people.boussole))
    return f"{case.code} {case.pseudonym}"


def test_a_referral_sent_tonight_stands_on_the_home_page_and_in_the_menu(signed_in: SignIn, people: Cast, sent_case: str) -> None:
    page = home(signed_in(people.bruno))
    assert re.search(r'<a href="/requests/">1 orientation attend votre réponse</a>', page)
    assert re.search(r'Orientations <span class="count">1<span class="visually-hidden"> à répondre</span></span>', page)
    for hidden in sent_case.split(maxsplit=1):
        assert hidden not in page, "the receiver learns of no person before it accepts"
    assert "orientation attend" not in home(signed_in(people.amina)), "who sent it has nothing to answer"


# ---- a shelter says that she is there


def test_an_arrival_that_waits_for_a_word_stands_on_the_home_page_of_who_follows_her(signed_in: SignIn, people: Cast) -> None:
    each_their_own(people.atalante)
    case, now = concern(people.amina.actor), datetime.now(UTC)
    asked_for = ask(people.amina, reference=case.place_reference)
    held = hold(people.amina, asked_for, unit(people.sonia, shelter(people.sonia)), now=now)
    placing.accept(held.pk, acting=people.sonia.actor, now=now)
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/{asked_for.pk}/"
    assert "un lieu dit qu’elle y est" not in home(amina), "a yes is no arrival"
    placing.arrive(held.pk, acting=people.sonia.actor, now=now)
    page = home(amina).split("<main")[1]
    assert page.count(address) == 1, "that it said yes is told no more"
    assert re.search(rf'<a href="{address}">{case.pseudonym}\s:\sun lieu dit qu’elle y est', page)
    for other in (people.odile, people.sonia, people.chloe, people.ines):
        assert address not in home(signed_in(other)), "a colleague who does not follow her, the shelter, others"
    placing.confirm_arrival(held.pk, acting=people.amina.actor, now=now)
    assert address not in home(amina)


def test_the_opening_of_that_line_is_a_look_at_her_file(signed_in: SignIn, people: Cast) -> None:
    case, now = concern(people.amina.actor), datetime.now(UTC)
    held = hold(people.amina, ask(people.amina, reference=case.place_reference), unit(people.sonia, shelter(people.sonia)), now=now)
    placing.accept(held.pk, acting=people.sonia.actor, now=now)
    placing.arrive(held.pk, acting=people.sonia.actor, now=now)
    home(signed_in(people.amina), tab="later")
    with people.amina.acts():
        assert case.person_id in Entry.objects.filter(kind="look", actor_id=people.amina.user.pk).latest("position").subjects
