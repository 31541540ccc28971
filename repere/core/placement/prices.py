"""What one more bed is worth, and a bound that no assignment can pass: the linear relaxation, read as prices of beds.

The relaxation is solved by OR-tools (GLOP while it is small, the first-order method PDLP above: Applegate and others, "Practical
large-scale linear programming using primal-dual hybrid gradient", 2021): on 200,000 pairs it comes nearer, sooner, than steps of
our own did. Its prices need not be exact: whatever they are, the Lagrangian sum at these prices is a bound (Geoffrion, "Lagrangean
relaxation for integer programming", 1974). Dropping the limits between households only raises it, so it stays one.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from ortools.math_opt.model_pb2 import ModelProto
from ortools.math_opt.python import mathopt

from repere.core.placement.pairs import Floats, Ints, Pairs

SMALL = 4_000
"""Pairs up to which the simplex answers at once."""
NEAR_ENOUGH = 1e-3
"""Relative tolerance of PDLP: its prices then give a bound within 0.05 % of the relaxation (10,000 × 5,000)."""
MOST_STEPS = 20_000


class Prices(NamedTuple):
    """`bed`: price of one bed (or of a unit given whole) per place. `bound`: no assignment is worth more."""

    bed: Floats
    bound: float


def prices(pairs: Pairs) -> Prices:
    """Prices of the relaxation and the bound they give. Same pairs, same answer: effort is counted in steps, never in seconds."""
    if not len(pairs):
        return Prices(np.zeros(len(pairs.room)), 0.0)
    bed = _of_relaxation(pairs)
    return Prices(bed, bound_at(pairs, bed))


def bound_at(pairs: Pairs, bed: Floats) -> float:
    """What every household would gain at these prices, choosing alone, and what all beds cost. Worths being whole, so is the bound."""
    reduced = pairs.worth - bed[pairs.place] * pairs.use
    top = np.maximum(np.maximum.reduceat(reduced, first_of_each(pairs.household)), 0)
    return float(math.floor(top.sum() + (bed * pairs.room).sum() + 1e-6))


def _of_relaxation(pairs: Pairs) -> Floats:
    model = mathopt.Model.from_model_proto(_relaxation(pairs))
    simplex = len(pairs) <= SMALL
    solved = mathopt.solve(model, mathopt.SolverType.GLOP if simplex else mathopt.SolverType.PDLP, params=_effort())
    if not solved.solutions or solved.solutions[0].dual_solution is None:
        return np.zeros(len(pairs.room))
    dual = solved.solutions[0].dual_solution.dual_values
    rows = list(model.linear_constraints())[pairs.households :]
    return np.array([max(float(dual[row]), 0.0) for row in rows], np.float64)


def _effort() -> mathopt.SolveParameters:
    effort = mathopt.SolveParameters(threads=1)
    effort.pdlp.termination_criteria.simple_optimality_criteria.eps_optimal_relative = NEAR_ENOUGH
    effort.pdlp.termination_criteria.simple_optimality_criteria.eps_optimal_absolute = NEAR_ENOUGH
    effort.pdlp.termination_criteria.iteration_limit = MOST_STEPS
    return effort


def _relaxation(pairs: Pairs) -> ModelProto:
    """One column a pair; one row a household (one place at most), then one row a place (its beds)."""
    count, waiting, rows = len(pairs), pairs.households, pairs.households + len(pairs.room)
    model = ModelProto()
    model.variables.ids.extend(range(count))
    model.variables.lower_bounds.extend([0.0] * count)
    model.variables.upper_bounds.extend([1.0] * count)
    model.variables.integers.extend([False] * count)
    model.linear_constraints.ids.extend(range(rows))
    model.linear_constraints.lower_bounds.extend([-math.inf] * rows)
    model.linear_constraints.upper_bounds.extend([1.0] * waiting + pairs.room.astype(float).tolist())
    model.objective.maximize = True
    model.objective.linear_coefficients.ids.extend(range(count))
    model.objective.linear_coefficients.values.extend(pairs.worth.astype(float).tolist())
    row = np.concatenate([pairs.household, waiting + pairs.place])
    column, beds = np.tile(np.arange(count), 2), np.concatenate([np.ones(count), pairs.use.astype(float)])
    order = np.lexsort((column, row))
    model.linear_constraint_matrix.row_ids.extend(row[order].tolist())
    model.linear_constraint_matrix.column_ids.extend(column[order].tolist())
    model.linear_constraint_matrix.coefficients.extend(beds[order].tolist())
    return model


def first_of_each(sorted_rows: Ints) -> Ints:
    """Index of the first pair of each household."""
    return np.flatnonzero(np.append(True, sorted_rows[1:] != sorted_rows[:-1]))
