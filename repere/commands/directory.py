"""The directory from the command line: its coverage, and an invented one for demonstrations."""

from __future__ import annotations

from datetime import datetime

import click
from rich.console import Console
from rich.table import Table

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.demo import directory as invented
from repere.directory.models import Organisation
from repere.directory.queries.coverage import Cover, coverage, functions_told
from repere.directory.vocabulary import Function

PREPARE_ORDER = 85
SEED = 1


def register(cli: click.Group) -> None:
    cli.add_command(directory)


def prepare(*, demo: bool, now: datetime) -> None:
    """On the first start of a demonstration, beside its caseload."""
    if demo and not invented.is_filled():
        invented.fill(seed=SEED, now=now)


@click.group()
def directory() -> None:
    """Whom to turn to: referents, services, interpreters."""


@directory.command("coverage")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), default=None, help="As of this day (today).")
def print_coverage(day: datetime | None) -> None:
    """How many départements have each function covered, not confirmed lately, vacant or never named. No name is printed."""
    first = Organisation.objects.vetting().order_by("created_at", "id").first()
    if first is None:
        raise SystemExit("No organisation is active here yet.")
    table = Table("Function", *(state.value for state in Cover))
    with acting_as(Actor.system("coverage", organisation_id=first.pk)) as acting:
        for function in functions_told():
            states = list(coverage(acting, function, on=(day or datetime.now().astimezone()).date()).values())
            table.add_row(Function(function).label, *(str(states.count(state)) for state in Cover))
    Console().print(table)
