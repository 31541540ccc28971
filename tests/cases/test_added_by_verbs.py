"""What is said of her, who she is, to whom she is sent, who takes her file over and which files are about nobody is added by the verbs:
the statements of the fourth attack, each on the connection of one colleague, write none of it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection

from repere.accounts.acting import acting_as
from repere.cases import actions, queries
from repere.cases.actions.by_the_house import add, in_her_name
from repere.cases.actions.canaries import make_canary
from repere.cases.consent.actions import withdraw_consent
from repere.cases.handover import actions as handing
from repere.cases.models import Case, Consent, Fact, Grant, Handover, JointStep, Offer, Person, Referral, SealedRecord
from repere.cases.referral import actions as referring
from repere.cases.refusals import Refused
from tests.cases.story import NOW, concern, record, told
from tests.cases.test_referral import agree, asked, offer_to, send
from tests.cases.test_referral import now as today
from tests.cases.test_voices import refused, sql
from tests.cases.test_written_by_verbs import RLS, denied
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def again(model: Any, change: dict[str, str]) -> str:
    """INSERT … SELECT of every row there, with some columns said otherwise: what reaches all files of a house at one stroke."""
    names = [field.column for field in model._meta.concrete_fields]
    told = ", ".join(change.get(name, name) for name in names)
    return f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) SELECT {told} FROM {model._meta.db_table}"


# ---- what is said of her


def test_one_statement_corrects_nothing_away_and_says_nothing_new(case: Case, people: Cast) -> None:
    """The fourth attack: every instruction for safe contact of a house corrected to nothing; a consent that nobody gave."""
    amina = people.amina.actor
    record(case, amina, "safe_contact_instructions", basis="person_said", never_say="x", can_contact="no")
    new = {"id": "gen_random_uuid()", "batch": "NULL", "user_id": f"'{people.amina.user.pk}'"}
    for change in (
        {"corrects_id": "id", "fields": "'{}'"},
        {"corrects_id": "id", "kind": "'entered_in_error'", "fields": "'{}'"},
        {"kind": "'consent_given'", "data_group": "'consent'", "fields": '\'{"purpose": "health"}\''},
        {"revision": "revision + 1"},
    ):
        denied(people.amina, again(Fact, new | change))
    with people.amina.acts():
        assert queries.case_page(amina, case.code, now=NOW).who.contact.asked


def test_a_fact_is_still_told_in_ones_own_name_and_corrected(case: Case, people: Cast) -> None:
    first = record(case, people.amina.actor, "urgent_need", basis="person_said", needs=["shelter"])
    told(
        case, people.odile.actor, "urgent_need", first.earliest, fields={"needs": ["food"]}, basis="person_said", corrects=first
    )  # fmt: skip
    with people.amina.acts() as amina:
        assert Fact.objects.visible_to(amina).get(corrects=first).user_id == people.odile.user.pk


def test_one_statement_opens_no_file_and_counts_no_change(case: Case, people: Cast) -> None:
    """A file that nobody opened would stand in lists and figures without a row of the ledger."""
    denied(people.amina, again(Person, {"id": "gen_random_uuid()"}))
    denied(people.amina, again(Case, {"id": "gen_random_uuid()", "code": "'ZZ6ATTCK'", "place_reference": "gen_random_uuid()"}))
    denied(people.amina, "UPDATE cases_case SET status_on = status_on")


# ---- who she is


def test_one_statement_closes_no_name_and_no_telephone(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorahmarqueur"}, acting=amina, now=NOW)
    new = {"id": "gen_random_uuid()", "version": "version + 1", "blob": "'\\x00'::bytea"}
    for signed in ("user_id", f"'{people.amina.user.pk}'", "NULL"):
        denied(people.amina, again(SealedRecord, new | {"user_id": signed}))
    with acting_as(in_her_name(amina)), refused(RLS):
        sql(again(SealedRecord, new | {"user_id": f"'{people.odile.user.pk}'"}))
    assert identity(people.amina, case) == {"given_names": "Zorahmarqueur"}


def identity(reader: Member, case: Case) -> dict[str, Any]:
    with reader.acts() as actor:
        return queries.identity_of(actor, case.code)["identity"]


def break_newest(case: Case, tier: str, by: Member) -> None:
    """What damage, or somebody with more than SQL of hers, may leave: a newest version that opens with no key."""
    with by.acts() as actor:
        newest = SealedRecord.objects.visible_to(actor).filter(person=case.person_id, tier=tier).order_by("-version").first()
    assert newest is not None
    newest.pk, newest.version, newest.blob, newest.user_id = uuid4(), newest.version + 1, b"\x00", by.user.pk
    newest._state.adding = True
    add(newest, acting=by.actor)


def test_a_newest_version_that_does_not_open_shows_the_one_before_and_says_so(case: Case, people: Cast, signed_in: Any) -> None:
    amina = people.amina.actor
    for tier, values in (("identity", {"given_names": "Zorahmarqueur"}), ("contact", {"phone": "0600000000", "language": "fra"})):
        actions.set_identity(case.person_id, tier=tier, values=values, acting=amina, now=NOW)
    client = signed_in(people.amina)
    whole = client.get(f"/cases/{case.code}/identity/").content.decode()
    assert "ne s'ouvre plus" not in whole
    for tier in ("identity", "contact"):
        break_newest(case, tier, people.odile)
    answer = client.get(f"/cases/{case.code}/identity/")
    text = answer.content.decode()
    assert (answer.status_code, text.count("ne s'ouvre plus")) == (200, 2)
    assert "Zorahmarqueur" in text
    assert "0600000000" in text
    assert client.get(f"/cases/{case.code}/").status_code == 200
    with people.amina.acts():
        assert queries.case_page(amina, case.code, now=NOW).name_recorded
    actions.amend_identity(case.person_id, tier="identity", changes={"family_names": "Autremarqueur"}, acting=amina, now=NOW)
    assert identity(people.amina, case) == {"given_names": "Zorahmarqueur", "family_names": "Autremarqueur"}


def test_where_no_version_opens_the_page_says_that_too(case: Case, people: Cast, signed_in: Any) -> None:
    planted = SealedRecord(
        id=uuid4(), person_id=case.person_id, owner_id=case.organisation_id, tier="identity", data_group="identity", version=1,
        blob=b"\x00", recorded_at=NOW, user_id=people.odile.user.pk,
    )  # fmt: skip
    add(planted, acting=people.odile.actor)
    answer = signed_in(people.odile).get(f"/cases/{case.code}/identity/")
    assert answer.status_code == 200
    assert "in none of its versions" in answer.content.decode()


# ---- to whom she is sent


def test_one_statement_sends_her_to_nobody(case: Case, people: Cast) -> None:
    """Neither the sender's side nor the offer; and an offer that the ledger does not know opens nothing to whoever says yes."""
    amina = people.amina.actor
    sent = send(case, amina, asked(agree(case, amina), people.boussole))
    referring.recall_referral(sent, acting=amina, now=today())
    code, planted, offered = "ZZ6ATTCK", uuid4(), uuid4()
    referral = again(Referral, {"id": f"'{planted}'", "code": f"'{code}'", "state": "'open'", "closed_at": "NULL"})
    offer = again(Offer, {"id": f"'{offered}'", "referral_id": f"'{planted}'", "code": f"'{code}'", "state": "'sent'"})
    denied(people.amina, referral)
    other = again(Referral, {"id": f"'{planted}'", "code": f"'{code}'", "sent_by_id": f"'{people.odile.user.pk}'"})
    with acting_as(in_her_name(amina)), refused(RLS):
        sql(other)
    with acting_as(in_her_name(amina)):
        assert sql(referral) == 1
    denied(people.amina, offer)
    with acting_as(in_her_name(amina)):
        assert sql(offer) == 1
    with pytest.raises(Refused) as no:
        referring.accept_offer(offered, acting=people.bruno.actor, now=today())
    assert no.value.code == "sent_by_nobody"
    with people.amina.acts() as actor:
        assert not Grant.objects.visible_to(actor).active().filter(case=case).exists()
        assert Offer.objects.visible_to(actor).get(pk=offered).state == "sent"


def test_one_statement_answers_ends_and_calls_back_no_referral(case: Case, people: Cast) -> None:
    """From neither side: the receiver is waited for, the sender is told, and each step has its row."""
    amina, bruno = people.amina.actor, people.bruno.actor
    send(case, amina, asked(agree(case, amina), people.boussole))
    for member in (people.amina, people.bruno):
        for change in ("state = 'refused', refusal = 'full'", "state = 'accepted'", "next_step_at = NULL", "news_for_sender = ''"):
            denied(member, f"UPDATE cases_offer SET {change}")
    denied(people.amina, "UPDATE cases_referral SET state = 'recalled', closed_at = now()")
    offer = referring.acknowledge_offer(referring.read_offer(offer_to(bruno), acting=bruno, now=today()), acting=bruno, now=today())
    referring.accept_offer(offer, acting=bruno, now=today())
    step = referring.add_joint_step(offer, what="first_call", by_sender=True, due_on=today().date(), acting=bruno, now=today())
    denied(people.amina, "UPDATE cases_jointstep SET done_at = now()")
    denied(people.amina, again(JointStep, {"id": "gen_random_uuid()", "what": "'transport_arranged'"}))
    assert referring.finish_joint_step(step, acting=amina, now=today()).done_at
    assert referring.report_outcome(offer, outcome="reached", on=today().date(), acting=bruno, now=today()).outcome == "reached"


def test_one_statement_makes_her_agree_to_nothing_and_takes_nothing_back(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    agreed = agree(case, amina)
    denied(people.amina, again(Consent, {"id": "gen_random_uuid()", "version": "version + 1", "groups": "'{health}'"}))
    denied(people.amina, "UPDATE cases_consent SET withdrawn_at = now()")
    withdraw_consent(agreed, key=uuid4(), acting=amina, now=today())
    denied(people.amina, "UPDATE cases_consent SET withdrawn_at = NULL")
    with people.amina.acts():
        assert Consent.objects.visible_to(amina).get().withdrawn_at is not None


def test_a_row_of_another_sending_or_of_somebody_else_carries_none(case: Case, people: Cast) -> None:
    """What the ledger tells is compared: which referral, by whom, of what was looked at, and from whose house."""
    amina = people.amina.actor
    sent = send(case, amina, asked(agree(case, amina), people.boussole))
    values = (case.person_id, sent.pk, amina.user_id, sent.digest)

    def asked_by(member: Member, of: tuple[Any, ...]) -> bool:
        with member.acts(), connection.cursor() as cursor:
            cursor.execute("SELECT cases_was_sent(%s, %s, %s, %s)", of)
            return bool(cursor.fetchone()[0])

    assert asked_by(people.amina, values)
    assert not asked_by(people.bruno, values)
    for place, other in enumerate((uuid4(), uuid4(), people.odile.user.pk, "x")):
        assert not asked_by(people.amina, (*values[:place], other, *values[place + 1 :]))


# ---- who takes her file over


def test_one_statement_proposes_no_file_and_takes_none_back(case: Case, people: Cast) -> None:
    """The fourth attack: every file of a colleague proposed to oneself, then accepted on the page."""
    each_their_own(people.atalante)
    line = handing.Line(case.pk, people.odile.user.pk, "Appeler mardi", "agrees", True)
    (made,) = handing.propose_handover([line], giver=people.amina.user.pk, why="leaves", acting=people.amina.actor, now=today())
    for change in ("state = 'withdrawn'", "state = 'accepted'", "state = 'declined'"):
        denied(people.odile, f"UPDATE cases_handover SET {change}")
    with acting_as(in_her_name(people.odile.actor)), refused(RLS):
        sql("UPDATE cases_handover SET state = 'withdrawn'")
    handing.withdraw_handover(made, acting=people.amina.actor, now=today())
    odile = f"'{people.odile.user.pk}'"
    to_herself = again(Handover, {"id": "gen_random_uuid()", "proposed_by_id": odile, "state": "'proposed'", "answered_at": "NULL"})
    denied(people.odile, to_herself)
    with acting_as(in_her_name(people.odile.actor)), refused(RLS):
        sql(to_herself)


def test_nobody_accepts_what_she_took_from_a_colleague_by_her_own_word(case: Case, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever wrote the row: the yes of the page asks that it was proposed by somebody else."""
    each_their_own(people.atalante)
    line = handing.Line(case.pk, people.odile.user.pk, "Appeler mardi", "agrees", True)
    (made,) = handing.propose_handover([line], giver=people.amina.user.pk, why="leaves", acting=people.amina.actor, now=today())
    made.proposed_by_id = people.odile.user.pk
    with monkeypatch.context() as planted:
        planted.setattr(handing, "_waiting", lambda *_: made)
        with pytest.raises(Refused) as no:
            handing.accept_handover(made.pk, acting=people.odile.actor, now=today())
    assert no.value.code == "handover_by_her_own_word"
    assert handing.accept_handover(made.pk, acting=people.odile.actor, now=today()).state == "accepted"


# ---- which files are about nobody


def test_no_statement_tells_a_file_about_nobody_from_another(case: Case, people: Cast) -> None:
    """Marked already or not, the refusal is the same: it comes before the mark is looked for."""
    names = {"given_names": "Inventée", "family_names": "Exemple"}
    decoy = make_canary(names, jurisdiction="FR", territory="69", role="case_worker", acting=people.amina.actor, now=today())
    mark = "INSERT INTO cases_canary (decoy, organisation_id, made_at) VALUES (%s, %s, now())"
    answers = []
    for person in (case.person_id, decoy.person_id):
        for end in ("", " ON CONFLICT DO NOTHING"):
            with people.amina.acts(), pytest.raises(DatabaseError, match=RLS) as no:
                sql(mark + end, person, people.atalante.pk)
            answers.append(str(no.value))
    assert len(set(answers)) == 1
