"""Many rows in few statements: `INSERT … SELECT unnest`, which row-level security checks as it checks any insert.

Values travel as binary arrays bound by the server, never as text of the statement. (`COPY` is refused under row-level security.)
The arrays are packed here, a column at a time: psycopg chooses a dumper anew for each of a hundred thousand values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from struct import Struct
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

ROWS_PER_INSERT = 5000


def insert_rows(
    table: LiteralString, columns: Mapping[LiteralString, LiteralString], rows: Sequence[tuple[Any, ...]], *, then: LiteralString = ""
) -> None:
    """Insert rows given as tuples in the order of `columns` (name → type; a jsonb value comes as its text)."""
    # Every name comes from a constant of the house: nothing that a person typed reaches the statement.
    arrays = ", ".join(f"%b::{kind}[]" for kind in columns.values())
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"INSERT INTO {table} ({names}) SELECT * FROM unnest({arrays}) {then}"  # noqa: S608
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_dumper(_Packed, _PackedDumper)
    for start in range(0, len(rows), ROWS_PER_INSERT):
        part = zip(*rows[start : start + ROWS_PER_INSERT], strict=True)
        cursor.execute(statement, [packed(kind, column) for kind, column in zip(columns.values(), part, strict=True)])


# ---- arrays as PostgreSQL receives them: each value in its binary form behind its length

_HEAD = Struct("!iiIii")  # dimensions, whether there are NULLs, type of the values, how many, number of the first
_LENGTH = Struct("!i").pack
_INT = Struct("!ii").pack
_LONG = Struct("!iq").pack
_NULL = _LENGTH(-1)
_UUID = _LENGTH(16)
_FIRST_DAY = date(2000, 1, 1).toordinal()
_FIRST_INSTANT = datetime(2000, 1, 1, tzinfo=UTC)


class _Packed:
    """An array in its binary form, ready to be sent."""

    def __init__(self, data: bytes) -> None:
        self.data = data


class _PackedDumper(Dumper):
    """Sent as it is, with no type of its own: the cast in the statement says the type."""

    format = Format.BINARY

    def dump(self, obj: _Packed) -> bytes:
        return obj.data


def packed(kind: str, column: Iterable[Any]) -> _Packed:
    """A column as a binary array. A value that comes again (a role, a day, a moment) is packed once."""
    oid, pack = KINDS[kind]
    if kind in ("uuid", "bytea"):
        parts = [_NULL if value is None else pack(value) for value in column]
    else:
        known: dict[Any, bytes] = {None: _NULL}
        parts = []
        for value in column:
            if (part := known.get(value)) is None:
                part = known[value] = pack(value)
            parts.append(part)
    return _Packed(_HEAD.pack(1, 1, oid, len(parts), 1) + b"".join(parts))


def _uuid(value: UUID) -> bytes:
    return _UUID + value.bytes


def _text(value: str) -> bytes:
    data = value.encode()
    return _LENGTH(len(data)) + data


def _jsonb(value: str) -> bytes:
    data = value.encode()
    return _LENGTH(len(data) + 1) + b"\x01" + data


def _bytea(value: bytes) -> bytes:
    return _LENGTH(len(value)) + value


def _int(value: int) -> bytes:
    return _INT(4, value)


def _date(value: date) -> bytes:
    return _INT(4, value.toordinal() - _FIRST_DAY)


def _instant(value: datetime) -> bytes:
    since = value - _FIRST_INSTANT
    return _LONG(8, (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds)


# Type → (its number in PostgreSQL, how one value is packed).
KINDS: Mapping[str, tuple[int, Callable[[Any], bytes]]] = {
    "uuid": (2950, _uuid), "text": (25, _text), "jsonb": (3802, _jsonb), "bytea": (17, _bytea), "int": (23, _int),
    "date": (1082, _date), "timestamptz": (1184, _instant),
}  # fmt: skip
