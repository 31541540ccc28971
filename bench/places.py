"""Candidates for one household with the database: `python -m bench.places --units 5000`. The invented shelters are kept in a folder."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from bench.measuring import ROOT, clock, machine, say, spread, timed


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--units", type=int, default=5_000)
    options.add_argument("--times", type=int, default=100)
    options.add_argument("--home", type=Path, default=ROOT / "var" / "bench-places")
    chosen = options.parse_args()
    os.environ |= {"REPERE_HOME": str(chosen.home), "REPERE_DEMO": "1", "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    from bench.directory import analyze
    from bench.pages import _wake

    _wake()
    result: dict[str, Any] = {"machine": machine(), "units": chosen.units}
    host, seeker = _members()
    with clock(result, "filled"):
        _fill(host, chosen.units)
    with clock(result, "occupied"):
        result["units_taken"] = _occupy(seeker, every=2)
    analyze()
    result["candidates_ms"] = _asking(seeker, chosen.times)
    result["figures"] = [
        [f"candidates for one household among {chosen.units:,} units, half of them taken, database included", "p95 ≤ 50 ms",
         f"p95 {result['candidates_ms']['p95']} ms"],
    ]  # fmt: skip
    say(result)


def _members() -> tuple[Any, Any]:
    from repere.web.installation import migrate
    from tests.people import member, organisation

    migrate()
    one, other = (organisation(f"{name} {uuid4().hex[:6]}", "association", "69") for name in "AB")
    return member("A Exemple", one, "case_worker"), member("B Exemple", other, "case_worker")


def _occupy(seeker: Any, *, every: int) -> int:
    """Every such unit held by a household: rows alone, since what is measured is reading them."""
    from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

    from repere.accounts.acting import acting_as
    from repere.accounts.actor import Actor
    from repere.core.needs import household
    from repere.places import households
    from repere.places.models import Bed, Hold, Occupancy, Request, Unit

    now, asked = datetime.now(UTC), households.written(household(["woman"]))
    end = now + timedelta(days=3)
    with seeker.acts() as actor:
        units = list(Unit.objects.visible_to(actor).order_by("id"))[::every]
        who = {"organisation_id": actor.organisation_id, "user_id": actor.user_id}
        requests = [Request(reference=uuid4(), household=asked, size=1, phase="emergency", asked_at=now, key=uuid4(), **who) for _ in units]
        holds = [
            Hold(request=request, asking_id=actor.organisation_id, host_id=unit.organisation_id, shelter_id=unit.shelter_id, unit=unit,
                 listed=True, user_id=actor.user_id, asked_at=now, ends_at=end)
            for request, unit in zip(requests, units, strict=True)
        ]  # fmt: skip
    # As verbs write them: in the application's own capacity.
    with acting_as(Actor.system("bench", organisation_id=actor.organisation_id)) as desk:
        Request.objects.bulk_create(requests)
        Hold.objects.bulk_create(holds)
        hold_of = {hold.unit_id: hold for hold in holds}
        beds = Bed.objects.visible_to(desk).filter(unit__in=list(hold_of))
        Occupancy.objects.bulk_create(Occupancy(bed=bed, hold=hold_of[bed.unit_id], during=DateTimeTZRange(now, end)) for bed in beds)
    return len(units)


def _fill(host: Any, units: int) -> None:
    """Units of one to three beds."""
    from repere.places import actions

    now, zones = datetime.now(UTC), [f"{number:02}" for number in range(1, 96) if number != 20]
    for number in range(units // 5):
        house = actions.add_shelter(
            name=f"Maison {number}", zone=zones[number % len(zones)], listed=True, languages=["fra"], acting=host.actor, now=now
        )
        for row in range(5):
            actions.add_unit(house.pk, label=str(row), capacity=1 + row % 3, phases=["emergency"], acting=host.actor, now=now)
    _take_as_vouched()


def _take_as_vouched() -> None:
    """By the owner of the tables: who vouches is not what is measured."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE places_shelter SET vouched_at = created_at WHERE vouched_at IS NULL")


def _asking(seeker: Any, times: int) -> dict[str, float]:
    from repere.core.needs import household
    from repere.places import actions
    from repere.places.queries.candidates import candidates_for

    now = datetime.now(UTC)
    needs = household(["woman"], children=2, refuses_zones=frozenset({"69", "38"}))
    request = actions.ask(reference=uuid4(), needs=needs, urgency=2, key=uuid4(), acting=seeker.actor, now=now)
    with seeker.acts() as actor:
        return spread(timed(lambda: candidates_for(actor, request, now=now), times))


if __name__ == "__main__":
    main()
