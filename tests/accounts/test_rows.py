"""Arrays packed by hand arrive as the values they were."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connection

from repere.accounts import rows

VALUES: dict[str, list[Any]] = {
    "uuid": [UUID("6f0d3c52-8a6b-4d0e-9a0e-7c1f6c2b9a11"), None, UUID(int=0)],
    "text": ["", "Étoile « 🌟 » {,}\"\\", None, "NULL"],
    "jsonb": ['{"a": [1, "é"]}', None, "{}"],
    "bytea": [b"", b"\x00\xff\\", None],
    "int": [0, -1, 2**31 - 1, None],
    "date": [date(1, 1, 1), date(1999, 12, 31), date(2000, 1, 1), date(9999, 12, 31), None],
    "timestamptz": [
        datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC), datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2026, 11, 21, 4, 30, tzinfo=timezone(timedelta(hours=-4))), None,
    ],
}  # fmt: skip


@pytest.mark.django_db
@pytest.mark.parametrize("kind", rows.KINDS)
def test_arrives_as_it_was(kind: str) -> None:
    """Edges of every type, and NULL among them."""
    cursor = _cursor()
    cursor.execute(f"SELECT * FROM unnest(%b::{kind}[])", [rows.packed(kind, VALUES[kind])])
    found = [row[0] for row in cursor.fetchall()]
    if kind == "jsonb":
        cursor.execute("SELECT * FROM unnest(%s::text[]::jsonb[])", [VALUES[kind]])
        assert found == [row[0] for row in cursor.fetchall()]
    else:
        assert found == VALUES[kind]


@pytest.mark.django_db
@pytest.mark.parametrize("kind", rows.KINDS)
def test_a_value_that_is_the_same_in_every_row_arrives_as_it_was(kind: str) -> None:
    """It travels once, beside the arrays of those that differ: who writes, for whom, when."""
    cursor = _cursor()
    for value in VALUES[kind]:
        cursor.execute(f"SELECT %b::{kind}, part.n FROM unnest(%b::int[]) AS part (n)", [value, rows.packed("int", [1, 2])])
        assert cursor.fetchall() == [(value, 1), (value, 2)]  # a jsonb comes back as its text


def test_only_what_is_the_same_in_every_row_travels_once() -> None:
    told = rows._statement("some.table", {"id": "uuid", "owner": "uuid", "at": "date"}, {"owner"})
    into, values = told.strip().split(" SELECT ")
    assert into == 'INSERT INTO some.table ("id", "owner", "at")'
    assert values == 'part."id", %b::uuid, part."at" FROM unnest(%b::uuid[], %b::date[]) AS part ("id", "at")'


@pytest.mark.django_db
def test_a_column_of_nothing_but_nulls() -> None:
    """No fact of a batch corrects another: the column is empty, and stays so."""
    cursor = _cursor()
    cursor.execute("SELECT * FROM unnest(%b::text[])", [rows.packed("text", [None, None])])
    assert cursor.fetchall() == [(None,), (None,)]


def _cursor() -> psycopg.Cursor[Any]:
    connection.ensure_connection()
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_dumper(rows._Packed, rows._PackedDumper)
    return cursor
