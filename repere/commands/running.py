"""The installation's own verbs: start, serve, migrate, check, found, stop."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from repere import commands
from repere.accounts.founding import FOUNDERS, Founder
from repere.directory.models import Organisation
from repere.web import embedded, installation, serving


def register(cli: click.Group) -> None:
    for command in (run, migrate, check, found, worker, serve, stop):
        cli.add_command(command)


@click.command()
@click.option("--empty", is_flag=True, help="No demonstration: an installation for real work.")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def run(empty: bool, host: str, port: int) -> None:
    """Start everything: database, migrations, mechanism, pages and worker. Ctrl-C stops it.

    The first start makes the data folder a demonstration, or with --empty a place for real work, for good.
    """
    _prepare()
    serving.serve_all(host=host, port=port, announce=click.echo)


@click.command()
def migrate() -> None:
    """Bring the tables and the rights of every database role up to date."""
    installation.migrate()
    click.echo("The tables and their rights are up to date.")


@click.command()
def check() -> None:
    """Say whether this installation may serve, and what to mend if not."""
    serving.refuse_if_unsafe()
    click.echo("Nothing stands against serving.")


@click.command()
@click.option("--organisation", "organisations", multiple=True, help="Name of an organisation; give it twice, with what follows.")
@click.option("--kind", "kinds", multiple=True, help="What it is: association, prefecture, police…")
@click.option("--person", "people", multiple=True, help="Name of the person present who stands for it.")
@click.option("--email", "emails", multiple=True, help="Address of that person.")
@click.option("--territory", "territories", multiple=True, help="Code of its département, such as 69.")
@click.option("--role", "roles", multiple=True, default=("case_worker",), show_default=True, help="Roles of both persons.")
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--paper-kit-kept", is_flag=True, help="The paper copy of the root key is made and kept elsewhere.")
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the pages are served.")
def found(
    organisations: tuple[str, ...], kinds: tuple[str, ...], people: tuple[str, ...], emails: tuple[str, ...],
    territories: tuple[str, ...], roles: tuple[str, ...], language: str, paper_kit_kept: bool, address: str,
) -> None:  # fmt: skip
    """Found the first two organisations, in the presence of a person of each. Asks for what is not given.

    Prints a link for each person, which works once. Works only while no organisation exists: later ones apply.
    """
    installation.migrate()
    founders = [
        Founder(
            organisation=_given(organisations, place, "Name of organisation %d"),
            kind=_given(kinds, place, f"Kind of organisation %d ({', '.join(Organisation.Kind.values)})"),
            person=_given(people, place, "Name of the person present for organisation %d"),
            email=_given(emails, place, "Address of that person (organisation %d)"),
            territory=territories[place] if place < len(territories) else "",
            language=language,
            roles=roles,
        )
        for place in range(FOUNDERS)
    ]
    kept = paper_kit_kept or click.confirm("Is the paper copy of the root key made, and kept elsewhere (repere keys paper-kit)?")
    tokens = installation.found(founders, paper_kit=kept, now=datetime.now(UTC))
    click.echo("Each link works once, for three days. Give it to that person only:")
    for founder, token in zip(founders, tokens, strict=True):
        click.echo(f"{founder.person}, {founder.organisation}: {address}/invitation/{token}/")


def _given(values: tuple[str, ...], place: int, question: str) -> str:
    return values[place] if place < len(values) else str(click.prompt(question % (place + 1)))


@click.command()
def worker() -> None:
    """Run the jobs: deadlines, reminders, evaluations."""
    serving.refuse_if_unsafe()
    serving.work()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--public", is_flag=True, help="Only the pages for anybody, as the database role that can read no file.")
def serve(host: str, port: int, public: bool) -> None:
    """Serve the pages only."""
    serving.refuse_if_unsafe()
    serving.replace_by_server(host, port)


@click.command()
def stop() -> None:
    """Stop the embedded database server."""
    embedded.stop()


def _prepare() -> None:
    click.echo("Base de données prête. Mise à jour des tables… / The database is ready. Bringing tables up to date…")
    installation.migrate(starting=True)
    click.echo("Tables à jour. / Tables are up to date.")
    modules = [module for module in commands.modules() if hasattr(module, "prepare")]
    for module in sorted(modules, key=lambda module: int(getattr(module, "PREPARE_ORDER", 50))):
        module.prepare(demo=installation.is_demo(), now=datetime.now(UTC))
