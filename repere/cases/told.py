"""Has every recorded fact, and every access that runs, its row in the ledger? Ids and counts only: no fact is read, no name opened.

A fact recorded by itself is named by its row; those of a batch are counted by the row of their batch (fewer may stand there: an
erased person's facts are gone, her rows in the ledger are not). An access that runs stands there for this receiver and these data
groups, and was not ended there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from itertools import chain, islice
from typing import Any
from uuid import UUID

import psycopg

SINGLE = "SELECT id, recorded_at FROM cases_fact WHERE batch IS NULL"
BATCHES = "SELECT batch, count(*), min(recorded_at) FROM cases_fact WHERE batch IS NOT NULL GROUP BY batch"
RUNNING = (
    "SELECT id, organisation_id, groups, starts_at FROM cases_grant"
    " WHERE revoked_at IS NULL AND (ends_at IS NULL OR ends_at > now()) ORDER BY starts_at, id"
)
GIVES, ENDS = "grant_access", "end_grant"
REMOVED_BEFORE = "SELECT max(seal.sealed_at) FROM ledger_seal AS seal JOIN ledger_retention AS point ON seal.number <= point.through_seal"
ROWS_AT_ONCE = 20_000


class Told:
    """What the rows of the ledger say was recorded."""

    def __init__(self) -> None:
        self.facts: set[bytes] = set()
        self.batches: dict[UUID, int] = {}
        self.accesses: dict[UUID, tuple[UUID, frozenset[str]]] = {}

    def hear(self, row: Mapping[str, Any]) -> None:
        """Give each row's body; acts that recorded nothing are passed over."""
        detail = row.get("detail") or {}
        if row.get("act") == GIVES:
            self.accesses[UUID(detail["grant"])] = UUID(detail["to"]), frozenset(detail["groups"])
        elif row.get("act") == ENDS:
            self.accesses.pop(UUID(detail["grant"]), None)
        named = detail.get("facts")
        if isinstance(named, list):
            self.facts.update(UUID(fact).bytes for fact in named)
        elif isinstance(named, int) and "batch" in detail:
            self.batches[UUID(detail["batch"])] = named


def untold(connection: psycopg.Connection[tuple[Any, ...]], told: Told, limit: int) -> Iterator[str]:
    """Facts, batches and running accesses without their row, one sentence each. The connection must see every one (role `backup`)."""
    since = _removed_before(connection)
    yield from islice(chain(_single(connection, told, since), _batches(connection, told, since), _accesses(connection, told, since)), limit)


def _single(connection: psycopg.Connection[tuple[Any, ...]], told: Told, since: datetime | None) -> Iterator[str]:
    with connection.cursor(name="facts", binary=True) as cursor:
        cursor.itersize = ROWS_AT_ONCE
        cursor.execute(SINGLE)
        for fact, recorded_at in cursor:
            if fact.bytes not in told.facts and not _is_past(recorded_at, since):
                yield f"fact {fact}: no row of the ledger names it."


def _batches(connection: psycopg.Connection[tuple[Any, ...]], told: Told, since: datetime | None) -> Iterator[str]:
    for batch, count, recorded_at in connection.execute(BATCHES):
        if count > told.batches.get(batch, 0) and not _is_past(recorded_at, since):
            yield f"batch {batch}: {count} facts stand here, the ledger tells of {told.batches.get(batch, 0)}."


def _accesses(connection: psycopg.Connection[tuple[Any, ...]], told: Told, since: datetime | None) -> Iterator[str]:
    for access, receiver, groups, starts_at in connection.execute(RUNNING):
        if told.accesses.get(access) != (receiver, frozenset(groups)) and not _is_past(starts_at, since):
            yield f"access {access}: it runs, and no row of the ledger gives it as it stands."


def _is_past(recorded_at: datetime, since: datetime | None) -> bool:
    """Its row may have gone with others of its time."""
    return since is not None and recorded_at <= since


def _removed_before(connection: psycopg.Connection[tuple[Any, ...]]) -> datetime | None:
    row = connection.execute(REMOVED_BEFORE).fetchone()
    return row[0] if row else None
