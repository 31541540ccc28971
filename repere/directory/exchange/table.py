"""The CSV template: one line per entry, lists separated by a bar, headers in the file's own words."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable

from repere.directory.exchange.rows import Read, Row
from repere.directory.queries.reading import Line

LISTS = ("territories", "languages", "audiences")
COLUMNS = (
    "key", "structure", "kind", "function", "name", "description", "territories", "languages", "audiences", "support", "eligibility",
    "training", "hours", "website", "phone", "email",
)  # fmt: skip
DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\0")
EXAMPLE = Row(
    number=1, key="example-1", structure="Association Exemple", kind="general_association", function="legal", name="Permanence juridique",
    territories=["69", "01"], languages=["fra", "eng"], audiences=["women"], support="occasional", hours="Mo-Fr 09:00-17:00",
    website="https://example.org", phone="+33199001122", email="contact@example.org",
)  # fmt: skip


def template() -> str:
    return _file([EXAMPLE])


def write(lines: Iterable[Line]) -> str:
    """Entries as lines. Only the service line goes out, never a person's contact."""
    return _file(_row(number, line) for number, line in enumerate(lines, 1))


def _row(number: int, line: Line) -> Row:
    service = line.service
    given = {reach.contact.kind: reach.contact.value for reach in line.reaches if not reach.waits}
    return Row(
        number=number, key=str(service.pk), structure=service.structure.name, kind=service.structure.kind, function=service.function,
        name=service.name, description=service.description, territories=service.territories, languages=service.languages,
        audiences=service.audiences, support=service.support, eligibility=service.eligibility, training=service.training,
        hours=service.hours, website=service.website, phone=given.get("phone", ""), email=given.get("email", ""),
    )  # fmt: skip


def _file(rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    for row in rows:
        writer.writerow([_safe(_cell(row, column)) for column in COLUMNS])
    return out.getvalue()


def _cell(row: Row, column: str) -> str:
    value = getattr(row, column)
    return "|".join(value) if column in LISTS else str(value)


def _safe(text: str) -> str:
    """A cell that a spreadsheet would run stays text (ASVS 5.0, 1.2.10)."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def read(text: str) -> Read:
    """Lines of a file with our headers; columns may be missing or in another order. Raises ValueError without the needed ones."""
    reader = csv.DictReader(io.StringIO(text.lstrip("\ufeff")), dialect=_dialect(text))
    headers = [header.strip() for header in reader.fieldnames or []]
    missing = [column for column in ("structure", "function", "name", "territories") if column not in headers]
    if missing:
        raise ValueError(", ".join(missing))
    found = Read()
    for number, cells in enumerate(reader, 1):
        told = {key.strip(): _bare(value or "") for key, value in cells.items() if isinstance(key, str) and isinstance(value, str | None)}
        values = {column: told.get(column, "").strip() for column in COLUMNS if told.get(column, "").strip()}
        lists = {column: values.pop(column).split("|") for column in LISTS if column in values}
        found.take(Row(number=number, **values, **lists))  # type: ignore[arg-type]
    return found


def _bare(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(DANGEROUS) else text


def _dialect(text: str) -> type[csv.Dialect]:
    first = text.split("\n", 1)[0]

    class Here(csv.excel):
        delimiter = ";" if first.count(";") > first.count(",") else ","

    return Here
