"""A referral for a service without an account, and the pages of a referral."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.consent.actions import withdraw_consent
from repere.cases.models import Capsule, Case, Consent, Offer, Referral
from repere.cases.referral import actions as referring
from repere.cases.referral import queries
from repere.cases.referral.called_back import services_to_ring
from repere.cases.referral.showing import Chosen
from repere.cases.refusals import NotVisible
from repere.ledger.models import Entry
from tests.cases.story import concern, record, told
from tests.cases.test_referral import GROUPS, agree, asked, offer_to, refused, send
from tests.directory.entries import entry, reached, vetted
from tests.people import Cast, Member

SLEEPS = "stay_started"
SERVICE = {"structure": "Accueil inventé", "kind": "general_association", "function": "support", "name": "Accueil de jour"}


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    """Her needs, what happened, and where she sleeps."""
    amina = people.amina.actor
    case = concern(amina, pseudonym="Saule")
    record(case, amina, "urgent_need", basis="person_said", needs=["shelter"])
    record(case, amina, SLEEPS, phase="emergency")
    return case


@pytest.fixture
def consent(case: Case, people: Cast) -> Consent:
    return agree(case, people.amina.actor, groups=(*GROUPS, "housing"))


def to_service(case: Case, consent: Consent, people: Cast, service: UUID, *, note: str = "") -> Offer:
    wanted = replace(
        asked(consent, chosen=Chosen((*GROUPS, "housing"), "support")), recipients=(service,), services=frozenset({service}), note=note
    )  # fmt: skip
    send(case, people.amina.actor, wanted)
    with acting_as(people.amina.actor) as amina:
        return Offer.objects.visible_to(amina).get()


@pytest.fixture
def offer(case: Case, consent: Consent, people: Cast) -> Offer:
    found = vetted(people, people.ines, **SERVICE)
    reached(found, people.bruno, now=now())
    return to_service(case, consent, people, found.pk)


def test_a_link_is_made_only_for_a_vetted_service_whose_number_was_called(case: Case, consent: Consent, people: Cast) -> None:
    unknown = entry(people.ines, **SERVICE)
    put = to_service(case, consent, people, unknown.pk)
    refused("service_not_called_back", lambda: referring.make_capsule(put, acting=people.amina.actor, now=now()))
    for stranger in (people.ines, people.bruno, people.pascal):
        with pytest.raises(NotVisible):
            referring.make_capsule(put, acting=stranger.actor, now=now())


def test_needs_come_first_and_the_person_after_a_named_acceptance_and_never_where_she_sleeps(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    assert referring.open_capsule(made.token, made.code, now=now())["needs"] == ["food", "shelter"]
    refused("accepted_by_whom", lambda: referring.answer_capsule(made.token, made.code, accepts=True, now=now()))
    shown = referring.answer_capsule(made.token, made.code, accepts=True, name="Dominique", function="accueil", now=now())
    assert shown is not None
    assert shown["code_name"] == "Saule"
    assert "Séjour" not in str(shown)
    assert len(shown["lines"]) < len(_package(people)), "the stay is in the package and not in the capsule"
    with acting_as(people.amina.actor) as amina:
        kept = Capsule.objects.visible_to(amina).get()
        assert (Offer.objects.visible_to(amina).get().state, Referral.objects.visible_to(amina).get().state) == ("accepted", "taken")
    assert kept.person is None
    assert b"Dominique" not in bytes(kept.accepted_by or b"")


def test_who_accepted_reads_first_whom_to_call_and_how_to_reach_her(case: Case, consent: Consent, people: Cast) -> None:
    """What is shown once begins with what nobody may guess: who asks, how soon, the words for who accepts, the safe way to her."""
    record(case, people.amina.actor, "safe_contact_instructions", channel="phone", can_contact="yes", how_and_when="le soir")
    found = vetted(people, people.ines, **SERVICE)
    reached(found, people.bruno, now=now())
    offer = to_service(case, consent, people, found.pk, note="Salaires impayés, passeport retenu.")
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    answer = {"code": made.code, "answer": "yes", "name": "Dominique", "function": "avocat"}
    page = Client().post(f"/open/{made.token}/", answer).content.decode()
    order = [page.index(said) for said in (people.atalante.name, "Salaires impayés", "Consignes de contact sûr", "Besoin urgent")]
    assert order == sorted(order)


def test_nothing_has_left_until_the_link_is_made_and_the_lists_say_so(
    offer: Offer, case: Case, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    amina = signed_in(people.amina)
    said = "rien n'est encore parti"
    own = reverse("cases:offer", args=[offer.pk])
    assert "envoyée, pas encore prise en compte" not in amina.get(own).content.decode()
    for address in ("/requests/?tab=sent", f"/cases/{case.code}/requests/", own):
        assert said in amina.get(address).content.decode().replace("&#x27;", "'"), address
    made = amina.post(reverse("cases:capsule_make", args=[offer.pk])).content.decode()
    with acting_as(people.amina.actor):
        [line] = queries.reached_by(offer.service or uuid4())
    assert line.value in made
    assert said not in amina.get("/requests/?tab=sent").content.decode().replace("&#x27;", "'")


def _package(people: Cast) -> list[Any]:
    with acting_as(people.amina.actor) as amina:
        return list(Referral.objects.visible_to(amina).get().package)


def test_whatever_is_wrong_with_a_link_its_holder_reads_one_sentence(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    wrong = [
        ("", made.code, now()), ("x.y", made.code, now()), (f"{uuid4().hex}.{made.token.partition('.')[2]}", made.code, now()),
        (made.token, "00000000" if made.code != "00000000" else "1", now()), (made.token[:-1], made.code, now()),
        (made.token, made.code, now() + timedelta(days=4)),
    ]  # fmt: skip
    for token, code, at in wrong:
        refused("capsule_closed", lambda token=token, code=code, at=at: referring.open_capsule(token, code, now=at))
    referring.answer_capsule(made.token, made.code, accepts=False, reason="full", now=now())
    refused("capsule_closed", lambda: referring.open_capsule(made.token, made.code, now=now()))
    refused("capsule_closed", lambda: referring.answer_capsule(made.token, made.code, accepts=True, name="x", function="y", now=now()))


def test_a_guessed_code_closes_the_link_for_good(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    guesses = [f"{number:08d}" for number in range(10) if f"{number:08d}" != made.code][:5]
    for guess in guesses:
        refused("capsule_closed", lambda guess=guess: referring.open_capsule(made.token, guess, now=now()))
    refused("capsule_closed", lambda: referring.open_capsule(made.token, made.code, now=now()))
    with acting_as(people.amina.actor) as amina:
        assert Capsule.objects.visible_to(amina).get().person is None


def test_the_database_alone_opens_no_capsule(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    with acting_as(Actor.at_the_door()), connection.cursor() as cursor:
        cursor.execute("SELECT needs, person FROM cases_capsule")
        for blob in (bytes(part) for row in cursor.fetchall() for part in row):
            for secret in (b"shelter", b"Saule", made.code.encode()):
                assert secret not in blob
        for table in ("cases_person", "cases_case", "cases_fact", "cases_referral", "cases_offer"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


def test_a_referral_that_is_called_back_closes_its_link(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    with acting_as(people.amina.actor) as amina:
        referral = Referral.objects.visible_to(amina).get()
    referring.recall_referral(referral, acting=people.amina.actor, now=now())
    refused("capsule_closed", lambda: referring.open_capsule(made.token, made.code, now=now()))


def test_a_service_that_had_read_it_is_rung_when_she_takes_her_agreement_back(
    offer: Offer, case: Case, consent: Consent, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    """Noted as a fact or taken back on its page, a withdrawal ends the same things and says whom to ring, until somebody did."""
    amina, stranger = signed_in(people.amina), signed_in(people.ines)
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    referring.open_capsule(made.token, made.code, now=now())
    referring.answer_capsule(made.token, made.code, accepts=True, name="Dominique", function="avocat", now=now())
    assert "Appelez-" not in amina.get("/").content.decode()
    fact = record(case, people.amina.actor, "consent_withdrawn", now().date(), now=now(), basis="person_said", purpose="support")
    pages = {address: amina.get(address).content.decode() for address in _where_it_is_told(case, fact.pk, offer)}
    for address, page in pages.items():
        assert SERVICE["name"] in page, address
        assert "Appelez-le" in page, address
    told = pages[reverse("cases:recorded", args=[case.code, fact.pk])]
    with acting_as(people.amina.actor) as actor:
        assert Referral.objects.visible_to(actor).get().code in told
        [line] = queries.reached_by(offer.service or uuid4())
    assert line.value in told
    assert "Ce fait ne donne de nouvelle tâche à personne" not in told
    assert stranger.post(reverse("cases:offer_act", args=[offer.pk, "told"])).status_code == 404
    for _twice in range(2):
        assert amina.post(reverse("cases:offer_act", args=[offer.pk, "told"])).status_code == 302
    with acting_as(people.amina.actor):
        assert Entry.objects.filter(act="tell_called_back", subjects__contains=[case.person_id]).count() == 1
    assert all("Appelez-" not in amina.get(address).content.decode() for address in pages)


def _where_it_is_told(case: Case, fact: UUID, offer: Offer) -> list[str]:
    addresses = [("recorded", [case.code, fact]), ("consents", [case.code]), ("offer", [offer.pk])]
    return ["/", *(reverse(f"cases:{name}", args=args) for name, args in addresses)]


def test_nobody_is_rung_who_read_nothing(offer: Offer, case: Case, people: Cast) -> None:
    """A link that nobody opened, and one whose service said no before, wait for no call."""
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    with acting_as(people.amina.actor) as amina:
        consent = Consent.objects.visible_to(amina).get(case=case)
    withdraw_consent(consent, key=uuid4(), acting=people.amina.actor, now=now())
    with acting_as(people.amina.actor) as amina:
        capsule = Capsule.objects.visible_to(amina).get(pk=made.capsule.pk)
        assert (capsule.closed_at is not None, capsule.ring_since) == (True, None)
        assert services_to_ring(amina) == []


def test_the_page_of_a_withdrawal_says_whom_to_ring_too(offer: Offer, case: Case, consent: Consent, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    referring.open_capsule(made.token, made.code, now=now())
    withdraw_consent(consent, key=uuid4(), acting=people.amina.actor, now=now())
    with acting_as(people.amina.actor) as amina, CaptureQueriesContext(connection) as asked:
        [one] = services_to_ring(amina)
    assert (one.offer_id, one.service, one.read_of_her) == (offer.pk, f"{SERVICE['structure']} · {SERVICE['name']}", False)
    assert len(asked) <= 6


def test_every_wrong_code_is_written_down_and_a_link_that_closes_is_told_to_who_sent_it(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    referring.open_capsule(made.token, made.code, now=now())
    for _ in range(5):
        refused("capsule_closed", lambda: referring.open_capsule(made.token, "00000001", now=now()))
    refused("capsule_closed", lambda: referring.open_capsule(made.token, made.code, now=now()))
    with acting_as(people.amina.actor) as amina:
        assert Offer.objects.visible_to(amina).get(pk=offer.pk).news_for_sender == "capsule_burnt"
        acts = list(Entry.objects.filter(act__in=("open_capsule", "refuse_capsule")).order_by("position").values_list("act", "kind"))
    assert acts == [("open_capsule", "write"), *[("refuse_capsule", "denial")] * 5]


# ---- pages


def test_the_page_of_a_link_answers_every_link_alike_and_counts_wrong_codes(offer: Offer, people: Cast) -> None:
    made = referring.make_capsule(offer, acting=people.amina.actor, now=now())
    client, real, invented = Client(), f"/open/{made.token}/", f"/open/{uuid4().hex}.abc/"
    assert client.get(real).status_code == client.get(invented).status_code == 200
    wrong = [client.post(address, {"code": "12"}) for address in (real, invented)]
    assert all("appelez" in one.content.decode().lower() or "call the service" in one.content.decode().lower() for one in wrong)
    with acting_as(people.amina.actor) as amina:
        assert Capsule.objects.visible_to(amina).get().tries == 1
    opened = client.post(real, {"code": made.code}).content.decode()
    assert "Un lieu sûr où dormir" in opened
    assert "Saule" not in opened


def filled_in(people: Cast, consent: Consent) -> dict[str, Any]:
    return {
        "key": str(uuid4()), "first": str(people.boussole.pk), "needs": ["shelter"], "urgency": "today", "purpose": "support",
        "groups": list(GROUPS), "ground": "care", "consent": str(consent.pk), "handling": "share",
        "until": (now() + timedelta(days=30)).date().isoformat(),
    }  # fmt: skip


def test_what_was_corrected_says_so_before_anything_is_sent(
    case: Case, consent: Consent, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    """Two statements of one thing, of which one no longer stands, are never read as both true."""
    amina = people.amina.actor
    wrong = record(case, amina, "person_described", dependants=2)
    told(case, amina, "person_described", "2026-05-20", fields={"dependants": 3}, corrects=wrong)
    form = filled_in(people, consent)
    looked_at = signed_in(people.amina).post(reverse("cases:referral_new", args=[case.code]), form)
    assert looked_at.context["package"] is not None, looked_at.context["form"].errors
    assert looked_at.content.decode().count("corrigé depuis") == 1


def test_a_referral_is_written_looked_at_sent_acknowledged_and_accepted_on_the_page(
    case: Case, consent: Consent, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    amina, bruno = signed_in(people.amina), signed_in(people.bruno)
    address = reverse("cases:referral_new", args=[case.code])
    assert amina.get(address).status_code == 200
    form = filled_in(people, consent)
    looked_at = amina.post(address, form)
    package = looked_at.context["package"]
    assert package is not None, looked_at.context["form"].errors
    with acting_as(people.amina.actor) as actor:
        assert not Referral.objects.visible_to(actor).exists(), "looking sends nothing"
    assert amina.post(address, form | {"digest": package.digest}).status_code == 302
    put = offer_to(people.bruno.actor)
    inbox = bruno.get(reverse("cases:referrals")).content.decode()
    assert put.code in inbox
    assert "Saule" not in inbox
    page = reverse("cases:offer", args=[put.pk])
    before = bruno.get(page).content.decode()
    assert "Saule" not in before
    assert case.code not in before
    bruno.post(reverse("cases:offer_act", args=[put.pk, "acknowledge"]))
    bruno.post(reverse("cases:offer_act", args=[put.pk, "accept"]))
    after = bruno.get(page)
    assert case.code in after.content.decode()
    assert after.context["found"].same_view is True, "to the letter what the sender looked at"
    assert amina.get(page).status_code == 200
    assert amina.get(reverse("cases:case_referrals", args=[case.code])).status_code == 200


def test_the_pages_of_a_referral_do_not_exist_for_strangers(
    case: Case, consent: Consent, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    send(case, people.amina.actor, asked(consent, people.boussole))
    put = offer_to(people.bruno.actor)
    for member in (people.ines, people.pascal, people.karim):
        client = signed_in(member)
        assert client.get(reverse("cases:offer", args=[put.pk])).status_code == 404
        for name in ("acknowledge", "accept", "recall", "done", "unheard"):
            assert client.post(reverse("cases:offer_act", args=[put.pk, name])).status_code == 404, name
        assert client.get(reverse("cases:referral_new", args=[case.code])).status_code == 404
    assert put.code not in signed_in(people.ines).get(reverse("cases:referrals")).content.decode()


def test_the_inbox_asks_as_many_questions_for_many_referrals_as_for_one(
    case: Case, consent: Consent, people: Cast, django_assert_max_num_queries: Any
) -> None:

    for _number in range(4):
        send(case, people.amina.actor, asked(consent, people.boussole))
    with acting_as(people.bruno.actor) as bruno, django_assert_max_num_queries(6):
        found = queries.inbox(bruno, now=now())
    assert (found.counts["to_answer"], len(found.lines)) == (4, 4)
