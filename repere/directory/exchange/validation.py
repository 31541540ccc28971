"""Records against the published schemas, with `jsonschema` (formats checked: without it "id": "not-a-uuid" passes)."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from jsonschema import Draft202012Validator, FormatChecker
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

SCHEMAS = Path(__file__).parent / "schemas"
HSDS, INCLUSION = "hsds-3.0", "data-inclusion-1"


@cache
def _validator(standard: str, name: str) -> Draft202012Validator:
    schemas = {path.name: json.loads(path.read_text(encoding="utf-8")) for path in (SCHEMAS / standard).glob("*.json")}
    resources = [(file, Resource.from_contents(schema, default_specification=DRAFT202012)) for file, schema in schemas.items()]
    registry: Any = Registry().with_resources(resources)
    return Draft202012Validator(schemas[f"{name}.json"], registry=registry, format_checker=FormatChecker())


def faults(standard: str, name: str, record: Any) -> list[str]:
    """Where a record leaves the schema, in words; empty when it holds."""
    found = sorted(_validator(standard, name).iter_errors(record), key=lambda error: list(map(str, error.absolute_path)))
    return [
        _("“%(where)s” does not fit the standard: %(why)s")
        % {"where": ".".join(map(str, error.absolute_path)) or name, "why": error.message[:160]}
        for error in found
    ]
