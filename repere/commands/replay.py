"""A caseload under two mechanisms, and the extract it runs on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import click
from django.conf import settings
from django.utils.translation import gettext, override
from rich.console import Console
from rich.progress import Progress

from repere.commands.exchange import actor_named
from repere.commands.ledger import decoys_of
from repere.core.rulebook import Mechanism, RuleBookError, load
from repere.demo.journeys import invent
from repere.observatory import collect, extract, report
from repere.observatory.extract import Extract, ExtractRefused
from repere.observatory.protect import THRESHOLD
from repere.observatory.replay import replay as run_replay
from repere.web.installation import is_demo

SHOWN_ROWS = 25


def register(cli: click.Group) -> None:
    cli.add_command(replay)
    cli.add_command(extract_)


def _loaded(name: str) -> Mechanism:
    try:
        return load(Path(settings.REPERE_MECHANISM_FOLDER), name)
    except RuleBookError as error:
        raise SystemExit(str(error)) from None


@click.command()
@click.option("--from", "base", required=True, help="The first mechanism, such as fr.")
@click.option("--to", "other", required=True, help="The second mechanism, such as fr+fr-collectif.")
@click.option("--extract", "folder", type=click.Path(path_type=Path), help="A folder written by “repere extract”.")
@click.option("--demo", "persons", type=click.IntRange(1, 2_000_000), help="Invent so many persons instead.")
@click.option("--seed", default=1, show_default=True, help="Seed of the invented persons.")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="Last day of the invented persons (default: today).")
@click.option("--path", "with_path", is_flag=True, help="Also every day of the last fourteen months: days, and persons left out.")
@click.option(
    "--threshold", default=THRESHOLD, show_default=True, type=click.IntRange(THRESHOLD), help="Numbers below it are hidden on real rows."
)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder for the report.")
def replay(
    base: str, other: str, folder: Path | None, persons: int | None, seed: int, day: datetime | None, with_path: bool, threshold: int,
    language: str, out: Path,
) -> None:  # fmt: skip
    """Evaluate a caseload under two mechanisms and report what changes, by form, sex, age class and département."""
    if (folder is None) == (persons is None):
        raise click.UsageError(gettext("Give either --extract or --demo."))
    first, second = _loaded(base), _loaded(other)
    with override(language):
        try:
            caseload = (
                extract.read(folder) if folder else invented(second, persons or 0, seed, day.date() if day else datetime.now(UTC).date())
            )
        except ExtractRefused as refused:
            raise SystemExit(str(refused)) from None
        console = Console(stderr=True)
        with Progress(console=console, transient=True) as bar:
            tasks = {name: bar.add_task(name, total=None) for name in (first.name, second.name)}
            told = run_replay(
                first, second, caseload, with_path=with_path,
                progress=lambda name, done, of: bar.update(tasks[name], completed=done, total=of),
            )  # fmt: skip
        written = report.write(told, out, threshold)
        lines = report.text(told, report.tables(told, threshold)).splitlines()
        click.echo("\n".join(lines[:SHOWN_ROWS]))
        click.echo(f"… {written[-1]}")


def invented(mechanism: Mechanism, persons: int, seed: int, today: date) -> Extract:
    """An extract of invented persons, made in memory."""
    country = invent(mechanism, persons, seed=seed, today=today)
    return Extract(persons, country.facts, today, invented=True)


@click.command("extract")
@click.option("--out", required=True, type=click.Path(path_type=Path, file_okay=False), help="Folder to write. It stays in the house.")
@click.option("--as", "email", help="Address of the member in whose name the files are read.")
@click.option("--mechanism", "name", default="fr", show_default=True, help="Whose kinds of facts are written.")
def extract_(out: Path, email: str | None, name: str) -> None:
    """Write the de-identified extract of your organisation's files: clear codes and days only."""
    acting = actor_named(email)
    made = collect.collect(
        _loaded(name), acting=acting, now=datetime.now(UTC), invented=is_demo(), leaving_out=decoys_of(acting.organisation_id)
    )
    extract.write(made, out)
    said = gettext(
        "%(cases)s cases and %(facts)s facts were written to %(path)s. It holds no name, but it is not anonymous: keep it in the house."
    )
    click.echo(said % {"cases": made.cases, "facts": made.fact_count, "path": out})
