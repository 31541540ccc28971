"""The sealer: a moment after they were written, rows are bound together and signed. It reads rows and adds seals, nothing else.

No row waits for it and it waits for no row: what is visible is sealed, what a running transaction may still bring is named as
such in the seal (`watch`) and sealed when it comes. `ledger.record` takes its transaction number before its position, so once
every transaction that ran at a sealing has ended, an empty position stays empty for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from repere.ledger.canonical import instant
from repere.ledger.heads import NOTHING_BEFORE, Head, SignedHead, Watched, gaps, hash_of, head_of, ranges
from repere.ledger.merkle import merkle_root
from repere.ledger.signing import key_id

LOCK = 0x52455045_5345414C
ROWS_PER_SEAL = 50_000
MARK_BYTES = 8
"""Of each leaf so many bytes stand beside the seal: they prove nothing, they only tell which row a broken root is about."""

Connection = psycopg.Connection[tuple[Any, ...]]
Key = Ed25519PrivateKey | Callable[[], Ed25519PrivateKey]
"""A key, or where to read it once no other sealer and no replacement of the key is at work."""
Leaf = tuple[int, bytes]

LAST = "SELECT body FROM ledger_seal ORDER BY number DESC LIMIT 1"
NEW = "SELECT position, leaf FROM ledger_entry WHERE position > %s ORDER BY position LIMIT %s"
LATE = """
    SELECT entry.position, entry.leaf
    FROM unnest(%s::bigint[], %s::bigint[]) AS watched(first, last)
    JOIN ledger_entry AS entry ON entry.position BETWEEN watched.first AND watched.last
"""
INSERT = """
    INSERT INTO ledger_seal
        (id, number, first_position, last_position, entries, root, previous, sealed_at, signature, body, marks)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
"""


def seal_all(connection: Connection, key: Key, *, rows_per_seal: int = ROWS_PER_SEAL) -> Iterator[SignedHead]:
    """Seal until nothing is left to seal. Each seal is a transaction of its own: killed in between, nothing is lost."""
    while (signed := seal_next(connection, key, rows_per_seal=rows_per_seal)) is not None:
        yield signed


@contextmanager
def nobody_seals(connection: Connection) -> Iterator[None]:
    """Wait for a sealer at work, and keep others out: for the replacement of the key."""
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        yield


def seal_next(connection: Connection, key: Key, *, rows_per_seal: int = ROWS_PER_SEAL) -> SignedHead | None:
    """One more seal. None when there is nothing to seal, or while another sealer is at work."""
    with connection.transaction():
        if not _one(connection, "SELECT pg_try_advisory_xact_lock(%s)", [LOCK]):
            return None
        key = key() if callable(key) else key
        last = connection.execute(LAST).fetchone()
        before = head_of(bytes(last[0])) if last else None
        rows, watch = _rows_to_seal(connection, before, rows_per_seal)
        if not rows:
            return None
        at = _one(connection, "SELECT clock_timestamp()")
        head = Head(
            number=before.number + 1 if before else 1,
            reach=max(rows[-1][0], before.reach if before else 0),
            positions=ranges(position for position, _ in rows),
            watch=watch,
            root=merkle_root([leaf for _, leaf in rows]),
            previous=hash_of(before.body()) if before else NOTHING_BEFORE,
            at=instant(at),
            key=key_id(key.public_key()),
        )
        signed = SignedHead(head.body(), key.sign(head.body()))
        marks = b"".join(leaf[:MARK_BYTES] for _, leaf in rows)
        connection.execute(
            INSERT,
            [
                uuid4(), head.number, head.first, head.last, head.entries, head.root, head.previous, at, signed.signature, signed.body,
                marks,
            ],
        )
    return signed


def _rows_to_seal(connection: Connection, before: Head | None, limit: int) -> tuple[list[Leaf], tuple[Watched, ...]]:
    """Rows for the next seal in order of position, and what may still arrive below them.

    The order of the three questions matters: what had ended before we looked, what we see, what runs after we looked.
    """
    ended = int(_one(connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text"))
    covered = before.reach if before else 0
    new = _leaves(connection.execute(NEW, [covered, limit]).fetchall())
    watched = before.watch if before else ()
    late = _leaves(connection.execute(LATE, [[first for first, _, _ in watched], [last for _, last, _ in watched]]).fetchall())
    running = int(_one(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))
    opened = gaps(covered, ranges(position for position, _ in new))
    watch = [*_still_watched(watched, late, ended), *((first, last, running) for first, last in opened)]
    return sorted([*late, *new]), tuple(sorted(watch))


def _still_watched(watched: Sequence[Watched], arrived: Sequence[Leaf], ended: int) -> Iterator[Watched]:
    """What has not arrived of what may arrive. Nothing more comes once every transaction below the horizon has ended."""
    places = sorted(position for position, _ in arrived)
    for first, last, horizon in watched:
        if horizon <= ended:
            continue
        inside = ranges(place for place in places if first <= place <= last)
        for start, end in gaps(first - 1, [*inside, (last + 1, last + 1)]):
            yield start, end, horizon


def _leaves(rows: Sequence[tuple[Any, ...]]) -> list[Leaf]:
    return [(position, bytes(leaf)) for position, leaf in rows]


def _one(connection: Connection, statement: str, values: Sequence[Any] = ()) -> Any:
    row = connection.execute(statement, values).fetchone()
    assert row is not None
    return row[0]
