"""When every pair takes one place: an optimum by minimum-cost flow (OR-tools), and what one more place would bring, exactly."""

from __future__ import annotations

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from repere.core.placement.pairs import NOWHERE, Floats, Ints, Pairs


class SolverFailed(RuntimeError):
    """The flow solver gave no optimum: an instance of this shape always has one."""


def best_assignment(pairs: Pairs, among: Ints | None = None, room: Ints | None = None) -> Ints:
    """For each household the index of its pair, or NOWHERE. `among`: indices of the pairs that may be used."""
    used = np.arange(len(pairs)) if among is None else among
    chosen = np.full(pairs.households, NOWHERE, np.int64)
    if not len(used):
        return chosen
    beds = pairs.room if room is None else room
    asking = np.unique(pairs.household[used])
    source, sink = pairs.households + len(beds), pairs.households + len(beds) + 1
    place_nodes = pairs.households + np.arange(len(beds))
    ones = np.ones(len(asking), np.int64)
    tails = np.concatenate([np.full(len(asking), source), pairs.household[used], asking, place_nodes])
    heads = np.concatenate([asking, pairs.households + pairs.place[used], np.full(len(asking), sink), np.full(len(beds), sink)])
    limits = np.concatenate([ones, np.ones(len(used), np.int64), ones, beds])
    costs = np.concatenate([0 * ones, -pairs.worth[used], 0 * ones, np.zeros(len(beds), np.int64)])
    flow = SimpleMinCostFlow()
    arcs = flow.add_arcs_with_capacity_and_unit_cost(tails.astype(np.int32), heads.astype(np.int32), limits, costs)
    flow.set_node_supply(int(source), len(asking))
    flow.set_node_supply(int(sink), -len(asking))
    if flow.solve() != SimpleMinCostFlow.OPTIMAL:
        raise SolverFailed
    carried = flow.flows(arcs[len(asking) : len(asking) + len(used)]) > 0
    chosen[pairs.household[used[carried]]] = used[carried]
    return chosen


def worth_of_one_more(pairs: Pairs, chosen: Ints) -> Floats:
    """By how much the optimum would rise with one more of each place: the best chain of households that each move up.

    A place takes a household that waits, or one whose own place then takes the next (Bellman's recursion on the residual graph).
    """
    settled = chosen[pairs.household]
    own_worth = np.where(settled >= 0, pairs.worth[settled], 0)
    own_place = np.where(settled >= 0, pairs.place[settled], 0)
    freed = settled >= 0
    found = np.zeros(len(pairs.room))
    for _ in range(pairs.households + 1):
        chain = pairs.worth - own_worth + np.where(freed, found[own_place], 0.0)
        better = found.copy()
        np.maximum.at(better, pairs.place, chain)
        if (better <= found).all():
            break
        found = better
    # A place with room left brings nothing more.
    taken = np.bincount(pairs.place[chosen[chosen >= 0]], minlength=len(found))
    return np.where(taken < pairs.room, 0.0, found)
