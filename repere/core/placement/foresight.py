"""Which places to give today, and which to keep back for those likely to come: advice learnt from past days alone.

Each day several futures are drawn from the households and places of the past days, each is solved exactly together with those who
wait now, and a pair of today is proposed when enough futures agree on it: the consensus of Bent and Van Hentenryck, "Scenario-based
planning for partially dynamic vehicle routing with stochastic customers", 2004. Nothing of a day to come is ever read.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from repere.core.placement.exact import best_assignment
from repere.core.placement.pairs import Ints, Pairs


@dataclass(frozen=True)
class Known:
    """`worth`: households × places, 0 where a place cannot be offered. `came`, `opened`: the day of each row and column.

    Units: `waited` is what a day of waiting takes from a worth; `patience`, `empty`: days after which a household, a place is gone.
    """

    worth: Ints
    came: Ints
    opened: Ints
    waited: int
    patience: int
    empty: int


@dataclass(frozen=True)
class Effort:
    """Our choices: how many futures, how many days ahead, and which share of them must agree."""

    futures: int = 6
    days_ahead: int = 21
    agreeing: float = 0.35


def given_today(known: Known, waiting: Ints, free: Ints, *, day: int, seed: int, effort: Effort | None = None) -> list[tuple[int, int]]:
    """Pairs (household, place) to give on this day: rows and columns of `known.worth`. Same question and seed, same answer."""
    trying = effort or Effort()
    if not (len(waiting) and len(free)):
        return []
    draw, agreed = np.random.default_rng((seed, day)), Counter[tuple[int, int]]()
    for _ in range(trying.futures):
        agreed.update(_of_one_future(known, waiting, free, day, trying.days_ahead, draw))
    least = trying.agreeing * trying.futures
    wanted = {pair: int(1000 * (times - least)) for pair, times in agreed.items() if times > least}
    return [(int(waiting[row]), int(free[column])) for row, column in _matched((len(waiting), len(free)), wanted)]


def _of_one_future(known: Known, waiting: Ints, free: Ints, day: int, ahead: int, draw: np.random.Generator) -> Iterable[tuple[int, int]]:
    coming, coming_on = _drawn(known.came, day, ahead, draw)
    opening, opening_on = _drawn(known.opened, day, ahead, draw)
    rows, columns = np.concatenate([waiting, coming]), np.concatenate([free, opening])
    came, opened = np.concatenate([known.came[waiting], coming_on]), np.concatenate([known.opened[free], opening_on])
    met = np.maximum(np.maximum(came[:, None], opened[None, :]), day)
    worth = known.worth[np.ix_(rows, columns)]
    lasts = (worth > 0) & (met - came[:, None] <= known.patience) & (met - opened[None, :] <= known.empty)
    worth = np.maximum(worth - known.waited * (met - came[:, None]), 1)
    of_row, of_column = np.nonzero(lasts)
    found = _assigned(of_row, of_column, worth[lasts], (len(rows), len(columns)))
    return [(row, column) for row, column in found if row < len(waiting) and column < len(free)]


def _drawn(days: Ints, day: int, ahead: int, draw: np.random.Generator) -> tuple[Ints, Ints]:
    """As many as usually come in so many days, drawn from those who came up to today; and the days on which they would."""
    past = np.flatnonzero(days <= day)
    if not len(past):
        return past, past
    count = int(draw.poisson(len(past) / (day - min(int(days.min()), 0) + 1) * ahead))
    return draw.choice(past, count), draw.integers(day + 1, day + 1 + ahead, count)


def _matched(shape: tuple[int, int], wanted: dict[tuple[int, int], int]) -> list[tuple[int, int]]:
    if not wanted:
        return []
    rows, columns = (np.array(part, np.int64) for part in zip(*wanted, strict=True))
    return _assigned(rows, columns, np.array(list(wanted.values()), np.int64), shape)


def _assigned(rows: Ints, columns: Ints, worth: Ints, shape: tuple[int, int]) -> list[tuple[int, int]]:
    order = np.lexsort((columns, rows))
    pairs = Pairs(
        household=rows[order], place=columns[order], worth=worth[order], use=np.ones(len(order), np.int64),
        room=np.ones(shape[1], np.int64), minors=np.zeros(shape[0], np.int64), shelter=np.zeros(shape[1], np.int64), households=shape[0],
    )  # fmt: skip
    chosen = best_assignment(pairs)
    return [(int(row), int(pairs.place[chosen[row]])) for row in np.flatnonzero(chosen >= 0)]
