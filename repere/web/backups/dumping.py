"""Making a backup: two dumps of one moment, each closed for a reader who is not here.

The data and the wrapped keys go to two folders: the one is kept as long as the house decides, the other thirty days at most, so that
an erased person's key is in no backup a month later. Both are encrypted to an age public key (`pyrage`); the private half lies elsewhere.
"""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pyrage

from repere.accounts.keys.rotation import BACKUP_DAYS
from repere.cases import tombstones
from repere.ledger.signing import retired_path
from repere.web.backups.tools import (
    DATA,
    FORMAT,
    KEYS_SUFFIX,
    MANIFEST,
    SIGNING_SUFFIX,
    BackupRefused,
    Manifest,
    Role,
    connect,
    counts,
    digest_of,
    ledger_leaves,
    private,
    run,
)

STAMP = "%Y%m%dT%H%M%SZ"
TOMBSTONES = "tombstones"


@dataclass(frozen=True)
class Made:
    """Where a backup lies. `dropped`: dumps of keys that were older than thirty days."""

    folder: Path
    keys: Path
    manifest: Manifest
    dropped: int


def make_backup(*, to: Path, keys_to: Path, recipient: str, now: datetime, signing_key: Path | None = None) -> Made:
    """Write one backup. All of it stands in its place, or none of it.

    `signing_key`: file of the key that signs the ledger; it goes with the wrapped keys, as do the public halves of those before.
    """
    reader = _recipient(recipient)
    stamp = now.astimezone(UTC).strftime(STAMP)
    folder, keys, part = to / stamp, keys_to / f"{stamp}{KEYS_SUFFIX}", to / f".{stamp}.part"
    signer = keys_to / f"{stamp}{SIGNING_SUFFIX}"
    if keys_to.resolve() == to.resolve() or to.resolve() in keys_to.resolve().parents:
        raise BackupRefused("The keys belong in a folder apart from the data, which other hands keep: choose another --keys-to.")
    if folder.exists() or keys.exists():
        raise BackupRefused(f"There is a backup of {stamp} already.")
    for place in (to, keys_to):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    try:
        manifest = _write(part, reader, now, signing_key)
        if manifest.signing_sha256:
            shutil.move(part / f"keys{SIGNING_SUFFIX}", signer)
        shutil.move(part / f"keys{KEYS_SUFFIX}", keys)  # another disk, perhaps
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        if not folder.exists():
            keys.unlink(missing_ok=True)
            signer.unlink(missing_ok=True)
        raise
    _copy_tombstones(to / TOMBSTONES)
    return Made(folder, keys, manifest, prune_keys(keys_to, now=now))


def prune_keys(keys_to: Path, *, now: datetime) -> int:
    """Remove dumps of wrapped keys older than thirty days. Returns how many."""
    dropped = 0
    for suffix in (KEYS_SUFFIX, SIGNING_SUFFIX):
        for file in keys_to.glob(f"*{suffix}"):
            try:
                made = datetime.strptime(file.name.removesuffix(suffix), STAMP).replace(tzinfo=UTC)
            except ValueError:
                continue
            if now - made > timedelta(days=BACKUP_DAYS):
                file.unlink()
                dropped += suffix == KEYS_SUFFIX
    return dropped


def _recipient(text: str) -> Any:
    try:
        return pyrage.x25519.Recipient.from_str(text.strip())
    except pyrage.RecipientError:
        raise BackupRefused("The recipient is no age public key (age1…). Make a pair with “repere backup new-key”.") from None


def _write(part: Path, reader: Any, now: datetime, signing_key: Path | None) -> Manifest:
    with connect("backup") as standing:
        standing.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        _refuse_blind(standing)
        [snapshot] = standing.execute("SELECT pg_export_snapshot()").fetchone() or ("",)
        held = counts(standing)
        server = standing.info.server_version
        row = standing.execute("SELECT count(*), coalesce(max(position), 0) FROM ledger_entry").fetchone() or (0, 0)
        leaves = ledger_leaves(standing)
        dump(part / DATA, reader, f"--snapshot={snapshot}", "--exclude-schema=keys")
        dump(part / f"keys{KEYS_SUFFIX}", reader, f"--snapshot={snapshot}", "--schema=keys")
        standing.rollback()
    signed = _write_signing_key(part / f"keys{SIGNING_SUFFIX}", reader, signing_key)
    manifest = Manifest(
        FORMAT, now.astimezone(UTC).isoformat(), str(server), held, row[0], row[1], leaves, digest_of(part / DATA),
        digest_of(part / f"keys{KEYS_SUFFIX}"), signed,
    )  # fmt: skip
    manifest.write(part / MANIFEST)
    return manifest


def _write_signing_key(file: Path, reader: Any, key: Path | None) -> str:
    """Its digest; empty where there is none, or where only the sealer's own system user may read it."""
    try:
        pem = key.read_bytes() if key else b""
    except (FileNotFoundError, PermissionError):
        pem = b""
    if not key or not pem:
        return ""
    retired = retired_path(key)
    with private(file) as out:
        out.write(pyrage.encrypt(pem + (retired.read_bytes() if retired.exists() else b""), [reader]))
    return digest_of(file)


def dump(file: Path, reader: Any, *words: str, role: Role = "backup") -> None:
    """One dump, encrypted as it comes: no readable byte touches the disk."""
    command = ("--format=custom", "--no-owner", "--no-privileges", *words)
    with private(file) as out, run("pg_dump", role, *command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as dumping:
        assert dumping.stdout and dumping.stderr  # noqa: PT018 for the type checker
        pyrage.encrypt_io(dumping.stdout, out, [reader])
        said = dumping.stderr.read().decode(errors="replace")
        code = dumping.wait()
    if code:
        raise BackupRefused(f"The dump failed: {said.strip().splitlines()[-1] if said.strip() else code}. No backup was made.")


def _refuse_blind(standing: psycopg.Connection[Any]) -> None:
    """A role bound by row-level security would write a dump without a single person, and no error."""
    [sees_all] = standing.execute("SELECT rolbypassrls OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone() or (False,)
    if not sees_all:
        raise BackupRefused(
            "repere_backup is bound by row-level security: its dump would be empty. Have the server's administrator run:"
            " ALTER ROLE repere_backup BYPASSRLS"
        )


def _copy_tombstones(there: Path) -> None:
    """A copy that only grows, beside the newest backup: it must outlive this machine."""
    known = {line.id for line in tombstones.read(there)}
    for line in tombstones.read():
        if line.id not in known:
            tombstones.append(line, there)
