"""The database of a test run: one embedded server in a short temporary folder, one template, one clone per process.

Loaded before Django's settings (`-p tests.postgres`), because they read the data folder from the environment.
The first process that needs the database starts it; a run of pure tests starts none.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from fasteners import InterProcessLock
from psycopg import sql

MARK = "REPERE_TEST_HOME"
TEMPLATE = "template_repere"
# A test run may lose everything: nothing waits for the disk.
TUNING = "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 200\n"

IN_MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 * 1024**3


def short_folder() -> str:
    """A new folder for an installation: in memory where there is room, because a database of a thousand small files is copied ten times
    as fast there. Its path is short: that of a socket must stay under about a hundred bytes."""
    has_room = IN_MEMORY.is_dir() and shutil.disk_usage(IN_MEMORY).free > ROOM_BYTES
    return tempfile.mkdtemp(prefix="rp-", dir=IN_MEMORY if has_room else "/tmp")


if MARK not in os.environ:
    os.environ[MARK] = short_folder()
    os.environ["REPERE_TEST_OWNER"] = str(os.getpid())
os.environ["REPERE_HOME"] = os.environ[MARK]
os.environ["REPERE_PG_TUNING"] = TUNING
os.environ["REPERE_DATABASE"] = TEMPLATE
os.environ["REPERE_DEMO"] = "0"
# Browser tests drive Chromium through an event loop in the thread that also prepares the data.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
for outside in ("DATABASE_URL", "REPERE_ROLE", "REPERE_POOL", "REPERE_DEBUG", "REPERE_HTTPS", "REPERE_ROOT_KEY"):
    os.environ.pop(outside, None)


def test_home() -> Path:
    return Path(os.environ[MARK])


def ensure_template() -> None:
    """Server, roles, tables and grants, made by the owner as an installation would."""
    with InterProcessLock(test_home() / "template.lock"):
        done = test_home() / "template.done"
        if done.exists():
            return
        # In a process of its own: this one must never hold a connection to the template.
        made = subprocess.run([sys.executable, "-m", "repere.cli", "migrate"], capture_output=True, text=True)
        if made.returncode:
            pytest.exit(f"The test database could not be made:\n{made.stdout}\n{made.stderr}", returncode=3)
        _let_tests_change_role()
        done.write_text("")


def _let_tests_change_role() -> None:
    """Only here may the pages' role step into another: a test shows what that role can and cannot do."""
    with _admin() as admin:
        for role in ("owner", "worker", "public", "sealer", "backup"):
            admin.execute(
                sql.SQL("GRANT {} TO repere_web WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(f"repere_{role}"))
            )


def clone(of: str = TEMPLATE) -> str:
    name = f"t_{uuid4().hex[:12]}"
    with InterProcessLock(test_home() / "template.lock"), _admin() as admin:
        admin.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER repere_owner STRATEGY WAL_LOG").format(
                sql.Identifier(name), sql.Identifier(of)
            )
        )
        admin.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
        for role in ("owner", "web", "public", "worker", "sealer", "backup"):
            admin.execute(
                sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(
                    sql.Identifier(name), sql.Identifier(f"repere_{role}")
                )
            )
    return name


def drop(name: str) -> None:
    with _admin() as admin:
        admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _admin() -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(
        host=str(test_home() / "pg"),
        user="postgres",
        password=(test_home() / "secrets" / "db_bootstrap").read_text().strip(),
        dbname="postgres",
        autocommit=True,
    )


@pytest.hookimpl(trylast=True)
def pytest_unconfigure() -> None:
    """The process that made the folder stops its server and removes it."""
    if os.environ.get("REPERE_TEST_OWNER") != str(os.getpid()):
        return
    if (test_home() / "pg" / "postmaster.pid").exists():
        subprocess.run([sys.executable, "-m", "repere.cli", "stop"], check=False, capture_output=True)
    shutil.rmtree(test_home(), ignore_errors=True)
