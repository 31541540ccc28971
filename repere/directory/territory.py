"""Départements and territories of France, with their régions: codes of the official geographic code, as the rule book keeps them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
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


def in_several(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Départements among which a town named in plain words does not choose (Saint-Denis is in two), and the words that are left."""
    for name, codes in _towns().items():
        wanted = name.split()
        for start in range(len(words) - len(wanted) + 1):
            if len(set(codes)) > 1 and words[start : start + len(wanted)] == wanted:
                return codes, words[:start] + words[start + len(wanted) :]
    return (), words


NUMBERED_WITHIN = ("paris", "lyon", "marseille")
"""Cities whose districts have a number: “Paris 15” is not the département 15."""


@cache
def _towns() -> dict[str, tuple[str, ...]]:
    """Départements that have a town of this plain name: those of ten thousand inhabitants, and every chief town (see NOTICE.md)."""
    read = json.loads((Path(__file__).parent / "geography" / "towns.json").read_text(encoding="utf-8"))
    found: dict[str, tuple[str, ...]] = {}
    for code, names in read.items():
        for name in names:
            found[plain(name)] = (*found.get(plain(name), ()), code)
    return found


def of_town(text: str) -> tuple[str, ...]:
    """Codes of the départements that have a town of this name; several where the name does not tell, none for what is no known town."""
    return tuple(dict.fromkeys(_towns().get(plain(text), ())))


@cache
def _by_words() -> list[tuple[tuple[str, ...], str]]:
    """Names in words without accents, longest first: “Seine-Saint-Denis” is not “Seine”, nor “Villeneuve-sur-Lot” the Lot.

    Of names of one length a département comes before a town, and a town that two of them have is left out.
    """
    named = [(tuple(plain(place.name).split()), place.code) for place in territories().values()]
    named += [(tuple(name.split()), codes[0]) for name, codes in _towns().items() if len(codes) == 1]
    return sorted(named, key=lambda row: -len(row[0]))


def found_in(words: Iterable[str]) -> tuple[str, list[str]]:
    """The territory that a line of plain words names, by its code, its name or a town, and the words that are left."""
    left = [word for word in words if word not in ("departement", "dept", "dpt")]
    left = [word for before, word in pairwise(("", *left)) if not (before in NUMBERED_WITHIN and re.fullmatch("[0-9]{1,2}e?r?", word))]
    for position, word in enumerate(left):
        if word.upper() in territories():
            return word.upper(), left[:position] + left[position + 1 :]
    for name, code in _by_words():
        for start in range(len(left) - len(name) + 1):
            if tuple(left[start : start + len(name)]) == name:
                return code, left[:start] + left[start + len(name) :]
    return "", left


def nearness(served: Iterable[str], to: str) -> int:
    """How near a service is to a département: 0 serves it, 1 serves the whole country, 2 serves its région, 3 is elsewhere."""
    codes = set(served)
    if to in codes:
        return 0
    if EVERYWHERE in codes:
        return 1
    return 2 if codes & set(of_region(region_of(to))) else 3


SMALL_WORDS = frozenset(["le", "la", "les", "l", "de", "du", "des", "d", "en", "dans", "a"])


def places_named(text: str) -> list[str]:
    """Codes of what a text names whole: a région's territories, a territory by its code or name, or that of a town.

    None where words are left over: "Pont-de-l'Isère" is not the Isère, and a danger must not be written down for the wrong place.
    """
    words = plain(text)
    if of_its_own := region_named(words):
        return of_its_own
    code, left = found_in(words.split())
    return [code] if code and not set(left) - SMALL_WORDS else []
