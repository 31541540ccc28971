"""One row of a file, whatever its format, and everything that keeps it from being taken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from repere.directory import checks
from repere.directory.fields import clean_fields
from repere.directory.refusals import Refused
from repere.directory.vocabulary import Function, Kind

MOST_ROWS = 5_000


@dataclass
class Row:
    """An entry as a file tells it. `number`: as people count, from 1. `key`: its id at the source."""

    number: int
    key: str = ""
    structure: str = ""
    kind: str = Kind.OTHER
    function: str = Function.OTHER
    name: str = ""
    description: str = ""
    territories: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    audiences: list[str] = field(default_factory=list)
    support: str = ""
    eligibility: str = ""
    training: str = ""
    hours: str = ""
    website: str = ""
    phone: str = ""
    email: str = ""

    def fields(self) -> dict[str, Any]:
        """Those that an entry keeps under the same name."""
        kept = asdict(self)
        return {name: kept[name] for name in (
            "name", "description", "territories", "languages", "audiences", "support", "eligibility", "training", "hours", "website",
        )}  # fmt: skip


@dataclass(frozen=True)
class RowRefused:
    """A row that is not taken, and every reason."""

    number: int
    name: str
    reasons: tuple[str, ...]


@dataclass
class Read:
    """What a file holds: rows that can be taken, rows that cannot."""

    rows: list[Row] = field(default_factory=list)
    refused: list[RowRefused] = field(default_factory=list)

    def take(self, row: Row, reasons: list[str] | None = None) -> None:
        """Check the row against everything that the directory asks, and keep it on the side where it belongs."""
        found = [*(reasons or []), *why_not(row)]
        if found:
            self.refused.append(RowRefused(row.number, row.name or row.key, tuple(dict.fromkeys(found))))
        else:
            self.rows.append(row)


def why_not(row: Row) -> list[str]:
    """Every reason why this row cannot be taken; cleans the values it can."""
    reasons: list[str] = []
    if len(row.structure.strip()) < 3:
        reasons.append(_("The body that offers it has no name."))
    for field_name, known in (("function", Function.values), ("kind", Kind.values)):
        if getattr(row, field_name) not in known:
            reasons.append(str(Refused("unknown_code", value=getattr(row, field_name), field=field_name)))
    for name, value in row.fields().items():
        _try(reasons, lambda name=name, value=value: setattr(row, name, clean_fields({name: value})[name]))  # type: ignore[misc]
    if row.phone:
        _try(reasons, lambda: setattr(row, "phone", checks.phone(row.phone, row.territories)))
    if row.email:
        _try(reasons, lambda: setattr(row, "email", checks.mailbox(row.email)))
    return reasons


def _try(reasons: list[str], check: Callable[[], object]) -> None:
    try:
        check()
    except Refused as refused:
        reasons.append(str(refused))
