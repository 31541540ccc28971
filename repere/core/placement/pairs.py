"""The instance as numbers: one row per admissible pair of a household and a place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from repere.core.needs import PlaceTable, admissible, scores
from repere.core.placement.instance import Instance

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
NOWHERE = -1


@dataclass(frozen=True)
class Pairs:
    """`household`, `place`: row of the instance; `worth` > 0; `use`: beds taken (1 for a unit given whole). Sorted by household.

    `room`: beds to give per place (1 for a unit given whole). `minors`: minors per household. `shelter`: of each place.
    """

    household: Ints
    place: Ints
    worth: Ints
    use: Ints
    room: Ints
    minors: Ints
    shelter: Ints
    households: int

    def __len__(self) -> int:
        return len(self.household)

    @property
    def whole(self) -> bool:
        """Every pair takes one: the optimum is then found exactly."""
        return bool((self.use == 1).all())


def pairs_of(instance: Instance) -> Pairs:
    """Admissible pairs. Costs about 60 column operations a household: 10,000 × 5,000 in some seconds."""
    table = PlaceTable.of(instance.places)
    taken_rows = {household for household, _ in instance.fixed}
    rows = list(_computed(instance, table, taken_rows) if instance.pairs is None else _given(instance, taken_rows))
    household = np.concatenate([row[0] for row in rows]) if rows else np.empty(0, np.int64)
    place = np.concatenate([row[1] for row in rows]) if rows else np.empty(0, np.int64)
    worth = np.concatenate([row[2] for row in rows]) if rows else np.empty(0, np.int64)
    size = np.array([len(each.needs.members) for each in instance.households], np.int64)
    beds, alone = _beds_left(instance, size)
    fits = np.where(alone[place], beds[place] >= size[household], True) & (size[household] <= beds[place])
    household, place, worth = household[fits], place[fits], worth[fits]
    use = np.where(alone[place], 1, size[household])
    room = np.where(alone, np.minimum(beds, 1), beds)
    shelters = {name: row for row, name in enumerate(dict.fromkeys(each.shelter for each in instance.places))}
    return Pairs(
        household=household,
        place=place,
        worth=worth,
        use=use.astype(np.int64),
        room=room,
        minors=np.array([sum(member.minor for member in each.needs.members) for each in instance.households], np.int64),
        shelter=np.array([shelters[each.shelter] for each in instance.places], np.int64),
        households=len(instance.households),
    )


def _beds_left(instance: Instance, size: Ints) -> tuple[Ints, npt.NDArray[np.bool_]]:
    beds = np.array([place.beds for place in instance.places], np.int64)
    alone = np.array([place.one_household for place in instance.places], bool)
    # A unit given whole whose beds are partly taken already has its household.
    beds[alone & (beds < np.array([place.capacity for place in instance.places], np.int64))] = 0
    row_of = {place.id: row for row, place in enumerate(instance.places)}
    household_of = {household.id: row for row, household in enumerate(instance.households)}
    for household, place in instance.fixed:
        row = row_of[place]
        beds[row] = 0 if alone[row] else beds[row] - size[household_of[household]]
    return beds, alone


def _computed(instance: Instance, table: PlaceTable, taken: set[str]) -> Iterable[tuple[Ints, Ints, Ints]]:
    row_of = {place.id: row for row, place in enumerate(instance.places)}
    for row, household in enumerate(instance.households):
        if household.id in taken:
            continue
        fits = admissible(household.needs, table)
        fits[[row_of[name] for name in household.excluded if name in row_of]] = False
        places = np.flatnonzero(fits)
        base = instance.urgency.worth(household.urgency, household.waiting_days)
        worth = base + scores(household.needs, table, instance.weights)[places]
        yield np.full(len(places), row, np.int64), places, worth


def _given(instance: Instance, taken: set[str]) -> Iterable[tuple[Ints, Ints, Ints]]:
    row_of = {place.id: row for row, place in enumerate(instance.places)}
    household_of = {household.id: row for row, household in enumerate(instance.households)}
    excluded = {household.id: household.excluded for household in instance.households}
    found = sorted(
        (household_of[household], row_of[place], worth)
        for household, place, worth in instance.pairs or ()
        if household not in taken and place not in excluded[household]
    )
    if found:
        columns = np.array(found, np.int64)
        yield columns[:, 0], columns[:, 1], columns[:, 2]
