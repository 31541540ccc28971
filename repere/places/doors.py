"""The only ways to one thing of this room: what is foreign does not exist."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import Prefetch

from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.models import Hold, Request, Shelter, Unit
from repere.places.refusals import NotVisible, Refused


def me(actor: Actor) -> UUID:
    if actor.organisation_id is None:
        raise NotVisible
    return actor.organisation_id


def myself(actor: Actor) -> UUID:
    if actor.user_id is None:
        raise NotVisible
    return actor.user_id


def must_be(actor: Actor, roles: frozenset[str]) -> None:
    if actor.role not in roles:
        raise Refused("not_your_role")


def must_receive(actor: Actor) -> None:
    """A body on probation, or stopped, prepares its house; it receives nobody."""
    if not may_receive(me(actor)):
        raise Refused("not_receiving_yet")


def may_receive(host: UUID) -> bool:
    return Organisation.objects.vetting().filter(pk=host).exists()


def visible_request(actor: Actor, request_id: UUID) -> Request:
    """A request of the acting organisation."""
    found: Request | None = Request.objects.visible_to(actor).filter(pk=request_id, organisation_id=actor.organisation_id).first()
    if found is None:
        raise NotVisible
    return found


def visible_hold(actor: Actor, hold_id: UUID) -> Hold:
    found: Hold | None = Hold.objects.visible_to(actor).select_related("request", "shelter", "unit").filter(pk=hold_id).first()
    if found is None:
        raise NotVisible
    return found


def received_hold(actor: Actor, hold_id: UUID) -> Hold:
    """One that was asked of the acting organisation, locked until the transaction ends."""
    ours = Hold.objects.visible_to(actor).filter(host_id=actor.organisation_id)
    found: Hold | None = ours.select_for_update(of=("self",)).filter(pk=hold_id).first()
    if found is None:
        raise NotVisible
    return found


def asked_hold(actor: Actor, hold_id: UUID) -> Hold:
    """One that the acting organisation asked for, locked until the transaction ends."""
    ours = Hold.objects.visible_to(actor).filter(asking_id=actor.organisation_id)
    found: Hold | None = ours.select_for_update(of=("self",)).filter(pk=hold_id).first()
    if found is None:
        raise NotVisible
    return found


def visible_unit(actor: Actor, unit_id: UUID) -> Unit:
    found: Unit | None = Unit.objects.visible_to(actor).select_related("shelter").filter(pk=unit_id).first()
    if found is None:
        raise NotVisible
    return found


def seen_shelters(actor: Actor) -> Prefetch[Any]:
    """The shelters of holds, where they may be seen. A join would drop the yes of a shelter that is hidden from whoever asked."""
    return Prefetch("shelter", Shelter.objects.visible_to(actor))


def kept_shelter(actor: Actor, shelter_id: UUID) -> Shelter:
    found: Shelter | None = Shelter.objects.visible_to(actor).filter(pk=shelter_id, organisation_id=actor.organisation_id).first()
    if found is None:
        raise NotVisible
    return found
