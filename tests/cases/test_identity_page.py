"""Her identity: written under seal, one page, by the organisation that opened the file."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from repere.accounts.acting import acting_as
from repere.cases import actions, queries
from repere.cases.actions.identity import amend_identity
from repere.cases.models import Case, SealedRecord
from repere.cases.refusals import NotVisible
from repere.ledger.models import Entry
from tests.cases.story import NOW, concern, grant
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def address(case: Case) -> str:
    return f"/cases/{case.code}/identity/"


def shown(client: Client, case: Case) -> dict[str, str]:
    """What the form holds, hidden values included, as a browser would send it back."""
    page = client.get(address(case)).content.decode()
    inputs = {m[1]: m[2] for m in re.finditer(r'<input [^>]*?name="([a-z_-]+)"(?:[^>]*?value="([^"]*)")?', page)}
    areas = {m[1]: m[2].removeprefix("\n") for m in re.finditer(r'<textarea name="([a-z_]+)"[^>]*>(.*?)</textarea>', page, re.DOTALL)}
    names = {name for name in inputs | areas if name.removeprefix("initial-") in queries_names()}
    return {name: html.unescape((inputs | areas)[name] or "") for name in names}


def queries_names() -> set[str]:
    return {"given_names", "family_names", "other_names", "birth", "birth_place", "language", "phone", "safe_address"}


def write(client: Client, case: Case, **values: str) -> Any:
    return client.post(address(case), shown(client, case) | values, follow=True)


def kept(member: Member, case: Case) -> dict[str, dict[str, Any]]:
    with member.acts() as actor:
        return queries.identity_of(actor, case.code)


def test_the_case_says_that_no_name_is_recorded_and_leads_there(signed_in: SignIn, people: Cast, case: Case) -> None:
    client = signed_in(people.amina)
    assert "Noter son nom" in client.get(f"/cases/{case.code}/").content.decode()
    write(client, case, given_names="Zorah")
    page = client.get(f"/cases/{case.code}/").content.decode()
    assert "Ouvrir son identité" in page
    assert "Zorah" not in page


def test_a_name_that_was_written_finds_the_case(signed_in: SignIn, people: Cast, case: Case) -> None:
    """By the whole name in any order, by each other name; not from another organisation."""
    client = signed_in(people.amina)
    write(client, case, given_names="Zorah", family_names="Inventée", other_names="Belle\r\nMaria Exemple", birth="mai 1999")
    for text in ("zorah inventee", "Inventée Zorah", "belle", "Exemple Maria", "ZI 1999"):
        assert f"/cases/{case.code}/" in client.post("/search/", {"q": text}).content.decode(), text
    assert case.code not in signed_in(people.ines).post("/search/", {"q": "Zorah Inventée"}).content.decode()


def test_each_answer_lies_in_its_tier_and_under_seal(signed_in: SignIn, people: Cast, case: Case) -> None:
    write(
        signed_in(people.amina), case, given_names="Zorah", birth="1999", birth_place="Ville inventée", language="bini, anglais",
        phone="06 00 00 00 00", safe_address="Chez Claire\r\nle mardi",
    )  # fmt: skip
    assert kept(people.amina, case) == {
        "identity": {
            "given_names": "Zorah",
            "birth": {"earliest": "1999-01-01", "latest": "1999-12-31"},
            "birth_place": "Ville inventée",
        },
        "contact": {"language": "bini, anglais", "phone": "06 00 00 00 00", "safe_address": "Chez Claire\nle mardi"},
    }
    with people.amina.acts() as actor:
        for record in SealedRecord.objects.visible_to(actor):
            assert b"Zorah" not in bytes(record.blob)
            assert b"Claire" not in bytes(record.blob)


def test_what_an_import_brought_stays(signed_in: SignIn, people: Cast, case: Case) -> None:
    amina = people.amina.actor
    came = {"phone": "+33600000000", "other_phone": "+33400000000", "email": "elle@exemple.invalid", "city": "Ville"}
    actions.set_identity(case.person_id, tier="contact", values=came, acting=amina, now=NOW)
    client = signed_in(people.amina)
    assert "elle@exemple.invalid" in client.get(address(case)).content.decode()
    write(client, case, language="bini")
    assert kept(people.amina, case)["contact"] == {**came, "language": "bini"}
    write(client, case, phone="")
    assert kept(people.amina, case)["contact"] == {
        "other_phone": "+33400000000",
        "email": came["email"],
        "city": "Ville",
        "language": "bini",
    }
    with acting_as(amina):
        assert SealedRecord.objects.visible_to(amina).filter(tier="contact").count() == 3, "every version is kept"


def test_a_page_opened_earlier_undoes_nothing_that_a_colleague_wrote(signed_in: SignIn, people: Cast, case: Case) -> None:
    client = signed_in(people.amina)
    before = shown(client, case)
    write(signed_in(people.odile), case, family_names="Inventée")
    client.post(address(case), before | {"given_names": "Zorah"})
    assert kept(people.amina, case)["identity"] == {"given_names": "Zorah", "family_names": "Inventée"}


def test_sending_twice_writes_once(signed_in: SignIn, people: Cast, case: Case) -> None:
    client = signed_in(people.amina)
    sent = shown(client, case) | {"given_names": "Zorah"}
    for _ in range(2):
        assert client.post(address(case), sent).status_code == 302
    with people.amina.acts() as actor:
        assert SealedRecord.objects.visible_to(actor).count() == 1
        assert Entry.objects.filter(act="set_identity").count() == 1


def test_every_answer_may_stay_empty_and_a_birth_is_a_day(signed_in: SignIn, people: Cast, case: Case) -> None:
    client = signed_in(people.amina)
    assert write(client, case).redirect_chain
    for wrong in ("un jour", "2090"):
        page = write(client, case, given_names="Zorah", birth=wrong)
        assert "error-summary" in page.content.decode()
        assert 'value="Zorah"' in page.content.decode(), "nothing is lost"
    assert kept(people.amina, case) == {}


def test_only_who_may_see_the_identity_opens_the_page(signed_in: SignIn, people: Cast, case: Case) -> None:
    """The intruder gets 404; so does a body that sees the file without her name."""
    write(signed_in(people.amina), case, given_names="Zorah", phone="06 00 00 00 00")
    assert signed_in(people.ines).get(address(case)).status_code == 404
    assert signed_in(people.ines).post(address(case), {"given_names": "Autre"}).status_code == 404
    assert signed_in(people.chloe).get(address(case)).status_code == 403
    grant(case, people.amina.actor, people.boussole, ["profile", "contact_safety"])
    assert signed_in(people.bruno).get(address(case)).status_code == 404
    assert "identity/" not in signed_in(people.bruno).get(f"/cases/{case.code}/").content.decode()
    grant(case, people.amina.actor, people.boussole, ["profile", "identity"])
    page = signed_in(people.bruno).get(address(case)).content.decode()
    assert "Zorah" in page
    assert "06 00 00 00 00" not in page, "how to reach her is a group of its own"
    assert signed_in(people.bruno).post(address(case), {"given_names": "Autre"}).status_code == 404
    with pytest.raises(NotVisible):
        amend_identity(case.person_id, tier="identity", changes={"given_names": "Autre"}, acting=people.bruno.actor, now=NOW)


def test_opening_it_is_written_down(signed_in: SignIn, people: Cast, case: Case) -> None:
    signed_in(people.amina).get(address(case))
    with people.amina.acts():
        look = Entry.objects.filter(kind="look").order_by("-position")[0]
    assert look.subjects == [case.person_id]
    assert b"cases:identity" in bytes(look.body)
