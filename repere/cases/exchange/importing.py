"""A file of the standard into the house: every row read and checked, then everything in one transaction, or nothing."""

from __future__ import annotations

import csv
import gc
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from uuid import UUID, uuid5

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext, gettext_noop

from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.bulk import Batch, BatchCase, BatchFact, BatchRefused, BatchResult, RowRefusal, record_facts
from repere.cases.actions.identity import HTCDS
from repere.cases.exchange import reading
from repere.cases.exchange.mapping import CONTACT, IDENTITY, PLACE, PLACES, FactDraft, PersonDraft, Reading, draft
from repere.cases.exchange.reading import MAX_ROWS, Progress, Row
from repere.cases.exchange.values import Wrong, readers, wording
from repere.cases.refusals import sentence
from repere.cases.territory import civil_day, zone_of

_FILES = UUID("6f0d3c52-8a6b-5d0e-9a0e-7c1f6c2b9a11")
ROW = gettext_noop("(whole row)")


@dataclass(frozen=True, slots=True)
class Mistake:
    """Why a row is not taken: where, what came, what was expected."""

    row: int
    column: str
    came: str
    code: str
    params: dict[str, str | int] = field(default_factory=dict)
    refusal: RowRefusal | None = None

    def expected(self, language: str) -> str:
        """What was expected, in that language."""
        with translation.override(language):
            if self.refusal is not None:
                return sentence(self.refusal.refusal)
            return gettext(wording(self.code, self.params))


@dataclass
class Checked:
    """Rows of a file that may be stored, and the mistakes of the others."""

    good: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    refused: dict[int, dict[str, str]] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        return len(self.good) + len(self.refused)


@dataclass(frozen=True, slots=True)
class Imported:
    """What came of a file."""

    rows: int
    persons: int
    facts: int
    mistakes: tuple[Mistake, ...]
    refused: dict[int, dict[str, str]]
    written: bool
    repeated: bool = False


def check_rows(rows: Iterable[Row], *, dates: str = "iso") -> Checked:
    """Read every cell of every row; a row with a mistake is refused whole."""
    read_cell = readers(dates)
    checked = Checked()
    for row in rows:
        mistakes = []
        clean = {}
        for name, text in row.cells.items():
            try:
                clean[name] = read_cell[name](text)
            except Wrong as wrong:
                mistakes.append(Mistake(row.number, name, text[:80], wrong.code, wrong.params))
        if row.extra:
            mistakes.append(Mistake(row.number, "", "", "columns", {"columns": len(read_cell)}))
        elif not mistakes and not any(name.startswith(("prs_", "vic_", "cas_", "hte_")) for name in clean):
            mistakes.append(Mistake(row.number, "", "", "empty_row"))
        if mistakes:
            checked.mistakes += mistakes
            checked.refused[row.number] = row.cells
        else:
            checked.good.append((row.number, clean))
    return checked


def import_file(
    path: Path, *, acting: Actor, now: datetime, jurisdiction: str = "FR", territory: str = "", dates: str = "iso",
    encoding: str = "utf-8", keep_good: bool = False, dry_run: bool = False, progress: Progress | None = None,
) -> Imported:  # fmt: skip
    """Import a file as the actor. Without ``keep_good`` one wrong row keeps the whole file out. Raises FileRefused."""
    with _collector_at_rest():
        checked = check_rows(reading.rows(path, encoding=encoding, progress=progress), dates=dates)
        if checked.mistakes and not keep_good:
            # The other rows are tried too, so that one report says everything there is to mend.
            return _store(path, checked, acting, now, jurisdiction, territory, keep_good=True, dry_run=True)
        return _store(path, checked, acting, now, jurisdiction, territory, keep_good=keep_good, dry_run=dry_run)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A file makes hundreds of thousands of objects that all stay until the end: looking for cycles among them is lost time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class _DryRun(Exception):
    """Undoes the transaction of a trial."""


class _Cases(Mapping[int, BatchCase]):
    """The cases of rows, each made anew when it is asked for: the database already writes the rows before it."""

    def __init__(self, rows: Mapping[int, object], make: Callable[[int], BatchCase]) -> None:
        self._rows, self._make = rows, make

    def __getitem__(self, number: int) -> BatchCase:
        return self._make(number)

    def __iter__(self) -> Iterator[int]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def _store(
    path: Path, checked: Checked, acting: Actor, now: datetime, jurisdiction: str, territory: str, *, keep_good: bool, dry_run: bool
) -> Imported:
    rows = dict(checked.good)
    reading_ = Reading(mechanisms.for_jurisdiction(jurisdiction), civil_day(zone_of(jurisdiction, territory), now))
    cases = _Cases(rows, lambda number: _case(str(number), draft(rows[number], reading_), jurisdiction, territory))
    key = _key(path, acting)
    mistakes, refused = list(checked.mistakes), dict(checked.refused)
    result = BatchResult(key)
    try:
        with transaction.atomic():
            while rows:
                try:
                    result = record_facts(Batch(key, cases.values(), HTCDS, all_new=True), acting=acting, now=now)
                    break
                except BatchRefused as refusal:
                    mistakes += [_mistake(told, cases[int(told.ref)], rows[int(told.ref)]) for told in refusal.rows]
                    for number in {int(told.ref) for told in refusal.rows}:
                        refused[number] = rows.pop(number)
                    if not keep_good:
                        raise _DryRun from None
            if dry_run:
                raise _DryRun
    except _DryRun:
        return Imported(checked.rows, len(cases), result.facts, _sorted(mistakes), refused, written=False)
    return Imported(checked.rows, len(cases), result.facts, _sorted(mistakes), refused, written=bool(cases), repeated=result.repeated)


def _sorted(mistakes: list[Mistake]) -> tuple[Mistake, ...]:
    """In the order of the table; a day that several facts share is told once."""
    order = {place.field: number for number, place in enumerate(PLACES)}
    told = {(m.row, m.column, m.refusal.refusal.code if m.refusal else m.code): m for m in reversed(mistakes)}
    return tuple(sorted(told.values(), key=lambda mistake: (mistake.row, order.get(mistake.column, -1))))


def _key(path: Path, acting: Actor) -> UUID:
    """One file, one organisation, one import: sending it twice does it once."""
    with path.open("rb") as raw:
        digest = sha256()
        while part := raw.read(1 << 20):
            digest.update(part)
    return uuid5(_FILES, f"{acting.organisation_id}/{digest.hexdigest()}")


def _case(ref: str, told: PersonDraft, jurisdiction: str, territory: str) -> BatchCase:
    first = told.facts[0].on
    facts = [BatchFact("jurisdiction_set", first, {"country": jurisdiction}), *map(_fact, told.facts)]
    tiers = {IDENTITY: told.identity, CONTACT: told.contact, HTCDS: told.kept}
    return BatchCase(
        facts=facts, ref=ref, jurisdiction=jurisdiction, territory=told.territory or territory, opened_on=first,
        identity={tier: values for tier, values in tiers.items() if values},
    )  # fmt: skip


def _fact(told: FactDraft) -> BatchFact:
    return BatchFact(told.kind, told.on, told.fields, told.basis)


# ─── From a refusal of the door to a cell of the file ─────────────────────────────────────────────────────────────────

_DAY_COLUMN = {
    "concern_reported": "cas_IncomingReferralDate",
    "jurisdiction_set": "cas_IncomingReferralDate",
    "referred_for_identification": "cas_OutgoingReferralDate",
    "exit": "cas_Status",
    "presumption_stated": "vic_TraffickingStatus",
    "recognition_decided": "vic_TraffickingStatus",
    "consent_given": "con_Consent",
    "support_plan_agreed": "spl_ActionPlan",
}


def _mistake(told: RowRefusal, case: BatchCase, row: dict[str, str]) -> Mistake:
    column = _column(told, case, row)
    return Mistake(int(told.ref), column, row.get(column, "")[:80], "fact", {}, told)


def _column(told: RowRefusal, case: BatchCase, row: dict[str, str]) -> str:
    if told.place is None:
        return ""
    kind = case.facts[told.place].kind
    wanted = f"{kind}.{told.refusal.field}"
    for place in PLACES:
        if place.field in row and (place.to == wanted or wanted in place.also):
            return place.field
    column = _DAY_COLUMN.get(kind, "")
    if column in row:
        return column
    return next((p.field for p in PLACES if p.field in row and p.to.startswith(f"{kind}.")), "")


# ─── The report ───────────────────────────────────────────────────────────────────────────────────────────────────────

REPORT_COLUMNS = ("row", "column", "came", "expected_fr", "expected_en")


def write_report(path: Path, mistakes: Sequence[Mistake]) -> None:
    """Every mistake: row, column, what came, what was expected, in French and in English. For its owner's eyes only."""
    path.touch(mode=0o600)
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(REPORT_COLUMNS)
        for mistake in mistakes:
            cells = (mistake.column or gettext(ROW), mistake.came, mistake.expected("fr"), mistake.expected("en"))
            table.writerow([mistake.row, *(reading.escaped(cell) for cell in cells)])


def write_refused(path: Path, refused: dict[int, dict[str, str]]) -> None:
    """The refused rows as they came, to be mended and imported by themselves. For their owner's eyes only."""
    path.touch(mode=0o600)
    names = [name for name in PLACE if any(name in row for row in refused.values())]
    with path.open("w", encoding="utf-8-sig", newline="") as lines:
        table = csv.writer(lines)
        table.writerow(names)
        for number in sorted(refused):
            table.writerow([reading.escaped(refused[number].get(name, "")) for name in names])


__all__ = ["MAX_ROWS", "Checked", "Imported", "Mistake", "check_rows", "import_file", "write_refused", "write_report"]
