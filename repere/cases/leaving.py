"""What ends in this room when a member leaves her organisation: her drafts, the tasks she had taken, the files she followed."""

from __future__ import annotations

from datetime import datetime

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.leaving import declare_ending
from repere.cases.models import Assignment, Draft, Task


def end_work(leaver: Actor, now: datetime) -> dict[str, int]:
    """Drafts are forgotten; open tasks go back to the list, where everybody of the role sees them."""
    with acting_as(leaver):
        drafts = Draft.objects.visible_to(leaver).filter(user=leaver.user_id)
        ended, _by_table = drafts.delete()
    desk = Actor.system("leaving", organisation_id=leaver.organisation_id)
    with acting_as(desk):
        taken = Task.objects.visible_to(desk).filter(assignee=leaver.user_id, closed_at=None)
        tasks = list(taken.values_list("pk", "case__person_id"))
        Task.objects.visible_to(desk).filter(pk__in=[task for task, _person in tasks]).update(assignee=None)
        for task, person in tasks:
            ledger.record(desk, "give_task_back", subjects=[person] if person else [], detail={"task": task, "user": leaver.user_id})
        followed = Assignment.objects.visible_to(desk).filter(user=leaver.user_id, ended_at=None)
        files = list(followed.values_list("case_id", "person_id"))
        followed.update(ended_at=now)
        for case, person in files:
            ledger.record(desk, "end_assignment", subjects=[person], detail={"case": case, "user": leaver.user_id})
    return {"drafts": ended, "tasks": len(tasks), "files": len(files)}


def declare() -> None:
    declare_ending(end_work)
