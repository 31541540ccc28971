"""Verbs for jurists: check the rule book, try worked examples, compare two mechanisms. In French or in English."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext, ngettext, pgettext_lazy
from rich.console import Console
from rich.table import Table

from repere.commands.faults_in_french import in_french
from repere.commands.language import of_the_terminal, spoken_in
from repere.core.rulebook import Mechanism, RuleBookError, Step, difference, impact, load
from repere.core.rulebook.errors import Fault
from repere.core.rulebook.loading import with_examples
from repere.core.rulebook.model import Example
from repere.core.rulebook.proving import Checked, Failure, Gap, failures_of, why
from repere.core.rulebook.proving import check as check_every_layer

OUTCOMES = {
    "holds": pgettext_lazy("terminal", "holds"),
    "does_not_hold": pgettext_lazy("terminal", "does not hold"),
    "cannot_tell": pgettext_lazy("terminal", "cannot tell"),
    "open": pgettext_lazy("terminal", "open"),
    "done": pgettext_lazy("terminal", "done"),
    "missed": pgettext_lazy("terminal", "missed"),
    "absent": pgettext_lazy("terminal", "absent"),
}
VALUES = {
    "yes": pgettext_lazy("terminal", "yes"),
    "no": pgettext_lazy("terminal", "no"),
    "cannot_tell": pgettext_lazy("terminal", "cannot tell"),
}
KINDS = {
    "condition": pgettext_lazy("terminal", "condition"),
    "entitlement": pgettext_lazy("terminal", "entitlement"),
    "duty": pgettext_lazy("terminal", "duty"),
}
LEVELS = {
    "national_law": pgettext_lazy("terminal", "national law"),
    "international_obligation": pgettext_lazy("terminal", "international obligation"),
    "guidance": pgettext_lazy("terminal", "guidance"),
    "demanded": pgettext_lazy("terminal", "demanded"),
    "choice": pgettext_lazy("terminal", "our choice"),
}
PARTS = {
    "added": pgettext_lazy("terminal", "added"),
    "removed": pgettext_lazy("terminal", "removed"),
    "changed": pgettext_lazy("terminal", "changed"),
    "moved": pgettext_lazy("terminal", "moved"),
}
DAYS = {
    -1: pgettext_lazy("terminal", "the day before it is due"),
    0: pgettext_lazy("terminal", "the day it is due"),
    1: pgettext_lazy("terminal", "the day after it is due"),
}
RULE_HEADINGS = (
    pgettext_lazy("terminal", "rule"),
    pgettext_lazy("terminal", "kind"),
    pgettext_lazy("terminal", "level"),
    pgettext_lazy("terminal", "label"),
)
MOVE_HEADINGS = (
    pgettext_lazy("terminal", "rule"),
    pgettext_lazy("terminal", "before"),
    pgettext_lazy("terminal", "after"),
    pgettext_lazy("terminal", "examples"),
)
ON_ANOTHER_DAY = pgettext_lazy("terminal", ", on another day")


def register(cli: click.Group) -> None:
    cli.add_command(mechanism)


def _there(path: Path, *, folder: bool = False) -> Path:
    """A file or folder that a reader named. Ends the command, in her language, where there is none."""
    if folder and not path.is_dir():
        raise SystemExit(click.style(gettext("There is no folder %(path)s.") % {"path": path}, fg="red"))
    if not folder and not path.is_file():
        raise SystemExit(click.style(gettext("There is no file %(path)s.") % {"path": path}, fg="red"))
    return path


@click.group()
@click.option("--folder", type=click.Path(path_type=Path), help="Another copy of the rule book.")
@click.option(
    "--lang", type=click.Choice(["fr", "en"]), default=of_the_terminal, help="Answer in French or in English (default: as LANG says)."
)
@click.pass_context
def mechanism(context: click.Context, folder: Path | None, lang: str) -> None:
    """The rule book: check it, try examples, compare two mechanisms.

    Le livre de règles : le vérifier, essayer des exemples, comparer deux mécanismes. En français : --lang fr.
    """
    context.with_resource(translation.override(lang))
    context.obj = _there(folder, folder=True) if folder else Path(settings.REPERE_MECHANISM_FOLDER)


def _root() -> Path:
    folder: Path = click.get_current_context().obj
    return folder


def _loaded(name: str) -> Mechanism:
    return load(_root(), name, every_example=True)


def _stop(error: RuleBookError) -> None:
    for fault, others in _once(error.faults):
        more = ngettext("(and %(many)s other example)", "(and %(many)s other examples)", others) % {"many": others} if others else ""
        click.echo(f"{_told(fault)} {more}".rstrip())
    many = len(_once(error.faults))
    stopped = ngettext("%(many)s fault: nothing was loaded.", "%(many)s faults: nothing was loaded.", many) % {"many": many}
    raise SystemExit(click.style(stopped, fg="red"))


def _once(faults: Sequence[Fault]) -> list[tuple[Fault, int]]:
    """Each fault once, with in how many other examples it came back: those that include a fixture all read the same line."""
    found: dict[tuple[str, int, str, str], list[Fault]] = {}
    for fault in faults:
        found.setdefault((fault.file, fault.line, fault.expected, fault.came), []).append(fault)
    return [(same[0], len(same) - 1) for same in found.values()]


def _told(what: Fault | Failure | Gap | Checked) -> str:
    """One line for the reader; codes and file names stay as the rule book writes them."""
    match what:
        case Checked():
            said = gettext("%(name)s: %(rules)s rules of its own, %(examples)s examples, %(drawn)s drawn from failures")
            return said % {"name": what.name, "rules": what.rules, "examples": what.examples, "drawn": what.drawn}
        case Failure():
            said = gettext("%(where)s: %(example)s: %(rule)s: expected %(expected)s; came %(came)s")
            named = {"example": what.example, "rule": what.rule, "expected": what.expected, "came": what.came}
        case Gap() if what.answer is not None:
            said = gettext(
                "%(where)s: expected an example of %(rule)s that asserts %(answer)s; came none. "
                "Mend: add one, or say never: with its reason"
            )
            named = {"rule": what.rule, "answer": what.answer}
        case Gap():
            said = gettext("%(where)s: expected an example of %(rule)s on %(day)s; came none. Mend: add one")
            named = {"rule": what.rule, "day": str(DAYS[what.step])}
        case _:
            said = gettext("%(where)s: expected %(expected)s; came %(came)s.")
            said += " " + gettext("Mend: %(mend)s") if what.mend else ""
            worded = in_french if translation.get_language() == "fr" else str
            named = {"expected": worded(what.expected), "came": worded(what.came), "mend": worded(what.mend)}
    return said % {"where": f"{what.file}:{what.line}", **named}


@mechanism.command()
@spoken_in
def check() -> None:
    """Load every layer, run every example, list rules without enough examples."""
    try:
        faults, summary = check_every_layer(_root())
    except RuleBookError as error:
        _stop(error)
        return
    for line in [*faults, *summary]:
        click.echo(_told(line))
    if faults:
        raise SystemExit(click.style(ngettext("%(many)s fault.", "%(many)s faults.", len(faults)) % {"many": len(faults)}, fg="red"))
    click.echo(gettext("Every example holds and every rule has its examples."))


@mechanism.command("try")
@click.argument("examples", type=click.Path(path_type=Path))
@spoken_in
def try_(examples: Path) -> None:
    """Run the worked examples of a file; say which fail and why."""
    try:
        mechanisms = with_examples(_root(), _there(examples))
    except RuleBookError as error:
        _stop(error)
        return
    failed = sum(_tell_failures(made, example) for made in mechanisms for example in made.examples)
    many = sum(len(made.examples) for made in mechanisms)
    tried = ngettext("%(many)s example", "%(many)s examples", many) % {"many": many}
    fail = ngettext("%(many)s assertion fails", "%(many)s assertions fail", failed) % {"many": failed}
    click.echo(f"{tried}, {fail}.")
    if failed:
        raise SystemExit(1)


def _tell_failures(made: Mechanism, example: Example) -> int:
    """Print the assertions of an example that fail, and under each rule how its answer came about. How many fail."""
    failures = failures_of(made, [example])
    for rule_id in dict.fromkeys(failure.rule for failure in failures):
        for failure in failures:
            if failure.rule == rule_id:
                click.echo(_told(failure))
        _print_step(why(made, example, rule_id), 1)
    return len(failures)


def _print_step(step: Step, depth: int) -> None:
    told = gettext("%(value)s: %(text)s") % {"value": VALUES[step.value], "text": step.text[translation.get_language() or "en"]}
    click.echo(f"{'  ' * depth}{told}")
    for child in step.children:
        _print_step(child, depth + 1)


@mechanism.command()
@click.argument("before")
@click.argument("after")
@click.option("--examples/--no-examples", default=True, help="Also say what changes for the worked examples.")
@spoken_in
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
    _print_rules("added", gettext("%(many)s rules added"), apart.added, new)
    _print_rules("removed", gettext("%(many)s rules removed"), apart.removed, old)
    _print_rules("changed", gettext("%(many)s rules changed"), apart.changed, new)
    if examples:
        cases, moves = _moves(old, new)
        rows = [
            (rule_id, str(OUTCOMES[was]), str(OUTCOMES[is_now]) + (str(ON_ANOTHER_DAY) if was == is_now else ""), str(many))
            for (rule_id, was, is_now), many in sorted(moves.items(), key=lambda item: (-item[1], item[0]))
        ]
        title = gettext("What changes for the facts of %(cases)s worked examples") % {"cases": cases}
        _print("moved", title, MOVE_HEADINGS, rows)


def _print_rules(what: str, title: str, names: Sequence[str], of: Mechanism) -> None:
    """The rules of one part of a comparison, with their labels in the reader's language."""
    lang = translation.get_language() or "en"
    rules = [of.rules[name] for name in names]
    rows = [(rule.id, str(KINDS[rule.kind]), str(LEVELS[rule.level]), rule.label.text(lang)) for rule in rules]
    _print(what, title % {"many": len(names)}, RULE_HEADINGS, rows)


def _print(what: str, title: str, headings: Sequence[object], rows: Sequence[Sequence[str]]) -> None:
    """A table for a reader; for a pipe, ``what`` and the columns, apart by tabs."""
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join((str(PARTS[what]), *row)))
        return
    table = Table(title=title, title_justify="left", show_edge=False)
    for heading in headings:
        table.add_column(str(heading), overflow="fold")
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
