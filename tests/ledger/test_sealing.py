"""The sealer loses no row, seals none twice and waits for nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import uuid4

import psycopg
import pytest
from django.db import connection as django_connection

from repere import ledger
from repere.accounts.acting import acting_as, settings_of
from repere.ledger import sealing, signing
from repere.ledger.canonical import canonical
from repere.ledger.heads import HeadRefused, from_text, read_folder, to_text, write
from repere.ledger.merkle import leaf_hash
from tests.ledger.chain import ACTOR, as_login, checked, key, seal, write_rows

pytestmark = pytest.mark.usefixtures("committing_db")
WRITERS = 16


def sealed_positions() -> list[int]:
    with as_login("sealer") as connection:
        bodies = [bytes(body) for (body,) in connection.execute("SELECT body FROM ledger_seal ORDER BY number")]
    heads = [from_text(to_text(sealing.SignedHead(body, b""))).head for body in bodies]
    return [position for head in heads for first, last in head.positions for position in range(first, last + 1)]


def rows() -> list[int]:
    with as_login("sealer") as connection:
        return [position for (position,) in connection.execute("SELECT position FROM ledger_entry ORDER BY position")]


def test_sixteen_writers_and_two_sealers_make_one_chain() -> None:
    """No fork, no row left out, none counted twice; some acts are undone on the way."""

    def write(number: int) -> None:
        for turn in range(12):
            try:
                with acting_as(ACTOR):
                    ledger.record(ACTOR, "started", kind="system", subjects=[uuid4()], detail={"turn": turn})
                    if turn % 5 == number % 5:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                pass
        django_connection.close()

    def seal_meanwhile(_: int) -> None:
        with as_login("sealer") as connection:
            for _turn in range(25):
                for _signed in sealing.seal_all(connection, key(), rows_per_seal=7):
                    pass

    with ThreadPoolExecutor(WRITERS + 2) as crowd:
        writing = [crowd.submit(write, number) for number in range(WRITERS)]
        sealers = [crowd.submit(seal_meanwhile, number) for number in range(2)]
        for job in [*writing, *sealers]:
            job.result()
    seal()
    assert sorted(sealed_positions()) == rows()
    assert len(rows()) > WRITERS * 8
    assert checked().faults == []


def test_a_row_of_a_transaction_that_was_still_running_is_sealed_when_it_comes() -> None:
    """It took its place before others and arrived after them: the seal knew that it might."""
    write_rows(1)
    with as_login("web", autocommit=False) as slow:
        slow.execute(
            "SELECT set_config('repere.' || name, value, true), pg_current_xact_id()"
            " FROM unnest(%s::text[], %s::text[]) AS told(name, value)",
            [["user", "organisation", "kind", "role", "proof"], settings_of(ACTOR, backend=slow.info.backend_pid)],
        )
        told = {"id": uuid4(), "at": datetime.now(UTC), "act": "slow", "kind": "system"}
        body = canonical({**told, "actor": None, "organisation": None, "subjects": []})
        slow.execute(
            "INSERT INTO ledger_entry (id, at, act, kind, subjects, body, leaf) VALUES (%s, %s, %s, %s, '{}', %s, %s)",
            [*told.values(), body, leaf_hash(body)],
        )
        write_rows(2)
        (early,) = seal()
        assert [(first, last) for first, last, _ in early.head.watch] == [(2, 2)]
        assert seal() == []
        slow.commit()
    (late,) = seal()
    assert late.head.positions == ((2, 2),)
    assert late.head.watch == ()
    assert sorted(sealed_positions()) == [1, 2, 3, 4]


def test_only_one_sealer_works_at_a_time() -> None:
    """The second one finds the door closed and leaves; nothing forks."""
    write_rows(2)
    with as_login("sealer", autocommit=False) as first:
        first.execute("SELECT pg_advisory_xact_lock(%s)", [sealing.LOCK])
        assert seal() == []
        first.rollback()
    assert len(seal()) == 1


def test_sealing_twice_changes_nothing() -> None:
    write_rows(2)
    assert len(seal()) == 1
    assert seal() == []


SEALING = """
import sys
from tests.ledger import chain
import django; django.setup()
from django.db import connections
connections.settings["default"]["NAME"] = sys.argv[1]
from repere.ledger import sealing
with chain.as_login("sealer") as connection:
    print("ready", flush=True)
    for signed in sealing.seal_all(connection, chain.key(), rows_per_seal=1):
        print(signed.head.number, flush=True)
"""


def test_a_sealer_that_is_killed_is_followed_by_another(committing_db: str) -> None:
    """Killed at any point, the next one goes on where the chain ends."""
    write_rows(60)
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    for _ in range(3):
        child = subprocess.Popen([sys.executable, "-c", SEALING, committing_db], stdout=subprocess.PIPE, text=True, env=environment)
        assert child.stdout is not None
        assert child.stdout.readline().strip() == "ready"
        child.stdout.readline()
        child.send_signal(signal.SIGKILL)
        child.wait()
        child.stdout.close()
    seal(rows_per_seal=1)
    assert sorted(sealed_positions()) == rows()
    assert checked().faults == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ledger_entry (id, at, act, kind, subjects, body, leaf) VALUES (gen_random_uuid(), now(), 'x', 'system', '{}', '', '')",
        "UPDATE ledger_seal SET number = 9",
        "DELETE FROM ledger_seal",
        "SELECT 1 FROM cases_person",
        "SELECT 1 FROM accounts_user",
        "SELECT 1 FROM ledger_witness",
    ],
)
def test_the_sealer_reads_rows_and_adds_seals_and_nothing_else(statement: str) -> None:
    """Whoever takes over the sealer sees no person and rewrites nothing."""
    with as_login("sealer") as connection, pytest.raises(psycopg.Error):
        connection.execute(statement)


def test_pages_add_no_seal() -> None:
    """A page that was taken over cannot close over what it did."""
    with as_login("web") as page, pytest.raises(psycopg.errors.InsufficientPrivilege):
        page.execute("INSERT INTO ledger_seal (id) VALUES (gen_random_uuid())")


def test_a_head_file_comes_back_as_it_was_written(tmp_path) -> None:
    """What a witness keeps is byte for byte what was signed."""
    write_rows(3)
    (signed,) = seal()
    write(signed, tmp_path)
    assert {kept.body for kept in read_folder(tmp_path)} == {signed.body}
    assert {kept.signature for kept in read_folder(tmp_path)} == {signed.signature}


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"repere_ledger_head": "{}", "signature": "AA=="}', '{"repere_ledger_head": 1, "signature": 2}']
)
def test_what_is_no_head_is_refused(text: str) -> None:
    """One error, whatever the file holds."""
    with pytest.raises(HeadRefused):
        from_text(text)


def test_the_key_is_made_once_and_read_by_one_user(tmp_path) -> None:
    """A second start does not make a second key: every earlier signature would be in doubt."""
    path = tmp_path / "secrets" / "ledger.key"
    signing.make_key(path)
    first = path.read_bytes()
    signing.make_key(path)
    assert path.read_bytes() == first
    assert path.stat().st_mode & 0o077 == 0
    pem = tmp_path / "public.pem"
    pem.write_text(signing.public_pem(signing.read_key(path)))
    assert list(signing.read_public_keys(pem)) == list(signing.public_keys_of(signing.read_key(path)))
    with pytest.raises(signing.SigningKeyMissing):
        signing.read_public_keys(path)
