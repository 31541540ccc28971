"""A duty that is set aside stays closed whatever is noted later: a colleague who does not work on the file proves who she is, those who do
read of it, and many within an hour are asked about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.cases import actions
from repere.cases.actions.by_the_house import house
from repere.cases.actions.setting_aside import OF_THE_LAW
from repere.cases.detection import HANDFUL_AN_HOUR
from repere.cases.models import Assignment, Case, Notice, Task
from tests.accounts.test_fresh_proof import grown_stale
from tests.cases.story import NOW, concern, record
from tests.cases.test_readers import alerts, watch
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db
SignIn = Callable[[Member], Client]
REASON = {"reason": "Déjà fait"}


def presumed(who: Member, *, now: datetime = NOW) -> Case:
    """A file of hers with duties of the law."""
    case = concern(who.actor, now=now)
    record(case, who.actor, "presumption_stated", now=now, grounds=["account"])
    return case


def open_tasks(case: Case, reader: Member) -> list[Task]:
    """Those of the law first."""
    with reader.acts() as actor:
        found = list(Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk"))
    return sorted(found, key=lambda task: task.level not in OF_THE_LAW)


def told(reader: Member, step: str) -> Sequence[tuple[UUID, UUID | None]]:
    with reader.acts() as actor:
        return sorted(Notice.objects.visible_to(actor).filter(step=step, read_at=None).values_list("case_id", "user_id"), key=str)


def test_a_duty_of_the_law_in_a_file_that_she_does_not_work_on_asks_for_a_fresh_proof(people: Cast, signed_in: SignIn) -> None:
    """Taking the task first is one click, and changes nothing; who follows her by name is not asked again."""
    each_their_own(people.atalante)
    case = presumed(people.amina)
    tasks = open_tasks(case, people.amina)
    law, another, choice = tasks[0], tasks[1], tasks[-1]
    assert {law.level, another.level} <= OF_THE_LAW
    assert choice.level == "choice"
    odile, amina = signed_in(people.odile), signed_in(people.amina)
    grown_stale(people.odile)
    grown_stale(people.amina)
    assert odile.post(f"/tasks/{law.pk}/assign/", {"to": "me"}).status_code == 302
    assert odile.get(f"/tasks/{law.pk}/waive/").status_code == 200
    asked = odile.post(f"/tasks/{law.pk}/waive/", REASON)
    assert asked.status_code == 403
    assert 'name="carried"' in asked.content.decode(), "what she had written comes back after the proof"
    assert law in open_tasks(case, people.amina)
    assert odile.post(f"/tasks/{choice.pk}/waive/", REASON).status_code == 302, "a reminder that we chose is not the law"
    assert amina.post(f"/tasks/{another.pk}/waive/", REASON).status_code == 302
    assert signed_in(people.ines).post(f"/tasks/{law.pk}/waive/", REASON).status_code == 404
    grown_stale(people.odile, minutes=4)
    assert odile.post(f"/tasks/{law.pk}/waive/", REASON).status_code == 302
    assert told(people.amina, "set_aside") == [(case.pk, people.amina.user.pk)], "hers that she took, too; one line"


def test_where_the_whole_team_follows_who_wrote_there_lately_reads_of_it(people: Cast, signed_in: SignIn) -> None:
    """Nobody follows it by name: who wrote in it in the last thirty days does, and one line of today makes nobody one of them."""
    now = timezone.now()
    case = presumed(people.amina, now=now - timedelta(days=20))
    nobody_by_name(case, people)
    first, second, third, *_ = open_tasks(case, people.amina)
    record(case, people.odile.actor, "urgent_need", now=now, needs=["food"])
    odile = signed_in(people.odile)
    grown_stale(people.odile)
    assert odile.post(f"/tasks/{first.pk}/waive/", REASON).status_code == 403
    actions.waive_task(first, reason="Fait", acting=people.odile.actor, now=now)
    assert told(people.amina, "set_aside") == [(case.pk, people.amina.user.pk)]
    amina = signed_in(people.amina)
    grown_stale(people.amina)
    assert amina.post(f"/tasks/{second.pk}/waive/", REASON).status_code == 302, "she wrote here twenty days ago"
    with people.amina.acts() as actor:
        lines = Notice.objects.visible_to(actor).filter(step="set_aside").values_list("pk", flat=True)
        actions.read_notices(list(lines), acting=actor, now=now)
    actions.waive_task(third, reason="Fait", acting=people.odile.actor, now=now + timedelta(days=40))
    assert len(told(people.amina, "set_aside")) == 1, "nobody wrote there lately: a second person is told all the same"


def nobody_by_name(case: Case, people: Cast) -> None:
    with acting_as(house(people.amina.actor, "tried")) as desk:
        Assignment.objects.visible_to(desk).filter(case=case, ended_at=None).update(ended_at=timezone.now())


def test_more_than_a_handful_within_an_hour_is_told_to_those_of_each_file_and_asked_about(
    people: Cast, as_role: object, signed_in: SignIn
) -> None:
    each_their_own(people.atalante)
    now = datetime.now(UTC)
    cases = [presumed(people.amina, now=now) for _ in range(2)]
    tasks = [task for case in cases for task in open_tasks(case, people.amina)]
    assert len(tasks) > HANDFUL_AN_HOUR
    for number, task in enumerate(tasks[:HANDFUL_AN_HOUR]):
        actions.waive_task(task, reason="x", acting=people.odile.actor, now=now + timedelta(seconds=number))
    assert told(people.amina, "many_set_aside") == []
    assert watch(as_role) == 0
    actions.waive_task(tasks[HANDFUL_AN_HOUR], reason="x", acting=people.odile.actor, now=now + timedelta(minutes=2))
    files = sorted({task.case_id for task in tasks[: HANDFUL_AN_HOUR + 1]}, key=str)
    assert told(people.amina, "many_set_aside") == [(case, people.amina.user.pk) for case in files]
    watch(as_role)
    assert ("Odile Exemple", "set_aside") in alerts(people.amina)
    page = signed_in(people.chloe).get("/colleagues/alerts/").content.decode()
    assert f"{HANDFUL_AN_HOUR + 1} tâche(s) en une heure" in page.replace("\xa0", " ")
    assert "beaucoup de tâches" in signed_in(people.amina).get("/notices/").content.decode()
