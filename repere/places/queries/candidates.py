"""Which places could be offered to a household, with reasons. Nothing here reads another person."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from repere.accounts.actor import Actor
from repere.core.needs import MISSES, Fit, Needs, Place, PlaceTable, Weights, candidates
from repere.directory.geography.distance import hundreds_of_km
from repere.directory.territory import same_part
from repere.places import households
from repere.places.clocks import TONIGHT
from repere.places.models import Hold, Request, Unit
from repere.places.queries.judging import HALF_LIFE_HOURS, judged

SHOWN = 8
MOST_SHOWN = 50
"""How many at first, and how many to whoever wants to see the others: our choice. All of them are listed by their shelters."""


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
        remote=unit.remote, isolated_first=unit.isolated_first, security=shelter.security, phases=frozenset(unit.phases),
        languages=frozenset(shelter.languages), trained_for=frozenset(shelter.trained_for), confidence=sure,
    )  # fmt: skip


FREE_UNITS = """
    SELECT u.id::text, u.shelter_id::text, s.zone, u.capacity, coalesce(b.free, 0), u.one_household, u.gender, s.men_on_site, u.children,
        u.unaccompanied_minors, u.couples, u.step_free, u.pets, u.collective, u.requires_papers, u.remote, u.isolated_first, s.security,
        u.phases, s.languages, s.trained_for, s.confirmed_at
    FROM places_unit u JOIN places_shelter s ON s.id = u.shelter_id
    LEFT JOIN (
        SELECT b.unit_id, count(*) AS free FROM places_bed b WHERE b.listed AND NOT b.out_of_use
            AND b.id NOT IN (SELECT taken_beds(%(now)s))
        GROUP BY b.unit_id
    ) b ON b.unit_id = u.id
    WHERE u.listed AND NOT u.out_of_use AND s.paused_at IS NULL AND s.vouched_at IS NOT NULL
            AND u.organisation_id IN (SELECT o.id FROM directory_organisation o WHERE o.state = 'active') ORDER BY u.id
"""


def listed_places(*, now: datetime) -> PlaceTable:
    """Every listed unit with its free beds, as of now. One statement; row-level security filters it again."""
    with connection.cursor() as cursor:
        cursor.execute(FREE_UNITS, {"now": now})
        rows = cursor.fetchall()
    return PlaceTable.of(
        Place(
            id, shelter, zone, capacity, free if free == capacity or not whole else 0, whole, gender, men, children, alone, couples,
            step_free, pets, collective, papers, remote, isolated, security, frozenset(phases), frozenset(languages), frozenset(trained),
            confidence(confirmed, now),
        )
        for (id, shelter, zone, capacity, free, whole, gender, men, children, alone, couples, step_free, pets, collective, papers, remote,
             isolated, security, phases, languages, trained, confirmed) in rows
    )  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """A listed unit with the reasons for or against it. `elsewhere`: it lies in another part of the Republic than she does. `far`:
    hundreds of kilometres, where the nearest come first. `decides`: it takes no minors without an adult; that an age is disputed is for
    its people to weigh. `said_no`: it answered no to this very request, as it stands."""

    unit: Unit
    fit: Fit
    free: int
    sure: float
    elsewhere: bool = False
    far: int = 0
    decides: bool = False
    said_no: bool = False

    @property
    def part(self) -> str:
        """Under which heading it stands: that of a no, of the other side of a sea, or none."""
        return "said_no" if self.said_no else "elsewhere" if self.elsewhere else ""

    @property
    def far_km(self) -> int:
        return self.far * 100


@dataclass(frozen=True)
class Found:
    """`fitting`: best first, those elsewhere after the others, those that said no last; `near_first`: tonight the nearest come first.

    `nearly`: would fit if the place changed one rule; `excluded`: how many others, by their reason; `unguarded`: how many would fit if
    no guarded access were asked for."""

    fitting: list[Candidate]
    nearly: list[Candidate]
    excluded: dict[str, int]
    fitting_in_all: int
    as_of: datetime
    near_first: bool = False
    unguarded: int = 0


def candidates_for(actor: Actor, request: Request, *, now: datetime, weights: Weights | None = None, most: int = SHOWN) -> Found:
    """What may be shown to the seeker: listed places only, judged on her needs and on where she is. Cost: three statements."""
    needs = households.read(request.household).needs
    home = same_part({request.zone, *needs.near})
    far = _distances(request, needs)
    found = judged(needs, most=most, now=now, weights=weights, home=home, far=far)
    units = Unit.objects.visible_to(actor).select_related("shelter", "organisation").in_bulk(list(found.free))
    sure = {str(unit.pk): confidence(unit.shelter.confirmed_at, now) for unit in units.values()}
    places = {str(unit.pk): place_of(unit, free=found.free[unit.pk], sure=sure[str(unit.pk)]) for unit in units.values()}
    nos = _said_no(actor, request)
    told = [
        Candidate(
            units[UUID(fit.place)], fit, places[fit.place].beds, sure[fit.place], bool(home) and places[fit.place].zone not in home,
            far.get(places[fit.place].zone, 0), needs.led_by_disputed_age and not places[fit.place].unaccompanied_minors,
            UUID(fit.place) in nos,
        )
        for fit in candidates(needs, PlaceTable.of(places.values()), weights)
    ]  # fmt: skip
    # The order of the core stays within each of these.
    told.sort(key=lambda one: (one.said_no, one.elsewhere, one.far, one.decides))
    return Found(
        [one for one in told if one.fit.fits][:most], [one for one in told if one.fit.would_fit_if][:SHOWN],
        _excluded(found.counts), found.counts.get((), 0), now, bool(far),
        found.counts.get(("security_too_low",), 0),
    )  # fmt: skip


def _said_no(actor: Actor, request: Request) -> set[UUID]:
    """Listed units whose last answer to this request, as it stands, was no: those who asked were told so."""
    ours = Hold.objects.visible_to(actor).filter(request=request, asking_id=request.organisation_id, listed=True)
    if request.changed_at is not None:
        ours = ours.filter(asked_at__gte=request.changed_at)
    last = dict(ours.order_by("asked_at", "id").values_list("unit_id", "state"))
    return {unit for unit, state in last.items() if state == Hold.State.DECLINED}


def _distances(request: Request, needs: Needs) -> dict[str, int]:
    """Tonight the journey counts before anything else that speaks for a place: from where she would like to be, else from where she is,
    unless it is from there that she must be moved away."""
    if request.urgency < TONIGHT:
        return {}
    return hundreds_of_km(needs.near or {request.zone} - needs.avoid - needs.refuses_zones)


def _excluded(counts: dict[tuple[str, ...], int]) -> dict[str, int]:
    """How many of the units that one rule of the place does not bring in, by each reason against them."""
    total: Counter[str] = Counter()
    for names, count in counts.items():
        if len(names) > 1 or (names and MISSES[names[0]] != "place"):
            total.update(dict.fromkeys(names, count))
    return {name: total[name] for name in MISSES if total[name]}
