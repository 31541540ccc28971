"""A slip or half a code name still leads to the file; a name, which is sealed, is found whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client

from repere.accounts.actor import Actor
from repere.cases import actions, queries
from repere.cases.actions.canaries import make_canary
from repere.cases.models import Case
from repere.core.codes import ALPHABET, codes_near, is_code, new_code
from tests.cases.story import NOW, concern
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]


@pytest.fixture
def lavender(people: Cast) -> Case:
    return concern(people.amina.actor, pseudonym="Lavande 48")


def near(member: Member, text: str) -> list[str]:
    with member.acts() as acting:
        return [line.code for line in queries.near_cases(acting, text)]


def test_a_slip_in_a_code_is_traced_back_to_it() -> None:
    for _draw in range(50):
        code = new_code()
        for at in range(len(code)):
            wrong = code[:at] + ALPHABET[(ALPHABET.index(code[at]) + 7) % 32] + code[at + 1 :]
            assert code in codes_near(wrong)
            assert len(codes_near(wrong)) < 20, "few enough to be a question and not a list"
        swapped = code[1] + code[0] + code[2:]
        assert swapped == code or code in codes_near(swapped)
        assert codes_near(code) == []
        assert all(is_code(one) for one in codes_near(swapped))
    assert codes_near("Lavande") == codes_near("") == []


@pytest.mark.parametrize("typed", ["Lavande", "lavande", "lavende 48", "Lavande 84", "lavande 4", "ande 48", "LAVANDES"])
def test_half_a_code_name_or_a_slip_in_it_finds_the_file(people: Cast, lavender: Case, typed: str) -> None:
    other = concern(people.amina.actor, pseudonym="Mimosa 12")
    assert near(people.amina, typed) == [lavender.code]
    assert other.code not in near(people.amina, typed)
    assert near(people.ines, typed) == [], "another house's code names are nobody's guess"


def test_an_accent_that_was_left_out_is_no_slip(people: Cast) -> None:
    case = concern(people.amina.actor, pseudonym="Bruyère 27")
    assert near(people.amina, "bruyere") == [case.code]


def test_the_same_number_comes_first(people: Cast, lavender: Case) -> None:
    later = concern(people.amina.actor, pseudonym="Lavande 51")
    assert near(people.amina, "lavende 48") == [lavender.code, later.code]
    assert near(people.amina, "lavende 51") == [later.code, lavender.code]


def test_a_wrong_sign_in_a_code_finds_a_file_of_ones_own_only(people: Cast, lavender: Case) -> None:
    wrong = ("0" if lavender.code[0] != "0" else "1") + lavender.code[1:]
    assert near(people.amina, wrong) == [lavender.code]
    assert near(people.ines, wrong) == []


def test_a_part_of_a_name_still_finds_nothing(people: Cast, lavender: Case) -> None:
    identity = {"given_names": "Anaïs-Joy", "family_names": "Exemple"}
    actions.set_identity(lavender.person_id, tier="identity", values=identity, acting=people.amina.actor, now=NOW)
    for typed in ("anais", "exempl", "Exemple", "%", "48", "la", ""):
        assert near(people.amina, typed) == [], typed


def test_a_file_about_nobody_is_not_met_by_a_slip(people: Cast, lavender: Case) -> None:
    """Somebody honest who types half a code name must not be taken for one who reads what is none of her work."""
    acting = Actor(user_id=None, organisation_id=people.atalante.pk, role="case_worker", kind="system", label="system:lists")
    name = {"given_names": "Mimosa", "family_names": "Galerne"}
    decoy = make_canary(name, jurisdiction="FR", territory="69", role="case_worker", acting=acting, now=datetime.now(UTC))
    assert decoy.code not in near(people.amina, decoy.pseudonym.split()[0])


def test_the_page_asks_and_opens_nothing_by_itself(people: Cast, lavender: Case, signed_in: SignIn) -> None:
    client = signed_in(people.amina)
    page = client.post("/search/", {"q": "lavende"}).content.decode()
    assert "Cherchiez-vous l'un de ceux-ci" in page.replace("&#x27;", "'")
    assert f"/cases/{lavender.code}/" in page
    nothing = client.post("/search/", {"q": "Personne Inconnue"}).content.decode()
    assert "Ouvrir un dossier en urgence" in nothing, "the way on stands as a sentence"
