"""What is unusual in somebody's reading, told in numbers that she can be asked about. Plain comparisons, nothing learnt.

Each rule compares a person with herself, never with her colleagues, and gives its numbers with it. Opening counts, being shown
in a list does not: nobody chooses what a list shows. An alert stops nobody: urgent work goes on, and somebody asks.
The rules and figures are our choice; no text prescribes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

HISTORY_DAYS = 30
DAYS_TO_COMPARE = 5
"""With fewer days of her own to compare with, `FIRST_DAYS_BREADTH` stands in."""
FIRST_DAYS_BREADTH = 60
LEAST_BREADTH = 20
TIMES_MEDIAN = 3
NIGHT_FROM, NIGHT_UNTIL = 23, 6
LEAST_AT_NIGHT = 5
NIGHTS_THAT_ARE_USUAL = 3
LEAST_IN_ORDER = 8
LEAST_WITHOUT_RELATION = 10
LEAST_DENIALS = 10
HANDFUL_AN_HOUR = 5
"""Tasks that somebody sets aside within an hour; more is asked about."""


@dataclass(frozen=True)
class Reading:
    """One row of the ledger: who, when, which persons. `kind`: a page that was opened (look) or refused (denial), a row that was written
    (write), a task that was set aside (set_aside)."""

    user: UUID
    at: datetime
    persons: tuple[UUID, ...]
    kind: str = "look"

    @property
    def opened(self) -> UUID | None:
        """The person whose page was opened; None for a list."""
        return self.persons[0] if self.kind in ("look", "write") and len(self.persons) == 1 else None


@dataclass(frozen=True)
class Known:
    """What the readings are held against.

    `created`: persons in the order in which their files were made. `related`: reader → persons she wrote about or has a task
    for. `same_name`: reader → persons who bear her family name. `canaries`: files about nobody.
    """

    zone: str
    created: Sequence[UUID] = ()
    related: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    same_name: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)
    canaries: frozenset[UUID] = frozenset()


@dataclass(frozen=True)
class Unusual:
    """One answer of one rule about one reader and one day."""

    user: UUID
    rule: str
    numbers: Mapping[str, Any]


def unusual(readings: Iterable[Reading], known: Known, *, on: date) -> list[Unusual]:
    """What was unusual on a day of the territory. `readings` hold that day and the thirty before it, in order of time."""
    zone = ZoneInfo(known.zone)
    days: dict[UUID, dict[date, list[Reading]]] = defaultdict(lambda: defaultdict(list))
    for reading in readings:
        days[reading.user][reading.at.astimezone(zone).date()].append(reading)
    places = {person: place for place, person in enumerate(known.created)}
    return [
        Unusual(user, rule, numbers)
        for user, by_day in days.items()
        if on in by_day
        for rule, numbers in _of_reader(user, by_day.pop(on), by_day, known, zone, places)
    ]


Days = Mapping[date, Sequence[Reading]]
Answer = tuple[str, dict[str, Any]]


def _of_reader(
    user: UUID, today: Sequence[Reading], before: Days, known: Known, zone: ZoneInfo, places: Mapping[UUID, int]
) -> Iterator[Answer]:
    opened = [reading.opened for reading in today if reading.opened is not None]
    persons = set(opened)
    touched = {person for person in persons if person in known.canaries}
    if touched:
        yield "canary", {"files": len(touched)}
    yield from _breadth(persons, before)
    yield from _night(today, before, zone)
    namesakes = persons & known.same_name.get(user, frozenset())
    if namesakes:
        yield "same_name", {"files": len(namesakes)}
    run = longest_run(opened, places)
    if run >= LEAST_IN_ORDER:
        yield "in_order", {"files": run}
    yield from _without_relation(persons, before, known.related.get(user, frozenset()))
    yield from _denials(today, before)
    yield from _set_aside(today)


def _breadth(persons: set[UUID], before: Days) -> Iterator[Answer]:
    usual = [len({reading.opened for reading in day} - {None}) for day in before.values()]
    usual = [number for number in usual if number]
    limit: float
    middle: float | None
    if len(usual) < DAYS_TO_COMPARE:
        limit, middle = FIRST_DAYS_BREADTH, None
    else:
        middle = median(usual)
        limit = max(LEAST_BREADTH, TIMES_MEDIAN * middle)
    if len(persons) > limit:
        yield "breadth", {"files": len(persons), "usual": middle, "days": len(usual)}


def _night(today: Sequence[Reading], before: Days, zone: ZoneInfo) -> Iterator[Answer]:
    read = _at_night(today, zone)
    nights = sum(1 for day in before.values() if _at_night(day, zone))
    if len(read) >= LEAST_AT_NIGHT and nights < NIGHTS_THAT_ARE_USUAL:
        yield "night", {"files": len(read), "nights": nights}


def _at_night(day: Sequence[Reading], zone: ZoneInfo) -> set[UUID]:
    found = set()
    for reading in day:
        hour = reading.at.astimezone(zone).hour
        if reading.opened is not None and (hour >= NIGHT_FROM or hour < NIGHT_UNTIL):
            found.add(reading.opened)
    return found


def longest_run(opened: Sequence[UUID], places: Mapping[UUID, int]) -> int:
    """How many files were opened one after the other in the order in which they were made, up or down."""
    steps = [places[person] for person in opened if person in places]
    line = [step for number, step in enumerate(steps) if number == 0 or step != steps[number - 1]]
    longest = run = 1 if line else 0
    direction = 0
    for earlier, later in pairwise(line):
        move = later - earlier
        run = run + 1 if abs(move) == 1 and move == direction else 2 if abs(move) == 1 else 1
        direction = move if abs(move) == 1 else 0
        longest = max(longest, run)
    return longest


def _without_relation(persons: set[UUID], before: Days, related: frozenset[UUID]) -> Iterator[Answer]:
    """Files of people with whom she has nothing to do so far: she wrote nothing there, nothing is asked of her there."""
    strange = persons - related
    usual = [len({reading.opened for reading in day} - {None} - related) for day in before.values()]
    middle = median(usual) if len(usual) >= DAYS_TO_COMPARE else 0
    if len(strange) >= LEAST_WITHOUT_RELATION and len(strange) > TIMES_MEDIAN * middle:
        yield "no_relation", {"files": len(strange), "usual": middle}


def _denials(today: Sequence[Reading], before: Days) -> Iterator[Answer]:
    refused = sum(1 for reading in today if reading.kind == "denial")
    usual = [sum(1 for reading in day if reading.kind == "denial") for day in before.values()]
    middle = median(usual) if len(usual) >= DAYS_TO_COMPARE else 0
    if refused > max(LEAST_DENIALS, TIMES_MEDIAN * middle):
        yield "denials", {"pages": refused, "usual": middle}


def _set_aside(today: Sequence[Reading]) -> Iterator[Answer]:
    """Whatever is usual for her: a duty that is set aside stays closed, and many of them are looked at by somebody else."""
    acts = [reading for reading in today if reading.kind == "set_aside"]
    most = max((within(acts, first.at) for first in acts), key=len, default=[])
    if len(most) > HANDFUL_AN_HOUR:
        files = {person for reading in most for person in reading.persons}
        yield "set_aside", {"tasks": len(most), "files": len(files)}


def within(acts: Sequence[Reading], start: datetime) -> list[Reading]:
    """Those of the hour that begins at `start`."""
    return [reading for reading in acts if start <= reading.at < start + timedelta(hours=1)]
