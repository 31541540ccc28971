"""Which places to give today, and which to keep back for those likely to come: advice learnt from past days alone.

Each day several futures are drawn from the households and places of the past days, and each is solved exactly together with those
who wait now. The dual prices of these optima say what a household that waits and a place that is free are worth to the days to come:
the bid prices of Talluri and van Ryzin, "An analysis of bid-price controls for network revenue management", 1998, solved anew each
day. A pair is given today when it is worth more than both prices, on average over the futures. A future is known whole when it is
solved, which no day ever is, so prices are a little too high; the more futures give the pair at once, the less it has to be worth: the
consensus of Bent and Van Hentenryck, "Scenario-based planning for partially dynamic vehicle routing with stochastic customers", 2004.
Nothing of a day to come is ever read.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from repere.core.placement.exact import best_assignment
from repere.core.placement.pairs import NOWHERE, Floats, Ints, Pairs

NEVER = -1e12


@dataclass(frozen=True)
class Known:
    """`worth`: households × places, 0 where a place cannot be offered. `came`, `opened`: the day of each row and column; days before
    the first one are negative, and rows of that time are there to be learnt from.

    Units: `waited` is what a day of waiting takes from a worth; `patience`, `empty`: days after which a household, a place is gone.
    `last`: the last day on which anybody comes or a place opens, where that is settled beforehand; None where days go on.
    `of_today`: how many of the first rows and columns stand for today alone: nothing is learnt from them.
    """

    worth: Ints
    came: Ints
    opened: Ints
    waited: int
    patience: int
    empty: int
    last: int | None = None
    of_today: tuple[int, int] = (0, 0)


@dataclass(frozen=True)
class Effort:
    """Our choices: how many futures, how many days ahead, which share of the prices counts, and by how much a pair may be worth less
    when every future gives it at once (in units of worth: eight days of waiting)."""

    futures: int = 24
    days_ahead: int = 20
    share: float = 0.98
    agreed: int = 40


@dataclass(frozen=True)
class Looked:
    """`given`: pairs (household, place) to give on this day: rows and columns of `known.worth`. `taken_by`: for each free place the
    households of past days that stand for those who would take it, one for each future in which it is not given today and somebody who
    is still to come takes it. `futures`: how many were drawn."""

    given: list[tuple[int, int]]
    taken_by: dict[int, list[int]]
    futures: int


def given_today(known: Known, waiting: Ints, free: Ints, *, day: int, seed: int, effort: Effort | None = None) -> list[tuple[int, int]]:
    """What to give on this day (`look_ahead`)."""
    return look_ahead(known, waiting, free, day=day, seed=seed, effort=effort).given


def look_ahead(known: Known, waiting: Ints, free: Ints, *, day: int, seed: int, effort: Effort | None = None) -> Looked:
    """What to give on this day, and who would take what is kept back. Same question and seed, same answer."""
    trying = effort or Effort()
    taken_by: dict[int, list[int]] = {int(place): [] for place in free}
    if not (len(waiting) and len(free)):
        return Looked([], taken_by, trying.futures)
    draw, nobody = np.random.default_rng((seed, day)), np.empty(0, np.int64)
    today = _met(known, waiting, free, (nobody, nobody), (nobody, nobody), day)
    ahead = trying.days_ahead if known.last is None else max(min(trying.days_ahead, known.last - day), 0)
    kept_for, agreed = np.zeros(today.shape), np.zeros(today.shape)
    for _ in range(trying.futures):
        coming = _drawn(known.came, day, ahead, draw, known.of_today[0])
        opening = _drawn(known.opened, day, ahead, draw, known.of_today[1])
        worth = _met(known, waiting, free, coming, opening, day)
        best = _assigned(worth)
        of_household, of_place = _prices(worth, best)
        kept_for += of_household[: len(waiting), None] + of_place[None, : len(free)]
        for row, column in best:
            if row < len(waiting) and column < len(free):
                agreed[row, column] += 1
            elif column < len(free):
                taken_by[int(free[column])].append(int(coming[0][row - len(waiting)]))
    gain = today - (trying.share * kept_for - trying.agreed * agreed) / trying.futures
    worthy = np.where(today > 0, np.maximum(np.rint(10 * gain), 0), 0).astype(np.int64)
    given = [(int(waiting[row]), int(free[column])) for row, column in _assigned(worthy)]
    return Looked(given, taken_by, trying.futures)


def _met(known: Known, waiting: Ints, free: Ints, coming: tuple[Ints, Ints], opening: tuple[Ints, Ints], day: int) -> Ints:
    """What each pair is worth on the first day, from today, on which both are there; 0 where one of them is gone by then."""
    came, opened = np.concatenate([known.came[waiting], coming[1]]), np.concatenate([known.opened[free], opening[1]])
    met = np.maximum(np.maximum(came[:, None], opened[None, :]), day)
    worth = known.worth[np.ix_(np.concatenate([waiting, coming[0]]), np.concatenate([free, opening[0]]))]
    lasts = (worth > 0) & (met - came[:, None] <= known.patience) & (met - opened[None, :] <= known.empty)
    return np.where(lasts, np.maximum(worth - known.waited * (met - came[:, None]), 1), 0)


def _drawn(days: Ints, day: int, ahead: int, draw: np.random.Generator, first: int) -> tuple[Ints, Ints]:
    """As many as usually come in so many days, drawn from those who came up to today; and the days on which they would."""
    past = first + np.flatnonzero(days[first:] <= day)
    if not (len(past) and ahead):
        return past[:0], past[:0]
    count = int(draw.poisson(len(past) / (day - min(int(days[first:].min()), 0) + 1) * ahead))
    return draw.choice(past, count), draw.integers(day + 1, day + 1 + ahead, count)


def _prices(worth: Ints, best: list[tuple[int, int]]) -> tuple[Floats, Floats]:
    """Dual prices of the best assignment, by household and by place: halfway between those that favour either side."""
    place_of, household_of = np.full(worth.shape[0], NOWHERE), np.full(worth.shape[1], NOWHERE)
    for row, column in best:
        place_of[row], household_of[column] = column, row
    settled, taken = place_of != NOWHERE, household_of != NOWHERE
    own = np.where(settled, worth[np.arange(len(place_of)), place_of], 0).astype(np.float64)
    gained = np.where(taken, own[household_of], 0.0)
    offers = np.where(worth > 0, worth, NEVER)
    place_least = np.where(taken, _one_more(offers - own[:, None], place_of), 0.0)
    household_least = np.where(settled, _one_more((offers - gained[None, :]).T, household_of), 0.0)
    household_most = np.where(settled, own - place_least[place_of], 0.0)
    place_most = np.where(taken, gained - household_least[household_of], 0.0)
    return (household_least + household_most) / 2, (place_least + place_most) / 2


def _one_more(gain: Floats, leads_to: Ints) -> Floats:
    """By how much the best would rise with one more of each column: the best chain of rows that each move up (Bellman's recursion)."""
    found = np.zeros(gain.shape[1])
    for _ in range(gain.shape[0] + 1):
        chain = (gain + np.where(leads_to != NOWHERE, found[leads_to], 0.0)[:, None]).max(axis=0, initial=0.0)
        if (chain <= found).all():
            break
        found = np.maximum(found, chain)
    return found


def _assigned(worth: Ints) -> list[tuple[int, int]]:
    """Rows and columns of the best assignment."""
    rows, columns = np.nonzero(worth)
    if not len(rows):
        return []
    pairs = Pairs(
        household=rows, place=columns, worth=worth[rows, columns], use=np.ones(len(rows), np.int64),
        room=np.ones(worth.shape[1], np.int64), minors=np.zeros(worth.shape[0], np.int64), shelter=np.arange(worth.shape[1]),
        households=worth.shape[0],
    )  # fmt: skip
    chosen = best_assignment(pairs)
    return [(int(rows[index]), int(columns[index])) for index in chosen[chosen >= 0]]
