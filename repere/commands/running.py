"""The installation's own verbs: start, serve, migrate, check, found, stop."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from repere import commands
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
@click.option("--organisation", required=True, help="Name of the organisation.")
@click.option("--kind", required=True, help="What it is: association, prefecture, police…")
@click.option("--email", required=True, help="Address of its first member.")
@click.option("--person", default="", help="Name of its first member.")
@click.option("--territory", default="", help="Code of the département, such as 69.")
@click.option("--role", "roles", multiple=True, default=("case_worker",), show_default=True)
@click.option("--language", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
@click.option("--address", default="http://127.0.0.1:8000", show_default=True, help="Where the pages are served.")
def found(
    organisation: str, kind: str, email: str, person: str, territory: str, roles: tuple[str, ...], language: str,
    address: str,
) -> None:  # fmt: skip
    """Found an organisation; prints a link that works once, for its first member to choose a password."""
    installation.migrate()
    token = installation.found(
        name=organisation, kind=kind, territory=territory, email=email, person=person, roles=list(roles),
        language=language, now=datetime.now(UTC),
    )  # fmt: skip
    click.echo("The link works once, for three days. Give it to that person only:")
    click.echo(f"{address}/invitation/{token}/")


@click.command()
def worker() -> None:
    """Run the jobs: deadlines, reminders, evaluations."""
    serving.refuse_if_unsafe()
    serving.work()


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
def serve(host: str, port: int) -> None:
    """Serve the pages only."""
    serving.refuse_if_unsafe()
    serving.replace_by_server(host, port)


@click.command()
def stop() -> None:
    """Stop the embedded database server."""
    embedded.stop()


def _prepare() -> None:
    installation.migrate()
    modules = [module for module in commands.modules() if hasattr(module, "prepare")]
    for module in sorted(modules, key=lambda module: int(getattr(module, "PREPARE_ORDER", 50))):
        module.prepare(demo=installation.is_demo(), now=datetime.now(UTC))
