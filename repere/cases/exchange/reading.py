"""Rows of a file, one after the other: CSV, OpenDocument and Excel, never more in memory than a row.

Limits are stated, and met before anything is written: a file too large, damaged or not a table ends in
:class:`FileRefused`, which says what to do.
"""

from __future__ import annotations

import csv
import difflib
import io
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError  # only the types: parsing goes through defusedxml

from defusedxml.common import DefusedXmlException  # type: ignore[import-untyped]
from defusedxml.ElementTree import iterparse  # type: ignore[import-untyped]
from django.utils.translation import gettext, gettext_noop

from repere.cases.exchange.standard import SPELLINGS, TECHNICAL_COLUMNS, fields

MAX_BYTES = 50 * 1024 * 1024
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_ROWS = 50_000
MAX_COLUMNS = 200

SENTENCES = {
    "missing": gettext_noop("There is no file at %(file)s. Nothing was changed."),
    "kind": gettext_noop("The file %(file)s is neither .csv, .ods nor .xlsx. Save the table in one of these forms. Nothing was changed."),
    "too_large": gettext_noop(
        "The file has %(size)s MB; at most %(limit)s MB are read at once. Split it into smaller files, each with the first "
        "line. Nothing was changed."
    ),
    "too_many_rows": gettext_noop(
        "The file has more than %(limit)s rows. Split it into smaller files, each with the first line. Nothing was changed."
    ),
    "damaged": gettext_noop(
        "The file cannot be read as a table: it is damaged, cut short or of another kind than its name says. Open it in a "
        "spreadsheet and save it again. Nothing was changed."
    ),
    "damaged_at": gettext_noop(
        "The file cannot be read as a table from line %(line)s on: check quotation marks and separators there. Nothing was "
        "changed."
    ),
    "encoding": gettext_noop(
        "Line %(line)s is not written in UTF-8. Save the file as “CSV UTF-8”, or say which encoding it has with --encoding "
        "(French Excel: cp1252). Nothing was changed."
    ),
    "empty": gettext_noop(
        "The file is empty: the first line must hold names of fields of the standard, such as prs_FirstName. Nothing was "
        "changed."
    ),
    "unknown_columns": gettext_noop(
        "These columns are not fields of the standard (HTCDS 2.0): %(columns)s. Rename or remove them. Nothing was changed."
    ),
    "doubled_columns": gettext_noop("These fields stand in more than one column: %(columns)s. Keep one of each. Nothing was changed."),
    "no_columns": gettext_noop(
        "No column of the first line is a field of the standard (HTCDS 2.0). The first line must hold names such as "
        "prs_FirstName. Nothing was changed."
    ),
}  # fmt: skip


class FileRefused(Exception):
    """The file as a whole cannot be taken; nothing was changed."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params

    def __str__(self) -> str:
        return gettext(SENTENCES[self.code]) % self.params


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``number`` is what a spreadsheet shows beside it; ``cells`` are stripped, empty ones left out."""

    number: int
    cells: dict[str, str]
    extra: int = 0


Progress = Callable[[int], None]
"""Told how many bytes were read since the last call."""


def rows(path: Path, *, encoding: str = "utf-8", progress: Progress | None = None, max_rows: int = MAX_ROWS) -> Iterator[Row]:
    """Rows of the table; columns are named as the standard names them. Raises :class:`FileRefused`."""
    if not path.is_file():
        raise FileRefused("missing", file=path.name)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise FileRefused("too_large", size=-(-size // 1024**2), limit=MAX_BYTES // 1024**2)
    tell = progress or (lambda _: None)
    readers: dict[str, Callable[[], Iterable[tuple[int, list[str]]]]] = {
        ".csv": lambda: _csv(path, encoding, tell),
        ".ods": lambda: _ods(path, tell),
        ".xlsx": lambda: _xlsx(path, tell),
    }
    if path.suffix.lower() not in readers:
        raise FileRefused("kind", file=path.name)
    return _named(readers[path.suffix.lower()](), max_rows)


def _named(lines: Iterable[tuple[int, list[str]]], max_rows: int) -> Iterator[Row]:
    names: list[str | None] | None = None
    seen = 0
    for number, cells in lines:
        if not any(cells):
            continue
        if names is None:
            names = _columns(cells)
            continue
        seen += 1
        if seen > max_rows:
            raise FileRefused("too_many_rows", limit=max_rows)
        extra = sum(1 for cell in cells[len(names) :] if cell)
        yield Row(number, {name: cell for name, cell in zip(names, cells, strict=False) if name and cell}, extra)
    if names is None:
        raise FileRefused("empty")


def _columns(header: list[str]) -> list[str | None]:
    """Names of the standard, None for columns that are not read. Unknown ones would be lost in silence: refused."""
    while header and not header[-1]:
        header = header[:-1]
    known = fields()
    names = [SPELLINGS.get(name, name) for name in (cell.strip() for cell in header)]
    found = [name for name in names if name in known]
    if not found:
        raise FileRefused("no_columns")
    if unknown := [name for name in names if name not in known and name not in TECHNICAL_COLUMNS]:
        raise FileRefused("unknown_columns", columns=", ".join(_with_nearest(name) for name in unknown[:20]))
    if doubled := sorted({name for name in found if found.count(name) > 1}):
        raise FileRefused("doubled_columns", columns=", ".join(doubled))
    return [name if name in known else None for name in names]


def _with_nearest(name: str) -> str:
    near = difflib.get_close_matches(name, fields(), n=1, cutoff=0.75)
    shown = name[:60] or "∅"
    return f"{shown} ({near[0]}?)" if near else shown


# ─── CSV ──────────────────────────────────────────────────────────────────────────────────────────────────────────────

_ESCAPED = re.compile(r"'+[=+\-@\t\r]")
_DANGEROUS = re.compile(r"'*[=+\-@\t\r]")


def escaped(text: str) -> str:
    """Free text that a spreadsheet would run as a formula gets an apostrophe before it. Undone by :func:`unescaped`."""
    return f"'{text}" if _DANGEROUS.match(text) else text


def unescaped(text: str) -> str:
    """The text before :func:`escaped`; an apostrophe that protects nothing stays."""
    return text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text


def _csv(path: Path, encoding: str, tell: Progress) -> Iterator[tuple[int, list[str]]]:
    with path.open("rb") as raw:
        lines = _decoded(raw, encoding, tell)
        first = next(lines, "")
        table = csv.reader(_again(first, lines), delimiter=_delimiter(first), strict=True)
        try:
            for number, cells in enumerate(table, start=1):
                if len(cells) > MAX_COLUMNS:
                    raise FileRefused("damaged_at", line=table.line_num)
                yield number, [unescaped(cell.strip(" \u00a0\n")) for cell in cells]
        except csv.Error:
            raise FileRefused("damaged_at", line=table.line_num) from None


def _decoded(raw: io.BufferedReader, encoding: str, tell: Progress) -> Iterator[str]:
    number = 0
    while line := raw.readline(LINE_LIMIT):
        number += 1
        tell(len(line))
        if len(line) >= LINE_LIMIT or b"\x00" in line:
            raise FileRefused("damaged_at", line=number)
        try:
            text = line.decode(encoding)
        except UnicodeDecodeError:
            raise FileRefused("encoding", line=number) from None
        except LookupError:
            raise FileRefused("encoding", line=number) from None
        yield text.removeprefix("\ufeff") if number == 1 else text


LINE_LIMIT = 2 * 1024 * 1024
"""Bytes of one line of text, far above any honest row."""


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    if first:
        yield first
    yield from rest


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


# ─── Spreadsheets ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _unpacked(path: Path) -> None:
    """A small archive may unfold into a huge one; its table of contents says how large."""
    try:
        with zipfile.ZipFile(path) as archive:
            total = sum(part.file_size for part in archive.infolist())
    except (zipfile.BadZipFile, OSError, ValueError):
        raise FileRefused("damaged") from None
    if total > MAX_UNPACKED_BYTES:
        raise FileRefused("too_large", size=-(-total // 1024**2), limit=MAX_UNPACKED_BYTES // 1024**2)


def _xlsx(path: Path, tell: Progress) -> Iterator[tuple[int, list[str]]]:
    _unpacked(path)
    try:
        import openpyxl  # a sixth of a second that every other start of a process is spared

        with path.open("rb") as raw, closing(openpyxl.load_workbook(raw, read_only=True, data_only=True)) as book:
            sheet = book.worksheets[0]
            share = path.stat().st_size // max(sheet.max_row or 1, 1)
            for number, cells in enumerate(sheet.iter_rows(values_only=True, max_col=MAX_COLUMNS), start=1):
                tell(share)
                yield number, [_shown(cell) for cell in cells]
    except FileRefused:
        raise
    # What a damaged workbook raises inside the library is not one family of errors.
    except Exception:
        raise FileRefused("damaged") from None


def _shown(cell: Any) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case datetime():
            return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat()
        case date():
            return cell.isoformat()
        case float() if cell.is_integer():
            return str(int(cell))
        case _:
            return str(cell).strip(" \u00a0\n")


_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_WORDS = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def _ods(path: Path, tell: Progress) -> Iterator[tuple[int, list[str]]]:
    _unpacked(path)
    number = 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as content:
            for _, element in iterparse(content, events=("end",), forbid_dtd=True):
                if element.tag == f"{_TABLE}table-row":
                    repeated = int(element.get(f"{_TABLE}number-rows-repeated", "1"))
                    cells = _ods_cells(element)
                    # Spreadsheets end with a million empty rows written as one.
                    for _ in range(repeated if any(cells) else 1):
                        number += 1
                        tell(1)
                        yield number, cells
                    if not any(cells):
                        number += repeated - 1
                    element.clear()
                elif element.tag == f"{_TABLE}table":
                    return
    except (zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, ValueError, OSError, EOFError):
        raise FileRefused("damaged") from None


def _ods_cells(row: Element) -> list[str]:
    cells: list[str] = []
    for cell in row:
        if cell.tag not in (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            continue
        shown = _ods_cell(cell)
        repeated = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        cells += [shown] * min(repeated, MAX_COLUMNS - len(cells)) if shown or repeated < MAX_COLUMNS else []
    return cells


def _ods_cell(cell: Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind == "date":
        return (cell.get(f"{_OFFICE}date-value") or "").removesuffix("T00:00:00")
    if kind == "boolean":
        return cell.get(f"{_OFFICE}boolean-value") or ""
    if kind in ("float", "percentage", "currency"):
        return _shown(float(cell.get(f"{_OFFICE}value") or "nan"))
    return "\n".join(_ods_text(part) for part in cell if part.tag == f"{_WORDS}p").strip(" \u00a0\n")


def _ods_text(part: Element) -> str:
    text = part.text or ""
    for child in part:
        if child.tag == f"{_WORDS}s":
            text += " " * min(int(child.get(f"{_WORDS}c", "1")), 1_000)
        elif child.tag == f"{_WORDS}tab":
            text += "\t"
        elif child.tag == f"{_WORDS}line-break":
            text += "\n"
        else:
            text += _ods_text(child)
        text += child.tail or ""
    return text
