"""The judgement of `core.needs` said once more in SQL, so that of thousands of units only a handful is read.

The database sorts and counts; whatever is shown is judged again by `core.needs`, which has the last word. A test holds the two against
each other over every reason. Nothing here reads another person.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from repere.core.needs import GAINS, MISSES, SURE_FROM, Needs, Weights, weighed

HALF_LIFE_HOURS = 48
"""Our choice: a figure that nobody confirmed for two days is half as sure."""
FRESH = timedelta(hours=HALF_LIFE_HOURS * math.log2(1 / SURE_FROM))

AGAINST: dict[str, str] = {
    "full": "free <= 0",
    "too_small": "free > 0 AND free < %(size)s",
    "gender_rule": "gender = 'women' AND %(not_all_women)s OR gender = 'men' AND %(not_all_men)s",
    "no_children": "%(children)s AND NOT children",
    "no_unaccompanied_minors": "%(alone_and_minor)s AND NOT unaccompanied_minors",
    "no_couples": "%(couple)s AND NOT couples",
    "not_step_free": "%(step_free)s AND NOT step_free",
    "no_pets": "%(pets)s AND NOT pets",
    "other_phase": "NOT %(phase)s = ANY (phases)",
    "requires_papers": "NOT %(papers)s AND requires_papers",
    "security_too_low": "security < %(security)s",
    "zone_to_avoid": "zone = ANY (%(avoid)s)",
    "zone_refused": "zone = ANY (%(refuses_zones)s)",
    "collective_refused": "%(no_collective)s AND collective",
    "shared_with_men_refused": "%(no_men)s AND men_on_site",
    "remote_refused": "%(no_remote)s AND remote",
}
SPEAKING: dict[str, str] = {
    "language_spoken": "languages && %(languages)s",
    "staff_trained": "%(form)s <> '' AND %(form)s = ANY (trained_for)",
    "single_room": "NOT collective",
    "near": "zone = ANY (%(near)s)",
    "not_remote": "NOT remote",
    "confirmed_lately": "coalesce(confirmed_at >= %(fresh)s, false)",
    "right_size": "free - %(size)s <= 1",
    "isolated_first": "%(isolated)s AND isolated_first",
}
BIT = {name: 1 << row for row, name in enumerate(MISSES)}
CHANGEABLE = tuple(BIT[name] for name, whose in MISSES.items() if whose == "place")

# Every constant below is written here; what a person typed goes in as a parameter.
JUDGED = f"""
    WITH offered AS MATERIALIZED (
        SELECT u.id, u.gender, u.children, u.unaccompanied_minors, u.couples, u.step_free, u.pets, u.phases, u.requires_papers,
            u.collective, u.remote, u.isolated_first, s.security, s.zone, s.men_on_site, s.languages, s.trained_for, s.confirmed_at,
            CASE WHEN t.beds IS NULL THEN u.capacity WHEN u.one_household THEN 0 ELSE u.capacity - t.beds END AS free
        FROM places_unit u JOIN places_shelter s ON s.id = u.shelter_id
        LEFT JOIN (
            SELECT b.unit_id, count(*)::int AS beds FROM places_bed b WHERE b.out_of_use AND b.closed_on IS NULL
                OR b.id IN (SELECT taken_beds(%(now)s))
            GROUP BY b.unit_id
        ) t ON t.unit_id = u.id
        WHERE u.listed AND NOT u.out_of_use AND s.paused_at IS NULL AND s.vouched_at IS NOT NULL
            AND u.organisation_id IN (SELECT o.id FROM directory_organisation o WHERE o.state = 'active')
    ), judged AS (
        SELECT id, free, {" + ".join(f"({said})::int * {BIT[name]}" for name, said in AGAINST.items())} AS against,
            {" + ".join(f"({said})::int * %(weight_{name})s" for name, said in SPEAKING.items())} AS score,
            %(has_home)s AND NOT zone = ANY (%(home)s) AS elsewhere, coalesce((%(far)s::jsonb ->> zone)::int, 0) AS far,
            %(led_by_disputed_age)s AND NOT unaccompanied_minors AS decides
        FROM offered
    ), ranked AS (
        SELECT *, count(*) OVER (PARTITION BY against) AS alike,
            row_number() OVER (PARTITION BY against ORDER BY elsewhere, far, decides, score DESC, id) AS rank
        FROM judged
    )
    SELECT id, free, against, alike FROM ranked
    WHERE rank <= CASE WHEN against = 0 OR against = ANY (%(changeable)s) THEN %(most)s ELSE 1 END
"""  # noqa: S608 constants of this module


@dataclass(frozen=True)
class Judged:
    """`counts`: how many units by the reasons against them; `free`: beds of those worth reading, by unit."""

    counts: dict[tuple[str, ...], int]
    free: dict[UUID, int]


def judged(
    needs: Needs, *, most: int, now: datetime, weights: Weights | None = None, home: frozenset[str] = frozenset(),
    far: Mapping[str, int] | None = None,
) -> Judged:  # fmt: skip
    """Every listed unit judged in one statement; at most `most` of each kind that fits, or would if the place changed one rule.

    `home`: zones whose units come before all others; none, and only what speaks for a unit orders them. `far`: how far each zone is,
    where the nearest come first.
    """
    asked = {
        "most": most, "now": now, "fresh": now - FRESH, "changeable": list(CHANGEABLE), "home": sorted(home), "has_home": bool(home),
        "far": json.dumps(dict(far or {})), "led_by_disputed_age": needs.led_by_disputed_age,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(JUDGED, _said(needs, weights) | asked)
        rows = cursor.fetchall()
    counts = {_names(against): alike for _, _, against, alike in rows}
    return Judged(counts, {unit: free for unit, free, against, _ in rows if against == 0 or against in CHANGEABLE})


def _names(against: int) -> tuple[str, ...]:
    return tuple(name for name, bit in BIT.items() if against & bit)


def _said(needs: Needs, weights: Weights | None) -> dict[str, Any]:
    lists = {name: sorted(getattr(needs, name)) for name in ("avoid", "refuses_zones", "near", "languages")}
    return lists | {f"weight_{name}": weight for name, weight in weighed(needs, weights).items() if name in GAINS} | {
        "size": needs.size, "not_all_women": any(elder.gender != "woman" for elder in needs.elders),
        "not_all_men": any(elder.gender != "man" for elder in needs.elders), "children": needs.children,
        "alone_and_minor": needs.alone_and_minor, "couple": needs.couple, "step_free": needs.step_free, "pets": needs.pets,
        "phase": needs.phase, "papers": needs.papers, "security": needs.security, "form": needs.form, "isolated": needs.isolated,
        "no_collective": "collective" in needs.refuses,
        "no_men": "shared_with_men" in needs.refuses, "no_remote": "remote" in needs.refuses,
    }  # fmt: skip
