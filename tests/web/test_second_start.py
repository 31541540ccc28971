"""`make run` a second time: the same country, nothing added by itself, nothing lost."""

from __future__ import annotations

import signal
from pathlib import Path

import psycopg
import pytest

from tests.web.test_commands import environment as environment  # the fixture: a new folder, removed afterwards
from tests.web.test_commands import repere, start, status

RECORDED = ("cases_person", "cases_case", "cases_fact", "cases_sealedrecord", "cases_grant", "accounts_user", "directory_organisation")


def recorded(home: str) -> dict[str, str]:
    """A fingerprint of every row that people recorded, by table."""
    secret = (Path(home) / "secrets" / "db_bootstrap").read_text().strip()
    with psycopg.connect(host=f"{home}/pg", user="postgres", password=secret, dbname="repere") as admin:
        return {
            table: str(admin.execute(f"SELECT count(*), md5(string_agg(md5(t::text), '' ORDER BY t::text)) FROM {table} t").fetchone())
            for table in RECORDED
        }


def ledger(home: str) -> set[str]:
    secret = (Path(home) / "secrets" / "db_bootstrap").read_text().strip()
    with psycopg.connect(host=f"{home}/pg", user="postgres", password=secret, dbname="repere") as admin:
        return {leaf.hex() for (leaf,) in admin.execute("SELECT leaf FROM ledger_entry").fetchall()}


@pytest.mark.xdist_group("commands")
def test_a_second_start_finds_every_fact_and_adds_none(environment: dict[str, str]) -> None:
    """Stopped with Ctrl-C, started again in the same folder: each row as it was, each line of the ledger still there."""
    home = environment["REPERE_HOME"]
    demo = environment | {"REPERE_DEMO": "1"}
    made = repere("demo", "--persons", "20", environment=demo)
    assert made.returncode == 0, made.stderr
    running, address = start(demo)
    try:
        assert status(f"{address}/sign-in/") == 200
        first, lines = recorded(home), ledger(home)
        assert lines
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(180) == 0
    running, address = start(demo)
    try:
        beside = repere("run", "--port", "8999", environment=demo)
        assert beside.returncode != 0
        assert "already runs from this folder" in beside.stderr
        assert status(f"{address}/sign-in/") == 200
        assert recorded(home) == first
        assert lines <= ledger(home)
    finally:
        running.send_signal(signal.SIGINT)
        assert running.wait(180) == 0


@pytest.mark.xdist_group("commands")
def test_the_next_start_takes_back_what_the_pages_role_did_to_itself(environment: dict[str, str]) -> None:
    """SQL smuggled onto the pages' connection: a setting that closes every page, and a password that nobody knows."""
    home = Path(environment["REPERE_HOME"])
    assert repere("migrate", environment=environment).returncode == 0
    pages = {"host": f"{home}/pg", "user": "repere_web", "dbname": "repere", "password": (home / "secrets" / "db_web").read_text().strip()}
    with psycopg.connect(**pages, autocommit=True) as itself:
        itself.execute("ALTER ROLE repere_web SET row_security = off")
        itself.execute("ALTER ROLE repere_web PASSWORD 'x'")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(**pages)
    mended = repere("migrate", environment=environment)
    assert mended.returncode == 0, mended.stderr
    with psycopg.connect(**pages) as again:
        assert again.execute("SELECT current_setting('row_security')").fetchone() == ("on",)
