"""How soon shelters answer, for the national coordination alone: by région, and only where enough of them were asked.

Holds of shelters that are not listed are not counted: their number and their haste would tell where they are.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from uuid import UUID

from repere.accounts.actor import Actor
from repere.directory.territory import region_of, regions
from repere.directory.vocabulary import FEWEST_TOLD
from repere.places.models import Hold
from repere.places.queries.country import WEEKS, only_coordination

ELSEWHERE = ""
"""Régions with too few shelters to be told apart, taken together."""


@dataclass(frozen=True)
class Answers:
    """Of one région in the last weeks. `asked`, `answered`: numbers of requests; `hours`: median until the answer; `slow`: the time
    within which nine of ten answers came. Nothing where nobody answered."""

    region: str
    name: str
    shelters: int
    asked: int
    answered: int
    hours: float | None
    slow: float | None


def answer_times(actor: Actor, *, now: datetime) -> list[Answers]:
    """Slowest first; too small régions together at the end, and left out where even together they are too few."""
    only_coordination(actor)
    start = now - timedelta(weeks=WEEKS)
    rows = Hold.objects.visible_to(actor).filter(listed=True, asked_at__gte=start, asked_at__lte=now)
    by_region: dict[str, list[tuple[UUID, datetime, datetime | None]]] = defaultdict(list)
    for shelter, zone, asked, answered in rows.values_list("shelter_id", "shelter__zone", "asked_at", "answered_at"):
        by_region[region_of(zone)].append((shelter, asked, answered))
    told, rest = [], []
    for region, found in by_region.items():
        if region and len({shelter for shelter, _asked, _answered in found}) >= FEWEST_TOLD:
            told.append(_answers(region, found))
        else:
            rest += found
    told.sort(key=lambda one: -(one.hours or 0))
    if len({shelter for shelter, _asked, _answered in rest}) >= FEWEST_TOLD:
        told.append(_answers(ELSEWHERE, rest))
    return told


def _answers(region: str, rows: list[tuple[UUID, datetime, datetime | None]]) -> Answers:
    hours = sorted((answered - asked).total_seconds() / 3600 for _shelter, asked, answered in rows if answered)
    return Answers(
        region, regions().get(region, ""), len({row[0] for row in rows}), len(rows), len(hours),
        round(median(hours), 1) if hours else None, round(hours[-(-9 * len(hours) // 10) - 1], 1) if hours else None,
    )  # fmt: skip
