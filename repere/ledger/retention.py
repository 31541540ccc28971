"""After their time rows may go; their seals stay. A retention point, signed by the sealer, says up to where.

Three years for the trail of looks and acts: the longest that the French authority names for documented internal control
(CNIL, recommendation 2021-122 on logging). The number is a parameter; a shorter one is the installation's to choose.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from repere.ledger.canonical import canonical, instant
from repere.ledger.heads import Head, SignedHead, head_of
from repere.ledger.signing import key_id

YEARS = 3
ROWS_AT_ONCE = 20_000
Connection = psycopg.Connection[tuple[Any, ...]]

SEALS = "SELECT body FROM ledger_seal WHERE sealed_at < %s ORDER BY number DESC"
FOLLOWING = "SELECT min(first_position) FROM ledger_seal WHERE number > %s"
INSERT = """
    INSERT INTO ledger_retention (id, through_seal, through_position, recorded_at, body, signature) VALUES (%s, %s, %s, %s, %s, %s)
"""
REMOVE = """
    DELETE FROM ledger_entry WHERE position IN (
        SELECT position FROM ledger_entry WHERE position <= %s ORDER BY position LIMIT %s
    )
"""


@dataclass(frozen=True)
class Point:
    """Rows of every seal up to `through_seal`, that is every position up to `through_position`, may be gone."""

    through_seal: int
    through_position: int
    at: str
    key: str

    def body(self) -> bytes:
        return canonical(
            {"retention": 1, "through_seal": self.through_seal, "through_position": self.through_position, "at": self.at, "key": self.key}
        )


def record_point(connection: Connection, key: Ed25519PrivateKey, *, before: datetime, now: datetime) -> Point | None:
    """The newest seal older than `before` below which nothing is open becomes the point. None when there is none, or no newer one."""
    with connection.transaction():
        head = _newest_closed(connection, before)
        known = connection.execute("SELECT max(through_seal) FROM ledger_retention").fetchone()
        if head is None or (known and known[0] is not None and known[0] >= head.number):
            return None
        point = Point(head.number, head.reach, instant(now), key_id(key.public_key()))
        body = point.body()
        connection.execute(INSERT, [uuid4(), point.through_seal, point.through_position, now, body, key.sign(body)])
    return point


def _newest_closed(connection: Connection, before: datetime) -> Head | None:
    """A row that came late belongs to a later seal: the point must not lie above it."""
    for (body,) in connection.execute(SEALS, [before]):
        head = head_of(bytes(body))
        following = connection.execute(FOLLOWING, [head.number]).fetchone()
        first_after = following[0] if following else None
        if not head.watch and (first_after is None or first_after > head.reach):
            return head
    return None


def remove_rows(connection: Connection, point: Point) -> Iterator[int]:
    """Remove, as the owner of the tables, what the point covers; yields how many rows went each time. May be taken up again."""
    while True:
        with connection.transaction():
            gone = connection.execute(REMOVE, [point.through_position, ROWS_AT_ONCE]).rowcount
        if not gone:
            return
        yield gone


def points(connection: Connection) -> Iterator[tuple[SignedHead, Point]]:
    """Every recorded point with its signature, oldest first."""
    rows = connection.execute("SELECT body, signature FROM ledger_retention ORDER BY through_seal").fetchall()
    for body, signature in rows:
        yield SignedHead(bytes(body), bytes(signature)), point_of(bytes(body))


def point_of(body: bytes) -> Point:
    told = json.loads(body)
    return Point(int(told["through_seal"]), int(told["through_position"]), str(told["at"]), str(told["key"]))
