"""Lists that people need at hand, by département: Ac.Sé, places of OFII, SIAO and 115, CRIP.

What is known of each scheme stands in `lists.yaml` with its source; who does it where comes from vetted entries of the open tiers, and
what nobody has written down is said to be unknown.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from repere.directory.entry_models import Service
from repere.directory.queries.reading import Line, lines
from repere.directory.territory import EVERYWHERE, Territory, territories
from repere.directory.tiers import Tier
from repere.ledger.actions import Acting

FILE = Path(__file__).parents[1] / "lists.yaml"
CERTAINTIES = ("A", "B", "C", "M")


@dataclass(frozen=True)
class Known:
    """One sentence about a scheme. `source`: title and address of where it was read; nothing for what is from memory."""

    text: str
    certainty: str
    source: str = ""
    url: str = ""


@dataclass(frozen=True)
class Scheme:
    id: str
    function: str
    title: str
    known: tuple[Known, ...]
    unknown: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """A département with whoever serves it. `national` lines serve the whole country and are told once, above the table."""

    territory: Territory
    lines: tuple[Line, ...]


@cache
def _file() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read


def schemes(language: str) -> dict[str, Scheme]:
    """Every scheme that has a list, in the language of the page (`fr` or `en`)."""
    sources = _file()["sources"]

    def known(fact: dict[str, Any]) -> Known:
        source = sources[fact["source"]] if fact["source"] else {}
        return Known(fact["text"][language], fact["certainty"], source.get("title", ""), source.get("url", ""))

    return {
        row["id"]: Scheme(
            row["id"], row["function"], row["title"][language], tuple(known(fact) for fact in row["facts"]),
            tuple(text[language] for text in row["unknown"]),
        )
        for row in _file()["lists"]
    }  # fmt: skip


def by_territory(actor: Acting, function: str, *, territory: str = "", on: date) -> tuple[list[Place], list[Line]]:
    """Who does it in each département, or in one; and who serves the whole country. A fixed number of statements."""
    services = Service.objects.visible_to(actor).offered().filter(function=function, tier__lte=Tier.MEMBERS)
    if territory:
        services = services.filter(territories__overlap=[territory, EVERYWHERE])
    found: dict[str, list[Line]] = defaultdict(list)
    national = []
    for line in lines(actor, list(services.select_related("structure")), on=on):
        national += [line] if line.is_national else []
        for code in line.service.territories:
            found[code].append(line)
    wanted = [place for code, place in territories().items() if territory in ("", code)]
    return [Place(place, tuple(found[place.code])) for place in wanted], national
