"""What is asked and told where a task is set aside: it stays closed whatever the facts say later, so somebody else reads of it.

The figures are our choice; no text prescribes them.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases.access import is_assigned
from repere.cases.actions.break_glass import second_person
from repere.cases.actions.by_the_house import house
from repere.cases.actions.notices import tell
from repere.cases.detection import HANDFUL_AN_HOUR
from repere.cases.models import WAIVER, Assignment, Case, Fact, Notice, Task

SET_ASIDE, MANY_SET_ASIDE = "set_aside", "many_set_aside"
"""Steps of the notices: one task in a file that who acts does not work on; many within an hour."""
LATELY = timedelta(days=30)
A_DAY, AN_HOUR = timedelta(days=1), timedelta(hours=1)
OF_THE_LAW = frozenset({"national_law", "international_obligation"})
"""Levels of rules: the country's law, and what the State has bound itself to."""


def works_on(acting: Actor, case: Case, *, now: datetime) -> bool:
    """Whether she follows this file by name; where the whole team follows every file, and in a file of another body, whether she wrote in
    it in the last thirty days. What she wrote since yesterday does not count: one line, or one click on a task, makes nobody the person
    who knows her."""
    if case.organisation_id == acting.organisation_id and not is_assigned(acting, case):
        return False
    if acting.user_id in _following(case, acting):
        return True
    with acting_as(house(acting, "set_aside")) as desk:
        wrote = Fact.objects.visible_to(desk).filter(case=case, user=acting.user_id)
        return wrote.filter(recorded_at__gt=now - LATELY, recorded_at__lt=now - A_DAY).exists()


def asks_for_proof(acting: Actor, task: Task, case: Case, *, now: datetime) -> bool:
    """A duty of the law is set aside by who does not work on the file after a fresh proof only."""
    return task.level in OF_THE_LAW and not works_on(acting, case, now=now)


def tell_of_it(task: Task, case: Case, *, acting: Actor, now: datetime) -> None:
    """Within the act. In a file that she does not work on, those who do read of it; so do those of each file in which she set a task
    aside in the last hour, once she set aside more than a handful."""
    if not works_on(acting, case, now=now):
        _tell(case, _concerned(case, acting, now) or _another(case, acting), SET_ASIDE, acting, now)
    with acting_as(house(acting, "set_aside")) as desk:
        mine = Task.objects.visible_to(desk).filter(closing=WAIVER, closed_by=acting.user_id, closed_at__gt=now - AN_HOUR)
        within = list(mine.order_by("closed_at").select_related("case"))
    if len(within) <= HANDFUL_AN_HOUR:
        return
    # Those of the earlier files are told when the figure is passed; from then on, each file as it comes.
    files = {one.case_id: one.case for one in within} if len(within) == HANDFUL_AN_HOUR + 1 else {case.pk: case}
    for file in files.values():  # no file of that hour is left without somebody who reads of it
        _tell(file, _concerned(file, acting, now) or _another(file, acting), MANY_SET_ASIDE, acting, now)
    if len(within) == HANDFUL_AN_HOUR + 1:
        _tell(case, _another(case, acting), MANY_SET_ASIDE, acting, now)


def _following(case: Case, acting: Actor) -> set[UUID]:
    """Members who follow it by name."""
    here = Membership.objects.current().filter(organisation=acting.organisation_id).values("user")
    with acting_as(house(acting, "set_aside")) as desk:
        return set(Assignment.objects.visible_to(desk).filter(case=case, ended_at=None, user__in=here).values_list("user", flat=True))


def _concerned(case: Case, acting: Actor, now: datetime) -> set[UUID]:
    """Who follows it by name; where that is nobody else, members who took a task of it, or wrote in it in the last thirty days."""
    named = _following(case, acting) - {acting.user_id}
    if named:
        return named
    here = set(Membership.objects.current().filter(organisation=acting.organisation_id).values_list("user", flat=True))
    with acting_as(house(acting, "set_aside")) as desk:
        wrote = set(Fact.objects.visible_to(desk).filter(case=case, recorded_at__gt=now - LATELY).values_list("user", flat=True))
        took = set(Task.objects.visible_to(desk).filter(case=case).exclude(assignee=None).values_list("assignee", flat=True))
    return ((wrote | took) & here) - {acting.user_id}


def _another(case: Case, acting: Actor) -> set[UUID]:
    told = second_person(case, acting)
    return {told} if told else set()


def _tell(case: Case, users: Iterable[UUID], step: str, acting: Actor, now: datetime) -> None:
    """One line each, until it is read."""
    with acting_as(house(acting, "set_aside")) as desk:
        unread = Notice.objects.visible_to(desk).filter(case=case, step=step, read_at=None)
        had = set(unread.values_list("user", flat=True))
    for user in sorted(set(users) - had, key=str):
        tell(user, case, step=step, acting=acting, now=now)
