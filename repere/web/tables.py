"""Every table, function and trigger of an empty database at once, as the migrations would make them one after another.

Migrations render every model anew at each step: the first start of an installation waited for them. `tables.sql` is what
PostgreSQL says of a database that they made; one without tables is made from it, and any migration that is newer runs after it.
So the file may be older than the migrations, never otherwise than them: a test compares the two ways, object by object.

python -m repere.web.tables write     # anew, from the migrations of today
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg import sql

from repere.web import database, embedded
from repere.web.backups import tools

FILE = Path(__file__).with_name("tables.sql")
WRITTEN = "-- Written by `python -m repere.web.tables write` from the migrations, by nobody's hand."
_OF_THE_SESSION = re.compile(
    r"--$|-- (Name: |Dumped |PostgreSQL database dump)|\\(un)?restrict |SELECT pg_catalog\.set_config\('search_path'"
    r"|SET (\w+_timeout|client_\w+|standard_conforming_strings|check_function_bodies|xmloption|row_security|default_table\w+) = "
    r"|CREATE SCHEMA |COMMENT ON SCHEMA |(GRANT|REVOKE) \w+ ON (SCHEMA |FUNCTION pg_catalog\.)"
)
"""Lines in which the dump speaks of itself, of its own session, and of schemas and functions that stand already."""


def make_at_once(owner: psycopg.Connection[tuple[object, ...]]) -> bool:
    """In one transaction, in a database without tables; False where some stand. Cost: about a second."""
    with owner.transaction():
        owner.execute("SELECT pg_advisory_xact_lock(hashtext('repere.tables'))")
        [stands] = owner.execute("SELECT to_regclass('public.django_migrations') IS NOT NULL").fetchone() or (False,)
        if stands or not FILE.exists():
            return False
        _execute(owner, FILE.read_bytes())
    return True


def _execute(owner: psycopg.Connection[tuple[object, ...]], told: bytes) -> None:
    owner.execute("SET LOCAL check_function_bodies = off")  # functions name tables that come later
    owner.execute(told)


def described(name: str) -> str:
    """What PostgreSQL says of the tables of that database, without what belongs to a session, and which migrations made them."""
    words = ("--schema-only", "--no-owner")
    with tools.run("pg_dump", "owner", *words, dbname=name, stdout=subprocess.PIPE) as dumping:
        told = dumping.communicate()[0].decode()
    if dumping.returncode:
        raise SystemExit("pg_dump failed; what it says stands above.")
    with tools.connect("owner", name) as owner:
        applied = owner.execute("SELECT app, name FROM django_migrations ORDER BY app, name").fetchall()
    rows = sql.SQL(",\n").join(sql.SQL("    ({}, {}, now())").format(sql.Literal(app), sql.Literal(step)) for app, step in applied)
    kept = sql.SQL("INSERT INTO public.django_migrations (app, name, applied) VALUES\n{};\n").format(rows).as_string(None)
    return f"{_without_session(told)}\n{kept}"


def _without_session(told: str) -> str:
    kept = "\n".join(line for line in told.splitlines() if not _OF_THE_SESSION.match(line))
    return re.sub(r"\n{3,}", "\n\n", kept).strip() + "\n"


def made(*, at_once: bool) -> str:
    """What the migrations make, alone or after `make_at_once`, described. Alone they take their time."""
    told = {**os.environ, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    program = [sys.executable, "-m", "django", "migrate", "--database", "owner", "--verbosity", "0"]
    with _empty_database() as name:
        if at_once:
            with tools.connect("owner", name) as owner:
                make_at_once(owner)
        subprocess.run(program, env=told | {"REPERE_DATABASE": name}, check=True)  # noqa: S603 our own words
        found = described(name)
    # PostgreSQL words some conditions otherwise once it has read its own words: they are compared after that.
    with _empty_database() as name:
        with tools.connect("owner", name) as owner:
            _execute(owner, found.encode())
        return described(name)


@contextmanager
def _empty_database() -> Iterator[str]:
    name = f"tables_{uuid4().hex[:8]}"
    database.provision(name)
    try:
        yield name
    finally:
        with database.admin_connection() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def main() -> None:
    embedded.ensure(provision=False)
    FILE.write_text(f"{WRITTEN}\n\n{made(at_once=False)}", encoding="utf-8")


if __name__ == "__main__":
    main()
