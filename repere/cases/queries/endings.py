"""What the pages about the end of files read: what would go, who asked, who confirmed, what the law keeps; files whose time is over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Model

from repere.accounts.actor import Actor
from repere.cases.access import standing, visible_case
from repere.cases.models import (
    Case,
    Consent,
    Erasure,
    Fact,
    Grant,
    Hold,
    Paper,
    Referral,
    Requisition,
    SealedRecord,
    Task,
)
from repere.cases.refusals import NotVisible, Refused
from repere.cases.retention import periods
from repere.cases.retention.due import Due, files_due

COUNTED: Mapping[str, tuple[type[Model], str]] = {
    "files": (Case, "person"),
    "facts": (Fact, "case__person"),
    "names": (SealedRecord, "person"),
    "papers": (Paper, "person"),
    "consents": (Consent, "person"),
    "shares": (Grant, "person"),
    "referrals": (Referral, "person"),
    "tasks": (Task, "case__person"),
}
"""What the preview tells: a word, the table, the column that leads to her. The erasure itself takes every table of `erasing.py`."""


@dataclass(frozen=True)
class HoldLine:
    id: UUID
    kind: str
    name: str
    since: datetime


@dataclass(frozen=True)
class Ending:
    """One file of one's own organisation, how its end stands, and what would go. `held`: nothing goes before that ends."""

    case: Case
    counts: Mapping[str, int]
    asked: Erasure | None
    holds: tuple[HoldLine, ...]
    held_by_requisition: bool
    mine: bool

    @property
    def held(self) -> bool:
        return bool(self.holds) or self.held_by_requisition


def ending(actor: Actor, code: str) -> Ending:
    """NotVisible for a foreign file, and to whoever may not share it. Cost: 13 queries."""
    case = visible_case(actor, code)
    if case.organisation_id != actor.organisation_id or "may_share" not in standing(actor, case).words:
        raise NotVisible
    person = case.person_id
    asked = Erasure.objects.visible_to(actor).filter(person=person, withdrawn_at=None).select_related("asked_by", "confirmed_by").first()
    holds = Hold.objects.visible_to(actor).filter(person=person, lifted_at=None).select_related("set_by")
    open_ones = Requisition.objects.visible_to(actor).filter(person=person).exclude(state__in=("answered", "refused"))
    counts = {word: _count(table, column, person, actor) for word, (table, column) in COUNTED.items()}
    return Ending(
        case, {word: number for word, number in counts.items() if number}, asked,
        tuple(HoldLine(row.pk, row.kind, row.set_by.name, row.set_at) for row in holds), open_ones.exists(),
        asked is not None and asked.asked_by_id == actor.user_id,
    )  # fmt: skip


def _count(table: Any, column: str, person: UUID, actor: Actor) -> int:
    return int(table.objects.visible_to(actor, own=True).filter(**{column: person}).count())


@dataclass(frozen=True)
class Endings:
    """Files of the acting organisation whose time is over, those whose erasure was asked, and the periods.

    `mine`: cases whose erasure the reader asked, which another confirms. `unsettled`: no period of files has a number here.
    """

    due: tuple[Due, ...]
    asked: tuple[tuple[Case, Erasure], ...]
    periods: tuple[periods.Period, ...]
    mine: frozenset[UUID]
    persons: frozenset[UUID]
    unsettled: bool

    @property
    def to_ask(self) -> tuple[Due, ...]:
        return tuple(row for row in self.due if row.state == "due")

    @property
    def to_confirm(self) -> tuple[Due, ...]:
        return tuple(row for row in self.due if row.state == "asked" and row.case_id not in self.mine)


def endings(actor: Actor, *, on: date) -> Endings:
    """Cost: 6 queries."""
    try:
        over, unsettled = tuple(files_due(acting=actor, on=on)), False
    except Refused:
        over, unsettled = (), True
    rows = list(Erasure.objects.visible_to(actor).filter(withdrawn_at=None).select_related("asked_by", "confirmed_by"))
    cases = Case.objects.visible_to(actor, own=True).filter(person__in=[row.person_id for row in rows]).order_by("code")
    by_person: dict[UUID, Case] = {case.person_id: case for case in reversed(cases)}
    asked = tuple((by_person[row.person_id], row) for row in rows if row.person_id in by_person)
    mine = {row.person_id for row in rows if row.asked_by_id == actor.user_id}
    shown = Case.objects.visible_to(actor, own=True).in_bulk([row.case_id for row in over])
    return Endings(
        over, asked, tuple(periods.periods().values()),
        frozenset(case.pk for case in [*shown.values(), *by_person.values()] if case.person_id in mine),
        frozenset({case.person_id for case in shown.values()} | set(by_person)), unsettled,
    )  # fmt: skip
