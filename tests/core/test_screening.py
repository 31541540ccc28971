"""Signs open questions. No combination of them, and no lack of them, refuses anything."""

from __future__ import annotations

import dataclasses
import inspect
from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.rulebook import DimensionResult, Fact, screen, screening
from tests.core.invented import FRANCE, mechanism, tries

ON = date(2026, 6, 1)
MADE = mechanism(FRANCE)


def observed(*indicators: str, day: date = date(2026, 5, 1)) -> list[Fact]:
    """Signs seen on one day."""
    instant = datetime(2026, 5, 1, tzinfo=UTC)
    return [Fact(name, "indicator_observed", day, day, instant, "case_worker", "observed", {"indicator": name}) for name in indicators]


def of_strength(dimension: str, strength: str, audience: str = "adult_labour") -> list[str]:
    """Indicators of a dimension that have this strength."""
    return [i.id for i in MADE.indicators.values() if i.dimension == dimension and i.strength.get(audience) == strength]


def result(dimension: str, facts: list[Fact]) -> DimensionResult:
    """What is said of one dimension."""
    return next(found for found in screen(MADE, facts, on=ON) if found.dimension == dimension)


def test_no_result_can_say_not_a_victim() -> None:
    """There is no class, no outcome and no score that could: a dimension is met, or not met yet."""
    fields = {field.name: field.type for field in dataclasses.fields(DimensionResult)}
    assert fields == {
        "dimension": "str", "seen": "tuple[str, ...]", "met": "bool", "combination": "dict[str, int] | None", "ask_next": "tuple[str, ...]",
    }  # fmt: skip
    own = [name for name, made in inspect.getmembers(screening, inspect.isclass) if made.__module__ == screening.__name__]
    assert own == ["DimensionResult"]


def test_screening_without_a_sign_asks_and_concludes_nothing() -> None:
    """An interview in which nothing was seen leaves every question open."""
    for found in screen(MADE, [], on=ON):
        assert (found.seen, found.met, found.combination) == ((), False, None)
        assert found.ask_next or not [i for i in MADE.indicators.values() if i.dimension == found.dimension]


@pytest.mark.parametrize("dimension", sorted({d for rule in MADE.screening.values() for d in rule.dimensions}))
def test_each_combination_of_the_rule_meets_its_dimension_and_one_sign_less_does_not(dimension: str) -> None:
    """Every edge of every combination, from both sides."""
    for rule in MADE.screening.values():
        for combination in rule.combinations:
            signs = [sign for strength, n in combination.items() for sign in of_strength(dimension, strength)[:n]]
            if len(signs) < sum(combination.values()):
                continue
            assert result(dimension, observed(*signs)).met
            for missing in signs:
                fewer = [sign for sign in signs if sign != missing]
                assert result(dimension, observed(*fewer)).met == meets(fewer)


def meets(signs: list[str], audience: str = "adult_labour") -> bool:
    """Whether some combination of the rule is reached."""
    strengths = Counter(MADE.indicators[sign].strength.get(audience) for sign in signs)
    return any(all(strengths[s] >= n for s, n in c.items()) for rule in MADE.screening.values() for c in rule.combinations)


def test_another_sign_never_takes_a_dimension_back() -> None:
    """More seen is never less met, and what was seen is never asked again."""

    @tries(60)
    @given(st.lists(st.sampled_from(sorted(MADE.indicators)), unique=True, max_size=12), st.sampled_from(sorted(MADE.indicators)))
    def holds(signs: list[str], more: str) -> None:
        before, after = screen(MADE, observed(*signs), on=ON), screen(MADE, observed(*signs, more), on=ON)
        for one, other in zip(before, after, strict=True):
            assert other.met or not one.met
            assert not set(other.seen) & set(other.ask_next)
            assert set(one.seen) <= set(other.seen)

    holds()


def test_a_sign_seen_twice_counts_once() -> None:
    """Two colleagues who saw the same thing saw one thing."""
    dimension = next(d for d in MADE.indicators.values() if d.strength.get("adult_labour") == "strong").dimension
    sign = of_strength(dimension, "strong")[0]
    twice = [*observed(sign), *(dataclasses.replace(fact, id="again") for fact in observed(sign))]
    assert result(dimension, twice).seen == (sign,)
    assert result(dimension, twice).met == meets([sign])


def test_a_withdrawn_or_later_sign_does_not_count() -> None:
    """What was entered in error is gone; what is seen tomorrow is not seen today."""
    sign = next(iter(MADE.indicators))
    seen = observed(sign)
    error = Fact("error", "entered_in_error", ON, ON, datetime(2026, 6, 1, tzinfo=UTC), "case_worker", "own_act", {}, corrects=sign)
    assert all(not found.seen for found in screen(MADE, [*seen, error], on=ON))
    assert all(not found.seen for found in screen(MADE, observed(sign, day=date(2026, 6, 2)), on=ON))
    assert any(found.seen for found in screen(MADE, observed(sign, day=ON), on=ON))


def test_the_next_signs_to_ask_about_are_the_strongest_left() -> None:
    """Three at most, the strong ones first."""
    rank = {"strong": 0, "medium": 1, "weak": 2}
    for found in screen(MADE, [], on=ON):
        ranks = [rank.get(MADE.indicators[sign].strength.get("adult_labour", ""), 3) for sign in found.ask_next]
        assert ranks == sorted(ranks)
        assert len(ranks) <= 3
