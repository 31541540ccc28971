"""Many rows in few statements: `INSERT … SELECT unnest`, which row-level security checks as it checks any insert.

Values travel as binary arrays bound by the server, never as text of the statement. (`COPY` is refused under row-level security.)
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

import psycopg
from django.db import connection

ROWS_PER_INSERT = 5000


def insert_rows(
    table: LiteralString, columns: Mapping[LiteralString, LiteralString], rows: Sequence[tuple[Any, ...]], *, then: LiteralString = ""
) -> None:
    """Insert rows given as tuples in the order of `columns` (name → type; a jsonb value comes as its text)."""
    # Every name comes from a constant of this room: nothing that a person typed reaches the statement.
    arrays = ", ".join("%b::text[]" if kind == "jsonb" else f"%b::{kind}[]" for kind in columns.values())
    chosen = ", ".join(f'u."{name}"::jsonb' if kind == "jsonb" else f'u."{name}"' for name, kind in columns.items())
    names = ", ".join(f'"{name}"' for name in columns)
    statement = f"INSERT INTO {table} ({names}) SELECT {chosen} FROM unnest({arrays}) AS u ({names}) {then}"  # noqa: S608
    cursor = psycopg.Cursor(connection.connection)
    for start in range(0, len(rows), ROWS_PER_INSERT):
        part = rows[start : start + ROWS_PER_INSERT]
        cursor.execute(statement, [list(column) for column in zip(*part, strict=True)])
