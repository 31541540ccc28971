"""For the national coordination: which places of the daily proposal past days advise to keep back. What is learnt from is read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from repere.accounts.actor import Actor
from repere.core.needs import Place
from repere.core.placement import Instance, Proposal
from repere.core.placement.keeping import COMINGS, DAYS, MOST_PAST, OPENINGS, History, KeptBack, keep_back
from repere.places import households
from repere.places.models import Hold, Request, Unit
from repere.places.queries.candidates import place_of

LEARNT_DAYS = 180
"""Our choice: what came half a year ago still tells something of tomorrow."""


@dataclass(frozen=True)
class Keeping:
    """`lines`: advice, in the order of the proposal. `history`: what was learnt from; too short where not
    `enough`, and then there are no lines."""

    lines: tuple[KeptBack, ...]
    history: History
    now: datetime

    @property
    def asked_for(self) -> dict[str, int]:
        """The shortest history that is learnt from."""
        return {"days": DAYS, "comings": COMINGS, "openings": OPENINGS}

    def look_again(self, line: KeptBack) -> datetime:
        return self.now + timedelta(days=line.every_days)


def keeping(actor: Actor, instance: Instance, proposal: Proposal, *, now: datetime) -> Keeping:
    """Advice beside a proposal. Cost: four statements, and one look ahead of bounded size."""
    history = _history(actor, now=now)
    return Keeping(keep_back(instance, proposal.lines, history), history, now)


def _history(actor: Actor, *, now: datetime) -> History:
    """Requests that came, and listed units that a stay left: the most recent of each."""
    start = now - timedelta(days=LEARNT_DAYS)
    asked = Request.objects.visible_to(actor).filter(asked_at__gte=start, asked_at__lte=now).order_by("-asked_at", "id")
    came = tuple(
        ((now - at).days, households.read(household, id=str(pk), urgency=urgency))
        for pk, at, household, urgency in asked.values_list("pk", "asked_at", "household", "urgency")[: MOST_PAST + 1]
    )
    first = Request.objects.visible_to(actor).filter(asked_at__lte=now).order_by("asked_at").values_list("asked_at", flat=True).first()
    days = min((now - first).days, LEARNT_DAYS) if first else 0
    return History(days, came, _openings(actor, start, now))


def _openings(actor: Actor, start: datetime, now: datetime) -> tuple[tuple[int, Place], ...]:
    left = Hold.objects.visible_to(actor).filter(listed=True, state=Hold.State.LEFT, left_at__gte=start, left_at__lte=now)
    rows = list(left.order_by("-left_at", "id").values_list("unit_id", "left_at", "request__size")[: MOST_PAST + 1])
    # A unit that is no longer listed is hidden, and opens for nobody by this list.
    units = Unit.objects.visible_to(actor).select_related("shelter").in_bulk({unit for unit, _, _ in rows if unit})
    return tuple(
        ((now - at).days, place_of(units[unit], free=units[unit].capacity if units[unit].one_household else size))
        for unit, at, size in rows
        if unit in units and at
    )
