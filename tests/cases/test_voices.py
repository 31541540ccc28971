"""SQL smuggled onto one person's connection is never the second person, her consent or a text: the database asks itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import actions
from repere.cases.actions import erasure
from repere.cases.actions.by_the_house import house, in_her_name
from repere.cases.models import Case, Erasure, Fact, Hold, Requisition
from tests.cases.story import NOW, carried, concern, grant, record, seen
from tests.people import Cast, each_their_own

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def insert(table: str, **values: Any) -> int:
    names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    return sql(f"INSERT INTO {table} ({names}) VALUES ({marks})", *values.values())


def sql(statement: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


@contextmanager
def refused(words: str) -> Iterator[None]:
    with pytest.raises(DatabaseError, match=words):
        yield


# ---- the end of a file

ENDED = "in one's own name"


def asked(case: Case, by: UUID, **more: Any) -> dict[str, Any]:
    told = {"id": uuid4(), "person_id": case.person_id, "organisation_id": case.organisation_id, "reason": "she_asks"}
    return told | {"asked_by_id": by, "asked_at": NOW} | more


def test_one_person_is_not_both_voices_of_an_erasure(case: Case, people: Cast) -> None:
    """Neither at once, nor in a colleague's name first, nor a colleague's yes afterwards."""
    amina, odile = people.amina.user.pk, people.odile.user.pk
    with people.amina.acts():
        with refused(ENDED):
            insert("cases_erasure", **asked(case, amina, confirmed_by_id=odile, confirmed_at=NOW))
        with refused(ENDED):
            insert("cases_erasure", **asked(case, odile))
        assert insert("cases_erasure", **asked(case, amina)) == 1
        with refused(ENDED):
            sql("UPDATE cases_erasure SET confirmed_by_id = %s, confirmed_at = now()", odile)
    erasure.confirm_erasure(case, acting=people.odile.actor, now=NOW)
    with people.amina.acts():
        other = f"confirmed_by_id = '{people.chloe.user.pk}'"
        for change in ("confirmed_by_id = NULL, confirmed_at = NULL", other, "confirmed_at = now()"):
            with refused(ENDED):
                sql(f"UPDATE cases_erasure SET {change}")
        sql("UPDATE cases_erasure SET withdrawn_at = now()")
        with refused(ENDED):
            sql("UPDATE cases_erasure SET withdrawn_at = NULL")


def test_the_verbs_of_an_erasure_still_work(case: Case, people: Cast) -> None:
    erasure.ask_erasure(case, reason="she_asks", acting=people.amina.actor, now=NOW)
    erasure.confirm_erasure(case, acting=people.odile.actor, now=NOW)
    erasure.withdraw_erasure(case, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as amina:
        assert Erasure.objects.visible_to(amina).get().confirmed_by_id == people.odile.user.pk


def test_a_hold_is_set_and_lifted_in_ones_own_name(case: Case, people: Cast) -> None:
    told = {"id": uuid4(), "person_id": case.person_id, "organisation_id": case.organisation_id, "kind": "requisition", "set_at": NOW}
    with people.amina.acts(), refused(ENDED):
        insert("cases_hold", **told, set_by_id=people.odile.user.pk)
    held = erasure.set_hold(case, kind="requisition", acting=people.odile.actor, now=NOW)
    with people.amina.acts():
        for change in (f"lifted_by_id = '{people.odile.user.pk}', lifted_at = now()", "lifted_at = now()"):
            with refused(ENDED):
                sql(f"UPDATE cases_hold SET {change}")
    erasure.lift_hold(held, acting=people.amina.actor, now=NOW)
    with people.amina.acts() as amina:
        assert Hold.objects.visible_to(amina).get().lifted_by_id == people.amina.user.pk
        with refused(ENDED):
            sql("UPDATE cases_hold SET lifted_at = NULL, lifted_by_id = NULL")


# ---- a requisition

STEP = "in one's own name"


def received(case: Case, people: Cast) -> Requisition:
    words = {"authority": "Tribunal inventé", "text": "CPP 60-1", "words": "Tout"}
    return actions.receive_requisition(case, asked=["profile", "support"], acting=people.amina.actor, now=NOW, **words)


def test_one_person_answers_no_requisition(case: Case, people: Cast) -> None:
    amina, odile = people.amina.user.pk, people.odile.user.pk
    row = received(case, people)
    with people.amina.acts():
        for change in (
            f"state = 'prepared', prepared_by_id = '{odile}', given = '{{profile}}'",
            f"state = 'answered', prepared_by_id = '{amina}', answered_by_id = '{odile}', answered_at = now(), given = '{{profile}}'",
            f"state = 'answered', prepared_by_id = '{odile}', answered_by_id = '{amina}', answered_at = now(), given = '{{profile}}'",
            "given = '{profile}'", "state = 'answered'",
        ):  # fmt: skip
            with refused(STEP):
                sql(f"UPDATE cases_requisition SET {change}")
    actions.check_requisition(row, acting=people.amina.actor, now=NOW)
    actions.prepare_answer(row, given=["profile"], acting=people.amina.actor, now=NOW)
    with people.odile.acts():
        for change in (
            f"prepared_by_id = '{odile}'", "prepared_by_id = NULL", "given = '{profile,support}'",
            f"state = 'answered', answered_by_id = '{odile}', given = '{{profile,support}}'",
        ):  # fmt: skip
            with refused(STEP):
                sql(f"UPDATE cases_requisition SET {change}")
    actions.confirm_answer(row, seen=seen(row, people.odile.actor), acting=people.odile.actor, now=NOW)
    with people.odile.acts() as actor:
        assert Requisition.objects.visible_to(actor).get().given == ["profile"]
        with refused(STEP):
            sql("UPDATE cases_requisition SET state = 'received'")


def test_what_was_prepared_is_not_prepared_again_under_the_same_voice(case: Case, people: Cast) -> None:
    """The attack: back by one step, more under the name of the first person, and an answer that reads as given by two."""
    odile, row = people.odile.user.pk, received(case, people)
    back = "state = 'checked'"
    actions.check_requisition(row, acting=people.amina.actor, now=NOW)
    with people.odile.acts(), refused(STEP):
        sql("UPDATE cases_requisition SET state = 'received'")
    actions.prepare_answer(row, given=["profile"], acting=people.amina.actor, now=NOW)
    more = "state = 'prepared', given = '{profile,support}'"
    for who in (people.odile, people.amina):
        with who.acts():
            for change in (back, more, f"{more}, prepared_by_id = '{odile}'", "state = 'received', given = '{profile,support}'"):
                with refused(STEP):
                    sql(f"UPDATE cases_requisition SET {change}")
    actions.confirm_answer(row, seen=seen(row, people.odile.actor), acting=people.odile.actor, now=NOW)
    with people.odile.acts() as actor:
        for change in ("state = 'refused', given = '{}'", "answered_at = now()", "outcome = 'x'", back):
            with refused(STEP):
                sql(f"UPDATE cases_requisition SET {change}")
        assert Requisition.objects.visible_to(actor).get().given == ["profile"]


def test_no_requisition_is_entered_as_answered(case: Case, people: Cast) -> None:
    amina, odile = people.amina.user.pk, people.odile.user.pk
    told = {"id": uuid4(), "case_id": case.pk, "person_id": case.person_id, "owner_id": case.organisation_id, "demand": b"x"}
    told |= {"asked": ["profile"], "received_at": NOW, "received_by_id": amina, "silence_text": ""}
    for more in (
        {"state": "answered", "given": ["profile"], "prepared_by_id": amina, "answered_by_id": odile, "answered_at": NOW},
        {"state": "received", "given": [], "checked_by_id": odile}, {"state": "received", "given": [], "received_by_id": odile},
    ):  # fmt: skip
        with people.amina.acts(), refused("in one's own name and answered by two"):
            insert("cases_requisition", **(told | more))


# ---- urgency

URGENT = "told to a colleague and reviewed within three days"


def test_an_urgency_is_told_to_a_colleague_and_reviewed(case: Case, people: Cast) -> None:
    chloe, now = people.chloe, timezone.now()
    each_their_own(people.atalante)
    told = {"id": uuid4(), "case_id": case.pk, "person_id": case.person_id, "owner_id": case.organisation_id, "user_id": chloe.user.pk}
    told |= {"role": "administrator", "words": ["file", "contact_safety"], "motive": "danger", "reason": b"x"}
    with chloe.acts():
        with connection.cursor() as cursor:
            cursor.execute("SELECT now()")
            now = cursor.fetchone()[0]
        told |= {"starts_at": now, "ends_at": now + timedelta(hours=4), "review_due_at": now + timedelta(hours=72)}
        for told_to, due in (
            (None, 72), (people.amina.user.pk, 99 * 365 * 24), (people.ines.user.pk, 72), (people.bruno.user.pk, 72),
        ):  # fmt: skip
            with refused(URGENT):
                insert("cases_breakglass", **(told | {"told_id": told_to, "review_due_at": now + timedelta(hours=due)}))
        with refused(URGENT):
            insert("cases_breakglass", **(told | {"told_id": people.amina.user.pk, "review": b"x", "was_right": True}))
        assert insert("cases_breakglass", **told, told_id=people.amina.user.pk) == 1


def test_whoever_follows_but_does_not_work_today_is_not_the_one_told(case: Case, people: Cast) -> None:
    """Amina follows the file and is suspended: a colleague is told in her place."""
    resting = "UPDATE accounts_membership SET suspended_at = now(), suspended_why = 'unused' WHERE user_id = %s"
    with people.chloe.acts():
        sql(resting, people.amina.user.pk)
    opened = actions.break_glass(
        code=case.code, motive="danger", reason="Appel du 17", groups=["contact_safety"], acting=people.chloe.actor, now=timezone.now()
    )
    assert opened.told_id == people.odile.user.pk


# ---- her consent


def test_what_her_consent_opens_is_written_by_no_person(case: Case, people: Cast) -> None:
    with people.odile.acts(), refused("copied from them by the house"):
        sql("UPDATE cases_case SET agreed = '{health}' WHERE id = %s", case.pk)
    record(case, people.amina.actor, "consent_given", basis="person_said", purpose="health")
    with people.amina.acts() as amina:
        assert Case.objects.visible_to(amina).get(pk=case.pk).agreed == ["health"]
        with refused("copied from them by the house"):
            sql("UPDATE cases_case SET agreed = '{}' WHERE id = %s", case.pk)


def test_a_fact_is_told_in_ones_own_name(case: Case, people: Cast) -> None:
    fact = record(case, people.amina.actor, "presumption_stated")
    own = {"id": "gen_random_uuid()", "user_id": "%s", "revision": "revision + 1", "batch": "NULL"}
    names = [field.column for field in Fact._meta.concrete_fields]
    told = ", ".join(own.get(name, name) for name in names)
    again = f"INSERT INTO cases_fact ({', '.join(names)}) SELECT {told} FROM cases_fact WHERE id = %s"
    with acting_as(in_her_name(people.amina.actor)):
        for other in (people.odile.user.pk, people.ines.user.pk, None):
            with refused("row-level security"):
                sql(again, other, fact.pk)
        assert sql(again, people.amina.user.pk, fact.pk) == 1


# ---- walls

WALL, PURPOSE = "crosses a wall", "a purpose that its receiver has"


def given(case: Case, to: UUID, purpose: str, **more: Any) -> dict[str, Any]:
    told = {"id": uuid4(), "case_id": case.pk, "person_id": case.person_id, "owner_id": case.organisation_id, "organisation_id": to}
    told |= {"groups": ["residence"], "purpose": purpose, "law": "", "named_kinds": [], "left_out": [], "reason": b"x"}
    return told | {"starts_at": NOW, "ends_at": NOW + timedelta(days=9000)} | more


def test_nothing_crosses_a_wall_by_sql(case: Case, people: Cast) -> None:
    amina, elsewhere = people.amina.actor, concern(people.bruno.actor)
    health = record(case, amina, "consent_given", basis="person_said", purpose="health")
    described = record(case, amina, "presumption_stated")
    theirs = carried(elsewhere, people.bruno.actor, "residence")
    to = people.prefecture.pk
    with acting_as(house(amina, "access")):  # nobody else writes one (`test_written_by_verbs`): a verb that forgot to ask is stopped here
        for more in (
            {}, {"law": "fr.anything"}, {"law": "fr.report_ill_treatment"}, {"consent_fact": health.pk}, {"consent_fact": described.pk},
            {"consent_fact": theirs.pk}, {"consent_fact": uuid4()},
        ):  # fmt: skip
            with refused(WALL):
                insert("cases_grant", **given(case, to, "residence", **more))
        with refused(PURPOSE):
            insert("cases_grant", **given(case, to, "support"))
        with refused(WALL):
            insert("cases_grant", **given(case, people.police.pk, "investigation"))


def test_what_she_agreed_to_or_a_rule_carries_goes(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    agreed = carried(case, amina, "residence")
    with acting_as(house(amina, "access")):
        assert insert("cases_grant", **given(case, people.prefecture.pk, "residence", consent_fact=agreed.pk)) == 1
        assert insert("cases_grant", **given(case, people.police.pk, "investigation", law="fr.report_ill_treatment")) == 1
    grant(case, amina, people.boussole, ["profile"])
