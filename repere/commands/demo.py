"""The demonstration country: invented organisations, people and journeys."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import click
from django.utils.translation import gettext
from rich.console import Console
from rich.progress import Progress

from repere.demo import filling
from repere.demo.cast import BODIES, PASSWORD
from repere.web import disk
from repere.web.installation import is_demo, migrate

PERSONS, SEED = 2_500, 1
PREPARE_ORDER = 80


def register(cli: click.Group) -> None:
    cli.add_command(demo)


def prepare(*, demo: bool, now: datetime) -> None:
    """On the first start of a demonstration, fill it. Later starts find it filled."""
    if demo and not filling.is_filled() and not disk.is_nearly_full():
        _fill(PERSONS, SEED, now)


@click.command()
@click.option("--persons", default=PERSONS, show_default=True, type=click.IntRange(1, 200_000), help="How many persons to invent.")
@click.option("--seed", default=SEED, show_default=True, help="The same seed invents the same country.")
def demo(persons: int, seed: int) -> None:
    """Fill a demonstration installation with an invented country, and print the accounts."""
    if not is_demo():
        raise SystemExit(gettext("This installation is for real work: invented people are not put among real ones. Nothing was changed."))
    migrate()
    _fill(persons, seed, datetime.now(UTC))
    for body in BODIES:
        for role in body.roles:
            click.echo(f"{body.email(role):60} {PASSWORD}   {role} · {body.name}")


def _fill(persons: int, seed: int, now: datetime) -> None:
    console = Console(stderr=True)
    started = time.perf_counter()
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task(gettext("Inventing a country"), total=None)

        def tell(what: str, done: int, of: int) -> None:
            if not console.is_terminal:  # a log: one line a step, so that nobody believes it hangs
                console.print(f"{gettext('Inventing a country')}: {what} ({done + 1}/{of})")
            bar.update(task, description=what, completed=done, total=of)

        filled = filling.fill(persons=persons, seed=seed, now=now, tell=tell)
    if filled.repeated:
        console.print(gettext("This country is here already: nothing was added."))
        return
    said = gettext("%(persons)s invented persons, %(facts)s facts, %(grants)s shared files, in %(seconds)s s.")
    seconds = round(time.perf_counter() - started, 1)
    console.print(said % {"persons": filled.persons, "facts": filled.facts, "grants": filled.grants, "seconds": seconds})
