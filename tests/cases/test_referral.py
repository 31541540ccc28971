"""Referral as a contract: what leaves, when, to whom, and what the other side learns before and after it accepts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions, jobs
from repere.cases.actions.by_the_house import in_her_name
from repere.cases.consent.actions import Agreement, Voice, record_consent, withdraw_consent
from repere.cases.models import Case, Consent, Fact, Grant, Offer, Person, Referral
from repere.cases.referral import actions as referring
from repere.cases.referral.actions import Asked
from repere.cases.referral.following import follow_referrals
from repere.cases.referral.showing import Chosen, freeze
from repere.cases.refusals import NotVisible, Refused
from repere.core.codes import is_code
from repere.ledger.models import Entry
from tests.cases.story import concern, record
from tests.people import Cast, organisation

GROUPS = ("contact_safety", "profile", "support")


def now() -> datetime:
    """Accesses count by the clock of the database: acts of this file happen today."""
    return datetime.now(UTC)


@pytest.fixture
def case(people: Cast) -> Case:
    """A file of Amina's, with facts inside and outside what is referred."""
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "urgent_need", basis="person_said", needs=["shelter"])
    record(case, amina, "exploitation_described", forms=["forced_labour"])
    record(case, amina, "support_started")
    return case


@pytest.fixture
def consent(case: Case, people: Cast) -> Consent:
    return agree(case, people.amina.actor)


def agree(case: Case, acting: Actor, *, voice: Voice | None = None, **other: Any) -> Consent:
    told: dict[str, Any] = {
        "purpose": "support", "recipient": "specialised_association", "groups": GROUPS, "channels": ("here",),
        "starts_on": date(2026, 6, 1), "language": "fr", "interpreter": "Interprète Exemple", "witness": "Témoin Exemple",
    }  # fmt: skip
    return record_consent(case, Agreement(**told | other), voice or Voice(), key=uuid4(), acting=acting, now=now())


def asked(consent: Consent | None, *recipients: Any, **other: Any) -> Asked:
    chosen = other.pop("chosen", Chosen(GROUPS, "support"))
    told: dict[str, Any] = {
        "ground": "care", "urgency": "today", "needs": ("shelter", "food"), "access_ends_at": now() + timedelta(days=60),
        "consent": consent.pk if consent else None, "note": "Demandée par elle.",
    }  # fmt: skip
    return Asked(recipients=tuple(one.pk for one in recipients), chosen=chosen, **told | other)


def send(case: Case, acting: Actor, wanted: Asked, *, at: datetime | None = None) -> Referral:
    instant = at or now()
    digest = referring.preview(case, wanted, acting=acting, now=instant).digest
    return referring.send_referral(case, wanted, digest=digest, key=uuid4(), acting=acting, now=instant)


def offer_to(actor: Actor) -> Offer:
    with acting_as(actor):
        return Offer.objects.visible_to(actor).filter(organisation=actor.organisation_id).get()


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as told:
        act()
    assert told.value.code == code, told.value.code


def seen_by(actor: Actor, case: Case) -> set[Any]:
    """By the query and by the database alone: they must be the same."""
    with acting_as(actor), connection.cursor() as cursor:
        found = set(Fact.objects.visible_to(actor).filter(case=case).values_list("pk", flat=True))
        cursor.execute("SELECT id FROM cases_fact WHERE case_id = %s", [case.pk])
        assert {row[0] for row in cursor.fetchall()} == found
    return found


# ---- before acceptance


def test_a_receiver_reads_needs_first_and_neither_person_nor_file(case: Case, consent: Consent, people: Cast) -> None:
    send(case, people.amina.actor, asked(consent, people.boussole))
    offer = offer_to(people.bruno.actor)
    assert offer.needs == {"needs": ["food", "shelter"], "age": "adult_or_not_known", "language": "", "territory": ""}
    assert seen_by(people.bruno.actor, case) == set()
    with acting_as(people.bruno.actor) as bruno:
        assert not Case.objects.visible_to(bruno).exists()
        assert not Person.objects.visible_to(bruno).exists()
        assert not Referral.objects.visible_to(bruno).exists(), "the sender's part names the file"
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_referral")
            assert cursor.fetchone()[0] == 0
    values = str([getattr(offer, field.attname) for field in Offer._meta.concrete_fields])
    assert str(case.pk) not in values
    assert str(case.person_id) not in values
    assert case.code not in values


def test_a_recipient_of_the_fallback_list_knows_nothing_until_its_turn(case: Case, consent: Consent, people: Cast) -> None:
    third = organisation("Troisième", "association", "75")
    send(case, people.amina.actor, asked(consent, people.boussole, third))
    acting = Actor(people.ines.user.pk, third.pk, "case_worker")
    with acting_as(acting), connection.cursor() as cursor:
        assert not Offer.objects.visible_to(acting).exists()
        cursor.execute("SELECT count(*) FROM cases_offer")
        assert cursor.fetchone()[0] == 0


def test_who_was_not_asked_meets_nothing(case: Case, consent: Consent, people: Cast) -> None:
    send(case, people.amina.actor, asked(consent, people.boussole))
    offer = offer_to(people.bruno.actor)
    for stranger in (people.ines, people.pascal, people.karim, people.chloe):
        for act in (referring.acknowledge_offer, referring.accept_offer):
            with pytest.raises(NotVisible):
                act(offer, acting=stranger.actor, now=now())


# ---- acceptance


def test_accepting_opens_exactly_what_the_sender_looked_at(case: Case, consent: Consent, people: Cast) -> None:
    wanted = asked(consent, people.boussole)
    looked_at = referring.preview(case, wanted, acting=people.amina.actor, now=now())
    referral = send(case, people.amina.actor, wanted)
    accepted = referring.accept_offer(offer_to(people.bruno.actor), acting=people.bruno.actor, now=now())
    assert accepted.state == "accepted"
    assert is_code(accepted.code)
    assert seen_by(people.bruno.actor, case) == {fact.pk for fact in looked_at.facts}
    with acting_as(people.bruno.actor) as bruno:
        facts = list(Fact.objects.visible_to(bruno).filter(case=case).order_by("revision", "id"))
        again = freeze(case, facts, groups=GROUPS, consent=consent.fact)
        given = Grant.objects.visible_to(bruno).get(case=case)
    assert again.digest == referral.digest == accepted.digest, "both sides hold the same view"
    assert (given.purpose, given.consent_fact, given.referral) == ("support", consent.fact, referral.pk)


def test_later_facts_flow_only_where_she_agreed_to_it(case: Case, people: Cast) -> None:
    amina, bruno = people.amina.actor, people.bruno.actor
    once = agree(case, amina)
    send(case, amina, asked(once, people.boussole))
    referring.accept_offer(offer_to(bruno), acting=bruno, now=now())
    before = seen_by(bruno, case)
    later = record(case, amina, "support_plan_agreed")
    assert seen_by(bruno, case) == before
    own = record(case, bruno, "support_started")
    assert own.pk in seen_by(bruno, case), "whoever states a fact goes on seeing it"
    flowing = agree(case, amina, ongoing=True)
    third = organisation("Troisième", "association", "75")
    send(case, amina, asked(flowing, third))
    worker = Actor(people.ines.user.pk, third.pk, "case_worker")
    referring.accept_offer(offer_to(worker), acting=worker, now=now())
    assert later.pk in seen_by(worker, case)
    after = record(case, amina, "support_plan_agreed", "2026-06-03")
    assert after.pk in seen_by(worker, case)


def test_a_fact_that_was_left_out_stays_behind(case: Case, consent: Consent, people: Cast) -> None:
    with acting_as(people.amina.actor) as amina:
        kept = Fact.objects.visible_to(amina).get(case=case, kind="urgent_need")
    wanted = asked(consent, people.boussole, chosen=Chosen(GROUPS, "support", left_out=(kept.pk,)))
    send(case, people.amina.actor, wanted)
    referring.accept_offer(offer_to(people.bruno.actor), acting=people.bruno.actor, now=now())
    assert kept.pk not in seen_by(people.bruno.actor, case)


def test_nothing_is_sent_that_was_not_looked_at(case: Case, consent: Consent, people: Cast) -> None:
    amina, wanted = people.amina.actor, asked(consent, people.boussole)
    digest = referring.preview(case, wanted, acting=amina, now=now()).digest
    record(case, amina, "support_plan_agreed")
    refused("look_again", lambda: referring.send_referral(case, wanted, digest=digest, key=uuid4(), acting=amina, now=now()))
    with acting_as(amina):
        assert not Referral.objects.visible_to(amina).exists()


def test_sending_twice_sends_once(case: Case, consent: Consent, people: Cast) -> None:
    amina, wanted, key = people.amina.actor, asked(consent, people.boussole), uuid4()
    digest = referring.preview(case, wanted, acting=amina, now=now()).digest
    first = referring.send_referral(case, wanted, digest=digest, key=key, acting=amina, now=now())
    assert referring.send_referral(case, wanted, digest=digest, key=key, acting=amina, now=now()).pk == first.pk
    offer_to(people.bruno.actor)


# ---- ground and agreement


def test_a_referral_stays_within_what_she_agreed_to(case: Case, consent: Consent, people: Cast) -> None:
    amina = people.amina.actor
    wide = asked(consent, people.boussole, chosen=Chosen((*GROUPS, "exploitation"), "support"))
    refused("outside_her_agreement", lambda: referring.preview(case, wide, acting=amina, now=now()))
    refused("her_agreement_needed", lambda: referring.preview(case, asked(None, people.boussole), acting=amina, now=now()))
    refused("ground_needed", lambda: referring.preview(case, asked(consent, people.boussole, ground=""), acting=amina, now=now()))
    refused("rule_needed", lambda: referring.preview(case, asked(consent, people.boussole, ground="law"), acting=amina, now=now()))
    named = agree(case, amina, organisation=people.boussole.pk)
    third = organisation("Troisième", "association", "75")
    refused("consent_for_another", lambda: referring.preview(case, asked(named, people.boussole, third), acting=amina, now=now()))


def test_what_a_colleague_says_of_her_agreement_carries_nothing(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    said = agree(case, amina, voice=Voice(said_by="staff"))
    assert said.fact is None
    refused("staff_statement_carries_nothing", lambda: referring.preview(case, asked(said, people.boussole), acting=amina, now=now()))


def test_to_a_body_of_the_state_a_ground_alone_does_not_cross_the_wall(case: Case, people: Cast) -> None:
    wanted = asked(None, people.police, ground="danger", chosen=Chosen(("profile",), "investigation"))
    refused("wall_needs_a_basis", lambda: referring.preview(case, wanted, acting=people.amina.actor, now=now()))


def test_a_referral_on_danger_opens_a_day_and_is_no_ground_for_more(case: Case, people: Cast) -> None:
    """She could not be asked: what is opened without her word ends by itself, and nothing longer rests on it."""
    amina = people.amina.actor
    send(case, amina, asked(None, people.boussole, ground="danger"))
    referring.accept_offer(offer_to(people.bruno.actor), acting=people.bruno.actor, now=now())
    with acting_as(amina):
        assert Grant.objects.visible_to(amina).get(case=case).ends_at <= now() + timedelta(days=1)
    with pytest.raises(Refused) as told:
        actions.grant_access(
            case, to=people.boussole, groups=["profile"], purpose="support", reason="Suite", ends_at=now() + timedelta(days=300),
            acting=amina, now=now(),
        )  # fmt: skip
    assert told.value.code == "access_ground_needed"


def test_a_minor_is_represented_and_heard_and_a_parent_is_never_asked_by_default(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    record(case, amina, "person_described", turns_18={"earliest": date(2028, 1, 1), "latest": date(2028, 12, 31)})
    refused("say_how_she_was_heard", lambda: agree(case, amina))
    hers = agree(case, amina, voice=Voice(heard="alone"))
    refused("minor_needs_representative", lambda: referring.preview(case, asked(hers, people.boussole), acting=amina, now=now()))
    parent = Voice(said_by="representative", representative="parent", heard="alone")
    refused("parents_may_be_involved", lambda: agree(case, amina, voice=parent))
    guardian = agree(case, amina, voice=Voice(said_by="representative", representative="ad_hoc", heard="with_interpreter"))
    send(case, amina, asked(guardian, people.boussole))
    assert offer_to(people.bruno.actor).needs["age"] == "minor"


# ---- refusing, clocks, fallback


def test_a_refusal_says_why_and_asks_the_next_at_once(case: Case, consent: Consent, people: Cast) -> None:
    third = organisation("Troisième", "association", "75")
    worker = Actor(people.ines.user.pk, third.pk, "case_worker")
    referral = send(case, people.amina.actor, asked(consent, people.boussole, third))
    bruno = people.bruno.actor
    refused("refusal_needs_a_reason", lambda: referring.refuse_offer(offer_to(bruno), reason="known_to_us", acting=bruno, now=now()))
    referring.refuse_offer(offer_to(bruno), reason="full", acting=bruno, now=now())
    assert offer_to(worker).state == "sent"
    refused("offer_is_over", lambda: referring.accept_offer(offer_to(bruno), acting=bruno, now=now()))
    referring.refuse_offer(offer_to(worker), reason="not_our_work", acting=worker, now=now())
    with acting_as(people.amina.actor) as amina:
        assert Referral.objects.visible_to(amina).get(pk=referral.pk).state == "exhausted"
        assert [one.news_for_sender for one in Offer.objects.visible_to(amina)] == ["refused", "refused"]


def test_silence_is_reminded_then_escalated_then_passed_on(case: Case, consent: Consent, people: Cast, as_role: Any) -> None:
    third = organisation("Troisième", "association", "75")
    sent_at = now()
    send(case, people.amina.actor, asked(consent, people.boussole, third), at=sent_at)
    bruno, seen = people.bruno.actor, []
    for hours in (3, 5, 15, 25):
        with as_role("worker"):
            follow_referrals(now=sent_at + timedelta(hours=hours))
            assert follow_referrals(now=sent_at + timedelta(hours=hours)) == 0, "a step is taken once"
        seen.append((offer_to(bruno).news_for_receiver, offer_to(bruno).state))
    assert seen == [("sent", "sent"), ("reminded", "sent"), ("escalated", "sent"), ("passed_on", "no_answer")]
    assert offer_to(Actor(people.ines.user.pk, third.pk, "case_worker")).state == "sent"


def test_whoever_acknowledges_is_given_the_time_to_answer(case: Case, consent: Consent, people: Cast, as_role: Any) -> None:
    sent_at, bruno = now(), people.bruno.actor
    send(case, people.amina.actor, asked(consent, people.boussole), at=sent_at)
    referring.acknowledge_offer(offer_to(bruno), acting=bruno, now=sent_at + timedelta(hours=1))
    with as_role("worker"):
        assert follow_referrals(now=sent_at + timedelta(hours=5)) == 0
        assert follow_referrals(now=sent_at + timedelta(hours=13)) == 1
    assert offer_to(bruno).news_for_receiver == "reminded"


def test_the_clock_job_meets_neither_person_nor_fact(case: Case, consent: Consent, people: Cast, as_role: Any) -> None:
    send(case, people.amina.actor, asked(consent, people.boussole))
    with as_role("worker"), acting_as(Actor.system("referrals")), connection.cursor() as cursor:
        for table in ("cases_person", "cases_case", "cases_fact"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


# ---- taking back


def test_when_she_takes_it_back_offers_close_and_accesses_end_in_the_same_act(case: Case, consent: Consent, people: Cast) -> None:
    amina, bruno = people.amina.actor, people.bruno.actor
    third = organisation("Troisième", "association", "75")
    worker = Actor(people.ines.user.pk, third.pk, "case_worker")
    send(case, amina, asked(consent, people.boussole))
    send(case, amina, asked(consent, third))
    referring.accept_offer(offer_to(bruno), acting=bruno, now=now())
    assert seen_by(bruno, case)
    withdraw_consent(consent, key=uuid4(), acting=amina, now=now())
    assert seen_by(bruno, case) == set()
    for side in (bruno, worker):
        assert (offer_to(side).state, offer_to(side).news_for_receiver) == ("called_back", "called_back")
    refused("offer_is_over", lambda: referring.accept_offer(offer_to(worker), acting=worker, now=now()))
    with acting_as(amina):
        assert set(Referral.objects.visible_to(amina).values_list("state", flat=True)) == {"recalled"}
        assert Entry.objects.filter(act="recall_referral", subjects__contains=[case.person_id]).count() == 2


def test_a_referral_that_is_called_back_closes_what_it_had_opened(case: Case, consent: Consent, people: Cast) -> None:
    amina, bruno = people.amina.actor, people.bruno.actor
    referral = send(case, amina, asked(consent, people.boussole))
    referring.accept_offer(offer_to(bruno), acting=bruno, now=now())
    referring.recall_referral(referral, acting=amina, now=now())
    assert seen_by(bruno, case) == set()
    refused("referral_is_over", lambda: referring.recall_referral(referral, acting=amina, now=now()))


# ---- the second lock


def test_raw_sql_opens_no_more_than_an_accepted_referral_says(case: Case, consent: Consent, people: Cast) -> None:
    """In the sender's own capacity, which pages may take: no access without an accepted offer, none wider than the referral."""
    referral = send(case, people.amina.actor, asked(consent, people.boussole))
    sender = Actor.system("referral", organisation_id=people.atalante.pk)

    def insert(groups: list[str]) -> None:
        with acting_as(sender), transaction.atomic():
            Grant(
                case=case, person_id=case.person_id, owner_id=people.atalante.pk, organisation_id=people.boussole.pk, groups=groups,
                purpose="support", consent_fact=consent.fact, reason=b"", starts_at=now(), ends_at=referral.access_ends_at,
                referral=referral.pk, through_revision=referral.through_revision,
            ).save(force_insert=True)  # fmt: skip

    with pytest.raises(DatabaseError):
        insert(["profile"])
    with acting_as(in_her_name(people.bruno.actor)):
        Offer.objects.visible_to(people.bruno.actor).update(state="accepted")
    with pytest.raises(DatabaseError):
        insert(["profile", "exploitation"])
    insert(["profile"])


def test_what_a_referral_may_open_is_never_changed_after(case: Case, consent: Consent, people: Cast) -> None:
    send(case, people.amina.actor, asked(consent, people.boussole))
    for column in ("groups = '{health}'", "recipients = '{}'", "ground = 'law'", "access_ends_at = now()"):
        with pytest.raises(DatabaseError), acting_as(people.amina.actor), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_referral SET {column}")


# ---- afterwards


def test_after_a_transfer_the_sender_sees_the_outcome_and_not_the_receivers_file(case: Case, consent: Consent, people: Cast) -> None:
    amina, bruno = people.amina.actor, people.bruno.actor
    send(case, amina, asked(consent, people.boussole, handling="transfer"))
    offer = referring.accept_offer(offer_to(bruno), acting=bruno, now=now())
    with acting_as(bruno):
        own = Case.objects.visible_to(bruno, own=True).get()
    referring.report_outcome(offer, outcome="sheltered", on=now().date(), acting=bruno, now=now())
    with acting_as(amina):
        assert not Case.objects.visible_to(amina).filter(pk=own.pk).exists()
        assert Offer.objects.visible_to(amina).get().outcome == "sheltered"


def test_both_sides_see_a_step_without_its_facts(case: Case, consent: Consent, people: Cast) -> None:
    amina, bruno = people.amina.actor, people.bruno.actor
    send(case, amina, asked(consent, people.boussole))
    offer = referring.accept_offer(offer_to(bruno), acting=bruno, now=now())
    step = referring.add_joint_step(offer, what="first_call", by_sender=False, due_on=now().date(), acting=amina, now=now())
    refused("step_of_the_other_side", lambda: referring.finish_joint_step(step, acting=amina, now=now()))
    assert referring.finish_joint_step(step, acting=bruno, now=now()).done_at
    with pytest.raises(NotVisible):
        referring.finish_joint_step(step, acting=people.ines.actor, now=now())


def test_a_minor_is_reported_and_sheltered_in_one_step_or_not_at_all(case: Case, people: Cast) -> None:
    amina, told = people.amina.actor, {"to": "child_protection", "acting": people.amina.actor, "now": now()}
    refused("bed_with_the_report", lambda: referring.report_and_shelter(case, bed_until=None, key=uuid4(), **told))
    until = now().date() + timedelta(days=3)
    reported, bed = referring.report_and_shelter(case, bed_until=until, key=uuid4(), **told)
    assert (reported.kind, bed.kind) == ("child_protection_informed", "bed_held")
    _again, asked_for = referring.report_and_shelter(case, bed_until=None, bed_asked=True, key=uuid4(), **told)
    assert asked_for.kind == "bed_requested", "a report never waits for a bed: the unmet need is kept"
    assert seen_by(amina, case) >= {reported.pk, bed.pk}


def test_the_receivers_view_is_judged_by_the_worker_after_acceptance(case: Case, consent: Consent, people: Cast, as_role: Any) -> None:
    send(case, people.amina.actor, asked(consent, people.boussole))
    referring.accept_offer(offer_to(people.bruno.actor), acting=people.bruno.actor, now=now())
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    assert actions.record_fact  # the room of the receiver is open to facts of its own
    record(case, people.bruno.actor, "support_started")
