"""The shelter's answer: yes, or the one neutral no."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Count, Sum

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.beds import free, keep_as_long, take
from repere.places.by_the_house import add, go_on, writing
from repere.places.doors import me, must_be, must_receive, received_hold, visible_unit
from repere.places.events import tell
from repere.places.models import Event, Hold, PrivateReason, Request, Unit
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import HOSTING

ARRIVE_WITHIN_DAYS = 3
"""Our choice: how long a place is kept after a yes."""


def accept(hold_id: UUID, *, unit_id: UUID | None = None, acting: Actor, now: datetime) -> Hold:
    """Say yes. A shelter that is not listed chooses the unit. Only now may whoever asked let it see the person."""
    must_be(acting, HOSTING)
    end = now + timedelta(days=ARRIVE_WITHIN_DAYS)
    with acting_as(acting):
        held = waiting(acting, hold_id, now)
        if held.second_look_by is not None and held.second_look_by == acting.user_id:
            raise Refused("another_person_needed")
        # Two answers of one shelter are counted one after the other, whatever household they are about.
        one_after_the_other(held.shelter_id)
        _check_limits(held, acting)
        chosen = None if held.listed else _chosen_unit(held, unit_id, acting)
        try:
            go_on(
                held, acting=acting, unit_id=chosen.pk if chosen else held.unit_id, state=Hold.State.ACCEPTED, said_yes=True,
                answered_at=now, answered_by=acting.user_id, ends_at=end,
            )  # fmt: skip
        except IntegrityError as another:
            raise Refused("placed_elsewhere") from another
        if chosen is None:
            keep_as_long(held, acting=acting)
        else:
            take(chosen, hold=held, size=held.request.size, acting=acting, start=now)
        with writing(acting) as hand:
            Request.objects.visible_to(hand).filter(pk=held.request_id, first_yes_at=None).update(first_yes_at=now)
        tell(held.request, Event.Kind.HELD, acting=acting, now=now, by=me(acting), until=end.date())
        ledger.record(acting, "accept_household", detail={"hold": held.pk})
    return held


def _check_limits(held: Hold, acting: Actor) -> None:
    """What the shelter said it carries at once, over all its units."""
    here = Hold.objects.visible_to(acting).filter(shelter=held.shelter_id, state__in=("accepted", "arrived"))
    inside = here.order_by().aggregate(households=Count("pk"), minors=Sum("request__minors", default=0))
    most, most_minors = held.shelter.most_households, held.shelter.most_minors
    if most is not None and inside["households"] + 1 > most:
        raise Refused("at_its_limit", most=most)
    if most_minors is not None and held.request.minors and inside["minors"] + held.request.minors > most_minors:
        raise Refused("at_its_limit", most=most_minors)


def _chosen_unit(held: Hold, unit_id: UUID | None, acting: Actor) -> Unit:
    if unit_id is None:
        raise Refused("unit_needed")
    unit = visible_unit(acting, unit_id)
    if unit.organisation_id != me(acting) or unit.shelter_id != held.shelter_id:
        raise NotVisible
    return unit


def decline(hold_id: UUID, *, reason: str, acting: Actor, now: datetime) -> Hold:
    """Say no. Whoever asked reads “not possible now”, whatever the reason; the reason stays in the shelter."""
    must_be(acting, HOSTING)
    if reason not in PrivateReason.Reason.values:
        raise Refused("reason_unknown")
    with acting_as(acting):
        held = waiting(acting, hold_id, now)
        add(PrivateReason(hold=held, organisation_id=me(acting), reason=reason), acting=acting)
        free(held, acting=acting)
        go_on(held, acting=acting, state=Hold.State.DECLINED, answered_at=now, answered_by=acting.user_id)
        # The reason is not in the row of the ledger either: others of the house may read it.
        ledger.record(acting, "decline_household", detail={"hold": held.pk})
    return held


def waiting(acting: Actor, hold_id: UUID, now: datetime) -> Hold:
    """A question to the acting organisation that still waits. Raises Refused where it was answered, or its needs were changed since."""
    # Whoever changes the needs, and whoever answers them, go one after the other: nobody says yes to what they did not read.
    asked = Hold.objects.visible_to(acting).filter(pk=hold_id).values_list("request_id", flat=True).first()
    if asked is None:
        raise NotVisible
    one_after_the_other(asked)
    held = received_hold(acting, hold_id)
    must_receive(acting)
    if held.state != Hold.State.ASKED or (held.ends_at is not None and held.ends_at <= now):
        raise Refused("not_waiting")
    if held.request.closed_at is not None:
        raise Refused("request_closed")
    if held.request.changed_at is not None and held.asked_at < held.request.changed_at:
        raise Refused("needs_changed")
    return held
