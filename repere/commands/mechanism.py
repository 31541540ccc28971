"""Verbs for jurists: check the rule book, try worked examples, compare two mechanisms."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from django.conf import settings
from rich.console import Console
from rich.table import Table

from repere.core.rulebook import Mechanism, RuleBookError, Step, difference, impact, load
from repere.core.rulebook.loading import with_examples
from repere.core.rulebook.model import Example
from repere.core.rulebook.proving import check as check_every_layer
from repere.core.rulebook.proving import failures_of, why

OUTCOMES = {
    "holds": "holds", "does_not_hold": "does not hold", "cannot_tell": "cannot tell", "open": "open", "done": "done",
    "missed": "missed", "absent": "absent",
}  # fmt: skip


VALUES = {"yes": "yes", "no": "no", "cannot_tell": "cannot tell"}


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


def _faults(many: int) -> str:
    return f"{many} fault" if many == 1 else f"{many} faults"


def _stop(error: RuleBookError) -> None:
    for fault in error.faults:
        click.echo(str(fault))
    raise SystemExit(click.style(f"{_faults(len(error.faults))}: nothing was loaded.", fg="red"))


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
        raise SystemExit(click.style(f"{_faults(len(faults))}.", fg="red"))
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
    failed = sum(_tell_failures(made, example) for made in mechanisms for example in made.examples)
    many = sum(len(made.examples) for made in mechanisms)
    assertions = "1 assertion fails" if failed == 1 else f"{failed} assertions fail"
    click.echo(f"{many} example{'' if many == 1 else 's'}, {assertions}.")
    if failed:
        raise SystemExit(1)


def _tell_failures(made: Mechanism, example: Example) -> int:
    """Print the assertions of an example that fail, and under each rule how its answer came about. How many fail."""
    failures = failures_of(made, [example])
    for rule_id in dict.fromkeys(failure.rule for failure in failures):
        for failure in failures:
            if failure.rule == rule_id:
                click.echo(str(failure))
        _print_step(why(made, example, rule_id), 1)
    return len(failures)


def _print_step(step: Step, depth: int) -> None:
    click.echo(f"{'  ' * depth}{VALUES[step.value]}: {step.text['en']}")
    for child in step.children:
        _print_step(child, depth + 1)


@mechanism.command()
@click.argument("before")
@click.argument("after")
@click.option("--examples/--no-examples", default=True, help="Also say what changes for the worked examples.")
def diff(before: str, after: str, examples: bool) -> None:
    """Compare two mechanisms: rules added, removed, changed, and what the examples make of it.

    On a terminal: tables. Into a pipe or a file: one line per rule, columns apart by tabs, nothing folded or cut.
    """
    try:
        old, new = _loaded(before), _loaded(after)
    except RuleBookError as error:
        _stop(error)
        return
    apart = difference(old, new)
    for what, names, of in (("added", apart.added, new), ("removed", apart.removed, old), ("changed", apart.changed, new)):
        rows = [(name, of.rules[name].kind, of.rules[name].level, of.rules[name].label.text("en")) for name in names]
        _print(what, f"{len(names)} rules {what}", ("rule", "kind", "level", "label"), rows)
    if examples:
        cases, moves = _moves(old, new)
        rows = [
            (rule_id, OUTCOMES[was], OUTCOMES[is_now] + (", on another day" if was == is_now else ""), str(many))
            for (rule_id, was, is_now), many in sorted(moves.items(), key=lambda item: (-item[1], item[0]))
        ]
        _print("moved", f"What changes for the facts of {cases} worked examples", ("rule", "before", "after", "examples"), rows)


def _print(what: str, title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table for a reader; for a pipe, ``what`` and the columns, apart by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join((what, *row)))
        return
    table = Table(title=title, title_justify="left", show_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    Console().print(table)


def _moves(old: Mechanism, new: Mechanism) -> tuple[int, Counter[tuple[str, str, str]]]:
    """How many examples were asked, and how often a rule moved from one answer to another."""
    cases = {example.id: example for example in (*old.examples, *new.examples)}
    found = impact(old, new, cases.values())
    moves = Counter(
        (item.rule_id, item.before.outcome if item.before else "absent", item.after.outcome if item.after else "absent") for item in found
    )
    return len(cases), moves
