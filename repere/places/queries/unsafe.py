"""A house that says that the place of a household of ours is no longer safe: what it says now, read from the steps it told us."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet, UUIDField

from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.places.incident_models import Incident
from repere.places.models import Event, Hold, Request
from repere.places.queries.moved import UNSAFE_TOLD_FOR, moved_by

MOST_STEPS = 60
SAYS = (Event.Kind.SEARCH_ENDED, Event.Kind.SAID_THERE, Event.Kind.TAKEN_BACK)
"""Steps by which a house goes on after its report: it looks no further, it moved her, it was a mistake."""


@dataclass(frozen=True)
class Danger:
    """`by`: the body of the house, `name`: its name; `since`: when it said that the place is no longer safe. `kind`: its last word
    (`Event.Kind`): requested, while it looks for another place, search_ended, said_there, taken_back; or not_there, our own answer that she
    is not where it moved her. `said`: when that was said; `why`: of a report taken back, in words."""

    by: UUID
    name: str
    since: datetime
    kind: str
    said: datetime
    why: str = ""


def danger_at(actor: Actor, reference: UUID, *, now: datetime) -> Danger | None:
    """What stands of it for one household of the acting organisation, until it left that house or is in another place; a report taken
    back is told for UNSAFE_TOLD_FOR. Our own search beside the house's ends nothing: she is still there. Cost: one query."""
    # Of one instant the search comes before what ends it.
    steps = sorted(_steps(actor, reference=reference), key=lambda step: (step.at, step.kind != Event.Kind.REQUESTED))
    found = _last_word(actor, steps)
    over = found is not None and found.kind == Event.Kind.TAKEN_BACK and found.said <= now - UNSAFE_TOLD_FOR
    return None if over else found


@kept
def _steps(actor: Actor) -> QuerySet[Any, Any]:
    told = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, reference=Given("reference", UUIDField()))
    of_use = told.filter(kind__in=(Event.Kind.REQUESTED, *SAYS, Event.Kind.NOT_THERE, Event.Kind.ARRIVED, Event.Kind.LEFT))
    rows: QuerySet[Any, Any] = of_use.order_by("-at", "-id").select_related("by_organisation")
    return rows[:MOST_STEPS]


def _last_word(actor: Actor, steps: Iterable[Event]) -> Danger | None:
    """Steps oldest first."""
    found: Danger | None = None
    for step in steps:
        ours, kind = step.by_organisation_id == actor.organisation_id, step.kind
        if kind == Event.Kind.REQUESTED and not ours:
            found = Danger(step.by_organisation_id, step.by_organisation.name, step.at, kind, step.at)
        elif found is None:
            continue
        elif kind == Event.Kind.ARRIVED or (kind == Event.Kind.LEFT and step.by_organisation_id == found.by):
            found = None
        elif (kind in SAYS and step.by_organisation_id == found.by) or kind == Event.Kind.NOT_THERE:
            found = replace(found, kind=kind, said=step.at, why=why_taken_back(step))
    return found


def kept_in(actor: Actor, reference: UUID) -> Hold | None:
    """The hold by which a household of the acting organisation lives where it does, as far as this reader may know of it: that of a house
    which let itself be read, made sure of by us, and not left. None after a move, of which we were told no house. Cost: two queries."""
    if moved_by(actor, reference) is not None:
        return None
    ours = Hold.objects.visible_to(actor).filter(request__reference=reference, asking_id=actor.organisation_id, state=Hold.State.ARRIVED)
    made_sure = ours.filter(request__outcome=Request.Outcome.PLACED).select_related("host")
    found: Hold | None = made_sure.order_by("-arrived_at", "id").first()
    return found


def why_taken_back(step: Event) -> str:
    """In words; "" for any other step, and where an earlier version kept no reason."""
    known = step.kind == Event.Kind.TAKEN_BACK and step.phase in Incident.Mistake.values
    return str(Incident.Mistake(step.phase).label) if known else ""
