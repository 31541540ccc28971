"""Households of one's files that another body moved, and says to be in their new place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from repere.accounts.actor import Actor
from repere.places.models import Event, Request

REMINDED_FOR = timedelta(days=14)
"""Our choice: how long a no stays where the day begins. It stays on the page of the household for good."""


@dataclass(frozen=True)
class NotThere:
    """A household that the acting organisation moved is not in its new place: those who keep its file say so."""

    request_id: UUID
    by: str
    since: datetime


def said_moves(actor: Actor) -> QuerySet[Event]:
    """Those that nobody of the acting organisation has answered yet, longest waiting first."""
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id)
    answers = ours.filter(
        reference=OuterRef("reference"), by_organisation_id=actor.organisation_id, at__gt=OuterRef("at"),
        kind__in=(Event.Kind.ARRIVED, Event.Kind.NOT_THERE),
    )  # fmt: skip
    return ours.filter(kind=Event.Kind.SAID_THERE).exclude(Exists(answers)).select_related("by_organisation").order_by("at", "id")


def said_back(actor: Actor) -> QuerySet[Event]:
    """A no that is told to the acting organisation."""
    rows: QuerySet[Event] = Event.objects.visible_to(actor)
    return rows.filter(Q(told_to_id=actor.organisation_id), kind=Event.Kind.NOT_THERE)


def said_not_there(actor: Actor) -> QuerySet[Any]:
    """The no of those who keep the file, to households that the acting organisation moved and that were said to be in their new place.
    Each with `moved`: the request by which it was moved."""
    ours = Request.objects.visible_to(actor).filter(
        organisation_id=actor.organisation_id, reference=OuterRef("reference"), told_to=OuterRef("organisation"),
        closed_at__lte=OuterRef("at"),
    )  # fmt: skip
    rows: QuerySet[Any] = said_back(actor)
    latest = ours.exclude(moved_from=None).order_by("-closed_at", "id").values("pk")[:1]
    found: QuerySet[Any] = rows.annotate(moved=Subquery(latest)).exclude(moved=None)
    return found


def not_there(actor: Actor, *, now: datetime) -> list[NotThere]:
    """The same of the last days, latest first, for the worklist of the shelter. Cost: one query."""
    rows = said_not_there(actor).filter(at__gt=now - REMINDED_FOR).select_related("by_organisation").order_by("-at", "id")
    return [NotThere(one.moved, one.by_organisation.name, one.at) for one in rows[:20]]


def not_there_of(actor: Actor, request: Request) -> NotThere | None:
    """What was said of one household that the acting organisation moved."""
    one = said_not_there(actor).filter(moved=request.pk).select_related("by_organisation").order_by("-at", "id").first()
    return NotThere(request.pk, one.by_organisation.name, one.at) if one else None
