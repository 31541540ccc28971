"""Keeping keys: where they stand, replacing each of them, and the root key on paper."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from functools import wraps
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from rich.console import Console
from rich.progress import Progress

from repere import ledger
from repere.accounts.keyring import ensure_key_pair, organisation_binding
from repere.accounts.keys import paper, rotation
from repere.accounts.models import OrganisationKey
from repere.accounts.owner import as_owner, keeping_keys
from repere.accounts.rootkey import HeldKey, RootKeyMissing, RotatedElsewhere, Version, path, put_root_key, root_key
from repere.cases.actions import rekeying
from repere.commands.ledger import key_path
from repere.core.sealing import SealBroken, key_version, new_key
from repere.directory.models import Organisation
from repere.ledger import signing

DAMAGED = "%(what)s: its wrapped key does not open. It stays as it is, and so does the old version. Compare with a backup of the keys."
LEFT = "Something is still in use under the old version: run the same command again in a minute."


def register(cli: click.Group) -> None:
    cli.add_command(keys)


@click.group()
def keys() -> None:
    """Keys: where each rotation stands, replacing them, the root key on paper."""


def _as_owner(command: Callable[..., None]) -> Callable[..., None]:
    """Key work stands as the owner of the tables; what goes wrong with the root is one sentence."""

    @wraps(command)
    def run(*words: Any, **options: Any) -> None:
        try:
            with as_owner():
                command(*words, **options)
        except (RootKeyMissing, RotatedElsewhere, paper.SheetsRefused, rekeying.NotDeclared) as error:
            raise SystemExit(str(error)) from None
        except SealBroken:
            raise SystemExit("A wrapped key does not open with this root key. Nothing of that step was changed.") from None

    return run


@keys.command()
@_as_owner
def status() -> None:
    """Say which versions are in use and what is left of each rotation."""
    found = rotation.status()
    present, older = found.under_present_root, found.under_older_root
    click.echo(f"Root key: {found.holder}; {present} keys under its present version, {older} under older ones.")
    click.echo(f"Secrets of signing in under an older root key: {found.secrets_waiting}.")
    if found.secrets_broken:
        click.echo(f"Secrets that do not open; reset the factors of these accounts: {', '.join(found.secrets_broken)}.")
    names = dict(Organisation.objects.values_list("pk", "name"))
    for row in found.organisations:
        kept = ", ".join(map(str, row.kept))
        click.echo(
            f"{names.get(row.organisation_id, row.organisation_id)}: key {row.version} (kept: {kept}; {row.left} persons under older),"
            f" index {row.index_version} (kept: {', '.join(map(str, row.index_kept))}), pair: {'yes' if row.has_pair else 'no'}."
        )
    click.echo(f"Persons to be sealed anew after a share was taken back: {len(found.persons_waiting)}.")


@keys.command("rotate-root")
@_as_owner
def rotate_root() -> None:
    """Replace the root key, or finish replacing it: every organisation key is wrapped anew."""
    now = datetime.now(UTC)
    new = rotation.begin_root(now=now)
    with _bar("Organisation keys") as tell:
        done = rotation.rewrap_under_root(tell)
    with _bar("Sign-in secrets") as tell:
        secrets = rotation.rewrap_sign_in_secrets(tell)
    forgotten = rotation.forget_old_roots(on=now.date())
    click.echo(f"{'A new root key.' if new else 'The rotation that had begun is finished.'} {done} keys were wrapped anew.")
    click.echo(f"{secrets} secrets of signing in were closed anew.")
    if forgotten:
        click.echo(f"Old versions dropped for good: {', '.join(map(str, forgotten))}.")
    click.echo(
        "Now make a backup and print a new paper kit (repere keys paper-kit). Keep the old sheets for thirty days more: backups made"
        " before today need them. Then destroy them."
    )


@keys.command("new-root")
def new_root() -> None:
    """Print a fresh version of a root key that is kept in the environment. It appears on this screen only."""
    held = root_key()
    number = held.present.number + 1 if isinstance(held, HeldKey) else 1
    click.echo(Version(number, new_key()).line())


@keys.command("rotate-organisation")
@click.argument("organisation", required=False)
@click.option("--all", "every", is_flag=True, help="Every organisation, one after the other.")
@_as_owner
def rotate_organisation(organisation: str | None, every: bool) -> None:
    """Replace an organisation's key, or finish replacing it: every person key it holds is wrapped anew."""
    left = damaged = False
    for one in _chosen(organisation, every):
        rotation.begin_organisation(one.pk)
        with _bar(one.name) as tell:
            found = rotation.rewrap_persons(one.pk, tell)
        drafts = rekeying.reseal_drafts(one.pk)
        ended = rotation.end_organisation(one.pk, drafts_under_old=lambda one=one: rekeying.drafts_under_old(one.pk))  # type: ignore[misc]
        left, damaged = left or (found.whole and not ended), damaged or not found.whole
        click.echo(f"{one.name}: {found.done} persons, {drafts} drafts.")
        for what in [*(f"person {person}" for person in found.persons_left), *(f"key pair {pair}" for pair in found.pairs_left)]:
            click.echo(DAMAGED % {"what": what}, err=True)
    if damaged:
        raise SystemExit(1)
    if left:
        raise SystemExit(LEFT)


@keys.command("rotate-index")
@click.argument("organisation", required=False)
@click.option("--all", "every", is_flag=True, help="Every organisation, one after the other.")
@_as_owner
def rotate_index(organisation: str | None, every: bool) -> None:
    """Replace the key of an organisation's name tokens, or finish: tokens are written anew while searches go on."""
    left = False
    for one in _chosen(organisation, every):
        rotation.begin_index(one.pk)
        rekeying.refill_reader_names(one.pk)
        people = rekeying.persons_with_old_tokens(one.pk)
        with _bar(one.name) as tell:
            done = rekeying.refill_tokens(one.pk, people, tell)
        ended = rotation.end_index(one.pk, tokens_under_old=lambda number, one=one: rekeying.tokens_under_old(one.pk, number))  # type: ignore[misc]
        left = left or not ended
        members = rekeying.refill_reader_names(one.pk)
        click.echo(f"{one.name}: {done} persons, {members} members.")
    if left:
        raise SystemExit(LEFT)


@keys.command("rotate-persons")
@_as_owner
def rotate_persons() -> None:
    """Seal anew every person a share of whose key was taken back. Put it in the nightly schedule."""
    waiting, broken, left = rekeying.persons_to_rekey(), 0, 0
    with _bar("Persons") as tell:
        for place, (person_id, organisation_id) in enumerate(waiting, start=1):
            try:
                left += rekeying.rekey_person(person_id, organisation_id) is None
            except SealBroken:
                broken += 1
            tell(place, len(waiting))
    click.echo(f"{len(waiting) - broken - left} of {len(waiting)} persons were sealed anew.")
    if broken:
        raise SystemExit(f"{broken} persons hold a capsule that does not open; nothing of theirs was changed. Compare with a backup.")
    if left:
        raise SystemExit(LEFT)


@keys.command("make-pairs")
@_as_owner
def make_pairs() -> None:
    """Give every organisation its key pair for boxes closed by others, where it has none."""
    for one in Organisation.objects.order_by("pk"):
        keeper = rotation.keeper_of(one.pk)
        with keeping_keys(keeper):
            public = ensure_key_pair(one)
            ledger.record(keeper, "ensure_key_pair", kind="system")
        click.echo(f"{one.name}: {public.hex()}")


@keys.command("paper-kit")
@click.option("--out", required=True, type=click.Path(path_type=Path, dir_okay=False), help="The PDF. Print it, then delete it.")
@_as_owner
def paper_kit(out: Path) -> None:
    """Write the root key on five sheets, and the key that signs the ledger on five more; any three of a kind give it back.

    The sheets of an earlier kit still work: destroy them.
    """
    held = root_key()
    if not isinstance(held, HeldKey):
        raise RotatedElsewhere("This root key is held by another server, which has its own recovery. Nothing was written.")
    kit = paper.split(held.present.key)
    if paper.combine(kit.sheets[: paper.NEEDED]) != held.present.key:
        raise paper.SheetsRefused("The sheets do not give the key back. Nothing was written.")
    kits, signed = {"A": kit}, _signing_kit()
    if signed is not None:
        kits["B"] = signed
    _write_private(out, paper.print_kits(kits, on=date.today()))  # noqa: DTZ011 the day printed is the operator's own
    with keeping_keys(rotation.KEEPER):
        detail = {"version": held.present.number, "with_ledger_key": signed is not None}
        ledger.record(rotation.KEEPER, "print_paper_kit", kind="system", detail=detail)
    click.echo(f"Five sheets are in {out}. Print them, give them to five people, delete the file. Fingerprint: {kit.fingerprint}")
    if signed is None:
        click.echo("The key that signs the ledger is not for this system user: it is on no sheet.")
    else:
        click.echo(f"Five more, marked B, give back the key that signs the ledger: {signed.fingerprint}. Each person takes an A and a B.")


def _signing_kit() -> paper.Kit | None:
    """Of the key that signs the ledger; None where it is not readable here."""
    try:
        seed = signing.seed_of(signing.read_key(key_path()))
    except (signing.SigningKeyMissing, PermissionError):
        return None
    kit = paper.split(seed)
    if paper.combine(kit.sheets[: paper.NEEDED]) != seed:
        raise paper.SheetsRefused("The sheets do not give the key back. Nothing was written.")
    return kit


@keys.command("restore-root")
@click.option("--sheets", type=click.File(), help="A file with one sheet a line, instead of being asked.")
@click.option(
    "--version", "number", type=click.IntRange(1), help="Version of the key on the sheets, where it cannot be told from the data."
)
@_as_owner
def restore_root(sheets: Any, number: int | None) -> None:
    """Give the root key back from three sheets. Refused beside another root key, and when it opens no organisation key."""
    if os.environ.get("REPERE_ROOT_KEY") or path().exists():
        raise RootKeyMissing(f"There is a root key already ({path().name}). Nothing was changed.")
    words = sheets.read().splitlines() if sheets else [click.prompt(f"Sheet {n} of {paper.NEEDED}") for n in range(1, paper.NEEDED + 1)]
    key = paper.combine(words)
    number = _version_that_opens(key, number)
    put_root_key(key, number)
    with keeping_keys(rotation.KEEPER):
        ledger.record(rotation.KEEPER, "restore_root", kind="system", detail={"version": number})
    click.echo(f"The root key is back. Fingerprint: {paper.fingerprint(key)}")


def _version_that_opens(key: bytes, told: int | None) -> int:
    """The version under which this key opens an organisation key here; what was told, or 1, where there is none to open."""
    with keeping_keys(rotation.KEEPER):
        rows = list(OrganisationKey.objects.order_by("created_at"))
    if not rows:
        return told or 1
    # A blob of another holder (a vault) has no version of ours.
    numbers = [told] if told else sorted({number for row in rows if (number := _version_of(bytes(row.wrapped)))}, reverse=True)
    for number in numbers:
        if any(_opens(HeldKey([Version(number, key)]), row) for row in rows):
            return number
    raise paper.SheetsRefused("This key opens no organisation key here: these are sheets of another root key. Nothing was changed.")


def _version_of(blob: bytes) -> int:
    try:
        return key_version(blob)
    except SealBroken:
        return 0


def _opens(held: HeldKey, row: OrganisationKey) -> bool:
    try:
        held.unwrap(bytes(row.wrapped), aad=organisation_binding(row.organisation_id, row.version))
    except SealBroken:
        return False
    return True


def _chosen(name: str | None, every: bool) -> Iterable[Organisation]:
    found = Organisation.objects.order_by("name", "pk")
    if every and name is None:
        return list(found)
    if name is None or every:
        raise click.UsageError("Name one organisation (its name or its id), or say --all.")
    matching = list(found.filter(pk=UUID(name)) if _is_id(name) else found.filter(name=name))
    if len(matching) != 1:
        raise click.UsageError(f"{len(matching)} organisations are called {name!r}. Give its id.")
    return matching


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _write_private(out: Path, content: bytes) -> None:
    try:
        descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise SystemExit(f"{out} exists. Nothing was written.") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


class _bar:
    """A progress bar on standard error, as a function (done, of)."""

    def __init__(self, title: str) -> None:
        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task(title, total=None)

    def __enter__(self) -> Callable[[int, int], None]:
        self._bar.start()
        return lambda done, of: self._bar.update(self._task, completed=done, total=of)

    def __exit__(self, *_error: object) -> None:
        self._bar.stop()
