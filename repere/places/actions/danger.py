"""What makes a place unsafe: a doubt about who asks, an incident, moving those who stay."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.actions.asking import keep_said, look_no_further
from repere.places.actions.holding import waiting
from repere.places.by_the_house import add, change, go_on, house
from repere.places.doors import kept_shelter, may_receive, me, must_be, myself
from repere.places.events import tell
from repere.places.incident_models import Alert, Incident
from repere.places.models import Apart, Carried, Event, Hold, Request, Shelter
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import HOSTING

TAKEN_BACK_WITHIN = timedelta(hours=2)
"""Our choice: later, people have acted on a report, and what was wrong with it is said by voice."""


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
    shelters of the zone are told the kind of danger, not which shelter and not who; by a body on probation, or a
    house that nobody vouched for, nobody else is told. Returns the requests to move."""
    must_be(acting, HOSTING)
    if kind not in Incident.Kind.values:
        raise Refused("reason_unknown")
    with acting_as(acting):
        shelter = kept_shelter(acting, shelter_id)
        tells = shelter.vouched_at is not None and may_receive(me(acting))
        alert = Alert(zone=shelter.zone, kind=kind, on=now.date()) if tells else None
        made = Incident(
            shelter=shelter, organisation_id=me(acting), kind=kind, user_id=myself(acting), at=now, paused_before=shelter.paused_at,
            alert=alert.pk if alert else None,
        )  # fmt: skip
        add(*([alert] if alert else []), made, acting=acting)
        change(shelter, acting=acting, paused_at=now)
        moved = [_to_move(held, shelter, acting, now) for held in _staying(shelter, acting)]
        ledger.record(acting, "report_incident", detail={"shelter": shelter.pk, "kind": kind, "to_move": len(moved)})
    return moved


def take_back_incident(incident_id: UUID, *, why: str, acting: Actor, now: datetime) -> Incident:
    """A report made by mistake, taken back by who made it, with a reason, within TAKEN_BACK_WITHIN. Nothing is erased: the report, what
    was asked and what was told stay, each with the word that it was a mistake.

    People come as before it; searches that it began end, but for households that are in another place by now; those who keep their
    files, and the shelters that were told, read of it.
    """
    must_be(acting, HOSTING)
    if why not in Incident.Mistake.values:
        raise Refused("reason_unknown")
    with acting_as(acting):
        found: Incident | None = Incident.objects.visible_to(acting).filter(pk=incident_id).first()
        if found is None:
            raise NotVisible
        one_after_the_other(found.shelter_id)
        found.refresh_from_db(from_queryset=Incident.objects.visible_to(acting))
        _check_taking_back(found, acting, now)
        change(found, acting=acting, taken_back_at=now, why=why)
        _open_as_before(found, acting)
        for request in _begun_by(found, acting):
            look_no_further(request, Request.Outcome.WITHDRAWN, acting=acting, now=now)
            tell(request, Event.Kind.TAKEN_BACK, acting=acting, now=now, by=me(acting), why=why)
        if found.alert is not None:
            with acting_as(house(acting, "take_alert_back")) as itself:
                Alert.objects.visible_to(itself).filter(pk=found.alert).update(taken_back_on=now.date())
        ledger.record(acting, "take_back_incident", detail={"incident": found.pk, "shelter": found.shelter_id, "why": why})
    return found


def _check_taking_back(found: Incident, acting: Actor, now: datetime) -> None:
    if found.user_id != acting.user_id:
        raise Refused("taken_back_by_who_reported")
    if found.taken_back_at is not None:
        raise Refused("taken_back_already")
    if now - found.at > TAKEN_BACK_WITHIN:
        raise Refused("taken_back_too_late", hours=int(TAKEN_BACK_WITHIN / timedelta(hours=1)))


def _open_as_before(found: Incident, acting: Actor) -> None:
    """Unless the house was opened, or closed again, since."""
    shelter = kept_shelter(acting, found.shelter_id)
    if shelter.paused_at == found.at:
        change(shelter, acting=acting, paused_at=found.paused_before)


def _begun_by(found: Incident, acting: Actor) -> list[Request]:
    ours = Request.objects.visible_to(acting).filter(organisation_id=me(acting), asked_at=found.at, closed_at=None)
    stays = Hold.objects.visible_to(acting).filter(shelter=found.shelter_id).values("pk")
    arrived = Hold.objects.visible_to(acting).filter(asking_id=me(acting), state=Hold.State.ARRIVED).values("request")
    return list(ours.filter(moved_from__in=stays).exclude(pk__in=arrived))


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
    add(made, acting=acting)
    # Whom she must not meet goes with her.
    keep_said(
        made, acting=acting, now=now,
        apart=Apart.objects.visible_to(acting).standing().filter(request=held.request_id).values_list("other", flat=True),
        carries=Carried.objects.visible_to(acting).standing().filter(request=held.request_id).values_list("mark", flat=True),
    )  # fmt: skip
    tell(made, Event.Kind.REQUESTED, acting=acting, now=now, by=me(acting))
    return made
