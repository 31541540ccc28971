"""Deadlines live: what falls due is noticed, once, whatever happens to the worker.

A task carries the instant of its next step. Each step is taken in a transaction of its own: the Reminder row is the claim (one per
task and step, by constraint), the Notice and the task's next instant go with it. Killed before the commit, nothing happened
and the step is taken again; killed after, it is done and the constraint keeps it from being done twice.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import connection

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases import mechanisms
from repere.cases.models import Grant, Notice, Task

REMINDING = Actor.system("reminders")
EVERYBODY = ""
"""Role of a notice when nobody in the organisation answers to the role that is asked."""


def due_tasks(now: datetime, limit: int) -> list[UUID]:
    """Open tasks whose next step has come, earliest first."""
    with acting_as(REMINDING):
        due = Task.objects.visible_to(REMINDING).filter(closed_at=None, next_step_at__lte=now)
        return list(due.order_by("next_step_at", "pk").values_list("pk", flat=True)[:limit])


def take_steps(task_id: UUID, now: datetime) -> int | None:
    """Take every step of a task that has come. Returns how many notices were written; None when another worker was first."""
    with acting_as(REMINDING):
        found = Task.objects.visible_to(REMINDING).select_for_update(skip_locked=True, of=("self",))
        task = found.filter(pk=task_id, closed_at=None, next_step_at__lte=now).first()
        if task is None:
            return None
        if not _still_sees(task):
            task.next_step_at = None
            task.save(update_fields=["next_step_at"])
            return 0
        steps = [(datetime.fromisoformat(at), step, role) for at, step, role in task.plan]
        come = [(step, role) for at, step, role in steps if at <= now]
        written = [step for step, role in come if _claim(task, step, now) and _noticed(task, step, role, come, now)]
        task.next_step_at = min((at for at, _, _ in steps if at > now), default=None)
        task.save(update_fields=["next_step_at"])
        if written:
            ledger.record(REMINDING, "remind", kind="system", detail={"task": task.pk, "steps": written})
    return len(written)


def _still_sees(task: Task) -> bool:
    """Nobody is reminded of a file that is closed to them."""
    if task.organisation_id == task.owner_id:
        return True
    running = Grant.objects.visible_to(REMINDING).active().filter(case_id=task.case_id, organisation_id=task.organisation_id)
    return running.exists()


CLAIM = """
    INSERT INTO cases_reminder (task_id, organisation_id, step, at) VALUES (%s, %s, %s, %s)
    ON CONFLICT (task_id, step) DO NOTHING
"""


def _claim(task: Task, step: str, now: datetime) -> bool:
    """Insert the claim; whoever succeeds writes the notice."""
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, [task.pk, task.organisation_id, step, now])
        return bool(cursor.rowcount)


def _noticed(task: Task, step: str, role: str, come: list[tuple[str, str]], now: datetime) -> bool:
    """Write the notice. That a task is late is told once to the same people where its escalation comes at the same time."""
    to = _addressed_to(task.organisation_id, role)
    escalated = [_addressed_to(task.organisation_id, other) for name, other in come if name == "escalate"]
    if step == "overdue" and any(others in (EVERYBODY, to) for others in escalated):
        return False
    Notice(
        organisation_id=task.organisation_id, role=to, case_id=task.case_id, task=task,
        user_id=task.assignee_id if step != "escalate" else None, step=step, at=now,
    ).save(force_insert=True)  # fmt: skip
    return True


def _addressed_to(organisation_id: UUID, role: str) -> str:
    """The role, where somebody of the organisation answers to it; else everybody there: no reminder falls to nobody.

    A reminder never leaves the organisation whose task it is: elsewhere it would say that the file exists.
    """
    answering = mechanisms.common().families.get(role, frozenset({role}))
    held = Membership.objects.current().filter(organisation_id=organisation_id, role__in=answering)
    return role if held.exists() else EVERYBODY
