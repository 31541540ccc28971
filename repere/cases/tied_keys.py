"""Foreign keys over several columns, which keep the copied columns of row-level security true whoever writes.

A row that says which organisation opened its file could lie; PostgreSQL compares it with the file itself.
"""

from __future__ import annotations

from django.db.migrations import RunSQL

TIED = (
    ("cases_case", "case_of_a_person_of_the_same_organisation", "person_id, organisation_id", "cases_person", "id, organisation_id"),
    ("cases_sealedrecord", "sealed_record_of_its_owner", "person_id, owner_id", "cases_person", "id, organisation_id"),
    ("cases_nametoken", "name_token_of_its_owner", "person_id, organisation_id", "cases_person", "id, organisation_id"),
    ("cases_grant", "grant_of_its_owner", "case_id, person_id, owner_id", "cases_case", "id, person_id, organisation_id"),
    ("cases_fact", "fact_of_its_owner", "case_id, owner_id", "cases_case", "id, organisation_id"),
    ("cases_fact", "correction_within_the_case", "case_id, corrects_id", "cases_fact", "case_id, id"),
    ("cases_view", "view_of_its_owner", "case_id, owner_id", "cases_case", "id, organisation_id"),
    (
        "cases_finding", "finding_of_its_view",
        "view_id, case_id, organisation_id, owner_id", "cases_view", "id, case_id, organisation_id, owner_id",
    ),
    (
        "cases_task", "task_of_its_view",
        "view_id, case_id, organisation_id, owner_id", "cases_view", "id, case_id, organisation_id, owner_id",
    ),
)  # fmt: skip


def tied_keys() -> list[RunSQL]:
    """For the first migration."""
    return [
        RunSQL(
            f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({columns}) REFERENCES {other} ({keys})",
            f"ALTER TABLE {table} DROP CONSTRAINT {name}",
        )
        for table, name, columns, other, keys in TIED
    ]
