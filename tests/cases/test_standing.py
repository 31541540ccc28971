"""How somebody stands to a file: assigned, of the team, by urgency, kept away; and what crosses a wall between purposes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions, queries
from repere.cases.actions.facts import facts_of
from repere.cases.actions.passage import Passage, check_purpose
from repere.cases.models import BreakGlass, Case, ConflictOfInterest, Fact, Grant, Notice, Requisition, Task
from repere.cases.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.cases.story import NOW, carried, concern, grant, record, seen, tasks
from tests.people import Cast, Member, each_their_own

SignIn = Callable[[Member], Client]


@pytest.fixture
def case(people: Cast) -> Case:
    """Opened by Amina, who alone is assigned; facts of seven groups, and a name."""
    each_their_own(people.atalante)
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "safe_contact_instructions", can_contact="yes")
    record(case, amina, "presumption_stated", grounds=["account"])
    record(case, amina, "exploitation_described", forms=["forced_labour"])
    record(case, amina, "complaint_filed", basis="document", describes=["forced_labour"])
    record(case, amina, "stay_started", phase="emergency")
    record(case, amina, "health_check_done", basis="person_said")
    actions.set_identity(case.person_id, tier="identity", values={"given_names": "Zorah"}, acting=amina, now=NOW)
    return case


def groups(actor: Actor) -> set[str]:
    """By the query and, without any filter of ours, by the database: they must be the same."""
    with acting_as(actor), connection.cursor() as cursor:
        asked = set(Fact.objects.visible_to(actor).values_list("data_group", flat=True))
        cursor.execute("SELECT DISTINCT data_group FROM cases_fact")
        assert {row[0] for row in cursor.fetchall()} == asked
    return asked


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as told:
        act()
    assert told.value.code == code, told.value.code


# ---- the team


def test_a_colleague_who_is_not_assigned_sees_the_worklist_and_how_to_reach_her_and_no_more(case: Case, people: Cast) -> None:
    odile = people.odile.actor
    assert groups(odile) == {"contact_safety", "profile", "housing"}
    assert tasks(case, odile), "a deadline is everybody's on the team"
    with acting_as(odile):
        page = queries.case_page(odile, case.code, now=NOW)
        assert not page.may_see_identity
        assert page.relation == "team"
        with pytest.raises(NotVisible):
            queries.identity_page(odile, case.code)
        cursor = connection.cursor()
        for table in ("cases_sealedrecord", "cases_finding"):
            cursor.execute(f"SELECT count(*) FROM {table}")
            assert cursor.fetchone()[0] == 0, table


def test_what_lies_outside_a_colleagues_reach_is_unknown_to_her_page_and_never_absent(case: Case, people: Cast) -> None:
    with acting_as(people.odile.actor) as odile:
        page = queries.case_page(odile, case.code, now=NOW)
    lines = [line for level in page.levels for line in (*level.open, *level.cannot_tell, *level.not_open)]
    permit = next(line for line in lines if line.rule_id == "fr.residence_permit_complaint")
    assert permit.outcome == "cannot_tell"


def test_one_step_and_a_reason_open_the_file_at_night_and_whoever_followed_it_is_told(case: Case, people: Cast) -> None:
    odile = people.odile.actor
    refused("why_needed", lambda: actions.take_over_case(case, reason=" ", acting=odile, now=NOW))
    actions.take_over_case(case, reason="Astreinte de nuit", cover=True, acting=odile, now=NOW)
    assert {"exploitation", "identification", "criminal_procedure"} <= groups(odile)
    assert "identification" in groups(people.amina.actor), "covering takes nothing from who follows her"
    with acting_as(people.amina.actor) as amina:
        assert [line.step for line in queries.notices(amina)] == ["covered"]
        assert Entry.objects.filter(act="cover_case", subjects__contains=[case.person_id]).exists()


def test_taking_over_leaves_the_earlier_colleague_with_what_the_team_sees(case: Case, people: Cast) -> None:
    actions.take_over_case(case, reason="Congé", acting=people.odile.actor, now=NOW)
    assert groups(people.amina.actor) == {"contact_safety", "profile", "housing"}


def test_a_colleague_who_sees_a_part_closes_no_task_that_rests_on_the_rest(case: Case, people: Cast) -> None:
    before = {(task.rule_id, task.closed_at is None) for task in tasks(case, people.amina.actor)}
    record(case, people.odile.actor, "bed_requested")
    after = {(task.rule_id, task.closed_at is None) for task in tasks(case, people.amina.actor)}
    assert before <= after


def test_a_colleague_adds_nothing_in_a_part_that_is_closed_to_her(case: Case, people: Cast) -> None:
    refused("take_over_first", lambda: record(case, people.odile.actor, "interview_held"))


def test_health_is_read_by_who_stated_it_and_by_others_once_she_agrees(case: Case, people: Cast) -> None:
    amina, odile = people.amina.actor, people.odile.actor
    actions.take_over_case(case, reason="Relais", cover=True, acting=odile, now=NOW)
    assert "health" in groups(amina), "she stated it"
    assert "health" not in groups(odile)
    record(case, amina, "consent_given", basis="person_said", purpose="health")
    assert "health" in groups(odile)
    record(case, amina, "consent_withdrawn", "2026-06-02", basis="person_said", purpose="health")
    assert "health" not in groups(odile)


# ---- administrators, urgency


def test_an_administrator_reads_no_person_whatever_is_asked(case: Case, people: Cast) -> None:
    chloe = people.chloe.actor
    with acting_as(chloe), connection.cursor() as cursor:
        for table in ("person", "case", "fact", "sealedrecord", "nametoken", "view", "finding", "task", "grant", "assignment", "notice"):
            cursor.execute(f"SELECT count(*) FROM cases_{table}")
            assert cursor.fetchone()[0] == 0, table
        assert queries.find_cases(chloe, case.code, now=NOW) == []


def test_urgency_opens_what_is_asked_tells_a_second_person_and_waits_for_another_to_review_it(case: Case, people: Cast) -> None:
    chloe = people.chloe.actor
    ask = {"code": case.code, "motive": "danger", "reason": "Appel du 17", "acting": chloe, "now": timezone.now()}
    refused("not_by_urgency", lambda: actions.break_glass(groups=["criminal_procedure"], **ask))
    opened = actions.break_glass(groups=["contact_safety"], **ask)
    assert groups(chloe) == {"contact_safety"}
    assert timedelta(0) < opened.ends_at - timezone.now() <= timedelta(hours=4)
    assert opened.told_id == people.amina.user.pk
    with acting_as(people.amina.actor) as amina:
        assert [line.step for line in queries.notices(amina)] == ["break_glass"]
    refused("reviewed_by_another", lambda: actions.review_break_glass(opened, was_right=True, words="Oui", acting=chloe, now=NOW))
    actions.review_break_glass(opened, was_right=True, words="Danger réel", acting=people.odile.actor, now=timezone.now())


def test_urgency_reaches_no_file_of_another_organisation(case: Case, people: Cast) -> None:
    for code in (case.code, "ZZZZZZZZ"):
        with pytest.raises(NotVisible):
            actions.break_glass(code=code, motive="danger", reason="x", groups=["profile"], acting=people.ines.actor, now=timezone.now())


def test_raw_sql_lengthens_no_urgency_and_reviews_none_of_ones_own(case: Case, people: Cast) -> None:
    opened = actions.break_glass(
        code=case.code, motive="danger", reason="x", groups=["profile"], acting=people.chloe.actor, now=timezone.now()
    )
    for statement in (
        "UPDATE cases_breakglass SET ends_at = ends_at + interval '1 year'",
        "UPDATE cases_breakglass SET words = '{identity}'",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), acting_as(people.chloe.actor):
            connection.cursor().execute(statement)
    with acting_as(people.chloe.actor), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE cases_breakglass SET reviewed_at = now(), reviewed_by_id = %s WHERE id = %s", [people.chloe.user.pk, opened.pk]
        )
        assert cursor.rowcount == 0


def test_an_urgency_is_over_after_four_hours_by_the_clock_of_the_database(case: Case, people: Cast) -> None:
    """As if it had been opened five hours ago: such a row cannot be made by an act, so it is put there by its own clock."""
    chloe = people.chloe
    values = [case.pk, case.person_id, people.atalante.pk, chloe.user.pk, people.amina.user.pk]
    with acting_as(chloe.actor), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_breakglass (id, case_id, person_id, owner_id, user_id, told_id, role, words, motive, reason,"
            " starts_at, ends_at, review_due_at)"
            " VALUES (gen_random_uuid(), %s, %s, %s, %s, %s, 'administrator', '{file,contact_safety}', 'danger', 'x',"
            " now() - interval '5 hours', now() - interval '1 hour', now())",
            values,
        )
    assert groups(chloe.actor) == set()
    with acting_as(chloe.actor) as actor:
        assert not Case.objects.visible_to(actor).exists()


# ---- conflict of interest


def test_who_has_a_conflict_of_interest_meets_a_file_that_does_not_exist(case: Case, people: Cast, signed_in: SignIn) -> None:
    amina, odile = people.amina, people.odile
    actions.declare_conflict(code=case.code, about=amina.user.pk, acting=odile.actor, now=NOW)
    assert groups(amina.actor) == set()
    assert signed_in(amina).get(f"/cases/{case.code}/").status_code == 404
    assert signed_in(amina).get("/cases/ZZZZZZZZ/").status_code == 404
    with pytest.raises(NotVisible):
        actions.take_over_case(case, reason="x", acting=amina.actor, now=NOW)
    with pytest.raises(NotVisible):
        actions.break_glass(code=case.code, motive="danger", reason="x", groups=["profile"], acting=amina.actor, now=NOW)
    with acting_as(amina.actor) as actor:
        assert not ConflictOfInterest.objects.visible_to(actor).exists(), "she learns nothing of it"
        assert not Notice.objects.visible_to(actor).exists()


def test_a_conflict_of_interest_is_ended_by_another_only(case: Case, people: Cast) -> None:
    actions.declare_conflict(code=case.code, acting=people.amina.actor, now=NOW)
    with acting_as(people.odile.actor) as odile:
        kept = ConflictOfInterest.objects.visible_to(odile).get()
    with pytest.raises(NotVisible):
        actions.end_conflict(kept, acting=people.amina.actor, now=NOW)
    with acting_as(people.amina.actor), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_conflictofinterest SET ended_at = now()")
        assert cursor.rowcount == 0
    actions.end_conflict(kept, acting=people.odile.actor, now=NOW)
    assert "contact_safety" in groups(people.amina.actor)


def test_declaring_a_conflict_teaches_nothing_about_a_code(case: Case, people: Cast, signed_in: SignIn) -> None:
    client = signed_in(people.ines)
    answers = [
        client.post("/conflicts/", {"code": code, "about": str(people.ines.user.pk)}, follow=True).content.decode().replace(code, "")
        for code in (case.code, "ZZZZZZZZ")
    ]
    assert [answer.count("Declared") + answer.count("Déclaré") for answer in answers] == [1, 1] or len(answers[0]) == len(answers[1])
    with acting_as(people.amina.actor) as amina:
        assert not ConflictOfInterest.objects.visible_to(amina).exists()


# ---- purposes


def give(case: Case, people: Cast, to: Any, words: list[str], **extra: Any) -> Grant:
    ends = datetime(2030, 1, 1, tzinfo=UTC)
    told: dict[str, Any] = {"reason": "Suivi", "ends_at": ends, "acting": people.amina.actor, "now": timezone.now()} | extra
    return actions.grant_access(case, to=to, groups=words, **told)


def test_a_body_receives_only_the_purposes_of_its_kind_and_only_what_the_purpose_opens(case: Case, people: Cast) -> None:
    consent = carried(case, people.amina.actor, "residence").pk
    refused("purpose_not_for_them", lambda: give(case, people, people.prefecture, ["residence"], purpose="investigation"))
    refused("purpose_not_for_them", lambda: give(case, people, people.police, ["profile"], purpose="residence", consent=consent))
    refused("purpose_does_not_cover", lambda: give(case, people, people.prefecture, ["exploitation"], purpose="residence", consent=consent))
    refused("purpose_not_for_them", lambda: give(case, people, people.boussole, ["profile"], purpose="statistics"))


def test_nothing_crosses_a_wall_without_her_consent_or_a_rule(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    refused("wall_needs_a_basis", lambda: give(case, people, people.police, ["profile"], purpose="investigation"))
    refused("law_does_not_carry", lambda: give(case, people, people.police, ["profile"], purpose="investigation", law="fr.inform_victim"))
    other = carried(case, amina, "residence").pk
    refused("consent_does_not_carry", lambda: give(case, people, people.police, ["profile"], purpose="investigation", consent=other))
    named = record(case, amina, "consent_given", basis="person_said", purpose="criminal_procedure", recipient="prosecutor").pk
    refused("consent_for_another_kind", lambda: give(case, people, people.police, ["profile"], purpose="investigation", consent=named))
    give(case, people, people.police, ["profile"], purpose="investigation", law="fr.report_ill_treatment")
    with acting_as(amina):
        line = next(line for line in queries.case_page(amina, case.code, now=timezone.now()).access if not line.ended)
    assert line.carried_by, "what carries it is named on the page"


def test_an_access_ends_at_once_when_she_takes_her_consent_back(case: Case, people: Cast) -> None:
    grant(case, people.amina.actor, people.police, ["profile", "identification"])
    assert groups(people.karim.actor) == {"profile", "identification"}
    record(case, people.amina.actor, "consent_withdrawn", "2026-06-02", basis="person_said", purpose="criminal_procedure")
    assert groups(people.karim.actor) == set()


def test_facts_that_may_harm_her_stay_behind_unless_named_with_her_consent(case: Case, people: Cast) -> None:
    amina, karim = people.amina.actor, people.karim.actor
    record(case, amina, "complaint_withdrawn", basis="document")
    grant(case, amina, people.police, ["criminal_procedure"])
    kinds = lambda: {fact.kind for fact in _seen(karim)}  # noqa: E731
    assert "complaint_filed" in kinds()
    assert "complaint_withdrawn" not in kinds()
    refused(
        "harm_needs_her_consent",
        lambda: give(
            case, people, people.police, ["criminal_procedure"], purpose="investigation", law="fr.report_ill_treatment",
            named_kinds=["complaint_withdrawn"],
        ),
    )  # fmt: skip
    consent = carried(case, amina, "investigation").pk
    give(case, people, people.police, ["criminal_procedure"], purpose="investigation", consent=consent, named_kinds=["complaint_withdrawn"])
    assert "complaint_withdrawn" in kinds()


def _seen(actor: Actor) -> list[Fact]:
    with acting_as(actor), connection.cursor() as cursor:
        found = list(Fact.objects.visible_to(actor))
        cursor.execute("SELECT count(*) FROM cases_fact")
        assert cursor.fetchone()[0] == len(found)
    return found


def test_a_granted_organisation_moves_no_clock_of_the_case_by_raw_sql(case: Case, people: Cast) -> None:
    grant(case, people.amina.actor, people.boussole, ["profile"])
    with acting_as(people.bruno.actor), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_case SET zone = 'Pacific/Tahiti', status_on = '2020-01-01' WHERE id = %s", [case.pk])
        assert cursor.rowcount == 0
    record(case, people.bruno.actor, "person_described", gender="woman")
    with acting_as(people.amina.actor) as amina:
        assert len(facts_of(case, amina)) > 0


# ---- requisitions


def test_a_requisition_is_answered_by_two_with_no_more_than_was_asked_and_told_to_her(case: Case, people: Cast) -> None:
    amina, odile = people.amina.actor, people.odile.actor
    actions.take_over_case(case, reason="Relais", cover=True, acting=odile, now=NOW)
    row = actions.receive_requisition(
        case,
        authority="Parquet inventé",
        text="CPP 77-1-1",
        words="Tout le dossier",
        asked=["identification", "profile"],
        acting=amina,
        now=NOW,
    )
    refused("requisition_step", lambda: actions.prepare_answer(row, given=["profile"], acting=amina, now=NOW))
    actions.check_requisition(row, acting=amina, now=NOW)
    refused("requisition_asks_less", lambda: actions.prepare_answer(row, given=["health"], acting=amina, now=NOW))
    actions.prepare_answer(row, given=["identification"], acting=amina, now=NOW)
    refused("answered_by_two", lambda: actions.confirm_answer(row, seen="", acting=amina, now=NOW))
    actions.confirm_answer(row, seen=seen(row, people.odile.actor), acting=odile, now=NOW)
    refused("silence_needs_a_text", lambda: actions.keep_silent_on_requisition(row, text="", review_on=NOW.date(), acting=amina, now=NOW))
    actions.tell_her_of_requisition(row, on=NOW.date(), acting=amina, now=NOW)
    with acting_as(amina):
        acts = list(
            Entry.objects.filter(subjects__contains=[case.person_id], act__contains="requisition")
            .order_by("position")
            .values_list("act", flat=True)
        )
        assert Requisition.objects.visible_to(amina).get().given == ["identification"]
    assert acts == ["receive_requisition", "check_requisition", "answer_requisition", "tell_of_requisition"]


def test_a_requisition_is_not_seen_outside_those_who_may_answer_it(case: Case, people: Cast) -> None:
    actions.receive_requisition(case, authority="x", text="y", words="", asked=["profile"], acting=people.amina.actor, now=NOW)
    for member in (people.odile, people.chloe, people.ines):
        with acting_as(member.actor) as actor, connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM cases_requisition")
            assert cursor.fetchone()[0] == 0
            assert not Requisition.objects.visible_to(actor).exists()
    with pytest.raises(NotVisible):
        actions.receive_requisition(case, authority="x", text="y", words="", asked=["profile"], acting=people.odile.actor, now=NOW)


# ---- pages


def test_the_pages_lead_from_a_closed_part_to_following_the_file(case: Case, people: Cast, signed_in: SignIn) -> None:
    client = signed_in(people.odile)
    page = client.get(f"/cases/{case.code}/").content.decode()
    assert f"/cases/{case.code}/follow/" in page
    assert client.get(f"/cases/{case.code}/requisitions/").status_code == 404
    assert client.get(f"/cases/{case.code}/access/new/").status_code == 404
    answer = client.post(f"/cases/{case.code}/follow/", {"way": "cover", "reason": "Nuit"})
    assert answer.status_code == 302
    assert client.get(f"/cases/{case.code}/requisitions/").status_code == 200


def test_an_administrator_opens_a_file_by_urgency_on_the_page_and_only_what_was_ticked(case: Case, people: Cast, signed_in: SignIn) -> None:
    client = signed_in(people.chloe)
    assert client.get(f"/cases/{case.code}/").status_code == 403
    told = {"code": case.code, "motive": "danger", "reason": "Appel", "groups": ["contact_safety"]}
    assert client.post("/urgent/open/", told).status_code == 302
    page = client.get(f"/cases/{case.code}/")
    assert page.status_code == 200
    assert client.get(f"/cases/{case.code}/identity/").status_code == 404
    assert client.get("/urgent/").status_code == 200


def test_the_team_practice_is_an_administrators_choice(case: Case, people: Cast, signed_in: SignIn) -> None:
    assert signed_in(people.amina).get("/team/").status_code == 403
    with pytest.raises(DatabaseError, match="row-level security|did not affect any rows"):
        actions.choose_team_practice(whole_team=True, acting=people.ines.actor, now=NOW)
    assert signed_in(people.chloe).post("/team/", {"whole_team": "yes"}).status_code == 302
    assert "exploitation" in groups(people.odile.actor)


def test_a_role_that_nobody_declared_sees_nothing(case: Case, people: Cast) -> None:
    stranger = Actor(people.amina.user.pk, people.atalante.pk, "unheard_of")
    assert groups(stranger) == set()
    with acting_as(stranger):
        assert not Case.objects.visible_to(stranger).exists()
        assert not Task.objects.visible_to(stranger).exists()
        assert not BreakGlass.objects.visible_to(stranger).exists()


def test_nothing_goes_to_a_country_of_origin_while_asylum_is_possible_nor_ever_without_her_agreement(case: Case, people: Cast) -> None:
    amina, now = people.amina.actor, timezone.now()

    def asked(consent: Any = None) -> None:
        with acting_as(amina):
            check_purpose(case, Passage("consulate", ("profile",), "support", consent), acting=amina, now=now)

    refused("origin_while_asylum_possible", asked)
    record(case, amina, "person_described", nationality_group="third_country")
    refused("origin_while_asylum_possible", asked)
    record(case, amina, "person_described", "2026-06-02", nationality_group="eu")
    refused("origin_needs_her_consent", asked)
    agreed = record(case, amina, "consent_given", "2026-06-02", basis="person_said", purpose="return").pk
    asked(agreed)
    record(case, amina, "asylum_applied", "2026-06-03", basis="document")
    refused("origin_while_asylum_possible", lambda: asked(agreed))
