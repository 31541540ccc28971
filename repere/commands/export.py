"""A file that got out: which extract it came from."""

from __future__ import annotations

import base64
from pathlib import Path

import click
from django.utils.translation import gettext, ngettext, pgettext_lazy

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.actions.extracts import read_extract
from repere.cases.exports import marks, tables
from repere.cases.models import Extract
from repere.commands.exchange import export
from repere.commands.language import answers_in
from repere.directory.models import Organisation

LARGEST = 20 * 1024 * 1024


HOW = {
    "foot": pgettext_lazy("terminal", "by its foot"),
    "decoy": pgettext_lazy("terminal", "by its row about nobody"),
    "order": pgettext_lazy("terminal", "by the order of its rows"),
}


@export.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@answers_in
def trace(file: Path) -> None:
    """Name the extract that FILE came from, whole or in part: by its foot, its row about nobody, or the order of its rows.

    Dire de quel extrait vient FILE, entier ou en partie. En français : --lang fr.
    """
    if file.stat().st_size > LARGEST:
        raise SystemExit(gettext("This file is larger than any extract."))
    try:
        rows = tables.read(file.read_bytes())
    except Exception:  # whatever a damaged workbook raises: there is no table in it
        raise SystemExit(gettext("No table could be read in this file. It must be CSV or XLSX.")) from None
    found = [line for organisation in _organisations() for line in traced(rows, organisation)]
    for line in found:
        click.echo(line)
    if not found:
        click.echo(gettext("No extract of this installation is recognised in this file."))


def traced(rows: list[list[str]], organisation: Organisation) -> list[str]:
    """One line for each extract of that organisation that explains the rows, in the language of the day."""
    acting, told = Actor.system("trace", organisation_id=organisation.pk), []
    with acting_as(acting):
        for row in Extract.objects.visible_to(acting).select_related("asked_by", "receiver"):
            mark = read_extract(row)[2]
            names = [mark["decoy"]["code"]]
            match = marks.match(rows, serial=row.serial, seed=base64.b64decode(mark["seed"]), decoy=names)
            if match:
                told.append(_worded(row, organisation, match))
                ledger.record(acting, "trace_extract", kind="system", detail={"extract": row.pk, "serial": row.serial, "how": match.how})
    return told


def _worded(row: Extract, organisation: Organisation, match: marks.Match) -> str:
    neighbours = ngettext("%(count)s neighbour", "%(count)s neighbours", match.pairs) % {"count": match.pairs}
    parts = [
        row.serial,
        f"{organisation.name} → {row.receiver.name}",
        gettext("asked by %(name)s on %(day)s") % {"name": row.asked_by.name, "day": row.asked_at.date()},
        gettext("recognised %(how)s") % {"how": HOW[match.how]} + (f" ({neighbours})" if match.pairs else ""),
    ]
    return " · ".join(parts)


def _organisations() -> list[Organisation]:
    with acting_as(Actor.system("trace")):
        return list(Organisation.objects.order_by("name"))
