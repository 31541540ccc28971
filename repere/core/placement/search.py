"""When families share units and shelters have limits: a start led by prices, then exchanges accepted as in annealing.

Kirkpatrick, Gelatt and Vecchi, "Optimization by simulated annealing", 1983, with ejection of those whose bed is taken. Tried on
10,000 households × 5,000 places beside it: OR-tools' CP-SAT and the integer solver HiGHS found nothing better in fifteen seconds;
rounding the relaxation first ended no nearer; a bound that packs each unit exactly was 0.1 % lower, for thirty seconds.
Same instance, same answer: effort is counted in moves, never in seconds.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Sequence

import numpy as np

from repere.core.placement.exact import best_assignment
from repere.core.placement.instance import Instance
from repere.core.placement.pairs import NOWHERE, Floats, Ints, Pairs
from repere.core.placement.prices import Prices, first_of_each

HOPEFUL = 12
"""Pairs of a household that exchanges look at; the start looks at all of them."""


class Side:
    """Limits of shelters, and households kept apart. Only asked where there are any."""

    def __init__(self, instance: Instance, pairs: Pairs) -> None:
        row_of = {household.id: row for row, household in enumerate(instance.households)}
        shelters = {name: row for row, name in enumerate(dict.fromkeys(each.shelter for each in instance.places))}
        self.minors = pairs.minors.tolist()
        self.most = {shelters[limit.shelter]: (limit.households, limit.minors) for limit in instance.limits}
        self.apart: dict[int, set[int]] = {}
        for one, other in instance.apart:
            self.apart.setdefault(row_of[one], set()).add(row_of[other])
            self.apart.setdefault(row_of[other], set()).add(row_of[one])
        self.asks = bool(self.most or self.apart)
        self.within: dict[int, set[int]] = {}
        place_row = {place.id: row for row, place in enumerate(instance.places)}
        for household, place in instance.fixed:
            self.enter(row_of[household], int(pairs.shelter[place_row[place]]))

    def enter(self, household: int, shelter: int) -> None:
        self.within.setdefault(shelter, set()).add(household)

    def leave(self, household: int, shelter: int) -> None:
        self.within[shelter].discard(household)

    def allows(self, household: int, shelter: int) -> bool:
        inside = self.within.get(shelter, set())
        if not self.apart.get(household, set()).isdisjoint(inside):
            return False
        households, minors = self.most.get(shelter, (None, None))
        if households is not None and len(inside - {household}) >= households:
            return False
        here = sum(self.minors[each] for each in inside if each != household)
        return minors is None or here + self.minors[household] <= minors


class Search:
    """One assignment, changed move by move."""

    def __init__(self, instance: Instance, pairs: Pairs, bed: Floats) -> None:
        self.pairs, self.side = pairs, Side(instance, pairs)
        starts = first_of_each(pairs.household) if len(pairs) else np.empty(0, np.int64)
        reduced = pairs.worth - bed[pairs.place] * pairs.use
        self.reduced = reduced.tolist()
        self.worth, self.use, self.place = pairs.worth.tolist(), pairs.use.tolist(), pairs.place.tolist()
        self.shelter = pairs.shelter.tolist()
        self.free = pairs.room.tolist()
        self.at = [NOWHERE] * pairs.households
        self.inside: list[set[int]] = [set() for _ in self.free]
        self.options: dict[int, list[int]] = {}
        for begin, end in itertools.pairwise([*starts.tolist(), len(pairs)]):
            order = sorted(range(begin, end), key=lambda pair: (-self.reduced[pair], pair))
            self.options[int(pairs.household[begin])] = order

    def total(self) -> int:
        return sum(self.worth[pair] for pair in self.at if pair >= 0)

    # ---- moves

    def put(self, household: int, pair: int) -> None:
        """Take the household out of where it is; into the pair's place unless that is NOWHERE."""
        old = self.at[household]
        if old >= 0:
            place = self.place[old]
            self.free[place] += self.use[old]
            self.inside[place].discard(household)
            if self.side.asks:
                self.side.leave(household, self.shelter[place])
        self.at[household] = pair
        if pair >= 0:
            place = self.place[pair]
            self.free[place] -= self.use[pair]
            self.inside[place].add(household)
            if self.side.asks:
                self.side.enter(household, self.shelter[place])

    def has_room(self, household: int, pair: int) -> bool:
        place = self.place[pair]
        if self.free[place] < self.use[pair]:
            return False
        return not self.side.asks or self.side.allows(household, self.shelter[place])

    def best_free(self, household: int, but: int = NOWHERE) -> int:
        """The pair of most worth that has room now among the most hopeful, other than in the place `but`."""
        best, worth = NOWHERE, 0
        for pair in self.options[household][:HOPEFUL]:
            place = self.place[pair]
            if self.worth[pair] <= worth or place == but or self.free[place] < self.use[pair]:
                continue
            if not self.side.asks or self.side.allows(household, self.shelter[place]):
                best, worth = pair, self.worth[pair]
        return best

    def start(self) -> None:
        """Those who gain most at these prices choose first."""
        for household in sorted(self.options, key=lambda each: (-self.reduced[self.options[each][0]], each)):
            for pair in self.options[household]:
                if self.has_room(household, pair):
                    self.put(household, pair)
                    break

    def exchange(self, rounds: int = 4) -> None:
        """Move a household up, if need be by moving one other elsewhere, while that gains."""
        for _ in range(rounds):
            if sum(self._improve(household) for household in self.options) < 10:
                break

    def _improve(self, household: int) -> bool:
        own = self.at[household]
        standing = self.worth[own] if own >= 0 else 0
        gain, plan = 0, None
        for pair in self.options[household][:HOPEFUL]:
            rise = self.worth[pair] - standing
            if rise <= gain or pair == own:
                continue
            if self.has_room(household, pair):
                gain, plan = rise, (pair, NOWHERE, NOWHERE)
                continue
            for other in self.inside[self.place[pair]]:
                left = self.at[other]
                if other == household or self.free[self.place[pair]] + self.use[left] < self.use[pair]:
                    continue
                elsewhere = self.best_free(other, but=self.place[pair])
                change = rise - self.worth[left] + (self.worth[elsewhere] if elsewhere >= 0 else 0)
                if change > gain:
                    gain, plan = change, (pair, other, elsewhere)
        return plan is not None and self._carry_out(household, *plan)

    def _carry_out(self, household: int, pair: int, other: int, elsewhere: int) -> bool:
        before, total = (self.at[household], self.at[other] if other >= 0 else NOWHERE), self._worth_of(household, other)
        if other >= 0:
            self.put(other, NOWHERE)
        if self.has_room(household, pair):
            self.put(household, pair)
            if elsewhere >= 0 and self.has_room(other, elsewhere):
                self.put(other, elsewhere)
        if self._worth_of(household, other) > total:
            return True
        self.put(household, NOWHERE)
        if other >= 0:
            self.put(other, before[1])
        self.put(household, before[0])
        return False

    def _worth_of(self, *households: int) -> int:
        return sum(self.worth[self.at[each]] for each in households if each >= 0 and self.at[each] >= 0)

    def anneal(self, moves: int, seed: int = 1) -> None:
        """`moves` forced insertions, worse ones accepted less and less. About 60,000 a second on one core."""
        draw = random.Random(seed)  # noqa: S311 no secret depends on it
        households: Sequence[int] = list(self.options)
        for done in range(moves if households else 0):
            heat = 15 * (1 - done / moves) + 0.2
            household = households[int(draw.random() * len(households))]
            options = self.options[household]
            pair, own = options[min(int(draw.expovariate(0.5)), len(options) - 1)], self.at[household]
            # Prices stand for what those who must leave would lose: a move hopeless at these prices is not tried.
            hope = self.reduced[pair] - (max(self.reduced[own], 0) if own >= 0 else 0)
            if pair != own and hope > -2 * heat:
                self._force(household, pair, heat, draw)

    def _force(self, household: int, pair: int, heat: float, draw: random.Random) -> None:
        before = [(household, self.at[household])]
        change = self.worth[pair] - (self.worth[self.at[household]] if self.at[household] >= 0 else 0)
        self.put(household, NOWHERE)
        out = sorted(self.inside[self.place[pair]])
        draw.shuffle(out)
        ejected = []
        for other in out:
            if self.has_room(household, pair):
                break
            before.append((other, self.at[other]))
            change -= self.worth[self.at[other]]
            self.put(other, NOWHERE)
            ejected.append(other)
        possible = self.has_room(household, pair)
        if possible:
            self.put(household, pair)
            ejected.sort(key=lambda other: (-self.reduced[self.options[other][0]], other))
            for other in ejected:
                elsewhere = self.best_free(other)
                if elsewhere >= 0:
                    self.put(other, elsewhere)
                    change += self.worth[elsewhere]
        if not possible or (change < 0 and draw.random() >= math.exp(change / heat)):
            self._undo(before)

    def _undo(self, before: list[tuple[int, int]]) -> None:
        for household, _ in before:
            self.put(household, NOWHERE)
        for household, pair in before:
            self.put(household, pair)

    def settle_singles(self) -> None:
        """Households of one, and units given whole, exactly; the others stay where they are. Not where limits bind."""
        if self.side.asks or not len(self.pairs):
            return
        pairs = self.pairs
        chosen = np.array(self.at)
        stays = np.zeros(pairs.households, bool)
        settled = np.flatnonzero(chosen >= 0)
        stays[settled] = pairs.use[chosen[settled]] > 1
        room = pairs.room.copy()
        kept = chosen[np.flatnonzero(stays)]
        np.subtract.at(room, pairs.place[kept], pairs.use[kept])
        among = np.flatnonzero(~stays[pairs.household] & (pairs.use == 1))
        found = best_assignment(pairs, among, room)
        moved = np.flatnonzero(~stays)
        for household in moved.tolist():
            self.put(household, NOWHERE)
        for household in moved.tolist():
            if found[household] >= 0:
                self.put(household, int(found[household]))

    def chosen(self) -> Ints:
        return np.array(self.at, np.int64)


ENOUGH = 0.0095
"""Share of the bound below which more effort is not worth a worker's wait."""


def search(instance: Instance, pairs: Pairs, priced: Prices, *, moves: int) -> Ints:
    """For each household the index of its pair, or NOWHERE. Up to three times `moves`, less when near enough to the bound."""
    found = Search(instance, pairs, priced.bed)
    found.start()
    best = found.chosen(), found.total()
    for seed in range(3):
        found.anneal(moves, seed)
        for _ in range(2):
            found.exchange()
            found.settle_singles()
        if found.total() > best[1]:
            best = found.chosen(), found.total()
        if best[1] >= priced.bound * (1 - ENOUGH):
            break
    return best[0]
