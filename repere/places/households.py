"""Needs as they are kept: in the format of docs/placement.md, read back by the same strict reader as the command."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from repere.core.needs import Member, Needs
from repere.core.placement import ContradictoryInstance, Household, read_instance
from repere.directory.territory import is_territory, of_region, region_of
from repere.places.refusals import Refused


def written(needs: Needs) -> dict[str, Any]:
    """Members and needs, as JSON."""
    told: dict[str, Any] = {}
    for column in fields(Needs):
        value = getattr(needs, column.name)
        if column.name != "members" and value != column.default:
            told[column.name] = sorted(value) if isinstance(value, frozenset) else value
    return {"members": [_member(member) for member in needs.members], "needs": told}


def _member(member: Member) -> dict[str, Any]:
    said = {"disputed": member.disputed, "age": member.age}
    return {"gender": member.gender, "minor": member.minor} | {name: value for name, value in said.items() if value}


def zones(household: dict[str, Any], home: str) -> list[str]:
    """Départements to whose hidden shelters her needs may go: the régions of those she named, else of her file; never one she refuses
    or that is not safe. None where nobody said: such a need is sent to no hidden shelter."""
    needs = household.get("needs", {})
    named = needs.get("near", []) or ([home] if home != "FR" and is_territory(home) else [])
    around = {zone for one in named for zone in of_region(region_of(one))}
    return sorted(around - {*needs.get("refuses_zones", []), *needs.get("avoid", [])})


def read(household: dict[str, Any], *, id: str = "household", urgency: int = 1, waiting_days: int = 0) -> Household:
    """Raises Refused for needs that contradict themselves."""
    row = {"id": id, "urgency": urgency, "waiting_days": waiting_days, **household}
    try:
        return read_instance({"households": [row]}).households[0]
    except ContradictoryInstance as contradiction:
        raise Refused("contradiction", where=", ".join(contradiction.where[2:]) or contradiction.code) from contradiction
