"""What makes a place unsafe: a doubt about who asks, an incident, moving those who stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.places.actions.asking import keep_said
from repere.places.actions.holding import waiting
from repere.places.by_the_house import go_on
from repere.places.doors import kept_shelter, may_receive, me, must_be, myself
from repere.places.events import tell
from repere.places.models import Alert, Apart, Carried, Event, Hold, Incident, Request, Shelter
from repere.places.refusals import Refused
from repere.places.roles import HOSTING


def ask_second_look(hold_id: UUID, *, acting: Actor, now: datetime) -> Hold:
    """Two of us look at this one. No reason is kept, nobody is accused, no right closes: a colleague answers."""
    must_be(acting, HOSTING)
    with acting_as(acting):
        held = waiting(acting, hold_id, now)
        go_on(held, acting=acting, second_look_by=acting.user_id)
        ledger.record(acting, "ask_second_look", detail={"hold": held.pk})
    return held


def report_incident(shelter_id: UUID, *, kind: str, acting: Actor, now: datetime) -> list[Request]:
    """Nobody more is sent here; each household whose stay those who follow her confirmed gets an urgent request for a place elsewhere;
    shelters of the zone are told the kind of danger, not which shelter and not who; by a body on probation nobody else is told.
    Returns the requests to move."""
    must_be(acting, HOSTING)
    if kind not in Incident.Kind.values:
        raise Refused("reason_unknown")
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        Incident(shelter=shelter, organisation_id=me(acting), kind=kind, user_id=myself(acting), at=now).save(force_insert=True)
        if may_receive(me(acting)):
            Alert(zone=shelter.zone, kind=kind, on=now.date()).save(force_insert=True)
        shelter.paused_at = now
        shelter.save(update_fields=["paused_at"])
        moved = [_to_move(held, shelter, acting, now) for held in _staying(shelter, acting)]
        ledger.record(acting, "report_incident", detail={"shelter": shelter.pk, "kind": kind, "to_move": len(moved)})
    return moved


def _staying(shelter: Shelter, acting: Actor) -> list[Hold]:
    asked = Request.objects.visible_to(acting).filter(organisation_id=me(acting), closed_at=None).exclude(moved_from=None)
    stays = Hold.objects.visible_to(acting).filter(
        shelter=shelter, state=Hold.State.ARRIVED, request__outcome=Request.Outcome.PLACED
    ).select_related("request")  # fmt: skip
    return list(stays.exclude(pk__in=asked.values("moved_from")))


def _to_move(held: Hold, shelter: Shelter, acting: Actor, now: datetime) -> Request:
    """The same needs, away from this zone, most urgent. What she had refused stays refused."""
    household = dict(held.request.household)
    needs = dict(household.get("needs", {}))
    needs["avoid"] = sorted({*needs.get("avoid", []), shelter.zone})
    needs["near"] = [zone for zone in needs.get("near", []) if zone != shelter.zone]
    made = Request(
        reference=held.request.reference, organisation_id=me(acting), user_id=myself(acting), household=household | {"needs": needs},
        size=held.request.size, minors=held.request.minors, phase=held.request.phase, urgency=3, zone=shelter.zone, asked_at=now,
        moved_from=held.pk, told_to_id=held.request.told_to_id or held.asking_id, key=uuid4(),
    )  # fmt: skip
    made.save(force_insert=True)
    # Whom she must not meet goes with her.
    keep_said(
        made, now=now, apart=Apart.objects.visible_to(acting).standing().filter(request=held.request_id).values_list("other", flat=True),
        carries=Carried.objects.visible_to(acting).standing().filter(request=held.request_id).values_list("mark", flat=True),
    )  # fmt: skip
    tell(made, Event.Kind.REQUESTED, acting=acting, now=now, by=me(acting))
    return made
