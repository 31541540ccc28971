"""Words between a house and who asks are read before they leave: a number, an address, a code or a name of hers is asked about first."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from repere.cases import actions as cases
from repere.cases.models import Case
from repere.core.codes import new_code
from repere.places import actions
from repere.places.models import Hold, Question
from repere.places.telling import doubts
from tests.cases.story import NOW, concern, told
from tests.people import Cast, Member, each_their_own
from tests.places.houses import ask, hold, refused, shelter, unit

SignIn = Callable[[Member], Client]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Peut-elle monter un étage ?", ()),
        ("Elle arrive vers 18 h 30 avec 2 enfants, 3 sacs.", ()),
        ("Appelez le 06 12 34 56 78.", ("telephone",)),
        ("Son numéro : +234 803 123 4567", ("telephone",)),
        ("Écrivez à a.b@example.org", ("mail",)),
        ("Elle est au 12 bis, rue des Lilas", ("address",)),
        ("Question ?", ()),
    ],
)
def test_what_looks_like_somebody_is_seen(text: str, found: tuple[str, ...]) -> None:
    assert doubts(text) == found


def test_the_code_of_a_file_is_seen_and_words_of_eight_letters_are_not() -> None:
    code = next(code for code in iter(new_code, None) if any(sign.isdigit() for sign in code))
    assert doubts(f"Dossier {code}, merci") == ("code",)
    assert doubts("Peut-elle partager une chambre ?") == ()


@pytest.fixture
def case(people: Cast) -> Case:
    made = concern(people.amina.actor)
    told(made, people.amina.actor, "person_described", "2026-05-20", fields={"gender": "woman", "age_disputed": "no", "turns_18": "2000"})
    names = {"given_names": "Zorah", "family_names": "Marqueur"}
    cases.set_identity(made.person_id, tier="identity", values=names, acting=people.amina.actor, now=NOW)
    return made


def asked_of(people: Cast, case: Case) -> tuple[Hold, UUID]:
    request = ask(people.amina, reference=case.place_reference)
    held = hold(people.amina, request, unit(people.sonia, shelter(people.sonia)), now=timezone.now())
    return held, actions.ask_back(held.pk, text="Quelle langue ?", acting=people.sonia.actor, now=NOW).pk


def test_the_verbs_ask_first_and_send_what_is_said_to_tell_of_nobody(people: Cast, case: Case) -> None:
    held, question = asked_of(people, case)
    line = "Notre standard est au 04 72 00 00 00"
    with refused("tells_of_somebody"):
        actions.ask_back(held.pk, text=line, acting=people.sonia.actor, now=NOW)
    with refused("tells_of_somebody"):
        actions.answer_back(held.request_id, question, text=line, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as actor:
        assert [(one.text, one.answer) for one in Question.objects.visible_to(actor)] == [("Quelle langue ?", "")], "nothing was sent"
    assert actions.ask_back(held.pk, text=line, sure=True, acting=people.sonia.actor, now=NOW).text == line
    assert actions.answer_back(held.request_id, question, text=line, sure=True, acting=people.amina.actor, now=NOW).answer == line


@pytest.mark.parametrize("text", ["zorah parle edo", "Mme MARQUEUR parle edo", "C'est pour {pseudonym}"])
def test_a_name_of_hers_is_asked_about_where_she_is_known_and_what_was_typed_stays(
    people: Cast, case: Case, signed_in: SignIn, text: str
) -> None:
    _, question = asked_of(people, case)
    with people.amina.acts() as actor:
        request = Question.objects.visible_to(actor).get().request_id
    amina, address = signed_in(people.amina), f"/cases/{case.code}/place/{request}/answer/"
    typed = text.format(pseudonym=case.pseudonym)
    page = amina.post(address, {"question": str(question), "text": typed}).content.decode().replace("&#x27;", "'")
    assert "un de ses noms" in page
    assert typed in page, "it is not typed again"
    assert 'name="sure"' in page
    with people.amina.acts() as actor:
        assert Question.objects.visible_to(actor).get().answer == ""
    amina.post(address, {"question": str(question), "text": typed, "sure": "on"})
    with people.amina.acts() as actor:
        assert Question.objects.visible_to(actor).get().answer == typed


def test_a_colleague_who_may_not_read_her_name_learns_none_by_trying_it(people: Cast, case: Case, signed_in: SignIn) -> None:
    each_their_own(people.atalante)
    held, question = asked_of(people, case)
    address, typed = f"/cases/{case.code}/place/{held.request_id}/answer/", {"question": str(question), "text": "Zorah parle edo"}
    odile = signed_in(people.odile)
    assert "a name of hers" in odile.post(address, typed | {"text": case.pseudonym}).content.decode(), "the code name she reads"
    assert odile.post(address, typed).status_code == 302, "sent, as any other sentence"
    with people.odile.acts() as actor:
        assert Question.objects.visible_to(actor).get().answer == "Zorah parle edo"


def test_a_house_learns_no_name_by_trying_it(people: Cast, case: Case, signed_in: SignIn) -> None:
    """What it writes is read for numbers, addresses and codes alone: a warning about her name would tell that it is hers."""
    held, _ = asked_of(people, case)
    sonia, address = signed_in(people.sonia), f"/places/asked/{held.pk}/question/"
    page = sonia.post(address, {"text": "Est-ce Zorah Marqueur ?"}, follow=True).content.decode()
    assert "un de ses noms" not in page
    page = sonia.post(address, {"text": "Rappelez au 06 12 34 56 78"}).content.decode().replace("&#x27;", "'")
    assert "un numéro de téléphone" in page
    assert "Rappelez au 06 12 34 56 78" in page
    sonia.post(address, {"text": "Rappelez au 06 12 34 56 78", "sure": "on"})
    with people.sonia.acts() as actor:
        assert Question.objects.visible_to(actor).filter(text="Rappelez au 06 12 34 56 78").exists()
