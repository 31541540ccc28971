"""Instructions that contradict themselves get somebody beaten: it is said before they are kept, and wherever they are read."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import translation
from pypdf import PdfReader

from repere.cases import mechanisms
from repere.cases.contact_safety import SENTENCES, contradictions, seen
from repere.cases.emergency import make_pdf, print_sheets
from repere.cases.models import Case, Fact
from tests.cases.story import NOW, concern, grant, record
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
KIND = "safe_contact_instructions"
READ_AND_WRITTEN = {"can_contact": "yes", "channel": "message", "someone_may_listen": "yes"}


def codes(**told: Any) -> set[str]:
    return {one.code for one in contradictions(told)}


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"channel": "message", "someone_may_listen": "yes"}, {"written_and_read"}),
        ({"channel": "email", "someone_may_listen": "yes"}, {"written_and_read"}),
        ({"leave_message": "yes", "someone_may_listen": "yes"}, {"message_and_heard"}),
        ({"leave_message": "yes", "accompanied_by": "presumed_exploiter"}, {"message_and_heard"}),
        ({"channel": "phone", "accompanied_by": "presumed_exploiter"}, {"call_and_heard"}),
        ({"how_and_when": "Appeler à tout moment", "accompanied_by": "presumed_exploiter"}, {"any_time_and_heard"}),
        ({"how_and_when": "call any time", "someone_may_listen": "yes"}, {"any_time_and_heard"}),
        ({"how_and_when": "joignable 24h/24", "accompanied_by": "family_member"}, {"any_time_and_heard"}),
        ({"can_contact": "no", "channel": "phone"}, {"no_contact_and_way"}),
        ({"can_contact": "no", "leave_message": "yes"}, {"no_contact_and_way"}),
        ({"can_contact": "yes", "channel": "none"}, {"contact_and_no_way"}),
    ],
)
def test_answers_that_do_not_go_together_are_found(told: dict[str, str], expected: set[str]) -> None:
    assert codes(**told) == expected


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"can_contact": "yes", "channel": "phone", "someone_may_listen": "no", "leave_message": "yes"},
        {"can_contact": "yes", "channel": "in_person", "someone_may_listen": "yes"},
        {"channel": "phone", "someone_may_listen": "yes", "how_and_when": "Le mardi entre 14 h et 15 h, quand il travaille"},
        {"can_contact": "no", "channel": "none", "someone_may_listen": "yes", "leave_message": "no"},
        {"can_contact": "no", "channel": "not_asked", "leave_message": "not_known"},
        {"how_and_when": "Jamais à tout moment : le matin seulement", "someone_may_listen": "yes"},
        {"accompanied_by": "professional", "leave_message": "yes", "how_and_when": "à tout moment"},
    ],
)
def test_answers_that_go_together_raise_no_alarm(told: dict[str, str]) -> None:
    """An alarm that rings for nothing is not heard when it matters."""
    assert codes(**told) == set()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_contradiction_says_what_to_do(language: str) -> None:
    with translation.override(language):
        told = {**READ_AND_WRITTEN, "leave_message": "yes", "how_and_when": "n'importe quand"}
        sentences = [one.sentence for one in contradictions(told)]
    assert len(sentences) == len(set(sentences)) == 3
    if language == "fr":
        assert not set(sentences) & set(SENTENCES.values())


def send(client: Client, address: str, told: dict[str, str], **more: str) -> Any:
    usual = {"key": str(uuid4()), "when": "today", "basis": "person_said"}
    return client.post(address, usual | {f"{KIND}.{name}": value for name, value in told.items()} | more)


def noted(case: Case, member: Member) -> int:
    with member.acts() as actor:
        return int(Fact.objects.visible_to(actor).filter(case=case, kind=KIND).count())


def test_the_form_warns_and_keeps_what_she_said_once_it_is_confirmed(signed_in: SignIn, people: Cast) -> None:
    """Nothing is kept before somebody has read the warning; nothing is lost; what was confirmed is these answers and no others."""
    case, client = concern(people.amina.actor), signed_in(people.amina)
    address = f"/cases/{case.code}/facts/new/{KIND}/"
    warned = send(client, address, READ_AND_WRITTEN)
    page = warned.content.decode()
    assert warned.status_code == 200
    assert noted(case, people.amina) == 0
    assert "error-summary" in page
    assert 'href="#contradictions-seen"' in page
    assert contradictions(READ_AND_WRITTEN)[0].sentence in page.replace("&#x27;", "'")
    other = READ_AND_WRITTEN | {"leave_message": "yes"}
    assert send(client, address, other, **{"contradictions-seen": seen(contradictions(READ_AND_WRITTEN))}).status_code == 200
    assert noted(case, people.amina) == 0
    kept = send(client, address, READ_AND_WRITTEN, **{"contradictions-seen": seen(contradictions(READ_AND_WRITTEN))})
    assert kept.status_code == 302
    assert noted(case, people.amina) == 1


def test_a_new_concern_stops_at_the_contradiction_before_the_next_step(signed_in: SignIn, people: Cast) -> None:
    client = signed_in(people.amina)
    address = client.get("/entries/new/?fresh=1")["Location"]
    assert send(client, address, READ_AND_WRITTEN).status_code == 200
    confirmed = send(client, address, READ_AND_WRITTEN, **{"contradictions-seen": "written_and_read"})
    assert confirmed["Location"].endswith("/needs/")
    entered = client.post(confirmed["Location"], {"now": "yes"})
    page = client.get(entered["Location"].replace("entered/", "")).content.decode()
    assert "Message écrit" in page


def test_the_case_and_the_sheet_on_paper_say_that_the_instructions_contradict_themselves(signed_in: SignIn, people: Cast) -> None:
    case, calm = concern(people.amina.actor), concern(people.amina.actor)
    record(case, people.amina.actor, KIND, basis="person_said", **READ_AND_WRITTEN)
    record(calm, people.amina.actor, KIND, basis="person_said", can_contact="yes", channel="phone", someone_may_listen="no")
    client, told = signed_in(people.amina), contradictions(READ_AND_WRITTEN)[0].sentence
    assert told in client.get(f"/cases/{case.code}/").content.decode().replace("&#x27;", "'")
    assert "se contredisent" not in client.get(f"/cases/{calm.code}/").content.decode()
    made = make_pdf(print_sheets(acting=people.amina.actor, now=NOW), on=NOW.date(), language="fr")
    sheets = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(made)).pages]
    assert "se contredisent" in next(text for text in sheets if case.code in text)
    assert "se contredisent" not in next(text for text in sheets if calm.code in text)


def test_instructions_that_are_closed_to_a_reader_are_not_said_to_be_absent(people: Cast, signed_in: SignIn) -> None:
    """A prefecture that reads "none" believes that nobody asked, and writes to her."""
    case = concern(people.amina.actor)
    record(case, people.amina.actor, KIND, basis="person_said", can_contact="no", channel="none")
    grant(case, people.amina.actor, people.prefecture, ("profile", "residence"))
    page = signed_in(people.pascal).get(f"/cases/{case.code}/").content.decode()
    section = page.split('class="safety')[1].split("</section>")[0]
    assert "ne vous sont pas ouvertes" in section
    assert people.atalante.name in section
    assert KIND not in section, "nothing to write there"
    assert "Aucune consigne" not in page
    other = concern(people.amina.actor)
    grant(other, people.amina.actor, people.boussole, ("profile", "contact_safety"))
    assert "Aucune consigne de contact sûr" in signed_in(people.bruno).get(f"/cases/{other.code}/").content.decode()


def test_a_concern_arrived_by_some_way_and_what_was_noted_before_stays_readable() -> None:
    law = mechanisms.named("fr")
    asked = law.facts["concern_reported"].fields["channel"].list or ""
    assert "none" in law.codelists[asked]
    assert "none" not in law.offered(asked)
    assert "none" in law.offered(law.facts["safe_contact_instructions"].fields["channel"].list or "")
