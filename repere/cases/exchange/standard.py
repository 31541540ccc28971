"""The Human Trafficking Case Data Standard 2.0 as it was published: 84 fields, 182 codes, two spellings."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

FOLDER = Path(__file__).parent / "htcds"

Form = Literal[
    "text", "long_text", "date", "code", "codes", "country", "countries", "language",
    "phone", "integer", "checkbox", "latitude", "longitude",
]  # fmt: skip

SPELLINGS = {
    "prs_First_Name": "prs_FirstName",
    "prs_Second_Name": "prs_SecondName",
    "vic_Methods_of_Control": "vic_MethodsOfControl",
}
"""Names the survey form of the standard gives to three fields."""

TECHNICAL_COLUMNS = frozenset({"start", "end", "__version__", "meta/instanceID", "instanceID"})
"""What survey tools add about the filling-in itself; it says nothing about a person and is not read."""

# The published sheet names the list but not the shape: which fields hold a country, a language, a number of the globe.
_FORMS: dict[str, Form] = {
    "org_ShippingCountry": "country",
    "prs_MailingCountry": "country",
    "prs_Citizenship": "countries",
    "prs_PrimaryLanguage": "language",
    "prs_SecondaryLanguage": "language",
    "org_Phone": "phone",
    "prs_HomePhone": "phone",
    "prs_MobilePhone": "phone",
    "prs_NumberOfChildren": "integer",
    "vic_AgeWhenTrafficked": "integer",
    "org_ShippingLatitude": "latitude",
    "org_ShippingLongitude": "longitude",
    "prs_MailingLatitude": "latitude",
    "prs_MailingLongitude": "longitude",
    "hte_Latitude": "latitude",
    "hte_Longitude": "longitude",
}
_BY_TYPE: dict[str, Form] = {
    "Date": "date",
    "Checkbox": "checkbox",
    "Picklist": "code",
    "Multiselect Picklist": "codes",
    "Long Text": "long_text",
}

ADDRESSES = frozenset(
    {f"prs_Mailing{part}" for part in ("Street", "City", "State", "PostalCode", "Latitude", "Longitude")}
    | {f"hte_{part}" for part in ("Street", "City", "State", "PostalCode", "Latitude", "Longitude")}
)
"""Where she may be found, or was held: left out of an export unless asked for."""


@dataclass(frozen=True, slots=True)
class Field:
    """One column. ``codes``: code → label, empty where the standard has no list of its own."""

    name: str
    section: str
    label: str
    form: Form
    core: bool
    deprecated: bool
    codes: dict[str, str]

    @property
    def several(self) -> bool:
        """True when a cell may hold several values, separated by semicolons."""
        return self.form in ("codes", "countries")


@cache
def fields() -> dict[str, Field]:
    """The 84 fields, in the order of the standard."""
    lists = _codes()
    with (FOLDER / "htcds-2.0-fields.csv").open(encoding="utf-8", newline="") as lines:
        return {row["qualified_name"]: _field(row, lists.get(row["qualified_name"], {})) for row in csv.DictReader(lines)}


def _field(row: dict[str, str], codes: dict[str, str]) -> Field:
    name = row["qualified_name"]
    form = _FORMS.get(name) or _BY_TYPE.get(row["type"], "text")
    return Field(name, row["section"], row["label"], form, row["core"] == "1", row["status"] == "DEPRECATED", codes)


def _codes() -> dict[str, dict[str, str]]:
    lists: dict[str, dict[str, str]] = {}
    with (FOLDER / "htcds-2.0-codes.csv").open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            lists.setdefault(row["field"], {})[row["code"]] = row["label"]
    return lists
