"""What the directory tells anybody, département by département: the copy of the night, read as the role `public` and never as another.

These pages run behind a door that shuts every connection of the process (`door.py`). The copy is read through one of its own, whose
role can read the schema `published` and nothing else, whatever process serves the page. It is kept for some minutes, so that many
readers are no load; where it cannot be read, the page says whom to call.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg
from django.conf import settings
from django.db import connections
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from repere.directory.checks import phone_in_words
from repere.directory.territory import EVERYWHERE, region_of, regions, territories
from repere.directory.vocabulary import REFERENTS, Function, language_name

KEPT_FOR = timedelta(minutes=5)
NOT_TRIED_FOR = timedelta(seconds=20)
MOST = 200
OLD_AFTER = timedelta(days=7)
STATES = {"covered": _("Covered"), "stale": _("Not confirmed lately"), "vacant": _("Vacant"), "never": _("Never named")}
LOG = logging.getLogger(__name__)

SERVICES = """
    SELECT name, structure, function, languages, phone, website, verified_on FROM published.directory_service
    WHERE territories && ARRAY[%(territory)s, %(everywhere)s]::varchar[] AND (phone <> '' OR website <> '')
    ORDER BY %(territory)s = ANY (territories) DESC, name, id LIMIT %(most)s
"""
POSTS = "SELECT function, state, as_of FROM published.directory_coverage WHERE territory = %(territory)s ORDER BY function"
LATE = "SELECT function, as_of FROM published.directory_region WHERE region = %(region)s ORDER BY function"


@dataclass(frozen=True)
class Service:
    """A public entry. `phone`: a service line in international form or a short number; `verified_on`: when somebody last reached it."""

    name: str
    structure: str
    function: str
    languages: tuple[str, ...]
    phone: str
    website: str
    verified_on: date | None


@dataclass(frozen=True)
class Nearby:
    """`posts`: function of the State → covered, stale, vacant, never. `late`: protected functions that the région had, and on which day.

    `as_of`: the day of the copy; None where none was ever written. `truncated`: more services than are told.
    """

    services: tuple[Service, ...]
    posts: tuple[tuple[str, str], ...]
    late: tuple[tuple[str, date], ...]
    as_of: date | None
    truncated: bool = False

    def is_old(self, today: date) -> bool:
        return self.as_of is not None and today - self.as_of > OLD_AFTER


_kept: dict[tuple[str, str], tuple[datetime, Nearby | None]] = {}
_one_at_a_time = threading.Lock()


def nearby(territory: str, *, now: datetime) -> Nearby | None:
    """What the copy tells of one département; None where it cannot be read now. Costs three short statements each five minutes."""
    place = (str(connections.settings["default"]["NAME"]), territory)
    with _one_at_a_time:
        read_at, found = _kept.get(place, (None, None))
        if read_at is not None and timedelta(0) <= now - read_at < (KEPT_FOR if found else NOT_TRIED_FOR):
            return found
        try:
            found = _read(place[0], territory)
        except psycopg.Error:
            LOG.warning("The public copy of the directory could not be read")
            found = None
        _kept[place] = (now, found)
    return found


def _read(database: str, territory: str) -> Nearby:
    where: dict[str, Any] = settings.REPERE_PUBLIC_COPY
    asked = {"territory": territory, "everywhere": EVERYWHERE, "region": region_of(territory), "most": MOST + 1}
    with psycopg.connect(
        host=where["HOST"], port=where["PORT"], dbname=database, user=where["USER"], password=where["PASSWORD"], connect_timeout=3,
        options="-c statement_timeout=3000 -c default_transaction_read_only=on",
    ) as public:  # fmt: skip
        services = [Service(row[0], row[1], row[2], tuple(row[3]), *row[4:]) for row in public.execute(SERVICES, asked)]
        posts = public.execute(POSTS, asked).fetchall()
        late = public.execute(LATE, asked).fetchall()
    return Nearby(
        tuple(services[:MOST]), tuple((function, state) for function, state, _ in posts), tuple(late),
        max((as_of for _, _, as_of in posts), default=None), len(services) > MOST,
    )  # fmt: skip


def in_words(found: Nearby) -> dict[str, Any]:
    """In the language of the moment: who helps, before the offices of authorities; posts of the State; what is told late.

    A website is text, not a link: where it leads would stay in the history of the telephone.
    """
    shelves = (
        (gettext("Who helps"), [one for one in found.services if one.function not in REFERENTS]),
        (gettext("Offices of authorities"), [one for one in found.services if one.function in REFERENTS]),
    )
    return {
        "groups": [(title, [_worded(one) for one in told]) for title, told in shelves if told],
        "posts": [(Function(function).label, STATES.get(state, state)) for function, state in found.posts],
        "late": [(Function(function).label, day) for function, day in found.late],
    }


def _worded(one: Service) -> dict[str, Any]:
    return {
        "name": one.name, "structure": one.structure if one.structure != one.name else "", "what": Function(one.function).label,
        "languages": ", ".join(language_name(code) for code in one.languages), "dial": one.phone,
        "phone": phone_in_words(one.phone) if one.phone else "", "website": one.website, "verified_on": one.verified_on,
    }  # fmt: skip


def by_region() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Name of each région with the codes and names of its départements, as the official list orders them."""
    for region, name in regions().items():
        yield name, [(place.code, place.name) for place in territories().values() if (place.region or place.code) == region]
