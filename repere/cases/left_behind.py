"""After she moved: a house that she left may still read her file. Nothing ends by itself: her things or her papers may be there yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases.models import Case, Grant
from repere.places.models import Hold
from repere.places.queries.moved import moved_by


@dataclass(frozen=True)
class Left:
    """`ends_at`: when its access ends where nobody ends it before."""

    grant_id: UUID
    name: str
    ends_at: datetime | None


def left_for(actor: Actor, case: Case, hold: Hold) -> list[Left]:
    """Bodies in whose houses she stayed before this place, as far as we asked for them, that still see her. Cost: two queries at most."""
    stays = Hold.objects.visible_to(actor).filter(request__reference=case.place_reference, asking_id=actor.organisation_id)
    before = stays.filter(state__in=(Hold.State.ARRIVED, Hold.State.LEFT), arrived_at__lt=hold.arrived_at)
    return _seeing(actor, case, set(before.exclude(host_id=hold.host_id).values_list("host_id", flat=True)))


def left_by_move(actor: Actor, case: Case) -> list[Left]:
    """The body that moved her after an incident, once we said that she is in her new place. Cost: one query, three after such a yes."""
    mover = moved_by(actor, case.place_reference)
    return _seeing(actor, case, {mover} if mover else set())


def _seeing(actor: Actor, case: Case, bodies: set[UUID]) -> list[Left]:
    if not bodies:
        return []
    open_now = Grant.objects.visible_to(actor, own=True).active().filter(case=case, organisation_id__in=bodies)
    return [Left(one.pk, one.organisation.name, one.ends_at) for one in open_now.select_related("organisation")[:10]]
