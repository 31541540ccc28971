"""Closing an account at once, everywhere in one organisation: memberships rest, sessions end. The verbs stand above, with their rows."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.sessions import end_working_for

FREEZING = "freezing"
FROZEN = "frozen"
"""Why such a membership rests: only the verb that lifts the freeze lets it work again."""


def close_account(user: User, organisation_id: UUID, *, now: datetime) -> int:
    """Within the caller's transaction. Returns how many sessions ended; whatever she does next in any of them is refused.

    Sessions in which she works for another organisation of hers go on: that one decides for itself.
    """
    # Members may not change memberships; the house does it for them, on this one verb.
    with acting_as(Actor.system(FREEZING, organisation_id=organisation_id)):
        working = Membership.objects.accepted().filter(user=user, organisation=organisation_id, ended_at=None, suspended_at=None)
        working.update(suspended_at=now, suspended_why=FROZEN)
    return end_working_for(user, organisation_id, now=now, why=FROZEN)


def open_account(user: User, organisation_id: UUID) -> int:
    """Memberships that rested for this reason work again. Ended sessions stay ended."""
    with acting_as(Actor.system(FREEZING, organisation_id=organisation_id)):
        frozen = Membership.objects.filter(user=user, organisation=organisation_id, ended_at=None, suspended_why=FROZEN)
        return frozen.update(suspended_at=None, suspended_why="")


def administrators_of(organisation_id: UUID) -> list[UUID]:
    """Who may look after accounts there today, by id."""
    running = Membership.objects.current().filter(organisation=organisation_id, role=ADMINISTRATOR)
    return list(running.order_by("created_at", "id").values_list("user_id", flat=True))


def members_by_id(organisation_id: UUID) -> list[UUID]:
    running = Membership.objects.current().filter(organisation=organisation_id)
    return list(dict.fromkeys(running.order_by("created_at", "id").values_list("user_id", flat=True)))
