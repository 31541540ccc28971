"""A view is some data groups: what lies outside is unknown, never absent."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given

from repere.core.rulebook import Fact, evaluate, load
from tests.core.invented import REFORM, asked_days, cases, mechanism, tries, views
from tests.core.reference import reference
from tests.core.small_book import FILES, write_book

GROUPS = sorted(mechanism(REFORM).groups)


@pytest.mark.parametrize("group", GROUPS)
def test_without_a_group_its_facts_are_unknown_and_never_absent(group: str) -> None:
    """Each group in turn: taking it away turns answers into "cannot tell", never a yes into a no or a no into a yes."""

    @tries(15)
    @given(cases(REFORM), asked_days())
    def holds(facts: list[Fact], on: date) -> None:
        made = mechanism(REFORM)
        whole = evaluate(made, facts, on=on).findings
        part = evaluate(made, facts, on=on, groups=set(GROUPS) - {group}).findings
        for rule_id, found in part.items():
            known = whole[rule_id]
            # an unknown département blocks nothing, and a closing fact out of view leaves a duty open
            allowed = {"cannot_tell", known.outcome} | ({"open"} if known.outcome == "done" else set())
            assert found.outcome in allowed or known.reason == "no_source_for_territory", (rule_id, known.outcome, found.outcome)
            assert all(fact.kind not in kinds_of(group) for fact in facts if fact.id in found.facts_used)

    holds()


def kinds_of(group: str) -> set[str]:
    """Fact kinds of a data group."""
    return {kind.id for kind in mechanism(REFORM).facts.values() if kind.group == group}


def test_the_latest_of_two_groups_is_not_told_by_one_of_them(tmp_path: Path) -> None:
    """She left is on record here; that she was met again stands in a file this reader does not hold."""
    facts = FILES["common/facts.yaml"].replace("group: profile", "group: other", 1)
    words = FILES["common/words.yaml"].replace("groups:\n", 'groups:\n  - {id: other, label: {fr: "Autre", en: "Other"}}\n')
    made = load(write_book(tmp_path, {"common/facts.yaml": facts, "common/words.yaml": words}), "xx")
    left = Fact(1, "left", date(2026, 5, 1), date(2026, 5, 1), datetime(2026, 5, 1, tzinfo=UTC), "case_worker")
    outcomes = {}
    for groups in ({"profile", "other"}, {"profile"}, {"other"}):
        found = evaluate(made, [left], on=date(2026, 6, 1), groups=groups).findings["xx.is_here"].outcome
        assert found == reference(made, [left], on=date(2026, 6, 1), groups=groups)["xx.is_here"].outcome
        outcomes[frozenset(groups)] = found
    assert list(outcomes.values()) == ["does_not_hold", "cannot_tell", "cannot_tell"]


def test_an_empty_view_is_a_case_about_which_nothing_is_known() -> None:
    """Whoever holds no group learns nothing from the answers."""

    @tries(30)
    @given(cases(REFORM), asked_days())
    def holds(facts: list[Fact], on: date) -> None:
        made = mechanism(REFORM)
        with_facts, without = (evaluate(made, known, on=on, groups=set()).findings for known in (facts, []))
        assert {rule: found.outcome for rule, found in with_facts.items()} == {rule: found.outcome for rule, found in without.items()}
        assert all(not found.facts_used and found.due is None for found in with_facts.values())

    holds()


def test_a_view_of_every_group_is_the_whole_view() -> None:
    """Naming all groups is the same as holding everything."""

    @tries(30)
    @given(cases(REFORM), asked_days())
    def holds(facts: list[Fact], on: date) -> None:
        made = mechanism(REFORM)
        assert evaluate(made, facts, on=on, groups=GROUPS) == evaluate(made, facts, on=on)

    holds()


def test_facts_outside_a_view_change_nothing_in_it() -> None:
    """What another service records on her health does not show through the answers of this one, not even by its days."""

    @tries(40)
    @given(cases(REFORM), asked_days(), views(REFORM))
    def holds(facts: list[Fact], on: date, groups: frozenset[str] | None) -> None:
        made = mechanism(REFORM)
        visible = [fact for fact in facts if groups is None or made.facts[fact.kind].group in groups]
        if any(fact.corrects is not None for fact in facts):
            return  # a withdrawal takes its fact away for everybody
        assert evaluate(made, facts, on=on, groups=groups) == evaluate(made, visible, on=on, groups=groups)

    holds()
