"""Backups: making them, rehearsing their return, bringing them back."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click
import pyrage

from repere.accounts.rootkey import RootKeyMissing
from repere.cases.tombstones import TombstonesDamaged
from repere.commands.ledger import key_path
from repere.ledger import signing
from repere.ledger.heads import HeadRefused, read_folder
from repere.web.backups import checking, dumping, restoring
from repere.web.backups.tools import BackupRefused, private

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


def register(cli: click.Group) -> None:
    cli.add_command(backup)
    cli.add_command(restore)
    cli.add_command(restore_check)


@click.group(invoke_without_command=True)
@click.option("--to", type=FOLDER, help="Folder of the data dumps.")
@click.option("--keys-to", type=FOLDER, help="Folder of the dumps of wrapped keys, kept by other hands, thirty days at most.")
@click.option("--recipient", help="Age public key (age1…); or REPERE_BACKUP_RECIPIENT.")
@click.pass_context
def backup(context: click.Context, to: Path | None, keys_to: Path | None, recipient: str | None) -> None:
    """Write one backup, encrypted to a key that is not on this machine."""
    if context.invoked_subcommand:
        return
    reader = recipient or os.environ.get("REPERE_BACKUP_RECIPIENT")
    if not (to and keys_to and reader):
        raise click.UsageError("Give --to, --keys-to and --recipient (or REPERE_BACKUP_RECIPIENT).")
    try:
        made = dumping.make_backup(to=to, keys_to=keys_to, recipient=reader, now=datetime.now(UTC), signing_key=key_path())
    except TombstonesDamaged as damaged:
        raise SystemExit(str(damaged)) from None
    rows = sum(made.manifest.counts.values())
    if not made.manifest.signing_sha256:
        click.echo("The key that signs the ledger is not in this backup: it is not on this machine, or not for this system user.", err=True)
    click.echo(f"{made.folder}: {rows} rows, {made.manifest.ledger_entries} of them in the ledger. Keys: {made.keys}.")
    if made.dropped:
        click.echo(f"{made.dropped} dumps of keys older than thirty days were removed.")


@backup.command("new-key")
@click.option("--out", required=True, type=FILE, help="Where the private half goes: carry it off this machine.")
def new_key(out: Path) -> None:
    """Make an age key pair; prints the public half."""
    pair = pyrage.x25519.Identity.generate()
    try:
        with private(out) as file:
            file.write(f"# public key: {pair.to_public()}\n{pair}\n".encode())
    except FileExistsError:
        raise SystemExit(f"{out} exists. Nothing was written.") from None
    click.echo(str(pair.to_public()))


@click.command()
@click.argument("folder", type=FOLDER)
@click.option("--keys", "keys_folder", required=True, type=FOLDER, help="Folder of the dumps of wrapped keys.")
@click.option("--identity", required=True, type=FILE, help="File of the age private key.")
def restore(folder: Path, keys_folder: Path, identity: Path) -> None:
    """Bring a backup back into an empty installation. Erasures made since are replayed before anything can be served."""
    source = _look_at(folder, keys_folder, identity)
    found = restoring.restore(source)
    click.echo(f"Restored: {sum(source.manifest.counts.values())} rows. {found} persons erased since are gone again.")
    if restoring.put_signing_key_back(source, key_path()):
        click.echo("The key that signs the ledger is back.")
    elif not key_path().exists():
        click.echo("The key that signs the ledger is missing: bring it back (repere ledger restore-key) before anything is sealed.")
    click.echo("Put root.key back (repere keys restore-root), then: repere check")


@click.command("restore-check")
@click.argument("folder", type=FOLDER)
@click.option("--keys", "keys_folder", required=True, type=FOLDER, help="Folder of the dumps of wrapped keys.")
@click.option("--identity", required=True, type=FILE, help="File of the age private key.")
@click.option("--public-key", "trusted", type=FILE, help="Keys that may have signed the ledger (PEM); this machine's own otherwise.")
@click.option("--heads", type=FOLDER, help="Folder of heads of the ledger that were kept elsewhere.")
def restore_check(folder: Path, keys_folder: Path, identity: Path, trusted: Path | None, heads: Path | None) -> None:
    """Rehearse a restore in a scratch database: rows, ledger, one person of each organisation opened, nobody erased came back."""
    source = _look_at(folder, keys_folder, identity)
    try:
        keys = signing.read_public_keys(trusted) if trusted else signing.trusted_keys(key_path())
        done = checking.check_restore(source, trusted=keys, heads=read_folder(heads) if heads else ())
    except signing.SigningKeyMissing as missing:
        raise BackupRefused(f"{missing} Give the public key of the ledger that was kept on paper: --public-key.") from None
    except (RootKeyMissing, HeadRefused) as refused:
        raise SystemExit(str(refused)) from None
    click.echo(
        f"Good. {done.rows} rows as in the manifest; {done.ledger_entries} ledger rows and {done.seals} seals verify;"
        f" one person opened in each of {done.organisations} organisations;"
        f" {done.erased_again} of {done.tombstones} erased persons had come back and went again. {done.seconds:.0f} s."
    )


def _look_at(folder: Path, keys_folder: Path, identity: Path) -> restoring.Source:
    try:
        return restoring.look_at(folder, keys_folder=keys_folder, identity=identity)
    except TombstonesDamaged as damaged:
        raise BackupRefused(str(damaged)) from None
