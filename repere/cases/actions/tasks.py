"""What people do with a task: take it, let it sleep, waive it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.accounts.models import Membership, User
from repere.cases import sealed
from repere.cases.access import visible_case_by_id, visible_task
from repere.cases.evaluation import acting_organisation
from repere.cases.models import WAIVER, Task
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day


def assign_task(task: Task, *, to: User | UUID | None, acting: Actor, now: datetime) -> Task:
    """Say who takes it; None gives it back to everybody of its role."""
    user_id = to.pk if isinstance(to, User) else to
    with acting_as(acting):
        task = _open_task(task, acting)
        if user_id and not Membership.objects.current().filter(user=user_id, organisation=acting.organisation_id).exists():
            raise Refused("not_a_member", field="to")
        task.assignee_id = user_id
        task.save(update_fields=["assignee"])
        _record("assign_task", task, acting, to=user_id)
    return task


def snooze_task(task: Task, *, until: date, acting: Actor, now: datetime) -> Task:
    """Take it off the list until a day, never past the day it falls due. Reminders still come."""
    with acting_as(acting):
        task = _open_task(task, acting)
        case = visible_case_by_id(acting, task.case_id)
        if until <= civil_day(case.zone, now):
            raise Refused("snooze_in_the_past", field="until")
        if task.due_earliest and until > task.due_earliest:
            raise Refused("snooze_past_due", field="until", day=task.due_earliest.isoformat())
        task.snoozed_until = until
        task.save(update_fields=["snoozed_until"])
        _record("snooze_task", task, acting, until=until.isoformat())
    return task


def waive_task(task: Task, *, reason: str, acting: Actor, now: datetime) -> Task:
    """Close it by name, with a reason that is sealed beside it. It stays closed whatever the facts say later."""
    with acting_as(acting):
        task = _open_task(task, acting)
        if not reason.strip():
            raise Refused("why_needed", field="reason")
        case = visible_case_by_id(acting, task.case_id)
        ring = sealed.KeyRing(person_key(case.person_id, acting_organisation(acting)))
        task.note = ring.seal(sealed.TASK, task.pk, "narrative", {"reason": reason.strip()})
        task.closed_at, task.closing, task.closed_by_id = now, WAIVER, acting.user_id
        task.save(update_fields=["note", "closed_at", "closing", "closed_by"])
        _record("waive_task", task, acting)
    return task


def _open_task(task: Task, acting: Actor) -> Task:
    visible_task(acting, task.pk)
    locked = Task.objects.visible_to(acting).select_for_update(of=("self",)).get(pk=task.pk)
    if locked.closed_at is not None:
        raise Refused("task_closed")
    return locked


def _record(act: str, task: Task, acting: Actor, **detail: object) -> None:
    case = visible_case_by_id(acting, task.case_id)
    ledger.record(acting, act, subjects=[case.person_id], detail={"case": case.pk, "task": task.pk, "rule": task.rule_id, **detail})
