"""Beds of a unit that are added or taken away later. Which bed was there on which day stays written."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Max

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.actions.shelters import keep_history
from repere.places.beds import unused_beds
from repere.places.by_the_house import change, writing
from repere.places.doors import me, must_be, visible_unit
from repere.places.models import Bed, Unit
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import HOSTING


def change_capacity(unit_id: UUID, *, capacity: int, acting: Actor, now: datetime) -> Unit:
    """From today on the unit has so many beds, 1 to 60. Only beds that nobody holds or sleeps in are taken away, the last ones first.

    Raises Refused("beds_in_use") where too few are free. Whoever holds or stays keeps what was given.
    """
    must_be(acting, HOSTING)
    if not 1 <= capacity <= 60:
        raise Refused("capacity_1_to_60")
    with acting_as(acting):
        # The lock under which beds are kept: nobody takes one while its going is judged.
        one_after_the_other(unit_id)
        unit = visible_unit(acting, unit_id)
        if unit.organisation_id != me(acting):
            raise NotVisible
        before = unit.capacity
        if capacity != before:
            if capacity > before:
                _add(unit, capacity - before, acting, now)
            else:
                _take_away(unit, before - capacity, acting, now)
            change(unit, acting=acting, capacity=capacity)
            keep_history(unit.shelter, unit, {"capacity": [before, capacity]}, acting, now)
            ledger.record(acting, "change_capacity", detail={"unit": unit.pk, "before": before, "beds": capacity})
    return unit


def _add(unit: Unit, more: int, acting: Actor, now: datetime) -> None:
    last = Bed.objects.visible_to(acting).filter(unit=unit).aggregate(last=Max("number"))["last"] or 0
    with writing(acting):
        Bed.objects.bulk_create(
            Bed(
                unit=unit, organisation_id=unit.organisation_id, listed=unit.listed, number=last + 1 + row,
                opened_on=now.astimezone(UTC).date(),
            )
            for row in range(more)
        )  # fmt: skip


def _take_away(unit: Unit, fewer: int, acting: Actor, now: datetime) -> None:
    unused = unused_beds(unit, acting=acting, now=now)
    if len(unused) < fewer:
        raise Refused("beds_in_use", free=len(unused))
    with writing(acting) as hand:
        gone = Bed.objects.visible_to(hand).filter(pk__in=unused[len(unused) - fewer :])
        gone.update(out_of_use=True, closed_on=now.astimezone(UTC).date())
