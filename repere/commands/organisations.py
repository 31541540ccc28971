"""What organisations there are and where each stands. Letting one in is done on the pages, by two persons of two others."""

from __future__ import annotations

import click
from rich.console import Console
from rich.table import Table

from repere.directory.models import Organisation


def register(cli: click.Group) -> None:
    cli.add_command(organisation)


@click.group()
def organisation() -> None:
    """Organisations of this installation."""


@organisation.command("list")
def list_organisations() -> None:
    """Name, kind, state and since when. No command lets an organisation in: two persons do, on the pages."""
    table = Table("Name", "Kind", "State", "Since", "Vouched for by")
    for found in Organisation.objects.select_related("sponsor").order_by("name", "id"):
        sponsor = found.sponsor.name if found.sponsor else ""
        table.add_row(found.name, found.kind, found.state, f"{found.state_since:%Y-%m-%d}", sponsor)
    Console().print(table)
