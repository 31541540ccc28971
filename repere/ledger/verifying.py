"""Is the ledger what it was? Every row against its hash, every seal against its rows, every head against its seal.

Reads in one pass, in order of position, a few thousand rows at a time; rows that arrived late are held until the seal that
names them. What can be told: a row changed, removed, added beneath a seal or dated otherwise; seals changed, forked, removed;
a seal by a key that was replaced before it; a tail cut off or a whole chain replaced, when one head kept elsewhere is given. What
cannot: a row that was never written, or a tail cut off when no head is given.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psycopg

from repere.ledger.heads import NOTHING_BEFORE, Head, HeadRefused, SignedHead, hash_of, head_of
from repere.ledger.merkle import leaf_hash, merkle_root
from repere.ledger.retention import Point, points
from repere.ledger.sealing import MARK_BYTES
from repere.ledger.signing import PublicKeys, is_signed

Connection = psycopg.Connection[tuple[Any, ...]]
OnRow = Callable[[Mapping[str, Any]], None]
Progress = Callable[[int], None]

FAULTS_AT_MOST = 100
ROWS_AT_ONCE = 2_000
OUT_OF_TIME = timedelta(hours=2)
"""A row may be so much older than the seal before its own: clocks are set right, transactions last."""

ROWS = """
    SELECT position, id::text, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'), act, kind,
           actor_id::text, organisation_id::text, subjects::text[], body, leaf
    FROM ledger_entry ORDER BY position
"""
SEALS = "SELECT number, body, signature, marks FROM ledger_seal ORDER BY number, id"


@dataclass(frozen=True)
class Fault:
    """One thing that is not what it was. `position` names the row, `seal` the seal, whichever is known."""

    code: str
    told: str
    position: int | None = None
    seal: int | None = None

    def __str__(self) -> str:
        where = [f"row {self.position}" if self.position is not None else "", f"seal {self.seal}" if self.seal is not None else ""]
        return f"{', '.join(filter(None, where)) or 'ledger'}: {self.told}"


@dataclass
class Report:
    """What was read and what was found. `removed`: positions past their retention; `unsealed`: rows not sealed yet."""

    rows: int = 0
    seals: int = 0
    heads: int = 0
    unsealed: int = 0
    removed_through: int = 0
    faults: list[Fault] = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        return not self.faults


@dataclass(frozen=True)
class Row:
    position: int
    at: str
    leaf: bytes


def verify(
    connection: Connection, *, keys: PublicKeys, heads: Iterable[SignedHead] = (), on_row: OnRow | None = None,
    progress: Progress | None = None,
) -> Report:  # fmt: skip
    """Read the whole ledger on this connection, in one snapshot, changing nothing.

    `keys` are the public keys that are trusted, `heads` those that were kept elsewhere. `on_row` is given each row's body.
    """
    connection.rollback()
    connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
    try:
        return _Reading(connection, keys, on_row, progress).read(list(heads))
    finally:
        connection.rollback()


class _Reading:
    def __init__(self, connection: Connection, keys: PublicKeys, on_row: OnRow | None, progress: Progress | None) -> None:
        self.connection, self.keys, self.on_row, self.progress = connection, keys, on_row, progress
        self.report = Report()
        self.waiting: dict[int, Row] = {}
        """Rows read already whose seal was not read yet."""
        self.point: Point | None = None
        self.replaced: set[str] = set()
        """Ids of keys after which another one signed: they sign no more."""

    def read(self, heads: list[SignedHead]) -> Report:
        self.point = self._retention_point()
        self.report.removed_through = self.point.through_position if self.point else 0
        rows = self._rows()
        expected = {signed.head.number: signed for signed in heads}
        before: Head | None = None
        held: Row | None = None
        for number, signed, marks in self._seals():
            head = self._check_seal(number, signed, before)
            if number in expected:
                self._check_against(expected.pop(number), signed)
            if head is None:
                continue
            held = self._take_rows(rows, held, head)
            self._check_rows_of(head, marks, before)
            self._check_leftovers(head)
            before = head
        self._rest(rows, held, before)
        for number, signed in sorted(expected.items()):
            self._check_head_signature(signed)
            self._fault("tail_cut", f"a head of {signed.head.at} kept elsewhere names this seal, and it is not here.", seal=number)
        self.report.heads = len(heads)
        return self.report

    def _fault(self, code: str, told: str, *, position: int | None = None, seal: int | None = None) -> None:
        if len(self.report.faults) < FAULTS_AT_MOST:
            self.report.faults.append(Fault(code, told, position, seal))

    # ---- seals

    def _seals(self) -> Iterator[tuple[int, SignedHead, bytes]]:
        with self.connection.cursor(name="seals", binary=True) as cursor:
            cursor.itersize = 200
            cursor.execute(SEALS)
            for number, body, signature, marks in cursor:
                self.report.seals += 1
                yield number, SignedHead(bytes(body), bytes(signature)), bytes(marks)

    def _check_seal(self, number: int, signed: SignedHead, before: Head | None) -> Head | None:
        try:
            head = head_of(signed.body)
        except HeadRefused as refused:
            self._fault("seal_unreadable", str(refused), seal=number)
            return None
        if not is_signed(self.keys, head.key, signed.body, signed.signature):
            known = "the signature is wrong." if head.key in self.keys else f"it is signed by a key that is not trusted here ({head.key})."
            self._fault("wrong_signature", known, seal=number)
        if head.number != number:
            self._fault("seal_misnumbered", f"its signed text says that it is number {head.number}.", seal=number)
        if head.number != (before.number + 1 if before else 1):
            self._fault("seal_missing", f"seal {before.number + 1 if before else 1} was expected here.", seal=number)
        if head.previous != (hash_of(before.body()) if before else NOTHING_BEFORE):
            self._fault("chain_broken", "it does not follow the seal before it: seals were forked, reordered or replaced.", seal=number)
        if before and head.key != before.key:
            self.replaced.add(before.key)
        if head.key in self.replaced:
            self._fault("replaced_key", f"it is signed by a key that was replaced before it ({head.key}).", seal=number)
        if before and head.at < before.at:
            self._fault("clock_went_back", f"it says {head.at}, before the seal that it follows ({before.at}).", seal=number)
        return head

    def _check_against(self, kept: SignedHead, here: SignedHead) -> None:
        self._check_head_signature(kept)
        if kept.body != here.body:
            told = f"a head of {kept.head.at} kept elsewhere says otherwise: seals were made anew."
            self._fault("head_differs", told, seal=kept.head.number)

    def _check_head_signature(self, kept: SignedHead) -> None:
        if not is_signed(self.keys, kept.head.key, kept.body, kept.signature):
            self._fault("head_not_trusted", "the head that was given is not signed by a key that is trusted here.", seal=kept.head.number)

    # ---- rows

    def _rows(self) -> Iterator[Row]:
        with self.connection.cursor(name="rows", binary=True) as cursor:
            cursor.itersize = ROWS_AT_ONCE
            cursor.execute(ROWS)
            for position, row_id, at, act, kind, actor, organisation, subjects, body, leaf in cursor:
                self.report.rows += 1
                if self.progress and self.report.rows % ROWS_AT_ONCE == 0:
                    self.progress(self.report.rows)
                if leaf_hash(body) != leaf:
                    self._fault("body_changed", "its bytes are not those that were hashed.", position=position)
                else:
                    self._check_columns(position, body, (row_id, at, act, kind, actor, organisation, subjects))
                yield Row(position, at, leaf)

    def _check_columns(self, position: int, body: bytes, columns: tuple[Any, ...]) -> None:
        try:
            told = json.loads(body)
            said = tuple(told[name] for name in ("id", "at", "act", "kind", "actor", "organisation", "subjects"))
        except (ValueError, KeyError, TypeError):
            self._fault("body_unreadable", "its bytes are not a row of the ledger.", position=position)
            return
        if said != columns:
            self._fault("columns_changed", "the columns by which it is found do not say what its signed bytes say.", position=position)
        if self.on_row:
            self.on_row(told)

    def _take_rows(self, rows: Iterator[Row], held: Row | None, head: Head) -> Row | None:
        """Read on to the reach of this seal; returns the first row beyond, which stays in hand."""
        row = held or next(rows, None)
        while row is not None and row.position <= head.reach:
            self.waiting[row.position] = row
            row = next(rows, None)
        return row

    def _check_rows_of(self, head: Head, marks: bytes, before: Head | None) -> None:
        found: list[Row] = []
        expired = self.point is not None and head.number <= self.point.through_seal
        missing = 0
        for first, last in head.positions:
            for position in range(first, last + 1):
                row = self.waiting.pop(position, None)
                if row is not None:
                    found.append(row)
                elif not expired:
                    missing += 1
                    self._fault("row_missing", "it was sealed and is gone.", position=position, seal=head.number)
        if expired or missing:
            return
        if merkle_root([row.leaf for row in found]) != head.root:
            self._name_changed_row(head, marks, found)
        self._check_times(head, before, found)

    def _name_changed_row(self, head: Head, marks: bytes, found: list[Row]) -> None:
        for place, row in enumerate(found):
            if row.leaf[:MARK_BYTES] != marks[place * MARK_BYTES : (place + 1) * MARK_BYTES]:
                told = "it was changed together with its hash after it was sealed."
                self._fault("leaf_changed", told, position=row.position, seal=head.number)
                return
        told = f"one of its rows {head.first} to {head.last} was changed after it was sealed."
        self._fault("root_differs", told, position=head.first, seal=head.number)

    def _check_times(self, head: Head, before: Head | None, found: list[Row]) -> None:
        """Text of one form sorts as time does. A row that came late stood in `watch`: it may be as old as its transaction."""
        earliest = shifted(before.at, -OUT_OF_TIME) if before else ""
        latest = shifted(head.at, OUT_OF_TIME)
        for row in found:
            if row.at > latest or (row.at < earliest and before is not None and row.position > before.reach):
                self._fault("out_of_time", f"it says {row.at}, which does not fit when it was sealed ({head.at}).", position=row.position)

    def _check_leftovers(self, head: Head) -> None:
        """What lies below the reach of a seal stands in a seal, or may still arrive; anything else was put there later."""
        for position in sorted(self.waiting):
            if not head.awaits(position):
                del self.waiting[position]
                if not (self.point and position <= self.point.through_position):
                    told = "no seal holds it, and nothing that ran could still bring it: it was added beneath a seal."
                    self._fault("row_added", told, position=position, seal=head.number)

    def _rest(self, rows: Iterator[Row], held: Row | None, last: Head | None) -> None:
        """Rows that no seal holds yet."""
        earliest = shifted(last.at, -OUT_OF_TIME) if last else ""
        self.report.unsealed += len(self.waiting)
        while (row := held or next(rows, None)) is not None:
            held = None
            self.report.unsealed += 1
            if row.at < earliest:
                told = f"it says {row.at}, but the seal of {last.at if last else ''} had not seen it."
                self._fault("out_of_time", told, position=row.position)
        if self.progress:
            self.progress(self.report.rows)

    def _retention_point(self) -> Point | None:
        newest: Point | None = None
        for signed, point in points(self.connection):
            if not is_signed(self.keys, point.key, signed.body, signed.signature):
                told = "a retention point is not signed by a key that is trusted here."
                self._fault("retention_not_signed", told, seal=point.through_seal)
            else:
                newest = point
        return newest


def shifted(at: str, by: timedelta) -> str:
    """An instant in the ledger's form, moved."""
    return (datetime.strptime(at, "%Y-%m-%dT%H:%M:%S.%fZ") + by).strftime("%Y-%m-%dT%H:%M:%S.%fZ")  # noqa: DTZ007 the form says UTC


def fingerprint(report: Report) -> str:
    """A short mark of what was found, for two people who compare by telephone."""
    told = "\n".join([f"{report.rows} {report.seals} {report.unsealed}", *map(str, report.faults)])
    return hashlib.sha256(told.encode()).hexdigest()[:12]
