"""Which places could be offered to a household, with reasons. Nothing here reads another person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import connection

from repere.accounts.actor import Actor
from repere.core.needs import MISSES, Fit, Place, PlaceTable, Weights, candidates, misses
from repere.places import households
from repere.places.models import Request, Unit

HALF_LIFE_HOURS = 48
"""Our choice: a figure that nobody confirmed for two days is half as sure."""
SHOWN = 8


def confidence(confirmed_at: datetime | None, now: datetime) -> float:
    """0 to 1: how sure the free beds of a shelter are, by when somebody last said so."""
    if confirmed_at is None:
        return 0.0
    return float(2.0 ** (-max((now - confirmed_at).total_seconds(), 0) / 3600 / HALF_LIFE_HOURS))


def place_of(unit: Any, *, free: int | None = None, sure: float = 1.0) -> Place:
    """A unit as the matching sees it. Without `free`, as if it were empty."""
    shelter = unit.shelter
    return Place(
        id=str(unit.pk), shelter=str(shelter.pk), zone=shelter.zone, capacity=unit.capacity, free=free, one_household=unit.one_household,
        gender=unit.gender, men_on_site=shelter.men_on_site, children=unit.children, unaccompanied_minors=unit.unaccompanied_minors,
        couples=unit.couples, step_free=unit.step_free, pets=unit.pets, collective=unit.collective, requires_papers=unit.requires_papers,
        remote=unit.remote, security=shelter.security, phases=frozenset(unit.phases), languages=frozenset(shelter.languages),
        trained_for=frozenset(shelter.trained_for), confidence=sure,
    )  # fmt: skip


FREE_UNITS = """
    SELECT u.id::text, u.shelter_id::text, s.zone, u.capacity, coalesce(b.free, 0), u.one_household, u.gender, s.men_on_site, u.children,
        u.unaccompanied_minors, u.couples, u.step_free, u.pets, u.collective, u.requires_papers, u.remote, s.security, u.phases,
        s.languages, s.trained_for, s.confirmed_at
    FROM places_unit u JOIN places_shelter s ON s.id = u.shelter_id
    LEFT JOIN (
        SELECT b.unit_id, count(*) AS free FROM places_bed b WHERE b.listed AND NOT b.out_of_use AND NOT EXISTS (
            SELECT FROM places_occupancy o WHERE o.bed_id = b.id AND o.live AND o.during @> %(now)s)
        GROUP BY b.unit_id
    ) b ON b.unit_id = u.id
    WHERE u.listed AND NOT u.out_of_use AND s.paused_at IS NULL ORDER BY u.id
"""


def listed_places(*, now: datetime) -> PlaceTable:
    """Every listed unit with its free beds, as of now. One statement; row-level security filters it again."""
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNITS, {"now": now})
        rows = cursor.fetchall()
    return PlaceTable.of(
        Place(
            id, shelter, zone, capacity, free if free == capacity or not whole else 0, whole, gender, men, children, alone, couples,
            step_free, pets, collective, papers, remote, security, frozenset(phases), frozenset(languages), frozenset(trained),
            confidence(confirmed, now),
        )
        for (id, shelter, zone, capacity, free, whole, gender, men, children, alone, couples, step_free, pets, collective, papers, remote,
             security, phases, languages, trained, confirmed) in rows
    )  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A listed unit with the reasons for or against it."""

    unit: Unit
    fit: Fit
    free: int
    sure: float


@dataclass(frozen=True)
class Found:
    """`fitting`: best first; `nearly`: would fit if the place changed one rule; `excluded`: how many others, by their reason."""

    fitting: list[Candidate]
    nearly: list[Candidate]
    excluded: dict[str, int]
    fitting_in_all: int
    as_of: datetime


def candidates_for(actor: Actor, request: Request, *, now: datetime, weights: Weights | None = None) -> Found:
    """What may be shown to the seeker: listed places only, judged on her needs alone."""
    table, needs = listed_places(now=now), households.read(request.household).needs
    against = misses(needs, table)
    missed = np.sum(list(against.values()), axis=0)
    changeable = np.any([mask for name, mask in against.items() if MISSES[name] == "place"], axis=0)
    near = (missed == 1) & changeable
    fitting = [fit for fit in candidates(needs, table, weights, most=SHOWN) if fit.fits]
    nearly = candidates(needs, PlaceTable.of(table.places[row] for row in np.flatnonzero(near).tolist()), weights, most=SHOWN)
    others = (missed > 0) & ~near
    excluded = {name: count for name, mask in against.items() if (count := int((mask & others).sum()))}
    shown = [*fitting, *nearly]
    units = Unit.objects.visible_to(actor).select_related("shelter", "organisation").in_bulk([UUID(fit.place) for fit in shown])
    wanted = {fit.place for fit in shown}
    places = {place.id: place for place in table.places if place.id in wanted}

    def seen(fit: Fit) -> Candidate:
        place = places[fit.place]
        return Candidate(units[UUID(fit.place)], fit, place.beds, place.confidence)

    return Found([seen(fit) for fit in fitting], [seen(fit) for fit in nearly], excluded, int((missed == 0).sum()), now)
