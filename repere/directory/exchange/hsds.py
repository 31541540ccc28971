"""Open Referral HSDS 3.0: a list of `service` records, each with its organisation.

What HSDS has no place for (the function, the audience) travels as attributes whose taxonomy term says so. Addresses and
locations are neither written nor read: the standard has no way to mark one as confidential.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID, uuid5

import pycountry

from repere.directory.entry_models import Contact
from repere.directory.exchange.rows import Read, Row
from repere.directory.exchange.validation import HSDS, faults
from repere.directory.queries.reading import Line
from repere.directory.vocabulary import AUDIENCES, Function, Kind

_OURS = UUID("6d1f3a4e-90c2-5b1e-8f57-2a9b4c8d7e10")
TAXONOMY = "repere"


def write(lines: Iterable[Line]) -> str:
    return json.dumps([record(line) for line in lines], ensure_ascii=False, indent=1)


def record(line: Line) -> dict[str, Any]:
    """One entry as an HSDS service. Only the service line goes out, never a person's contact."""
    service, about = line.service, line.service.structure
    mailbox = _value(line, Contact.Kind.EMAIL)
    number = _value(line, Contact.Kind.PHONE)
    told: dict[str, Any] = {
        "id": str(service.pk), "organization_id": str(about.pk), "name": service.name, "description": service.description or service.name,
        "status": "inactive" if service.closed_on else "active",
        "organization": {"id": str(about.pk), "name": about.name, "description": str(about.get_kind_display()),
                         "attributes": [_attribute(about.pk, "organization", "kind", about.kind)]},
        "languages": [
            {"id": _id(service.pk, "language", code), "service_id": str(service.pk), "name": name, "code": code}
            for code, name in zip(service.languages, line.languages, strict=True)
        ],
        "service_areas": [
            {"id": _id(service.pk, "area", code), "service_id": str(service.pk), "name": name, "extent": code, "extent_type": "text"}
            for code, name in zip(service.territories, line.territories, strict=True)
        ],
        "attributes": [_attribute(service.pk, "service", "function", service.function),
                       *(_attribute(service.pk, "service", "audience", code) for code in service.audiences)],
    }  # fmt: skip
    optional = {"url": service.website, "email": mailbox, "eligibility_description": service.eligibility, "fees_description": service.cost}
    told |= {name: value for name, value in optional.items() if value}
    if number:
        told["phones"] = [{"id": _id(service.pk, "phone", number), "service_id": str(service.pk), "number": number, "type": "voice"}]
    if service.hours:
        told["schedules"] = [{"id": _id(service.pk, "hours", "1"), "service_id": str(service.pk), "description": service.hours}]
    seen = max((reach.contact.verified_on for reach in line.reaches if reach.contact.verified_on), default=None)
    if seen:
        told["assured_date"] = seen.isoformat()
    return told


def read(text: str) -> Read:
    """Services of a file; a page of an HSDS answer (`contents`) is taken too. Raises ValueError when it is not JSON of that shape."""
    content = json.loads(text)
    records = content.get("contents") if isinstance(content, dict) else content
    if not isinstance(records, list):
        raise ValueError("contents")
    found = Read()
    for number, told in enumerate(records, 1):
        if not isinstance(told, dict):
            raise ValueError(str(number))
        found.take(_row(number, told), faults(HSDS, "service", told))
    return found


def _row(number: int, told: dict[str, Any]) -> Row:
    about = _dict(told.get("organization"))
    attributes = _attributes(told)
    phones = [one for one in _list(told.get("phones")) if one.get("number")]
    hours = [str(one.get("description", "")) for one in _list(told.get("schedules"))]
    return Row(
        number=number, key=str(told.get("id", "")), structure=str(about.get("name", "")),
        kind=next(iter(_attributes(about).get("kind", [])), Kind.OTHER.value),
        function=next(iter(attributes.get("function", [])), Function.OTHER.value), name=str(told.get("name", "")),
        description=str(told.get("description", "")), territories=[_area(one) for one in _list(told.get("service_areas"))],
        languages=[_three_letters(str(one.get("code", ""))) for one in _list(told.get("languages")) if one.get("code")],
        audiences=[code for code in attributes.get("audience", []) if code in AUDIENCES],
        eligibility=str(told.get("eligibility_description", "")), website=str(told.get("url", "")), email=str(told.get("email", "")),
        phone=str(phones[0]["number"]).strip('"') if phones else "", hours=hours[0] if hours else "",
    )  # fmt: skip


def _value(line: Line, kind: str) -> str:
    return next((reach.contact.value for reach in line.reaches if reach.contact.kind == kind and not reach.waits), "")


def _attribute(owner: UUID, entity: str, name: str, code: str) -> dict[str, Any]:
    return {
        "id": _id(owner, name, code), "link_id": str(owner), "link_type": name, "link_entity": entity, "value": code,
        "taxonomy_term": {
            "id": _id(_OURS, name, code), "code": code, "name": code, "description": f"{name}: {code}", "taxonomy": TAXONOMY,
        },
    }  # fmt: skip


def _attributes(told: dict[str, Any]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in _list(told.get("attributes")):
        if _dict(one.get("taxonomy_term")).get("taxonomy") == TAXONOMY:
            found.setdefault(str(one.get("link_type", "")), []).append(str(one["taxonomy_term"].get("code", "")))
    return found


def _area(told: dict[str, Any]) -> str:
    return str(told.get("extent") or told.get("name") or "")[:60]


def _three_letters(code: str) -> str:
    found = pycountry.languages.get(alpha_2=code) if len(code) == 2 else None
    return found.alpha_3 if found else code


def _id(owner: UUID, *parts: str) -> str:
    return str(uuid5(owner, "/".join(parts)))


def _list(value: Any) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
