"""Places of the daily proposal that are worth keeping back, each with its reason: learnt from an installation's own past days.

`foresight` says what to give today when those likely to come count too. Here it looks at the proposal of the day, and tells only what can
be said in one sentence: how often somebody came for whom this place is the only free one, or for whom it is worth more. What cannot
be said so is not advised. Nobody who needs a bed tonight is asked to wait for somebody who may come, nor anybody for whom no other
place is likely to become free soon. A person decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from repere.core.needs import Place, PlaceTable, admissible, misses, scores
from repere.core.placement.foresight import Effort, Known, look_ahead
from repere.core.placement.instance import Household, Instance
from repere.core.placement.pairs import Ints
from repere.core.placement.proposal import Line

Why = Literal["nothing_else", "worth_more"]
DAYS, COMINGS, OPENINGS = 28, 20, 10
"""The shortest history that is learnt from: days, households that came, places that became free. Our choice."""
MOST_FREE, MOST_WAITING, MOST_PAST, MOST_DRAWN = 200, 300, 600, 250
"""How many are weighed one by one; beyond, those that fewest could do without. `MOST_DRAWN`: households that are looked ahead to, which
bounds the days; `LEAST_AHEAD` is the least. Our choice, for the time of one page."""
LEAST_AHEAD = 4
TONIGHT = 3
WAITED, PATIENCE_DAYS, EMPTY_AFTER_DAYS = 5, 21, 30
"""What a day of waiting takes from the worth of a place, and after how many days a household, a place is counted as gone: as in the
simulation."""
NAMED, LOOKED_AT = 2, 50
"""How many reasons against the other places are told, and of how many past households they are taken."""


@dataclass(frozen=True)
class History:
    """Of the `days` before today: who came and which places became free, each with how many days ago. A place as it became free."""

    days: int
    came: tuple[tuple[int, Household], ...]
    opened: tuple[tuple[int, Place], ...]

    @property
    def enough(self) -> bool:
        return self.days >= DAYS and len(self.came) >= COMINGS and len(self.opened) >= OPENINGS


@dataclass(frozen=True)
class KeptBack:
    """`place`: proposed to `household` today, and worth keeping; `instead`: where she would go under this advice, None: she would wait.

    `why`: `nothing_else` (households whom no other free place takes) or `worth_more` (households for whom it is worth more than for her)
    came about every `every_days` days. `others`: what most often stands against the other free places for them (codes of
    `needs.MISSES`); nothing for `worth_more`. `hers_every_days`: how often places that she could have became free, where she would wait.
    """

    place: str
    household: str
    instead: str | None
    why: Why
    every_days: int
    others: tuple[str, ...] = ()
    hers_every_days: int | None = None


@dataclass(frozen=True)
class _Weighed:
    """`waiting`: households of today. `free`: a column for each household that a free place of today can take, as numbers of `places`,
    which are all free ones. `told`: what the columns are worth to the waiting, then to those who came. `beyond`: the same, less what
    the best of the other free places is worth to them; past openings follow as columns. `fits`: those who came × all free places.
    `hers`: the waiting × past openings, whether she could have had it."""

    waiting: tuple[Household, ...]
    places: tuple[Place, ...]
    free: Ints
    told: Ints
    beyond: Ints
    fits: npt.NDArray[np.bool_]
    hers: npt.NDArray[np.bool_]
    history: History


def keep_back(instance: Instance, lines: Iterable[Line], history: History, *, effort: Effort | None = None) -> tuple[KeptBack, ...]:
    """Advice beside the lines of a proposal, in their order; nothing where the history is too short. Only units that are given whole
    are kept back. Same question, same answer. Cost: some seconds at most, whatever the size (`MOST_FREE` and the others)."""
    proposed = {line.household: line.place for line in lines if line.place and line.why == "proposed"}
    if not (history.enough and proposed):
        return ()
    weighed = _weighed(instance, proposed, history)
    trying = effort or _bounded(weighed.history)
    rows, columns = np.arange(len(weighed.waiting)), np.arange(len(weighed.free))
    looked = look_ahead(_known(weighed), rows, columns, day=0, seed=1, effort=trying)
    given = {weighed.waiting[row].id: weighed.places[weighed.free[column]].id for row, column in looked.given}
    column_of = {weighed.places[place].id: column for column, place in enumerate(weighed.free)}
    told = []
    for row, household in enumerate(weighed.waiting):
        place = proposed.get(household.id, "")
        column = column_of.get(place)
        if column is None or place in given.values() or household.urgency >= TONIGHT:
            continue
        takers = [taker - len(weighed.waiting) for taker in looked.taken_by[column]]
        if weighed.places[weighed.free[column]].one_household and 2 * len(takers) >= looked.futures:
            told += _said(weighed, row, column, takers, given.get(household.id), trying.days_ahead)
    order = {household: number for number, household in enumerate(proposed)}
    return tuple(sorted(told, key=lambda one: order[one.household]))


def _said(weighed: _Weighed, row: int, column: int, takers: list[int], instead: str | None, ahead: int) -> list[KeptBack]:
    """The advice for one place, where it can be given in one sentence that past days bear out."""
    place = int(weighed.free[column])
    only = weighed.fits[:, place] & (weighed.fits.sum(axis=1) == 1)
    nothing_else = 2 * int(only[takers].sum()) >= len(takers)
    counted = only if nothing_else else weighed.told[len(weighed.waiting) :, column] > weighed.told[row, column]
    every, hers = (_every(weighed.history.days, int(rows.sum())) for rows in (counted, weighed.hers[row]))
    if every is None or every > ahead or (instead is None and (hers is None or hers > ahead)):
        return []
    others = _against_others(weighed, place, np.flatnonzero(counted)[:LOOKED_AT]) if nothing_else else ()
    why: Why = "nothing_else" if nothing_else else "worth_more"
    waits = hers if instead is None else None
    return [KeptBack(weighed.places[place].id, weighed.waiting[row].id, instead, why, every, others, waits)]


def _bounded(history: History) -> Effort:
    """As many days ahead as usual, fewer where very many come a day."""
    a_day = len(history.came) / max(history.days, 1)
    return Effort(days_ahead=int(min(max(MOST_DRAWN / a_day, LEAST_AHEAD), Effort.days_ahead)))


def _every(days: int, times: int) -> int | None:
    """Something that happened so many times in so many days happens about every so many days."""
    return max(round(days / times), 1) if times else None


def _against_others(weighed: _Weighed, place: int, rows: Ints) -> tuple[str, ...]:
    """What stands most often against the other free places, for these past households."""
    table = PlaceTable.of(one for number, one in enumerate(weighed.places) if number != place)
    found: Counter[str] = Counter()
    for row in rows.tolist():
        found.update({name: int(mask.sum()) for name, mask in misses(weighed.history.came[row][1].needs, table).items() if mask.any()})
    return tuple(name for name, _ in found.most_common(NAMED))


def _known(weighed: _Weighed) -> Known:
    """Everybody of today is there today, however long they have waited: their waiting is in their worth already."""
    came = [0] * len(weighed.waiting) + [-ago for ago, _ in weighed.history.came]
    opened = [0] * len(weighed.free) + [-ago for ago, _ in weighed.history.opened]
    return Known(
        worth=weighed.beyond, came=np.array(came, np.int64), opened=np.array(opened, np.int64), waited=WAITED, patience=PATIENCE_DAYS,
        empty=EMPTY_AFTER_DAYS, of_today=(len(weighed.waiting), len(weighed.free)),
    )  # fmt: skip


def _weighed(instance: Instance, proposed: Mapping[str, str], history: History) -> _Weighed:
    history = _latest(history)
    places = tuple(place for place in instance.places if place.beds and (place.beds == place.capacity or not place.one_household))
    past = [household for _, household in history.came]
    worth_of_past = _worths(instance, past, places)
    fits = worth_of_past > 0
    chosen = _needed_most(fits)
    kept = {places[number].id for number in chosen}
    waiting = _waiting(instance, proposed, kept)
    every_worth = np.concatenate([_worths(instance, waiting, places), worth_of_past])
    left = np.setdiff1d(np.arange(len(places)), chosen)
    elsewhere = every_worth[:, left].max(axis=1, initial=0)
    usual = max(round(float(np.mean([one.needs.size for one in past]))), 1)
    free = np.array([number for number in chosen for _ in range(_slots(places[number], usual))], np.int64)
    told = every_worth[:, free]
    opened = _worths(instance, [*waiting, *past], [place for _, place in history.opened])
    beyond = np.maximum(np.concatenate([told, opened], axis=1) - elsewhere[:, None], 0)
    return _Weighed(tuple(waiting), places, free, told, beyond, fits, opened[: len(waiting)] > 0, history)


def _latest(history: History) -> History:
    """The most recent of a long history, and of how many days they are."""
    came = sorted(history.came, key=lambda row: row[0])[:MOST_PAST]
    opened = sorted(history.opened, key=lambda row: row[0])[:MOST_PAST]
    days = history.days if len(came) == len(history.came) else max(came[-1][0], 1)
    return History(days, tuple(came), tuple(opened))


def _needed_most(fits: npt.NDArray[np.bool_]) -> Ints:
    """Numbers of the free places that are weighed one by one: those whom most of those who came could hardly do without."""
    share = (fits / np.maximum(fits.sum(axis=1), 1)[:, None]).sum(axis=0)
    return np.sort(np.argsort(-share, kind="stable")[:MOST_FREE])


def _waiting(instance: Instance, proposed: Mapping[str, str], kept: set[str]) -> list[Household]:
    """Those to whom one of these places is proposed, then the most urgent of the others."""
    weighing = instance.urgency
    first = sorted(
        instance.households,
        key=lambda one: (proposed.get(one.id) not in kept, -weighing.worth(one.urgency, one.waiting_days), one.id),
    )
    return first[:MOST_WAITING]


def _slots(place: Place, usual: int) -> int:
    """How many households a free place can take: a shared room, as many as find beds there when they are of the usual size."""
    return 1 if place.one_household else max(place.beds // usual, 1)


def _worths(instance: Instance, households: Sequence[Household], places: Sequence[Place]) -> Ints:
    """What each place would be worth to each household today; 0 where it cannot be offered."""
    table, found = PlaceTable.of(places), np.zeros((len(households), len(places)), np.int64)
    number = {place.id: column for column, place in enumerate(places)}
    for row, household in enumerate(households):
        fits = admissible(household.needs, table)
        fits[[number[one] for one in household.excluded if one in number]] = False
        found[row] = np.where(
            fits, instance.urgency.worth(household.urgency, household.waiting_days) + scores(household.needs, table, instance.weights), 0
        )
    return found
