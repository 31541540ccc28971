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
from repere.cases.queries.lines import Line
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate

TABS = ("overdue", "due", "waiting", "new", "later")
OPENS_ON = ("overdue", "due", "waiting", "new")
BEGINS_WITH_FIRST = ("overdue", "due")
SOON = timedelta(days=30)
NEW = timedelta(days=7)
PAGE = 50
MOST = 200
"""Where counting stops ("200+"): nobody reads two hundred lines tonight."""


@dataclass(frozen=True)
class TaskLine(Line):
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
    # It cannot wait, and was said in these last days.
    first: bool = False
    namesake: bool = False


@dataclass(frozen=True)
class NewLine:
    """A file opened or shared lately. `cannot_wait`: steps that are open in it and cannot wait, in the order of the rule book."""

    case_id: UUID
    person_id: UUID
    code: str
    pseudonym: str
    opened_on: date
    since: datetime
    shared_by: str
    cannot_wait: tuple[str, ...] = ()
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
    # What cannot wait, of all pages: it stands above what the tab counts.
    first: int = 0

    @property
    def first_comes_first(self) -> bool:
        return self.tab in BEGINS_WITH_FIRST


def worklist(actor: Actor, *, now: datetime, tab: str = "", role: str | None = None, page: int = 1) -> Worklist:
    """One tab of what this actor's organisation has to do.

    "overdue", "due" and "later" hold what the actor's role (or `role`, where it is one) must do, or what the actor took. "overdue"
    and "due" both begin with what a rule says cannot wait and was said of a day of the last week, the newest first: a bed for tonight
    is read before anything that is late. After it "overdue" has what the law makes late, then our own reminders; "due" what has no
    date and is owed at once. "waiting" holds what others must do; "new" what was opened or shared in the last week. With no tab asked
    for: the first of these that holds something, what is late before all.
    Counts stop at MOST, so the cost is that of a page, not of an organisation. Cost: 6 queries at most.
    """
    role = role if role in mechanisms.common().roles else None
    told: dict[str, Any] = {"now": now, "soon": now + SOON, "today": now.date(), "fresh": now - NEW, "lately": (now - NEW).date()}
    # The late ones are counted by reading which they are: nearly every worklist opens on them.
    first, late_ones = _first_and_late(actor, role, told)
    found = _counts(actor, role, **told)
    fresh = found.pop("opened") + found.pop("shared")
    counts = {"overdue": len(late_ones), "new": min(fresh, MOST), **found}
    tab = tab if tab in TABS else next((name for name in OPENS_ON if counts[name]), "due")
    notices, nobody, late = _waiting(actor, now)
    if tab == "new":
        shown, page, pages = _page_of_new(actor, now, counts[tab], page)
        persons = frozenset(line.person_id for line in shown)
        return Worklist(tab, counts, (), shown, (), role, page, pages, notices, persons, nobody=nobody, late_reviews=late)
    order = _Order(first, late_ones, counts[tab], tab)
    page = min(max(1, page), order.pages(page))
    lines = tuple(_lines(actor, role, told, order, page))
    persons = frozenset(line.person_id for line in lines)
    roles = _roles(actor, told)
    return Worklist(tab, counts, lines, (), roles, role, page, order.pages(page), notices, persons, nobody=nobody, late_reviews=late,
                    first=len(order.first))  # fmt: skip


class _Order:
    """What a tab shows, in order: what cannot wait, then the rest, each once. `first` and `late` were read already, to MOST each."""

    def __init__(self, first: list[UUID], late: list[UUID], count: int, tab: str) -> None:
        self.tab, in_both = tab, {*first} & {*late}
        self.first = first if tab in BEGINS_WITH_FIRST else []
        self.late = [pk for pk in late if pk not in in_both] if tab == "overdue" else []
        # Whoever has more of it than are counted reads the others where they stand by their day.
        self.apart = bool(self.first) and len(self.first) < MOST
        told_twice = len(in_both) if tab == "overdue" else len(self.first) - len(in_both) if self.apart else 0
        self.number, self.counted = len(self.first) + count - told_twice, count < MOST

    def pages(self, asked: int) -> int:
        """One page more where counting stopped: whoever wants to can go on."""
        known = max(1, -(-self.number // PAGE))
        return known if self.counted else max(known, asked) + 1

    def known(self, start: int) -> list[UUID]:
        """Of the page that begins there, what is known without asking."""
        return [*self.first, *self.late][start : start + PAGE]

    def beyond(self, start: int) -> int | None:
        """Where the rest is asked from for that page; None where nothing is left to ask."""
        told = len(self.first) + len(self.late)
        if start + PAGE <= told or (self.tab == "overdue" and self.counted):
            return None
        return max(start, told) - len(self.first)


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


FIRST, LATE = "first", "late"
FRESH, LATELY = Given("fresh", DateTimeField()), Given("lately", DateField())
CANNOT_WAIT = Q(urgent_since__gt=LATELY)


def _first_and_late(actor: Actor, role: str | None, told: dict[str, Any]) -> tuple[list[UUID], list[UUID]]:
    """What cannot wait, newest first; what is late: law and guidance before our own reminders, then the longest late. One question."""
    rows = _first_or_late(actor, role, **told)
    first = sorted((row for row in rows if row["what"] == FIRST), key=_newest)
    late = sorted((row for row in rows if row["what"] == LATE), key=_lateness)
    return [row["pk"] for row in first], [row["pk"] for row in late]


def _newest(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return -row["urgent_since"].toordinal(), -row["opened_at"].timestamp(), str(row["pk"])


def _lateness(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["level"] == "choice", row["overdue_at"], row["opened_at"], str(row["pk"])


@kept
def _first_or_late(actor: Actor, role: str | None) -> QuerySet[Any, Any]:
    columns = ("pk", "level", "overdue_at", "opened_at", "urgent_since")
    mine = _in("overdue", actor, role) | _in("due", actor, role)
    first = _tasks(actor).filter(mine & CANNOT_WAIT).order_by("-urgent_since", "-opened_at", "pk")
    late = _in_order(actor).filter(_in("overdue", actor, role))
    one, other = (rows.values(*columns, what=Value(name, CharField()))[:MOST] for name, rows in ((FIRST, first), (LATE, late)))
    both: QuerySet[Any, Any] = one.union(other, all=True)
    return both


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


def _lines(actor: Actor, role: str | None, told: dict[str, Any], order: _Order, page: int) -> list[TaskLine]:
    """One page of tasks."""
    # First which, by the index alone; then what they say: a join would be made for every task before the page is cut.
    start = (page - 1) * PAGE
    which, beyond = order.known(start), order.beyond(start)
    if beyond is not None and (missing := PAGE - len(which)):
        which += [pk for pk in _page_of(actor, role, order.tab, beyond, order.apart, **told)[:missing] if pk not in which]
    rows = Task.objects.visible_to(actor).filter(pk__in=which).select_related("case", "assignee").order_by().in_bulk()
    first = {*order.first} & rows.keys()
    parts = ([rows[pk] for pk in which if pk in first], [rows[pk] for pk in which if pk in rows and pk not in first])
    lines = [_line(row, actor, told["now"], first=row.pk in first) for part in parts for row in _as_written(part)]
    return _told_apart(lines)


def _as_written(rows: Sequence[Task]) -> Iterator[Task]:
    """What is owed alike since the same moment stands file by file, and in a file as the rule book has it: a bed before a lawyer."""
    for _alike, owed in groupby(rows, key=lambda row: (row.overdue_at, row.opened_at)):
        yield from sorted(owed, key=lambda row: (row.case.code, mechanisms.order_of(row.case.mechanism).get(row.rule_id, 0)))


Shown = TypeVar("Shown", "TaskLine", "NewLine")


def _told_apart(lines: list[Shown]) -> list[Shown]:
    """Two files of one page under the same code name: their lines say so, and the code tells which is which."""
    codes: dict[str, set[str]] = {}
    for line in lines:
        codes.setdefault(line.pseudonym.casefold(), set()).add(line.code)
    return [replace(line, namesake=True) if len(codes[line.pseudonym.casefold()]) > 1 else line for line in lines]


@kept
def _page_of(actor: Actor, role: str | None, tab: str, start: int, apart: bool) -> QuerySet[Any, Any]:
    """`apart`: without what cannot wait, which was read before."""
    # What is owed at once comes first where nothing is late; where others are waited for, the longest wait.
    order = F("opened_at").asc() if tab == "waiting" else F("overdue_at").asc(nulls_first=True)
    rows = _tasks(actor).filter(_in(tab, actor, role)).order_by(order, "opened_at", "pk")
    if apart:
        rows = rows.exclude(CANNOT_WAIT)
    return rows.values_list("pk", flat=True)[start : start + PAGE]


def _line(task: Task, actor: Actor, now: datetime, *, first: bool) -> TaskLine:
    case = task.case
    mechanism = mechanisms.named(case.mechanism)
    late = (civil_day(case.zone, now) - task.due_latest).days if task.due_latest else 0
    return TaskLine(
        task.pk, case.pk, case.person_id, case.code, case.pseudonym, task.rule_id,
        wording.rule_label(mechanism, task.rule_id, actor.language), task.level, task.role,
        wording.role(mechanism, task.role, actor.language), wording.days(task.due_earliest, task.due_latest), max(0, late),
        civil_day(case.zone, task.opened_at), task.assignee.name if task.assignee else "", task.assignee_id == actor.user_id,
        task.level == "choice", first,
    )  # fmt: skip


def _roles(actor: Actor, told: dict[str, Any]) -> tuple[RoleCount, ...]:
    """Among the first MOST by day."""
    common = mechanisms.common()
    counted = Counter(_first_roles(actor, **told))
    return tuple(RoleCount(role, wording.role(common, role, actor.language), count) for role, count in sorted(counted.items()))


@kept
def _first_roles(actor: Actor) -> QuerySet[Any, Any]:
    return _in_order(actor).values_list("role", flat=True)[:MOST]


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


def _page_of_new(actor: Actor, now: datetime, count: int, page: int) -> tuple[tuple[NewLine, ...], int, int]:
    """One page of what is new, with what cannot wait in each. Three questions."""
    pages = max(1, -(-count // PAGE))
    page = min(max(1, page), pages)
    shown = _new(actor, now)[(page - 1) * PAGE : page * PAGE]
    steps = _that_cannot_wait(actor, [line.case_id for line in shown])
    return tuple(replace(line, cannot_wait=tuple(steps.get(line.case_id, ()))) for line in shown), page, pages


def _that_cannot_wait(actor: Actor, cases: Sequence[UUID]) -> dict[UUID, list[str]]:
    """Case → labels of the steps that are open there, for whichever role, and cannot wait."""
    open_ones = Task.objects.visible_to(actor).filter(
        case__in=cases, organisation=actor.organisation_id, closed_at=None, urgent_since__isnull=False
    )
    found: dict[UUID, list[str]] = {}
    for row in sorted(open_ones.select_related("case"), key=lambda row: mechanisms.order_of(row.case.mechanism).get(row.rule_id, 0)):
        label = wording.rule_label(mechanisms.named(row.case.mechanism), row.rule_id, actor.language)
        steps = found.setdefault(row.case_id, [])
        steps += [label] if label not in steps else []
    return found


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
