"""Screening: which dimensions of indicators are met, by which signs. It opens a question; it never computes a refusal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from repere.core.rulebook.model import Fact, Indicator, Mechanism


@dataclass(frozen=True, slots=True)
class DimensionResult:
    """One dimension: the signs seen, whether a combination of the rule is met, and signs of it not yet asked about.

    ``met`` False says only that what was recorded does not meet the combination: the absence of a sign proves nothing.
    """

    dimension: str
    seen: tuple[str, ...]
    met: bool
    combination: dict[str, int] | None
    ask_next: tuple[str, ...]


def screen(mechanism: Mechanism, facts: Sequence[Fact], *, on: date, audience: str = "adult_labour") -> list[DimensionResult]:
    """Dimensions of the indicator lists for one case on a day. ``audience`` names the list of strengths."""
    corrected = {fact.corrects for fact in facts if fact.corrects is not None}
    observed = [f for f in facts if f.kind == "indicator_observed" and f.id not in corrected and f.latest <= on]
    seen = dict.fromkeys(str(f.fields["indicator"]) for f in observed if f.fields.get("indicator") in mechanism.indicators)
    dimensions = dict.fromkeys(i.dimension for i in mechanism.indicators.values())
    return [_dimension(mechanism, dimension, list(seen), audience) for dimension in dimensions]


def _dimension(mechanism: Mechanism, dimension: str, seen: list[str], audience: str) -> DimensionResult:
    signs = [i for i in mechanism.indicators.values() if i.dimension == dimension]
    here = [i for i in signs if i.id in seen]
    strengths = Counter(strength for i in here if (strength := i.strength.get(audience)))
    rules = [rule for rule in mechanism.screening.values() if dimension in rule.dimensions]
    met = next((c for rule in rules for c in rule.combinations if all(strengths[s] >= n for s, n in c.items())), None)
    return DimensionResult(
        dimension, tuple(i.id for i in here), met is not None, dict(met) if met else None, tuple(_to_ask(signs, here, audience))
    )


def _to_ask(signs: list[Indicator], here: list[Indicator], audience: str) -> list[str]:
    rank = {"strong": 0, "medium": 1, "weak": 2}
    left = [i for i in signs if i not in here]
    return [i.id for i in sorted(left, key=lambda i: rank.get(i.strength.get(audience, ""), 3))[:3]]
