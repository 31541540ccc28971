"""The only two ways to write in the ledger, always inside the transaction of the act itself."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Literal, Protocol
from uuid import UUID, uuid4

from django.db import DatabaseError, connection
from django.db.backends.utils import CursorWrapper

from repere.ledger.canonical import canonical, instant
from repere.ledger.merkle import leaf_hash

Kind = Literal["write", "look", "denial", "system"]

INSERT = """
    INSERT INTO ledger_entry (id, at, act, kind, actor_id, organisation_id, subjects, body, leaf)
    VALUES (%s, %s, %s, %s, %s, %s, %s::uuid[], %s, %s)
"""


class Acting(Protocol):
    """What the ledger asks of an actor; the rooms above bring a richer one."""

    @property
    def user_id(self) -> UUID | None: ...
    @property
    def organisation_id(self) -> UUID | None: ...
    @property
    def role(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def label(self) -> str: ...


class OutsideTransaction(Exception):
    """A row that could outlive or miss the act it tells of is refused."""


class CannotRecord(DatabaseError):
    """The ledger takes no row: its disk, its rights or its connection fail. What cannot be recorded is neither done nor shown."""


@contextmanager
def _writing() -> Iterator[CursorWrapper]:
    try:
        with connection.cursor() as cursor:
            yield cursor
    except DatabaseError as error:
        raise CannotRecord(*error.args) from error


def record(
    acting: Acting,
    act: str,
    *,
    kind: Kind = "write",
    subjects: Iterable[UUID] = (),
    detail: Mapping[str, Any] | None = None,
) -> UUID:
    """Add one row about one act. `detail` holds ids, codes and counts; never a name, never free text."""
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"ledger.record({act!r}) was called outside a transaction.")
    entry_id, about = uuid4(), sorted(set(subjects), key=str)
    with _writing() as cursor:
        # The transaction takes its number before the row takes its position: the sealer counts on that order.
        cursor.execute("SELECT clock_timestamp(), pg_current_xact_id()")
        at = cursor.fetchone()[0]
        body = canonical(
            {
                "id": entry_id,
                "at": instant(at),
                "act": act,
                "kind": kind,
                "actor": acting.user_id,
                "actor_kind": acting.kind,
                "job": acting.label if acting.kind == "system" else None,
                "organisation": acting.organisation_id,
                "role": acting.role,
                "subjects": about,
                "detail": dict(detail or {}),
            }
        )
        cursor.execute(
            INSERT,
            [entry_id, at, act, kind, acting.user_id, acting.organisation_id, about, body, leaf_hash(body)],
        )
    return entry_id


def look(acting: Acting, subjects: Iterable[UUID], *, act: str = "look", detail: Mapping[str, Any] | None = None) -> UUID:
    """One row for one answer, with every person it showed."""
    return record(acting, act, kind="look", subjects=subjects, detail=detail)
