"""Keeping beds: the table refuses two holds of one bed; this module words the refusal and frees what ended."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, OperationalError
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models.expressions import RawSQL

from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.by_the_house import house
from repere.places.models import Bed, Hold, Occupancy, Unit
from repere.places.refusals import Refused


def take(unit: Unit, *, hold: Hold, size: int, acting: Actor, start: datetime) -> None:
    """Keep beds of a unit until the end of the hold: all of them where it is given whole. Raises Refused("taken") when others were quicker.

    Whoever asks for the same unit at the same time waits for the one before: the table alone would refuse too, but two
    that wait for each other would both be refused.
    """
    one_after_the_other(unit.pk)
    beds = free_beds(unit, acting=acting, now=start)
    wanted = unit.capacity if unit.one_household else size
    if len(beds) < min(wanted, unit.capacity) or len(beds) < size:
        raise Refused("taken")
    rows = [Occupancy(id=uuid4(), bed_id=bed, hold=hold, during=DateTimeTZRange(start, hold.ends_at)) for bed in beds[:wanted]]
    try:
        with acting_as(house(acting, "take_beds")):
            Occupancy.objects.bulk_create(rows)
    except (IntegrityError, OperationalError) as others:
        raise Refused("taken") from others


def free_beds(unit: Unit, *, acting: Actor, now: datetime) -> list[UUID]:
    """Beds of the unit that nobody holds at this instant, by number."""
    # Who holds them, and since when, is read by the two sides of a hold alone.
    taken = RawSQL("SELECT taken_beds(%s, %s)", [now, unit.pk])
    beds = Bed.objects.visible_to(acting).filter(unit=unit, out_of_use=False).exclude(pk__in=taken)
    return list(beds.order_by("number").values_list("pk", flat=True))


def unused_beds(unit: Unit, *, acting: Actor, now: datetime) -> list[UUID]:
    """Beds that can be given and that nobody holds now or later, by number."""
    kept = Occupancy.objects.visible_to(acting).filter(bed__unit=unit, live=True, during__endswith__gt=now).values("bed_id")
    endless = Occupancy.objects.visible_to(acting).filter(bed__unit=unit, live=True, during__upper_inf=True).values("bed_id")
    beds = Bed.objects.visible_to(acting).filter(unit=unit, out_of_use=False).exclude(pk__in=kept).exclude(pk__in=endless)
    return list(beds.order_by("number").values_list("pk", flat=True))


def free(hold: Hold, *, acting: Actor) -> None:
    """Give the beds of a hold back, now."""
    with acting_as(house(acting, "free_beds")) as desk:
        Occupancy.objects.visible_to(desk).filter(hold=hold, live=True).update(live=False)


def keep_as_long(hold: Hold, *, acting: Actor) -> None:
    """Move the end of what is kept to that of its hold, which is written already; none: until somebody leaves."""
    with acting_as(house(acting, "keep_beds")) as desk:
        for row in Occupancy.objects.visible_to(desk).filter(hold=hold, live=True):
            row.during = DateTimeTZRange(row.during.lower, hold.ends_at)
            row.save(update_fields=["during"])
