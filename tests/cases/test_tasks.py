"""Who must do what by when: tasks, deadlines and reminders."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import connection

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions, evaluation, jobs, mechanisms, queries, reminders
from repere.cases.actions.by_the_house import house
from repere.cases.models import Case, Finding, KeptMechanism, Notice, Reminder, Task, View
from repere.cases.refusals import Refused
from tests.cases.story import NOW, carried, concern, grant, on, record, tasks, told
from tests.people import Cast

REFLECTION = "fr.choice_before_end_of_reflection"


@pytest.fixture
def case(people: Cast) -> Case:
    """A foreign woman in Lyon who received the receipt of her reflection period on 1 June 2026."""
    amina = people.amina.actor
    case = concern(amina, "2026-05-20")
    record(
        case, amina, "person_described", "2026-05-20", gender="woman", nationality_group="third_country", territory="69", turns_18="2010",
        age_disputed="no", stay_status="irregular",
    )  # fmt: skip
    record(case, amina, "exploitation_described", "2026-05-20", forms=["forced_labour"], minor_at_time="no")
    record(case, amina, "presumption_stated", "2026-05-20")
    return case


def receipt(case: Case, actor: Actor, day: str = "2026-06-01", **extra):
    return told(case, actor, "recepisse_handed_over", day, basis="document", **extra).fact


def choose_reflection(case: Case, actor: Actor, day: str = "2026-06-10") -> None:
    told(case, actor, "likely_to_complain_found", day, basis="document")
    record(case, actor, "reflection_chosen", day)


def one(case: Case, actor: Actor, rule: str = REFLECTION) -> Task:
    found = tasks(case, actor, rule)
    assert len(found) == 1, found
    return found[0]


def notices(actor: Actor, rule: str | None = REFLECTION) -> list[str]:
    with acting_as(actor):
        rows = Notice.objects.visible_to(actor).exclude(task=None).select_related("task").order_by("at", "step")
        return [row.step for row in rows if rule in (None, row.task.rule_id)]


# ---- life of a task


def test_a_duty_that_opens_becomes_a_task_with_its_day(case, people):
    fact = receipt(case, people.amina.actor)
    task = one(case, people.amina.actor)
    assert task.due_latest == date(2026, 7, 1)
    assert task.trigger_fact_id == fact.pk
    assert task.role == "support"
    assert task.closed_at is None


def test_a_corrected_day_moves_the_task_and_does_not_make_another(case, people):
    amina = people.amina.actor
    fact = receipt(case, amina)
    actions.assign_task(one(case, amina), to=people.odile.user, acting=amina, now=NOW)
    receipt(case, amina, "2026-06-05", corrects=fact)
    task = one(case, amina)
    assert task.due_latest == date(2026, 7, 5)
    assert task.assignee_id == people.odile.user.pk


def test_the_fact_that_does_the_duty_closes_its_task(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    refused = record(case, amina, "support_refused", "2026-06-10")
    task = one(case, amina)
    assert (task.closing, task.closing_fact_id) == ("fact", refused.pk)


def test_a_task_closed_by_a_mistake_opens_again_when_the_mistake_is_withdrawn(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    refused = record(case, amina, "support_refused", "2026-06-10")
    actions.withdraw_fact(refused, why="Autre personne", key=uuid4(), acting=amina, now=NOW)
    assert one(case, amina).closed_at is None


def test_a_duty_that_is_no_longer_owed_says_so(case, people):
    amina = people.amina.actor
    fact = receipt(case, amina)
    actions.withdraw_fact(fact, why="Pas de récépissé", key=uuid4(), acting=amina, now=NOW)
    assert one(case, amina).closing == "no_longer_required"


def test_a_waived_task_stays_closed_whatever_is_recorded_later(case, people):
    amina = people.amina.actor
    fact = receipt(case, amina)
    actions.waive_task(one(case, amina), reason="Elle a choisi avec son avocate", acting=amina, now=NOW)
    receipt(case, amina, "2026-06-05", corrects=fact)
    task = one(case, amina)
    assert task.closing == "waiver"
    assert task.closed_by_id == people.amina.user.pk
    with acting_as(amina):
        shown = next(line for line in queries.case_page(amina, case.code, now=NOW).duties_closed if line.rule_id == REFLECTION)
    assert shown.note == "Elle a choisi avec son avocate"


def test_a_waiver_needs_a_reason_and_a_closed_task_takes_no_second_one(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    task = one(case, amina)
    with pytest.raises(Refused, match=r".") as refused:
        actions.waive_task(task, reason=" ", acting=amina, now=NOW)
    assert refused.value.code == "why_needed"
    actions.waive_task(task, reason="oui", acting=amina, now=NOW)
    with pytest.raises(Refused) as refused:
        actions.waive_task(task, reason="encore", acting=amina, now=NOW)
    assert refused.value.code == "task_closed"


def test_a_task_sleeps_at_most_until_it_falls_due(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    with pytest.raises(Refused) as refused:
        actions.snooze_task(one(case, amina), until=date(2026, 7, 2), acting=amina, now=NOW)
    assert refused.value.code == "snooze_past_due"
    with pytest.raises(Refused) as refused:
        actions.snooze_task(one(case, amina), until=NOW.date(), acting=amina, now=NOW)
    assert refused.value.code == "snooze_in_the_past"
    actions.snooze_task(one(case, amina), until=date(2026, 6, 20), acting=amina, now=NOW)
    assert REFLECTION not in lines(amina, "due", NOW)
    assert REFLECTION in lines(amina, "due", NOW + timedelta(days=6))


def test_a_task_is_given_to_members_only(case, people):
    amina = people.amina.actor
    receipt(case, amina)
    with pytest.raises(Refused) as refused:
        actions.assign_task(one(case, amina), to=people.ines.user, acting=amina, now=NOW)
    assert refused.value.code == "not_a_member"


def test_a_foreign_task_does_not_exist(case, people):
    amina, ines = people.amina.actor, people.ines.actor
    receipt(case, amina)
    for act in (
        lambda: actions.waive_task(one(case, amina), reason="x", acting=ines, now=NOW),
        lambda: actions.assign_task(one(case, amina), to=ines.user_id, acting=ines, now=NOW),
        lambda: actions.snooze_task(one(case, amina), until=date(2026, 6, 20), acting=ines, now=NOW),
    ):
        with pytest.raises(actions.NotVisible):
            act()


# ---- the worklist


def lines(actor: Actor, tab: str, now: datetime, **extra) -> list[str]:
    with acting_as(actor):
        return [line.rule_id for line in queries.worklist(actor, now=now, tab=tab, **extra).lines]


REVIEW = "common.review_plan"
FOR_MINORS = "common.child_identity_secret"


def plan_in(territory: str, actor: Actor) -> Case:
    """A file whose support plan is to be looked at again on 1 July 2026, where she is."""
    case = concern(actor, "2026-05-20", territory=territory)
    record(case, actor, "presumption_stated", "2026-05-20")
    record(case, actor, "support_plan_agreed", "2026-06-01", review_on="2026-07-01")
    return case


@pytest.mark.parametrize(
    ("territory", "midnight"),
    [("69", datetime(2026, 7, 1, 22, 0, tzinfo=UTC)), ("973", datetime(2026, 7, 2, 3, 0, tzinfo=UTC))],
    ids=["Lyon", "Cayenne"],
)
def test_a_task_goes_from_due_to_overdue_at_midnight_where_she_is(people, territory, midnight):
    amina = people.amina.actor
    plan_in(territory, amina)
    assert REVIEW in lines(amina, "due", midnight - timedelta(minutes=1))
    assert REVIEW not in lines(amina, "overdue", midnight - timedelta(minutes=1))
    assert REVIEW in lines(amina, "overdue", midnight)


def test_what_others_must_do_waits_in_a_tab_of_its_own(case, people):
    amina = people.amina.actor
    choose_reflection(case, amina, "2026-06-02")
    with acting_as(amina):
        waiting = queries.worklist(amina, now=NOW, tab="waiting")
        mine = queries.worklist(amina, now=NOW, tab="due")
    assert "fr.hand_over_recepisse" in [line.rule_id for line in waiting.lines]
    assert "fr.hand_over_recepisse" not in [line.rule_id for line in mine.lines]
    assert waiting.counts["waiting"] == len(waiting.lines)
    assert waiting.persons == {case.person_id}


def test_the_worklist_of_another_association_is_empty(case, people):
    receipt(case, people.amina.actor)
    with acting_as(people.ines.actor):
        for tab in queries.TABS:
            shown = queries.worklist(people.ines.actor, now=NOW, tab=tab)
            assert not shown.lines
            assert not shown.new
            assert not any(shown.counts.values())


def test_a_new_file_and_a_shared_file_stand_under_new(case, people):
    grant(case, people.amina.actor, people.boussole, ["identification"])
    now = datetime.now(UTC)
    with acting_as(people.bruno.actor):
        shown = queries.worklist(people.bruno.actor, now=now, tab="new")
    assert [(line.code, line.shared_by) for line in shown.new] == [(case.code, "Atalante")]


@pytest.mark.parametrize("tab", queries.TABS)
def test_the_worklist_costs_the_same_for_one_file_and_for_thirty(people, django_assert_max_num_queries, tab):
    amina = people.amina.actor
    for _ in range(12):
        record(concern(amina), amina, "presumption_stated")
    with acting_as(amina), django_assert_max_num_queries(10):
        queries.worklist(amina, now=NOW, tab=tab)


# ---- reminders


def remind(as_role, now: datetime) -> int:
    with as_role("worker"):
        return jobs.remind(now=now)


def at(day: int, month: int = 6, hour: int = 12) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=UTC)


def test_reminders_come_on_the_declared_days_once_each(case, people, as_role):
    amina = people.amina.actor
    receipt(case, amina)
    remind(as_role, at(16))
    assert notices(amina) == []
    remind(as_role, at(17))
    assert notices(amina) == ["before:14"]
    remind(as_role, at(17))
    remind(as_role, at(18))
    assert notices(amina) == ["before:14"]
    remind(as_role, at(2, month=7))
    assert sorted(notices(amina)) == ["before:1", "before:14", "before:3", "before:7"], "nobody is told that a dead deadline is late"


def test_reminders_come_in_the_morning_of_the_territory(people, as_role):
    amina = people.amina.actor
    plan_in("973", amina)
    remind(as_role, at(24, hour=10))
    assert notices(amina, REVIEW) == [], "seven in the morning in Cayenne"
    remind(as_role, at(24, hour=11))
    assert notices(amina, REVIEW) == ["before:7"]


def test_a_task_that_was_done_is_reminded_of_no_more(case, people, as_role):
    amina = people.amina.actor
    receipt(case, amina)
    remind(as_role, at(17))
    record(case, amina, "support_refused", "2026-06-10")
    remind(as_role, at(30))
    assert notices(amina) == ["before:14"]


def test_a_duty_left_undone_is_escalated_as_the_mechanism_says(case, people, as_role):
    amina = people.amina.actor
    choose_reflection(case, amina)
    rule = mechanisms.named("fr").duties["fr.hand_over_recepisse"].duty
    assert rule is not None
    assert (rule.escalate_after, rule.escalate_to) == (2, "coordination")
    remind(as_role, NOW + timedelta(days=1))
    assert notices(amina, "fr.hand_over_recepisse") == []
    remind(as_role, NOW + timedelta(days=2))
    assert notices(amina, "fr.hand_over_recepisse") == ["escalate"]


def test_what_is_late_and_escalated_at_once_is_one_notice_to_the_same_people(case, people, as_role):
    """A worker that stood still, or a file that came in late: two lines for one step teach people to read none."""
    amina = people.amina.actor
    choose_reflection(case, amina)
    with as_role("worker"), acting_as(reminders.REMINDING):
        task = Task.objects.visible_to(reminders.REMINDING).get(case=case, rule_id="fr.hand_over_recepisse")
        role = next(role for _at, step, role in task.plan if step == "escalate")
    late, escalated = (NOW + timedelta(hours=hour) for hour in (1, 2))
    steps = [[late.isoformat(), "overdue", "prefecture"], [escalated.isoformat(), "escalate", role]]
    with acting_as(house(amina, "evaluate")) as judge:
        Task.objects.visible_to(judge).filter(pk=task.pk).update(plan=steps, next_step_at=late)
    remind(as_role, NOW + timedelta(hours=3))
    assert notices(amina, "fr.hand_over_recepisse") == ["escalate"]
    remind(as_role, NOW + timedelta(days=5))
    assert notices(amina, "fr.hand_over_recepisse") == ["escalate"], "what was claimed does not come back"


def test_a_reminder_to_a_role_that_nobody_holds_reaches_everybody_there_and_nobody_elsewhere(case, people, as_role):
    amina = people.amina.actor
    choose_reflection(case, amina)
    remind(as_role, NOW + timedelta(days=2))
    with acting_as(people.odile.actor):
        assert queries.notices(people.odile.actor)
    with acting_as(people.pascal.actor):
        assert not queries.notices(people.pascal.actor), "the prefecture has no access to this file"


def test_a_receiver_whose_access_ended_is_reminded_no_more(case, people, as_role):
    amina, bruno = people.amina.actor, people.bruno.actor
    given = grant(case, amina, people.boussole, ["profile", "residence", "identification", "support", "criminal_procedure"])
    receipt(case, amina)
    with as_role("worker"):
        with acting_as(jobs.NIGHT):
            ids = list(View.objects.visible_to(jobs.NIGHT).filter(case=case).values_list("pk", flat=True))
        jobs.refresh_views(ids, now=NOW)
    assert one(case, bruno).closed_at is None
    actions.end_grant(given, acting=amina, now=datetime.now(UTC))
    remind(as_role, at(17))
    assert notices(amina) == ["before:14"]
    with as_role("worker"), acting_as(jobs.NIGHT):
        assert set(Notice.objects.visible_to(jobs.NIGHT).values_list("organisation_id", flat=True)) == {people.atalante.pk}


def test_the_view_of_a_receiver_whose_access_ended_owes_nothing_any_more(case, people, as_role):
    amina = people.amina.actor
    given = grant(case, amina, people.boussole, ["profile", "residence", "identification"])
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    actions.end_grant(given, acting=amina, now=datetime.now(UTC))
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
        with acting_as(jobs.NIGHT):
            theirs = Task.objects.visible_to(jobs.NIGHT).filter(organisation_id=people.boussole.pk)
            assert set(theirs.values_list("closing", flat=True)) <= {"no_longer_required"}


def test_a_wider_grant_keeps_the_tasks_of_the_first(case, people, as_role):
    amina, bruno = people.amina.actor, people.bruno.actor
    grant(case, amina, people.boussole, ["identification"])
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    before = {task.pk for task in tasks(case, bruno)}
    grant(case, amina, people.boussole, ["identification", "profile"])
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    assert before <= {task.pk for task in tasks(case, bruno)}
    with acting_as(bruno):
        assert View.objects.visible_to(bruno).get().groups == ["identification", "profile"]


def test_a_narrowed_grant_does_not_keep_its_receiver_from_writing_before_the_worker_has_followed(case, people, as_role):
    amina, bruno = people.amina.actor, people.bruno.actor
    grant(case, amina, people.boussole, ["identification", "profile", "support"])
    now = datetime.now(UTC)
    ends = datetime(2030, 1, 1, tzinfo=UTC)
    actions.grant_access(
        case, to=people.boussole, groups=["support"], purpose="support", reason="M", ends_at=ends, danger=True, acting=amina, now=now
    )
    record(case, bruno, "contact_lost", "2026-06-02")
    assert tasks(case, bruno) == [], "what the wider view said is closed to them"
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    with acting_as(bruno):
        assert View.objects.visible_to(bruno).get().groups == ["support"]


# ---- other views


def test_a_fact_added_by_one_body_reaches_the_tasks_of_the_other_through_the_worker(case, people, as_role):
    amina, pascal = people.amina.actor, people.pascal.actor
    grant(case, amina, people.prefecture, ["residence", "profile", "identification", "criminal_procedure"])
    choose_reflection(case, amina)
    with as_role("worker"), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'repere.cases.jobs.evaluate_others'")
        assert cursor.fetchone()[0] >= 1, "deferred in the transaction of the act"
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    assert one(case, pascal, "fr.hand_over_recepisse").closed_at is None
    record(case, pascal, "recepisse_handed_over", "2026-06-12")
    with as_role("worker"):
        jobs.evaluate_others(str(case.pk))
    assert one(case, amina, "fr.hand_over_recepisse").closing == "fact"


WHOLE_WORKER = "import django; django.setup(); from repere.web import serving; serving.work()"


def test_the_real_worker_under_its_own_role_judges_the_views_of_others(committing_db, people):
    amina, pascal = people.amina.actor, people.pascal.actor
    case = concern(amina)
    record(case, amina, "presumption_stated")
    actions.grant_access(
        case,
        to=people.prefecture,
        groups=["identification"],
        purpose="residence",
        consent=carried(case, amina, "residence").pk,
        reason="Suivi",
        ends_at=datetime(2030, 1, 1, tzinfo=UTC),
        acting=amina,
        now=NOW,
    )
    environment = os.environ | {"REPERE_ROLE": "worker", "REPERE_DATABASE": committing_db, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    worker = subprocess.Popen(
        [sys.executable, "-c", WHOLE_WORKER], env=environment, cwd=Path(__file__).parents[2], stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            if tasks(case, pascal, "common.explain_rights"):
                break
            time.sleep(0.1)
    finally:
        worker.terminate()
        worker.wait(timeout=30)
    assert tasks(case, pascal, "common.explain_rights")
    assert not any(task.note for task in tasks(case, pascal))


# ---- midnight


def test_midnight_touches_only_the_views_whose_day_has_come(case, people, as_role):
    amina = people.amina.actor
    receipt(case, amina)
    with acting_as(amina):
        view = View.objects.visible_to(amina).get(case=case)
    assert view.next_change_on is not None
    with as_role("worker"):
        assert jobs.midnight("Europe/Paris", now=NOW) == 0
        due = datetime.combine(view.next_change_on, datetime.min.time(), tzinfo=UTC)
        assert jobs.midnight("Europe/Paris", now=due - timedelta(hours=3)) == 0, "still the day before in Paris"
        assert jobs.midnight("America/Cayenne", now=due) == 0
        assert jobs.midnight("Europe/Paris", now=due) == 1
        assert jobs.midnight("Europe/Paris", now=due) == 0


def test_a_new_text_is_asked_of_every_view_once(case, people, as_role):
    amina = people.amina.actor
    with acting_as(house(amina, "evaluate")) as judge:
        View.objects.visible_to(judge).update(mechanism_hash="an older text")
    with as_role("worker"):
        assert jobs.midnight("Europe/Paris", now=NOW) == 1
        assert jobs.midnight("Europe/Paris", now=NOW) == 0


def test_her_majority_turns_the_answers_at_midnight_there(people, as_role):
    amina = people.amina.actor
    found = {}
    for territory in ("75", "973"):
        case = concern(amina, territory=territory)
        record(case, amina, "person_described", turns_18="2026-06-20", age_disputed="no", territory=territory)
        found[territory] = case

    def minor(territory: str) -> str:
        """As the stored answer about child protection says."""
        with acting_as(amina):
            return Finding.objects.visible_to(amina).get(case=found[territory], rule_id=FOR_MINORS).outcome

    half_past_midnight_in_paris = datetime(2026, 6, 19, 22, 30, tzinfo=UTC)
    assert (minor("75"), minor("973")) == ("holds", "holds")
    with as_role("worker"):
        for zone in ("Europe/Paris", "America/Cayenne"):
            jobs.midnight(zone, now=half_past_midnight_in_paris)
    assert (minor("75"), minor("973")) == ("does_not_hold", "holds")
    with as_role("worker"):
        jobs.midnight("America/Cayenne", now=datetime(2026, 6, 20, 3, 0, tzinfo=UTC))
    assert minor("973") == "does_not_hold"


def test_the_mechanism_of_an_answer_is_kept_by_its_hash(case, people):
    with acting_as(people.amina.actor):
        view = View.objects.visible_to(people.amina.actor).get(case=case)
    assert KeptMechanism.objects.filter(pk=view.mechanism_hash).exists()
    mechanisms.kept.cache_clear()
    assert mechanisms.kept(view.mechanism_hash).hash == view.mechanism_hash


def test_only_what_changed_is_written(case, people):
    amina = people.amina.actor
    with acting_as(amina):
        assert 0 < Finding.objects.visible_to(amina).count() < len(mechanisms.named("fr").rules)
        views = evaluation.locked_views(amina, case=case)
        result = evaluation.refresh(views, acting=amina, now=NOW)
    assert (result.changed, result.opened, result.closed) == ([], [], [])


# ---- killed


WORKER = """
import os, sys, django
from datetime import datetime
django.setup()
from repere.cases import jobs, mechanisms
mechanisms.common()
print("ready", flush=True)
sys.stdin.readline()
print(jobs.remind(now=datetime.fromisoformat(sys.argv[1])), flush=True)
"""
KILLS = 4
TASKS, STEPS = 120, 3


def test_a_worker_killed_at_any_moment_loses_no_reminder_and_doubles_none(committing_db, people):
    amina = people.amina.actor
    case = concern(amina)
    now = datetime.now(UTC)
    with acting_as(house(amina, "evaluate")) as judge:
        view = View.objects.visible_to(judge).get(case=case)
        Task.objects.bulk_create(
            Task(
                view=view,
                case=case,
                organisation_id=amina.organisation_id,
                owner_id=amina.organisation_id,
                rule_id=f"test.{number}",
                role="support",
                level="choice",
                opened_at=now,
                next_step_at=now - timedelta(days=3),
                plan=[[(now - timedelta(days=3 - step)).isoformat(), f"before:{3 - step}", "support"] for step in range(STEPS)],
            )
            for number in range(TASKS)
        )
    dice = random.Random(20261121)
    seen: list[int] = []
    workers = [_worker(committing_db, now) for _ in range(KILLS + 2)]
    for worker in workers[:KILLS]:
        _go(worker)
        _until_more_than(_count(amina) + dice.randrange(TASKS * STEPS // KILLS // 2), amina, worker)
        worker.send_signal(signal.SIGKILL)
        worker.communicate()
        seen.append(_count(amina))
    last = workers[KILLS:]  # two at once, as after a hasty restart
    for worker in last:
        _go(worker)
    for worker in last:
        worker.communicate(timeout=60)
    assert [worker.returncode for worker in last] == [0, 0]
    assert 0 < seen[-1] < TASKS * STEPS, f"the kills must fall while it works: {seen}"
    with acting_as(amina):
        notices = list(Notice.objects.visible_to(amina).filter(task__rule_id__startswith="test.").values_list("task_id", "step"))
        reminders = list(Reminder.objects.visible_to(amina).filter(task__rule_id__startswith="test.").values_list("task_id", "step"))
    assert len(notices) == len(set(notices)) == TASKS * STEPS
    assert sorted(map(str, notices)) == sorted(map(str, reminders))


def _until_more_than(reminders: int, actor: Actor, worker: subprocess.Popen[str]) -> None:
    """By what the worker has done and not by a clock: machines differ."""
    patience = time.monotonic() + 300
    while _count(actor) <= reminders and worker.poll() is None:
        assert time.monotonic() < patience, "the worker does nothing"


def _worker(name: str, now: datetime) -> subprocess.Popen[str]:
    environment = os.environ | {"REPERE_ROLE": "worker", "REPERE_DATABASE": name, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, now.isoformat()], env=environment, cwd=Path(__file__).parents[2], stdin=subprocess.PIPE,
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def _go(worker: subprocess.Popen[str]) -> None:
    assert worker.stdin is not None
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "ready"
    worker.stdin.write("go\n")
    worker.stdin.flush()


def _count(actor: Actor) -> int:
    with acting_as(actor):
        return Notice.objects.visible_to(actor).filter(task__rule_id__startswith="test.").count()


def test_a_spring_told_as_a_range_is_reminded_of_from_its_first_day_and_late_from_its_last(case, people):
    amina = people.amina.actor
    told(case, amina, "recepisse_handed_over", "2026-06-01..2026-06-10", basis="document")
    task = one(case, amina)
    assert (task.due_earliest, task.due_latest) == (date(2026, 7, 1), date(2026, 7, 10))
    assert on("2026-06-01..2026-06-10").exact is False
