"""Verbs for jurists: check the rule book, try worked examples, compare two mechanisms."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click
from django.conf import settings
from rich.console import Console
from rich.table import Table

from repere.core.rulebook import Mechanism, RuleBookError, difference, impact, load
from repere.core.rulebook.loading import with_examples
from repere.core.rulebook.proving import check as check_every_layer
from repere.core.rulebook.proving import failures_of

OUTCOMES = {
    "holds": "holds", "does_not_hold": "does not hold", "cannot_tell": "cannot tell", "open": "open", "done": "done",
}  # fmt: skip


def register(cli: click.Group) -> None:
    cli.add_command(mechanism)


@click.group()
@click.option("--folder", type=click.Path(exists=True, file_okay=False, path_type=Path), help="Another copy of the rule book.")
@click.pass_context
def mechanism(context: click.Context, folder: Path | None) -> None:
    """The rule book: check it, try examples, compare two mechanisms."""
    context.obj = folder or Path(settings.REPERE_MECHANISM_FOLDER)


def _root() -> Path:
    folder: Path = click.get_current_context().obj
    return folder


def _loaded(name: str) -> Mechanism:
    return load(_root(), name, every_example=True)


def _stop(error: RuleBookError) -> None:
    for fault in error.faults:
        click.echo(str(fault))
    raise SystemExit(click.style(f"{len(error.faults)} faults: nothing was loaded.", fg="red"))


@mechanism.command()
def check() -> None:
    """Load every layer, run every example, list rules without enough examples."""
    try:
        faults, summary = check_every_layer(_root())
    except RuleBookError as error:
        _stop(error)
        return
    for line in [*faults, *summary]:
        click.echo(line)
    if faults:
        raise SystemExit(click.style(f"{len(faults)} faults.", fg="red"))
    click.echo("Every example holds and every rule has its examples.")


@mechanism.command("try")
@click.argument("examples", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def try_(examples: Path) -> None:
    """Run the worked examples of a file; say which fail and why."""
    try:
        mechanisms = with_examples(_root(), examples)
    except RuleBookError as error:
        _stop(error)
        return
    failures = [str(failure) for made in mechanisms for failure in failures_of(made, made.examples)]
    for line in failures:
        click.echo(line)
    many = sum(len(made.examples) for made in mechanisms)
    click.echo(f"{many} examples, {len(failures)} assertions fail.")
    if failures:
        raise SystemExit(1)


@mechanism.command()
@click.argument("before")
@click.argument("after")
@click.option("--examples/--no-examples", default=True, help="Also say what changes for the worked examples.")
def diff(before: str, after: str, examples: bool) -> None:
    """Compare two mechanisms: rules added, removed, changed, and what the examples make of it."""
    try:
        old, new = _loaded(before), _loaded(after)
    except RuleBookError as error:
        _stop(error)
        return
    apart = difference(old, new)
    console = Console()
    for title, names, of in (("added", apart.added, new), ("removed", apart.removed, old), ("changed", apart.changed, new)):
        table = Table(title=f"{len(names)} rules {title}", title_justify="left", show_edge=False)
        for heading in ("rule", "kind", "level", "label"):
            table.add_column(heading, overflow="fold")
        for name in names:
            rule = of.rules[name]
            table.add_row(name, rule.kind, rule.level, rule.label.text("en"))
        console.print(table)
    if examples:
        _print_impact(console, old, new)


def _print_impact(console: Console, old: Mechanism, new: Mechanism) -> None:
    cases = {example.id: example for example in (*old.examples, *new.examples)}
    found = impact(old, new, cases.values())
    moves = Counter(
        (item.rule_id, item.before.outcome if item.before else "does_not_hold", item.after.outcome if item.after else "does_not_hold")
        for item in found
    )
    table = Table(title=f"What changes for the facts of {len(cases)} worked examples", title_justify="left", show_edge=False)
    for heading in ("rule", "before", "after", "examples"):
        table.add_column(heading, overflow="fold")
    for (rule_id, was, is_now), many in sorted(moves.items(), key=lambda item: (-item[1], item[0])):
        table.add_row(rule_id, OUTCOMES[was], OUTCOMES[is_now], str(many))
    console.print(table)
