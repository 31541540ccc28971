"""Steps that the file of the reference should tell. The room of the files turns each into one fact; here they are only added."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from procrastinate.contrib.django import app as jobs

from repere.accounts.actor import Actor
from repere.places.models import Event, Request

TELL = "repere.cases.jobs.note_place_event"


def tell(request: Request, kind: str, *, acting: Actor, now: datetime, by: UUID, until: date | None = None) -> None:
    """In the running transaction: the event, and the job that turns it into a fact."""
    event = Event(
        reference=request.reference, organisation_id=request.told_to_id or request.organisation_id, by_organisation_id=by,
        user_id=acting.user_id, role=acting.role, kind=kind, phase=request.phase, until=until, on=now.date(), at=now,
    )  # fmt: skip
    event.save(force_insert=True)
    jobs.configure_task(TELL).defer(event_id=str(event.pk))
