"""A finding explains itself: why, what to ask next, what is nearest to changing a no."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from repere.core.rulebook import Fact, FieldKind, Mechanism, Step, codes_of, evaluate, explain
from repere.core.rulebook.columns import FactTables
from repere.core.rulebook.country import snapshot
from tests.core.invented import (
    FRANCE,
    KINGDOM,
    REFORM,
    asked_days,
    cases,
    mechanism,
    named_codes,
    selectors_of_rule,
    tries,
    views,
)  # fmt: skip

VALUES = {"does_not_hold": "no", "cannot_tell": "cannot_tell", "holds": "yes", "open": "yes", "done": "yes"}
AFTER = st.dates(date(2028, 6, 1), date(2031, 12, 31))
"""Days after every invented fact: a range still running on the asked day leaves open what came last, whatever is recorded."""

LENGTHS = {"common.recovery_minimum_given", "uk.recovery_minimum_over", "uk.decide_conclusive_grounds"}
"""Exceptions: what would change them is time that begins with the fact; they are tried with an older fact too."""

AT_ODDS = {"common.no_removal_during_identification", "common.think_of_presumption", "common.protection_already_told"}
"""Exceptions: parts are weighed one by one. Recognised, she is presumed; what ends the one may end the other. Signs: it takes several.
Two days in an order: where both facts are missing, the first is named, and the other is needed too."""


def steps(step: Step) -> Iterator[Step]:
    """A step and everything under it."""
    yield step
    for child in step.children:
        yield from steps(child)


@pytest.mark.parametrize("name", [FRANCE, REFORM, KINGDOM])
def test_every_rule_explains_itself_in_french_and_in_english(name: str) -> None:
    """Whatever is in the file and whoever reads it, each rule tells a tree of reasons with words in both languages."""

    @tries(4)
    @given(cases(name), asked_days(), views(name))
    def holds(facts: list[Fact], on: date, groups: frozenset[str] | None) -> None:
        made = mechanism(name)
        findings = evaluate(made, facts, on=on, groups=groups).findings
        known = {fact.id for fact in facts}
        for rule_id, rule in made.rules.items():
            told = explain(made, facts, rule_id, on=on, groups=groups)
            assert told.value == VALUES[findings[rule_id].outcome], rule_id
            assert told.text == {lang: rule.label.text(lang) for lang in ("fr", "en")}
            for step in steps(told):
                assert step.text["fr"].strip(), rule_id
                assert step.text["en"].strip(), rule_id
                assert "{" not in step.text["fr"] + step.text["en"]
                assert set(step.facts) <= known
                assert all(source in made.sources for source in step.source)

    holds()


def test_a_finding_says_what_goes_with_its_answer_and_nothing_else() -> None:
    """A question with "cannot tell", what is missing with "no", a trigger only where something is owed."""

    @tries(25)
    @given(cases(REFORM), asked_days())
    def holds(facts: list[Fact], on: date) -> None:
        for found in evaluate(mechanism(REFORM), facts, on=on).findings.values():
            assert found.asks is None or found.outcome == "cannot_tell"
            assert not found.missing or found.outcome == "does_not_hold"
            assert found.trigger is None or found.kind == "duty"
            assert set(found.facts_used) <= {fact.id for fact in facts}

    holds()


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_what_cannot_be_told_has_a_question_or_a_reason(name: str) -> None:
    """Nobody is left with a shrug."""

    @tries(30)
    @given(cases(name), asked_days())
    def holds(facts: list[Fact], on: date) -> None:
        for found in evaluate(mechanism(name), facts, on=on).findings.values():
            assert found.outcome != "cannot_tell" or found.asks or found.reason, found.rule_id

    holds()


# ---- answering


def answers(name: str, facts: list[Fact], kind: str, field: str | None, on: date, backdated: tuple[int, ...] = (0,)) -> list[Fact]:
    """Facts somebody might record when asked for this kind, or to fill in this field of one already there."""
    made = mechanism(name)
    declared = made.facts[kind]
    tested = {name_ for kind_, name_ in named_codes(name) if kind_ == kind}
    clear = [f for f in declared.fields.values() if not f.sealed and (f.name in tested or f.type == "date" or f.name == field)]
    choices = [[(f.name, value) for value in plausible(name, made, kind, f, on)] for f in clear]
    chosen = list(itertools.islice(itertools.product(*choices), 300))
    if len(chosen) == 300:
        hand = Random(0)
        chosen = [tuple(hand.choice(choice) for choice in choices) for _ in range(300)]
    if field is None:
        chosen.append(())  # the fact alone: a rule may ask that one of its fields is not known
    powers = {power for rule in made.rules.values() for s in selectors_of_rule(rule) if kind in s.kinds for power in s.by}
    roles = {min(made.families[power]) for power in powers}
    now = max([fact.recorded_at for fact in facts], default=datetime(2024, 1, 1, tzinfo=UTC)) + timedelta(minutes=1)
    found = []
    for back, role, values in itertools.product(backdated, sorted(roles) or ["case_worker"], chosen):
        day = on - timedelta(days=back)
        found.append(Fact("answer", kind, day, day, now, role, "own_act", dict(values)))
    for old in facts:
        if field and old.kind == kind:
            answers_ = plausible(name, made, kind, declared.fields[field], on)
            mended = [{**old.fields, field: value} for value in answers_]
            found += [replace(old, id="answer", fields=fields, corrects=old.id, recorded_at=now) for fields in mended]
    return found


def plausible(name: str, made: Mechanism, kind: str, field: FieldKind, on: date) -> list[Any]:
    """Values that a rule could tell apart."""
    if field.type == "date":
        return [{"earliest": day, "latest": day} for day in (on + timedelta(days=400), on - timedelta(days=10), on - timedelta(days=4000))]
    if field.type == "int":
        return [0, 3]
    named = named_codes(name).get((kind, field.name), ())
    codes = [*named, *[code for code in codes_of(made, field) if code not in named][:1]]
    return [[code] for code in codes] if field.type == "codes" else codes


def outcomes(made: Mechanism, rule_id: str, files: list[list[Fact]], on: date) -> list[int]:
    """Answer of one rule for many files: 0 no, 1 cannot tell, 2 yes, 3 done."""
    answered = snapshot(made, FactTables.of_cases(made, files), on, rules=[rule_id])[rule_id]
    return [int(value) for value in answered]


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_answering_the_next_question_leads_to_an_answer(name: str) -> None:
    """For a rule that cannot be told, there is an answer to its question after which it can, or the next question comes."""

    @tries(25)
    @given(cases(name), AFTER, st.integers(0, 2**16))
    def holds(facts: list[Fact], on: date, pick: int) -> None:
        made = mechanism(name)
        open_ = [found for found in evaluate(made, facts, on=on).findings.values() if found.asks and found.reason in (None, "not_settled")]
        assume(open_)
        found = open_[pick % len(open_)]
        asked = [found.asks]
        for _ in range(8):
            if found.asks is None:
                assert found.reason == "not_settled", found.rule_id  # a length that no text gives: nothing is left to ask
                return
            files = [[*facts, replace(answer, id=f"answer {len(facts)}")] for answer in answers(name, facts, *found.asks, on)]
            told = outcomes(made, found.rule_id, files, on)
            if any(value != 1 for value in told):
                return
            for file in files:
                following = evaluate(made, file, on=on).findings[found.rule_id]
                if following.asks not in asked:
                    facts, found = file, following
                    asked.append(following.asks)
                    break
            else:
                raise AssertionError((found.rule_id, asked))

    holds()


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_recording_what_is_missing_changes_a_no(name: str) -> None:
    """The nearest facts that would change a refusal really would, for some value of theirs."""

    @tries(25)
    @given(cases(name), AFTER, st.integers(0, 2**16))
    def holds(facts: list[Fact], on: date, pick: int) -> None:
        made = mechanism(name)
        refused = [f for f in evaluate(made, facts, on=on).findings.values() if 0 < len(f.missing) <= 3 and f.rule_id not in AT_ODDS]
        assume(refused)
        found = refused[pick % len(refused)]
        backdated = (0, 60) if found.rule_id in LENGTHS else (0,)
        pools = [answers(name, facts, kind, field, on, backdated) for kind, field in found.missing]
        hand = Random(pick)
        files: list[list[Fact]] = []
        for _ in range(1500 if len(pools) > 1 else len(pools[0])):
            new = [pools[0][len(files)]] if len(pools) == 1 else [hand.choice(pool) for pool in pools]
            files.append([*facts, *one_by_one(new)])
        assert any(value != 0 for value in outcomes(made, found.rule_id, files, on)), (found.rule_id, found.missing)

    holds()


def one_by_one(new: list[Fact]) -> list[Fact]:
    """The same facts, each recorded a minute after the other."""
    return [replace(f, id=f"answer {i}", recorded_at=f.recorded_at + timedelta(minutes=i)) for i, f in enumerate(new)]


def test_a_no_that_no_fact_can_change_says_so_by_an_empty_list() -> None:
    """Before a text starts, nothing that could be recorded would make it hold."""
    made = mechanism(REFORM)
    for rule in made.rules.values():
        start = rule.versions[0].standing.start
        if start is not None and rule.law_at is None and rule.duty is None:
            found = evaluate(made, [], on=start - timedelta(days=1)).findings[rule.id]
            assert found.missing == (), rule.id
