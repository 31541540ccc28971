"""Looking for whom to turn to: by words, function, language and territory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from repere.directory.entry_models import Service
from repere.directory.queries.reading import Line, lines
from repere.directory.territory import EVERYWHERE, found_in, is_territory, of_region, region_of
from repere.directory.tiers import Tier
from repere.directory.trust import RELIABLE
from repere.directory.vocabulary import Function, is_language
from repere.directory.wording import words_asked
from repere.ledger.actions import Acting

MOST = 50
MATCHES = "SELECT id, rank FROM directory_matches(%s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Asked:
    """What was asked for, as it was understood. `words`: what is left once the territory is taken out."""

    words: tuple[str, ...] = ()
    function: str = ""
    language: str = ""
    territory: str = ""


@dataclass(frozen=True)
class Found:
    asked: Asked
    lines: list[Line]
    # Nothing has all the words: these have some of them.
    is_near_only: bool = False
    # There may be more than were shown.
    is_cut: bool = False


def understand(text: str, *, function: str = "", language: str = "", territory: str = "") -> Asked:
    """A question in words: “référent préfecture 69” asks for words in a territory. What is chosen in a list counts first."""
    named, left = found_in(words_asked(text))
    chosen = territory if is_territory(territory) and territory != EVERYWHERE else named
    return Asked(
        words=tuple(left),
        function=function if function in Function.values else "",
        language=language if language and is_language(language) else "",
        territory=chosen,
    )


def find(actor: Acting, asked: Asked, *, on: date, refused: Collection[UUID] = (), most: int = MOST) -> Found:
    """What fits, surest first. `refused`: entries that the person does not want, remembered in her file without a reason."""
    ranks, near = _matches(asked, " ".join(asked.words), most), False
    if not ranks and len(asked.words) > 1:
        ranks, near = _matches(asked, " or ".join(asked.words), most), True
    ids = [service for service in ranks if service not in set(refused)]
    services = Service.objects.visible_to(actor).offered().filter(pk__in=ids, tier__lte=Tier.MEMBERS).select_related("structure")
    found = lines(actor, list(services), on=on)
    found.sort(key=lambda line: _order(line, asked, ranks))
    return Found(asked, found, is_near_only=near and bool(found), is_cut=len(ranks) >= most)


def _matches(asked: Asked, words: str, most: int) -> dict[UUID, float]:
    with connection.cursor() as cursor:
        cursor.execute(MATCHES, [words, asked.function, asked.language, asked.territory, most])
        return dict(cursor.fetchall())


def _order(line: Line, asked: Asked, ranks: dict[UUID, float]) -> tuple[bool, float, bool, bool, str]:
    """Whoever serves this very territory, then the nearest words, then the surest contact."""
    elsewhere = bool(asked.territory) and asked.territory not in line.service.territories
    return elsewhere, -round(ranks[line.service.pk], 2), line.is_vacant, line.trust not in RELIABLE, line.service.name


def next_in_line(actor: Acting, service: Service, *, on: date) -> list[Line]:
    """Who else holds this function when nobody answers here: the same territory, then its région, then the country."""
    others = Service.objects.visible_to(actor).offered().filter(function=service.function, tier__lte=Tier.MEMBERS)
    others = others.exclude(pk=service.pk).filter(
        territories__overlap=[*service.territories, *_neighbours(service), EVERYWHERE]
    ).select_related("structure")[: MOST]  # fmt: skip
    found = [line for line in lines(actor, list(others), on=on) if not line.is_vacant]
    return sorted(
        found, key=lambda line: (not set(line.service.territories) & set(service.territories), line.is_national, line.service.name)
    )


def _neighbours(service: Service) -> list[str]:
    return [code for region in {region_of(code) for code in service.territories} for code in of_region(region)]
