"""What watches over colleagues, says who follows a file and who is kept away, ends an access or finds a name is written by the verbs:
SQL smuggled onto the connection of one colleague writes none of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions
from repere.cases.actions.reader_names import keep_reader_name
from repere.cases.models import Alert, Assignment, Case, Freeze, Grant, Notice
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
