"""Sheets for the hours in which files are closed: printed beforehand, kept by the organisation."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import click
from django.utils import timezone

from repere.accounts.models import ADMINISTRATOR, Membership
from repere.cases.emergency import make_pdf, print_sheets
from repere.cases.emergency.sheets import open_files
from repere.web.home import CannotRun


def register(cli: click.Group) -> None:
    cli.add_command(emergency_sheets)


@click.command("emergency-sheets")
@click.option("--organisation", required=True, help="Name of the organisation whose open files are printed.")
@click.option("--member", "email", required=True, help="Address of the member who prints them: the ledger names this person.")
@click.option("--to", "target", type=click.Path(dir_okay=False, path_type=Path), default=Path("document.pdf"), show_default=True)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def emergency_sheets(organisation: str, email: str, target: Path, language: str) -> None:
    """Print, for each open file, its code and how to reach the person safely; nothing else. Asks first."""
    acting = _member(organisation, email).actor()
    if target.exists():
        raise CannotRun(f"{target} exists already. Give another name with --to; nothing was printed.")
    count = open_files(acting)
    if not count:
        raise CannotRun("This organisation has no open file; nothing was printed.")
    click.confirm(f"Whoever finds these {count} sheets can read them. Print them, lock them up, and shred the old ones?", abort=True)
    now = datetime.now(UTC)
    made = make_pdf(print_sheets(acting=acting, now=now), on=timezone.localdate(now), language=language)
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(made)
    click.echo(f"{target}: {count} sheets. Print it, then delete the file.")


def _member(organisation: str, email: str) -> Membership:
    found = Membership.objects.current().filter(organisation__name=organisation, user__email=email.strip().lower())
    membership = found.exclude(role=ADMINISTRATOR).first()
    if membership is None:
        raise CannotRun(f"{email} is no member of {organisation} who works on files. Nothing was printed.")
    return membership
