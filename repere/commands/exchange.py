"""Files in and out: the Human Trafficking Case Data Standard, and the extract of the observatory."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click
from django.utils.translation import gettext, override
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from repere.accounts.actor import Actor
from repere.accounts.models import Membership, User
from repere.cases.exchange import exporting, importing
from repere.cases.exchange.reading import FileRefused

SHOWN_MISTAKES = 30


def register(cli: click.Group) -> None:
    cli.add_command(import_)
    cli.add_command(export)


@click.group("import")
def import_() -> None:
    """Read files of others."""


@click.group()
def export() -> None:
    """Write files for others."""


def actor_named(email: str | None) -> Actor:
    """The member in whose name the command acts; none needed where there is only one who may."""
    memberships = Membership.objects.current().exclude(role="administrator")
    if email is None:
        found = list(memberships[:2])
        if len(found) == 1:
            return found[0].actor()
        raise click.UsageError(gettext("Say in whose name with --as and the address of a member."))
    user = User.objects.filter(email__iexact=email.strip()).first()
    membership = Membership.objects.of_user(user).exclude(role="administrator").first() if user else None
    if membership is None:
        raise click.UsageError(gettext("No member works under the address %(email)s.") % {"email": email})
    return membership.actor()


@import_.command("htcds")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--as", "email", help="Address of the member in whose name the file is imported.")
@click.option("--jurisdiction", default="FR", show_default=True, help="Country whose mechanism applies: FR, UK, BE.")
@click.option("--territory", default="", help="Département of the persons whose address does not say it.")
@click.option(
    "--dates", type=click.Choice(["iso", "dmy", "mdy"]), default="iso", show_default=True, help="How days with slashes are to be read."
)
@click.option("--encoding", default="utf-8", show_default=True, help="Encoding of a CSV file.")
@click.option("--keep-good", is_flag=True, help="Import the rows without mistakes and leave the others out.")
@click.option("--dry-run", is_flag=True, help="Only say what would happen.")
@click.option("--report", type=click.Path(path_type=Path), help="Where the report goes (default: beside the file).")
def import_htcds(
    file: Path, email: str | None, jurisdiction: str, territory: str, dates: str, encoding: str, keep_good: bool, dry_run: bool,
    report: Path | None,
) -> None:  # fmt: skip
    """Import a table of the Human Trafficking Case Data Standard 2.0 (CSV, ODS or XLSX).

    Everything is imported or nothing, unless --keep-good. A report says of every refused row: row, column, what came, what was
    expected. At most 50 MB and 50,000 rows at once.
    """
    acting = actor_named(email)
    console = Console(stderr=True)
    with override(acting.language):
        try:
            done = _with_bar(console, file, lambda tell: importing.import_file(
                file, acting=acting, now=datetime.now(UTC), jurisdiction=jurisdiction, territory=territory, dates=dates,
                encoding=encoding, keep_good=keep_good, dry_run=dry_run, progress=tell,
            ))  # fmt: skip
        except FileRefused as refused:
            raise SystemExit(str(refused)) from None
        _say(console, done, dry_run)
        if done.mistakes:
            _report(console, file, report, done, keep_good)
            if not (keep_good and done.written):
                raise SystemExit(1)


def _with_bar(console: Console, file: Path, act) -> importing.Imported:  # type: ignore[no-untyped-def]
    size = file.stat().st_size if file.is_file() else 1
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(gettext("Reading"), total=size)
        seen = [0, 0]

        def tell(read: int) -> None:
            seen[0] += read
            # A thousand lines between two strokes: the bar must not cost more than the reading.
            seen[1] += 1
            if seen[1] % 200 == 0:
                bar.update(task, completed=min(seen[0], size))
            if seen[0] >= size:
                bar.update(task, description=gettext("Checking, sealing and storing"), completed=size)

        done: importing.Imported = act(tell)
        return done


def _say(console: Console, done: importing.Imported, dry_run: bool) -> None:
    numbers = {"rows": done.rows, "persons": done.persons, "facts": done.facts, "refused": len(done.refused)}
    if done.repeated:
        console.print(gettext("This very file was imported before: nothing was added."))
    elif done.written:
        console.print(
            gettext("%(persons)s persons and %(facts)s facts were imported from %(rows)s rows; %(refused)s rows were refused.") % numbers
        )
    elif dry_run and not done.mistakes:
        console.print(
            gettext("%(persons)s persons and %(facts)s facts would be imported from %(rows)s rows. Nothing was changed.") % numbers
        )
    else:
        console.print(gettext("Nothing was imported: %(refused)s of %(rows)s rows have mistakes.") % numbers)


def _report(console: Console, file: Path, report: Path | None, done: importing.Imported, keep_good: bool) -> None:
    table = Table(gettext("Row"), gettext("Column"), gettext("What came"), gettext("What was expected"))
    language = "fr" if gettext("Row") != "Row" else "en"
    for mistake in done.mistakes[:SHOWN_MISTAKES]:
        table.add_row(str(mistake.row), mistake.column or gettext(importing.ROW), mistake.came, mistake.expected(language))
    console.print(table)
    path = report or file.with_name(f"{file.stem}.report.csv")
    importing.write_report(path, done.mistakes)
    console.print(gettext("%(count)s mistakes; the whole report: %(path)s") % {"count": len(done.mistakes), "path": path})
    if keep_good and done.written:
        rest = file.with_name(f"{file.stem}.refused.csv")
        importing.write_refused(rest, done.refused)
        console.print(gettext("The refused rows, to be mended and imported by themselves: %(path)s") % {"path": rest})


@export.command("htcds")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="File to write, .csv or .xlsx. Choose a name that says nothing."
)
@click.option("--as", "email", help="Address of the member in whose name the files are read.")
@click.option("--with-addresses", is_flag=True, help="Also write where she lives and where she was held.")
def export_htcds(out: Path, email: str | None, with_addresses: bool) -> None:
    """Write the files your organisation opened as a table of the standard, with a note of what it cannot tell."""
    acting = actor_named(email)
    with override(acting.language):
        try:
            done = exporting.export_file(out, acting=acting, now=datetime.now(UTC), with_addresses=with_addresses)
        except FileRefused as refused:
            raise SystemExit(str(refused)) from None
        said = gettext("%(rows)s rows were written to %(path)s; what the standard cannot tell stands in %(note)s.")
        click.echo(said % {"rows": done.rows, "path": out, "note": out.with_name(f"{out.stem}.gaps.txt")})
