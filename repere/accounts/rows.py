"""Many rows in few statements: `INSERT … SELECT unnest`, which row-level security checks as it checks any insert.

Values travel as binary arrays bound by the server, never as text of the statement. (`COPY` is refused under row-level security.)
The arrays are packed here, a column at a time: psycopg chooses a dumper anew for each of a hundred thousand values.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from struct import Struct
from typing import Any, LiteralString
from uuid import UUID

import psycopg
from django.db import connection
from psycopg.adapt import Dumper
from psycopg.pq import Format

ROWS_PER_INSERT = 5000
SEND_BUFFER_BYTES = 4 * 1024 * 1024


@contextmanager
def flowing() -> Iterator[Callable[[], object]]:
    """A pipeline in which the database writes while the caller prepares more, on one connection and in one thread.

    Gives what the caller calls now and then: it hands over what there is room for and never waits. What the database refuses is
    raised by a later statement, or at the end of the block, which waits for the last answer.
    """
    with connection.wrap_database_errors, connection.connection.pipeline():
        _widen(connection.connection.pgconn.socket)
        yield connection.connection.pgconn.flush


def _widen(descriptor: int) -> None:
    """Room between the two sides: as made, a local socket holds less than a few dozen files, and each side waits for the other."""
    with socket.socket(fileno=os.dup(descriptor)) as end:
        if end.family == socket.AF_UNIX:  # the others grow by themselves
            end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)  # as much of it as the system allows


def insert_rows(
    table: LiteralString, columns: Mapping[LiteralString, LiteralString], rows: Sequence[tuple[Any, ...]], *, then: LiteralString = ""
) -> None:
    """Insert rows given as tuples in the order of `columns` (name → type; a jsonb value comes as its text)."""
    cursor = psycopg.Cursor(connection.connection)
    cursor.adapters.register_dumper(_Packed, _PackedDumper)
    for start in range(0, len(rows), ROWS_PER_INSERT):
        values = dict(zip(columns, zip(*rows[start : start + ROWS_PER_INSERT], strict=True), strict=True))
        # Whose rows they are, who writes them and when is mostly one value for all: it travels once.
        same = {name for name in [*columns][1:] if all(value is values[name][0] for value in values[name])}
        told = [values[name][0] for name in columns if name in same]
        told += [packed(columns[name], values[name]) for name in columns if name not in same]
        cursor.execute(_statement(table, columns, same) + then, told)


def _statement(table: LiteralString, columns: Mapping[LiteralString, LiteralString], same: Container[str]) -> LiteralString:
    # Every name comes from a constant of the house: nothing that a person typed reaches the statement.
    into = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(f"%b::{kind}" if name in same else f'part."{name}"' for name, kind in columns.items())
    arrays = ", ".join(f"%b::{kind}[]" for name, kind in columns.items() if name not in same)
    names = ", ".join(f'"{name}"' for name in columns if name not in same)
    return f"INSERT INTO {table} ({into}) SELECT {values} FROM unnest({arrays}) AS part ({names}) "  # noqa: S608


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
