"""What may be written in an entry, checked in one place for pages and for imports."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from repere.directory import checks
from repere.directory.refusals import Refused
from repere.directory.vocabulary import AUDIENCES, Support

SHORTEST = 3
EDITABLE = (
    "name", "description", "support", "audiences", "forms", "languages", "territories", "remote", "travel", "eligibility",
    "first_evaluation", "frame", "training", "trained_on", "caution", "cost", "hours", "website",
)  # fmt: skip
IN_WORDS = ("name", "description", "travel", "eligibility", "frame", "training", "caution", "cost")


def clean_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """The same fields, checked; raises Refused with the first that cannot be taken."""
    unknown = set(fields) - set(EDITABLE)
    if unknown:
        raise Refused("unknown_code", value=sorted(unknown)[0], field="field")
    clean = dict(fields)
    for field in IN_WORDS:
        if field in clean:
            clean[field] = checks.nothing_to_find(field, str(clean[field] or "").strip())
    if "name" in clean:
        clean["name"] = named(clean["name"])
    if "territories" in clean:
        clean["territories"] = checks.territories(clean["territories"])
    if "languages" in clean:
        clean["languages"] = checks.languages(clean["languages"])
    if "hours" in clean:
        clean["hours"] = checks.hours(clean["hours"])
    if "website" in clean:
        clean["website"] = checks.website(clean["website"])
    if "support" in clean:
        one_of("support", clean["support"], Support.values)
    for audience in clean.get("audiences", ()):
        one_of("audiences", audience, AUDIENCES)
    return clean


def named(name: str) -> str:
    if len(name.strip()) < SHORTEST:
        raise Refused("name_needed")
    return checks.nothing_to_find("name", name.strip())[:200]


def one_of(field: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise Refused("unknown_code", value=value, field=field)
