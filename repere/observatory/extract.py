"""The de-identified extract: clear codes and days in columns, one file per kind of fact; no name, no text, no code of a case.

It is not anonymous: rare combinations may point to somebody. It stays in the house, under the rights of the folder it is
written to, and what is shown of it passes `protect`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
from django.utils.translation import gettext, gettext_noop

from repere.core.rulebook import Mechanism

VERSION = 1

SENTENCES = {
    "missing": gettext_noop("%(folder)s is not an extract: it must be a folder with extract.json, cases.parquet and facts/."),
    "version": gettext_noop(
        "The extract %(folder)s has version %(found)s; this program reads version %(expected)s. Make it again with “repere "
        "extract”."
    ),
    "damaged": gettext_noop("%(file)s cannot be read: it is damaged or not part of an extract. Make the extract again."),
}  # fmt: skip


class ExtractRefused(Exception):
    """The folder is not an extract that can be read."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return gettext(SENTENCES[self.code]) % self.params


@dataclass(frozen=True)
class Extract:
    """A caseload in columns. ``on``: the last day it tells of. ``invented``: no row is about a real person."""

    cases: int
    facts: Mapping[str, pl.DataFrame]
    on: date
    invented: bool

    @property
    def fact_count(self) -> int:
        """Number of facts, corrected ones included."""
        return sum(len(frame) for frame in self.facts.values())


COMMON: dict[str, Any] = {
    "case": pl.UInt32,
    "fact": pl.UInt64,
    "earliest": pl.Date,
    "latest": pl.Date,
    "recorded": pl.Datetime("us"),
    "role": pl.String,
    "corrects": pl.UInt64,
}
"""Columns of every kind, before its own fields."""


def columns_of(mechanism: Mechanism, kind: str) -> dict[str, Any]:
    """Columns of one kind: those of every kind, then each clear field (a date field: two columns)."""
    columns = dict(COMMON)
    for field in mechanism.facts[kind].fields.values():
        if field.sealed:
            continue
        if field.type == "date":
            columns |= {f"{field.name}_{edge}": pl.Date for edge in ("earliest", "latest")}
        elif field.type == "codes":
            columns[field.name] = pl.List(pl.String)
        else:
            # Whole numbers share their column with the words that say why there is none.
            columns[field.name] = pl.String
    return columns


def write(extract: Extract, folder: Path) -> None:
    """Write the folder; only its owner may read it."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / "facts").mkdir(exist_ok=True, mode=0o700)
    for old in (folder / "facts").glob("*.parquet"):
        old.unlink()
    pl.DataFrame({"case": pl.Series(range(extract.cases), dtype=pl.UInt32)}).write_parquet(folder / "cases.parquet")
    for kind, frame in extract.facts.items():
        frame.drop("basis", strict=False).write_parquet(folder / "facts" / f"{kind}.parquet")
    told = {
        "version": VERSION,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "on": extract.on.isoformat(),
        "invented": extract.invented,
        "cases": extract.cases,
        "facts": extract.fact_count,
    }
    (folder / "extract.json").write_text(json.dumps(told, indent=1) + "\n")
    for file in folder.rglob("*"):
        if file.is_file():
            file.chmod(0o600)


def read(folder: Path) -> Extract:
    """Read a folder written by :func:`write`. Raises :class:`ExtractRefused`."""
    head = _head(folder)
    facts = {}
    for file in sorted((folder / "facts").glob("*.parquet")):
        try:
            frame = pl.read_parquet(file)
        except (pl.exceptions.PolarsError, OSError):
            raise ExtractRefused("damaged", file=file.name) from None
        if not set(COMMON) <= set(frame.columns):
            raise ExtractRefused("damaged", file=file.name)
        facts[file.stem] = frame
    return Extract(int(head["cases"]), facts, date.fromisoformat(head["on"]), bool(head["invented"]))


def _head(folder: Path) -> dict[str, Any]:
    try:
        head = json.loads((folder / "extract.json").read_text())
        version = int(head["version"])
        date.fromisoformat(head["on"])
        int(head["cases"]), bool(head["invented"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ExtractRefused("missing", folder=folder.name) from None
    if version != VERSION:
        raise ExtractRefused("version", folder=folder.name, found=version, expected=VERSION)
    return dict(head)
