"""Places: the solver as a command, and the three ways of giving places side by side."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import click
from django.utils.translation import gettext
from rich.console import Console
from rich.table import Table

from repere.core.placement import ContradictoryInstance, Instance, Proposal, propose, read_instance, reasons
from repere.places import simulation


def register(cli: click.Group) -> None:
    cli.add_command(place)
    cli.add_command(simulate)


@click.command()
@click.argument("instance", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The whole answer as JSON, in the format of docs/placement.md.")
def place(instance: Path, as_json: bool) -> None:
    """Propose places for the households of a file. Advice: nothing is held by it."""
    try:
        asked = read_instance(json.loads(instance.read_text(encoding="utf-8")))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise SystemExit(gettext("This file is not JSON: %(why)s") % {"why": error}) from None
    except ContradictoryInstance as error:
        said = gettext("This question contradicts itself: %(code)s, at %(where)s. Nothing was proposed.")
        raise SystemExit(said % {"code": error.code, "where": " / ".join(error.where) or "–"}) from None
    proposal = propose(asked)
    if as_json:
        click.echo(json.dumps(_answer(asked, proposal), ensure_ascii=False, indent=1))
    else:
        _show(asked, proposal)


def _answer(asked: Instance, proposal: Proposal) -> dict[str, object]:
    told = reasons(asked, proposal.lines)
    lines = [{**dataclasses.asdict(line), "reasons": list(told[line.household])} for line in proposal.lines]
    return {**dataclasses.asdict(proposal), "lines": lines, "sheltered": proposal.sheltered}


def _show(asked: Instance, proposal: Proposal) -> None:
    told, table = reasons(asked, proposal.lines), Table()
    for heading in (gettext("Household"), gettext("Place"), gettext("Why")):
        table.add_column(heading)
    for line in proposal.lines:
        table.add_row(line.household, line.place or "–", f"{line.why}: {', '.join(told[line.household])}")
    console = Console()
    console.print(table)
    console.print(gettext("Distance to the best that could be: %(gap)s.") % {"gap": f"{proposal.gap:.2%}"})


@click.group()
def simulate() -> None:
    """What would happen if, on invented people."""


@simulate.command()
@click.option("--households", default=400, show_default=True, type=click.IntRange(1, 5_000))
@click.option("--places", "openings", default=400, show_default=True, type=click.IntRange(1, 5_000), help="Places that open in that time.")
@click.option("--days", default=60, show_default=True, type=click.IntRange(1, 365))
@click.option("--seed", default=1, show_default=True)
@click.option("--goes-on", is_flag=True, help="Do not tell the fourth way on which day the weeks end.")
@click.option("--json", "as_json", is_flag=True)
def places(households: int, openings: int, days: int, seed: int, goes_on: bool, as_json: bool) -> None:
    """First come, greedy, the daily proposal and the same keeping places back, beside the best with hindsight.

    Keeping places back learns from the year before, of another invented stretch of time."""
    world = simulation.invent(households=households, places=openings, days=days, seed=seed)
    before = simulation.invent_before(households=households, places=openings, days=days, seed=seed)
    outcomes = simulation.simulate(world, before, goes_on=goes_on)
    if as_json:
        click.echo(json.dumps([dataclasses.asdict(one) for one in outcomes], indent=1))
        return
    table = Table(title=gettext("%(households)s invented households, %(places)s places, %(days)s days")
                  % {"households": households, "places": openings, "days": days})  # fmt: skip
    headings = (
        gettext("Way"), gettext("Of the best"), gettext("Same day"), gettext("In a place"), gettext("Days waited"), gettext("Distance"),
        gettext("Specialised places left empty"),
    )  # fmt: skip
    for heading in headings:
        table.add_column(heading)
    for one in outcomes:
        table.add_row(
            one.way, f"{one.of_best:.1%}", f"{one.same_day:.1%}", f"{one.sheltered:.1%}", f"{one.days_waited:.1f}", f"{one.distance:.1f}",
            str(one.empty_special),
        )  # fmt: skip
    Console().print(table)
