"""Steps that the file of the reference should tell. The room of the files turns each into one fact; here they are only added."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from procrastinate.contrib.django import app as jobs

from repere.accounts.actor import Actor
from repere.places.by_the_house import add
from repere.places.models import Event, Request
from repere.places.queries.moved import house_looking

TELL = "repere.cases.jobs.note_place_event"
UNTOLD = (Event.Kind.SAID_THERE, Event.Kind.NOT_THERE, Event.Kind.SEARCH_ENDED)
"""Steps that wait for somebody's word, or end that waiting; what two who look for a place say to each other. The file tells none."""
TOLD_TO_A_HOUSE = (Event.Kind.REQUESTED, Event.Kind.ARRIVED, Event.Kind.SEARCH_ENDED)
"""Steps of those who keep the file that a house reads which looks for another place for her after an incident."""


def tell(request: Request, kind: str, *, acting: Actor, now: datetime, by: UUID, until: date | None = None, why: str = "") -> None:
    """In the running transaction: the event, and the job that turns it into a fact. A house that looks beside us reads it too.
    `why`: of a report taken back (`Incident.Mistake`); it stands where other steps have the phase of the place."""
    beside = house_looking(acting, request.reference) if request.told_to_id is None and kind in TOLD_TO_A_HOUSE else None
    event = Event(
        reference=request.reference, organisation_id=request.told_to_id or request.organisation_id, by_organisation_id=by,
        user_id=acting.user_id, role=acting.role, kind=kind, phase=why or request.phase, until=until, on=now.date(), at=now,
        told_to_id=beside.by_organisation_id if beside else None,
    )  # fmt: skip
    _add(event, acting)


def tell_end_of_search(request: Request, *, acting: Actor, now: datetime) -> None:
    """To those who keep the file, where they did not ask themselves; to a house that looks beside them, where they did."""
    if request.told_to_id is not None or house_looking(acting, request.reference) is not None:
        tell(request, Event.Kind.SEARCH_ENDED, acting=acting, now=now, by=request.organisation_id)


def answer(said: Event, kind: str, *, acting: Actor, now: datetime) -> Event:
    """In the running transaction: what those who keep the file say to a step that another told them, who reads a no."""
    event = Event(
        reference=said.reference, organisation_id=said.organisation_id, by_organisation_id=said.organisation_id, user_id=acting.user_id,
        role=acting.role, kind=kind, phase=said.phase, on=now.date(), at=now,
        told_to_id=said.by_organisation_id if kind == Event.Kind.NOT_THERE else None,
    )  # fmt: skip
    _add(event, acting)
    return event


def _add(event: Event, acting: Actor) -> None:
    add(event, acting=acting)
    if event.kind not in UNTOLD:
        jobs.configure_task(TELL).defer(event_id=str(event.pk))
