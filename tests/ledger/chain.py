"""A sealed ledger to damage: rows by several actors, seals by the sealer's own role, damage by somebody who may do anything."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic, sleep
from typing import Any
from uuid import uuid4

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connections

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.ledger import sealing, signing
from repere.ledger.heads import SignedHead
from repere.ledger.verifying import Report, verify
from repere.web.home import secret
from tests.postgres import test_home

ACTOR = Actor.system("test")


def key() -> Ed25519PrivateKey:
    """The same key in every test: a test that fails fails again."""
    return Ed25519PrivateKey.from_private_bytes(base64.b64decode("d29ya2VycywgbGlnaHRob3VzZXMsIGFuZCByaXZlcnM="))


@contextmanager
def as_login(role: str, *, autocommit: bool = True) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection of its own, as that database role, to the database of the test."""
    where = connections.settings["default"]
    with psycopg.connect(
        host=where["HOST"], dbname=where["NAME"], user=f"repere_{role}", password=secret(f"db_{role}"), autocommit=autocommit
    ) as connection:
        yield connection


@contextmanager
def as_master() -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """Somebody with every right in the database, who may switch every guard off: the adversary of these tests."""
    where = connections.settings["default"]
    password = (test_home() / "secrets" / "db_bootstrap").read_text().strip()
    with psycopg.connect(host=where["HOST"], dbname=where["NAME"], user="postgres", password=password, autocommit=True) as master:
        for table in ("ledger_entry", "ledger_seal", "ledger_retention"):
            master.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        yield master
        for table in ("ledger_entry", "ledger_seal", "ledger_retention"):
            master.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {table}_is_append_only")


def write_rows(count: int, act: str = "started") -> None:
    for number in range(count):
        with acting_as(ACTOR):
            ledger.record(ACTOR, act, kind="system", subjects=[uuid4()], detail={"number": number})


def seal(*, rows_per_seal: int = sealing.ROWS_PER_SEAL, with_key: Ed25519PrivateKey | None = None) -> list[SignedHead]:
    with as_login("sealer") as connection:
        return list(sealing.seal_all(connection, with_key or key(), rows_per_seal=rows_per_seal))


def until_what_runs_has_ended() -> None:
    """Another test's transaction on the same server could, for all a seal knows, still fill a gap: wait for those that run now."""
    with as_login("sealer") as connection:
        running = _number(connection, "SELECT pg_snapshot_xmax(pg_current_snapshot())::text")
        patience = monotonic() + 120
        while _number(connection, "SELECT pg_snapshot_xmin(pg_current_snapshot())::text") < running:
            assert monotonic() < patience, "a transaction beside this test does not end"
            sleep(0.05)


def _number(connection: psycopg.Connection[tuple[Any, ...]], statement: str) -> int:
    (value,) = connection.execute(statement).fetchone() or ("0",)
    return int(value)


def checked(heads: list[SignedHead] | None = None, *, with_key: Ed25519PrivateKey | None = None) -> Report:
    with as_login("sealer", autocommit=False) as connection:
        return verify(connection, keys=signing.public_keys_of(with_key or key()), heads=heads or [])


def first_fault(report: Report) -> tuple[str, int | None]:
    assert report.faults, "nothing was found"
    return report.faults[0].code, report.faults[0].position
