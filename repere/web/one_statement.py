"""Connections of whoever serves speak one statement at a time, and remember nothing of who used them before.

PostgreSQL's simple protocol runs whatever stands behind a semicolon. Words smuggled into a statement of a page could so set a
setting, lock a table, or have a statement of their own explained, which tells what a policy hides by how it was worked out. Under
the extended protocol a second statement is refused before the first one runs. Values are merged into the text as before.
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db.backends.postgresql.base import Cursor


class OneStatementCursor(Cursor):
    """Django's cursor, in the extended protocol."""

    def _execute_send(self, query: Any, *, force_extended: bool = False, binary: bool | None = None) -> None:
        super()._execute_send(query, force_extended=True, binary=binary)  # type: ignore[misc]  # the stubs know the public part only


def forget_the_session(connection: psycopg.Connection[Any]) -> None:
    """Before a connection goes back to the pool: settings, locks, channels, temporary tables and cursors of its session end."""
    connection.autocommit = True
    connection.execute("DISCARD ALL")
    connection.execute("SET TIME ZONE 'UTC'")
