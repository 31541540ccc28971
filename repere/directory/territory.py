"""Départements and territories of France, with their régions: codes of the official geographic code, as the rule book keeps them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from django.conf import settings

from repere.directory.wording import plain

EVERYWHERE = "FR"
"""Stands for the whole country in a list of territories."""


@dataclass(frozen=True)
class Territory:
    """A département or an overseas territory. `zone`: metro, drom or com."""

    code: str
    name: str
    region: str
    region_name: str
    zone: str


@cache
def territories() -> dict[str, Territory]:
    """Every territory by its code, in the order of the official list."""
    read = yaml.safe_load((Path(settings.REPERE_MECHANISM_FOLDER) / "common" / "departements.yaml").read_text(encoding="utf-8"))
    return {
        row["code"]: Territory(row["code"], row["label"]["fr"], row.get("region", ""), row.get("region_name", ""), row.get("zone", ""))
        for row in read["codelists"][0]["codes"]
    }


def is_territory(code: str) -> bool:
    return code == EVERYWHERE or code in territories()


def name_of(code: str) -> str:
    found = territories().get(code)
    return f"{found.name} ({code})" if found else code


def regions() -> dict[str, str]:
    """Code and name of each région; a territory without one stands for itself."""
    return {place.region or place.code: place.region_name or place.name for place in territories().values()}


def of_region(region: str) -> list[str]:
    return [place.code for place in territories().values() if (place.region or place.code) == region]


def region_of(code: str) -> str:
    place = territories().get(code)
    return (place.region or place.code) if place else ""


def region_named(words: str) -> list[str]:
    """The territories of the région that plain words name; none where they name no région."""
    code = next((code for code, name in regions().items() if plain(name) == words), "")
    return of_region(code) if code else []


METROPOLE = "metro"


def part_of(code: str) -> str:
    """The part of the Republic that a territory lies in: the mainland with Corsica, or the overseas territory itself."""
    place = territories().get(code)
    return "" if place is None else METROPOLE if place.zone == METROPOLE else place.code


def same_part(codes: Iterable[str]) -> frozenset[str]:
    """Every territory that lies in the same part of the Republic as one of these: no sea between."""
    parts = {part_of(code) for code in codes} - {""}
    return frozenset(code for code in territories() if part_of(code) in parts)


@cache
def _by_words() -> list[tuple[tuple[str, ...], str]]:
    """Names in words without accents, longest first, so that “Seine-Saint-Denis” is not taken for “Seine”."""
    named = [(tuple(plain(place.name).split()), place.code) for place in territories().values()]
    return sorted(named, key=lambda row: -len(row[0]))


def found_in(words: Iterable[str]) -> tuple[str, list[str]]:
    """The territory that a line of plain words names, by code or by name, and the words that are left."""
    left = [word for word in words if word not in ("departement", "dept", "dpt")]
    for position, word in enumerate(left):
        if word.upper() in territories():
            return word.upper(), left[:position] + left[position + 1 :]
    for name, code in _by_words():
        for start in range(len(left) - len(name) + 1):
            if tuple(left[start : start + len(name)]) == name:
                return code, left[:start] + left[start + len(name) :]
    return "", left
