"""Where the database is, which roles reach it, and what each of them may do there."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg import conninfo, sql

from repere.web import one_statement
from repere.web.home import home, secret

ROLES = ("owner", "web", "public", "worker", "sealer", "backup")
SCHEMAS = ("keys", "published")
SERVING_ROLES = ("web", "public", "worker")
BOOTSTRAP = "postgres"
NAME = "repere"
PROVISIONING = 0x52657065

Grants = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class Address:
    host: str
    port: str
    name: str


def role_name(role: str) -> str:
    return f"repere_{role}"


def external_url() -> str | None:
    return os.environ.get("DATABASE_URL") or None


def data_path() -> str:
    return str(home() / "pg")


def address() -> Address:
    url = external_url()
    if url is None:
        return Address(host=data_path(), port="5432", name=os.environ.get("REPERE_DATABASE", NAME))
    given = conninfo.conninfo_to_dict(url)
    return Address(host=str(given.get("host") or ""), port=str(given.get("port") or 5432), name=str(given.get("dbname") or NAME))


def alias(role: str) -> dict[str, Any]:
    """Django's settings for a connection as that role."""
    if role not in ROLES:
        raise ValueError(f"REPERE_ROLE must be one of {', '.join(ROLES)}, not {role!r}")
    where = address()
    pooled = os.environ.get("REPERE_POOL") == "1" and role in SERVING_ROLES
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": where.name,
        "HOST": where.host,
        "PORT": where.port,
        "USER": role_name(role),
        "PASSWORD": secret(f"db_{role}"),
        # A view that raises is undone before the error page is drawn; ActingMiddleware holds the transaction around.
        "ATOMIC_REQUESTS": role != "owner",
        "CONN_MAX_AGE": 0 if pooled else 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": _options(role, pooled),
    }


LIMITS = {"statement_timeout": "60s", "lock_timeout": "10s", "idle_in_transaction_session_timeout": "60s"}
"""For a page process: how long one statement runs, waits for a lock, and how long a transaction may do nothing. A page that meets one
is told so and undone as a whole (`errors.busy`). Jobs, imports, backups and migrations run by command have none."""


def _options(role: str, pooled: bool) -> dict[str, Any]:
    if role not in SERVING_ROLES:
        return {}
    found: dict[str, Any] = {"cursor_factory": one_statement.OneStatementCursor}
    if pooled:
        found["pool"] = {"min_size": 1, "max_size": 12, "timeout": 10, "reset": one_statement.forget_the_session}
    if pooled and role != "worker":
        found["options"] = " ".join(f"-c {name}={value}" for name, value in LIMITS.items())
    return found


def admin_connection(dbname: str = "postgres") -> psycopg.Connection[tuple[Any, ...]]:
    """The bootstrap login: makes roles and databases, serves no page and runs no job."""
    url = external_url()
    if url is not None:
        return psycopg.connect(conninfo.make_conninfo(url, dbname=_within(url, dbname)), autocommit=True)
    return psycopg.connect(host=data_path(), user=BOOTSTRAP, password=secret("db_bootstrap"), dbname=dbname, autocommit=True)


def _within(url: str, dbname: str) -> str:
    """The login that was given to us may be unable to enter the database `postgres`: it starts in its own."""
    return str(conninfo.conninfo_to_dict(url).get("dbname") or "postgres") if dbname == "postgres" else dbname


def provision(name: str | None = None) -> None:
    """Make or mend the roles, the database and its schemas. May run at every start."""
    name = name or address().name
    with admin_connection() as admin:
        # Two commands may start at once; the second one waits and then finds nothing left to do.
        admin.execute("SELECT pg_advisory_lock(%s)", [PROVISIONING])
        for role in ROLES:
            _make_role(admin, role)
        _make_database(admin, name)
        with admin_connection(name) as inside:
            _make_schemas(inside)
            if _is_superuser(inside):
                _close_to_all(inside)


def _close_to_all(inside: psycopg.Connection[Any]) -> None:
    """Functions of PostgreSQL that whoever serves does without: taken from everybody."""
    counting = inside.execute(
        "SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.proname ~ %s ORDER BY 1",
        [COUNTING],
    ).fetchall()
    closed = ", ".join((*SERVED_WITHOUT, *(name for (name,) in counting)))
    inside.execute(f"REVOKE EXECUTE ON FUNCTION {closed} FROM PUBLIC")
    inside.execute(f"GRANT EXECUTE ON FUNCTION pg_stat_get_xact_tuples_inserted(oid) TO {role_name('owner')}")  # `accounts.deferring`


def mend_roles() -> list[str]:
    """Give back what a role of ours did to itself: a role may always change its own settings and its own password.

    Returns the names of the roles mended; none when all is as it was made. Cheap enough to be asked now and then while serving.
    """
    with admin_connection() as admin:
        wrong = [role for role in ROLES if foreign_settings(admin, role_name(role)) or not _can_sign_in(role)]
        if wrong:
            admin.execute("SELECT pg_advisory_lock(%s)", [PROVISIONING])
            for role in wrong:
                _make_role(admin, role)
    return [role_name(role) for role in wrong]


def _make_role(admin: psycopg.Connection[Any], role: str) -> None:
    name = role_name(role)
    found = admin.execute("SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    bypass = role == "backup" and _may_give_bypass(admin)
    if found is None:
        _set_role(admin, "CREATE", name, role, bypass)
        if role == "owner" and not _is_superuser(admin):
            admin.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(sql.Identifier(name)))
    else:
        _take_back_settings(admin, name)
        if found != (False, bypass, False, False) or not _can_sign_in(role):
            _set_role(admin, "ALTER", name, role, bypass)
    if role == "backup":
        _keep_settings(admin, name, READS_ONLY)
    elif _is_superuser(admin):
        _keep_settings(admin, name, QUIET)


# The server's own log: no statement, no value of one, no row that broke a rule. Nor does one connection see what another asks.
# Not for the backup, whose statements hold no value.
QUIET = {
    "log_statement": "none", "log_min_duration_statement": "-1", "log_min_duration_sample": "-1", "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0", "log_error_verbosity": "terse", "track_activities": "off",
}  # fmt: skip


READS_ONLY = {"default_transaction_read_only": "on"}
# What nobody who serves needs: ending the connections of others of its role, files inside the database, sleeping in a statement, and
# locks that outlive a transaction.
SERVED_WITHOUT = (
    "pg_terminate_backend(int, bigint)", "pg_cancel_backend(int)", "lo_creat(int)", "lo_create(oid)", "lo_from_bytea(oid, bytea)",
    "lo_open(oid, int)", "lo_put(oid, bigint, bytea)", "lo_truncate(int, int)", "lo_truncate64(int, bigint)", "lo_unlink(oid)",
    "lowrite(int, bytea)", "pg_sleep(float8)", "pg_sleep_for(interval)", "pg_sleep_until(timestamptz)",
    "pg_advisory_lock(bigint)", "pg_advisory_lock(int, int)", "pg_advisory_lock_shared(bigint)", "pg_advisory_lock_shared(int, int)",
    "pg_try_advisory_lock(bigint)", "pg_try_advisory_lock(int, int)", "pg_try_advisory_lock_shared(bigint)",
    "pg_try_advisory_lock_shared(int, int)",
)  # fmt: skip
COUNTING = "^pg_stat_(get_(xact_)?(numscans|tuples|live_tuples|dead_tuples|blocks|function)|force_next_flush)"
"""What says how many rows a statement touched, also of those that a policy hides from whoever asked."""
OWN_SETTINGS = """
    SELECT d.datname, setting FROM pg_db_role_setting s LEFT JOIN pg_database d ON d.oid = s.setdatabase, unnest(s.setconfig) setting
    WHERE s.setrole = (SELECT r.oid FROM pg_roles r WHERE r.rolname = %s)
"""


def foreign_settings(seen_by: Any, name: str) -> list[tuple[str | None, str]]:
    """Settings of that role which Repère did not give it: (database, or None for every one, "name=value").

    `seen_by`: a connection or a cursor. What a new connection of the role begins with may close every page: row_security, search_path.
    """
    ours = READS_ONLY if name == role_name("backup") else QUIET
    given = {f"{setting}={value}" for setting, value in ours.items()}
    found = seen_by.execute(OWN_SETTINGS, [name])
    rows = (found if found is not None else seen_by).fetchall()
    return [(within, setting) for within, setting in rows if within is not None or setting not in given]


def _take_back_settings(admin: psycopg.Connection[Any], name: str) -> None:
    role = sql.Identifier(name)
    for within in {within for within, _setting in foreign_settings(admin, name)}:
        where = sql.SQL("") if within is None else sql.SQL("IN DATABASE {}").format(sql.Identifier(within))
        admin.execute(sql.SQL("ALTER ROLE {} {} RESET ALL").format(role, where))


def _keep_settings(admin: psycopg.Connection[Any], name: str, settings: Mapping[str, str]) -> None:
    """For this role, whatever the server's file says."""
    row = admin.execute("SELECT rolconfig FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    held = (row[0] if row else None) or []
    for setting, value in settings.items():
        if f"{setting}={value}" not in held:
            statement = sql.SQL("ALTER ROLE {} SET {} = {}")
            admin.execute(statement.format(sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)))


def _set_role(admin: psycopg.Connection[Any], verb: str, name: str, role: str, bypass: bool) -> None:
    flags = "LOGIN NOCREATEDB NOCREATEROLE"
    if _is_superuser(admin):
        flags += " NOSUPERUSER " + ("BYPASSRLS" if bypass else "NOBYPASSRLS")
    admin.execute(
        sql.SQL("{} ROLE {} {} PASSWORD {}").format(sql.SQL(verb), sql.Identifier(name), sql.SQL(flags), sql.Literal(secret(f"db_{role}")))
    )


def _is_superuser(admin: psycopg.Connection[Any]) -> bool:
    row = admin.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(row and row[0])


_may_give_bypass = _is_superuser


def _can_sign_in(role: str) -> bool:
    where = address()
    try:
        psycopg.connect(
            host=where.host,
            port=where.port,
            dbname="postgres" if external_url() is None else where.name,
            user=role_name(role),
            password=secret(f"db_{role}"),
            connect_timeout=5,
        ).close()
    except psycopg.OperationalError:
        return False
    return True


def _make_database(admin: psycopg.Connection[Any], name: str) -> None:
    owner = admin.execute("SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = %s", [name]).fetchone()
    database, wanted = sql.Identifier(name), sql.Identifier(role_name("owner"))
    if owner is None:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0").format(database, wanted))
    elif owner[0] != role_name("owner"):
        admin.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, wanted))
    admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in ROLES:
        admin.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role_name(role))))


def _make_schemas(admin: psycopg.Connection[Any]) -> None:
    admin.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
    for schema in SCHEMAS:
        admin.execute(
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {} AUTHORIZATION {}").format(sql.Identifier(schema), sql.Identifier(role_name("owner")))
        )


SCHEMA_USE = {"public": ("web", "worker", "sealer"), "keys": ("web",), "published": ("web", "public", "worker")}


def apply_grants(owner: psycopg.Connection[Any], grants: Grants) -> None:
    """Take everything back, then give what the rooms declare: a right nobody declares does not exist."""
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(%s)", [PROVISIONING])
        everyone = sql.SQL(", ").join(sql.Identifier(role_name(role)) for role in ROLES if role != "owner")
        for schema in ("public", *SCHEMAS):
            within = sql.SQL("IN SCHEMA {} FROM PUBLIC, {}").format(sql.Identifier(schema), everyone)
            owner.execute(sql.SQL("REVOKE ALL ON ALL TABLES {}").format(within))
            owner.execute(sql.SQL("REVOKE ALL ON ALL SEQUENCES {}").format(within))
            owner.execute(sql.SQL("REVOKE ALL ON SCHEMA {} FROM PUBLIC, {}").format(sql.Identifier(schema), everyone))
            _grant_schema(owner, schema)
        for table, rights in grants.items():
            for role, privileges in rights.items():
                _grant_table(owner, table, role, privileges)


def _grant_schema(owner: psycopg.Connection[Any], schema: str) -> None:
    name, backup = sql.Identifier(schema), sql.Identifier(role_name("backup"))
    for role in SCHEMA_USE[schema]:
        owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, sql.Identifier(role_name(role))))
    owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(name, backup))
    owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(name, backup))
    owner.execute(sql.SQL("GRANT SELECT ON ALL SEQUENCES IN SCHEMA {} TO {}").format(name, backup))


PRIVILEGES = {"SELECT", "INSERT", "UPDATE", "DELETE"}


def _grant_table(owner: psycopg.Connection[Any], table: str, role: str, privileges: str) -> None:
    if role not in ROLES or role in ("owner", "backup"):
        raise ValueError(f"{table}: grants go to {', '.join(ROLES[1:-1])}, not {role!r}")
    # "SELECT (id, name), INSERT": a comma inside brackets separates columns, not privileges.
    asked = [word.strip() for word in re.split(r",(?![^(]*\))", privileges)]
    unknown = [word for word in asked if word.split("(")[0].strip() not in PRIVILEGES]
    if unknown:
        raise ValueError(f"{table}: {role} may be given {', '.join(sorted(PRIVILEGES))}, not {', '.join(unknown)}")
    schema, _, bare = table.rpartition(".")
    name, to = sql.Identifier(schema or "public", bare), sql.Identifier(role_name(role))
    owner.execute(sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(", ".join(asked)), name, to))
    if any(word.startswith("INSERT") for word in asked):
        for (sequence,) in owner.execute(
            "SELECT s.oid::regclass::text FROM pg_class s JOIN pg_depend d ON d.objid = s.oid"
            " WHERE s.relkind = 'S' AND d.deptype IN ('a', 'i') AND d.refobjid = %s::regclass",
            [name.as_string(owner)],
        ).fetchall():
            owner.execute(sql.SQL("GRANT USAGE ON SEQUENCE {} TO {}").format(sql.SQL(sequence), to))
