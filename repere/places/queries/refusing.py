"""Which listed shelters the proposal leaves out for a household: those that said no to its needs, and those that she does not want.

Hidden shelters are no part of it, whoever asks: what the proposal leaves out tells no answer of theirs. Why a shelter said no is not
read either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, QuerySet

from repere.accounts.actor import Actor
from repere.places.models import Hold, Request
from repere.places.refused_models import RefusedByHer

FOUND = (Request.Outcome.PLACED, Request.Outcome.WITHDRAWN)
"""Outcomes that end a search; a request that found nothing, and the next one, are one search."""


@dataclass
class _Search:
    """What is known of one reference. `began`: when its last search that found something ended; `asked`: shelter → when it was last
    asked; `nos`: shelter, when it said no, and the needs it said no to where they are known; `hers`: shelter, when she refused it."""

    began: datetime | None = None
    asked: dict[UUID, datetime] = field(default_factory=dict)
    nos: list[tuple[UUID, datetime, Any]] = field(default_factory=list)
    hers: list[tuple[UUID, datetime]] = field(default_factory=list)

    def left_out(self, household: Any) -> frozenset[UUID]:
        """A no binds for the same needs, a refusal of hers for any; neither once the shelter was asked anew."""
        same = [(shelter, at) for shelter, at, needs in self.nos if needs == household]
        return frozenset(shelter for shelter, at in [*same, *self.hers] if self._stands(shelter, at))

    def _stands(self, shelter: UUID, at: datetime) -> bool:
        return (self.began is None or at > self.began) and self.asked.get(shelter, at) <= at


def left_out(actor: Actor, waiting: Iterable[Request]) -> Mapping[UUID, frozenset[UUID]]:
    """Listed shelters that are proposed no more, for each of these open requests that has some. Cost: three statements."""
    searches = _searches(actor, Request.objects.visible_to(actor).filter(closed_at=None).values("reference"))
    found = {one.pk: searches[one.reference].left_out(one.household) for one in waiting if one.reference in searches}
    return {request: shelters for request, shelters in found.items() if shelters}


def _searches(actor: Actor, references: QuerySet[Any]) -> Mapping[UUID, _Search]:
    found: defaultdict[UUID, _Search] = defaultdict(_Search)
    ended = Request.objects.visible_to(actor).filter(reference__in=references, outcome__in=FOUND).order_by("closed_at")
    for reference, closed_at in ended.values_list("reference", "closed_at"):
        found[reference].began = closed_at
    _read_answers(actor, references, found)
    refused = RefusedByHer.objects.visible_to(actor).filter(request__reference__in=references)
    for reference, shelter, said_at in refused.values_list("request__reference", "shelter_id", "said_at"):
        found[reference].hers.append((shelter, said_at))
    return found


def _read_answers(actor: Actor, references: QuerySet[Any], found: Mapping[UUID, _Search]) -> None:
    holds = Hold.objects.visible_to(actor).filter(listed=True, request__reference__in=references).order_by("asked_at", "id")
    rows = holds.annotate(reference=F("request__reference"), household=F("request__household"), changed_at=F("request__changed_at"))
    for hold in rows:
        search = found[hold.reference]
        search.asked[hold.shelter_id] = hold.asked_at
        if hold.state == Hold.State.DECLINED and hold.answered_at:
            # What it had read is known while the needs stand as they were.
            unchanged = hold.changed_at is None or hold.asked_at >= hold.changed_at
            search.nos.append((hold.shelter_id, hold.answered_at, hold.household if unchanged else None))
