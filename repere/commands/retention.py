"""How long files are kept: periods, files whose time is over, and the two persons who end them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import click
from rich.console import Console
from rich.table import Table

from repere.accounts.actor import Actor
from repere.cases.retention import due, periods
from repere.commands.erasure import in_words, named
from repere.commands.exchange import actor_named


def register(cli: click.Group) -> None:
    cli.add_command(retention)


@click.group()
def retention() -> None:
    """Periods of retention and the files whose time is over."""


@retention.command("periods")
def show_periods() -> None:
    """Say how long each purpose keeps, by which source."""
    table = Table("purpose", "days", "from", "certainty", "source")
    for period in periods.periods().values():
        days = str(period.days) if period.days else "not settled"
        settled = f"settled here by {period.settled_by}; " if period.settled_by else ""
        table.add_row(period.purpose, days, period.start, period.certainty, settled + period.source["en"])
    Console().print(table)


@retention.command("set")
@click.argument("purpose")
@click.argument("days", type=int)
@named
def set_period(purpose: str, days: int, email: str) -> None:
    """Settle a period that no source gives. It is the installation's own choice, and says so."""
    acting = actor_named(email)
    with in_words(acting):
        period = periods.settle(purpose, days, by=email, on=_today())
    click.echo(f"{period.purpose}: {period.days} days.")


@retention.command("preview")
@named
def preview(email: str) -> None:
    """List the files whose time is over. Nothing is asked or removed."""
    acting = actor_named(email)
    _tell(_due(acting))


@retention.command("carry-out")
@named
def carry_out(email: str) -> None:
    """The first person asks for the erasure of every file that is due; said again by a second person, it confirms them.

    The rows then go with “repere erasure carry-out”, after what stays has been counted.
    """
    acting, now = actor_named(email), datetime.now(UTC)
    rows = _due(acting)
    _tell(rows)
    with in_words(acting):
        confirmed = due.confirm_due(rows, acting=acting, now=now)
        asked = due.ask_for_due(rows, acting=acting, now=now)
    click.echo(f"{asked} asked, {confirmed} confirmed.")


def _due(acting: Actor) -> list[due.Due]:
    with in_words(acting):
        return due.files_due(acting=acting, on=_today())


def _tell(rows: list[due.Due]) -> None:
    table = Table("file", "purpose", "over since", "state")
    for row in rows:
        table.add_row(row.code, row.purpose, row.since.isoformat(), row.state)
    Console().print(table)


def _today() -> date:
    return date.today()  # noqa: DTZ011 the day of the operator
