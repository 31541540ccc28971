"""`repere policy`: who may do what, as a page for people."""

from __future__ import annotations

from pathlib import Path

import click

from repere.cases import mechanisms
from repere.cases.policy import load_policy, policy_table

BEGIN, END = "<!-- who sees what: written from policy.yaml -->\n", "<!-- end -->"


def register(cli: click.Group) -> None:
    cli.add_command(policy)


@click.group()
def policy() -> None:
    """Who may do what."""


@policy.command()
@click.argument("page", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def write(page: Path) -> None:
    """Write the tables of docs/privacy.md anew from the policy."""
    text = page.read_text()
    start, end = text.index(BEGIN) + len(BEGIN), text.index(END)
    page.write_text(text[:start] + table() + text[end:])


def table() -> str:
    """The tables in Markdown, in English."""
    groups = {group.id: group.label.text("en") for group in mechanisms.common().groups.values()}
    return policy_table(load_policy(), groups)
