"""The end of files: asked by one, confirmed by another, held by law, carried out here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

import click
from django.utils.translation import override
from rich.console import Console
from rich.table import Table

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.owner import as_owner
from repere.cases import tombstones
from repere.cases.access import visible_case
from repere.cases.actions import erasure as actions
from repere.cases.models import Case, Hold
from repere.cases.models.erasure import HOLDS, REASONS
from repere.cases.refusals import NotVisible, Refused
from repere.commands.exchange import actor_named

Named = Callable[[Callable[..., None]], Callable[..., None]]
named: Named = click.option("--as", "email", required=True, help="Address of the member in whose name it is done.")


def register(cli: click.Group) -> None:
    cli.add_command(erasure)


@click.group()
def erasure() -> None:
    """End files: ask, confirm, hold by law, carry out, replay after a restore."""


@contextmanager
def in_words(acting: Actor) -> Iterator[None]:
    """Refusals as one sentence in the reader's language."""
    with override(acting.language):
        try:
            yield
        except Refused as refused:
            raise SystemExit(str(refused)) from None
        except NotVisible:
            raise SystemExit(str(Refused("case_not_found"))) from None


def _case(code: str, acting: Actor) -> Case:
    with acting_as(acting):
        return visible_case(acting, code)


@erasure.command()
@click.argument("code")
@click.option("--reason", type=click.Choice(REASONS), required=True)
@named
def ask(code: str, reason: str, email: str) -> None:
    """Ask for the erasure of a person's file. Another person must confirm it."""
    acting = actor_named(email)
    with in_words(acting):
        case = _case(code, acting)
        actions.ask_erasure(case, reason=reason, acting=acting, now=datetime.now(UTC))
    _tell(_preview(case))
    click.echo("Asked. Nothing is removed until another person confirms it.")


@erasure.command()
@click.argument("code")
@named
def preview(code: str, email: str) -> None:
    """Say what the erasure of a file would remove, by table."""
    acting = actor_named(email)
    with in_words(acting):
        _tell(_preview(_case(code, acting)))


@erasure.command()
@click.argument("code")
@named
def confirm(code: str, email: str) -> None:
    """Confirm what another person asked."""
    acting = actor_named(email)
    with in_words(acting):
        actions.confirm_erasure(_case(code, acting), acting=acting, now=datetime.now(UTC))
    click.echo("Confirmed. It is done by: repere erasure carry-out")


@erasure.command()
@click.argument("code")
@named
def withdraw(code: str, email: str) -> None:
    """Take an erasure back before it is carried out."""
    acting = actor_named(email)
    with in_words(acting):
        actions.withdraw_erasure(_case(code, acting), acting=acting, now=datetime.now(UTC))
    click.echo("Withdrawn.")


@erasure.command()
@click.argument("code")
@click.option("--kind", type=click.Choice(HOLDS), required=True)
@named
def hold(code: str, kind: str, email: str) -> None:
    """Keep a file by law, whatever was asked."""
    acting = actor_named(email)
    with in_words(acting):
        actions.set_hold(_case(code, acting), kind=kind, acting=acting, now=datetime.now(UTC))
    click.echo("Held.")


@erasure.command()
@click.argument("code")
@named
def lift(code: str, email: str) -> None:
    """Lift every hold of a file."""
    acting = actor_named(email)
    with in_words(acting), acting_as(acting):
        case = visible_case(acting, code)
        for one in Hold.objects.visible_to(acting).filter(person=case.person_id, lifted_at=None):
            actions.lift_hold(one, acting=acting, now=datetime.now(UTC))
    click.echo("Lifted.")


@erasure.command("carry-out")
@click.option("--dry-run", is_flag=True, help="Only say what would be removed.")
def carry_out(dry_run: bool) -> None:
    """Carry out every erasure that two persons wanted and no law holds."""
    with as_owner():
        waiting = actions.erasures_waiting()
        held = 0
        for erasure_id, person_id in waiting:
            if dry_run:
                _tell(actions.preview_erasure(person_id))
                continue
            try:
                done = actions.carry_out_erasure(person_id, on=date.today())  # noqa: DTZ011 the day of the operator
            except Refused as refused:
                held += 1
                click.echo(f"{erasure_id}: {refused}")
            else:
                click.echo(f"Tombstone {done.tombstone}: {sum(done.rows.values())} rows are gone.")
    click.echo(f"{len(waiting)} confirmed; {0 if dry_run else len(waiting) - held} carried out.")


@erasure.command()
def replay() -> None:
    """After the restore of an older backup: erase again whoever was erased since."""
    try:
        lines = tombstones.read()
    except tombstones.TombstonesDamaged as damaged:
        raise SystemExit(str(damaged)) from None
    with as_owner():
        found = actions.replay_tombstones(lines)
    click.echo(f"{len(lines)} tombstones replayed; {found} persons had come back and are gone again.")


def _preview(case: Case) -> dict[str, int]:
    with as_owner():
        return actions.preview_erasure(case.person_id)


def _tell(rows: dict[str, int]) -> None:
    table = Table("table", "rows")
    for name, number in rows.items():
        table.add_row(name, str(number))
    Console().print(table)
