"""Facts are said once, corrected in the open and never overwritten."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections

from repere.accounts.acting import acting_as
from repere.accounts.keyring import person_key
from repere.cases import actions, queries, sealed
from repere.cases.actions.drafts import read_draft
from repere.cases.actions.facts import CorrectedMeanwhile
from repere.cases.models import Case, Draft, Fact, Receipt, View
from repere.cases.refusals import NotVisible, Refused
from repere.core.dates import PartialDate
from repere.core.sealing import SealBroken
from repere.web import database
from tests.cases.story import NOW, concern, facts, grant, on, record, tasks, told
from tests.people import Cast


def page(actor, case, *, now=NOW, day=None):
    with acting_as(actor):
        return queries.case_page(actor, case.code, now=now, on=day)


def refusal(code: str, call, *args, **kwargs) -> Refused:
    with pytest.raises(Refused) as refused:
        call(*args, **kwargs)
    assert code in {one.code for one in refused.value.refusals}
    assert len(str(refused.value)) > len(code), "people read a sentence, not a code"
    assert "%" not in str(refused.value)
    return refused.value


# ---- opening


def test_a_concern_opens_a_file_with_a_code_a_pseudonym_and_its_first_facts(people: Cast):
    case = concern(people.amina.actor)
    assert [fact.kind for fact in facts(case, people.amina.actor)] == ["jurisdiction_set", "concern_reported", "person_described"]
    assert case.pseudonym
    assert case.mechanism == "fr"
    assert case.zone == "Europe/Paris"
    assert case.revision == 3


def test_sending_a_concern_twice_opens_one_file(people: Cast):
    key = uuid4()
    first, second = concern(people.amina.actor, key=key), concern(people.amina.actor, key=key)
    assert first.pk == second.pk
    with acting_as(people.amina.actor):
        assert Case.objects.visible_to(people.amina.actor).count() == 1


def test_a_file_opened_in_cayenne_counts_the_days_of_cayenne(people: Cast):
    assert concern(people.amina.actor, territory="973").zone == "America/Cayenne"


def test_an_administrator_opens_no_file(people: Cast):
    refusal("role_without_power", concern, people.chloe.actor)


def test_an_unknown_country_or_territory_is_refused_and_nothing_is_left(people: Cast):
    refusal("unknown_jurisdiction", concern, people.amina.actor, jurisdiction="ZZ", territory=None)
    refusal("unknown_territory", concern, people.amina.actor, territory="ZZ")
    with acting_as(people.amina.actor):
        assert not Case.objects.visible_to(people.amina.actor).exists()
        assert not Receipt.objects.visible_to(people.amina.actor).exists()


# ---- recording


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def test_a_fact_in_the_future_is_refused(case, people):
    refusal("in_the_future", record, case, people.amina.actor, "presumption_stated", "2026-06-16")


def test_tomorrow_in_paris_is_not_yet_today_in_cayenne(people: Cast):
    amina = people.amina.actor
    just_after_midnight_in_paris = datetime(2026, 6, 14, 22, 30, tzinfo=UTC)
    paris = concern(amina, now=just_after_midnight_in_paris)
    record(paris, amina, "presumption_stated", "2026-06-15", now=just_after_midnight_in_paris)
    cayenne = concern(amina, territory="973", now=just_after_midnight_in_paris)
    refusal("in_the_future", record, cayenne, amina, "presumption_stated", "2026-06-15", now=just_after_midnight_in_paris)


def test_a_role_without_the_power_is_refused(case, people):
    refusal("role_without_power", record, case, people.amina.actor, "permit_refused")


def test_what_an_authority_decided_is_recorded_from_its_document(case, people):
    recorded = told(case, people.amina.actor, "permit_refused", basis="document", fields={"ground": "fr_l425_1"}).fact
    assert (recorded.basis, recorded.role) == ("document", "case_worker")


def test_every_reason_is_told_at_once_and_nothing_changes(case, people):
    amina = people.amina.actor
    before = len(facts(case, amina))
    refused = refusal("in_the_future", record, case, amina, "presumption_stated", "2027-01-01", forms=["dragon"], colour="red")
    assert {one.code for one in refused.refusals} == {"in_the_future", "not_in_list", "unknown_field"}
    assert len(facts(case, amina)) == before


def test_an_unknown_kind_of_fact_is_refused(case, people):
    refusal("unknown_kind", record, case, people.amina.actor, "abducted_by_dragon")


def test_a_foreign_file_does_not_exist_for_whoever_writes(case, people):
    with pytest.raises(NotVisible):
        record(case, people.ines.actor, "presumption_stated")


def test_sending_a_fact_twice_records_it_once_and_answers_the_same(case, people):
    amina, key = people.amina.actor, uuid4()
    first = told(case, amina, "presumption_stated", key=key)
    second = told(case, amina, "presumption_stated", key=key)
    assert first.fact.pk == second.fact.pk
    assert len([fact for fact in facts(case, amina) if fact.kind == "presumption_stated"]) == 1


def test_a_key_serves_one_kind_of_act_only(case, people):
    key = uuid4()
    told(case, people.amina.actor, "presumption_stated", key=key)
    refusal("key_used", concern, people.amina.actor, key=key)


def test_a_key_of_another_organisation_opens_nothing(case, people):
    key = uuid4()
    told(case, people.amina.actor, "presumption_stated", key=key)
    theirs = concern(people.ines.actor, key=key)
    assert theirs.organisation_id == people.ines.organisation.pk


def test_spring_2024_is_kept_as_a_range(case, people):
    fact = record(case, people.amina.actor, "exploitation_left", "spring 2024")
    assert (fact.earliest.isoformat(), fact.latest.isoformat()) == ("2024-03-01", "2024-06-21")


def test_not_known_and_prefers_not_to_say_stay_two_answers(case, people):
    amina = people.amina.actor
    record(case, amina, "person_described", gender="prefers_not_to_say", nationality_group="not_known")
    entry = page(amina, case).timeline[0]
    assert len({answer.text for answer in entry.answers}) == 2


def test_the_second_of_two_people_sees_what_the_first_added(case, people):
    amina, odile = people.amina.actor, people.odile.actor
    seen = case.revision
    hers = told(case, amina, "presumption_stated", seen_revision=seen)
    his = told(case, odile, "interview_held", seen_revision=seen)
    assert hers.meanwhile == []
    assert [fact.pk for fact in his.meanwhile] == [hers.fact.pk]


# ---- sealed text


def test_what_she_told_cannot_be_read_in_the_bytes_of_the_database(committing_db, people):
    secret = "Elle craint le cousin de Marseille"
    amina = people.amina.actor
    case = concern(amina, concern={"urgency": "not_known", "narrative": secret}, pseudonym="Saule 12")
    record(case, amina, "interview_held", account=secret)
    actions.set_identity(
        case.person_id, tier="identity", values={"given_names": "Zorahmarqueur", "birth": "1999-03-02"}, acting=amina, now=NOW
    )
    actions.grant_access(
        case, to=people.boussole, groups=["profile"], purpose="support", reason=secret, danger=True,
        ends_at=datetime(2030, 1, 1, tzinfo=UTC), acting=amina, now=NOW,
    )
    actions.save_draft(form="x", case=case, body={"text": secret}, acting=amina, now=NOW)
    actions.waive_task(tasks(case, amina)[0], reason=secret, acting=amina, now=NOW)
    everything = b""
    for table in ("person", "case", "fact", "sealedrecord", "nametoken", "grant", "draft", "task", "finding", "receipt", "notice"):
        everything += _bytes_of(f"cases_{table}")
    everything += _bytes_of("ledger_entry") + _bytes_of("procrastinate_jobs")
    assert b"Saule 12" in everything, "the thief does read what is clear"
    for word in (secret, "Marseille", "Zorahmarqueur", "1999-03-02"):
        assert word.encode() not in everything
        assert word.encode().hex().encode() not in everything
    assert any(secret in answer.text for entry in page(amina, case).timeline for answer in entry.answers)


def _bytes_of(table: str) -> bytes:
    """As a thief with the disk would: every row, as the role that makes backups."""
    where = database.alias("backup")
    with psycopg.connect(
        host=where["HOST"], dbname=connections.settings["default"]["NAME"], user=where["USER"], password=where["PASSWORD"]
    ) as backup:
        rows = backup.execute(f"SELECT t::text FROM {table} t").fetchall()
    return "\n".join(row[0] for row in rows).encode()


def test_a_capsule_moved_to_another_fact_does_not_open(case, people):
    amina = people.amina.actor
    first = record(case, amina, "interview_held", account="un")
    second = record(case, amina, "interview_held", account="deux")
    second.sealed = first.sealed
    with acting_as(amina):
        ring = sealed.KeyRing(person_key(case.person_id, people.atalante))
    assert sealed.open_fields(ring, first) == {"account": "un"}
    with pytest.raises(SealBroken):
        sealed.open_fields(ring, second)


# ---- corrections


def test_a_correction_stands_beside_what_it_corrects(case, people):
    amina = people.amina.actor
    wrong = record(case, amina, "stay_started", "2026-05-01")
    right = told(case, amina, "stay_started", "2026-05-10", corrects=wrong).fact
    entries = {entry.fact_id: entry for entry in page(amina, case).timeline}
    assert entries[wrong.pk].corrected_by == right.pk
    assert not entries[wrong.pk].stands
    assert entries[right.pk].corrects == wrong.pk
    assert entries[wrong.pk].on == on("2026-05-01"), "what was said first can still be read"


def test_whoever_corrects_the_same_fact_second_is_shown_both_versions_and_loses_nothing(case, people):
    amina, odile = people.amina.actor, people.odile.actor
    wrong = record(case, amina, "stay_started", "2026-05-01")
    hers = told(case, amina, "stay_started", "2026-05-10", corrects=wrong).fact
    with pytest.raises(CorrectedMeanwhile) as refused:
        told(case, odile, "stay_started", "2026-05-12", corrects=wrong, fields={"phase": "emergency"})
    assert refused.value.code == "corrected_meanwhile"
    assert refused.value.original.pk == wrong.pk
    assert refused.value.theirs.pk == hers.pk
    assert refused.value.mine == {"phase": "emergency"}


def test_nobody_corrects_what_another_authority_stated(case, people):
    grant(case, people.amina.actor, people.police, ["identification"])
    decided = record(case, people.karim.actor, "recognition_decided", threshold="formal", outcome="not_recognised")
    told_by_document = {"basis": "document", "fields": {"threshold": "formal", "outcome": "recognised"}}
    refusal("correction_by_another_authority", told, case, people.amina.actor, "recognition_decided", corrects=decided, **told_by_document)


def test_a_correction_keeps_its_kind_and_its_file(case, people):
    amina = people.amina.actor
    fact = record(case, amina, "stay_started", "2026-05-01")
    refusal("correction_changes_kind", told, case, amina, "runaway", corrects=fact)
    refusal("correction_of_another_case", told, concern(amina), amina, "stay_started", corrects=fact)


def test_a_fact_entered_in_error_counts_for_nothing_and_can_still_be_read(case, people):
    amina = people.amina.actor
    presumed = record(case, amina, "presumption_stated")
    assert tasks(case, amina, "common.explain_rights")[0].closed_at is None
    actions.withdraw_fact(presumed, why="Mauvais dossier", key=uuid4(), acting=amina, now=NOW)
    shown = page(amina, case)
    assert next(entry for entry in shown.timeline if entry.fact_id == presumed.pk).withdrawn
    assert "Mauvais dossier" in str(shown.timeline)
    assert {task.closing for task in tasks(case, amina, "common.explain_rights")} == {"no_longer_required"}
    assert shown.closed_on is None, "one wrong fact does not close her file"


def test_a_withdrawal_reaches_a_view_that_does_not_hold_its_own_group(case, people):
    amina, bruno = people.amina.actor, people.bruno.actor
    presumed = record(case, amina, "presumption_stated")
    grant(case, amina, people.boussole, ["identification"])
    actions.withdraw_fact(presumed, why="Erreur", key=uuid4(), acting=amina, now=NOW)
    assert all(entry.withdrawn or entry.corrects for entry in page(bruno, case).timeline)


# ---- what cannot be true


def test_a_stay_that_ends_before_it_starts_is_refused(case, people):
    amina = people.amina.actor
    record(case, amina, "stay_started", "2026-05-10")
    refusal("end_before_start", record, case, amina, "stay_ended", "2026-05-01")
    record(case, amina, "stay_ended", "2026-05-20")


def test_a_second_stay_after_the_first_is_ordinary(case, people):
    amina = people.amina.actor
    for kind, day in (
        ("stay_started", "2026-01-10"),
        ("stay_ended", "2026-02-01"),
        ("stay_started", "2026-05-01"),
        ("stay_ended", "2026-05-20"),
    ):
        record(case, amina, kind, day)


def test_the_end_of_a_stay_that_began_elsewhere_is_taken(case, people):
    record(case, people.amina.actor, "stay_ended", "2026-05-01")


def test_correcting_a_start_to_after_its_end_is_refused(case, people):
    amina = people.amina.actor
    start = record(case, amina, "stay_started", "2026-05-01")
    record(case, amina, "stay_ended", "2026-05-05")
    refusal("end_before_start", told, case, amina, "stay_started", "2026-05-20", corrects=start)


def test_a_start_known_only_as_a_season_does_not_refuse_an_end_within_it(case, people):
    amina = people.amina.actor
    record(case, amina, "stay_started", "spring 2026")
    record(case, amina, "stay_ended", "2026-04-01")


def test_a_birth_after_a_stay_is_refused(case, people):
    amina = people.amina.actor
    record(case, amina, "stay_started", "2003-05-10")
    refusal("before_birth", record, case, amina, "person_described", turns_18="2024-01-01")
    record(case, amina, "person_described", turns_18="2012")
    refusal("before_birth", record, case, amina, "stay_started", "1990-01-01")


def test_two_authorities_that_disagree_are_both_kept_and_a_person_is_asked_to_look(case, people):
    amina, karim = people.amina.actor, people.karim.actor
    grant(case, amina, people.police, ["profile", "identification"])
    record(case, amina, "person_described", gender="woman", territory="69")
    record(case, karim, "person_described", gender="man", territory="69")
    seen = tasks(case, karim, "house.disagreement")
    assert [task.closed_at for task in seen] == [None]
    assert seen[0].level == "choice"
    shown = page(amina, case)
    assert sum(entry.disputed for entry in shown.timeline) == 2
    record(case, karim, "person_described", gender="woman", territory="69")
    assert [task.closing for task in tasks(case, karim, "house.disagreement")] == ["no_longer_required"]


# ---- life goes on


def test_a_new_presumption_after_a_negative_decision_is_ordinary(case, people):
    amina = people.amina.actor
    record(case, amina, "presumption_stated", "2026-01-10")
    told(case, amina, "recognition_decided", "2026-03-01", basis="document", fields={"threshold": "formal", "outcome": "not_recognised"})
    record(case, amina, "presumption_stated", "2026-06-01")
    lines = {line.rule_id: line for level in page(amina, case).levels for line in level.open}
    assert lines, "her rights do not wait for the first decision to be forgotten"
    assert [task.closed_at for task in tasks(case, amina, "common.assess_needs") if task.closed_at is None] == [None]


def test_a_closed_file_is_opened_again_by_her_return_and_nothing_is_told_twice(case, people):
    amina = people.amina.actor
    record(case, amina, "presumption_stated", "2026-01-10")
    record(case, amina, "support_started", "2026-01-12")
    record(case, amina, "exit", "2026-03-01", reason="not_known")
    assert page(amina, case).closed_on is not None
    record(case, amina, "re_entry", "2026-06-01")
    record(case, amina, "presumption_stated", "2026-06-02")
    shown = page(amina, case)
    assert shown.closed_on is None
    assert len(shown.timeline) == 8


def test_after_an_exit_any_fact_may_still_be_recorded(case, people):
    amina = people.amina.actor
    record(case, amina, "exit", "2026-03-01", reason="not_known")
    record(case, amina, "contact_lost", "2026-03-05")
    record(case, amina, "case_reopened", "2026-05-05")
    assert page(amina, case).closed_on is None


def test_when_she_moves_overseas_the_days_of_her_file_move_with_her(case, people):
    amina = people.amina.actor
    record(case, amina, "person_described", territory="973")
    with acting_as(amina):
        assert Case.objects.visible_to(amina).get(pk=case.pk).zone == "America/Cayenne"
        assert View.objects.visible_to(amina).get(case=case).zone == "America/Cayenne"


# ---- at the same time


def test_two_people_saving_at_once_both_keep_their_fact(committing_db, people):
    amina, odile = people.amina.actor, people.odile.actor
    case = concern(amina)
    seen, results, together = case.revision, [], threading.Barrier(2)

    def save(actor, kind):
        together.wait()
        results.append(told(case, actor, kind, seen_revision=seen))
        connection.close()

    threads = [threading.Thread(target=save, args=pair) for pair in ((amina, "presumption_stated"), (odile, "interview_held"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(result.fact.revision for result in results) == [seen + 1, seen + 2]
    assert sorted(len(result.meanwhile) for result in results) == [0, 1]
    assert {"presumption_stated", "interview_held"} <= {fact.kind for fact in facts(case, amina)}


def test_a_double_click_on_two_servers_records_one_fact(committing_db, people):
    amina, key = people.amina.actor, uuid4()
    case = concern(amina)
    results, together = [], threading.Barrier(2)

    def save():
        together.wait()
        results.append(told(case, amina, "presumption_stated", key=key).fact.pk)
        connection.close()

    threads = [threading.Thread(target=save) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    with acting_as(amina):
        assert Fact.objects.visible_to(amina).filter(kind="presumption_stated").count() == 1


# ---- drafts


def test_a_form_survives_a_lost_session_and_is_forgotten_once_sent(case, people):
    amina = people.amina.actor
    actions.save_draft(form="interview_held", case=case, body={"account": "à moitié"}, acting=amina, now=NOW)
    actions.save_draft(form="interview_held", case=case, body={"account": "presque fini"}, acting=amina, now=NOW)
    with acting_as(amina):
        draft = Draft.objects.visible_to(amina).get()
        assert read_draft(draft, acting=amina) == {"account": "presque fini"}
    assert len(page(amina, case).drafts) == 1
    assert actions.discard_draft(form="interview_held", case=case, acting=amina, now=NOW)
    assert not actions.discard_draft(form="interview_held", case=case, acting=amina, now=NOW)


def test_a_day_can_be_told_in_words(case, people):
    recorded = actions.record_fact(
        case,
        kind="stay_started",
        on=PartialDate.parse("mai 2026"),
        fields={},
        basis="own_act",
        key=uuid4(),
        acting=people.amina.actor,
        now=NOW,
    )
    assert recorded.fact.latest.isoformat() == "2026-05-31"
