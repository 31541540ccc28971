"""What goes from the places when a file is erased: the words of questions and answers. Requests stay, for the counts, and lead nowhere.

Run by the owner of the tables, within the erasure of one person.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

TABLE = "places_question"
OF_THEM = "request_id IN (SELECT r.id FROM places_request r WHERE r.reference = ANY (%s::uuid[]))"


def count_words(cursor: Any, references: Iterable[UUID]) -> dict[str, int]:
    """How many rows would go, by table; nothing where there are none."""
    told = _named(cursor, references)
    cursor.execute(f"SELECT count(*) FROM {TABLE} WHERE {OF_THEM}", [told])  # noqa: S608 names of this file
    number = int(cursor.fetchone()[0])
    return {TABLE: number} if number else {}


def remove_words(cursor: Any, references: Iterable[UUID]) -> dict[str, int]:
    """Remove them. Returns how many went, by table."""
    cursor.execute(f"DELETE FROM {TABLE} WHERE {OF_THEM}", [_named(cursor, references)])  # noqa: S608 names of this file
    return {TABLE: cursor.rowcount} if cursor.rowcount else {}


def _named(cursor: Any, references: Iterable[UUID]) -> list[str]:
    """The policies of these tables let the owner in for these files alone, until the transaction ends."""
    told = sorted(str(one) for one in references)
    cursor.execute("SELECT set_config('repere.erased_references', %s, true)", [",".join(told)])
    return told
