"""Every operator of the language, in rules that no jurist wrote: the core and the slow reference agree on them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from repere.core.rulebook import Fact, FactKind, Mechanism, codes_of, country, evaluate, explain
from repere.core.rulebook import expressions as say
from repere.core.rulebook.model import Duty, Rule, UnlessClause, Version
from tests.core.invented import REFORM, asked_days, caseload, facts_of, mechanism, tries, views
from tests.core.reference import reference
from tests.core.test_against_reference import TRITS

RULES = 24
WORDS = ("known", "field_known", "several", "screened", "exists", "latest", "count", "before", "decision")


@cache
def drawn(seed: int) -> tuple[Mechanism, tuple[str, ...]]:
    """The vocabulary of France with random conditions and duties in place of its rules, and the kinds that they read."""
    random, made = Random(seed), mechanism(REFORM)
    kinds = ["indicator_observed", "exploitation_described", "person_described", *random.sample(sorted(made.facts), 4)]
    pattern = next(rule for rule in made.rules.values() if rule.kind == "condition")
    standing = replace(pattern.versions[0].standing, start=date(2000, 1, 1))
    rules: dict[str, Rule] = {}
    for number in range(RULES):
        version = Version(standing, expression(random, made, kinds, 2))
        rule = replace(pattern, id=f"drawn.{number}", versions=(version,), duty=None)
        if number % 4 == 0:
            gone = UnlessClause("lapses", pattern.label, standing, expression(random, made, kinds, 1))
            trigger, done = (say.Selector((random.choice(kinds),)) for _ in range(2))
            rule = replace(rule, kind="duty", duty=Duty(("support",), trigger, None, None, (done,), (), gone, None, None))
        rules[rule.id] = rule
    return replace(made, name=f"drawn{seed}", hash=f"drawn{seed}", rules=rules, path=(), examples=()), tuple(dict.fromkeys(kinds))


def expression(random: Random, made: Mechanism, kinds: list[str], depth: int) -> say.Expr:
    """A random expression: joined parts above, one operator below."""
    if depth:
        parts = tuple(expression(random, made, kinds, depth - 1) for _ in range(2))
        return random.choice([say.All(parts), say.AnyOf(parts), say.Not(parts[0])])
    kind = made.facts[random.choice(kinds)]
    chosen = say.Selector((kind.id,), some_tests(random, made, kind), (), random.choice(["first", "latest"]))
    clear = [field for field in kind.fields.values() if field.sealed is None]
    match random.choice(WORDS):
        case "known":
            return say.Known(chosen, None)
        case "field_known" if clear:
            return say.Known(replace(chosen, select="latest"), random.choice(clear).name)
        case "several":
            field = made.facts["exploitation_described"].fields[random.choice(["means", "acts", "forms"])]
            among = tuple(random.sample(codes_of(made, field), 3))
            return say.Exists(say.Selector(("exploitation_described",), (say.Test(field.name, among, low=random.choice([1, 2])),)))
        case "screened":
            return say.Screened(say.Selector(("indicator_observed",)), "indicator", random.choice(["adult_labour", "child_labour"]))
        case "latest":
            return say.Latest(say.Selector((kind.id,)), None, some_tests(random, made, kind))
        case "count":
            return say.Count(chosen, 2)
        case "before":
            other = random.choice([say.Today(), say.Fixed(date(2024, random.randint(1, 12), 22))])
            return say.Before(say.DayOf(chosen), other, strict=random.random() < 0.5)
        case "decision":
            return say.Decision((), chosen, say.Selector((random.choice(kinds),)), kind.label)
    return say.Exists(chosen)


def some_tests(random: Random, made: Mechanism, kind: FactKind) -> tuple[say.Test, ...]:
    """No test, or one on a coded field."""
    coded = [field for field in kind.fields.values() if field.type in ("code", "codes", "bool") and field.sealed is None]
    if not coded or random.random() < 0.4:
        return ()
    field = random.choice(coded)
    return (say.Test(field.name, tuple(random.sample(codes_of(made, field), 1)), wanted=random.random() < 0.8, said=random.random() < 0.3),)


@pytest.mark.parametrize("seed", range(4))
def test_random_rules_answer_as_the_readme_says(seed: int) -> None:
    """For one case, through any view, and for the country; every answer can be explained."""
    made, kinds = drawn(seed)

    @tries(60)
    @given(facts_of(REFORM, kinds, most=9), asked_days(), views(REFORM))
    def holds(facts: list[Fact], on: date, groups: frozenset[str] | None) -> None:
        said = {rule: found.outcome for rule, found in evaluate(made, facts, on=on, groups=groups).findings.items()}
        assert said == {rule: answer.outcome for rule, answer in reference(made, facts, on=on, groups=groups).items()}
        together = country.snapshot(made, caseload(made, [facts, facts]), on)
        alone = evaluate(made, facts, on=on).findings
        assert {rule: [TRITS[found.outcome]] * 2 for rule, found in alone.items()} == {r: v.tolist() for r, v in together.items()}
        assert all(explain(made, facts, rule, on=on, groups=groups).text["fr"] for rule in list(made.rules)[:4])

    holds()


@pytest.mark.parametrize("seed", range(2))
def test_no_answer_turns_before_the_announced_day(seed: int) -> None:
    """A duty that lapses and a sign seen "in spring" turn on a day that is announced, or the night that should close them never comes."""
    made, kinds = drawn(seed)

    @tries(15)
    @given(facts_of(REFORM, kinds, most=6), asked_days(), st.integers(0, 500))
    def holds(facts: list[Fact], on: date, later: int) -> None:
        told = evaluate(made, facts, on=on)
        day = on + timedelta(days=later)
        if told.next_change_on is None or day < told.next_change_on:
            recorded = [fact for fact in facts if fact.earliest <= on]
            if len(recorded) == len(facts):
                again = evaluate(made, facts, on=day).findings
                assert {r: f.outcome for r, f in told.findings.items()} == {r: f.outcome for r, f in again.items()}

    holds()
