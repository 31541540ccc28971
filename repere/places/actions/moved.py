"""A household that another body moved after an incident: whoever keeps her file says whether she is there."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.doors import must_be
from repere.places.events import answer
from repere.places.models import Event
from repere.places.queries.moved import said_moves
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import SEEKING


def confirm_move(said_id: UUID, *, there: bool, acting: Actor, now: datetime) -> Event:
    """Answer once what the shelter that moved her said. Only a yes begins a stay in her file."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        said = Event.objects.visible_to(acting).filter(
            pk=said_id, kind=Event.Kind.SAID_THERE, organisation_id=acting.organisation_id
        ).first()  # fmt: skip
        if said is None:
            raise NotVisible
        one_after_the_other(said.reference)
        if said not in said_moves(acting):
            raise Refused("move_is_answered")
        # An answer stands after what it answers, whatever the clock of whoever said it.
        at = max(now, said.at + timedelta(microseconds=1))
        made = answer(said, Event.Kind.ARRIVED if there else Event.Kind.NOT_THERE, acting=acting, now=at)
        ledger.record(acting, "confirm_move", detail={"event": said.pk, "there": there})
    return made
