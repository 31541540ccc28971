"""Households that are moved after an incident: those that wait for it, and those of one's files that another body moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Subquery, Value, When

from repere.accounts.actor import Actor
from repere.places.models import Event, Hold, Request

REMINDED_FOR = timedelta(days=14)
"""Our choice: how long a no stays where the day begins. It stays on the page of the household for good."""


UNSAFE_TOLD_FOR = timedelta(days=7)
"""Our choice: how long the day begins with a place that is no longer safe, where nothing more was said."""


@dataclass(frozen=True)
class NotThere:
    """A household that the acting organisation moved is not in its new place: those who keep its file say so."""

    request_id: UUID
    by: str
    since: datetime


@dataclass(frozen=True)
class ToMove:
    """A household that has to leave a house of ours. `stage`: nothing is asked for it, a house was asked, said yes, or says that the
    household is there. `since`: when the incident was reported. `beside`: what those who keep its file said last of a search of their
    own, and when: that they look too (requested), no further (search_ended), or that it is in another place (arrived)."""

    request_id: UUID
    since: datetime
    stage: Literal["open", "asked", "accepted", "arrived"]
    beside: str = ""
    beside_since: datetime | None = None


def waiting_to_be_moved(actor: Actor) -> QuerySet[Request]:
    """Open requests for a household that an incident drives out of a house of the acting organisation, longest waiting first."""
    rows: QuerySet[Request] = Request.objects.visible_to(actor).filter(Q(organisation_id=actor.organisation_id), closed_at=None)
    return rows.exclude(moved_from=None).order_by("asked_at", "id")


def to_move(actor: Actor, *, now: datetime, only: UUID | None = None) -> list[ToMove]:
    """The same with how far each is, at most 20; with `only`, that request. Cost: one query."""
    live = Q(state=Hold.State.ARRIVED) | Q(state__in=(Hold.State.ASKED, Hold.State.ACCEPTED), ends_at__gt=now)
    holds = Hold.objects.visible_to(actor).filter(live, request=OuterRef("pk"), asking_id=actor.organisation_id)
    best = holds.order_by(Case(When(state=Hold.State.ASKED, then=Value(1)), default=Value(0))).values("state")[:1]
    found = waiting_to_be_moved(actor).filter(pk=only) if only else waiting_to_be_moved(actor)
    said = Event.objects.visible_to(actor).filter(
        reference=OuterRef("reference"), organisation=OuterRef("told_to"), told_to_id=actor.organisation_id, at__gte=OuterRef("asked_at"),
    ).order_by("-at", "-id")  # fmt: skip
    rows = found.annotate(stage=Subquery(best), beside=Subquery(said.values("kind")[:1]), beside_since=Subquery(said.values("at")[:1]))
    told = rows.values_list("pk", "asked_at", "stage", "beside", "beside_since")
    return [ToMove(request, since, stage or "open", beside or "", at) for request, since, stage, beside, at in told[:20]]


def said_moves(actor: Actor) -> QuerySet[Event]:
    """Those that nobody of the acting organisation has answered yet, longest waiting first."""
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id)
    answers = ours.filter(
        reference=OuterRef("reference"), by_organisation_id=actor.organisation_id, at__gt=OuterRef("at"),
        kind__in=(Event.Kind.ARRIVED, Event.Kind.NOT_THERE),
    )  # fmt: skip
    return ours.filter(kind=Event.Kind.SAID_THERE).exclude(Exists(answers)).select_related("by_organisation").order_by("at", "id")


def house_looking(actor: Actor, reference: UUID) -> Event | None:
    """What began the search of a house for another place for a household of ours, after an incident; None where none goes on."""
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, reference=reference)
    over = (Event.Kind.SAID_THERE, Event.Kind.SEARCH_ENDED, Event.Kind.TAKEN_BACK)
    ended = Q(kind__in=over, by_organisation=OuterRef("by_organisation")) | Q(
        kind=Event.Kind.ARRIVED, by_organisation_id=actor.organisation_id
    )
    begun = ours.filter(kind=Event.Kind.REQUESTED).exclude(by_organisation_id=actor.organisation_id)
    going_on = begun.exclude(Exists(ours.filter(ended, at__gte=OuterRef("at"))))
    found: Event | None = going_on.select_related("by_organisation").order_by("-at", "id").first()
    return found


def no_longer_safe(actor: Actor) -> QuerySet[Event]:
    """Households of ours for whom a house looks for another place after an incident, looks no further, or says that its report was a
    mistake; latest first, until it or we have said more."""
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id)
    later = ours.filter(reference=OuterRef("reference"), at__gt=OuterRef("at")).exclude(kind=Event.Kind.HELD)
    of_a_search = (Event.Kind.REQUESTED, Event.Kind.SEARCH_ENDED, Event.Kind.TAKEN_BACK)
    told = ours.filter(kind__in=of_a_search).exclude(by_organisation_id=actor.organisation_id)
    return told.exclude(Exists(later)).select_related("by_organisation").order_by("-at", "id")


def lately_unsafe(actor: Actor, *, now: datetime) -> list[Event]:
    """Those of the last days, at most 20. Cost: one query."""
    return list(no_longer_safe(actor).filter(at__gt=now - UNSAFE_TOLD_FOR)[:20])


def moved_by(actor: Actor, reference: UUID) -> UUID | None:
    """The body that moved a household of ours last, where our answer was that she is in her new place."""
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, reference=reference)
    said: Event | None = ours.filter(kind=Event.Kind.SAID_THERE).order_by("-at", "id").first()
    if said is None:
        return None
    # An answer stands after what it answers (`confirm_move`).
    answers = ours.filter(kind__in=(Event.Kind.ARRIVED, Event.Kind.NOT_THERE), at__gt=said.at).order_by("at", "id")
    mover: UUID = said.by_organisation_id
    return mover if answers.values_list("kind", flat=True).first() == Event.Kind.ARRIVED else None


def answered_no(actor: Actor, reference: UUID) -> bool:
    """Whether the last word of the acting organisation about a household of its own that was moved is that she is not there."""
    told = (Event.Kind.SAID_THERE, Event.Kind.ARRIVED, Event.Kind.NOT_THERE)
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, reference=reference, kind__in=told)
    last = ours.order_by("-at", "-id").values_list("kind", flat=True).first()
    return bool(last == Event.Kind.NOT_THERE)


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
