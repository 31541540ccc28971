"""The bulk door: a whole batch, or nothing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions, jobs, queries
from repere.cases.actions import Batch, BatchCase, BatchFact, bulk
from repere.cases.actions.bulk import BatchRefused
from repere.cases.models import Case, Fact, Finding, NameToken, SealedRecord, Task, View
from repere.ledger.models import Entry
from tests.cases.story import NOW, concern, on, record
from tests.people import Cast

SECRET = "Mot qui ne doit pas sortir"


def row(number: int = 0, **extra) -> BatchCase:
    facts = [
        BatchFact("jurisdiction_set", on("2026-05-01"), {"country": "FR"}),
        BatchFact("concern_reported", on("2026-05-01"), {"urgency": "not_known", "narrative": SECRET}),
        BatchFact("person_described", on("2026-05-02"), {"gender": "woman", "nationality_group": "third_country", "territory": "13"}),
        BatchFact("presumption_stated", on("spring 2026")),
    ]
    told = {
        "ref": f"row {number}",
        "facts": facts,
        "identity": {"identity": {"given_names": f"Inventée{number}", "family_names": "Personne", "birth": "1999"}},
    }
    return BatchCase(**told | extra)


def send(people: Cast, *rows: BatchCase, key=None):
    batch = Batch(key=key or uuid4(), cases=rows, source="test")
    return actions.record_facts(batch, acting=people.amina.actor, now=NOW)


def held(people: Cast) -> dict[str, int]:
    amina = people.amina.actor
    with acting_as(amina):
        return {model.__name__: model.objects.visible_to(amina).count() for model in (Case, Fact, SealedRecord, NameToken, View)}


def test_a_batch_brings_persons_cases_facts_seals_and_tokens_with_one_row_of_the_ledger(people: Cast):
    result = send(people, row(1), row(2))
    assert (len(result.cases), result.facts) == (2, 8)
    assert held(people) == {"Case": 2, "Fact": 8, "SealedRecord": 2, "NameToken": 8, "View": 2}
    with acting_as(people.amina.actor):
        entries = Entry.objects.filter(act="record_facts")
        assert entries.count() == 1
        assert result.root in bytes(entries.get().body).decode()
        assert len(entries.get().subjects) == 2
        case = Case.objects.visible_to(people.amina.actor).get(code=result.cases[0][2])
    assert (case.territory, case.zone, case.revision) == ("13", "Europe/Paris", 4)


def test_what_came_in_by_the_bulk_door_is_found_and_read_like_anything_else(people: Cast):
    amina = people.amina.actor
    code = send(people, row(7)).cases[0][2]
    with acting_as(amina):
        assert [line.code for line in queries.find_cases(amina, "personne inventee7", now=NOW)] == [code]
        assert [line.code for line in queries.find_cases(amina, "IP 1999", now=NOW)] == [code]
        page = queries.case_page(amina, code, now=NOW)
        assert queries.identity_of(amina, code)["identity"]["family_names"] == "Personne"
    assert SECRET in str(page.timeline)


def test_the_worker_judges_a_batch_after_it_is_in(people: Cast, as_role):
    amina = people.amina.actor
    send(people, *(row(n) for n in range(5)))
    with acting_as(amina):
        assert not Finding.objects.visible_to(amina).exists()
        views = [str(pk) for pk in View.objects.visible_to(amina).values_list("pk", flat=True)]
    with as_role("worker"), connection.cursor() as cursor:
        cursor.execute("SELECT args->'view_ids' FROM procrastinate_jobs WHERE task_name = 'repere.cases.jobs.evaluate_views'")
        assert sorted(json.loads(cursor.fetchone()[0])) == sorted(views)
    with as_role("worker"):
        jobs.evaluate_views(views)
    with acting_as(amina):
        assert Task.objects.visible_to(amina).filter(rule_id="common.assess_needs").count() == 5


def test_a_batch_whose_job_was_lost_is_judged_at_night(people: Cast, as_role):
    send(people, row(1))
    with as_role("worker"):
        assert jobs.midnight("Europe/Paris", now=NOW) == 1


def test_one_bad_row_refuses_the_whole_batch_and_every_reason_is_told(people: Cast):
    late = BatchFact("presumption_stated", on("2027-01-01"))
    bad = BatchFact("person_described", on("2026-05-01"), {"gender": "dragon"})
    with pytest.raises(BatchRefused) as refused:
        send(people, row(1), row(2, facts=[late, bad]), row(3, jurisdiction="ZZ"))
    told = {(one.ref, one.place, one.refusal.code) for one in refused.value.rows}
    assert told == {("row 2", 0, "in_the_future"), ("row 2", 1, "not_in_list"), ("row 3", None, "unknown_jurisdiction")}
    assert all(str(one) and "%" not in str(one) for one in refused.value.rows)
    assert not any(held(people).values())


def test_an_exit_before_its_entry_is_refused_in_bulk_too(people: Cast):
    facts = [BatchFact("stay_started", on("2026-05-10"), basis="own_act"), BatchFact("stay_ended", on("2026-05-01"), basis="own_act")]
    with pytest.raises(BatchRefused) as refused:
        send(people, row(1, facts=facts))
    assert refused.value.rows[0].refusal.code == "end_before_start"


def test_the_same_batch_sent_twice_is_recorded_once(people: Cast):
    key = uuid4()
    first, second = send(people, row(1), key=key), send(people, row(1), key=key)
    assert second.repeated
    assert second.batch == first.batch
    assert [case[1] for case in second.cases] == [case[1] for case in first.cases]
    assert held(people)["Case"] == 1


def test_a_batch_may_correct_withdraw_and_tell_late(people: Cast):
    amina = people.amina.actor
    wrong = BatchFact("stay_started", on("2026-04-01"), basis="own_act", recorded_at=NOW - timedelta(days=40))
    right = BatchFact("stay_started", on("2026-04-10"), basis="own_act", corrects=wrong.id)
    runaway = BatchFact("runaway", on("2026-04-11"), basis="own_act")
    withdrawn = BatchFact("entered_in_error", on("2026-04-12"), basis="own_act", corrects=runaway.id, why="Autre personne")
    code = send(people, row(1, facts=[wrong, right, runaway, withdrawn])).cases[0][2]
    with acting_as(amina):
        page = queries.case_page(amina, code, now=NOW)
    entries = {entry.fact_id: entry for entry in page.timeline}
    assert entries[wrong.id].corrected_by == right.id
    assert entries[runaway.id].withdrawn
    assert entries[withdrawn.id].group == "child_protection"
    assert page.closed_on is None


def test_facts_may_be_added_to_a_case_that_exists_and_to_no_other(people: Cast):
    amina = people.amina.actor
    mine, foreign = concern(amina), concern(people.ines.actor)
    record(mine, amina, "presumption_stated")
    facts = [BatchFact("interview_held", on("2026-06-02"), basis="own_act")]
    send(people, BatchCase(facts, case_id=mine.pk))
    with acting_as(amina):
        assert Case.objects.visible_to(amina).get(pk=mine.pk).revision == 5
    with pytest.raises(BatchRefused) as refused:
        send(people, BatchCase(facts, case_id=foreign.pk, ref="x"))
    assert refused.value.rows[0].refusal.code == "case_not_found"


def test_a_closed_file_comes_in_closed(people: Cast):
    facts = [
        BatchFact("support_started", on("2026-01-01"), basis="own_act"),
        BatchFact("exit", on("2026-02-01"), {"reason": "not_known"}, basis="own_act"),
    ]
    code = send(people, row(1, facts=facts)).cases[0][2]
    with acting_as(people.amina.actor):
        assert str(Case.objects.visible_to(people.amina.actor).get(code=code).closed_on) == "2026-02-01"


def test_a_code_that_another_file_has_is_drawn_anew(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where the other file belongs to another organisation, and nobody here may know it."""
    taken = concern(people.ines.actor).code
    drawn = iter([bulk.new_code(), taken])
    monkeypatch.setattr(bulk, "new_code", lambda real=bulk.new_code: next(drawn, None) or real())
    result = send(people, row(1), row(2))
    codes = {code for _, _, code in result.cases}
    assert len(codes) == 2
    assert taken not in codes
    assert held(people) == {"Case": 2, "Fact": 8, "SealedRecord": 2, "NameToken": 8, "View": 2}
    with acting_as(people.amina.actor):
        assert Entry.objects.filter(act="record_facts").count() == 1


def test_codes_that_stay_the_same_end_the_batch_and_leave_nothing(people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    taken = concern(people.ines.actor).code
    monkeypatch.setattr(bulk, "new_code", lambda: taken)
    with pytest.raises(IntegrityError), transaction.atomic():
        send(people, row(1))
    assert held(people)["Case"] == 0


# ---- in parts, while the database already writes


@pytest.fixture
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bulk, "CASES_AT_ONCE", 2)


def nothing_stayed(people: Cast) -> bool:
    with acting_as(people.amina.actor):
        told = Entry.objects.filter(act="record_facts").exists()
    return not told and not any(held(people).values())


def test_a_batch_in_parts_keeps_its_order_its_codes_and_one_row_of_the_ledger(people: Cast, small_parts: None) -> None:
    result = send(people, *(row(n) for n in range(5)))
    assert [ref for ref, _, _ in result.cases] == [f"row {n}" for n in range(5)]
    assert held(people) == {"Case": 5, "Fact": 20, "SealedRecord": 5, "NameToken": 20, "View": 5}
    with acting_as(people.amina.actor):
        entry = Entry.objects.get(act="record_facts")
        persons = {case.pk: case.person_id for case in Case.objects.visible_to(people.amina.actor)}
    assert set(entry.subjects) == {persons[case_id] for _, case_id, _ in result.cases}


def test_a_row_refused_after_others_were_handed_over_leaves_nothing_and_the_rest_is_still_checked(people: Cast, small_parts: None) -> None:
    late = [BatchFact("presumption_stated", on("2027-01-01"))]
    with pytest.raises(BatchRefused) as refused:
        send(people, *(row(n) for n in range(4)), row(4, facts=late), *(row(n) for n in (5, 6)), row(7, jurisdiction="ZZ"))
    assert [(told.ref, told.refusal.code) for told in refused.value.rows] == [("row 4", "in_the_future"), ("row 7", "unknown_jurisdiction")]
    assert nothing_stayed(people)
    assert len(send(people, *(row(n) for n in range(4))).cases) == 4


def test_what_the_database_refuses_midway_ends_the_batch_and_leaves_nothing(people: Cast, small_parts: None) -> None:
    twice = BatchFact("presumption_stated", on("spring 2026"))
    told = (row(0, facts=[twice]), row(1), row(2), row(3, facts=[twice]), *(row(n) for n in range(4, 12)))
    with pytest.raises(IntegrityError, match="cases_fact_pkey"), transaction.atomic():
        send(people, *told)
    assert nothing_stayed(people)
    assert len(send(people, *(row(n) for n in range(4))).cases) == 4


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, RuntimeError])
def test_whoever_stops_a_batch_midway_leaves_nothing(
    people: Cast, small_parts: None, monkeypatch: pytest.MonkeyPatch, stopped: type[BaseException]
) -> None:
    sealing, calls = bulk.seal_fields, iter(range(100))

    def until(*told):
        if next(calls) == 21:
            raise stopped
        return sealing(*told)

    monkeypatch.setattr(bulk, "seal_fields", until)
    with pytest.raises(stopped), transaction.atomic():
        send(people, *(row(n) for n in range(8)))
    assert nothing_stayed(people)
    assert len(send(people, *(row(n) for n in range(4))).cases) == 4


def test_references_wait_for_the_commit_again_after_a_batch(people: Cast) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        send(people, row(1))
        with acting_as(Actor.system("clock", organisation_id=people.amina.actor.organisation_id)) as house:
            fact = Fact.objects.visible_to(house).first()
            fact.pk, fact.user_id = uuid4(), uuid4()
            Fact.objects.bulk_create([fact])
        with pytest.raises(IntegrityError, match="accounts_user"), transaction.atomic():
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        transaction.set_rollback(True)


def test_cases_may_be_made_while_those_before_are_written(people: Cast, small_parts: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is made once, and a part is handed over before the next one is made."""
    seen: list[str] = []
    handing = bulk.insert_rows
    monkeypatch.setattr(bulk, "insert_rows", lambda table, *told, **more: (seen.append(table), handing(table, *told, **more)))

    class Made(Mapping[int, BatchCase]):
        def __len__(self) -> int:
            return 3

        def __iter__(self):
            return iter(range(3))

        def __getitem__(self, number: int) -> BatchCase:
            seen.append(f"row {number}")
            return row(number)

    batch = Batch(uuid4(), Made().values(), "test", all_new=True)
    assert len(actions.record_facts(batch, acting=people.amina.actor, now=NOW).cases) == 3
    assert [told for told in seen if told.startswith(("row", "cases_fact"))] == ["row 0", "row 1", "cases_fact", "row 2", "cases_fact"]


def test_a_batch_of_new_cases_reaches_none_that_is_there(people: Cast) -> None:
    mine = concern(people.amina.actor)
    told = BatchCase([BatchFact("interview_held", on("2026-06-02"), basis="own_act")], case_id=mine.pk, ref="x")
    with pytest.raises(BatchRefused) as refused:
        actions.record_facts(Batch(uuid4(), [told], "test", all_new=True), acting=people.amina.actor, now=NOW)
    assert refused.value.rows[0].refusal.code == "case_not_found"


def test_how_references_are_looked_up_is_decided_again_after_each_part(
    people: Cast, small_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided while the house is empty and kept to the end, it reads every file of the house for each fact."""
    seen: list[str] = []
    handing = bulk.insert_rows
    monkeypatch.setattr(bulk, "insert_rows", lambda table, *told, **more: (seen.append(table), handing(table, *told, **more)))

    def asked(execute, sql, params, many, context):
        seen.append(str(sql))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(asked):
        send(people, *(row(n) for n in range(5)))
    assert [told for told in seen if told in ("cases_fact", "DISCARD PLANS")] == ["cases_fact", "DISCARD PLANS"] * 3
