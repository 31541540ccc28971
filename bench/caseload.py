"""A whole caseload in columns under two mechanisms: `python -m bench.caseload --cases 1000000 [--path]`."""

from __future__ import annotations

import argparse
import gc
import os
from datetime import date
from typing import Any

import numpy as np

from bench.measuring import MECHANISM, clock, machine, peak_gib, say

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "repere.web.settings")
from repere.core.rulebook import load, shared_rules
from repere.core.rulebook.country import path, shares, snapshot
from repere.core.rulebook.frames import tables_of
from repere.demo.journeys import invent
from repere.observatory.replay import SLAB_CASES, reused

TODAY = date(2026, 11, 21)
START = date(2025, 9, 22)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=1_000_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--path", action="store_true")
    options.add_argument("--workers", type=int, default=2)
    chosen = options.parse_args()

    result: dict[str, Any] = {"machine": machine(), "cases": chosen.cases}
    mechanisms = [load(MECHANISM, name) for name in ("fr", "fr+fr-collectif")]
    with clock(result, "invented"):
        country = invent(mechanisms[1], chosen.cases, seed=chosen.seed, today=TODAY)
    result["facts"] = country.fact_count
    frames = country.facts
    del country
    with clock(result, "tables"):
        tables = tables_of(mechanisms[1], chosen.cases, frames)
    del frames
    gc.collect()
    result["rules"] = {mechanism.name: len(mechanism.rules) for mechanism in mechanisms}
    base, other = mechanisms
    with clock(result, "snapshot"):
        after = snapshot(other, tables, TODAY, workers=chosen.workers)
        before = reused(base, other, after) or snapshot(base, tables, TODAY, workers=chosen.workers)
    # The same the long way round, to show that taking the answers over changes none.
    with clock(result, "snapshot_each_apart"):
        apart = snapshot(base, tables, TODAY, workers=chosen.workers)
    result["same_answers"] = bool(all(np.array_equal(apart[rule], before[rule]) for rule in base.rules))
    del apart
    result["cannot_tell"] = {rule: round(share["cannot_tell"], 4) for rule, share in shares(after).items()}
    result["peak_gib_snapshot"] = peak_gib()
    del before, after
    if chosen.path:
        moves = 0
        shared = base.rules.keys() <= shared_rules(base, other)
        with clock(result, "path"):
            for mechanism in [other] if shared else mechanisms:
                for first in range(0, tables.cases, SLAB_CASES):
                    part = tables.between(first, min(first + SLAB_CASES, tables.cases))
                    moves += sum(len(rule.case) for rule in path(mechanism, part, START, TODAY, workers=chosen.workers).values())
        result["moves"] = moves
    result["peak_gib"] = peak_gib()
    say(result)


if __name__ == "__main__":
    main()
