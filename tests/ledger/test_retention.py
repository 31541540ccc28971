"""Rows past their time go; what remains is still proved."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from repere.ledger.retention import record_point, remove_rows
from tests.ledger.chain import as_login, as_master, checked, first_fault, key, seal, write_rows

pytestmark = pytest.mark.usefixtures("committing_db")
LATER = timedelta(days=4 * 365)


def ledger_of_three_seals() -> None:
    for _ in range(3):
        write_rows(4)
        seal()


def past_their_time(before: datetime | None = None):
    with as_login("sealer") as sealer:
        return record_point(sealer, key(), before=before or datetime.now(UTC) + LATER, now=datetime.now(UTC))


def remove(point) -> int:
    with as_login("owner") as owner:
        return sum(remove_rows(owner, point))


def test_removed_rows_are_no_tampering() -> None:
    """Their seals stay and chain the rest."""
    ledger_of_three_seals()
    assert remove(past_their_time()) == 12
    write_rows(2)
    seal()
    report = checked()
    assert report.faults == []
    assert (report.rows, report.seals, report.removed_through) == (2, 4, 12)


def test_only_what_a_signed_point_covers_may_go() -> None:
    """Row-level security binds the owner of the tables: a wider statement takes no row more."""
    write_rows(4)
    seal()
    between = datetime.now(UTC)
    write_rows(4)
    seal()
    point = past_their_time(between)
    assert point is not None
    assert point.through_position == 4
    with as_login("owner") as owner:
        assert owner.execute("DELETE FROM ledger_entry").rowcount == 4
    report = checked()
    assert (report.rows, report.faults) == (4, [])


def test_without_a_point_nothing_goes() -> None:
    write_rows(2)
    seal()
    with as_login("owner") as owner, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="append-only"):
        owner.execute("DELETE FROM ledger_entry")


def test_a_point_that_nobody_signed_excuses_nothing() -> None:
    """Whoever inserts a point by hand, to hide that rows are gone, is found."""
    ledger_of_three_seals()
    past_their_time()
    with as_master() as master:
        master.execute("UPDATE ledger_retention SET signature = decode(repeat('00', 64), 'hex')")
        master.execute("DELETE FROM ledger_entry WHERE position <= 12")
    assert first_fault(checked())[0] == "retention_not_signed"
    assert "row_missing" in {fault.code for fault in checked().faults}


def test_a_row_missing_above_the_point_is_still_named() -> None:
    write_rows(4)
    seal()
    between = datetime.now(UTC)
    write_rows(4)
    seal()
    remove(past_their_time(between))
    with as_master() as master:
        master.execute("DELETE FROM ledger_entry WHERE position = 6")
    assert first_fault(checked()) == ("row_missing", 6)


def test_removal_that_was_cut_short_is_taken_up_again() -> None:
    """Half of the rows gone is neither an error nor an end."""
    ledger_of_three_seals()
    point = past_their_time()
    with as_login("owner") as owner:
        owner.execute("DELETE FROM ledger_entry WHERE position <= 5")
    assert checked().faults == []
    assert remove(point) == 7
    assert past_their_time() is None


def test_pages_and_jobs_remove_nothing() -> None:
    ledger_of_three_seals()
    past_their_time()
    for role in ("web", "worker", "sealer"):
        with as_login(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("DELETE FROM ledger_entry")
