"""Repère refuses to serve where a lock is open."""

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from repere.web import checks, database, embedded, readiness
from repere.web.grants import declared_grants
from tests.homes import own_home
from tests.people import Cast


@pytest.fixture
def open_locks(committing_db: str, owner_connection) -> Iterator:
    """`owner_connection` in which what is done is kept, to open a lock on purpose."""
    owner_connection.autocommit = True
    return owner_connection


@pytest.mark.django_db
def test_a_sound_installation_may_serve() -> None:
    """Nothing is reported when nothing is wrong."""
    found = [problem for problem in checks.problems() if "may become" not in problem]
    assert found == []


def test_a_table_whose_owner_passes_is_named(open_locks) -> None:
    """Policies without FORCE do not bind the owner."""
    open_locks.execute("ALTER TABLE ledger_entry NO FORCE ROW LEVEL SECURITY")
    assert any("ledger_entry" in problem for problem in checks.problems())


def test_a_view_with_its_owners_rights_is_named(open_locks) -> None:
    """A view is a way round row-level security."""
    open_locks.execute("CREATE VIEW every_act AS SELECT * FROM ledger_entry")
    assert any("every_act" in problem for problem in checks.problems())


def test_a_function_with_a_loose_path_is_named(open_locks) -> None:
    """A function with its owner's rights must not be led elsewhere."""
    open_locks.execute("CREATE FUNCTION loose() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'")
    assert any("loose()" in problem for problem in checks.problems())


def test_a_role_that_may_become_another_is_named(committing_db: str) -> None:
    """The test server lets the pages' role change on purpose, and the check sees it."""
    assert any("may become repere_worker" in problem for problem in checks.problems())


def test_the_owner_may_not_serve(committing_db: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process started with the wrong role stops."""
    monkeypatch.setitem(connection.settings_dict, "USER", "repere_owner")
    monkeypatch.setitem(connection.settings_dict, "PASSWORD", database.secret("db_owner"))
    connection.close()
    try:
        assert any("owns" in problem for problem in checks.problems())
    finally:
        connection.close()


def test_trust_is_refused(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An access file that asks for no secret stops the boot, whatever else it says."""
    file = tmp_path / "pg_hba.conf"
    file.write_text("# local all all trust\nlocal all all scram-sha-256\nlocal all postgres trust\n")
    monkeypatch.setattr(embedded, "access_file", lambda: file)
    assert len(checks._access_file_asks_for_secrets()) == 1


@pytest.mark.django_db
def test_the_demonstration_is_refused_beside_real_data(people: Cast, settings) -> None:
    """One real organisation, and the door without a password must not exist."""
    settings.REPERE_DEMO = True
    assert any("REPERE_DEMO" in problem for problem in checks.problems())


@pytest.mark.django_db
def test_debug_is_refused_beside_real_data(people: Cast, settings) -> None:
    """Error pages quote what they were handling."""
    settings.DEBUG = True
    assert any("REPERE_DEBUG" in problem for problem in checks.problems())


@pytest.mark.django_db
@pytest.mark.xdist_group("roles")
@pytest.mark.parametrize(
    ("name", "loud"), [("log_min_error_statement", "error"), ("log_statement", "all"), ("log_error_verbosity", "default")]
)
def test_a_server_that_logs_values_is_refused_beside_real_data(people: Cast, settings, name: str, loud: str) -> None:
    """A failing statement in the server's log is a name in a file that nobody guards."""
    assert not any(name in problem for problem in checks.problems())
    with database.admin_connection(connection.settings_dict["NAME"]) as admin:
        admin.execute(f"ALTER ROLE repere_web SET {name} = '{loud}'")
        try:
            with psycopg.connect(
                host=connection.settings_dict["HOST"], dbname=connection.settings_dict["NAME"], user="repere_web",
                password=database.secret("db_web"),
            ) as loudly:  # fmt: skip
                assert loudly.execute(f"SELECT current_setting('{name}')").fetchone() == (loud,)
        finally:
            assert database.mend_roles() == ["repere_web"]
    seen = {**database.QUIET, name: loud}
    rows = [(setting, value, "repere_web") for setting, value in seen.items()]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(checks, "_rows", lambda *_: rows)
        [problem] = checks._logs_quote_nobody()
    assert f"ALTER ROLE repere_web SET {name} = '{database.QUIET[name]}'" in problem


# In this test's own database, or harmless: other tests run as the same role at this moment.
MADE_BY_ITSELF = (
    "ALTER ROLE repere_web IN DATABASE {database} SET row_security = off",
    "ALTER ROLE repere_web IN DATABASE {database} SET local_preload_libraries = 'nowhere'",
    "ALTER ROLE repere_web SET application_name = 'mine'",
)


@pytest.mark.django_db
@pytest.mark.xdist_group("roles")
@pytest.mark.parametrize("statement", MADE_BY_ITSELF)
@pytest.mark.parametrize("mend", [database.mend_roles, database.provision])
def test_what_a_role_did_to_itself_is_taken_back(statement: str, mend: Callable[[], object]) -> None:
    """The attack: SQL on the pages' connection, without anybody acting, would close every page until somebody found out why."""
    where = {"host": connection.settings_dict["HOST"], "dbname": connection.settings_dict["NAME"], "user": "repere_web"}
    secret = database.secret("db_web")
    with psycopg.connect(**where, password=secret, autocommit=True) as pages:
        pages.execute(statement.format(database=where["dbname"]))
    try:
        assert any("brings settings" in problem for problem in checks._roles_bring_nothing_of_their_own())
        assert part_of("database").state == readiness.POOR
    finally:
        mend()
    assert database.mend_roles() == [], "once mended, nothing is done again"
    assert checks._roles_bring_nothing_of_their_own() == []
    assert part_of("database").state == readiness.GOOD
    with psycopg.connect(**where, password=secret) as pages:
        row = pages.execute("SELECT rolconfig FROM pg_roles WHERE rolname = current_user").fetchone()
        assert row is not None
        assert sorted(row[0]) == sorted(f"{name}={value}" for name, value in database.QUIET.items())


def part_of(name: str) -> readiness.Part:
    return next(part for part in readiness.parts(now=timezone.now()) if part.name == name)


@pytest.mark.django_db
@pytest.mark.parametrize("call", ["pg_terminate_backend(1)", "pg_cancel_backend(1)", "lo_from_bytea(0, 'x')", "lo_create(0)"])
def test_pages_end_no_connection_and_keep_no_file(call: str) -> None:
    with connection.cursor() as cursor, pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        cursor.execute(f"SELECT {call}")


@pytest.mark.django_db
def test_no_value_of_a_statement_reaches_the_servers_log(people: Cast) -> None:
    """The server that comes with Repère: a refused row and a broken statement leave no word of theirs behind."""
    before = log_of_the_server().stat().st_size
    marker = "Marqueur Introuvable 7c1f"
    for statement in (f"SELECT 1 / length('{marker}') - 1 / 0", f"INSERT INTO django_session VALUES ('{marker}', NULL, now())"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    with log_of_the_server().open("rb") as log:
        log.seek(before)
        told = log.read()
    assert b"ERROR" in told, "the server logged nothing at all: the test would prove nothing"
    assert marker.encode() not in told


def log_of_the_server() -> Path:
    return Path(database.data_path()) / "log"


@pytest.mark.django_db
def test_every_declared_right_names_a_table_that_exists() -> None:
    """A right for a table that was renamed is noticed here, not by a user."""
    with connection.cursor() as cursor:
        for table in declared_grants():
            cursor.execute("SELECT to_regclass(%s)", [table])
            assert cursor.fetchone()[0] is not None, table


@pytest.mark.django_db
def test_public_pages_can_read_no_table_of_persons() -> None:
    """The public role has no right on any table outside `published`."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_schema, table_name FROM information_schema.role_table_grants"
            " WHERE grantee IN ('repere_public', 'PUBLIC') AND table_schema NOT IN"
            " ('published', 'pg_catalog', 'information_schema')"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_nobody_may_truncate_and_only_the_backup_reads_all() -> None:
    """TRUNCATE passes over row-level security; only one role may pass over it, and it only reads."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT grantee, table_name FROM information_schema.role_table_grants"
            " WHERE privilege_type IN ('TRUNCATE', 'TRIGGER', 'REFERENCES') AND grantee LIKE 'repere\\_%'"
            " AND grantee <> 'repere_owner'"
        )
        assert cursor.fetchall() == []
        cursor.execute("SELECT rolname FROM pg_roles WHERE rolbypassrls AND rolname LIKE 'repere\\_%'")
        assert cursor.fetchall() == [("repere_backup",)]
        cursor.execute("SELECT rolconfig FROM pg_roles WHERE rolname = 'repere_backup'")
        assert cursor.fetchone() == (["default_transaction_read_only=on"],)


@pytest.mark.django_db
def test_a_missing_root_key_is_named(settings, tmp_path) -> None:
    """After a restore nothing is served before its keepers brought the root key back; the command is said."""
    own_home(settings, tmp_path / "home")
    assert [problem for problem in checks.problems() if "restore-root" in problem] != []
    settings.REPERE_ROLE = "worker"
    assert [problem for problem in checks.problems() if "restore-root" in problem] == [], "the worker holds no key"


@pytest.mark.django_db
def test_a_front_whose_visitors_cannot_be_told_apart_is_warned_of(people: Cast, settings) -> None:
    """Behind a TLS front every visitor has the front's address unless it is said how many proxies are believed. Served all the same."""
    settings.HTTPS, settings.REPERE_PROXIES = True, 0
    assert any("REPERE_PROXIES" in words for words in checks.warnings())
    assert not any("REPERE_PROXIES" in problem for problem in checks.problems())
    settings.REPERE_PROXIES = 1
    assert checks.warnings() == []
    settings.HTTPS, settings.REPERE_PROXIES = False, 0
    assert checks.warnings() == []
