"""Rules that no fact of a file can change are judged once for everybody: with or without that, the answers are the same."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given

from repere.core.rulebook import Fact, evaluate
from repere.core.rulebook.blank import Blank
from tests.core.invented import KINGDOM, REFORM, asked_days, cases, mechanism, tries, views


@pytest.mark.parametrize("name", [REFORM, KINGDOM])
def test_what_is_found_once_is_what_would_be_found_each_time(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[int] = []

    @tries(60)
    @given(cases(name), asked_days(), views(name))
    def holds(facts: list[Fact], on: date, groups: frozenset[str] | None) -> None:
        once = evaluate(mechanism(name), facts, on=on, groups=groups)
        with monkeypatch.context() as each_time:
            each_time.setattr(Blank, "settle", lambda self, run, stretch: [False] * len(self.states))
            assert evaluate(mechanism(name), facts, on=on, groups=groups) == once

    original = Blank.settle

    def counted(self: Blank, *asked: object) -> list[bool]:
        told = original(self, *asked)  # type: ignore[arg-type]
        settled.append(sum(told))
        return told

    monkeypatch.setattr(Blank, "settle", counted)
    holds()
    assert max(settled) > 10


def test_before_the_first_text_nothing_is_taken_as_given() -> None:
    found = evaluate(mechanism(REFORM), [], on=date(1985, 3, 1)).findings
    assert {one.since for one in found.values()} == {date(1985, 3, 1)}
