"""A referent leaves, and every open file finds the next one: proposed, accepted, carried over, or told to everybody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from repere.accounts import members
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases import actions, jobs
from repere.cases.handover import actions as handing
from repere.cases.handover import queries
from repere.cases.handover.actions import Line
from repere.cases.models import Assignment, Case, Handover, Notice, Task
from repere.cases.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.cases.story import concern, record, tasks
from tests.people import Cast, Member, each_their_own, member

pytestmark = pytest.mark.django_db
SECRET = "Appeler mardi, jamais le soir"


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def files(people: Cast) -> list[Case]:
    """Three open files of Amina's, in a house where each follows her own."""
    each_their_own(people.atalante)
    return [concern(people.amina.actor, now=now()) for _ in range(3)]


def line(case: Case, to: Member, **other: Any) -> Line:
    told: dict[str, Any] = {"first": SECRET, "told": "agrees", "safe_contact": True} | other
    return Line(case.pk, to.user.pk, **told)


def propose(cases: list[Case], giver: Member, to: Member, **other: Any) -> list[Handover]:
    lines = [line(case, to, **other) for case in cases]
    return handing.propose_handover(lines, giver=giver.user.pk, why="leaves", acting=giver.actor, now=now())


def referents(case: Case, reader: Member) -> set[UUID]:
    with acting_as(reader.actor) as actor:
        return set(Assignment.objects.visible_to(actor).filter(case=case, ended_at=None).values_list("user_id", flat=True))


def notices(member: Member, step: str) -> list[Notice]:
    with acting_as(member.actor) as actor:
        found = Notice.objects.visible_to(actor).filter(step=step, read_at=None)
        return [one for one in found if one.user_id in (None, member.user.pk)]


def refused(code: str, act: Callable[[], Any]) -> None:
    with pytest.raises(Refused) as told:
        act()
    assert told.value.code == code
    assert "%(" not in str(told.value)


# ---- done means


def test_a_referent_leaves_and_every_open_case_finds_the_next_one(files: list[Case], people: Cast, signed_in: Any) -> None:
    """One was accepted, one waits for an answer, of one nobody thought: none is lost, and none is without a referent in the end."""
    accepted, waiting, forgotten = files
    (yes,) = propose([accepted], people.amina, people.odile)
    handing.accept_handover(yes, acting=people.odile.actor, now=now())
    propose([waiting], people.amina, people.odile)
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=now())
    assert referents(accepted, people.odile) == {people.odile.user.pk}
    assert referents(waiting, people.odile) == {people.odile.user.pk}, "what she chose happens, although nobody had answered"
    assert [one.case_id for one in notices(people.odile, "handed_over")] == [waiting.pk]
    assert referents(forgotten, people.odile) == set()
    assert [one.case_id for one in notices(people.odile, "no_referent")] == [forgotten.pk]
    page = signed_in(people.odile).get("/").content.decode()
    assert "/handover/nobody/" in page, "the worklist leads there while the list is not empty"
    made = handing.propose_handover([line(forgotten, people.odile)], giver=None, why="nobody", acting=people.odile.actor, now=now())
    handing.accept_handover(made[0], acting=people.odile.actor, now=now())
    assert referents(forgotten, people.odile) == {people.odile.user.pk}
    assert notices(people.odile, "no_referent") == []
    with acting_as(people.odile.actor) as actor:
        assert not queries.unfollowed(actor).exists()
    assert "/handover/nobody/" not in signed_in(people.odile).get("/").content.decode()


# ---- proposing and answering


def test_nobody_proposes_a_colleagues_file_to_herself(files: list[Case], people: Cast) -> None:
    """Taking a file over has its own step, with a reason; files that nobody follows are there for whoever comes."""
    mine = [line(files[0], people.odile)]
    refused(
        "successor_not_possible",
        lambda: handing.propose_handover(mine, giver=people.amina.user.pk, why="leaves", acting=people.odile.actor, now=now()),
    )


def test_until_the_colleague_says_yes_the_file_is_followed_as_before(files: list[Case], people: Cast) -> None:
    made = propose(files, people.amina, people.odile)
    assert all(referents(case, people.odile) == {people.amina.user.pk} for case in files)
    assert len(notices(people.odile, "handover_proposed")) == 3
    handing.accept_handover(made[0], acting=people.odile.actor, now=now())
    assert referents(files[0], people.odile) == {people.odile.user.pk}
    assert [one.case_id for one in notices(people.amina, "handover_accepted")] == [files[0].pk]


def test_one_confirmation_is_all_the_files_or_none_and_one_row_of_the_ledger(files: list[Case], people: Cast) -> None:
    wrong = [line(files[0], people.odile), line(files[1], people.bruno)]
    refused(
        "successor_not_possible",
        lambda: handing.propose_handover(wrong, giver=people.amina.user.pk, why="leaves", acting=people.amina.actor, now=now()),
    )
    with acting_as(people.amina.actor) as actor:
        assert not Handover.objects.visible_to(actor).exists()
    propose(files, people.amina, people.odile)
    with acting_as(people.amina.actor):
        rows = Entry.objects.filter(act="propose_handover")
        assert rows.count() == 1
        assert set(rows.get().subjects) == {case.person_id for case in files}


@pytest.mark.parametrize(
    ("code", "wrong"),
    [("what_first", {"first": " "}), ("she_was_told", {"told": ""}), ("confirm_safe_contact", {"safe_contact": False})],
)
def test_a_file_goes_with_what_must_be_known_first_and_what_she_was_told(
    code: str, wrong: dict[str, Any], files: list[Case], people: Cast
) -> None:
    refused(code, lambda: propose(files[:1], people.amina, people.odile, **wrong))


def test_a_successor_works_here_today_and_has_no_conflict_of_interest(files: list[Case], people: Cast) -> None:
    actions.declare_conflict(code=files[0].code, about=people.odile.user.pk, acting=people.amina.actor, now=now())
    for to in (people.odile, people.bruno, people.chloe, people.amina):
        refused("successor_not_possible", lambda to=to: propose(files[:1], people.amina, to))
    with acting_as(people.amina.actor) as actor:
        found = queries.to_hand_on(actor, people.amina.user.pk, now=now())
    offered = {one.case.code: [choice.who.user_id for choice in one.choices] for one in found.lines}
    assert offered[files[0].code] == []
    assert offered[files[1].code] == [people.odile.user.pk]


def test_a_conflict_that_comes_later_keeps_the_file_from_the_colleague_even_when_the_giver_leaves(files: list[Case], people: Cast) -> None:
    (made,) = propose(files[:1], people.amina, people.odile)
    actions.declare_conflict(code=files[0].code, about=people.odile.user.pk, acting=people.amina.actor, now=now())
    with pytest.raises(NotVisible):
        handing.accept_handover(made, acting=people.odile.actor, now=now())
    other = member("Nora Exemple", people.atalante, "case_worker")
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=now())
    assert referents(files[0], other) == set()
    assert files[0].pk in [one.case_id for one in notices(other, "no_referent")]
    assert files[0].pk not in [one.case_id for one in notices(people.odile, "no_referent")]


def test_only_the_successor_answers_and_only_who_proposed_takes_back(files: list[Case], people: Cast) -> None:
    nora = member("Nora Exemple", people.atalante, "case_worker")
    (made,) = propose(files[:1], people.amina, people.odile)
    for somebody in (nora, people.amina, people.ines):
        with pytest.raises(NotVisible):
            handing.accept_handover(made, acting=somebody.actor, now=now())
    for somebody in (nora, people.odile, people.ines):
        with pytest.raises(NotVisible):
            handing.withdraw_handover(made, acting=somebody.actor, now=now())
    handing.withdraw_handover(made, acting=people.amina.actor, now=now())
    refused("handover_is_over", lambda: handing.accept_handover(made, acting=people.odile.actor, now=now()))
    assert referents(files[0], people.odile) == {people.amina.user.pk}


def test_the_database_itself_lets_nobody_accept_for_another(files: list[Case], people: Cast) -> None:
    (made,) = propose(files[:1], people.amina, people.odile)
    with acting_as(people.amina.actor), connection.cursor() as cursor:
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("UPDATE cases_handover SET state = 'accepted' WHERE id = %s", [made.pk])
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("UPDATE cases_handover SET state = 'carried' WHERE id = %s", [made.pk])
    with acting_as(people.ines.actor), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cases_handover")
        assert cursor.fetchone()[0] == 0


def test_a_no_has_a_reason_and_leaves_the_file_with_whoever_follows_it(files: list[Case], people: Cast) -> None:
    (made,) = propose(files[:1], people.amina, people.odile)
    refused("why_needed", lambda: handing.decline_handover(made, reason=" ", acting=people.odile.actor, now=now()))
    handing.decline_handover(made, reason="Trop de dossiers", acting=people.odile.actor, now=now())
    assert referents(files[0], people.odile) == {people.amina.user.pk}
    assert len(notices(people.amina, "handover_declined")) == 1
    propose(files[:1], people.amina, people.odile)


def test_tasks_that_the_giver_took_go_with_the_file(files: list[Case], people: Cast) -> None:
    record(files[0], people.amina.actor, "presumption_stated", grounds=["account"], now=now())
    taken = tasks(files[0], people.amina.actor)[0]
    actions.assign_task(taken, to=people.amina.user, acting=people.amina.actor, now=now())
    (made,) = propose(files[:1], people.amina, people.odile)
    handing.accept_handover(made, acting=people.odile.actor, now=now())
    with acting_as(people.odile.actor) as actor:
        assert Task.objects.visible_to(actor).get(pk=taken.pk).assignee_id == people.odile.user.pk


def test_a_stranger_to_the_file_hands_nothing_on(files: list[Case], people: Cast) -> None:
    for stranger in (people.ines, people.chloe, people.karim):
        with pytest.raises(NotVisible):
            handing.propose_handover(
                [line(files[0], people.odile)], giver=people.amina.user.pk, why="leaves", acting=stranger.actor, now=now()
            )


def test_a_successor_who_leaves_first_leaves_the_file_where_it_was_and_the_giver_knows(files: list[Case], people: Cast) -> None:
    propose(files[:1], people.amina, people.odile)
    members.end_member(people.odile.user.pk, acting=people.chloe.actor, now=now())
    assert referents(files[0], people.amina) == {people.amina.user.pk}
    assert [one.case_id for one in notices(people.amina, "handover_declined")] == [files[0].pk]
    with acting_as(people.amina.actor) as actor:
        assert Handover.objects.visible_to(actor).get(case=files[0]).state == "withdrawn"


# ---- who comes next


def test_her_language_counts_first_then_whoever_follows_fewest_files(files: list[Case], people: Cast) -> None:
    nora = member("Nora Exemple", people.atalante, "case_worker")
    handing.say_languages(["yor"], acting=people.odile.actor, now=now())
    concern(people.odile.actor, now=now())
    actions.set_identity(files[0].person_id, tier="contact", values={"language": "Yoruba"}, acting=people.amina.actor, now=now())
    with acting_as(people.amina.actor) as actor:
        found = queries.to_hand_on(actor, people.amina.user.pk, now=now())
    proposed = {one.case.pk: one.proposed for one in found.lines}
    assert proposed[files[0].pk] == people.odile.user.pk
    assert proposed[files[1].pk] == nora.user.pk


def test_a_proposal_counts_as_a_file_so_that_not_everything_goes_to_one(files: list[Case], people: Cast) -> None:
    nora = member("Nora Exemple", people.atalante, "case_worker")
    with acting_as(people.amina.actor) as actor:
        found = queries.to_hand_on(actor, people.amina.user.pk, now=now())
    assert {one.proposed for one in found.lines} == {nora.user.pk, people.odile.user.pk}


# ---- files of nobody


def test_files_of_a_frozen_account_are_told_at_once_and_no_more_once_it_is_open_again(files: list[Case], people: Cast) -> None:
    frozen = actions.freeze_account(people.amina.user.pk, reason="threatened", acting=people.odile.actor, now=now())
    assert {one.case_id for one in notices(people.odile, "no_referent")} == {case.pk for case in files}
    actions.unfreeze_account(frozen.pk, acting=people.chloe.actor, now=now())
    assert notices(people.odile, "no_referent") == []


def test_a_suspended_account_leaves_its_files_to_nobody_and_the_hourly_job_says_so(
    files: list[Case], people: Cast, as_role: Any
) -> None:
    with acting_as(Actor.system("members", organisation_id=people.atalante.pk)):
        Membership.objects.filter(user=people.amina.user).update(suspended_at=now(), suspended_why="unused")
    with as_role("worker"):
        assert jobs.tell_of_unfollowed(now=now()) == 3
        assert jobs.tell_of_unfollowed(now=now()) == 0, "one notice per file, however often the job runs"
    assert {one.case_id for one in notices(people.odile, "no_referent")} == {case.pk for case in files}


def test_the_notice_stays_until_somebody_follows_the_file(files: list[Case], people: Cast, signed_in: Any) -> None:
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=now())
    found = notices(people.odile, "no_referent")
    assert actions.read_notices([one.pk for one in found], acting=people.odile.actor, now=now()) == 0
    actions.take_over_case(files[0], reason="Départ", acting=people.odile.actor, now=now())
    assert {one.case_id for one in notices(people.odile, "no_referent")} == {files[1].pk, files[2].pk}


def test_who_administers_accounts_reads_a_number_and_others_nothing(files: list[Case], people: Cast, signed_in: Any) -> None:
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=now())
    page = signed_in(people.chloe).get("/").content.decode()
    assert "3 dossiers" in page
    assert files[0].code not in page
    assert signed_in(people.chloe).get("/handover/nobody/").status_code == 403
    coordination = member("Carole Exemple", people.prefecture, "coordination")
    answer = signed_in(coordination).get("/handover/nobody/").content.decode()
    assert all(case.code not in answer for case in files)
    assert "3 " not in signed_in(coordination).get("/").content.decode().split("<main")[1].split("tabs")[0]


def test_where_the_whole_team_follows_nothing_is_without_anybody(people: Cast) -> None:
    concern(people.amina.actor, now=now())
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=now())
    assert notices(people.odile, "no_referent") == []


# ---- pages


def test_the_page_hands_ticked_files_on_in_bulk(files: list[Case], people: Cast, signed_in: Any) -> None:
    amina, odile = signed_in(people.amina), signed_in(people.odile)
    page = amina.get("/handover/").content.decode()
    assert all(case.code in page for case in files)
    sent = {"why": "leaves", "everything_to": str(people.odile.user.pk)}
    for case in files[:2]:
        sent |= {f"{case.code}-take": "on", f"{case.code}-first": SECRET, f"{case.code}-safe_contact": "on", f"{case.code}-told": "agrees"}
    assert amina.post("/handover/", sent).status_code == 302
    received = odile.get("/handover/received/").content.decode()
    assert SECRET in received
    assert SECRET not in signed_in(member("Nora Exemple", people.atalante, "case_worker")).get(
        f"/handover/colleague/{people.amina.user.pk}/"
    ).content.decode(), "what must be known first is for the successor"
    with acting_as(people.odile.actor) as actor:
        made = Handover.objects.visible_to(actor).get(case=files[0])
    odile.post(f"/handover/{made.pk}/accept/")
    assert referents(files[0], people.odile) == {people.odile.user.pk}
    amina.post("/handover/", {"why": "leaves", f"{files[2].code}-take": "on"})
    with acting_as(people.amina.actor) as actor:
        assert not Handover.objects.visible_to(actor).filter(case=files[2]).exists()


def test_a_wrong_form_says_which_file_and_keeps_what_was_written(files: list[Case], people: Cast, signed_in: Any) -> None:
    code = files[0].code
    sent = {"why": "leaves", f"{code}-take": "on", f"{code}-to": str(people.odile.user.pk), f"{code}-first": SECRET}
    page = signed_in(people.amina).post("/handover/", sent).content.decode()
    assert "error-summary" in page
    assert SECRET in page
    assert f"{code}\xa0:" in page or f"{code} :" in page


def test_an_intruder_meets_no_handover(files: list[Case], people: Cast, signed_in: Callable[[Member], Client]) -> None:
    (made,) = propose(files[:1], people.amina, people.odile)
    ines = signed_in(people.ines)
    assert ines.get(f"/handover/colleague/{people.amina.user.pk}/").status_code == 404
    for act in ("accept", "decline", "withdraw", "other"):
        assert ines.post(f"/handover/{made.pk}/{act}/", {"reason": "x"}).status_code == 404
    assert ines.post(f"/handover/{uuid4()}/accept/").status_code == 404
    assert files[0].code not in ines.get("/handover/").content.decode()


def test_a_long_leave_needs_a_last_day_ahead(files: list[Case], people: Cast) -> None:
    refused(
        "end_needed",
        lambda: handing.propose_handover(
            [line(files[0], people.odile)], giver=people.amina.user.pk, why="long_leave",
            last_day=now().date() - timedelta(days=2), acting=people.amina.actor, now=now(),
        ),
    )  # fmt: skip
