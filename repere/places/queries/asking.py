"""What whoever asked reads of its own request, on one line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, QuerySet, Subquery, UUIDField, Value, When

from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.places.models import Hold, Question, Request

Stage = Literal["arrived", "accepted", "asked", "sent", "begun"]


@dataclass(frozen=True)
class Standing:
    """An open request. `stage`: a shelter says that she came; one said yes; one was asked; the need went to those that are not listed;
    nothing was asked yet. `until`: how long the place is kept, where one is.
    """

    request_id: UUID
    stage: Stage
    until: datetime | None


@dataclass(frozen=True)
class SaidThere:
    """A house says something of a household of ours, and nobody of ours has answered: that it is there, a yes, or a question. `since`:
    when; of a yes, until when the place is kept."""

    request_id: UUID
    reference: UUID
    since: datetime


MOST_TOLD = 20
NO_TOLD_FOR = timedelta(days=3)
"""Our choice: how long a no stays where the day begins, while nobody else is asked. It stays on the page of the request."""
ENDED = (Hold.State.DECLINED, Hold.State.WITHDRAWN, Hold.State.EXPIRED)
"""A house in one of these states no longer waits for an answer to what it asked."""


def holds_of_ours(actor: Actor) -> QuerySet[Hold]:
    """Holds of the acting organisation's open requests to which a shelter said yes, or of which it says that she is there."""
    rows: QuerySet[Hold] = Hold.objects.visible_to(actor)
    ours = rows.filter(Q(asking_id=actor.organisation_id), request__closed_at=None, request__moved_from=None)
    return ours.filter(state__in=(Hold.State.ACCEPTED, Hold.State.ARRIVED))


def holds_to_confirm(actor: Actor) -> QuerySet[Hold]:
    """Those of which the shelter says that she is there, and nobody else has."""
    return holds_of_ours(actor).filter(state=Hold.State.ARRIVED)


def said_to_be_there(actor: Actor) -> list[SaidThere]:
    """Arrivals that wait for the word of those who follow her, longest first; at most MOST_TOLD. Cost: one query."""
    told = holds_to_confirm(actor).order_by("arrived_at", "id").values_list("request_id", "request__reference", "arrived_at")
    return [SaidThere(request, reference, since) for request, reference, since in told[:MOST_TOLD] if since]


def said_yes_to_us(actor: Actor, *, now: datetime) -> list[SaidThere]:
    """Those to which a shelter said yes, while it lasts, soonest ended first; at most MOST_TOLD. `since`: until when the place is kept.
    Cost: one query."""
    told = holds_of_ours(actor).filter(state=Hold.State.ACCEPTED, ends_at__gt=now).order_by("ends_at", "id")
    rows = told.values_list("request_id", "request__reference", "ends_at")[:MOST_TOLD]
    return [SaidThere(request, reference, ends) for request, reference, ends in rows if ends]


def nos_to_us(actor: Actor) -> QuerySet[Hold]:
    """Listed houses that said no to an open request of the acting organisation."""
    rows: QuerySet[Hold] = Hold.objects.visible_to(actor).filter(state=Hold.State.DECLINED, listed=True)
    return rows.filter(Q(asking_id=actor.organisation_id), request__closed_at=None, request__moved_from=None)


def said_no_to_us(actor: Actor, *, now: datetime) -> list[SaidThere]:
    """Those of the last days after which nobody was asked and beside which nothing is asked or kept, latest first, one line a request;
    at most MOST_TOLD. `since`: when the house said no. Cost: one query."""
    live = Q(state__in=(Hold.State.ASKED, Hold.State.ACCEPTED), ends_at__gt=now) | Q(state=Hold.State.ARRIVED)
    ours = Hold.objects.visible_to(actor).filter(request=OuterRef("request"), asking_id=actor.organisation_id)
    others = ours.filter(live | Q(asked_at__gt=OuterRef("answered_at")))
    told = nos_to_us(actor).filter(answered_at__gt=now - NO_TOLD_FOR).exclude(Exists(others)).exclude(request__sent_at__gt=F("answered_at"))
    rows = told.order_by("-answered_at", "id").values_list("request_id", "request__reference", "answered_at")
    latest: dict[UUID, SaidThere] = {}
    for request, reference, since in rows[:MOST_TOLD]:
        if since:
            latest.setdefault(request, SaidThere(request, reference, since))
    return list(latest.values())


def questions_that_wait(actor: Actor) -> QuerySet[Question]:
    """Asked by houses about requests of the acting organisation that are open, and answered by nobody. What became of a hidden house is
    not read: its question waits until it is answered, whatever the house does."""
    rows: QuerySet[Question] = Question.objects.visible_to(actor).filter(answered_at=None)
    ours = Q(request__organisation_id=actor.organisation_id)
    ended = Hold.objects.visible_to(actor).filter(pk=OuterRef("hold"), state__in=ENDED)
    return rows.filter(ours, request__closed_at=None, request__moved_from=None).exclude(Exists(ended))


def asked_back_of_us(actor: Actor) -> list[SaidThere]:
    """The same, longest first, one line a request; at most MOST_TOLD. `since`: when the first of them was asked. Cost: one query."""
    told = questions_that_wait(actor).order_by("asked_at", "id").values_list("request_id", "request__reference", "asked_at")
    first: dict[UUID, SaidThere] = {}
    for request, reference, since in told[:MOST_TOLD]:
        first.setdefault(request, SaidThere(request, reference, since))
    return list(first.values())


@kept
def _standing(actor: Actor) -> QuerySet[Any, Any]:
    now, reference = Given("now", DateTimeField()), Given("reference", UUIDField())
    keeps = Q(state=Hold.State.ARRIVED) | Q(state__in=(Hold.State.ASKED, Hold.State.ACCEPTED), ends_at__gt=now)
    holds = Hold.objects.visible_to(actor).filter(keeps, request=OuterRef("pk"), asking_id=actor.organisation_id)
    best = holds.order_by(Case(When(state=Hold.State.ASKED, then=Value(1)), default=Value(0)), "ends_at")
    open_ones = Request.objects.visible_to(actor).filter(reference=reference, organisation_id=actor.organisation_id, closed_at=None)
    told = open_ones.annotate(hold_state=Subquery(best.values("state")[:1]), hold_ends=Subquery(best.values("ends_at")[:1]))
    rows: QuerySet[Any, Any] = told.values_list("pk", "hold_state", "hold_ends", "sent_at")
    return rows[:1]


def standing_request(actor: Actor, reference: UUID, *, now: datetime) -> Standing | None:
    """The open request of the actor's organisation for one reference, if there is one. Cost: one query."""
    row = next(iter(_standing(actor, now=now, reference=reference)), None)
    if row is None:
        return None
    pk, state, ends, sent = row
    return Standing(pk, state or ("sent" if sent else "begun"), ends)
