"""To a role of the State every address of every room answers the same bytes, whatever others write of those it was not told of."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from repere.cases import actions
from repere.cases.actions import extracts
from repere.cases.exports.gathering import Wanted
from repere.cases.models import Case
from repere.core.needs import household
from repere.places import actions as places
from repere.web.routes import ROUTES
from tests.cases.story import concern, grant, record
from tests.cases.test_handover import propose
from tests.cases.test_referral import agree, asked, send
from tests.people import Cast, Member
from tests.places.houses import shelter, unit
from tests.web.test_routes import PATTERNS, address_of

pytestmark = pytest.mark.django_db
NAME, OTHER_NAME = "Zorahmarqueur", "Cèdre 4712"
# The day is the reader's clock; what is read from the machine's own (its room, its memory, its last backup) is nobody's file.
OF_THE_MACHINE = {"pages:installation", "pages:ready"}
LISTS = ("cases:worklist", "cases:search", "cases:notices", "directory:find")
FILTERS = ("residence=irregular", "nationality_group=third_country", "tab=new", "tab=later", "q=marqueur")
SENT = ("cases:search", "cases:extract_statistics", "cases:extract_work", "directory:export")


@pytest.fixture(params=["pascal", "karim"])
def of_the_state(request: pytest.FixtureRequest, people: Cast) -> Member:
    """A prefecture; an investigator of the police."""
    found: Member = getattr(people, request.param)
    return found


def told_to(people: Cast, state: Member) -> Case:
    """A file that was sent to this body by name."""
    case = concern(people.amina.actor, pseudonym="Ajonc 4711")
    record(case, people.amina.actor, "person_described", nationality_group="third_country")
    grant(case, people.amina.actor, state.organisation, ["profile", "identification"])
    return case


def written_by_others(people: Cast, room: Any) -> Case:
    """All that associations do with a file, with a word of its own; nothing of it is sent to the State."""
    now, amina = datetime.now(UTC), people.amina.actor
    case = concern(amina, pseudonym=OTHER_NAME, now=now)
    actions.set_identity(case.person_id, tier="identity", values={"given_names": NAME}, acting=amina, now=now)
    for kind, fields in (("person_described", {"nationality_group": "third_country"}), ("presumption_stated", {"grounds": ["account"]})):
        record(case, amina, kind, now=now, **fields)
    record(case, amina, "urgent_need", basis="person_said", now=now, needs=["shelter"])
    send(case, amina, asked(agree(case, amina), people.boussole))
    grant(concern(amina, pseudonym=f"{OTHER_NAME} b", now=now), amina, people.boussole, ["contact_safety", "profile"])
    actions.receive_requisition(case, authority="x", text="y", words="", asked=["profile"], acting=amina, now=now)
    actions.break_glass(code=case.code, motive="danger", reason="x", groups=["profile"], acting=people.chloe.actor, now=now)
    extracts.ask_extract(Wanted(people.atalante.pk, "support", ("given_names",)), why="x", form="csv", acting=amina, now=now)
    propose([case], people.amina, people.odile)
    seek = {"reference": case.place_reference, "needs": household(["woman"]), "urgency": 2, "key": uuid4()}
    wanted = places.ask(**seek, acting=amina, now=now)
    held = places.hold(wanted.pk, room.pk, key=uuid4(), acting=amina, now=now)
    places.ask_back(held.pk, text=f"Que faire pour {OTHER_NAME} ?", acting=people.sonia.actor, now=now)
    return case


def walk(client: Client, known: dict[str, Any]) -> dict[str, tuple[int, str]]:
    """What every address answers, without what differs from one answer to the next whoever asks."""
    found = {}
    for name in PATTERNS:
        route = ROUTES.get(name)
        if route is None or route.audience != "signed_in" or name in OF_THE_MACHINE or route.tier == "law":
            continue
        address = address_of(name, known)
        if "GET" in route.methods:
            found[name] = bare(client.get(address))
        if name in SENT:
            found[f"{name}, sent"] = bare(client.post(address, {"q": OTHER_NAME}, follow=True))
        if name in LISTS:
            for asked_for in FILTERS:
                found[f"{name}?{asked_for}"] = bare(client.get(f"{address}?{asked_for}"))
    return found


def bare(answer: Any) -> tuple[int, str]:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    text = body.decode(errors="replace")
    text = re.sub(r'nonce="[^"]+"|csrfmiddlewaretoken" value="[^"]+"|X-CSRFToken[^}]+|name="(key|form_key)" value="[^"]+"', "", text)
    return answer.status_code, text


def test_what_others_write_changes_nothing_that_a_role_of_the_state_lists_searches_or_counts(people: Cast, of_the_state: Member) -> None:
    sent, room = told_to(people, of_the_state), unit(people.sonia, shelter(people.sonia))
    client, at = of_the_state.sign_in(Client()), datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    with time_machine.travel(at, tick=False):
        before = walk(client, {"code": sent.code, "format": "csv"})
    assert "Ajonc 4711" in before["cases:case"][1], "what was sent to it by name is there"
    kept = written_by_others(people, room)
    with time_machine.travel(at, tick=False):
        after = walk(client, {"code": sent.code, "format": "csv"})
    assert len(before) > 80
    assert [name for name in before if before[name] != after[name]] == []
    words = (NAME, OTHER_NAME, kept.code, str(kept.pk))
    assert not [name for name, (_status, text) in after.items() for word in words if word in text and not name.endswith(", sent")]


def test_what_is_sent_to_it_changes_its_lists(people: Cast, of_the_state: Member) -> None:
    """Otherwise the test above would compare pages that never change."""
    told_to(people, of_the_state)
    client, at = of_the_state.sign_in(Client()), datetime.now(UTC).replace(microsecond=0) + timedelta(minutes=1)
    with time_machine.travel(at, tick=False):
        before = bare(client.get(reverse("cases:worklist")))
        told_to(people, of_the_state)
        assert bare(client.get(reverse("cases:worklist"))) != before
