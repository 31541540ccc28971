"""What only the owner of the tables may read or change, within a test's own transaction."""

from __future__ import annotations

from typing import Any

from django.db import connection


def as_owner(statement: str, values: Any = ()) -> list[Any]:
    """Rows of a statement run as the owner; the pages' role may become it in tests alone."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_owner")
        cursor.execute(statement, values)
        found = cursor.fetchall() if cursor.description else []
        cursor.execute("RESET ROLE")
        return found
