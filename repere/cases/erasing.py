"""What is kept about one person, table by table, and how the owner of the tables removes all of it.

`KEPT_ABOUT_HER` is the one list: the owner's policies, the erasure, its preview and the test that no table was forgotten all
come from it. A new table that names a person or a case is added here, and its migration calls `worked_on_by_the_owner`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date
from typing import Any, Protocol
from uuid import UUID, uuid4

from django.db.migrations import RunSQL

from repere.accounts.owner import ERASED_PERSON, KEEPING_KEYS, SEEKING
from repere.places import erasing as of_places

HER = f"person_id = {ERASED_PERSON}"
HER_CASES = f"SELECT c.id FROM cases_case c WHERE c.person_id = {ERASED_PERSON}"  # noqa: S608 a constant of the house
OF_HER_CASES = f"case_id IN ({HER_CASES})"
OF_HER_REFERRALS = f"referral_id IN (SELECT r.id FROM cases_referral r WHERE r.person_id = {ERASED_PERSON})"  # noqa: S608
OF_HER_OFFERS = f"offer_id IN (SELECT o.id FROM cases_offer o WHERE o.{OF_HER_REFERRALS})"  # noqa: S608

KEPT_ABOUT_HER: Mapping[str, str] = {
    "cases_notice": OF_HER_CASES,
    "cases_reminder": f"task_id IN (SELECT t.id FROM cases_task t WHERE t.case_id IN ({HER_CASES}))",  # noqa: S608
    "cases_task": OF_HER_CASES,
    "cases_finding": OF_HER_CASES,
    "cases_view": OF_HER_CASES,
    "cases_draft": OF_HER_CASES,
    "cases_receipt": f"result IN ({HER_CASES}) OR result IN (SELECT f.id FROM cases_fact f WHERE f.case_id IN ({HER_CASES}))",  # noqa: S608
    "cases_fact": OF_HER_CASES,
    "cases_letter": OF_HER_OFFERS,
    "cases_capsule": OF_HER_OFFERS,
    "cases_jointstep": OF_HER_OFFERS,
    "cases_offer": OF_HER_REFERRALS,
    "cases_referral": HER,
    "cases_consentcopy": HER,
    "cases_consent": HER,
    "cases_grant": HER,
    "cases_nametoken": HER,
    "cases_sealedrecord": HER,
    "cases_handover": HER,
    "cases_assignment": HER,
    "cases_breakglass": HER,
    "cases_conflictofinterest": HER,
    "cases_requisition": HER,
    "cases_paper": HER,
    "cases_erasure": HER,
    "cases_hold": HER,
    "cases_case": HER,
    "cases_person": f"id = {ERASED_PERSON}",
}
"""Table → which of its rows are hers, in the order in which they can go."""

HER_KEYS: Mapping[str, str] = {"keys.person_key_rotation": HER, "keys.person_key_wrap": HER}
"""The last to go. Their policies stand in `accounts/0030`."""

ONE_PERSON = "the owner works on one person at a time"
OWNER_POLICIES: dict[str, dict[str, str]] = {
    table: {ONE_PERSON: f"TO repere_owner USING ({rows}) WITH CHECK ({rows})"} for table, rows in KEPT_ABOUT_HER.items()
}
for _table in ("cases_person", "cases_erasure", "cases_case"):
    OWNER_POLICIES[_table]["the owner looks for whom to erase"] = f"FOR SELECT TO repere_owner USING ({SEEKING})"

KEPT_BY_THE_OWNER = {"kept by the owner": f"TO repere_owner USING ({KEEPING_KEYS}) WITH CHECK ({KEEPING_KEYS})"}
KEY_POLICIES = {"cases_draft": KEPT_BY_THE_OWNER, "cases_nametoken": KEPT_BY_THE_OWNER}
"""Drafts are sealed under the organisation's key, tokens of names stand under its index key: replacing those writes them anew."""

STANDING_POLICIES: dict[str, dict[str, str]] = {
    "cases_tombstone": {
        "known to every process": "FOR SELECT USING (true)",
        "set by the owner": "FOR INSERT TO repere_owner WITH CHECK (true)",
    },
    "cases_retainedcount": {
        "read by all": "FOR SELECT USING (true)",
        "counted by the owner": "TO repere_owner USING (true) WITH CHECK (true)",
    },
}


class Cursor(Protocol):
    """Django's or psycopg's, standing as the owner in a transaction that `erasing` opened for her."""

    @property
    def rowcount(self) -> int: ...
    def execute(self, query: Any, params: Any = ...) -> Any: ...
    def fetchone(self) -> Any: ...
    def fetchall(self) -> Any: ...


def worked_on_by_the_owner(table: str) -> RunSQL:
    """For migrations: let the owner reach the rows of the one person it works on."""
    return RunSQL(
        [f'CREATE POLICY "{name}" ON {table} {rule}' for name, rule in OWNER_POLICIES[table].items()],
        [f'DROP POLICY "{name}" ON {table}' for name in OWNER_POLICIES[table]],
    )


def opened_to_the_owner(table: str) -> dict[str, str]:
    """For the test that compares every policy with the database."""
    return {**OWNER_POLICIES.get(table, {}), **KEY_POLICIES.get(table, {})}


def mark_of(person_id: UUID) -> bytes:
    """What a tombstone keeps of her: one way, and the same in every backup."""
    return hashlib.sha256(b"repere tombstone 1" + person_id.bytes).digest()


def count_kept(cursor: Cursor) -> dict[str, int]:
    """How many rows of each table are hers, for a preview. Tables without any are left out."""
    found = of_places.count_words(cursor, _place_references(cursor))
    for table, rows in {**KEPT_ABOUT_HER, **HER_KEYS}.items():
        cursor.execute(f"SELECT count(*) FROM {table} WHERE {rows}")  # noqa: S608 names of this file
        if number := int(cursor.fetchone()[0]):
            found[table] = number
    return found


def remove_kept(cursor: Cursor) -> dict[str, int]:
    """Remove every row that is hers, keys last. Returns how many went, by table. One transaction with `raise_tombstone`."""
    gone = of_places.remove_words(cursor, _place_references(cursor))
    for table, rows in {**KEPT_ABOUT_HER, **HER_KEYS}.items():
        cursor.execute(f"DELETE FROM {table} WHERE {rows}")  # noqa: S608 names of this file
        if cursor.rowcount:
            gone[table] = cursor.rowcount
    return gone


def _place_references(cursor: Cursor) -> list[UUID]:
    """The numbers by which the places know her files."""
    cursor.execute(f"SELECT c.place_reference FROM cases_case c WHERE c.{HER} AND c.place_reference IS NOT NULL")  # noqa: S608 constants
    return [row[0] for row in cursor.fetchall()]


def raise_tombstone(cursor: Cursor, mark: bytes, *, reason: str, on: date, tombstone_id: UUID | None = None) -> UUID:
    """Raising it twice leaves the first one."""
    chosen = tombstone_id or uuid4()
    cursor.execute(
        "INSERT INTO cases_tombstone (id, mark, erased_on, reason) VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
        [chosen, mark, on, reason],
    )
    return chosen
