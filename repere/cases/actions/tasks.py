"""What people do with a task: take it, let it sleep, waive it; and take back the last two. Each asks whose task it is first."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.accounts.models import Membership, User
from repere.cases import mechanisms, sealed
from repere.cases.access import visible_case_by_id, visible_task
from repere.cases.actions.by_the_house import house
from repere.cases.actions.setting_aside import tell_of_it
from repere.cases.evaluation import acting_organisation, locked_views, refresh
from repere.cases.models import WAIVER, Task
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day

JUDGING = "evaluate"
# Those who accompany her answer for the whole of their own organisation's list; every other role for what is asked of it.
ACCOMPANY = frozenset({"support", "coordination"})


def answers_for(acting: Actor, task: Task) -> bool:
    """Whether this person may take, put off or set aside this task of her organisation."""
    asked_as = mechanisms.roles_answering_to(acting.role)
    own = task.organisation_id == acting.organisation_id
    took_it = acting.user_id is not None and task.assignee_id == acting.user_id
    return own and (task.role in asked_as or bool(ACCOMPANY & asked_as) or took_it)


def assign_task(task: Task, *, to: User | UUID | None, acting: Actor, now: datetime) -> Task:
    """Say who takes it; None gives it back to everybody of its role."""
    user_id = to.pk if isinstance(to, User) else to
    with acting_as(acting):
        task = _open_task(task, acting)
        if user_id and not Membership.objects.current().filter(user=user_id, organisation=acting.organisation_id).exists():
            raise Refused("not_a_member", field="to")
        task.assignee_id = user_id
        _keep(task, acting, "assignee")
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
        _keep(task, acting, "snoozed_until")
        _record("snooze_task", task, acting, until=until.isoformat())
    return task


def resume_task(task: Task, *, acting: Actor, now: datetime) -> Task:
    """Put it back on the list at once: it sleeps no more."""
    with acting_as(acting):
        task = _open_task(task, acting)
        if task.snoozed_until is None:
            raise Refused("task_not_put_off")
        task.snoozed_until = None
        _keep(task, acting, "snoozed_until")
        _record("resume_task", task, acting)
    return task


def waive_task(task: Task, *, reason: str, acting: Actor, now: datetime) -> Task:
    """Close it by name, with a reason that is sealed beside it. It stays closed whatever the facts say later. Colleagues who work on the
    file read of it, where she does not, and where she set aside more than a handful within the hour (`setting_aside`)."""
    with acting_as(acting):
        if acting.user_id is not None:
            # What is counted before it is written is counted one after the other.
            one_after_the_other(acting.user_id)
        task = _open_task(task, acting)
        if not reason.strip():
            raise Refused("why_needed", field="reason")
        case = visible_case_by_id(acting, task.case_id)
        ring = sealed.KeyRing(person_key(case.person_id, acting_organisation(acting)))
        task.note = ring.seal(sealed.TASK, task.pk, "narrative", {"reason": reason.strip()})
        task.closed_at, task.closing, task.closed_by_id = now, WAIVER, acting.user_id
        _keep(task, acting, "note", "closed_at", "closing", "closed_by")
        _record("waive_task", task, acting)
        tell_of_it(task, case, acting=acting, now=now)
    return task


def reopen_task(task: Task, *, acting: Actor, now: datetime) -> Task:
    """Take back a waiver of one's own organisation. Why it was set aside stays beside it, sealed.

    What was recorded meanwhile counts: the task comes back with its present day, or closed where the duty was done or is no longer owed.
    """
    with acting_as(acting):
        view_id = visible_task(acting, task.pk).view_id
        with acting_as(house(acting, JUDGING)) as judge:
            views = locked_views(judge, own=task.owner_id == acting.organisation_id, pk=view_id)
        task = _locked(task, acting)
        if task.closing != WAIVER or task.organisation_id != acting.organisation_id:
            raise Refused("task_not_set_aside")
        task.closed_at, task.closing, task.closed_by = None, "", None
        task.next_step_at = datetime.fromisoformat(task.plan[0][0]) if task.plan else None
        _keep(task, acting, "closed_at", "closing", "closed_by", "next_step_at")
        with acting_as(judge):
            refresh(views, acting=judge, now=now)
        task = visible_task(acting, task.pk)
        _record("reopen_task", task, acting)
    return task


def _open_task(task: Task, acting: Actor) -> Task:
    locked = _locked(task, acting)
    if locked.closed_at is not None:
        raise Refused("task_closed")
    return locked


def _locked(task: Task, acting: Actor) -> Task:
    with acting_as(house(acting, JUDGING)) as desk:  # who may not write a row may not lock it
        list(Task.objects.visible_to(desk).filter(pk=task.pk).select_for_update(of=("self",)).order_by().values_list("pk", flat=True))
    found = visible_task(acting, task.pk)
    if not answers_for(acting, found):
        raise Refused("task_of_another_role")
    return found


def _keep(task: Task, acting: Actor, *columns: str) -> None:
    """What is owed, and by when, is written by the house alone: no SQL of a person puts a deadline off or closes a task."""
    with acting_as(house(acting, JUDGING)):
        task.save(update_fields=columns)


def _record(act: str, task: Task, acting: Actor, **detail: object) -> None:
    case = visible_case_by_id(acting, task.case_id)
    ledger.record(acting, act, subjects=[case.person_id], detail={"case": case.pk, "task": task.pk, "rule": task.rule_id, **detail})
