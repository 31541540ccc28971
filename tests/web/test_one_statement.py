"""Words smuggled into a statement of a page: no second statement, nothing counted behind a policy, nothing kept on the connection."""

from __future__ import annotations

import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction

from repere.web import one_statement

pytestmark = pytest.mark.django_db

BEHIND = (
    "EXPLAIN (ANALYZE) SELECT 1 FROM cases_case WHERE code = 'A'", "SET row_security = off",
    "LOCK TABLE accounts_user IN ACCESS EXCLUSIVE MODE",
    "COMMIT", "LISTEN procrastinate_any_queue_v1", "DO $$ BEGIN END $$", "PREPARE p AS SELECT 1",
)  # fmt: skip
CLOSED = (
    "SELECT idx_tup_fetch FROM pg_stat_xact_user_tables", "SELECT n_live_tup FROM pg_stat_user_tables", "SELECT pg_stat_force_next_flush()",
    "SELECT pg_stat_get_xact_tuples_inserted('procrastinate_jobs'::regclass)", "SELECT pg_sleep(1)", "SELECT pg_advisory_lock(1)",
    "SELECT pg_try_advisory_lock(1, 2)",
)  # fmt: skip


@pytest.mark.parametrize("statement", BEHIND)
@pytest.mark.parametrize("values", [[], ["x"]])
def test_nothing_stands_behind_a_statement(statement: str, values: list[str]) -> None:
    """With values and without: PostgreSQL refuses before the first of the two runs."""
    first = "SELECT %s" if values else "SELECT 'x'"
    with pytest.raises(DatabaseError, match="multiple commands"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{first}; {statement}", values or None)


@pytest.mark.parametrize("statement", CLOSED)
def test_nothing_counts_sleeps_or_locks_for_the_pages(statement: str) -> None:
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_connection_that_comes_back_remembers_nothing() -> None:
    where = connections.settings["default"]
    with psycopg.connect(
        host=where["HOST"], dbname=connection.settings_dict["NAME"], user=where["USER"], password=where["PASSWORD"]
    ) as used:
        used.execute("SELECT set_config('repere.kind', 'system', false), set_config('statement_timeout', '1h', false)")
        used.execute("SET TIME ZONE 'Asia/Tokyo'")
        used.execute("LISTEN somewhere")
        used.commit()
        one_statement.forget_the_session(used)
        told = used.execute(
            "SELECT current_setting('repere.kind', true), current_setting('statement_timeout'), current_setting('TimeZone'),"
            " (SELECT count(*) FROM pg_listening_channels())"
        ).fetchone()
        assert told in ((None, "0", "UTC", 0), ("", "0", "UTC", 0))
