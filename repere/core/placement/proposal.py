"""The proposal itself: a place for as much urgency and waiting as possible, with the reason of each line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from repere.core.needs import PlaceTable, admissible, candidates
from repere.core.placement.exact import best_assignment, worth_of_one_more
from repere.core.placement.instance import Instance
from repere.core.placement.pairs import Floats, Ints, Pairs, pairs_of
from repere.core.placement.prices import prices
from repere.core.placement.search import Search, search

MOVES_PER_HOUSEHOLD = 25


@dataclass(frozen=True)
class Line:
    """One household and its place, or None. `why`: `proposed`, `fixed`, `no_place_fits`, `places_went_to_more_urgent`,
    `excluded_alone_fit` (only places that it excludes would fit)."""

    household: str
    place: str | None
    worth: int
    why: str


@dataclass(frozen=True)
class OneMore:
    """What one more place of a kind would bring: `worth` in the units of the weights; `exact` when computed, not estimated."""

    zone: str
    beds: int
    gender: str
    children: bool
    phase: str
    places: int
    worth: float


@dataclass(frozen=True)
class Proposal:
    """`bound`: no assignment is worth more; `gap`: share of the bound that is missing, 0 when proved the best."""

    lines: tuple[Line, ...]
    worth: int
    bound: float
    gap: float
    price: dict[str, float]
    one_more: tuple[OneMore, ...]
    exact: bool
    pairs: int

    @property
    def sheltered(self) -> int:
        return sum(line.place is not None for line in self.lines)


def propose(instance: Instance, *, moves: int | None = None) -> Proposal:
    """The daily proposal. `moves`: effort of the search where units are shared or limits bind (default: by the size).

    Raises nothing: a contradictory instance cannot be made.
    """
    pairs = pairs_of(instance)
    chosen, price, bound, exact = _solve(instance, pairs, moves)
    worth = int(pairs.worth[chosen[chosen >= 0]].sum())
    bound = max(bound, worth)
    return Proposal(
        lines=_lines(instance, pairs, chosen),
        worth=worth,
        bound=bound,
        gap=1 - worth / bound if bound else 0.0,
        price={place.id: round(float(price[row]), 1) for row, place in enumerate(instance.places) if price[row] > 0},
        one_more=_one_more(instance, price),
        exact=exact or worth >= bound,
        pairs=len(pairs),
    )


def _solve(instance: Instance, pairs: Pairs, moves: int | None) -> tuple[Ints, Floats, float, bool]:
    if pairs.whole:
        chosen = best_assignment(pairs)
        if _keeps_limits(instance, pairs, chosen):
            return chosen, worth_of_one_more(pairs, chosen), float(pairs.worth[chosen[chosen >= 0]].sum()), True
    priced = prices(pairs)
    effort = MOVES_PER_HOUSEHOLD * len(instance.households) if moves is None else moves
    return search(instance, pairs, priced, moves=effort), priced.bed, priced.bound, False


def _keeps_limits(instance: Instance, pairs: Pairs, chosen: Ints) -> bool:
    """What is best without limits is best with them, if it keeps them."""
    if not (instance.limits or instance.apart):
        return True
    tried = Search(instance, pairs, np.zeros(len(pairs.room)))
    for household in np.flatnonzero(chosen >= 0).tolist():
        if not tried.has_room(household, int(chosen[household])):
            return False
        tried.put(household, int(chosen[household]))
    return True


def _lines(instance: Instance, pairs: Pairs, chosen: Ints) -> tuple[Line, ...]:
    fixed = dict(instance.fixed)
    has_pair = np.zeros(len(instance.households), bool)
    has_pair[pairs.household] = True
    table = PlaceTable.of(instance.places)
    lines = []
    for row, household in enumerate(instance.households):
        pair = int(chosen[row])
        if household.id in fixed:
            lines.append(Line(household.id, fixed[household.id], 0, "fixed"))
        elif pair >= 0:
            lines.append(Line(household.id, instance.places[int(pairs.place[pair])].id, int(pairs.worth[pair]), "proposed"))
        elif has_pair[row]:
            lines.append(Line(household.id, None, 0, "places_went_to_more_urgent"))
        else:
            only_those = bool(household.excluded) and bool(admissible(household.needs, table).any())
            lines.append(Line(household.id, None, 0, "excluded_alone_fit" if only_those else "no_place_fits"))
    return tuple(lines)


def reasons(instance: Instance, lines: Iterable[Line]) -> dict[str, tuple[str, ...]]:
    """For each household what speaks for its place (codes of `needs.GAINS`), or what stands in the way of the three places
    nearest to fitting (codes of `needs.MISSES`) that it does not exclude."""
    households = {household.id: household for household in instance.households}
    places = {place.id: PlaceTable.of([place]) for place in instance.places}
    table = PlaceTable.of(instance.places)
    found = {}
    for line in lines:
        needs = households[line.household].needs
        if line.place:
            found[line.household] = candidates(needs, places[line.place], instance.weights)[0].gains
        else:
            excluded = households[line.household].excluded
            nearest = candidates(needs, table, instance.weights, most=3 + len(excluded))
            others = [fit for fit in nearest if fit.place not in excluded][:3]
            found[line.household] = tuple(dict.fromkeys(miss for fit in others for miss in fit.misses))
    return found


def _one_more(instance: Instance, price: Floats, most: int = 20) -> tuple[OneMore, ...]:
    """Kinds of place by what one more would bring, most first."""
    found: dict[tuple[str, int, str, bool, str], list[float]] = {}
    for row, place in enumerate(instance.places):
        for phase in sorted(place.phases):
            found.setdefault((place.zone, place.capacity, place.gender, place.children, phase), []).append(float(price[row]))
    kinds = [OneMore(*key, places=len(values), worth=round(sum(values) / len(values), 1)) for key, values in found.items()]
    return tuple(sorted((kind for kind in kinds if kind.worth > 0), key=lambda kind: (-kind.worth, kind.zone, kind.beds))[:most])
