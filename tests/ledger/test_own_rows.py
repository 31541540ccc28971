"""SQL smuggled onto the pages' connection writes no row of the ledger in another's name, nor one that contradicts itself."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.ledger import record
from repere.ledger.canonical import canonical, instant
from repere.ledger.merkle import leaf_hash
from tests.people import Cast

pytestmark = pytest.mark.django_db
IN_ANOTHERS_NAME, CONTRADICTION, OUT_OF_TIME = "row-level security", "says what its body says", "written when it happens"
COLUMNS = ("id", "at", "act", "kind", "actor_id", "organisation_id", "subjects", "body", "leaf")


def row(whose: Actor, /, **changed: Any) -> dict[str, Any]:
    """A look by this actor, as `record` would write it; `changed`: what the body says otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    told: dict[str, Any] = {"id": uuid4(), "at": at, "act": "look", "kind": "look", "subjects": [uuid4()]}
    told |= {"actor": whose.user_id, "organisation": whose.organisation_id} | changed
    body = canonical({**told, "at": instant(told["at"]), "actor_kind": "person", "role": whose.role, "job": None, "detail": {}})
    held = {name: told[name] for name in ("id", "at", "act", "kind", "subjects")}
    return held | {"actor_id": told["actor"], "organisation_id": told["organisation"], "body": body, "leaf": leaf_hash(body)}


def smuggled(values: dict[str, Any], extra: str = "") -> int:
    names = ", ".join(values)
    with transaction.atomic(), connection.cursor() as cursor:
        marks = ", ".join("%s::uuid[]" if name == "subjects" else "%s" for name in values)
        cursor.execute(f"INSERT INTO ledger_entry ({names}) {extra} VALUES ({marks})", [*values.values()])
        return int(cursor.rowcount)


def test_ones_own_row_is_taken(people: Cast) -> None:
    """The same statement in one's own name: the tests below show something."""
    with people.amina.acts() as amina:
        assert smuggled(row(amina)) == 1


def test_nobody_looks_in_a_colleagues_name(people: Cast) -> None:
    with people.amina.acts() as amina, pytest.raises(DatabaseError, match=IN_ANOTHERS_NAME):
        smuggled(row(amina, actor=people.odile.user.pk))


@pytest.mark.parametrize("organisation", [None, "boussole"])
def test_nor_for_another_organisation_or_for_none(people: Cast, organisation: str | None) -> None:
    other: UUID | None = people.boussole.pk if organisation else None
    with people.amina.acts() as amina, pytest.raises(DatabaseError, match=IN_ANOTHERS_NAME):
        smuggled(row(amina, organisation=other))


def test_without_an_actor_no_row_is_written_at_all(people: Cast) -> None:
    """In the name of somebody, or of nobody."""
    for actor in (people.amina.actor, Actor.system("boot"), Actor(None, None, "none")):
        with pytest.raises(DatabaseError, match=IN_ANOTHERS_NAME):
            smuggled(row(actor, organisation=None))


@pytest.mark.parametrize("column", ["id", "act", "kind", "subjects", "leaf", "body"])
def test_a_row_says_what_its_body_says(people: Cast, column: str) -> None:
    """Searched by its columns, sealed by its body: they cannot part."""
    with people.amina.acts() as amina:
        values, other = row(amina), row(amina, act="other", kind="write")
        with pytest.raises(DatabaseError, match=CONTRADICTION):
            smuggled(values | {column: other[column]})


def test_a_body_in_a_colleagues_name_is_refused_under_ones_own(people: Cast) -> None:
    with people.amina.acts() as amina, pytest.raises(DatabaseError, match=CONTRADICTION):
        smuggled(row(amina, actor=people.odile.user.pk) | {"actor_id": amina.user_id})


@pytest.mark.parametrize("shift", [timedelta(days=-1), timedelta(days=1)])
def test_a_row_is_written_when_it_happens(people: Cast, shift: timedelta) -> None:
    with people.amina.acts() as amina, pytest.raises(DatabaseError, match=OUT_OF_TIME):
        smuggled(row(amina, at=row(amina)["at"] + shift))


def test_a_row_chooses_no_place_in_the_order(people: Cast) -> None:
    """Among rows that are sealed already, or far ahead of those to come."""
    with people.amina.acts() as amina:
        record(amina, "an_act")
        for place in (1, 2**40):
            with pytest.raises(DatabaseError, match=OUT_OF_TIME):
                smuggled(row(amina) | {"position": place}, "OVERRIDING SYSTEM VALUE")


def test_several_rows_in_one_statement_are_taken_in_their_order(people: Cast) -> None:
    with people.amina.acts() as amina, transaction.atomic(), connection.cursor() as cursor:
        rows = [row(amina), row(amina)]
        marks = "(%s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s)"
        values = [one[name] for one in rows for name in COLUMNS]
        cursor.execute(f"INSERT INTO ledger_entry ({', '.join(COLUMNS)}) VALUES {marks}, {marks}", values)
        assert cursor.rowcount == 2


def test_a_person_writes_nothing_as_a_job(people: Cast) -> None:
    with acting_as(people.amina.actor) as amina, pytest.raises(DatabaseError, match=IN_ANOTHERS_NAME), transaction.atomic():
        record(Actor.system("night", organisation_id=amina.organisation_id), "remind", kind="system")
