"""What watches over colleagues, says who follows a file and who is kept away, opens or ends an access, or finds a name, and what is owed
and by when, is written by the verbs: SQL smuggled onto the connection of one colleague writes none of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone
from PIL import Image

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions
from repere.cases.actions.papers import attach_paper, remove_paper
from repere.cases.actions.reader_names import keep_reader_name
from repere.cases.models import Alert, Assignment, Case, Freeze, Grant, Notice, Paper, Task, View
from repere.cases.queries.search import find_cases
from tests.cases.story import NOW, carried, concern, facts, grant, record
from tests.cases.test_voices import insert, refused, sql
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db
RLS = "row-level security"


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def rows(member: Member, statement: str, *values: Any) -> int:
    with member.acts():
        return sql(statement, *values)


def denied(member: Member, statement: str, *values: Any) -> None:
    with member.acts(), refused(RLS):
        sql(statement, *values)


def reads(member: Member, case: Case) -> bool:
    with member.acts() as actor:
        return Case.objects.visible_to(actor).filter(pk=case.pk).exists()


# ---- conflicts of interest


def conflict(case: Case, at: Any, about: Any, by: Any) -> dict[str, Any]:
    told = {"id": uuid4(), "case_id": case.pk, "person_id": case.person_id, "organisation_id": at.pk}
    return told | {"user_id": about.user.pk, "declared_by_id": by.user.pk, "declared_at": NOW}


def test_a_member_of_another_body_keeps_nobody_away_from_her_own_file(case: Case, people: Cast) -> None:
    """The attack of a receiver: it reads in a fact who wrote it, and shuts her out where nobody of her body sees it."""
    carried(case, people.amina.actor, "residence")
    told = conflict(case, people.prefecture, people.amina, people.pascal)
    with people.pascal.acts(), refused(RLS):
        insert("cases_conflictofinterest", **told)
    with acting_as(Actor.system("conflict", organisation_id=people.prefecture.pk)):
        insert("cases_conflictofinterest", **told)
    assert reads(people.amina, case), "what another body declares counts there"
    with acting_as(Actor.system("conflict", organisation_id=people.prefecture.pk)):
        insert("cases_conflictofinterest", **conflict(case, people.prefecture, people.odile, people.odile))
    assert not reads(people.odile, case), "what she said of herself counts wherever she works"


def test_nobody_declares_or_ends_a_conflict_by_sql(case: Case, people: Cast) -> None:
    with people.amina.acts(), refused(RLS):
        insert("cases_conflictofinterest", **conflict(case, people.atalante, people.odile, people.amina))
    actions.declare_conflict(code=case.code, about=people.odile.user.pk, acting=people.amina.actor, now=NOW)
    denied(people.amina, "UPDATE cases_conflictofinterest SET ended_at = now(), ended_by_id = %s", people.amina.user.pk)


# ---- accesses


def test_an_access_that_was_ended_is_opened_again_by_nobody(case: Case, people: Cast) -> None:
    given = grant(case, people.amina.actor, people.boussole, ["profile"])
    denied(people.odile, "UPDATE cases_grant SET revoked_at = now()")
    actions.end_grant(given, acting=people.amina.actor, now=NOW)
    assert not reads(people.bruno, case)
    denied(people.amina, "UPDATE cases_grant SET revoked_at = NULL")
    assert rows(people.bruno, "UPDATE cases_grant SET revoked_at = NULL") == 0
    assert not reads(people.bruno, case)
    again = grant(case, people.amina.actor, people.boussole, ["profile"])
    grant(case, people.amina.actor, people.boussole, ["profile", "support"])
    with people.amina.acts() as amina:
        assert Grant.objects.visible_to(amina).get(pk=again.pk).revoked_at is not None, "a newer access still takes its place"


GIVEN = (
    "INSERT INTO cases_grant (id, owner_id, organisation_id, case_id, person_id, purpose, law, groups, named_kinds, left_out, reason,"
    " starts_at) SELECT gen_random_uuid(), c.organisation_id, %s, c.id, c.person_id, %s, %s,"
    " '{contact_safety,profile,housing}', '{}', '{}', 'x', now() FROM cases_case c"
)


def test_one_statement_opens_no_file_to_another_body(case: Case, people: Cast) -> None:
    """The fourth attack: every file, for good, without a row: to an association, or to the police under the name of a law."""
    denied(people.amina, GIVEN, people.boussole.pk, "support", "")
    denied(people.amina, GIVEN, people.police.pk, "protection", "fr.minor_tell_prosecutor")
    assert not reads(people.bruno, case)


# ---- what is owed, and by when


def test_one_statement_puts_no_deadline_off(case: Case, people: Cast) -> None:
    """For the whole house at one stroke, closed in a colleague's name, or so that the evaluation looks at no file again."""
    before = kept(people.amina, case)
    assert before[0]
    for change in (
        "due_earliest = '2100-01-01', due_latest = '2100-01-01', next_step_at = '2100-01-01'", "snoozed_until = '2100-01-01'",
        f"closed_at = now(), closing = 'no_longer_required', closed_by_id = '{people.odile.user.pk}'", "rule_id = 'x'",
        f"assignee_id = '{people.odile.user.pk}'",
    ):  # fmt: skip
        untouched(people.amina, f"UPDATE cases_task SET {change}")
    for change in ("revision = 1000000, next_change_on = NULL", "next_change_on = '2100-01-01'", "mechanism_hash = 'x'"):
        untouched(people.amina, f"UPDATE cases_view SET {change}")
    assert kept(people.amina, case) == before


def test_one_statement_makes_no_task_and_no_view(case: Case, people: Cast) -> None:
    for table in ("cases_task", "cases_view"):
        with people.amina.acts(), connection.cursor() as cursor:
            cursor.execute(f"SELECT column_name FROM information_schema.columns WHERE table_name = '{table}' AND column_name <> 'id'")
            names = ", ".join(name for (name,) in cursor.fetchall())
        denied(people.amina, f"INSERT INTO {table} (id, {names}) SELECT gen_random_uuid(), {names} FROM {table} LIMIT 1")


def test_the_verbs_take_put_off_and_set_aside(case: Case, people: Cast) -> None:
    """As before, each in the name of who does it, and a colleague's task stays a colleague's."""
    amina = people.amina.actor
    with people.amina.acts():
        task = Task.objects.visible_to(amina).filter(case=case, closed_at=None).first()
    assert task is not None
    actions.assign_task(task, to=people.odile.user.pk, acting=amina, now=NOW)
    actions.waive_task(task, reason="Fait autrement", acting=people.odile.actor, now=NOW)
    with people.amina.acts():
        closed = Task.objects.visible_to(amina).get(pk=task.pk)
        assert (closed.closing, closed.closed_by_id, closed.assignee_id) == ("waiver", people.odile.user.pk, people.odile.user.pk)
    actions.reopen_task(task, acting=amina, now=NOW)
    with people.amina.acts():
        assert Task.objects.visible_to(amina).get(pk=task.pk).closed_at is None


def kept(member: Member, case: Case) -> tuple[list[Any], list[Any]]:
    with member.acts() as actor:
        tasks, views = (model.objects.visible_to(actor).filter(case=case).order_by("pk") for model in (Task, View))
        return list(tasks.values_list()), list(views.values_list())


def untouched(member: Member, statement: str, *values: Any) -> None:
    """No row is written: to who may not write one, the database says that there is none."""
    assert rows(member, statement, *values) == 0


# ---- papers


def test_a_paper_is_released_by_the_scanner_and_removed_by_the_verb(case: Case, people: Cast) -> None:
    """One that waits in quarantine is opened by nobody's SQL, and none goes without its row."""
    amina, told = people.amina.actor, BytesIO()
    Image.new("RGB", (30, 30)).save(told, "PNG")
    paper = attach_paper(case, data=told.getvalue(), title="x", group="profile", acting=amina, now=NOW)
    assert paper.state == "quarantine"
    for statement in ("UPDATE cases_paper SET state = 'clean', scanned_at = now()", "DELETE FROM cases_paper"):
        untouched(people.odile, statement)
        untouched(people.amina, statement)
    with people.amina.acts():
        columns = ", ".join(field.column for field in Paper._meta.concrete_fields if field.column not in ("id", "state"))
    denied(people.amina, f"INSERT INTO cases_paper (id, state, {columns}) SELECT gen_random_uuid(), 'clean', {columns} FROM cases_paper")
    remove_paper(paper, acting=people.odile.actor, now=NOW)
    with people.amina.acts():
        assert not Paper.objects.visible_to(amina).exists()


# ---- watching


@pytest.fixture
def alert(people: Cast, as_role: Callable[[str], AbstractContextManager[None]]) -> Alert:
    """About Amina's own reading."""
    with acting_as(Actor.system("readers", organisation_id=people.atalante.pk)), as_role("worker"):
        made = Alert(organisation=people.atalante, user=people.amina.user, rule="breadth", day=NOW.date(), at=NOW)
        made.save(force_insert=True)
    return made


def test_nobody_closes_an_alert_about_herself_in_a_colleagues_name(alert: Alert, people: Cast) -> None:
    denied(people.amina, "UPDATE cases_alert SET seen_at = now(), seen_by_id = %s", people.chloe.user.pk)
    actions.look_into(alert.pk, acting=people.chloe.actor, now=NOW)
    with people.chloe.acts() as chloe:
        assert Alert.objects.visible_to(chloe).get().seen_by_id == people.chloe.user.pk


def test_nobody_takes_her_name_out_of_the_comparison(people: Cast) -> None:
    assert keep_reader_name(people.amina.actor) > 0
    assert rows(people.amina, "DELETE FROM cases_readername") == 0
    with people.amina.acts(), refused(RLS):
        insert("cases_readername", organisation_id=people.atalante.pk, user_id=people.odile.user.pk, token=b"x")
    assert keep_reader_name(people.amina.actor) == 0, "they stand"


def test_nobody_reads_what_a_colleague_was_told(case: Case, people: Cast) -> None:
    """Neither by SQL nor with the number of her line on the page."""
    each_their_own(people.atalante)
    actions.take_over_case(case, reason="Relais", cover=True, acting=people.odile.actor, now=NOW)
    with people.amina.acts() as amina:
        told = Notice.objects.visible_to(amina).get(user=people.amina.user)
    assert rows(people.odile, "UPDATE cases_notice SET read_at = now()") == 0
    assert actions.read_notices([told.pk], acting=people.odile.actor, now=NOW) == 0
    assert actions.read_notices([told.pk], acting=people.amina.actor, now=NOW) == 1


def test_a_false_freeze_protects_nobody_from_a_true_one(people: Cast) -> None:
    told = {"id": uuid4(), "reason": "other", "frozen_at": NOW, "organisation_id": people.atalante.pk, "told_at": NOW}
    with people.amina.acts(), refused(RLS):
        insert("cases_freeze", **told, user_id=people.amina.user.pk, frozen_by_id=people.chloe.user.pk, told_id=people.odile.user.pk)
    frozen = actions.freeze_account(people.amina.user.pk, reason="other", acting=people.odile.actor, now=timezone.now())
    denied(people.odile, "UPDATE cases_freeze SET told_at = now()")
    actions.note_told(frozen.pk, acting=people.chloe.actor, now=NOW)
    actions.unfreeze_account(frozen.pk, acting=people.chloe.actor, now=NOW)
    with people.chloe.acts() as chloe:
        assert Freeze.objects.visible_to(chloe).get().lifted_by_id == people.chloe.user.pk


# ---- who follows her


def test_nobody_follows_a_file_without_the_step_and_ends_nobody_s_following(case: Case, people: Cast) -> None:
    """Without a reason and without anybody told; or of every file at one stroke, so that nobody can reach her."""
    each_their_own(people.atalante)
    told = {"id": uuid4(), "case_id": case.pk, "person_id": case.person_id, "owner_id": people.atalante.pk, "since": NOW}
    for way in ("opened", "covered"):
        with people.odile.acts(), refused(RLS):
            insert("cases_assignment", **told, user_id=people.odile.user.pk, way=way)
    denied(people.odile, "UPDATE cases_assignment SET ended_at = now()")
    actions.take_over_case(case, reason="Relais", acting=people.odile.actor, now=NOW)
    with people.odile.acts() as odile:
        running = Assignment.objects.visible_to(odile).filter(ended_at=None)
        assert [one.user_id for one in running] == [people.odile.user.pk]


# ---- how she is found, and what lists say of her file


def found(by: Member, name: str) -> list[str]:
    with by.acts() as actor:
        return [line.code for line in find_cases(actor, name, now=NOW)]


def test_one_statement_makes_nobody_impossible_to_find(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorahmarqueur"}, acting=amina, now=NOW)
    assert rows(people.odile, "DELETE FROM cases_nametoken") == 0
    with people.odile.acts(), refused(RLS):
        insert("cases_nametoken", person_id=case.person_id, organisation_id=people.atalante.pk, token=b"x", key_version=1)
    assert found(people.odile, "Zorahmarqueur") == [case.code]
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Autremarqueur"}, acting=amina, now=NOW)
    assert found(people.odile, "Zorahmarqueur") == []


def test_what_lists_say_of_a_file_is_copied_from_its_facts(case: Case, people: Cast) -> None:
    with people.odile.acts():
        for change in (
            "closed_on = current_date", "status_on = '2100-01-01'", "zone = 'Pacific/Tahiti'", "territory = '13'",
            "revision = revision + 1", "mechanism = 'other'", "jurisdiction = 'BE'",
        ):  # fmt: skip
            with refused("copied from its facts by the house"):
                sql(f"UPDATE cases_case SET {change} WHERE id = %s", case.pk)
    before = len(facts(case, people.amina.actor))
    record(case, people.amina.actor, "exit", day="2026-06-10", reason="autonomy")
    with people.amina.acts() as amina:
        kept = Case.objects.visible_to(amina).get(pk=case.pk)
        assert (kept.closed_on is not None, len(facts(case, amina))) == (True, before + 1)
