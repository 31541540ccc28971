"""Arriving, staying longer, leaving; what is gone through with her on arrival."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.places.beds import free, keep_as_long
from repere.places.by_the_house import go_on, writing
from repere.places.doors import me, must_be, must_receive, myself, received_hold
from repere.places.events import tell
from repere.places.models import Arrival, Event, Hold, Request
from repere.places.refusals import Refused
from repere.places.roles import HOSTING

STEPS = ("meeting_point", "phone_location", "shared_accounts", "luggage", "address_told", "rules_told", "danger_words")
ANSWERS = ("done", "later", "she_declined")
MOST_DAYS = 14


def arrive(hold_id: UUID, *, acting: Actor, now: datetime) -> Hold:
    """The shelter says that she is here: the place is filled until she leaves. Her file tells it once those who follow her say so too
    (`confirm_arrival`): a statement of the shelter alone ends no search."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        held = received_hold(acting, hold_id)
        must_receive(acting)
        if held.state != Hold.State.ACCEPTED or held.ends_at is None or held.ends_at <= now:
            raise Refused("not_accepted")
        go_on(held, acting=acting, state=Hold.State.ARRIVED, arrived_at=now, ends_at=None)
        keep_as_long(held, acting=acting)
        ledger.record(acting, "arrive", detail={"hold": held.pk})
    return held


def extend(hold_id: UUID, *, days: int, acting: Actor, now: datetime) -> Hold:
    """Keep an accepted place longer. `days` from now."""
    must_be(acting, HOSTING)
    if not 1 <= days <= MOST_DAYS:
        raise Refused("ends_too_soon", days=MOST_DAYS)
    with acting_as(acting):
        held = received_hold(acting, hold_id)
        must_receive(acting)
        if held.state != Hold.State.ACCEPTED or held.ends_at is None or held.ends_at <= now:
            raise Refused("not_accepted")
        go_on(held, acting=acting, ends_at=now + timedelta(days=days))
        keep_as_long(held, acting=acting)
        ledger.record(acting, "extend_hold", detail={"hold": held.pk, "days": days})
    return held


def leave(hold_id: UUID, *, acting: Actor, now: datetime) -> Hold:
    """She left: the place is free again."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        held = received_hold(acting, hold_id)
        if held.state != Hold.State.ARRIVED:
            raise Refused("not_here")
        # A stay that nobody confirmed is not in her file, and so has no end there.
        if held.request.outcome == Request.Outcome.PLACED:
            tell(held.request, Event.Kind.LEFT, acting=acting, now=now, by=me(acting))
        free(held, acting=acting)
        go_on(held, acting=acting, state=Hold.State.LEFT, left_at=now)
        ledger.record(acting, "leave", detail={"hold": held.pk})
    return held


def keep_arrival(hold_id: UUID, *, items: Mapping[str, str], acting: Actor, now: datetime) -> Arrival:
    """Write down which steps of arriving were gone through with her: codes of STEPS, each done, later or declined by her."""
    must_be(acting, HOSTING)
    if not set(items) <= set(STEPS) or not set(items.values()) <= set(ANSWERS):
        raise Refused("step_unknown")
    with acting_as(acting):
        held = received_hold(acting, hold_id)
        if held.state not in ("accepted", "arrived"):
            raise Refused("not_here")
        kept: Arrival = Arrival.objects.visible_to(acting).filter(hold=held).first() or Arrival(hold=held, organisation_id=me(acting))
        kept.items, kept.user_id, kept.at = {**kept.items, **items}, myself(acting), now
        with writing(acting):
            kept.save(update_fields=None if kept._state.adding else ["items", "user_id", "at"])
        ledger.record(acting, "keep_arrival", detail={"hold": held.pk})
    return kept
