"""Who sees what. For each denial the intruder has everything but the one relation."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.db.utils import IntegrityError, ProgrammingError

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import access, actions, jobs, queries
from repere.cases.actions.by_the_house import in_her_name
from repere.cases.models import (
    Case,
    Draft,
    Fact,
    Finding,
    Grant,
    NameToken,
    Person,
    Receipt,
    SealedRecord,
    Task,
    UnscopedQuery,
    View,
)  # fmt: skip
from repere.cases.refusals import NotVisible, Refused
from tests.cases.story import ALL_GROUPS, NOW, concern, grant, record, told
from tests.people import Cast

HELD = [Person, Case, SealedRecord, NameToken, Fact, Receipt, View, Finding, Task, Draft]


def rows(table: str, actor: Actor) -> int:
    """What the database itself lets this actor see, without any filter of ours."""
    with acting_as(actor), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def visible(model, actor: Actor) -> int:
    with acting_as(actor):
        return int(model.objects.visible_to(actor).count())


@pytest.fixture
def case(people: Cast) -> Case:
    case = concern(people.amina.actor, concern={"urgency": "not_known", "narrative": "Elle attend près de la gare"})
    record(case, people.amina.actor, "presumption_stated")
    actions.set_identity(
        case.person_id, tier="identity", values={"given_names": "Zorah", "family_names": "Inventée"}, acting=people.amina.actor, now=NOW
    )
    actions.save_draft(form="concern", case=case, body={"text": "brouillon"}, acting=people.amina.actor, now=NOW)
    return case


@pytest.mark.parametrize("model", HELD, ids=lambda model: model.__name__)
def test_an_association_of_the_same_kind_role_and_territory_sees_no_row_of_a_file_it_did_not_open(model, case, people):
    assert visible(model, people.amina.actor) > 0
    assert rows(model._meta.db_table, people.amina.actor) > 0

    assert visible(model, people.ines.actor) == 0
    assert rows(model._meta.db_table, people.ines.actor) == 0


@pytest.mark.parametrize("model", HELD, ids=lambda model: model.__name__)
def test_without_an_actor_nothing_is_answered(model, case, people):
    with pytest.raises(UnscopedQuery):
        list(model.objects.all())
    with pytest.raises(UnscopedQuery):
        model.objects.filter(pk=None).exists()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        assert cursor.fetchone()[0] == 0


def test_a_draft_is_seen_by_the_one_who_wrote_it_and_not_by_a_colleague(case, people):
    assert rows("cases_draft", people.amina.actor) == 1
    assert rows("cases_draft", people.odile.actor) == 0


def test_a_foreign_code_and_a_code_that_does_not_exist_are_answered_alike(case, people):
    for code in (case.code, "ZZZZZZZZ", "not a code"):
        with acting_as(people.ines.actor), pytest.raises(NotVisible):
            queries.case_page(people.ines.actor, code, now=NOW)


def test_a_grant_opens_its_data_groups_and_nothing_else(case, people):
    grant(case, people.amina.actor, people.prefecture, ["identification"])
    pascal = people.pascal.actor
    with acting_as(pascal):
        seen = set(Fact.objects.visible_to(pascal).values_list("data_group", flat=True))
    assert seen == {"identification"}
    assert rows("cases_fact", pascal) == 1
    assert rows("cases_case", pascal) == 1
    assert rows("cases_sealedrecord", pascal) == 0, "her name is opened by a word of its own"
    assert rows("cases_nametoken", pascal) == 0
    assert rows("cases_fact", people.ines.actor) == 0


def test_a_grant_that_names_the_identity_opens_it(case, people):
    grant(case, people.amina.actor, people.boussole, ["identification", "identity"])
    with acting_as(people.bruno.actor):
        assert queries.identity_of(people.bruno.actor, case.code)["identity"]["given_names"] == "Zorah"


def test_a_grant_that_was_ended_shows_nothing(case, people):
    given = grant(case, people.amina.actor, people.boussole, ALL_GROUPS)
    assert rows("cases_fact", people.bruno.actor) > 0
    actions.end_grant(given, acting=people.amina.actor, now=datetime.now(UTC))
    for table in ("cases_person", "cases_case", "cases_fact", "cases_view", "cases_finding", "cases_task"):
        assert rows(table, people.bruno.actor) == 0, table
    assert visible(Task, people.bruno.actor) == 0


def test_a_grant_whose_end_has_passed_shows_nothing_though_nobody_revoked_it(committing_db, people):
    amina, bruno = people.amina.actor, people.bruno.actor
    case = concern(amina)
    now = datetime.now(UTC)
    ends = now + timedelta(seconds=2)
    actions.grant_access(
        case, to=people.boussole, groups=ALL_GROUPS, purpose="support", reason="x", ends_at=ends, danger=True, acting=amina, now=now
    )
    assert rows("cases_fact", bruno) > 0
    time.sleep(max(0.0, (ends - datetime.now(UTC)).total_seconds()) + 0.1)
    assert rows("cases_fact", bruno) == 0
    assert visible(Case, bruno) == 0


def test_the_receiver_of_a_grant_cannot_widen_it_or_pass_it_on(case, people):
    given = grant(case, people.amina.actor, people.boussole, ["identification"])
    bruno = people.bruno.actor
    with pytest.raises(Refused, match=r".") as refused:
        actions.grant_access(
            case, to=people.police, groups=["identification"], purpose="investigation", reason="x",
            ends_at=datetime(2030, 1, 1, tzinfo=UTC), acting=bruno, now=NOW,
        )
    assert refused.value.code == "only_the_owner_grants"
    with pytest.raises(Refused) as refused:
        actions.end_grant(given, acting=bruno, now=NOW)
    assert refused.value.code == "only_the_owner_grants"
    with acting_as(bruno), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_grant SET revoked_at = now() WHERE id = %s", [given.pk])
        assert cursor.rowcount == 0
    with pytest.raises(ProgrammingError), acting_as(bruno), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_grant SET groups = '{health}' WHERE id = %s", [given.pk])


def test_a_fact_outside_the_granted_groups_cannot_be_added(case, people):
    grant(case, people.amina.actor, people.police, ["identification"])
    karim = people.karim.actor
    with pytest.raises(Refused) as refused:
        record(case, karim, "complaint_filed", describes=["forced_labour"])
    assert refused.value.code == "group_not_granted"
    assert record(case, karim, "recognition_decided", threshold="formal", outcome="recognised").organisation_id == people.police.pk


FACT = """
    INSERT INTO cases_fact (id, case_id, owner_id, kind, version, data_group, earliest, latest, recorded_at, revision,
                            organisation_id, role, basis, fields)
    VALUES (gen_random_uuid(), %s, %s, 'runaway', 1, 'child_protection', '2026-01-01', '2026-01-01', now(), 99,
            %s, 'case_worker', 'own_act', '{}')
"""


def test_the_database_refuses_a_fact_written_into_a_foreign_file_whatever_the_statement(case, people):
    ines, amina = people.ines.actor, people.amina.actor
    lies = [
        (case.pk, amina.organisation_id, ines.organisation_id),  # openly foreign
        (case.pk, amina.organisation_id, amina.organisation_id),  # in the name of its owner
        (case.pk, ines.organisation_id, ines.organisation_id),  # as if the file were hers
    ]
    for values in lies:
        with (
            pytest.raises((ProgrammingError, IntegrityError), match="row-level security|foreign key"),
            acting_as(in_her_name(ines)),
            connection.cursor() as cursor,
        ):
            cursor.execute(FACT, values)


def test_a_fact_cannot_be_written_in_the_name_of_another_body(case, people):
    amina = people.amina.actor
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(in_her_name(amina)), connection.cursor() as cursor:
        cursor.execute(FACT, (case.pk, amina.organisation_id, people.police.pk))


@pytest.mark.parametrize("statement", ["UPDATE cases_fact SET kind = 'exit'", "DELETE FROM cases_fact", "TRUNCATE cases_fact CASCADE"])
@pytest.mark.parametrize("role", ["web", "worker", "public"])
def test_no_role_of_the_application_changes_or_deletes_a_fact(case, people, as_role, statement, role):
    with as_role(role), pytest.raises(ProgrammingError, match="permission denied|does not exist"), acting_as(people.amina.actor):
        connection.cursor().execute(statement)


def test_a_fact_object_refuses_to_be_changed_or_deleted(case, people):
    fact = record(case, people.amina.actor, "runaway")
    with pytest.raises(TypeError, match="never changed"):
        fact.save()
    with pytest.raises(TypeError, match="never changed"):
        fact.delete()


def test_public_pages_have_no_right_on_any_table_of_a_file(case, as_role):
    for model in [*HELD, Grant]:
        with as_role("public"), pytest.raises(ProgrammingError, match="permission denied|does not exist"), acting_as(Actor.system("x")):
            connection.cursor().execute(f"SELECT 1 FROM {model._meta.db_table}")


NIGHT = Actor.system("midnight")


@pytest.mark.parametrize("model", [Person, Case, Fact, Finding, Receipt], ids=lambda model: model.__name__)
def test_the_nightly_run_acting_for_nobody_reads_no_person_case_or_fact(model, case, as_role):
    with as_role("worker"), acting_as(NIGHT), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {model._meta.db_table}")
        assert cursor.fetchone()[0] == 0


def test_the_nightly_run_sees_the_days_and_rules_it_needs(case, as_role):
    with as_role("worker"), acting_as(NIGHT):
        assert View.objects.visible_to(NIGHT).count() == 1
        assert Task.objects.visible_to(NIGHT).count() > 0


def test_a_page_that_claims_to_be_a_job_is_not_believed(case, people):
    with acting_as(NIGHT), connection.cursor() as cursor:
        for table in ("cases_view", "cases_task", "cases_grant", "cases_case", "cases_fact"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


@pytest.mark.parametrize("table", ["cases_sealedrecord", "keys.person_key_wrap", "keys.organisation_key"])
def test_the_worker_reads_no_identity_and_no_key(case, people, as_role, table):
    acting = Actor.system("evaluate", organisation_id=people.atalante.pk)
    with as_role("worker"), pytest.raises(ProgrammingError, match="permission denied"), acting_as(acting):
        connection.cursor().execute(f"SELECT 1 FROM {table}")


def test_findings_of_one_view_are_not_shown_to_another(case, people, as_role):
    grant(case, people.amina.actor, people.boussole, ["identification"])
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    for member in (people.amina, people.bruno):
        with acting_as(member.actor), connection.cursor() as cursor:
            cursor.execute("SELECT DISTINCT organisation_id FROM cases_finding UNION SELECT organisation_id FROM cases_task")
            assert {row[0] for row in cursor.fetchall()} == {member.organisation.pk}


def test_what_a_view_does_not_hold_is_unknown_there_and_never_absent(case, people):
    amina, bruno = people.amina.actor, people.bruno.actor
    told(case, amina, "complaint_filed", fields={"describes": ["forced_labour"]}, basis="document")
    grant(case, amina, people.boussole, ["identification", "profile", "contact_safety"])
    with acting_as(bruno):
        page = queries.case_page(bruno, case.code, now=NOW)
    permit = next(
        line
        for level in page.levels
        for line in (*level.open, *level.cannot_tell, *level.not_open)
        if line.rule_id == "fr.residence_permit_complaint"
    )
    assert permit.outcome == "cannot_tell"
    assert not any(entry.kind == "complaint_filed" for entry in page.timeline)


def test_the_policies_in_the_database_are_those_of_the_declaration(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' AND tablename LIKE 'cases\\_%'")
        present: dict[str, set[str]] = {}
        for table, policy in cursor.fetchall():
            present.setdefault(table, set()).add(policy)
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'cases\\_%' AND relkind = 'r' AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        unprotected = {row[0] for row in cursor.fetchall()}
    assert present == {table: set(policies) for table, policies in access.declared_policies().items()}
    assert unprotected == {"cases_keptmechanism", "cases_reach"}, "only the rule book and the policy are nobody's secret"
