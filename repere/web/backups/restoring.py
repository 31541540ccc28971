"""Bringing a backup back: beside what is there, counted and replayed, and only then in its place.

A restore goes into a database of its own name first. When its rows equal the manifest, the erasures made since are replayed; then, and
only into an empty place, it is given the name of the installation's database. Whatever fails before leaves everything as it was.
"""

from __future__ import annotations

import io
import secrets
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pyrage
from django.db import connections
from psycopg import sql

from repere.accounts.owner import as_owner
from repere.cases import tombstones
from repere.cases.actions.erasure import replay_tombstones
from repere.ledger.signing import retired_path
from repere.web import database, installation
from repere.web.backups.dumping import TOMBSTONES
from repere.web.backups.tools import (
    DATA,
    KEYS_SUFFIX,
    MANIFEST,
    SCHEMAS,
    SIGNING_SUFFIX,
    BackupRefused,
    Manifest,
    connect,
    counts,
    digest_of,
    run,
)
from repere.web.backups.tools import private as private_file

PEM_END = b"-----END PRIVATE KEY-----"
OTHER_KEY = "The key that was given does not open this backup. Nothing was changed."


@dataclass(frozen=True)
class Source:
    """A backup that was looked at: its files are those of its manifest, and the identity opens them."""

    data: Path
    keys: Path
    manifest: Manifest
    identity: Any
    tombstones: list[tombstones.Line]
    # The key that signs the ledger and the public halves before it, in PEM; empty where the backup holds none.
    signing: bytes = b""


def look_at(folder: Path, *, keys_folder: Path, identity: Path) -> Source:
    """Check files and key before anything is made. Raises BackupRefused in one sentence."""
    manifest = Manifest.read(folder / MANIFEST)
    data, keys = folder / DATA, keys_folder / f"{folder.name}{KEYS_SUFFIX}"
    if not keys.exists():
        raise BackupRefused(f"The keys of this backup are not in {keys_folder} (they are kept thirty days). Nothing was changed.")
    if digest_of(data) != manifest.data_sha256 or digest_of(keys) != manifest.keys_sha256:
        raise BackupRefused("A file of this backup is not the one its manifest tells of: damaged or replaced. Nothing was changed.")
    opener = _identity(identity)
    with keys.open("rb") as stream:
        try:
            pyrage.decrypt_io(stream, io.BytesIO(), [opener])
        except pyrage.DecryptError:
            raise BackupRefused(OTHER_KEY) from None
        except OSError:  # the key is right, a byte further on is not
            raise BackupRefused("The keys of this backup are damaged. Nothing was changed.") from None
    lines = {line.mark: line for line in [*tombstones.read(folder.parent / TOMBSTONES), *tombstones.read()]}
    signer = _signing_key(keys_folder / f"{folder.name}{SIGNING_SUFFIX}", manifest, opener)
    return Source(data, keys, manifest, opener, list(lines.values()), signer)


def _signing_key(file: Path, manifest: Manifest, opener: Any) -> bytes:
    if not manifest.signing_sha256:
        return b""
    if digest_of(file) != manifest.signing_sha256:
        raise BackupRefused("The signing key of this backup is damaged or replaced. Nothing was changed.")
    try:
        return bytes(pyrage.decrypt(file.read_bytes(), [opener]))
    except pyrage.DecryptError:
        raise BackupRefused(OTHER_KEY) from None


def put_signing_key_back(source: Source, where: Path) -> bool:
    """Where there is none. Returns whether it was put there; an existing key is never replaced by one of a backup."""
    if not source.signing or where.exists():
        return False
    private, mark, public = source.signing.partition(PEM_END)
    where.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    retired = retired_path(where)
    if public.strip() and not retired.exists():
        with private_file(retired) as file:
            file.write(public.lstrip())
    with private_file(where) as file:
        file.write(private + mark + b"\n")
    return True


def _identity(file: Path) -> Any:
    try:
        words = [line for line in file.read_text().splitlines() if line.startswith("AGE-SECRET-KEY-")]
        return pyrage.x25519.Identity.from_str(words[0])
    except (OSError, UnicodeDecodeError, IndexError, pyrage.IdentityError):
        raise BackupRefused(f"{file} holds no age private key. Nothing was changed.") from None


@contextmanager
def beside(source: Source) -> Iterator[str]:
    """The backup in a database of its own, with rows as in its manifest. It is dropped at the end unless it was renamed."""
    name = f"repere_restored_{secrets.token_hex(6)}"
    try:
        database.provision(name)
        with connect("owner", name) as owner:
            for schema in database.SCHEMAS:  # made empty by the provision; the dumps bring their own
                owner.execute(sql.SQL("DROP SCHEMA {}").format(sql.Identifier(schema)))
        _bring(source.data, source.identity, name)
        with _unforced(name):
            _bring(source.keys, source.identity, name)
        _let_backup_count(name)
        _refuse_other_counts(name, source.manifest)
        yield name
    finally:
        with database.admin_connection() as admin:
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@contextmanager
def _unforced(name: str) -> Iterator[None]:
    """The keys' foreign keys are checked by the owner, who must see the rows they lead to: in this database only, which nobody serves."""
    with connect("owner", name) as owner:
        rows = owner.execute("SELECT oid::regclass::text FROM pg_class WHERE relforcerowsecurity AND relkind = 'r'").fetchall()
        for (table,) in rows:
            owner.execute(sql.SQL("ALTER TABLE {} NO FORCE ROW LEVEL SECURITY").format(sql.SQL(table)))
    yield
    with connect("owner", name) as owner:
        for (table,) in rows:
            owner.execute(sql.SQL("ALTER TABLE {} FORCE ROW LEVEL SECURITY").format(sql.SQL(table)))


def _bring(file: Path, identity: Any, name: str) -> None:
    words = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    restoring = run("pg_restore", "owner", *words, dbname=name, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert restoring.stdin and restoring.stderr  # noqa: PT018 for the type checker
    said: list[bytes] = []
    errors = restoring.stderr
    listening = threading.Thread(target=lambda: said.append(errors.read()))
    listening.start()
    broken = False
    try:
        with file.open("rb") as stream:
            pyrage.decrypt_io(stream, restoring.stdin, [identity])
    except (pyrage.DecryptError, OSError):
        broken = True
    finally:
        try:
            restoring.stdin.close()
        except BrokenPipeError:
            broken = True
        code = restoring.wait()
        listening.join()
        errors.close()
    if code or broken:
        last = b"".join(said).decode(errors="replace").strip().splitlines()[-1:] or [""]
        raise BackupRefused(f"The backup could not be brought back. Nothing was changed. {last[0]}".strip())


def _let_backup_count(name: str) -> None:
    with connect("owner", name) as owner:
        role = sql.Identifier(database.role_name("backup"))
        for schema in SCHEMAS:
            owner.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema), role))
            owner.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {} TO {}").format(sql.Identifier(schema), role))


def _refuse_other_counts(name: str, manifest: Manifest) -> None:
    with connect("backup", name) as standing:
        found = counts(standing)
    other = [
        f"{table} ({found.get(table, 0)} instead of {manifest.counts.get(table, 0)})"
        for table in sorted(set(found) | set(manifest.counts))
        if found.get(table, 0) != manifest.counts.get(table, 0)
    ]
    if other:
        raise BackupRefused(f"The backup does not hold the rows its manifest tells of: {', '.join(other[:5])}. Nothing was changed.")


def replay_in(name: str, source: Source) -> int:
    """Bring the tables up to this version and erase again whoever was erased since. Returns how many persons."""
    with pointed_at(name):
        installation.bring_up_to_date()
        with as_owner():
            return replay_tombstones(source.tombstones)


@contextmanager
def pointed_at(name: str) -> Iterator[None]:
    """Both doors of this process lead to another database of the same server."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in connections}
    try:
        for alias in before:
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = name
        yield
    finally:
        for alias, was in before.items():
            connections[alias].close()
            connections[alias].settings_dict["NAME"] = was


def restore(source: Source) -> int:
    """Put a backup in the place of an empty database. Returns how many persons were erased again."""
    target = database.address().name
    _refuse_unless_empty(target)
    with beside(source) as name:
        found = replay_in(name, source)
        _remember(source)
        for alias in connections:
            connections[alias].close()
        with database.admin_connection() as admin:
            _refuse_unless_empty(target)
            admin.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(target)))
            admin.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(target)))
    return found


def _refuse_unless_empty(target: str) -> None:
    try:
        with connect("owner", target) as owner:
            row = owner.execute("SELECT to_regclass('public.directory_organisation'), to_regclass('public.ledger_entry')").fetchone()
            if row == (None, None):
                return
            [held] = owner.execute(
                "SELECT (SELECT count(*) FROM public.directory_organisation) + (SELECT count(*) FROM public.accounts_user)"
            ).fetchone() or (1,)
    except psycopg.OperationalError:
        return  # there is no such database
    except psycopg.errors.UndefinedTable:
        held = 1
    if held:
        raise BackupRefused(
            f"The database {target} is not empty: a backup is never put over data. Restore into another data folder (REPERE_HOME)."
        )


def _remember(source: Source) -> None:
    """The tombstones that came with the backup are kept here too."""
    known = {line.mark for line in tombstones.read()}
    for line in source.tombstones:
        if line.mark not in known:
            tombstones.append(line)
