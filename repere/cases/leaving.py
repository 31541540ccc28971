"""What ends in this room when a member leaves her organisation, and who goes on: her drafts, tasks, files, and what she had sent outside.

No file is forgotten: one that she had proposed to a colleague goes there, one that somebody else follows too stays theirs, and of the
others everybody who works on files is told (`handover/`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.leaving import declare_end_with_old_means, declare_ending
from repere.cases.handover.actions import carry_on, tell_unfollowed
from repere.cases.handover.queries import unfollowed
from repere.cases.models import Assignment, Draft, Task
from repere.cases.outside.actions import end_calendars, end_wishes


def end_work(leaver: Actor, now: datetime) -> dict[str, int]:
    """Drafts are forgotten; open tasks go back to the list, where everybody of the role sees them."""
    with acting_as(leaver):
        drafts = Draft.objects.visible_to(leaver).filter(user=leaver.user_id)
        ended, _by_table = drafts.delete()
    outside = end_wishes(acting=leaver, now=now)
    desk = Actor.system("leaving", organisation_id=leaver.organisation_id)
    handed_on = carry_on(leaver, desk, now)
    with acting_as(desk):
        tasks = _give_tasks_back(leaver, desk)
        files = _end_assignments(leaver, desk, now)
        nobody = list(unfollowed(desk).filter(pk__in=files).values_list("pk", flat=True))
    tell_unfollowed(nobody, desk=desk, now=now)
    return {"drafts": ended, "tasks": tasks, "files": len(files), "nobody": len(nobody), **handed_on, **outside}


def _give_tasks_back(leaver: Actor, desk: Actor) -> int:
    taken = Task.objects.visible_to(desk).filter(assignee=leaver.user_id, closed_at=None)
    tasks = list(taken.values_list("pk", "case__person_id"))
    Task.objects.visible_to(desk).filter(pk__in=[task for task, _person in tasks]).update(assignee=None)
    for task, person in tasks:
        ledger.record(desk, "give_task_back", subjects=[person] if person else [], detail={"task": task, "user": leaver.user_id})
    return len(tasks)


def _end_assignments(leaver: Actor, desk: Actor, now: datetime) -> list[UUID]:
    followed = Assignment.objects.visible_to(desk).filter(user=leaver.user_id, ended_at=None)
    files = list(followed.values_list("case_id", "person_id"))
    followed.update(ended_at=now)
    for case, person in files:
        ledger.record(desk, "end_assignment", subjects=[person], detail={"case": case, "user": leaver.user_id})
    return [case for case, _person in files]


def declare() -> None:
    declare_ending(end_work)
    declare_end_with_old_means(end_calendars)
