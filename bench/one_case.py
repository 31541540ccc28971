"""One case with its full explanation, again and again: `python -m bench.one_case`."""

from __future__ import annotations

import argparse
import time
from datetime import UTC, date, datetime
from typing import Any

from bench.measuring import MECHANISM, machine, say, spread
from repere.core.rulebook import Fact, evaluate, explain, load
from repere.demo.caseload import fields_of
from repere.demo.journeys import invent

TODAY = date(2026, 11, 21)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--cases", type=int, default=400)
    chosen = options.parse_args()
    mechanism = load(MECHANISM, "fr")
    country = invent(mechanism, chosen.cases, seed=1, today=TODAY)
    facts: dict[int, list[Fact]] = {}
    for kind, frame in country.facts.items():
        for row in frame.iter_rows(named=True):
            fact = Fact(
                row["fact"], kind, row["earliest"], row["latest"], row["recorded"].replace(tzinfo=UTC), row["role"], row["basis"],
                fields_of(mechanism.facts[kind], row), row["corrects"],
            )  # fmt: skip
            facts.setdefault(row["case"], []).append(fact)
    evaluate(mechanism, next(iter(facts.values())), on=TODAY)
    evaluating, explaining, everything = [], [], []
    asked = list(mechanism.entitlements) + list(mechanism.duties)
    for case in facts.values():
        case.sort(key=lambda fact: fact.recorded_at)
        started = time.perf_counter()
        evaluate(mechanism, case, on=TODAY)
        middle = time.perf_counter()
        explain(mechanism, case, "fr.residence_permit_complaint", on=TODAY)
        end = time.perf_counter()
        evaluating.append((middle - started) * 1000)
        explaining.append((end - middle) * 1000)
        everything.append((end - started) * 1000)
    result: dict[str, Any] = {
        "machine": machine(), "at": datetime.now(UTC).isoformat(timespec="seconds"), "rules": len(mechanism.rules), "asked": len(asked),
        "facts_per_case": round(sum(map(len, facts.values())) / len(facts), 1),
        "evaluate_ms": spread(evaluating), "explain_ms": spread(explaining), "case_with_explanation_ms": spread(everything),
    }  # fmt: skip
    say(result)


if __name__ == "__main__":
    main()
