"""The worklist: what will go wrong if I do nothing today?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import CharField, Count, DateField, DateTimeField, F, Q, QuerySet, Value

from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept, kept_counts
from repere.cases import mechanisms
from repere.cases.actions.notices import NO_REFERENT
from repere.cases.models import BreakGlass, Case, Grant, Notice, ScopedQuerySet, Task
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
    namesake: bool = False


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
    namesake: bool = False


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

    "overdue", "due" and "later" hold what the actor's role (or `role`, where it is one) must do, or what the actor took; "due"
    begins with what has no date and is owed at once. "waiting" holds what others must do; "new" what was opened or shared in the
    last week. With no tab asked for: the first of these that holds something, what is late before all.
    Counts stop at MOST, so the cost is that of a page, not of an organisation. Cost: 6 queries at most.
    """
    role = role if role in mechanisms.common().roles else None
    told: dict[str, Any] = {"now": now, "soon": now + SOON, "today": now.date(), "fresh": now - NEW}
    # The late ones are counted by reading which they are: nearly every worklist opens on them.
    # Law and guidance before our own reminders, however old these are; within each what is late the longest.
    late_ones: list[UUID] = [pk for pk, _level in sorted(_late_ones(actor, role, **told), key=lambda one: one[1] == "choice")]
    found = _counts(actor, role, **told)
    fresh = found.pop("opened") + found.pop("shared")
    counts = {"overdue": len(late_ones), "new": min(fresh, MOST), **found}
    tab = tab if tab in TABS else next((name for name in OPENS_ON if counts[name]), "due")
    roles = _roles(actor, told)
    notices, nobody, late = _waiting(actor, now)
    # One page more where counting stopped: whoever wants to can go on.
    pages = max(1, -(-counts[tab] // PAGE)) if counts[tab] < MOST else max(MOST // PAGE, page) + 1
    page = min(max(1, page), pages)
    if tab == "new":
        shown = _new(actor, now)[(page - 1) * PAGE : page * PAGE]
        persons = frozenset(line.person_id for line in shown)
        return Worklist(tab, counts, (), tuple(shown), roles, role, page, pages, notices, persons, nobody=nobody, late_reviews=late)
    known = late_ones if tab == "overdue" and page * PAGE <= MOST else None
    lines = tuple(_lines(actor, role, told, tab, page, known))
    persons = frozenset(line.person_id for line in lines)
    return Worklist(tab, counts, lines, (), roles, role, page, pages, notices, persons, nobody=nobody, late_reviews=late)


NOW, SOON_AT, TODAY = (Given("now", DateTimeField()), Given("soon", DateTimeField()), Given("today", DateField()))


def _tasks(actor: Actor) -> ScopedQuerySet[Task]:
    """Open tasks of the actor's organisation that nobody put off until a later day."""
    awake = Q(snoozed_until=None) | Q(snoozed_until__lte=TODAY)
    return Task.objects.visible_to(actor).filter(awake, organisation=actor.organisation_id, closed_at=None)


def _in(tab: str, actor: Actor, role: str | None) -> Q:
    mine = Q(role=role) if role else Q(role__in=mechanisms.roles_answering_to(actor.role)) | Q(assignee=actor.user_id)
    tabs = {
        "overdue": mine & Q(overdue_at__lte=NOW),
        "due": mine & (Q(overdue_at=None) | Q(overdue_at__gt=NOW, overdue_at__lte=SOON_AT)),
        "later": mine & Q(overdue_at__gt=SOON_AT),
        "waiting": ~mine,
    }
    return tabs[tab]


def _in_order(actor: Actor) -> ScopedQuerySet[Task]:
    """In the order of an index, so that counting stops where it may; without an order all indexes are read and joined first."""
    return _tasks(actor).order_by(F("overdue_at").asc(nulls_first=True), "opened_at", "pk")


@kept
def _late_ones(actor: Actor, role: str | None) -> QuerySet[Any, Any]:
    return _in_order(actor).filter(_in("overdue", actor, role)).values_list("pk", "level")[:MOST]


@kept_counts
def _counts(actor: Actor, role: str | None) -> dict[str, Any]:
    """What the other tabs hold; of what is new, what we opened and what was shared with us, each by its index."""
    counted: dict[str, ScopedQuerySet[Any]] = {tab: _in_order(actor).filter(_in(tab, actor, role)) for tab in ("due", "waiting", "later")}
    counted |= {"opened": _opened(actor).order_by("-opened_at", "pk"), "shared": _shared(actor).order_by("-starts_at", "pk")}
    return {name: rows.values_list("pk")[:MOST] for name, rows in counted.items()}


LATE_REVIEW = "late_review"


def _waiting(actor: Actor, now: datetime) -> tuple[int, int, int]:
    """Unread notices, those of them about files that nobody follows, and late reviews of what others opened. One question."""
    found = {row["what"]: row["number"] for row in _notices_and_reviews(actor, now=now)}
    reviews_late = found.pop(LATE_REVIEW, 0)
    return sum(found.values()), found.get(NO_REFERENT, 0), reviews_late


@kept
def _notices_and_reviews(actor: Actor) -> QuerySet[Any, Any]:
    unread = Notice.objects.visible_to(actor).filter(organisation=actor.organisation_id, read_at=None)
    late = BreakGlass.objects.visible_to(actor).filter(owner=actor.organisation_id, reviewed_at=None, review_due_at__lte=NOW)
    by_step = unread.order_by().values(what=F("step")).annotate(number=Count("pk"))
    reviews = late.exclude(user=actor.user_id).order_by().values(what=Value(LATE_REVIEW, CharField())).annotate(number=Count("pk"))
    return by_step.union(reviews, all=True)


def _lines(
    actor: Actor, role: str | None, told: dict[str, Any], tab: str, page: int, known: list[UUID] | None
) -> list[TaskLine]:
    """One page of tasks. `known`: which they are, in order, where that was read already."""
    # First which, by the index alone; then what they say: a join would be made for every task before the page is cut.
    first = (page - 1) * PAGE
    which = known[first : first + PAGE] if known is not None else _page_of(actor, role, tab, first, **told)
    rows = Task.objects.visible_to(actor).filter(pk__in=which).select_related("case", "assignee").order_by().in_bulk()
    return _told_apart([_line(row, actor, told["now"]) for row in _as_written([rows[pk] for pk in which if pk in rows])])


def _as_written(rows: Sequence[Task]) -> Iterator[Task]:
    """What is owed alike since the same moment stands file by file, and in a file as the rule book has it: a bed before a lawyer."""
    for _alike, owed in groupby(rows, key=lambda row: (row.overdue_at, row.opened_at)):
        yield from sorted(owed, key=lambda row: (row.case.code, mechanisms.order_of(row.case.mechanism).get(row.rule_id, 0)))


Line = TypeVar("Line", "TaskLine", "NewLine")


def _told_apart(lines: list[Line]) -> list[Line]:
    """Two files of one page under the same code name: their lines say so, and the code tells which is which."""
    codes: dict[str, set[str]] = {}
    for line in lines:
        codes.setdefault(line.pseudonym.casefold(), set()).add(line.code)
    return [replace(line, namesake=True) if len(codes[line.pseudonym.casefold()]) > 1 else line for line in lines]


@kept
def _page_of(actor: Actor, role: str | None, tab: str, first: int) -> QuerySet[Any, Any]:
    # What is owed at once comes first where nothing is late; where others are waited for, the longest wait.
    order = F("opened_at").asc() if tab == "waiting" else F("overdue_at").asc(nulls_first=True)
    rows = _tasks(actor).filter(_in(tab, actor, role)).order_by(order, "opened_at", "pk")
    return rows.values_list("pk", flat=True)[first : first + PAGE]


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


def _roles(actor: Actor, told: dict[str, Any]) -> tuple[RoleCount, ...]:
    """Among the first MOST by day."""
    common = mechanisms.common()
    counted = Counter(_first_roles(actor, **told))
    return tuple(RoleCount(role, wording.role(common, role, actor.language), count) for role, count in sorted(counted.items()))


@kept
def _first_roles(actor: Actor) -> QuerySet[Any, Any]:
    return _in_order(actor).values_list("role", flat=True)[:MOST]


FRESH = Given("fresh", DateTimeField())


def _opened(actor: Actor) -> ScopedQuerySet[Case]:
    return Case.objects.visible_to(actor).filter(organisation=actor.organisation_id, opened_at__gt=FRESH)


def _shared(actor: Actor) -> ScopedQuerySet[Grant]:
    return Grant.objects.visible_to(actor).active().filter(organisation=actor.organisation_id, starts_at__gt=FRESH)


@kept
def _opened_lately(actor: Actor) -> QuerySet[Any, Any]:
    return _opened(actor).order_by("-opened_at", "pk")[:MOST]


@kept
def _shared_lately(actor: Actor) -> QuerySet[Any, Any]:
    return _shared(actor).select_related("case", "owner").order_by("-starts_at", "pk")[:MOST]


def _new(actor: Actor, now: datetime) -> list[NewLine]:
    """Two questions, one per index: what we opened, what was shared with us."""
    since = now - NEW
    lines = [
        NewLine(case.pk, case.person_id, case.code, case.pseudonym, case.opened_on, case.opened_at, "")
        for case in _opened_lately(actor, fresh=since)
    ]
    lines += [
        NewLine(
            grant.case_id, grant.person_id, grant.case.code, grant.case.pseudonym, grant.case.opened_on, grant.starts_at, grant.owner.name
        )
        for grant in _shared_lately(actor, fresh=since)
    ]
    return _told_apart(sorted(lines, key=lambda line: line.since, reverse=True))


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
