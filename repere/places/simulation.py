"""Ways of giving places, side by side over some weeks: first come, the best place for whoever comes next, the daily proposal, and the
same keeping places back for those likely to come, as past days alone tell (earlier weeks too, where they are given). That the weeks
end, and when, is part of the question; who comes until then is not.

Households come day by day and places open day by day, whatever was given before: a place that stays empty waits for the next
household. That makes the best that could be done, knowing everything beforehand, an assignment that can be computed exactly.
What it leaves out: that a place given later also becomes free later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from repere.core.needs import Member, Needs, Place, PlaceTable, admissible, scores
from repere.core.placement import Household, Instance, Urgency, propose
from repere.core.placement.foresight import Known, given_today
from repere.core.placement.pairs import Ints

ZONES = tuple(f"{number:02}" for number in range(1, 96) if number != 20)
PATIENCE_DAYS = 21
EMPTY_AFTER_DAYS = 30
EARLIER, EARLIER_DAYS, MOST_EARLIER = 1_000_003, 365, 2_500
"""The time before: added to the seed (no seed that somebody types next is that one); a year; so many households or places at most."""
WAITED = 5
"""What one day of waiting takes from the worth of a place: our choice, the same for every way."""


@dataclass(frozen=True)
class Coming:
    household: Household
    day: int
    home: int


@dataclass(frozen=True)
class Opening:
    place: Place
    day: int
    home: int


@dataclass(frozen=True)
class World:
    """`home`: number of the zone, between 0 and the number of zones; the distance of two is counted in zones, never in places."""

    comings: tuple[Coming, ...]
    openings: tuple[Opening, ...]
    days: int


@dataclass(frozen=True)
class Outcome:
    """`worth`: the sum that the proposal maximises. `same_day`, `sheltered`: shares. `distance`: mean, in zones of the simulation."""

    way: str
    worth: int
    sheltered: float
    same_day: float
    days_waited: float
    distance: float
    empty_special: int
    of_best: float


Pairs = dict[tuple[int, int], int]


def invent(*, households: int, places: int, days: int, seed: int) -> World:
    """An invented stretch of time; the same seed invents the same one."""
    draw = np.random.default_rng(seed)
    comings = [_coming(row, int(draw.integers(0, days)), draw) for row in range(households)]
    openings = [_opening(row, int(draw.integers(0, days)), draw) for row in range(places)]
    return World(tuple(sorted(comings, key=_by_day)), tuple(sorted(openings, key=_by_day)), days)


def invent_before(*, households: int, places: int, days: int, seed: int) -> World:
    """What may be learnt from: the year before, with as many households and places a day, of another seed; shorter where it is large."""
    earlier = max(min(EARLIER_DAYS, days * MOST_EARLIER // max(households, places)), 1)
    many, opened = (max(round(number * earlier / days), 1) for number in (households, places))
    return invent(households=many, places=opened, days=earlier, seed=seed + EARLIER)


def _by_day(one: Coming | Opening) -> int:
    return one.day


def _coming(row: int, day: int, draw: np.random.Generator) -> Coming:
    home = int(draw.integers(0, len(ZONES)))
    man, children = draw.random() < 0.2, int(draw.choice([0, 0, 0, 1, 2]))
    refused = frozenset(ZONES[zone] for zone in draw.choice(len(ZONES), 4, replace=False)) if draw.random() < 0.4 else frozenset()
    needs = Needs(
        (Member(gender="man" if man else "woman"), *(Member(minor=True),) * children), step_free=bool(draw.random() < 0.06),
        languages=frozenset([str(draw.choice(["fra", "eng", "spa", "ara"]))]), refuses_zones=refused,
        near=frozenset([ZONES[home]]) - refused, form=str(draw.choice(["sexual", "labour", "domestic"])),
    )  # fmt: skip
    return Coming(Household(f"h{row}", needs, urgency=int(draw.choice([0, 1, 1, 2, 2, 3]))), day, home)


def _opening(row: int, day: int, draw: np.random.Generator) -> Opening:
    home = int(draw.integers(0, len(ZONES)))
    women = bool(draw.random() < 0.5)
    place = Place(
        f"p{row}", f"s{row // 4}", ZONES[home], int(draw.choice([1, 1, 2, 3, 4])), gender="women" if women else "any",
        men_on_site=not women, step_free=bool(draw.random() < 0.25),
        languages=frozenset(str(word) for word in draw.choice(["fra", "eng", "spa", "ara"], 2)),
        trained_for=frozenset([str(draw.choice(["sexual", "labour", "domestic"]))]) if draw.random() < 0.5 else frozenset(),
    )  # fmt: skip
    return Opening(place, day, home)


def worths(world: World, urgency: Urgency | None = None) -> Pairs:
    """What each admissible pair is worth on the day on which both are there, before any waiting."""
    weighing, table = urgency or Urgency(), PlaceTable.of(one.place for one in world.openings)
    found: Pairs = {}
    for row, coming in enumerate(world.comings):
        fits, liked = admissible(coming.household.needs, table), scores(coming.household.needs, table)
        for place in np.flatnonzero(fits).tolist():
            opening = world.openings[place]
            if opening.day - coming.day <= PATIENCE_DAYS and coming.day - opening.day <= EMPTY_AFTER_DAYS:
                found[row, place] = weighing.worth(coming.household.urgency, 0) + int(liked[place])
    return found


def worth_on(world: World, pairs: Pairs, pair: tuple[int, int], day: int) -> int:
    """Less by each day that she waits."""
    return max(pairs[pair] - WAITED * (day - world.comings[pair[0]].day), 1)


def simulate(world: World, earlier: World | None = None, *, goes_on: bool = False) -> list[Outcome]:
    """Every way, and the best with hindsight, by the same measure. `earlier`: the weeks before, which keeping places back learns from.

    `goes_on`: it is not told that nobody comes after the last day, and keeps places back for them, as no page ever knows an end.
    """
    pairs = worths(world)
    best = _with_hindsight(world, pairs)
    ways: Sequence[tuple[str, Callable[[], dict[int, tuple[int, int]]]]] = (
        ("first_come", lambda: _by_day_of(world, pairs, _first_come)),
        ("greedy", lambda: _by_day_of(world, pairs, _greedy)),
        ("daily_proposal", lambda: _by_day_of(world, pairs, _proposed)),
        ("keeping_back", lambda: _by_day_of(world, pairs, _keeping_back(world, earlier, goes_on=goes_on))),
        ("hindsight", lambda: best),
    )
    top = _worth(world, pairs, best)
    return [_outcome(name, world, pairs, given(), top) for name, given in ways]


Chosen = Iterable[tuple[int, int]]
Way = Callable[[World, Pairs, list[int], list[int], int], Chosen]


def _by_day_of(world: World, pairs: Pairs, way: Way) -> dict[int, tuple[int, int]]:
    """Household → (place, day), one day after the other, knowing only what has come."""
    given: dict[int, tuple[int, int]] = {}
    used: set[int] = set()
    for day in range(world.days + PATIENCE_DAYS):
        waiting = [row for row, one in enumerate(world.comings) if row not in given and one.day <= day <= one.day + PATIENCE_DAYS]
        open_ones = [row for row, one in enumerate(world.openings) if row not in used and one.day <= day <= one.day + EMPTY_AFTER_DAYS]
        for household, place in way(world, pairs, waiting, open_ones, day):
            given[household] = (place, day)
            used.add(place)
    return given


def _first_come(world: World, pairs: Pairs, waiting: list[int], open_ones: list[int], day: int) -> Chosen:
    """Who came first takes the first place that fits."""
    left = list(open_ones)
    for household in waiting:
        place = next((one for one in left if (household, one) in pairs), None)
        if place is not None:
            left.remove(place)
            yield household, place


def _greedy(world: World, pairs: Pairs, waiting: list[int], open_ones: list[int], day: int) -> Chosen:
    """The most urgent takes the place that is best for her."""
    left = set(open_ones)
    for household in sorted(waiting, key=lambda row: (-world.comings[row].household.urgency, world.comings[row].day, row)):
        fitting = [one for one in left if (household, one) in pairs]
        if fitting:
            place = max(fitting, key=lambda one: (pairs[household, one], -one))
            left.remove(place)
            yield household, place


def _proposed(world: World, pairs: Pairs, waiting: list[int], open_ones: list[int], day: int) -> Chosen:
    """All looked at together, as on the page of the coordination."""
    rows = [
        (f"{household}", f"{place}", worth_on(world, pairs, (household, place), day))
        for household in waiting
        for place in open_ones
        if (household, place) in pairs
    ]
    if rows:
        yield from _assigned(world, rows)


def _keeping_back(world: World, earlier: World | None, *, goes_on: bool) -> Way:
    """The daily proposal that leaves a place empty today where those likely to come need it more (`core.placement.foresight`)."""
    before = earlier or World((), (), 0)
    comings, openings = [*world.comings, *before.comings], [*world.openings, *before.openings]
    came = [one.day for one in world.comings] + [one.day - before.days for one in before.comings]
    opened = [one.day for one in world.openings] + [one.day - before.days for one in before.openings]
    known = Known(
        worth=_ever(comings, openings), came=np.array(came, np.int64), opened=np.array(opened, np.int64), waited=WAITED,
        patience=PATIENCE_DAYS, empty=EMPTY_AFTER_DAYS, last=None if goes_on else world.days - 1,
    )  # fmt: skip

    def way(world: World, pairs: Pairs, waiting: list[int], open_ones: list[int], day: int) -> Chosen:
        return given_today(known, np.array(waiting, np.int64), np.array(open_ones, np.int64), day=day, seed=1)

    return way


def _ever(comings: Sequence[Coming], openings: Sequence[Opening]) -> Ints:
    """What each household and place would be worth together, whatever their days: a past one stands for the like of it to come."""
    table, weighing = PlaceTable.of(one.place for one in openings), Urgency()
    rows = [
        np.where(admissible(one.household.needs, table), weighing.worth(one.household.urgency, 0) + scores(one.household.needs, table), 0)
        for one in comings
    ]
    return np.array(rows, np.int64).reshape(len(comings), len(openings))


def _with_hindsight(world: World, pairs: Pairs) -> dict[int, tuple[int, int]]:
    """The best of all, had everything been known: each pair on the first day on which both are there."""
    day = {pair: max(world.comings[pair[0]].day, world.openings[pair[1]].day) for pair in pairs}
    rows = [(f"{pair[0]}", f"{pair[1]}", worth_on(world, pairs, pair, day[pair])) for pair in pairs]
    return {household: (place, day[household, place]) for household, place in _assigned(world, rows)}


def _assigned(world: World, rows: list[tuple[str, str, int]]) -> Chosen:
    households, places = sorted({row[0] for row in rows}), sorted({row[1] for row in rows})
    instance = Instance(
        tuple(replace(world.comings[int(one)].household, id=one) for one in households),
        tuple(replace(world.openings[int(one)].place, id=one) for one in places),
        pairs=tuple(rows),
    )
    return [(int(line.household), int(line.place)) for line in propose(instance).lines if line.place is not None]


def _worth(world: World, pairs: Pairs, given: dict[int, tuple[int, int]]) -> int:
    return sum(worth_on(world, pairs, (household, place), day) for household, (place, day) in given.items())


def _outcome(way: str, world: World, pairs: Pairs, given: dict[int, tuple[int, int]], top: int) -> Outcome:
    waits = [day - world.comings[household].day for household, (_, day) in given.items()]
    far = [abs(world.comings[household].home - world.openings[place].home) for household, (place, _) in given.items()]
    used, everybody = {place for place, _ in given.values()}, max(len(world.comings), 1)
    empty = sum(bool(one.place.trained_for) for row, one in enumerate(world.openings) if row not in used)
    worth = _worth(world, pairs, given)
    return Outcome(
        way, worth, len(given) / everybody, sum(wait == 0 for wait in waits) / everybody, float(np.mean(waits)) if waits else 0.0,
        float(np.mean(far)) if far else 0.0, empty, worth / top if top else 1.0,
    )  # fmt: skip
