"""The worklist: what will go wrong if I do nothing today?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import CharField, Count, F, Q, Value

from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.notices import NO_REFERENT
from repere.cases.models import BreakGlass, Case, Grant, Notice, Task
from repere.cases.queries import wording
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate

TABS = ("overdue", "due", "waiting", "new", "later")
OPENS_ON = ("overdue", "due", "waiting", "new")
SOON = timedelta(days=30)
NEW = timedelta(days=7)
PAGE = 50
MOST = 200
"""Where counting stops ("200+"): nobody reads two hundred lines tonight."""


@dataclass(frozen=True)
class TaskLine:
    """One line of work."""

    task_id: UUID
    case_id: UUID
    person_id: UUID
    code: str
    pseudonym: str
    rule_id: str
    duty: str
    level: str
    role: str
    role_label: str
    due: PartialDate | None
    overdue_days: int
    waiting_since: date
    assignee: str
    mine: bool
    is_choice: bool


@dataclass(frozen=True)
class NewLine:
    """A file opened or shared lately."""

    case_id: UUID
    person_id: UUID
    code: str
    pseudonym: str
    opened_on: date
    since: datetime
    shared_by: str


@dataclass(frozen=True)
class RoleCount:
    role: str
    label: str
    count: int


@dataclass(frozen=True)
class Worklist:
    """One tab of the worklist, with the count of every tab. `persons`: who is shown, for the ledger."""

    tab: str
    counts: Mapping[str, int]
    lines: tuple[TaskLine, ...] = ()
    new: tuple[NewLine, ...] = ()
    roles: tuple[RoleCount, ...] = ()
    role: str | None = None
    page: int = 1
    pages: int = 1
    notices: int = 0
    persons: frozenset[UUID] = field(default_factory=frozenset)
    most: int = MOST
    # Open files that nobody follows any more, as far as somebody was told.
    nobody: int = 0
    # Openings in an emergency that this member should have reviewed by now.
    late_reviews: int = 0


def worklist(actor: Actor, *, now: datetime, tab: str = "", role: str | None = None, page: int = 1) -> Worklist:
    """One tab of what this actor's organisation has to do.

    "overdue", "due" and "later" hold what the actor's role (or `role`) must do, or what the actor took; "due" begins with what
    has no date and is owed at once. "waiting" holds what others must do; "new" what was opened or shared in the last week. With no
    tab asked for: the first of these that holds something, what is late before all.
    Counts stop at MOST, so the cost is that of a page, not of an organisation. Cost: 9 queries (8 on an empty tab).
    """
    mine = Q(role=role) if role else Q(role__in=mechanisms.roles_answering_to(actor.role)) | Q(assignee=actor.user_id)
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=now.date())
    tasks = Task.objects.visible_to(actor).filter(awake, organisation=actor.organisation_id, closed_at=None)
    tabs = {
        "overdue": mine & Q(overdue_at__lte=now),
        "due": mine & (Q(overdue_at=None) | Q(overdue_at__gt=now, overdue_at__lte=now + SOON)),
        "later": mine & Q(overdue_at__gt=now + SOON),
        "waiting": ~mine,
    }
    # In the order of an index, so that counting stops where it may; without an order all indexes are read and joined first.
    in_order = tasks.order_by(F("overdue_at").asc(nulls_first=True), "opened_at", "pk")
    fresh = _new(actor, now)
    # The late ones are counted by reading which they are: nearly every worklist opens on them.
    late_ones = list(in_order.filter(tabs["overdue"]).values_list("pk", flat=True)[:MOST])
    counts = {"overdue": len(late_ones), "new": len(fresh)}
    counts |= {name: in_order.filter(tabs[name])[:MOST].count() for name in ("due", "waiting", "later")}
    tab = tab if tab in TABS else next((name for name in OPENS_ON if counts[name]), "due")
    roles = _roles(in_order, actor)
    notices, nobody, late = _waiting(actor, now)
    # One page more where counting stopped: whoever wants to can go on.
    pages = max(1, -(-counts[tab] // PAGE)) if counts[tab] < MOST else max(MOST // PAGE, page) + 1
    page = min(max(1, page), pages)
    if tab == "new":
        shown = fresh[(page - 1) * PAGE : page * PAGE]
        persons = frozenset(line.person_id for line in shown)
        return Worklist(tab, counts, (), tuple(shown), roles, role, page, pages, notices, persons, nobody=nobody, late_reviews=late)
    known = late_ones if tab == "overdue" and page * PAGE <= MOST else None
    lines = tuple(_lines(tasks.filter(tabs[tab]), actor, now, tab, page, known))
    persons = frozenset(line.person_id for line in lines)
    return Worklist(tab, counts, lines, (), roles, role, page, pages, notices, persons, nobody=nobody, late_reviews=late)


LATE_REVIEW = "late_review"


def _waiting(actor: Actor, now: datetime) -> tuple[int, int, int]:
    """Unread notices, those of them about files that nobody follows, and late reviews of what others opened. One question."""
    unread = Notice.objects.visible_to(actor).filter(organisation=actor.organisation_id, read_at=None)
    late = BreakGlass.objects.visible_to(actor).filter(owner=actor.organisation_id, reviewed_at=None, review_due_at__lte=now)
    by_step = unread.order_by().values(what=F("step")).annotate(number=Count("pk"))
    reviews = late.exclude(user=actor.user_id).order_by().values(what=Value(LATE_REVIEW, CharField())).annotate(number=Count("pk"))
    found = {row["what"]: row["number"] for row in by_step.union(reviews, all=True)}
    reviews_late = found.pop(LATE_REVIEW, 0)
    return sum(found.values()), found.get(NO_REFERENT, 0), reviews_late


def _lines(tasks: Any, actor: Actor, now: datetime, tab: str, page: int, known: list[UUID] | None) -> list[TaskLine]:
    """One page of tasks. `known`: which they are, in order, where that was read already."""
    # What is owed at once comes first where nothing is late; where others are waited for, the longest wait.
    order = F("opened_at").asc() if tab == "waiting" else F("overdue_at").asc(nulls_first=True)
    # First which, by the index alone; then what they say: a join would be made for every task before the page is cut.
    every = known if known is not None else tasks.order_by(order, "opened_at", "pk").values_list("pk", flat=True)
    which = list(every[(page - 1) * PAGE : page * PAGE])
    rows = Task.objects.visible_to(actor).filter(pk__in=which).select_related("case", "assignee").order_by().in_bulk()
    return [_line(rows[pk], actor, now) for pk in which if pk in rows]


def _line(task: Task, actor: Actor, now: datetime) -> TaskLine:
    case = task.case
    mechanism = mechanisms.named(case.mechanism)
    late = (civil_day(case.zone, now) - task.due_latest).days if task.due_latest else 0
    return TaskLine(
        task.pk, case.pk, case.person_id, case.code, case.pseudonym, task.rule_id,
        wording.rule_label(mechanism, task.rule_id, actor.language), task.level, task.role,
        wording.role(mechanism, task.role, actor.language), wording.days(task.due_earliest, task.due_latest), max(0, late),
        civil_day(case.zone, task.opened_at), task.assignee.name if task.assignee else "", task.assignee_id == actor.user_id,
        task.level == "choice",
    )  # fmt: skip


def _roles(tasks: Any, actor: Actor) -> tuple[RoleCount, ...]:
    """Among the first MOST by day."""
    common = mechanisms.common()
    counted = Counter(tasks.values_list("role", flat=True)[:MOST])
    return tuple(RoleCount(role, wording.role(common, role, actor.language), count) for role, count in sorted(counted.items()))


def _new(actor: Actor, now: datetime) -> list[NewLine]:
    """Two questions, one per index: what we opened, what was shared with us."""
    since = now - NEW
    opened = Case.objects.visible_to(actor).filter(organisation=actor.organisation_id, opened_at__gt=since)
    lines = [
        NewLine(case.pk, case.person_id, case.code, case.pseudonym, case.opened_on, case.opened_at, "")
        for case in opened.order_by("-opened_at", "pk")[: PAGE * 4]
    ]
    shared = Grant.objects.visible_to(actor).active().filter(organisation=actor.organisation_id, starts_at__gt=since)
    lines += [
        NewLine(
            grant.case_id, grant.person_id, grant.case.code, grant.case.pseudonym, grant.case.opened_on, grant.starts_at, grant.owner.name
        )
        for grant in shared.select_related("case", "owner").order_by("-starts_at", "pk")[: PAGE * 4]
    ]
    return sorted(lines, key=lambda line: line.since, reverse=True)


@dataclass(frozen=True)
class NoticeLine:
    """A reminder on somebody's desk."""

    notice_id: UUID
    task_id: UUID | None
    person_id: UUID
    code: str
    pseudonym: str
    duty: str
    step: str
    at: datetime
    role_label: str


def notices(actor: Actor, *, limit: int = PAGE) -> list[NoticeLine]:
    """Unread reminders of the actor: those to her by name, to her role, or to everybody. Cost: 1 query."""
    to_me = Q(user=actor.user_id) | Q(user=None, role__in=[*mechanisms.roles_answering_to(actor.role), ""])
    rows = Notice.objects.visible_to(actor).filter(to_me, organisation=actor.organisation_id, read_at=None)
    return [
        NoticeLine(
            row.pk, row.task_id, row.case.person_id, row.case.code, row.case.pseudonym,
            wording.rule_label(mechanisms.named(row.case.mechanism), row.task.rule_id, actor.language) if row.task else "",
            row.step, row.at,
            wording.role(mechanisms.common(), row.role, actor.language) if row.role else "",
        )
        for row in rows.select_related("case", "task").order_by("-at", "pk")[:limit]
    ]  # fmt: skip
