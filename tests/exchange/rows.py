"""Rows of the standard for tests: made up value by value, canonical, about nobody."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

from hypothesis import strategies as st

from repere.cases.exchange.reading import escaped
from repere.cases.exchange.standard import Field, fields

# Letters, marks, digits, punctuation, the beginnings of formulas; no control characters, as cells cannot hold them.
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=40)
CANONICAL_TEXT = TEXT.map(lambda text: text.strip(" \u00a0\n")).filter(bool)
COUNTRIES = st.sampled_from(["FR", "NG", "VN", "RO", "BR", "CN", "UA", "GB"])
PAST = st.dates(date(1950, 1, 1), date(2026, 6, 30))


def value_of(field: Field) -> st.SearchStrategy[str]:
    """Canonical values of a field."""
    match field.form:
        case "code":
            return st.sampled_from(sorted(field.codes))
        case "codes":
            return st.lists(st.sampled_from(list(field.codes)), min_size=1, max_size=4, unique=True).map(";".join)
        case "country":
            return COUNTRIES
        case "countries":
            return st.lists(COUNTRIES, min_size=1, max_size=3, unique=True).map(";".join)
        case "language":
            return st.sampled_from(["fra", "eng", "ron", "vie", "ibo", "ber"])
        case "phone":
            return st.integers(10**8, 10**14).map(str)
        case "integer":
            return st.integers(0, 20).map(str)
        case "checkbox":
            return st.sampled_from(["true", "false"])
        case "latitude" | "longitude":
            return st.integers(-89, 89).map(lambda n: f"{n}.25")
        case "date":
            day = PAST.map(date.isoformat)
            return st.one_of(day, day.map(lambda d: d[:7]), day.map(lambda d: d[:4]), st.tuples(PAST, PAST).map(_range))
        case _:
            return CANONICAL_TEXT


def _range(ends: tuple[date, date]) -> str:
    first, last = sorted(ends)
    return first.isoformat() if first == last else f"{first.isoformat()}/{last.isoformat()}"


def row() -> st.SearchStrategy[dict[str, str]]:
    """A row with any of the 84 fields filled; one always says something of her."""
    filled = {name: value_of(field) for name, field in fields().items()}
    optional = {name: strategy for name, strategy in filled.items() if name != "prs_FirstName"}
    return st.fixed_dictionaries({"prs_FirstName": CANONICAL_TEXT}, optional=optional)


def write_csv(path: Path, rows: list[dict[str, str]], names: list[str] | None = None, *, delimiter: str = ",") -> Path:
    columns = names or list(fields())
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.writer(lines, delimiter=delimiter)
        table.writerow(columns)
        for row in rows:
            table.writerow(
                [
                    escaped(row.get(name, "")) if fields().get(name) and fields()[name].form.endswith("text") else row.get(name, "")
                    for name in columns
                ]
            )
    return path
