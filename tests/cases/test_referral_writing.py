"""Writing a referral as a tired worker does: the service is found, nothing is cut without a word, nothing typed is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from repere.cases.models import Case, Consent, Referral
from repere.directory.entry_models import Service
from repere.directory.queries.choosing import SHOWN, Choice, to_choose
from tests.cases.story import concern, record
from tests.cases.test_referral import agree
from tests.directory.entries import vetted
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
NOW = datetime.now(UTC)
LAWYER = {"structure": "Permanence inventée", "kind": "law_practice", "function": "legal"}
HOSPITAL = {"structure": "Hôpital inventé", "kind": "health", "function": "health_check", "name": "Bilan de santé"}


@pytest.fixture
def case(people: Cast) -> Case:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["legal", "medical"])
    return case


def lawyers(people: Cast, number: int, territory: str = "69") -> list[Service]:
    return [vetted(people, people.pascal, **LAWYER, name=f"Avocats {territory} {one:02}", territories=[territory]) for one in range(number)]


def address(case: Case) -> str:
    return f"/cases/{case.code}/requests/new/"


def chosen(page: str, name: str) -> set[str]:
    """Values of the boxes and buttons of one question that are ticked."""
    return set(re.findall(rf'<input type="(?:checkbox|radio)" name="{name}" value="([^"]*)"[^>]* checked', page))


def choosing(people: Cast, text: str = "", *, near: str = "69", **other: Any) -> Choice:
    with people.amina.acts() as acting:
        return to_choose(acting, text, near=near, on=NOW.date(), **{"functions": ()} | other)


# ---- which services


def test_the_nearest_come_first_and_what_is_not_shown_is_counted(people: Cast) -> None:
    far, near = lawyers(people, 3, "13"), lawyers(people, SHOWN + 2, "69")
    nation = vetted(people, people.pascal, **LAWYER, name="Avocats de tout le pays", territories=["FR"])
    neighbour = vetted(people, people.pascal, **LAWYER, name="Avocats de l'Ain", territories=["01"])
    found = choosing(people)
    assert [line.service for line in found.lines] == near[:SHOWN]
    assert found.more == 2 + 1 + 1 + len(far)
    every = [line.service for line in choosing(people, shown=100).lines]
    assert every == [*near, nation, neighbour, *far]
    assert choosing(people, shown=100).more == 0


@pytest.mark.parametrize("asked", ["avocat", "avocats 69", "Avocat à Lyon", "lawyer", "aide juridique Rhône", "avocat Lyon 3e"])
def test_a_lawyer_is_found_by_the_words_of_a_worker(people: Cast, asked: str) -> None:
    near, _far = lawyers(people, 1, "69"), lawyers(people, 1, "13")
    vetted(people, people.pascal, **HOSPITAL)
    assert [line.service for line in choosing(people, asked).lines][:1] == near


def test_a_place_that_was_named_leaves_the_others_out(people: Cast) -> None:
    lawyers(people, 1, "69")
    far = lawyers(people, 1, "13")
    assert [line.service for line in choosing(people, "avocat Marseille").lines] == far


def test_needs_choose_functions_where_no_word_was_typed(people: Cast) -> None:
    [lawyer], hospital = lawyers(people, 1), vetted(people, people.pascal, **HOSPITAL)
    assert [line.service for line in choosing(people, functions=["legal"]).lines] == [lawyer]
    assert [line.service for line in choosing(people, functions=["health_check"]).lines] == [hospital]


def test_interpreters_come_after_what_she_needs_them_for(people: Cast) -> None:
    here = vetted(people, people.pascal, structure="Voix inventées", kind="interpreting", function="interpreter", name="Voix")
    [far] = lawyers(people, 1, "13")
    assert [line.service for line in choosing(people, functions={"interpreter", "legal"}).lines] == [far, here]


def test_the_one_chosen_stays_whatever_is_searched(people: Cast) -> None:
    [lawyer], hospital = lawyers(people, 1), vetted(people, people.pascal, **HOSPITAL)
    assert [line.service for line in choosing(people, "hôpital", chosen=lawyer.pk).lines] == [lawyer, hospital]


def test_neither_a_member_nor_an_unvouched_entry_is_offered(people: Cast) -> None:
    vetted(people, people.pascal, **LAWYER, name="Avocats", member_id=people.prefecture.pk)
    assert choosing(people, "avocat").lines == []


# ---- the page


def test_the_file_speaks_first(case: Case, people: Cast, signed_in: SignIn) -> None:
    page = signed_in(people.amina).get(address(case)).content.decode()
    assert chosen(page, "needs") == {"legal", "medical"}
    assert '<option value="support" selected>' in page
    assert re.search(r'name="until" value="[^"]+"', page), "a day is proposed"
    assert "Personne</option>" not in page, "nobody reads it as somebody"


def test_a_search_keeps_what_was_typed_and_sends_nothing(case: Case, people: Cast, signed_in: SignIn) -> None:
    [lawyer] = lawyers(people, 1)
    hospital = vetted(people, people.pascal, **HOSPITAL)
    typed = {"key": str(uuid4()), "urgency": "now", "note": "Trois mots", "needs": ["food"], "service_words": "avocat Lyon", "find": "1"}
    page = signed_in(people.amina).post(address(case), typed).content.decode()
    assert lawyer.name in page
    assert str(hospital.pk) not in page
    assert "Trois mots" in page
    assert chosen(page, "needs") == {"food"}
    assert chosen(page, "urgency") == {"now"}
    assert "error-summary" not in page, "nothing is found wrong with a form that is not sent yet"
    assert "Aide juridique · Rhône (69)" in page, "what was understood is said back"
    by_return_key = {name: value for name, value in typed.items() if name != "find"}
    assert "error-summary" not in signed_in(people.amina).post(address(case), by_return_key | {"found_for": ""}).content.decode()
    with people.amina.acts() as acting:
        assert not Referral.objects.visible_to(acting).exists()


def test_the_page_says_how_many_more_there_are(case: Case, people: Cast, signed_in: SignIn) -> None:
    lawyers(people, SHOWN + 3)
    page = signed_in(people.amina).post(address(case), {"service_words": "avocat", "find": "1"}).content.decode()
    assert page.count('type="radio" name="service"') == SHOWN + 1
    assert "3 autres conviennent" in page


def test_a_town_of_two_departements_is_asked_again(case: Case, people: Cast, signed_in: SignIn) -> None:
    page = signed_in(people.amina).post(address(case), {"service_words": "avocat Saint-Denis", "find": "1"}).content.decode()
    assert "Seine-Saint-Denis (93), La Réunion (974)" in page


def test_noting_her_agreement_leads_back_to_the_form_as_it_stood(case: Case, people: Cast, signed_in: SignIn) -> None:
    """The form of the agreement holds what the referral needs; just the new agreement is chosen afterwards, whatever was before."""
    client, [lawyer] = signed_in(people.amina), lawyers(people, 1)
    other = agree(case, people.amina.actor, recipient="other", groups=("support",))
    typed = {
        "key": str(uuid4()), "service": str(lawyer.pk), "needs": ["legal"], "urgency": "now", "purpose": "support", "ground": "care",
        "groups": ["support"], "handling": "share", "until": "2027-01-15", "note": "Trois mots", "consent": str(other.pk),
    }  # fmt: skip
    refused = client.post(address(case), typed).content.decode()
    assert 'name="note_agreement"' in refused
    assert re.search("«\xa0Autre\xa0».*Avocat ou aide juridique", refused), "the error names whom it was for and whom it is needed for"
    answer = client.post(address(case), typed | {"note_agreement": "1"})
    assert (answer.status_code, answer["Location"]) == (302, f"/cases/{case.code}/agreements/new/?for=referral")
    opened = client.get(answer["Location"])
    assert "Votre orientation attend" in opened.content.decode()
    assert lawyer.name in opened.content.decode()
    stands = {name: opened.context["form"][name].value() for name in ("recipient", "purpose", "groups", "channels")}
    assert stands == {"recipient": "lawyer", "purpose": "legal", "groups": ["support"], "channels": ["here"]}
    agreed = stands | {
        "key": str(uuid4()), "said_by": "herself", "ongoing": "no", "starts_on": "2026-06-01", "paper": "kept_here", "language": "fra",
        "interpreter": "Exemple", "witness": "Exemple",
    }  # fmt: skip
    back = client.post(answer["Location"], agreed)
    assert back.status_code == 302, back.context["form"].errors
    assert back["Location"] == f"{address(case)}?for=referral"
    page = client.get(back["Location"]).content.decode()
    with people.amina.acts() as acting:
        consent = Consent.objects.visible_to(acting).exclude(pk=other.pk).get()
    assert f'<option value="{consent.pk}" selected>' in page
    assert f'<option value="{other.pk}" selected>' not in page
    assert "Trois mots" in page
    assert chosen(page, "groups") == {"support"}
    assert "digest" in client.post(address(case), typed | {"consent": str(consent.pk)}).content.decode()


def test_what_the_service_does_says_which_agreement_it_is_and_several_purposes_are_named(
    case: Case, people: Cast, signed_in: SignIn
) -> None:
    client, [lawyer] = signed_in(people.amina), lawyers(people, 1)
    usual = {"key": str(uuid4()), "purpose": "support", "groups": ["support"]}

    def opened(**typed: Any) -> tuple[Any, str, str]:
        place = client.post(address(case), usual | typed | {"note_agreement": "1"})["Location"]
        page = client.get(place)
        return page.context["form"]["purpose"].value(), unescape(page.content.decode()).replace("\xa0", " "), place

    purpose, page, place = opened(service=str(lawyer.pk), needs=["legal", "medical", "food"])
    assert purpose == "legal", "never support in silence, whatever else she needs"
    assert "Cet accord vaut pour une seule chose : Aide juridique" in page
    assert [f"purpose={code}" in page for code in ("support", "health", "legal")] == [True, True, False]
    other = client.get(f"{place}&purpose=health")
    assert other.context["form"]["purpose"].value() == "health"
    assert "une seule chose : Soins" in unescape(other.content.decode()).replace("\xa0", " ")
    assert client.get(f"{place}&purpose=return").context["form"]["purpose"].value() == "legal", "only what the referral asks for"
    purpose, page, _ = opened(service="", first=str(people.boussole.pk), needs=["legal", "medical"])
    assert not purpose
    assert "dites laquelle" in page
    assert '<option value="" selected>' in page.split('name="purpose"')[1].split("</select>")[0], "she says which"
    purpose, page, _ = opened(service="", first=str(people.boussole.pk), needs=["food", "money"])
    assert (purpose, "une seule chose" in page) == ("support", False)


def test_what_was_changed_in_the_agreement_stays_and_several_kinds_of_services_are_said(
    case: Case, people: Cast, signed_in: SignIn
) -> None:
    client, [lawyer] = signed_in(people.amina), lawyers(people, 1)
    typed = {"key": str(uuid4()), "service": str(lawyer.pk), "purpose": "support", "groups": ["support", "profile"]}
    place = client.post(address(case), typed | {"note_agreement": "1"})["Location"]
    assert client.post(place, {"key": str(uuid4()), "recipient": "lawyer", "groups": ["profile"]}).status_code == 200
    form = client.get(place).context["form"]
    assert (form["recipient"].value(), form["groups"].value()) == ("lawyer", ["profile"]), "she took one group away"
    police = client.post(address(case), typed | {"first": str(people.police.pk), "note_agreement": "1"})["Location"]
    opened = client.get(police)
    assert "sont de sortes différentes" in opened.content.decode()
    assert opened.context["form"]["recipient"].value() == "lawyer", "nothing is put in place of what was answered"
