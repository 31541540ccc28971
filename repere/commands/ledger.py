"""The ledger from outside: seal it, show its heads, name its witnesses, verify it."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import psycopg
from django.db import connections
from django.utils.translation import gettext, override
from procrastinate.contrib.django import app
from rich.console import Console
from rich.progress import Progress

from repere.accounts.acting import acting_as, settings_of
from repere.accounts.actor import Actor
from repere.accounts.keys import paper
from repere.cases import told
from repere.cases.actions.canaries import make_canary
from repere.commands.exchange import actor_named
from repere.ledger import heads, record, sealing, signing, witnesses
from repere.ledger.retention import YEARS, record_point, remove_rows
from repere.ledger.verifying import Report, verify
from repere.web import database
from repere.web.home import CannotRun, home, secret

FAULTS_SHOWN = 20
PEM_FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
A_YEAR = timedelta(days=365.25)
WITNESSING = Actor.system("witnesses")
HANDED_OVER = b"repere ledger key 1\n"
KEEPING = Actor.system("ledger-key")
PREPARE_ORDER = 10
WRITE_HEADS = "repere.cases.jobs.write_heads"


def register(cli: click.Group) -> None:
    cli.add_command(ledger)


def prepare(*, demo: bool, now: datetime) -> None:
    """The first start makes the key that signs."""
    if not os.environ.get("REPERE_LEDGER_KEY_FILE"):
        signing.make_key(key_path())


def key_path() -> Path:
    """Beside the root key, or where the environment says: the sealer may run under a system user of its own."""
    given = os.environ.get("REPERE_LEDGER_KEY_FILE")
    return Path(given) if given else home() / "secrets" / signing.FILE


def heads_folder() -> Path:
    return home() / "heads"


@contextmanager
def connected(role: str) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    """A connection of its own as that database role."""
    where = connections.settings["default"]
    reach = psycopg.connect(
        host=where["HOST"], port=where["PORT"] or "5432", dbname=where["NAME"], user=database.role_name(role), password=secret(f"db_{role}")
    )
    with reach as connection:
        yield connection


@click.group()
def ledger() -> None:
    """Who did what and who looked at what: seal it, witness it, verify it."""


# ---- sealing


@ledger.command()
@click.option("--every", "seconds", type=click.IntRange(1, 3600), help="Go on for ever, once in so many seconds.")
def seal(seconds: int | None) -> None:
    """Bind what was written since the last seal, sign it, and write the head to the folder `heads`."""
    signing.make_key(key_path())
    _read_key()
    if seconds is None:
        click.echo(_seal_once())
        return
    ending = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ending.set())
    while not ending.is_set():
        try:
            _seal_once()
        except psycopg.OperationalError as error:
            click.echo(f"The ledger could not be sealed ({type(error).__name__}); it is tried again.", err=True)
        ending.wait(seconds)


def _seal_once() -> str:
    with connected("sealer") as connection:
        connection.autocommit = True
        made = list(sealing.seal_all(connection, _read_key))
    if not made:
        return gettext("Nothing was left to seal.")
    heads.write(made[-1], heads_folder())
    return gettext("%(seals)s seals were added; the last one is number %(number)s.") % {"seals": len(made), "number": made[-1].head.number}


def _read_key() -> Any:
    try:
        return signing.read_key(key_path())
    except signing.SigningKeyMissing as missing:
        raise CannotRun(str(missing)) from None


@ledger.command("public-key")
def public_key() -> None:
    """Print the public key that checks the signatures. Give it to the witnesses, and keep a copy on paper."""
    key = _read_key()
    click.echo(f"# {signing.key_id(key.public_key())}")
    click.echo(signing.public_pem(key), nl=False)
    retired = signing.retired_path(key_path())
    if retired.exists():
        click.echo("# replaced; needed to check what they signed")
        click.echo(retired.read_text(), nl=False)


@ledger.command("rotate-key")
def rotate_key() -> None:
    """Replace the key that signs: what waits is sealed by the old one, and the old public half is kept to verify.

    The new public key is signed by the old one, in a file of the folder `heads`: whoever trusted the old key can trust the new.
    """
    _read_key()
    click.echo(_seal_once())
    with connected("sealer") as connection, sealing.nobody_seals(connection):
        old, new = signing.replace_key(key_path())
    note = handing_over(old, new, now=datetime.now(UTC))
    heads_folder().mkdir(parents=True, exist_ok=True)
    where = heads_folder() / f"key-{signing.key_id(new.public_key())}.txt"
    where.write_text(note)
    detail = {"from": signing.key_id(old.public_key()), "to": signing.key_id(new.public_key())}
    with acting_as(KEEPING):
        record(KEEPING, "rotate_ledger_key", kind="system", detail=detail)
    click.echo(_seal_once())
    click.echo(f"{detail['from']} → {detail['to']}. Give {where} to the witnesses, make a backup, print a new paper kit.")


def handing_over(old: Any, new: Any, *, now: datetime) -> str:
    """The new public key with the old key's signature over its id and PEM: a file for the witnesses."""
    pem = signing.public_pem(new)
    signature = old.sign(HANDED_OVER + pem.encode())
    told = {
        "from": signing.key_id(old.public_key()), "to": signing.key_id(new.public_key()), "on": now.date().isoformat(),
        "public_key": pem, "signature": base64.b64encode(signature).decode(),
    }  # fmt: skip
    return json.dumps(told, indent=1) + "\n"


@ledger.command("check-key")
@click.argument("note", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--public-key", "key_file", type=PEM_FILE, required=True, help="Keys trusted so far.")
def check_key(note: Path, key_file: Path) -> None:
    """For a witness: was this new key signed by one that is trusted? Prints it to be added to those; ends with 1 otherwise."""
    try:
        known = signing.read_public_keys(key_file)
        told = json.loads(note.read_text())
        pem, signature = str(told["public_key"]), base64.b64decode(told["signature"], validate=True)
    except (signing.SigningKeyMissing, ValueError, KeyError, TypeError) as error:
        raise CannotRun(f"{note.name} cannot be read: {type(error).__name__}.") from None
    if not signing.is_signed(known, str(told["from"]), HANDED_OVER + pem.encode(), signature):
        raise CannotRun(f"{note.name} is not signed by a key that is trusted here. Do not add it; ask by telephone.")
    click.echo(pem, nl=False)


@ledger.command("restore-key")
@click.option("--sheets", type=click.File(), help="A file with one sheet a line, instead of being asked.")
def restore_key(sheets: Any) -> None:
    """Give the signing key back from three sheets. Refused beside another one."""
    if key_path().exists():
        raise CannotRun(f"There is a signing key already ({key_path().name}). Nothing was changed.")
    words = sheets.read().splitlines() if sheets else [click.prompt(f"Sheet {n} of {paper.NEEDED}") for n in range(1, paper.NEEDED + 1)]
    try:
        key = signing.key_from(paper.combine(words))
    except paper.SheetsRefused as refused:
        raise CannotRun(str(refused)) from None
    newest = witnesses.newest_head()
    if newest is not None and newest.head.key != signing.key_id(key.public_key()):
        raise CannotRun("This key did not sign the newest seal here: these are sheets of another key. Nothing was changed.")
    signing.put_key(key_path(), key)
    with acting_as(KEEPING):
        record(KEEPING, "restore_ledger_key", kind="system", detail={"key": signing.key_id(key.public_key())})
    click.echo(f"The signing key is back: {signing.key_id(key.public_key())}")


@ledger.command()
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder to write it to, instead of printing it.")
def head(out: Path | None) -> None:
    """The newest signed head: keep it elsewhere, and no later change of what it covers can be hidden."""
    newest = witnesses.newest_head()
    if newest is None:
        raise CannotRun(gettext("Nothing is sealed yet. Run: repere ledger seal"))
    if out is None:
        click.echo(heads.to_text(newest), nl=False)
    else:
        click.echo(heads.write(newest, out)[0])


# ---- witnesses


@ledger.group()
def witness() -> None:
    """Organisations that keep our heads."""


@witness.command("add")
@click.option("--organisation", required=True, help="Which organisation keeps them.")
@click.option("--address", required=True, help="Where the heads are sent.")
def witness_add(organisation: str, address: str) -> None:
    """Name a witness; once a day it receives the newest head by mail."""
    try:
        with acting_as(WITNESSING):
            witnesses.add_witness(organisation, address, acting=WITNESSING, now=datetime.now(UTC))
    except witnesses.WitnessRefused as refused:
        raise CannotRun(str(refused)) from None
    _say_how_many()


@witness.command("end")
@click.option("--address", required=True)
def witness_end(address: str) -> None:
    """Send it no more heads."""
    try:
        with acting_as(WITNESSING):
            witnesses.end_witness(address, acting=WITNESSING, now=datetime.now(UTC))
    except witnesses.WitnessRefused as refused:
        raise CannotRun(str(refused)) from None
    _say_how_many()


@witness.command("list")
def witness_list() -> None:
    """Who keeps our heads."""
    for one in witnesses.current_witnesses():
        click.echo(f"{one.organisation}\t{one.address}\t{one.since:%Y-%m-%d}")
    _say_how_many()


@witness.command("send")
def witness_send() -> None:
    """Ask the worker to send the newest head to every witness now; it does so once a day by itself."""
    with acting_as(Actor.system("send heads")):
        app.configure_task(WRITE_HEADS).defer(timestamp=0)
    click.echo(gettext("The worker sends the newest head within ten minutes."))


def _say_how_many() -> None:
    if not witnesses.are_enough(witnesses.current_witnesses()):
        click.echo(gettext("Two organisations at least must keep the heads: with fewer, one house alone could rewrite the past."), err=True)


# ---- verifying


@ledger.command("verify")
@click.option("--heads", "folder", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder of heads kept elsewhere.")
@click.option("--public-key", "key_file", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Trust these keys only (PEM).")
@click.option("--without-acts", is_flag=True, help="Leave out whether facts and accesses have their rows (it reads their numbers).")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def verify_(folder: Path | None, key_file: Path | None, without_acts: bool, language: str) -> None:
    """Check every row, seal and head, and that facts and running accesses have theirs. Names the first bad row; ends with 1 if one is."""
    with override(language):
        report, untold = _verified(folder, key_file, with_acts=not without_acts)
        _say(report, untold, with_heads=folder is not None)
    if untold or not report.is_whole:
        raise SystemExit(1)


def _verified(folder: Path | None, key_file: Path | None, *, with_acts: bool) -> tuple[Report, Sequence[str]]:
    try:
        keys = signing.read_public_keys(key_file) if key_file else signing.trusted_keys(key_path())
        kept = heads.read_folder(folder) if folder else []
    except (signing.SigningKeyMissing, heads.HeadRefused) as refused:
        raise CannotRun(str(refused)) from None
    acts = told.Told()
    with connected("sealer") as connection, Progress(console=Console(stderr=True), transient=True) as bar:
        estimate = connection.execute("SELECT max(position) FROM ledger_entry").fetchone()
        task = bar.add_task("", total=estimate[0] if estimate else None)
        report = verify(
            connection, keys=keys, heads=kept, on_row=acts.hear if with_acts else None,
            progress=lambda rows: bar.update(task, completed=rows),
        )  # fmt: skip
    if not with_acts:
        return report, ()
    with connected("backup") as connection:
        return report, tuple(told.untold(connection, acts, FAULTS_SHOWN))


def _say(report: Report, untold: Sequence[str], *, with_heads: bool) -> None:
    counted = {"rows": report.rows, "seals": report.seals, "heads": report.heads, "unsealed": report.unsealed}
    click.echo(gettext("%(rows)s rows, %(seals)s seals, %(heads)s heads kept elsewhere, %(unsealed)s rows not sealed yet.") % counted)
    if report.removed_through:
        click.echo(gettext("Rows up to position %(position)s are past their time.") % {"position": report.removed_through})
    for fault in report.faults[:FAULTS_SHOWN]:
        click.echo(str(fault))
    for line in untold:
        click.echo(line)
    if report.is_whole and not untold:
        click.echo(gettext("Nothing was changed, added or removed."))
        if not with_heads:
            click.echo(gettext("Without heads kept elsewhere, a tail that was cut off cannot be seen: give --heads."))


# ---- files about nobody


@ledger.command()
@click.option("--as", "email", required=True, help="Address of a member of the organisation that shall hold it.")
@click.option("--given-names", required=True, help="Invented, and plausible for its readers.")
@click.option("--family-names", required=True, help="Invented, and plausible for its readers.")
@click.option("--territory", default="", help="Code of the département, such as 69.")
def canary(email: str, given_names: str, family_names: str, territory: str) -> None:
    """Make a closed file about nobody. Whoever opens it is noticed; extracts leave it out. Tell its name to nobody."""
    member = actor_named(email)
    # In the capacity of a role that may open files, and in nobody's name: no worker is said to have met somebody who does not exist.
    acting = Actor(user_id=None, organisation_id=member.organisation_id, role=member.role, kind="system", label="system:lists")
    names = {"given_names": given_names, "family_names": family_names}
    make_canary(names, jurisdiction="FR", territory=territory, role=member.role, acting=acting, now=datetime.now(UTC))
    click.echo(gettext("The file was made."))


def decoys_of(organisation_id: UUID | None) -> list[UUID]:
    """Persons of that organisation who are nobody. Asked as the worker, who alone may know."""
    if organisation_id is None:
        return []
    acting = Actor.system("lists", organisation_id=organisation_id)
    with connected("worker") as worker:
        worker.execute(
            "SELECT set_config('repere.user', %s, true), set_config('repere.organisation', %s, true),"
            " set_config('repere.kind', %s, true), set_config('repere.role', %s, true), set_config('repere.proof', %s, true)",
            settings_of(acting, backend=worker.info.backend_pid),
        )
        return [decoy for (decoy,) in worker.execute("SELECT decoy FROM cases_canary").fetchall()]


# ---- retention


@ledger.command()
@click.option("--years", default=YEARS, show_default=True, type=click.IntRange(1, YEARS), help="How long rows are kept.")
@click.option("--yes", "sure", is_flag=True, help="Do not ask.")
def retain(years: int, sure: bool) -> None:
    """Remove rows past their time; their seals stay, so that what remains can still be verified."""
    now = datetime.now(UTC)
    if not sure:
        click.confirm(gettext("Rows older than %(years)s years will be removed for good. Go on?") % {"years": years}, abort=True)
    with connected("sealer") as sealer:
        point = record_point(sealer, _read_key(), before=now - years * A_YEAR, now=now)
    if point is None:
        click.echo(gettext("No row is past its time."))
        return
    with connected("owner") as owner:
        removed = sum(remove_rows(owner, point))
    click.echo(gettext("%(rows)s rows were removed; the seals up to number %(seal)s stay.") % {"rows": removed, "seal": point.through_seal})
