"""Whatever is bound for a criminal file or a prefecture bears the address that she chose, never where she sleeps (R34)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.cases import actions, mail_address
from repere.cases.models import Case, Fact, Offer, Requisition
from repere.cases.referral import actions as referring
from repere.cases.referral.showing import Chosen
from repere.cases.refusals import Refused
from tests.cases.story import NOW, concern, grant, record, seen
from tests.cases.test_referral import agree, asked, now, send
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
SHELTER = "Maison des Tilleuls, 12 rue Imaginaire"
GROUPS = ("profile", "exploitation", "criminal_procedure")


@pytest.fixture
def case(people: Cast) -> Case:
    """She sleeps in a shelter, and chose an association for her letters after a lawyer."""
    case, amina = concern(people.amina.actor), people.amina.actor
    record(case, amina, "person_described", "2026-06-01", gender="woman")
    record(case, amina, "elective_domicile_chosen", "2026-06-02", at="lawyer")
    record(case, amina, "elective_domicile_chosen", "2026-06-04", at="association")
    record(case, amina, "stay_started", "2026-06-05", basis="third_party")
    record(case, amina, "complaint_withdrawn", "2026-06-06", basis="person_said")
    return case


def to_the_police(case: Case, people: Cast) -> Offer:
    consent = agree(case, people.amina.actor, purpose="criminal_procedure", recipient="police", groups=GROUPS)
    send(case, people.amina.actor, asked(consent, people.karim.organisation, chosen=Chosen(GROUPS, "investigation")))
    with acting_as(people.karim.actor) as actor:
        return Offer.objects.visible_to(actor).get()


def test_a_referral_for_an_inquiry_bears_her_elective_domicile_on_both_sides(case: Case, people: Cast, signed_in: SignIn) -> None:
    offer = to_the_police(case, people)
    told = f"chez une association. Demandez l'adresse à {people.atalante.name}"
    ours = signed_in(people.amina).get(reverse("cases:offer", args=[offer.pk])).content.decode()
    referring.accept_offer(offer, acting=people.karim.actor, now=now())
    theirs = signed_in(people.karim).get(reverse("cases:offer", args=[offer.pk])).content.decode()
    file = signed_in(people.karim).get(f"/cases/{case.code}/").content.decode()
    for page in (ours, theirs):
        assert told.lower() in unescape(page).lower()
        assert "Hébergement commencé" not in page
    assert "Adresse pour son courrier" in file, "what the police prints of the file says where letters go"
    assert people.atalante.name in file


def test_a_referral_for_her_support_says_nothing_of_letters(case: Case, people: Cast) -> None:
    consent = agree(case, people.amina.actor, groups=("contact_safety", "profile", "support"))
    send(case, people.amina.actor, asked(consent, people.boussole))
    with acting_as(people.bruno.actor) as actor:
        assert "letters" not in Offer.objects.visible_to(actor).get().needs


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [([], ""), (["none"], ""), (["shelter_refused"], ""), (["lawyer", "none"], ""), (["none", "lawyer"], "lawyer")],
)
def test_an_address_that_is_none_is_not_given_for_one(people: Cast, chosen: list[str], expected: str) -> None:
    case = concern(people.amina.actor)
    facts = [record(case, people.amina.actor, "elective_domicile_chosen", f"2026-06-0{day}", at=at) for day, at in enumerate(chosen, 2)]
    assert mail_address.elected(facts) == expected
    assert people.atalante.name in mail_address.in_words(expected, people.atalante.name, "fr")


def answered(case: Case, people: Cast, *given: str) -> Requisition:
    amina = people.amina.actor
    asked_for = ["profile", "criminal_procedure", "housing"]
    row = actions.receive_requisition(
        case, authority="Parquet inventé", text="CPP 77-1-1", words="Tout", asked=asked_for, acting=amina, now=NOW
    )
    actions.check_requisition(row, acting=amina, now=NOW)
    return actions.prepare_answer(row, given=given, acting=amina, now=NOW)


def test_the_answer_to_a_requisition_never_tells_where_she_sleeps(case: Case, people: Cast, signed_in: SignIn) -> None:
    """Two persons look at the same paper before it leaves; what may be turned against her is not on it by itself."""
    with pytest.raises(Refused) as told:
        answered(case, people, "profile", "housing")
    assert told.value.code == "shelter_is_not_given"
    client = signed_in(people.amina)
    with acting_as(people.amina.actor) as actor:
        [row] = Requisition.objects.visible_to(actor)
    form = client.get(f"/cases/{case.code}/requisitions/{row.pk}/answer/").content.decode()
    assert ('value="profile"' in form, 'value="housing"' in form) == (True, False)
    assert client.get(f"/cases/{case.code}/requisitions/{row.pk}/paper/").status_code == 404, "nothing was prepared yet"
    actions.prepare_answer(row, given=["profile", "criminal_procedure"], acting=people.amina.actor, now=NOW)
    paper = client.get(f"/cases/{case.code}/requisitions/{row.pk}/paper/").content.decode()
    assert "Adresse pour son courrier" in paper
    assert "chez une association" in paper.lower()
    assert "Personne décrite" in paper
    assert "Hébergement commencé" not in paper
    assert "Plainte retirée" not in paper
    assert "1 fait qui peut être retourné contre elle" in paper
    assert "Pas encore confirmé" in paper
    actions.take_over_case(case, reason="Relais", cover=True, acting=people.odile.actor, now=NOW)
    actions.confirm_answer(row, seen=seen(row, people.odile.actor), acting=people.odile.actor, now=NOW)
    paper = client.get(f"/cases/{case.code}/requisitions/{row.pk}/paper/").content.decode()
    assert "Pas encore confirmé" not in paper
    assert people.odile.user.name in paper
    assert signed_in(people.ines).get(f"/cases/{case.code}/requisitions/{row.pk}/paper/").status_code == 404


def test_no_access_tells_a_body_of_the_state_where_she_sleeps(case: Case, people: Cast) -> None:
    """Not for her protection either, by the page or by SQL; an association that may know it still does."""
    grant(case, people.amina.actor, people.karim.organisation, ["profile", "housing"], purpose="protection")
    grant(case, people.amina.actor, people.boussole, ["profile", "housing"])
    seen = {}
    for name, member in (("police", people.karim), ("association", people.bruno)):
        with acting_as(member.actor) as actor, connection.cursor() as cursor:
            seen[name] = set(Fact.objects.visible_to(actor).filter(case=case).values_list("data_group", flat=True))
            cursor.execute("SELECT DISTINCT data_group FROM cases_fact WHERE case_id = %s", [case.pk])
            assert {row[0] for row in cursor.fetchall()} == seen[name]
    assert ("housing" in seen["association"], "profile" in seen["police"], "housing" in seen["police"]) == (True, True, False)


def test_an_answer_leaves_as_the_second_person_saw_it_and_stays_so(case: Case, people: Cast, signed_in: SignIn) -> None:
    """What is noted meanwhile is looked at first; what is noted later is on no paper of it; free text about reaching her never is."""
    amina, odile = people.amina.actor, people.odile.actor
    typed = {"can_contact": "yes", "how_and_when": SHELTER}
    record(case, amina, "safe_contact_instructions", "2026-06-07", basis="person_said", **typed)
    row = actions.receive_requisition(
        case, authority="Parquet inventé", text="CPP 77-1-1", words="", asked=["profile", "contact_safety"], acting=amina, now=NOW
    )
    actions.check_requisition(row, acting=amina, now=NOW)
    actions.prepare_answer(row, given=["profile", "contact_safety"], acting=amina, now=NOW)
    actions.take_over_case(case, reason="Relais", cover=True, acting=odile, now=NOW)
    looked_at = seen(row, odile)
    record(case, amina, "person_described", "2026-06-08", gender="woman")
    with pytest.raises(Refused) as told:
        actions.confirm_answer(row, seen=looked_at, acting=odile, now=NOW)
    assert told.value.code == "answer_changed"
    form = signed_in(people.amina).get(f"/cases/{case.code}/requisitions/{row.pk}/confirm/").content.decode()
    assert seen(row, odile) in form, "the page shows what it confirms"
    assert "Personne décrite" in form
    actions.confirm_answer(row, seen=seen(row, odile), acting=odile, now=NOW + timedelta(hours=1))
    paper = f"/cases/{case.code}/requisitions/{row.pk}/paper/"
    before = signed_in(people.amina).get(paper).content.decode()
    record(case, amina, "person_described", "2026-06-15", now=NOW + timedelta(hours=2), gender="woman")
    after = signed_in(people.amina).get(paper).content.decode()
    assert before.count("Personne décrite") == after.count("Personne décrite") > 0
    assert SHELTER not in before


def test_the_state_reads_neither_her_street_nor_who_else_writes_in_her_file(case: Case, people: Cast, signed_in: SignIn) -> None:
    amina = people.amina.actor
    contact = {"phone": "0611223344", "safe_address": SHELTER, "street": SHELTER}
    for tier, values in (("identity", {"given_names": "Zorah"}), ("contact", contact)):
        actions.set_identity(case.person_id, tier=tier, values=values, acting=amina, now=NOW)
    grant(case, amina, people.karim.organisation, ["profile", "contact_safety", "identity"], purpose="protection")
    grant(case, amina, people.boussole, ["profile", "contact_safety", "identity"])
    at_the_house = {"can_contact": "yes", "how_and_when": "au bureau de la maison"}
    record(case, people.sonia.actor, "safe_contact_instructions", now=datetime.now(UTC), basis="person_said", **at_the_house)
    record(case, people.sonia.actor, "person_described", now=datetime.now(UTC), gender="woman")
    police, association = signed_in(people.karim), signed_in(people.bruno)
    assert SHELTER in association.get(f"/cases/{case.code}/identity/").content.decode()
    identity = police.get(f"/cases/{case.code}/identity/").content.decode()
    assert ("Zorah" in identity, SHELTER in identity) == (True, False)
    for path in ("", "facts/new/safe_contact_instructions/", "?past=all"):
        page = unescape(police.get(f"/cases/{case.code}/{path}").content.decode())
        assert "bureau de la maison" not in page
        assert people.boussole.name not in page, path
    assert "une autre organisation" in unescape(police.get(f"/cases/{case.code}/").content.decode())
    assert people.boussole.name in association.get(f"/cases/{case.code}/").content.decode()


def test_a_rule_that_says_no_for_her_carries_no_access(people: Cast) -> None:
    """A rule about minors is no way round the four hours of danger for a woman of thirty."""
    case, amina = concern(people.amina.actor), people.amina.actor
    record(case, amina, "person_described", turns_18={"earliest": "2010-01-01", "latest": "2010-12-31"})
    with pytest.raises(Refused) as told:
        grant(case, amina, people.karim.organisation, ["profile"], purpose="protection", law="common.refer_minor")
    assert told.value.code == "rule_says_no_for_her"
