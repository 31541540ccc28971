"""Tables as bytes, in CSV and XLSX: every cell is text, and no cell is a formula.

A cell that begins with = + - @ tab, carriage return or NUL gets an apostrophe before it (ASVS 1.2.10), also where apostrophes stand
before such a sign already, so that reading gives back exactly what was written. XLSX by `xlsxwriter`, read back by `openpyxl`.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter

Rows = Iterable[Sequence[str]]
_DANGEROUS = re.compile("'*[=+\\-@\t\n]")
_ESCAPED = re.compile("''*[=+\\-@\t\n]")
# What XML cannot hold is left out of both formats, so that they say the same (XML 1.0, production 2).
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
LONGEST_CELL = 32_000
"""Characters; a cell of a workbook holds 32,767."""


def safe(text: str) -> str:
    """The text as it may stand in a cell."""
    # Carriage returns become line ends, NUL and the like go: what is left is looked at, so that nothing dangerous moves to the front.
    kept = _NOT_TEXT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:LONGEST_CELL]
    return f"'{kept}" if _DANGEROUS.match(kept) else kept


def unsafe(text: str) -> str:
    """What was written before :func:`safe`; an apostrophe that protects nothing stays."""
    return text[1:] if _ESCAPED.match(text) else text


def to_csv(rows: Rows) -> bytes:
    """UTF-8 with a mark, so that spreadsheets read accents; lines end as RFC 4180 says."""
    lines = io.StringIO()
    csv.writer(lines, lineterminator="\r\n").writerows([safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + lines.getvalue().encode("utf-8")


def from_csv(data: bytes) -> list[list[str]]:
    text = io.StringIO(data.decode("utf-8-sig"), newline="")
    return [[unsafe(cell) for cell in row] for row in csv.reader(text)]


def to_xlsx(rows: Rows, *, foot: str = "") -> bytes:
    """One sheet; `foot` is printed under every page too."""
    held = io.BytesIO()
    as_text = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(held, {"in_memory": True, **as_text})
    sheet = book.add_worksheet("1")
    if foot:
        sheet.set_footer(f"&C{foot.replace('&', '&&')}"[:255])
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write_string(line, column, safe(cell))
    book.close()
    return held.getvalue()


def from_xlsx(data: bytes) -> list[list[str]]:
    import openpyxl  # a sixth of a second that every other start of a process is spared

    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True)
    return [[unsafe(str(cell)) if cell is not None else "" for cell in row] for row in book.worksheets[0].iter_rows(values_only=True)]


def table(rows: Rows, form: str, *, foot: str = "") -> bytes:
    """`form`: "csv" or "xlsx"."""
    return to_xlsx(rows, foot=foot) if form == "xlsx" else to_csv(rows)


def read(data: bytes) -> list[list[str]]:
    """A table whichever of the two it is."""
    return from_xlsx(data) if data[:4] == b"PK\x03\x04" else from_csv(data)
