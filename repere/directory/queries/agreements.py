"""Conventions where they hold, and which of them end soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from repere.directory.doors import is_past_probation
from repere.directory.entry_models import Convention
from repere.directory.territory import EVERYWHERE, name_of
from repere.ledger.actions import Acting

STEPS_DAYS = (180, 60, 14)
"""Days before its end on which who keeps a convention is reminded. Our choice: half a year is what a new signature takes."""
STANDING = (Convention.State.SIGNED, Convention.State.PREPARED)
MOST = 500


@dataclass(frozen=True)
class Agreement:
    """A convention as lists show it. `days_left`: until its end; negative once it has passed; nothing where no end is known."""

    convention: Convention
    places: tuple[str, ...]
    days_left: int | None

    @property
    def ends_soon(self) -> bool:
        return self.days_left is not None and 0 <= self.days_left <= STEPS_DAYS[0] and self.stands

    @property
    def is_past(self) -> bool:
        """Nobody wrote down what became of it after its end."""
        return self.days_left is not None and self.days_left < 0 and self.stands

    @property
    def stands(self) -> bool:
        return self.convention.state in STANDING

    @property
    def has_successor(self) -> bool:
        return bool(self.convention.successor or self.convention.successor_role)


def agreements(actor: Acting, *, territory: str = "", on: date) -> list[Agreement]:
    """Conventions that this actor may read and that hold in a territory, those that end first at the head."""
    held = Convention.objects.select_related("organisation")
    if not is_past_probation(actor):
        held = held.filter(organisation=actor.organisation_id)
    if territory:
        held = held.filter(territories__overlap=[territory, EVERYWHERE])
    found = [_agreement(one, on) for one in held[:MOST]]
    return sorted(found, key=lambda one: (not one.stands, one.days_left is None, one.days_left or 0))


def _agreement(one: Convention, on: date) -> Agreement:
    return Agreement(one, tuple(name_of(code) for code in one.territories), (one.ends_on - on).days if one.ends_on else None)


def reminders(actor: Acting, *, on: date) -> list[Agreement]:
    """Of the actor's own organisation: conventions that the job has reminded of, until somebody writes another end or state."""
    kept = Convention.objects.filter(organisation=actor.organisation_id, reminded_days__isnull=False, state__in=STANDING)
    return sorted((_agreement(one, on) for one in kept[:MOST]), key=lambda one: one.days_left or 0)


def reminded(organisations: Iterable[UUID], *, on: date) -> list[Convention]:
    """For the job that writes letters: conventions of these organisations that were reminded of and have not ended yet."""
    near = Convention.objects.filter(organisation__in=list(organisations), reminded_days__isnull=False, state__in=STANDING, ends_on__gte=on)
    return list(near.order_by("ends_on", "id"))


def due_for_reminder(actor: Acting, *, on: date) -> list[Convention]:
    """Of a job: conventions that stand, whose end has come near enough for a step that nobody was told of yet."""
    if actor.kind != "system":
        return []
    near = Convention.objects.filter(
        state__in=STANDING, ends_on__gte=on, ends_on__lte=on + timedelta(days=STEPS_DAYS[0])
    ).order_by("ends_on", "id")
    return [one for one in near if step_due(one, on=on) is not None]


def step_due(one: Convention, *, on: date) -> int | None:
    """The nearest step that has come and was not taken; several that were missed become one."""
    if one.ends_on is None or one.ends_on < on:
        return None
    left = (one.ends_on - on).days
    come = min((step for step in STEPS_DAYS if left <= step), default=None)
    return come if come is not None and (one.reminded_days is None or come < one.reminded_days) else None
