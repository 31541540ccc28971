"""What a shelter reads: what is asked of it, who stays, its units and how sure their figures are, dangers nearby."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, DateTimeField, Exists, OuterRef, Q, QuerySet, Subquery

from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.places.incident_models import Alert, Incident
from repere.places.models import (
    Apart,
    Arrival,
    Bed,
    Carried,
    FormerNeeds,
    Hold,
    Occupancy,
    Question,
    Request,
    Shelter,
    ShelterChange,
    Unit,
)
from repere.places.queries.candidates import confidence

ALERTS_FOR = timedelta(days=30)
SHOWN = 200


@dataclass(frozen=True)
class UnitLine:
    unit: Unit
    free: int


@dataclass(frozen=True)
class House:
    shelter: Shelter
    units: list[UnitLine]
    sure: float


@dataclass(frozen=True)
class Desk:
    asked: list[Hold]
    expected: list[Hold]
    staying: list[Hold]
    houses: list[House]
    alerts: list[Alert]
    to_move: list[Request]


def desk(actor: Actor, *, now: datetime) -> Desk:
    """Cost: 7 queries, whatever the size of the house."""
    holds = list(
        Hold.objects.visible_to(actor).filter(host_id=actor.organisation_id, request__closed_at=None)
        .filter(state__in=("asked", "accepted"), ends_at__gt=now).select_related("request", "asking", "shelter", "unit")
        .annotate(told_before=_told_before(actor), was_answered=_answered(actor)).order_by("-request__urgency", "asked_at", "id")[:SHOWN]
    )  # fmt: skip
    staying = (
        Hold.objects.visible_to(actor).filter(host_id=actor.organisation_id, state=Hold.State.ARRIVED)
        .select_related("request", "asking", "shelter", "unit").annotate(moving=_moving(actor)).order_by("arrived_at", "id")[:SHOWN]
    )  # fmt: skip
    return Desk(
        asked=[one for one in holds if one.state == Hold.State.ASKED],
        expected=[one for one in holds if one.state == Hold.State.ACCEPTED],
        staying=list(staying),
        houses=houses(actor, now=now),
        alerts=list(Alert.objects.visible_to(actor).filter(on__gte=(now - ALERTS_FOR).date())[:20]),
        to_move=list(
            Request.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, closed_at=None).exclude(moved_from=None)[:SHOWN]
        ),
    )


def _moving(actor: Actor) -> Subquery:
    """How far the search is by which a household of ours is moved after an incident: open, or placed once it is said to be elsewhere."""
    ours = Request.objects.visible_to(actor).filter(moved_from=OuterRef("pk"), organisation_id=actor.organisation_id)
    return Subquery(ours.order_by("-asked_at", "id").values("outcome")[:1])


def _told_before(actor: Actor) -> Exists:
    """Whether the house had received the same request when its needs were others."""
    before = Hold.objects.visible_to(actor).filter(request=OuterRef("request"), host_id=actor.organisation_id)
    return Exists(before.filter(asked_at__lt=OuterRef("request__changed_at")))


def _answered(actor: Actor) -> Exists:
    """Whether a question of the house was answered while it has not answered itself."""
    answered = Question.objects.visible_to(actor).filter(hold=OuterRef("pk"), answered_at__isnull=False)
    return Exists(answered.filter(hold__state=Hold.State.ASKED))


def former_needs(actor: Actor, request: Request) -> list[FormerNeeds]:
    """What a request said before, newest first: all of it for who asked, for a shelter what it had received."""
    return list(FormerNeeds.objects.visible_to(actor).filter(request=request)[:SHOWN])


@dataclass(frozen=True)
class Unanswered:
    """What waits for a shelter's answer: how many, and when the first of them is given up."""

    number: int
    first_by: datetime | None


def asked_of_us(actor: Actor, *, now: datetime) -> Unanswered:
    """What the desk shows under "Asked of us", counted; nothing of any household. Cost: one query. Counting stops at SHOWN."""
    by = _given_up_at(actor, now=now)
    return Unanswered(len(by), by[0] if by else None)


@kept
def _given_up_at(actor: Actor) -> QuerySet[Any, datetime]:
    ours = Hold.objects.visible_to(actor).filter(host_id=actor.organisation_id, state=Hold.State.ASKED, request__closed_at=None)
    return ours.filter(ends_at__gt=Given("now", DateTimeField())).order_by("ends_at").values_list("ends_at", flat=True)[:SHOWN]


def houses(actor: Actor, *, now: datetime) -> list[House]:
    """The shelters of the acting organisation with their free beds."""
    ours = Shelter.objects.visible_to(actor).filter(organisation_id=actor.organisation_id)
    units = Unit.objects.visible_to(actor).filter(organisation_id=actor.organisation_id)
    kept = Occupancy.objects.visible_to(actor).filter(live=True, during__contains=now, bed__organisation_id=actor.organisation_id)
    beds = (
        Bed.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, out_of_use=False)
        .exclude(pk__in=kept.values("bed_id")).order_by().values_list("unit_id").annotate(free=Count("pk"))
    )  # fmt: skip
    free = dict(beds)
    lines: dict[object, list[UnitLine]] = {}
    for unit in units:
        lines.setdefault(unit.shelter_id, []).append(UnitLine(unit, free.get(unit.pk, 0)))
    return [House(shelter, lines.get(shelter.pk, []), confidence(shelter.confirmed_at, now)) for shelter in ours]


def staying_in(actor: Actor, shelter: Shelter) -> int:
    """How many households an incident drives out of a shelter of ours: those whose stay is confirmed."""
    here = Hold.objects.visible_to(actor).filter(shelter=shelter, host_id=actor.organisation_id, state=Hold.State.ARRIVED)
    return int(here.filter(request__outcome=Request.Outcome.PLACED).count())


def incidents_of(actor: Actor, shelter: Shelter) -> list[Incident]:
    """What was reported of a shelter of ours, newest first, with what was taken back."""
    return list(Incident.objects.visible_to(actor).filter(shelter=shelter).order_by("-at", "id")[:20])


def must_not_meet(actor: Actor, hold: Hold) -> int:
    """How many households of this shelter the one that asks must not live with, said from either side. For the shelter alone."""
    here = Hold.objects.visible_to(actor).filter(shelter_id=hold.shelter_id, host_id=actor.organisation_id)
    here = here.filter(state__in=("accepted", "arrived")).exclude(pk=hold.pk)
    apart, carried = Apart.objects.visible_to(actor).standing(), Carried.objects.visible_to(actor).standing()
    said = apart.filter(request=hold.request_id).values("other")
    borne_there = carried.filter(mark__in=said).values("request_id")
    borne = carried.filter(request=hold.request_id).values("mark")
    said_there = apart.filter(Q(other=hold.request.reference) | Q(other__in=borne)).values("request_id")
    return here.filter(Q(request__reference__in=said) | Q(request_id__in=borne_there) | Q(request_id__in=said_there)).count()


def changes_of(actor: Actor, shelter: Shelter) -> list[ShelterChange]:
    """What was changed of a shelter of ours, newest first."""
    return list(ShelterChange.objects.visible_to(actor).filter(shelter=shelter).select_related("unit")[:SHOWN])


def arrival_of(actor: Actor, hold: Hold) -> Arrival | None:
    found: Arrival | None = Arrival.objects.visible_to(actor).filter(hold=hold).first()
    return found
