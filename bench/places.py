"""Candidates for one household with the database: `python -m bench.places --units 5000`. The invented shelters are kept in a folder."""

from __future__ import annotations

import argparse
import os
from datetime import UTC, datetime
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
    from bench.pages import _wake

    _wake()
    result: dict[str, Any] = {"machine": machine(), "units": chosen.units}
    host, seeker = _members()
    with clock(result, "filled"):
        _fill(host, chosen.units)
    result["candidates_ms"] = _asking(seeker, chosen.times)
    result["figures"] = [
        [f"candidates for one household among {chosen.units:,} units, database included", "p95 ≤ 50 ms",
         f"p95 {result['candidates_ms']['p95']} ms"],
    ]  # fmt: skip
    say(result)


def _members() -> tuple[Any, Any]:
    from repere.web.installation import migrate
    from tests.people import member, organisation

    migrate()
    one, other = (organisation(f"{name} {uuid4().hex[:6]}", "association", "69") for name in "AB")
    return member("A Exemple", one, "case_worker"), member("B Exemple", other, "case_worker")


def _fill(host: Any, units: int) -> None:
    """Units of one to three beds, all free: the most rows that a candidate list can have to judge."""
    from repere.places import actions

    now, zones = datetime.now(UTC), [f"{number:02}" for number in range(1, 96) if number != 20]
    for number in range(units // 5):
        house = actions.add_shelter(
            name=f"Maison {number}", zone=zones[number % len(zones)], listed=True, languages=["fra"], acting=host.actor, now=now
        )
        for row in range(5):
            actions.add_unit(house.pk, label=str(row), capacity=1 + row % 3, phases=["emergency"], acting=host.actor, now=now)


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
