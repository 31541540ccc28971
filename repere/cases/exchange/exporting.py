"""The files an organisation opened, as one table of the standard; what the standard cannot hold is said beside it."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import xlsxwriter
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_keys
from repere.cases import evaluation, mechanisms
from repere.cases.actions.identity import HTCDS
from repere.cases.exchange.mapping import CONTACT, IDENTITY
from repere.cases.exchange.reading import FileRefused, escaped
from repere.cases.exchange.standard import ADDRESSES, fields
from repere.cases.exchange.writing import KnownFact, KnownPerson, gaps, row_of
from repere.cases.models import Case, Fact, SealedRecord
from repere.cases.sealed import KeyRing, open_fields, open_newest
from repere.core.dates import PartialDate

CHUNK = 500
KINDS = (".csv", ".xlsx")

GAPS = {
    "forced_criminality": gettext_noop(
        "The standard has no code for being forced to commit offences: it was written as “Other”. It stays in the file kept "
        "here."
    ),
    "confinement": gettext_noop(
        "The standard has no code for confinement among the methods of control (RestrictsMovement is defined but missing from "
        "its list): it is not told here."
    ),
    "consent": gettext_noop(
        "The standard has one box for consent: what she agreed to, to whom, when, refusals and withdrawals are not told here."
    ),
    "nationality": gettext_noop(
        "Only the group of nationality is known (European Union, third country, stateless), not the country: citizenship was "
        "left empty."
    ),
    "ranges": gettext_noop(
        "Days known only roughly are written as a month, a year or a range (2024-05, 2024, 2024-05-01/2024-05-09); the "
        "standard expects a day."
    ),
    "several": gettext_noop("The standard has one row for a person: of several concerns, accounts or decisions the latest is told."),
    "steps": gettext_noop(
        "Steps that the standard has no field for (permits, complaints, reflection, shelter, health, child protection) are not "
        "told here."
    ),
}  # fmt: skip
"""What the standard has no place for; msgids."""

ALWAYS = (
    gettext_noop("Human Trafficking Case Data Standard (HTCDS) 2.0 by IOM, CC BY 4.0. IOM does not endorse this file or this software."),
    gettext_noop("Languages are written with the codes of ISO 639-3, which are the T codes of ISO 639-2 (fra, not fre)."),
    gettext_noop(
        "Telephone numbers are written without the plus, as the standard allows. Text that a spreadsheet would run as a "
        "formula begins with an apostrophe."
    ),
    gettext_noop("The deprecated fields are written only where a file brought them here."),
)
WITHOUT_ADDRESSES = gettext_noop(
    "Addresses and places on the map were left out: whoever holds this file must not be able to find her. They are written "
    "only when asked for."
)
COUNTED = gettext_noop("Rows concerned: %(count)s of %(rows)s.")


@dataclass
class Exported:
    """What was written."""

    rows: int = 0
    gaps: Counter[str] = field(default_factory=Counter)
    without_addresses: bool = True


def export_file(path: Path, *, acting: Actor, now: datetime, with_addresses: bool = False) -> Exported:
    """Write every case that the actor's organisation opened, and a note of the gaps beside it. One ledger row names whom."""
    if path.suffix.lower() not in KINDS:
        raise FileRefused("kind", file=path.name)
    done = Exported(without_addresses=not with_addresses)
    columns = [name for name in fields() if with_addresses or name not in ADDRESSES]
    with acting_as(acting), _table(path, columns) as table:
        shown: list[UUID] = []
        for person_id, person, jurisdiction in _people(acting):
            table.write(row_of(person, mechanisms.for_jurisdiction(jurisdiction)))
            done.rows += 1
            done.gaps.update(gaps(person))
            shown.append(person_id)
        ledger.look(acting, shown, act="export_htcds", detail={"rows": done.rows, "addresses": with_addresses})
    path.chmod(0o600)
    _write_note(path.with_name(f"{path.stem}.gaps.txt"), done)
    return done


def _people(acting: Actor) -> Iterator[tuple[UUID, KnownPerson, str]]:
    cases = Case.objects.visible_to(acting, own=True).order_by("opened_on", "code")
    keys = list(cases.values_list("id", "person_id", "jurisdiction"))
    for start in range(0, len(keys), CHUNK):
        part = keys[start : start + CHUNK]
        known = _known([case_id for case_id, _, _ in part], {case_id: person for case_id, person, _ in part}, acting)
        for case_id, person_id, jurisdiction in part:
            yield person_id, known[case_id], jurisdiction


def _known(case_ids: list[UUID], persons: Mapping[UUID, UUID], acting: Actor) -> dict[UUID, KnownPerson]:
    assert acting.organisation_id is not None
    rings = {person: KeyRing(key) for person, key in person_keys(set(persons.values()), acting.organisation_id).items()}
    rows: dict[UUID, list[Fact]] = {case_id: [] for case_id in case_ids}
    for fact in Fact.objects.visible_to(acting).filter(case__in=case_ids).order_by("latest", "recorded_at", "revision"):
        rows[fact.case_id].append(fact)
    records: dict[UUID, dict[str, list[SealedRecord]]] = {}
    for record in SealedRecord.objects.visible_to(acting).filter(person__in=set(persons.values())).order_by("-version"):
        records.setdefault(record.person_id, {}).setdefault(record.tier, []).append(record)
    return {case_id: _person(rows[case_id], records.get(persons[case_id], {}), rings[persons[case_id]]) for case_id in case_ids}


def _person(facts: list[Fact], records: Mapping[str, list[SealedRecord]], ring: KeyRing) -> KnownPerson:
    tiers: dict[str, dict[str, Any]] = {tier: open_newest(ring, versions).values for tier, versions in records.items()}
    known = [
        KnownFact(fact.kind, PartialDate(fact.earliest, fact.latest), {**fact.fields, **(open_fields(ring, fact) if fact.sealed else {})})
        for fact in evaluation.living(facts)
    ]
    return KnownPerson(known, tiers.get(IDENTITY, {}), tiers.get(CONTACT, {}), tiers.get(HTCDS, {}))


# ─── Tables ───────────────────────────────────────────────────────────────────────────────────────────────────────────


class _Csv:
    def __init__(self, path: Path, columns: list[str]) -> None:
        self._path, self._columns = path, columns

    def __enter__(self) -> _Csv:
        self._path.touch(mode=0o600)
        self._lines = self._path.open("w", encoding="utf-8", newline="")
        self._table = csv.writer(self._lines)
        self._table.writerow(self._columns)
        return self

    def write(self, row: Mapping[str, str]) -> None:
        self._table.writerow([_safe(name, row.get(name, "")) for name in self._columns])

    def __exit__(self, *_: object) -> None:
        self._lines.close()


class _Xlsx:
    def __init__(self, path: Path, columns: list[str]) -> None:
        self._path, self._columns, self._line = path, columns, 0

    def __enter__(self) -> _Xlsx:
        self._path.touch(mode=0o600)
        self._book = xlsxwriter.Workbook(self._path, {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
        self._sheet = self._book.add_worksheet("HTCDS")
        self._line_of(self._columns)
        return self

    def _line_of(self, cells: list[str]) -> None:
        for column, cell in enumerate(cells):
            if cell:
                self._sheet.write_string(self._line, column, cell)
        self._line += 1

    def write(self, row: Mapping[str, str]) -> None:
        self._line_of([row.get(name, "") for name in self._columns])

    def __exit__(self, *_: object) -> None:
        self._book.close()


def _table(path: Path, columns: list[str]) -> _Csv | _Xlsx:
    return _Xlsx(path, columns) if path.suffix.lower() == ".xlsx" else _Csv(path, columns)


def _safe(name: str, value: str) -> str:
    """Checked values (a number, a code) are what they are; free text may be anything, a formula too."""
    return escaped(value) if fields()[name].form in ("text", "long_text") else value


# ─── The note ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _write_note(path: Path, done: Exported) -> None:
    parts = []
    for language in ("fr", "en"):
        with translation.override(language):
            parts.append("\n".join(_note(done)))
    path.touch(mode=0o600)
    path.write_text("\n\n—\n\n".join(parts) + "\n", encoding="utf-8")


def _note(done: Exported) -> Iterator[str]:
    for sentence in ALWAYS:
        yield gettext(sentence)
    if done.without_addresses:
        yield gettext(WITHOUT_ADDRESSES)
    for gap, sentence in GAPS.items():
        if done.gaps[gap]:
            yield f"{gettext(sentence)} {gettext(COUNTED) % {'count': done.gaps[gap], 'rows': done.rows}}"
