"""Where each urgent need of a case page leads: a bed to the places, an interpreter to the interpreters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from repere.accounts.actor import Actor
from repere.cases.queries import CasePage
from repere.places.queries.asking import Standing, standing_request
from repere.places.roles import SEEKING


@dataclass(frozen=True)
class Doors:
    """`place`, `interpreters`: whether this reader may go there; `request`: the place that is looked for already."""

    place: bool
    interpreters: bool
    request: Standing | None


def doors_of(actor: Actor, page: CasePage, *, now: datetime) -> Doors:
    """Cost: one query where a bed is needed and may be looked for; none otherwise."""
    may_seek = page.own and actor.role in SEEKING
    needed = {need.code for need in page.needs} | {way.need for duty in page.duties for way in duty.ways}
    looked_for = standing_request(actor, page.place_reference, now=now) if may_seek and "shelter" in needed else None
    return Doors(may_seek, page.own and page.may_see_identity, looked_for)
