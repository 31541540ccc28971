"""Power cuts and killed processes while people write: what was answered stands, nothing is half there, nothing is there twice.

The whole measure, with 200 kills, is `python -m bench.faults`.
"""

from __future__ import annotations

import os

import pytest
from psycopg import IsolationLevel

from bench import faults

KILLS = 40 if os.environ.get("REPERE_THOROUGH") else 4


@pytest.mark.xdist_group("commands")
def test_no_kill_under_load_loses_halves_or_doubles_a_fact(place: faults.Installation) -> None:
    """A page process, the server, the worker, everything with the database: each comes back by the same command alone."""
    found = faults.kill_under_load(place, kills=KILLS, seed=3)
    assert {name: found[name] for name in faults.BAD} == dict.fromkeys(faults.BAD, 0)
    assert found["ledger_is_whole"], found["ledger_says"]
    assert found["written"] >= KILLS * faults.WRITERS
    told = [faults.Told()]
    with place.admin() as admin:  # the comparison itself can fail: on a fact that goes missing, and on a row of the ledger that does
        admin.isolation_level = IsolationLevel.REPEATABLE_READ  # the worker goes on reminding while this reads
        admin.execute("SET session_replication_role = replica")
        [key, fact] = admin.execute("SELECT key, result FROM cases_receipt WHERE act = 'record_fact' LIMIT 1").fetchone() or (None, None)
        admin.execute("DELETE FROM cases_fact WHERE id = %s", [fact])
        told[0].sent.add(key)
        told[0].answered[key] = fact
        assert {name: number for name, number in faults.compare_on(admin, told).items() if number and name in faults.BAD} == {
            "lost": 1, "receipts_without_fact": 1, "ledger_rows_without_fact": 1,
        }  # fmt: skip
        admin.rollback()
