"""Whoever changes the past of the ledger is found, and the row is named."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from repere.ledger.canonical import canonical, instant
from repere.ledger.heads import Head, SignedHead, hash_of
from repere.ledger.merkle import leaf_hash, merkle_root
from tests.ledger.chain import as_login, as_master, checked, first_fault, key, seal, until_what_runs_has_ended, write_rows

pytestmark = pytest.mark.usefixtures("committing_db")
INSERT = """
    INSERT INTO ledger_entry (id, position, at, act, kind, actor_id, organisation_id, subjects, body, leaf)
    OVERRIDING SYSTEM VALUE VALUES (%s, %s, %s, %s, 'system', NULL, NULL, '{}', %s, %s)
"""


def put_by_hand(master, position: int, at: datetime, act: str = "started") -> None:
    """A row that looks like any other: columns, bytes and hash agree."""
    row_id = uuid4()
    told = {"id": row_id, "at": instant(at), "act": act, "kind": "system", "actor": None, "organisation": None, "subjects": []}
    body = canonical({**told, "actor_kind": "system", "job": "system:test", "role": "system", "detail": {}})
    master.execute(INSERT, [row_id, position, at, act, body, leaf_hash(body)])


def test_an_untouched_ledger_is_whole() -> None:
    """No false alarm: every row sealed once, the newest still waiting."""
    write_rows(7)
    heads = seal(rows_per_seal=3)
    write_rows(2)
    report = checked(heads)
    assert report.faults == []
    assert (report.rows, report.seals, report.unsealed, report.heads) == (9, 3, 2, 3)


def test_a_row_whose_bytes_were_changed_is_named() -> None:
    """The first kind of damage: the text of a row."""
    write_rows(5)
    seal()
    with as_master() as master:
        master.execute("UPDATE ledger_entry SET body = body || ' '::bytea WHERE position = 3")
    assert first_fault(checked()) == ("body_changed", 3)


def test_a_row_whose_hash_was_changed_too_is_named() -> None:
    """The second: bytes and hash agree again, the seal does not."""
    write_rows(5)
    seal()
    with as_master() as master:
        body, act = master.execute("SELECT body, act FROM ledger_entry WHERE position = 4").fetchone()
        changed = bytes(body).replace(act.encode(), b"nothing")
        master.execute("UPDATE ledger_entry SET body = %s, leaf = %s, act = 'nothing' WHERE position = 4", [changed, leaf_hash(changed)])
    assert first_fault(checked()) == ("leaf_changed", 4)


def test_a_changed_root_is_found_when_the_marks_were_changed_as_well() -> None:
    """Who adapts the marks hides which row it was, not that one was changed."""
    write_rows(5)
    seal()
    with as_master() as master:
        (body,) = master.execute("SELECT body FROM ledger_entry WHERE position = 4").fetchone()
        changed = bytes(body).replace(b"started", b"nothing")
        master.execute("UPDATE ledger_entry SET body = %s, leaf = %s, act = 'nothing' WHERE position = 4", [changed, leaf_hash(changed)])
        marks = b"".join(bytes(leaf)[:8] for (leaf,) in master.execute("SELECT leaf FROM ledger_entry ORDER BY position").fetchall())
        master.execute("UPDATE ledger_seal SET marks = %s", [marks])
    assert first_fault(checked()) == ("root_differs", 1)


def test_a_row_that_was_removed_is_named() -> None:
    """The third."""
    write_rows(5)
    seal()
    with as_master() as master:
        master.execute("DELETE FROM ledger_entry WHERE position = 2")
    assert first_fault(checked()) == ("row_missing", 2)


def test_a_row_put_beneath_a_seal_is_named() -> None:
    """The fourth: an empty place of an undone act is filled afterwards."""
    write_rows(3)
    leave_a_gap()
    write_rows(3)
    seal()
    until_what_runs_has_ended()
    write_rows(1)
    seal()
    with as_master() as master:
        put_by_hand(master, 4, datetime.now(UTC))
    assert first_fault(checked()) == ("row_added", 4)


def test_a_row_dated_back_is_named() -> None:
    """What is added at the end cannot pretend to have been there before."""
    write_rows(3)
    seal()
    with as_master() as master:
        master.execute("SELECT nextval('ledger_entry_position_seq')")
        put_by_hand(master, 4, datetime.now(UTC) - timedelta(days=3))
    assert first_fault(checked()) == ("out_of_time", 4)
    write_rows(1)
    seal()
    assert first_fault(checked()) == ("out_of_time", 4)


def test_honest_gaps_are_not_tampering() -> None:
    """An act that was undone leaves an empty position, and nothing else."""
    write_rows(2)
    leave_a_gap()
    write_rows(2)
    leave_a_gap()
    seal()
    write_rows(1)
    seal()
    report = checked()
    assert report.faults == []
    assert report.rows == 5


def leave_a_gap() -> None:
    with as_login("web", autocommit=False) as page:
        page.execute("SELECT nextval('ledger_entry_position_seq')")
        page.rollback()


def test_a_cut_tail_is_found_with_a_head_kept_elsewhere() -> None:
    """The fifth: rows and seals of the last days are gone, and what remains agrees with itself."""
    write_rows(3)
    seal()
    write_rows(3)
    kept = seal()
    with as_master() as master:
        master.execute("DELETE FROM ledger_entry WHERE position > 3")
        master.execute("DELETE FROM ledger_seal WHERE number > 1")
    assert checked().faults == []
    assert [(fault.code, fault.seal) for fault in checked(kept).faults] == [("tail_cut", 2)]


def test_seals_in_another_order_are_found() -> None:
    """The sixth: two seals exchange their numbers."""
    for _ in range(3):
        write_rows(2)
        seal()
    with as_master() as master:
        master.execute("UPDATE ledger_seal SET number = number + 10")
        master.execute("UPDATE ledger_seal SET number = CASE number WHEN 11 THEN 1 WHEN 12 THEN 3 ELSE 2 END")
    found = {(fault.code, fault.seal) for fault in checked().faults}
    assert {("seal_misnumbered", 2), ("chain_broken", 2)} <= found


def test_a_fork_is_found() -> None:
    """A second history that starts from the same seal does not join the first."""
    write_rows(2)
    (first,) = seal()
    write_rows(2)
    (second,) = seal()
    fork = Head(3, 4, ((3, 4),), (), bytes(32), hash_of(first.body), second.head.at, second.head.key)
    with as_master() as master:
        put_seal(master, SignedHead(fork.body(), key().sign(fork.body())))
    assert ("chain_broken", 3) in {(fault.code, fault.seal) for fault in checked().faults}


def put_seal(master, signed: SignedHead, marks: bytes = b"") -> None:
    head = signed.head
    master.execute("ALTER TABLE ledger_seal DROP CONSTRAINT IF EXISTS ledger_seal_does_not_fork")
    master.execute(
        "INSERT INTO ledger_seal (id, number, first_position, last_position, entries, root, previous, sealed_at, signature, body, marks)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, now(), %s, %s, %s)",
        [uuid4(), head.number, head.first, head.last, head.entries, head.root, head.previous, signed.signature, signed.body, marks],
    )


def test_a_wrong_signature_is_found() -> None:
    """The seventh: a seal that our key did not sign."""
    write_rows(2)
    seal()
    with as_master() as master:
        master.execute("UPDATE ledger_seal SET signature = decode(repeat('00', 64), 'hex')")
    assert [fault.code for fault in checked().faults] == ["wrong_signature"]


def test_a_chain_signed_by_another_key_is_found() -> None:
    """Whoever seals anew without our key is told apart by the public key alone."""
    write_rows(2)
    stranger = Ed25519PrivateKey.generate()
    seal(with_key=stranger)
    assert [fault.code for fault in checked().faults] == ["wrong_signature"]
    assert checked(with_key=stranger).faults == []


def test_a_chain_replaced_as_a_whole_is_found_with_a_head_only() -> None:
    """Who holds the database and the key writes a history that agrees with itself; one head kept elsewhere tells."""
    write_rows(4)
    kept = seal()
    with as_master() as master:
        master.execute("DELETE FROM ledger_seal")
        (body,) = master.execute("SELECT body FROM ledger_entry WHERE position = 2").fetchone()
        changed = bytes(body).replace(b"started", b"nothing")
        master.execute("UPDATE ledger_entry SET body = %s, leaf = %s, act = 'nothing' WHERE position = 2", [changed, leaf_hash(changed)])
    seal()
    assert checked().faults == []
    assert [(fault.code, fault.seal) for fault in checked(kept).faults] == [("head_differs", 1)]


def test_a_forged_head_convicts_nobody() -> None:
    """A head that our key did not sign is called so, before it is held against the ledger."""
    write_rows(2)
    (mine,) = seal()
    assert first_fault(checked([SignedHead(mine.body, bytes(64))])) == ("head_not_trusted", None)


@pytest.mark.parametrize(
    "column", ["act = 'nothing'", "organisation_id = gen_random_uuid()", "subjects = '{}'", "at = at + interval '1 microsecond'"]
)
def test_a_column_that_no_longer_says_what_was_signed_is_found(column: str) -> None:
    """A look that is moved to another organisation would vanish from the page of who looked."""
    write_rows(3)
    seal()
    with as_master() as master:
        master.execute(f"UPDATE ledger_entry SET {column} WHERE position = 2")
    assert first_fault(checked()) == ("columns_changed", 2)


def test_bytes_and_microseconds_come_back_as_they_were_written() -> None:
    """A verifier that disagrees with itself about time or text would cry wolf for ever."""
    write_rows(1, act="é 𝕏 \\ \" \u2028")
    seal()
    assert checked().faults == []


def test_the_root_is_that_of_its_rows_in_order() -> None:
    """Another program can compute it from the rows alone."""
    write_rows(5)
    (signed,) = seal()
    with as_login("sealer") as connection:
        leaves = [bytes(leaf) for (leaf,) in connection.execute("SELECT leaf FROM ledger_entry ORDER BY position")]
    assert signed.head.root == merkle_root(leaves)
