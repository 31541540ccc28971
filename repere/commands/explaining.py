"""`repere explain CASE RULE`: the reasoning of one rule for one case, as a tree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import click
from rich.console import Console
from rich.tree import Tree

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases import mechanisms
from repere.cases.access import visible_case
from repere.cases.actions.facts import facts_of
from repere.cases.evaluation import from_json
from repere.cases.models import Fact
from repere.cases.refusals import NotVisible
from repere.core import rulebook
from repere.core.rulebook import Step

VALUES = {
    "fr": {"yes": "oui", "no": "non", "cannot_tell": "on ne peut pas dire"},
    "en": {"yes": "yes", "no": "no", "cannot_tell": "cannot tell"},
}
SAID = {
    "fr": {
        "no_member": "Aucun membre n'a l'adresse {email}.",
        "no_case": "Aucun dossier {code} n'est ouvert à ce membre.",
        "no_rule": "Aucune règle {rule} dans le mécanisme {name}. « repere mechanism check » nomme les fichiers.",
        "no_mechanism": "Aucun mécanisme {name}.",
    },
    "en": {
        "no_member": "No member has the address {email}.",
        "no_case": "No case {code} is open to this member.",
        "no_rule": "No rule {rule} in the mechanism {name}. `repere mechanism check` lists the files.",
        "no_mechanism": "No mechanism {name}.",
    },
}
COLOURS = {"yes": "green", "no": "red", "cannot_tell": "yellow"}


def register(cli: click.Group) -> None:
    cli.add_command(explain)


@click.command()
@click.argument("case")
@click.argument("rule")
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The asked day; today if absent.")
@click.option("--known-at", type=click.DateTime(["%Y-%m-%d"]), help="Only what was recorded by the end of that day.")
@click.option("--as", "email", required=True, help="Address of the member who looks; the look is written down.")
@click.option("--mechanism", "name", default="", help="Another mechanism than that of the case, such as fr+fr-collectif.")
@click.option("--language", "--lang", type=click.Choice(["fr", "en"]), default="fr", show_default=True)
def explain(case: str, rule: str, day: datetime | None, known_at: datetime | None, email: str, name: str, language: str) -> None:
    """Print why a rule holds, does not hold or cannot be told for a case, on a day, with its sources."""
    on = day.date() if day else datetime.now(UTC).date()
    with acting_as(_member(email, language)) as actor:
        tree = _reasoning(actor, case, rule, on, known_at, name, language)
    Console().print(tree)


def _member(email: str, language: str) -> Actor:
    membership = Membership.objects.current().filter(user__email__iexact=email).first()
    if membership is None:
        raise click.ClickException(SAID[language]["no_member"].format(email=email))
    return membership.actor()


def _reasoning(actor: Actor, code: str, rule_id: str, on: date, known_at: datetime | None, name: str, language: str) -> Tree:
    try:
        case = visible_case(actor, code)
    except NotVisible:
        raise click.ClickException(SAID[language]["no_case"].format(code=code)) from None
    try:
        mechanism = mechanisms.named(name or case.mechanism)
    except rulebook.RuleBookError:
        raise click.ClickException(SAID[language]["no_mechanism"].format(name=name)) from None
    if rule_id not in mechanism.rules:
        raise click.ClickException(SAID[language]["no_rule"].format(rule=rule_id, name=mechanism.name))
    rows = facts_of(case, actor)
    ledger.look(actor, [case.person_id], detail={"case": case.pk, "rule": rule_id})
    until = known_at.replace(hour=23, minute=59, tzinfo=UTC) if known_at else None
    step = rulebook.explain(mechanism, _every_fact(mechanism, rows), rule_id, on=on, known_at=until)
    days = {row.pk: f"{row.kind} {row.earliest.isoformat()}" for row in rows}
    return _tree(step, language, days, mechanism)


def _every_fact(mechanism: rulebook.Mechanism, rows: list[Fact]) -> list[rulebook.Fact]:
    """Facts with what they correct, so that the reasoning of an earlier day finds what was known then."""
    return [
        rulebook.Fact(
            row.pk, row.kind, row.earliest, row.latest, row.recorded_at, row.role, row.basis,
            from_json(mechanism, row.kind, row.fields), row.corrects_id, row.hour,
        )
        for row in rows
    ]  # fmt: skip


def _tree(step: Step, language: str, days: Mapping[Any, str], mechanism: rulebook.Mechanism) -> Tree:
    line = f"[{COLOURS[step.value]}]{VALUES[language][step.value]}[/] · {step.text[language]}"
    if step.source:
        titles = "; ".join(mechanism.sources[source].title.text(language) for source in step.source)
        line += f" [dim]({titles})[/]"
    if step.facts:
        line += " [dim]← " + ", ".join(days.get(fact, "?") for fact in step.facts) + "[/]"
    tree = Tree(line)
    for child in step.children:
        tree.add(_tree(child, language, days, mechanism))
    return tree
