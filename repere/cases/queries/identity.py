"""Her sealed identity, on a page of its own: opening it is an act of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey, person_key
from repere.cases import kept_from_state, sealed
from repere.cases.access import standing, visible_case
from repere.cases.models import IDENTITY, Case, SealedRecord
from repere.cases.refusals import NotVisible
from repere.cases.sealed import KeyRing


def identity_of(actor: Actor, code: str) -> dict[str, dict[str, Any]]:
    """Her sealed identity by tier, newest version that opens. Empty where nothing was written or nothing is granted. Cost: 4 queries."""
    return {tier: told.values for tier, told in _opened(actor, visible_case(actor, code)).items()}


@dataclass(frozen=True)
class IdentityPage:
    """What this organisation may read of her identity, and whether it may write it. `contact` None: closed to it.

    `damaged`: for each part whose newest version does not open, the instant of the one that is shown (None: no version opens).
    """

    case: Case
    own: bool
    identity: Mapping[str, Any]
    contact: Mapping[str, Any] | None
    written_at: datetime | None
    damaged: tuple[datetime | None, ...] = ()


def identity_page(actor: Actor, code: str) -> IdentityPage:
    """NotVisible for a foreign code, and for whoever sees the file without the identity. Cost: 5 queries."""
    case = visible_case(actor, code)
    own = case.organisation_id == actor.organisation_id
    words = standing(actor, case).words
    if IDENTITY not in words:
        raise NotVisible
    found = _opened(actor, case)
    nothing = sealed.Opened({})
    identity = found.get("identity", nothing)
    contact = found.get("contact", nothing).values if "contact_safety" in words else None
    if contact and kept_from_state.reads_as_the_state(actor, case.organisation_id):
        contact = kept_from_state.without_places(contact)
    damaged = tuple(_written_at(found[tier]) for tier in ("identity", "contact") if tier in found and found[tier].damaged)
    return IdentityPage(case, own, identity.values, contact, _written_at(identity), damaged)


def _written_at(told: sealed.Opened) -> datetime | None:
    return told.record.recorded_at if told.record else None


def _opened(actor: Actor, case: Case) -> dict[str, sealed.Opened]:
    if actor.organisation_id is None or actor.kind == "system":
        return {}
    try:
        ring = KeyRing(person_key(case.person_id, actor.organisation_id))
    except NoKey:
        return {}
    records = SealedRecord.objects.visible_to(actor).filter(person=case.person_id).order_by("tier", "-version").distinct("tier")
    return {record.tier: sealed.open_newest(ring, record.and_before(actor)) for record in records}
