"""Looking for whom to turn to: by words, function, language and territory."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from repere.directory.entry_models import Service
from repere.directory.queries.reading import Line, lines
from repere.directory.territory import EVERYWHERE, found_in, in_several, is_territory, name_of, of_region, region_of
from repere.directory.tiers import Tier
from repere.directory.trust import RELIABLE
from repere.directory.vocabulary import Function, functions_asked, is_language, words_of_function
from repere.directory.wording import plain, words_asked
from repere.ledger.actions import Acting

MOST = 50
MATCHES = "SELECT id, rank FROM directory_matches(%s, %s, %s, %s, %s)"


@dataclass(frozen=True)
class Asked:
    """What was asked for, as it was understood. `words`: what is left once the territory is taken out.

    `means`: functions that some of the words ask for, as workers say them. `several`: départements among which a town does not choose.
    """

    words: tuple[str, ...] = ()
    function: str = ""
    language: str = ""
    territory: str = ""
    means: tuple[str, ...] = ()
    several: tuple[str, ...] = ()

    @property
    def is_something(self) -> bool:
        return bool(self.words or self.function or self.language or self.territory or self.several)

    @property
    def understood(self) -> list[str]:
        """What the words were taken for, as a page says it back; words that were only looked for are not in it."""
        named = [str(Function(one).label) for one in self.means]
        return [*named, name_of(self.territory)] if self.territory else named

    @property
    def unknown(self) -> list[str]:
        """Words that name neither a function nor a place, nor belong to the name of one that was understood: looked for as they stand."""
        named = {word for one in self.means for word in plain(words_of_function(one)).split()}
        return [word for word in self.words if not functions_asked(word) and word not in named]

    @property
    def to_choose_among(self) -> list[str]:
        return [name_of(code) for code in self.several]

    @property
    def queries(self) -> str:
        """For the full text: all the words; or, for each function they mean, its own name in their place."""
        named = [" ".join([plain(str(Function(one).label)), *self.unknown]) for one in self.means]
        return " or ".join(filter(None, [" ".join(self.words), *named]))


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
    several: tuple[str, ...] = ()
    if not chosen:
        several, left = in_several(left)
    means = dict.fromkeys(one.value for word in left for one in functions_asked(word))
    return Asked(
        means=tuple(means),
        several=several,
        words=tuple(left),
        function=function if function in Function.values else "",
        language=language if language and is_language(language) else "",
        territory=chosen,
    )


def find(actor: Acting, asked: Asked, *, on: date, refused: Collection[UUID] = (), most: int = MOST) -> Found:
    """What fits, surest first. `refused`: entries that the person does not want, remembered in her file without a reason."""
    ranks, near = matches(asked, asked.queries, most), False
    if not ranks and len(asked.words) > 1:
        ranks, near = matches(asked, " or ".join(asked.words), most), True
    ids = [service for service in ranks if service not in set(refused)]
    services = Service.objects.visible_to(actor).offered().filter(pk__in=ids, tier__lte=Tier.MEMBERS).select_related("structure")
    found = lines(actor, list(services), on=on)
    found.sort(key=lambda line: _order(line, asked, ranks))
    return Found(asked, found, is_near_only=near and bool(found), is_cut=len(ranks) >= most)


def matches(asked: Asked, words: str, most: int) -> dict[UUID, float]:
    """Entries that fit, by id, with how near their words are: at most `most`, those of the very territory first. Cost: 1 query.

    A town that does not choose among départements is looked for in each: one query more.
    """
    found: dict[UUID, float] = {}
    with connection.cursor() as cursor:
        for territory in asked.several or (asked.territory,):
            cursor.execute(MATCHES, [words, asked.function, asked.language, territory, most])
            found |= dict(cursor.fetchall())
    return found


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
