"""Candidates for one household, and the daily proposal: `python -m bench.placement --households 10000`."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from typing import Any

import numpy as np

from bench.measuring import clock, machine, peak_gib, say, spread
from repere.core.needs import Member, Needs, Place, PlaceTable, candidates
from repere.core.placement import Household, Instance, propose
from repere.core.placement.keeping import History, keep_back

PAIRS_EACH = 20
PAST_DAYS = 180
ZONES = [f"{number:02}" for number in range(1, 96)]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--households", type=int, default=10_000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    result: dict[str, Any] = {"machine": machine(), "households": chosen.households, "places": chosen.households // 2}
    single, families = (_instance(chosen.households, chosen.seed, families=kind) for kind in (False, True))
    with clock(result, "pure"):
        pure = propose(single)
    with clock(result, "families"):
        mixed = propose(families)
    asked = _asking(families)
    with clock(result, "keeping"):
        kept = keep_back(families, mixed.lines, _past(families, chosen.seed))
    result |= {
        "pure_pairs": pure.pairs, "pure_gap": pure.gap, "families_pairs": mixed.pairs, "families_gap": round(mixed.gap, 5),
        "candidates_ms": spread(asked), "peak_gib": peak_gib(), "kept_back": len(kept),
    }  # fmt: skip
    size = f"{chosen.households:,} waiting, {chosen.households // 2:,} places"
    result["figures"] = [
        [f"daily proposal, {size}, {pure.pairs:,} pairs, units given whole", "gap 0 in ≤ 1 s", f"gap {pure.gap:g} in {result['pure']} s"],
        [f"daily proposal, {size}, {mixed.pairs:,} pairs, families in shared units", "gap ≤ 1 % in ≤ 10 s",
         f"gap {mixed.gap:.2%} in {result['families']} s"],
        [f"which places to keep back, beside that proposal, learnt from {PAST_DAYS} days", "bounded", f"{result['keeping']} s"],
        ["memory of the daily proposal", "≤ 2 GiB", f"{result['peak_gib']} GiB"],
        [f"candidates for one household among {chosen.households // 2:,} places, in memory", "p95 ≤ 50 ms",
         f"p95 {result['candidates_ms']['p95']} ms"],
    ]  # fmt: skip
    say(result)


def _instance(households: int, seed: int, *, families: bool) -> Instance:
    draw = np.random.default_rng(seed)
    places = tuple(_place(row, draw, families) for row in range(households // 2))
    waiting = tuple(_household(row, draw, families) for row in range(households))
    urgency = Instance((), ()).urgency
    pairs = tuple(
        (each.id, places[row].id, urgency.worth(each.urgency, each.waiting_days) + int(draw.integers(0, 80)))
        for each in waiting
        for row in draw.choice(len(places), min(3 * PAIRS_EACH, len(places)), replace=False)[: PAIRS_EACH if not families else None]
        if places[row].capacity >= each.needs.size
    )
    return Instance(waiting, places, pairs=_at_most(pairs))


def _past(instance: Instance, seed: int) -> History:
    """As many requests a day, and half as many places that became free, as wait and are free today, over some months."""
    draw = np.random.default_rng(seed)
    came = tuple((int(draw.integers(1, PAST_DAYS)), replace(one, waiting_days=0)) for one in instance.households)
    opened = tuple((int(draw.integers(1, PAST_DAYS)), one) for one in instance.places)
    return History(PAST_DAYS, came, opened)


def _at_most(pairs: tuple[tuple[str, str, int], ...]) -> tuple[tuple[str, str, int], ...]:
    """Twenty pairs for each household."""
    seen: dict[str, int] = {}
    kept = []
    for pair in pairs:
        seen[pair[0]] = seen.get(pair[0], 0) + 1
        if seen[pair[0]] <= PAIRS_EACH:
            kept.append(pair)
    return tuple(kept)


def _place(row: int, draw: np.random.Generator, families: bool) -> Place:
    beds = int(draw.choice([1, 1, 2, 3, 4, 6, 8, 12])) if families else 1
    return Place(
        f"p{row}", f"s{row // 5}", str(draw.choice(ZONES)), beds, one_household=beds <= 4, collective=beds > 4,
        gender=str(draw.choice(["any", "women", "any"])), languages=frozenset(draw.choice(["fr", "en", "es", "ar"], 2)),
    )  # type: ignore[arg-type]  # fmt: skip


def _household(row: int, draw: np.random.Generator, families: bool) -> Household:
    size = int(draw.choice([1, 1, 1, 2, 3, 4, 5])) if families else 1
    members = (Member(gender="woman"), *(Member(minor=True) for _ in range(size - 1)))
    needs = Needs(members, languages=frozenset({"en"}), refuses_zones=frozenset(draw.choice(ZONES, 3)))
    return Household(f"h{row}", needs, urgency=int(draw.integers(0, 4)), waiting_days=int(draw.integers(0, 200)))


def _asking(instance: Instance, times: int = 100) -> list[float]:
    table, taken = PlaceTable.of(instance.places), []
    for household in instance.households[:times]:
        started = time.perf_counter()
        candidates(household.needs, table, most=50)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


if __name__ == "__main__":
    main()
