"""What outlives a file: counts by year of opening and one code at a time, never two codes of one file together.

The numbers may be small. Before they leave the house they pass the threshold of the observatory like any other.
"""

from __future__ import annotations

from typing import Any, Protocol

ADD = """
    INSERT INTO cases_retainedcount (year, dimension, code, files) {rows}
    ON CONFLICT (year, dimension, code) DO UPDATE SET files = cases_retainedcount.files + EXCLUDED.files, changed_at = now()
"""
DIMENSIONS = (
    ("files", "'all'", ""),
    ("jurisdiction", "c.jurisdiction", ""),
    ("territory", "c.territory", "WHERE c.territory <> ''"),
    ("closed", "CASE WHEN c.closed_on IS NULL THEN 'no' ELSE 'yes' END", ""),
    ("kind", "f.kind", "WHERE f.kind <> 'entered_in_error'"),
)
"""Dimension, what it reads (in the files of the one person the owner sees), which rows."""


class Cursor(Protocol):
    def execute(self, query: Any, params: Any = ...) -> Any: ...


def keep_counts(cursor: Cursor) -> None:
    """Count the files of the person who is about to be erased. The owner sees no other (`accounts.owner.erasing`)."""
    for dimension, code, where in DIMENSIONS:
        facts = "JOIN cases_fact f ON f.case_id = c.id" if dimension == "kind" else ""
        rows = (
            f"SELECT extract(year FROM c.opened_on)::int, '{dimension}', {code}, count(DISTINCT c.id)"  # noqa: S608 constants of this file
            f" FROM cases_case c {facts} {where} GROUP BY 1, 2, 3"
        )
        cursor.execute(ADD.format(rows=rows))
