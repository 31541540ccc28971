"""What one more bed is worth, and a bound that no assignment can pass: Lagrangian relaxation of the beds.

Geoffrion, "Lagrangean relaxation for integer programming", 1974; step rule after Held, Wolfe and Crowder, 1974.
Dropping the limits between households only raises the bound, so it stays one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from repere.core.placement.pairs import Floats, Ints, Pairs


class Prices(NamedTuple):
    """`bed`: price of one bed (or of a unit given whole) per place. `bound`: no assignment is worth more."""

    bed: Floats
    bound: float


def prices(pairs: Pairs, rounds: int = 1500) -> Prices:
    """Best bound found. Each round costs about ten operations over the pairs."""
    bed = np.zeros(len(pairs.room))
    best = Prices(bed, float("inf"))
    if not len(pairs):
        return Prices(bed, 0.0)
    starts = first_of_each(pairs.household)
    lengths = np.diff(np.append(starts, len(pairs)))
    step, stalled = 0.05, 0
    for _ in range(rounds):
        reduced = pairs.worth - bed[pairs.place] * pairs.use
        top = np.maximum(np.maximum.reduceat(reduced, starts), 0)
        bound = float(top.sum() + (bed * pairs.room).sum())
        if bound < best.bound * (1 - 1e-7):
            best, stalled = Prices(bed.copy(), bound), 0
        else:
            stalled += 1
            if stalled >= 8:
                bed, step, stalled = best.bed.copy(), step * 0.7, 0
                if step < 1e-6:
                    break
                continue
        wanted = (reduced == np.repeat(top, lengths)) & (reduced > 0)
        asked = np.bincount(pairs.place[wanted], weights=pairs.use[wanted], minlength=len(bed)) - pairs.room
        asked[(bed <= 0) & (asked < 0)] = 0
        length = float((asked * asked).sum())
        if length == 0:
            break
        bed = np.maximum(0, bed + step * bound / length * asked)
    return best


def first_of_each(sorted_rows: Ints) -> Ints:
    """Index of the first pair of each household."""
    return np.flatnonzero(np.append(True, sorted_rows[1:] != sorted_rows[:-1]))
