"""Every night: has every recorded fact, and every access that runs, its row in the ledger? (`told.py` says how that is known.)

The job takes the persons of one organisation in the order of their ids, some hundreds in a transaction, each of which notes how far
it came: killed, it goes on there; a large house is gone through in several nights, and whatever day a slipped record bears, its turn
comes. Facts are read before the ledger, and what has no row is read once more: a record that is written meanwhile is no alarm. Facts
of a batch are compared by whom the row of their batch names; how many they are is counted by `repere ledger verify` alone.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Fact, Grant, Person
from repere.cases.told import REMOVED_BEFORE, Told
from repere.directory.models import Organisation
from repere.ledger.models import Comparison

JOB = "compare_ledger"
AT_ONCE = 500
A_NIGHT = 20_000
"""Persons of one organisation: our choice, some minutes of work."""
MOST_NAMED = 100
ABOUT = "SELECT row_body FROM ledger_about(%s::uuid[])"


class _Told(Told):
    """As `Told`, and whom each batch names."""

    def __init__(self) -> None:
        super().__init__()
        self.named: dict[UUID, set[UUID]] = {}

    def hear(self, row: Mapping[str, Any]) -> None:
        super().hear(row)
        if batch := (row.get("detail") or {}).get("batch"):
            self.named.setdefault(UUID(batch), set()).update(map(UUID, row["subjects"]))


def compare_all(*, now: datetime, most: int = A_NIGHT) -> int:
    """Every organisation in turn. Returns how many records stand without their row."""
    organisations = list(Organisation.objects.order_by("pk").values_list("pk", flat=True))
    return sum(compare(organisation, now=now, most=most) for organisation in organisations)


def compare(organisation: UUID, *, now: datetime, most: int = A_NIGHT) -> int:
    """One organisation, from where the last night ended. Returns how many of its records stand without their row."""
    acting = Actor.system(JOB, organisation_id=organisation)
    _look_again(acting, now=now)
    for _part in range(max(1, most // AT_ONCE)):
        if _next_part(acting, now=now):
            break
    with acting_as(acting):
        return _state(acting, now).number


def _look_again(acting: Actor, *, now: datetime) -> None:
    """What had no row before: a record that is gone, or has its row now, is named no more."""
    with acting_as(acting):
        state = _state(acting, now)
        if state.missing:
            mine = Fact.objects.visible_to(acting, own=True).filter(pk__in=state.missing)
            persons = {*mine.order_by().values_list("case__person_id", flat=True)}
            given = Grant.objects.visible_to(acting, own=True).filter(pk__in=state.missing)
            persons |= {*given.order_by().values_list("person_id", flat=True)}
            _note(state, [one for one in _without_row(persons, acting) if one in state.missing], acting, now=now)


def _next_part(acting: Actor, *, now: datetime) -> bool:
    """Some hundreds of persons. True where the pass is over."""
    with acting_as(acting):
        state = _state(acting, now)
        after = Q(pk__gt=state.after_person) if state.after_person else Q()
        rows = Person.objects.visible_to(acting).filter(after, organisation=acting.organisation_id).order_by("pk")
        persons = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        found = _without_row(persons, acting)
        is_over = len(persons) < AT_ONCE
        state.after_person = None if is_over else persons[-1]
        state.whole_at = now if is_over else state.whole_at
        _note(state, [*dict.fromkeys([*state.missing, *found])], acting, now=now)
    return is_over


def _state(acting: Actor, now: datetime) -> Comparison:
    """Locked until the transaction ends, so that two workers never go over the same persons at once."""
    assert acting.organisation_id is not None
    Comparison.objects.bulk_create([Comparison(organisation_id=acting.organisation_id, looked_at=now)], ignore_conflicts=True)
    return Comparison.objects.select_for_update().get(pk=acting.organisation_id)


def _note(state: Comparison, missing: Sequence[UUID], acting: Actor, *, now: datetime) -> None:
    before, state.missing, state.number, state.looked_at = {*state.missing}, list(missing)[:MOST_NAMED], len(missing[:MOST_NAMED]), now
    state.save(update_fields=["after_person", "looked_at", "whole_at", "missing", "number"])
    if new := [one for one in state.missing if one not in before]:
        ledger.record(acting, "find_without_row", kind="system", detail={"records": new})


def _without_row(persons: Collection[UUID], acting: Actor) -> list[UUID]:
    """Of the files of these persons. What is found is read once more before it counts."""
    first = _compared(persons, acting) if persons else set()
    return sorted(first & _compared(persons, acting)) if first else []


def _compared(persons: Collection[UUID], acting: Actor) -> set[UUID]:
    since = _removed_before()
    facts = Fact.objects.visible_to(acting, own=True).filter(case__person__in=persons).order_by()
    recorded = list(facts.values_list("pk", "batch", "case__person_id", "recorded_at"))
    running = Grant.objects.visible_to(acting, own=True).active().filter(person__in=persons, owner=acting.organisation_id).order_by()
    given = list(running.values_list("pk", "organisation_id", "groups", "starts_at"))
    told = _told_about(persons)  # after the records: whatever of them was committed has its row there
    known = {fact for fact, batch, person, _at in recorded if (person in told.named.get(batch, ()) if batch else fact.bytes in told.facts)}
    known |= {access for access, receiver, groups, _at in given if told.accesses.get(access) == (receiver, frozenset(groups))}
    dated = [(row[0], row[-1]) for row in (*recorded, *given)]
    return {record for record, at in dated if record not in known and (since is None or at > since)}


def _told_about(persons: Collection[UUID]) -> _Told:
    told = _Told()
    with connection.cursor() as cursor:
        cursor.execute(ABOUT, [list(persons)])
        for (body,) in cursor.fetchall():
            told.hear(json.loads(bytes(body)))
    return told


def _removed_before() -> datetime | None:
    """Rows up to there may have gone with others of their time."""
    with connection.cursor() as cursor:
        cursor.execute(REMOVED_BEFORE)
        found: datetime | None = cursor.fetchone()[0]
    return found
