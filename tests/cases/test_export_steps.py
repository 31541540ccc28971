"""No order of acts lets an extract out that two people of one organisation did not want, as it stood when it was asked."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from repere.cases import actions
from repere.cases.actions import extracts
from repere.cases.exports.gathering import Wanted
from repere.cases.models import Extract
from repere.cases.refusals import NotVisible, Refused
from tests.cases.story import concern
from tests.people import Cast

SEQUENCES = 5_000 if os.environ.get("REPERE_THOROUGH") else 4
WHO = st.sampled_from(["amina", "odile", "ines", "chloe"])


class Steps(RuleBasedStateMachine):
    """Four people try every step in any order while time goes by and the file changes. A small model says what may happen."""

    people: Cast
    number = 0

    def __init__(self) -> None:
        super().__init__()
        self.back = transaction.atomic()
        self.back.__enter__()
        self.now = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
        self.case = concern(self.people.amina.actor)
        self._name("Un")
        self.row: Extract | None = None
        self.asker = self.approver = ""
        self.state = "none"
        self.changed = False
        self.approved_at = self.asked_at = self.now
        self.fetched = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.back.__exit__(None, None, None)

    def _name(self, name: str) -> None:
        who = self.people.amina.actor
        actions.set_identity(self.case.person_id, tier="identity", values={"given_names": name}, acting=who, now=self.now)

    @rule(who=WHO)
    def ask(self, who: str) -> None:
        if self.row is not None:
            return
        member = getattr(self.people, who)
        wanted = Wanted(member.organisation.pk, "support", ("code", "given_names"))
        try:
            self.row = extracts.ask_extract(wanted, why="x", form="csv", acting=member.actor, now=self.now)
        except (Refused, NotVisible):
            assert who not in ("amina", "odile")
            return
        assert who in ("amina", "odile")
        self.state, self.asker, self.asked_at, self.changed = "asked", who, self.now, False

    @rule(who=WHO, approve=st.booleans())
    def decide(self, who: str, approve: bool) -> None:
        if self.row is None:
            return
        may = self.state == "asked" and who in ("amina", "odile") and who != self.asker and self.now < self.asked_at + timedelta(days=7)
        done = self._try(extracts.decide_extract, who, approve=approve)
        assert (done is not None) == may
        if may:
            self.state, self.approver, self.approved_at = ("approved" if approve else "refused"), who, self.now

    @rule(who=WHO)
    def make(self, who: str) -> None:
        if self.row is None:
            return
        may = self.state == "approved" and who == self.asker
        done = self._try(extracts.make_extract, who)
        assert (done is not None) == may
        if may:
            in_time = self.now < self.approved_at + timedelta(hours=24)
            self.state = "ready" if in_time and not self.changed else "void" if in_time else "ended"
            assert done[0].state == self.state

    @rule(who=WHO)
    def fetch(self, who: str) -> None:
        if self.row is None:
            return
        may = self.state == "ready" and who == self.asker
        done = self._try(extracts.fetch_extract, who)
        assert (done is not None) == may
        if may:
            self.state, self.fetched = "fetched", self.fetched + 1

    @rule()
    def change_her_name(self) -> None:
        Steps.number += 1
        self._name(f"Autre{Steps.number}")
        self.changed = True

    @rule(hours=st.sampled_from([1, 23, 24, 170]))
    def time_goes_by(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def it_left_once_at_most_and_only_by_two(self) -> None:
        assert self.fetched <= 1
        if self.state in ("ready", "fetched"):
            assert {self.asker, self.approver} == {"amina", "odile"}

    def _try(self, act: Any, who: str, **told: Any) -> Any:
        try:
            return act(self.row, acting=getattr(self.people, who).actor, now=self.now, **told)
        except (Refused, NotVisible):
            return None


@pytest.fixture
def steps(people: Cast) -> type[Steps]:
    Steps.people = people
    return Steps


@pytest.mark.django_db
def test_no_order_of_steps_lets_out_what_two_did_not_want(steps: type[Steps]) -> None:
    run_state_machine_as_test(
        steps, settings=settings(max_examples=SEQUENCES, stateful_step_count=12, deadline=None, suppress_health_check=list(HealthCheck))
    )
