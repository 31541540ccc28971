"""Days as people tell them, and days as texts count them.

A day is a ``datetime.date``; a day number is its distance from 1 January 1970 (``int32``). A told day is a range:
"winter 2022" is every day it may mean. Counting follows what a text declares: calendar or working days, first day
counted or not, what happens when the end falls on a holiday.
"""

from __future__ import annotations

import calendar
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

import holidays
import numpy as np
from numpy.typing import NDArray

EPOCH = date(1970, 1, 1)
FAR = 2**30
"""Day number later than every day: "never"."""

Days = NDArray[np.int32]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier january jan", "fevrier february feb fev", "mars march mar", "avril april apr avr", "mai may", "juin june jun",
            "juillet july jul juil", "aout august aug", "septembre september sept sep", "octobre october oct",
            "novembre november nov", "decembre december dec",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# A season is told by the calendar or by the weather: the range holds both readings.
_SEASONS = {
    "printemps": ((3, 1), (6, 21)), "spring": ((3, 1), (6, 21)),
    "ete": ((6, 1), (9, 22)), "summer": ((6, 1), (9, 22)),
    "automne": ((9, 1), (12, 21)), "autumn": ((9, 1), (12, 21)), "fall": ((9, 1), (12, 21)),
}  # fmt: skip
_WINTER = ("hiver", "winter")
_WINTER_EDGES = ((12, 1), (3, 20))
_RANGE = re.compile(r"(?:(.+?)\.\.(.+)|(?:entre|between) (.+?) (?:et|and) (.+))")
_MONTH_NAMES = {
    "fr": ["janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"],
    "en": ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"],
}


class NotADay(ValueError):
    """The words do not tell a day or a range of days."""


def number(day: date) -> int:
    """Day number of a date."""
    return (day - EPOCH).days


def day_of(day_number: int) -> date:
    """Date of a day number."""
    return EPOCH + timedelta(days=int(day_number))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.strip().lower())
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split())


def _month_range(year: int, month: int) -> tuple[date, date]:
    return date(year, month, 1), date(year, month, calendar.monthrange(year, month)[1])


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A day told more or less exactly: every day from ``earliest`` to ``latest``, both included."""

    earliest: date
    latest: date

    def __post_init__(self) -> None:
        if self.latest < self.earliest:
            raise NotADay(f"{self.earliest} .. {self.latest}")

    @classmethod
    def on(cls, day: date) -> PartialDate:
        """One exact day."""
        return cls(day, day)

    @classmethod
    def parse(cls, text: str) -> PartialDate:
        """Read a day, a month, a year, a season or a range, in French or in English.

        ``2024-05-03``, ``3/5/2024``, ``3 mai 2024``, ``mai 2024``, ``2024-05``, ``2024``, ``printemps 2024``,
        ``winter 2022-2023``, ``2024-05-01..2024-05-09``, and whatever :meth:`text` says. Raises :class:`NotADay`.
        """
        words = _plain(str(text))
        try:
            if found := _RANGE.fullmatch(words):
                first, last = (_read(edge.strip()) for edge in found.groups() if edge is not None)
                return cls(first[0], last[1])
            return cls(*_read(words))
        except ValueError as wrong:
            raise NotADay(str(text)) from wrong

    @property
    def exact(self) -> bool:
        """True when only one day is meant."""
        return self.earliest == self.latest

    @property
    def winters(self) -> tuple[str, str] | None:
        """Of the winter of one year, the two winters it may be, as "2023-2024"; None for other ranges."""
        first, last = self.earliest, self.latest
        if ((first.month, first.day), (last.month, last.day)) != _WINTER_EDGES or last.year - first.year != 2:
            return None
        return f"{first.year}-{first.year + 1}", f"{first.year + 1}-{last.year}"

    def text(self, language: str = "fr") -> str:
        """Words for the range: the shortest that lose nothing."""
        first, last = self.earliest, self.latest
        months = _MONTH_NAMES["fr" if language.startswith("fr") else "en"]
        if first == last:
            return f"{first.day}{'er' if first.day == 1 and months[0] == 'janvier' else ''} {months[first.month - 1]} {first.year}"
        if (first, last) == (date(first.year, 1, 1), date(first.year, 12, 31)):
            return str(first.year)
        if (first, last) == _month_range(first.year, first.month):
            return f"{months[first.month - 1]} {first.year}"
        if season := _season_of(first, last, months[0] == "janvier"):
            return season
        between = "entre le {} et le {}" if months[0] == "janvier" else "between {} and {}"
        return between.format(PartialDate.on(first).text(language), PartialDate.on(last).text(language))

    def iso(self) -> str:
        """A form :meth:`parse` reads back."""
        return self.earliest.isoformat() if self.exact else f"{self.earliest.isoformat()}..{self.latest.isoformat()}"


def _season_of(first: date, last: date, french: bool) -> str:
    """The words of a season for exactly its days, so that what she said comes back as she said it; else nothing."""
    edges = (first.month, first.day), (last.month, last.day)
    if edges == _WINTER_EDGES and last.year - first.year in (1, 2):
        one = last.year - first.year == 1
        years = f"{first.year}-{last.year}" if one else str(first.year + 1)
        return f"{'hiver' if french else 'winter'} {years}"
    spoken = {"printemps": "printemps", "ete": "été", "automne": "automne"} if french else {n: n for n in ("spring", "summer", "autumn")}
    return next((f"{word} {first.year}" for name, word in spoken.items() if edges == _SEASONS[name] and first.year == last.year), "")


def _read(words: str) -> tuple[date, date]:
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", words):
        exact = date(int(found[1]), int(found[2]), int(found[3]))
        return exact, exact
    if found := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", words):
        exact = date(int(found[3]), int(found[2]), int(found[1]))
        return exact, exact
    if found := re.fullmatch(r"(\d{4})-(\d{1,2})|(\d{1,2})/(\d{4})", words):
        return _month_range(int(found[1] or found[4]), int(found[2] or found[3]))
    if found := re.fullmatch(r"(\d{4})", words):
        return date(int(found[1]), 1, 1), date(int(found[1]), 12, 31)
    if found := re.fullmatch(r"(?:le )?(\d{1,2})(?:er|st|nd|rd|th)? ([a-z]+)\.?,? (\d{4})", words):
        exact = date(int(found[3]), _MONTHS.get(found[2], 0), int(found[1]))
        return exact, exact
    if found := re.fullmatch(r"([a-z]+)\.? (\d{4})(?:[-/](\d{4}))?", words):
        name, year = found[1], int(found[2])
        if name in _WINTER:
            if found[3] and int(found[3]) != year + 1:
                raise NotADay(words)
            return date(year - (0 if found[3] else 1), 12, 1), date(year + 1, 3, 20)
        if name in _SEASONS and not found[3]:
            (m1, d1), (m2, d2) = _SEASONS[name]
            return date(year, m1, d1), date(year, m2, d2)
        if name in _MONTHS and not found[3]:
            return _month_range(year, _MONTHS[name])
    raise NotADay(words)


@dataclass(frozen=True, slots=True)
class Counting:
    """How a text counts: ``days`` calendar or working, first day, end on a holiday, whose holidays."""

    days: str = "calendar"
    first_day: str = "excluded"
    end_on_holiday: str = "stays"
    holidays: str = ""


LAST_DAY = date(2045, 12, 31)
"""Holidays are known until then; no answer is asked of a later day."""


@lru_cache(maxsize=32)
def _holidays(region: str) -> NDArray[np.datetime64]:
    country, _, part = region.partition("-")
    days = holidays.country_holidays(country or "FR", subdiv=part or None, years=range(1990, LAST_DAY.year + 1))
    return np.array(sorted(days), dtype="datetime64[D]")


def add(starts: Days, amount: int, unit: str, counting: Counting) -> Days:
    """Last day of a length counted from each start.

    ``starts`` day numbers; ``unit`` days, working_days, months, years or hours. A month added to the 31st ends on the last
    day of the shorter month. Values at or beyond :data:`FAR` stay as they are.
    """
    known = starts < FAR
    if not known.any():
        return starts.copy()
    days = np.where(known, starts, 0).astype("datetime64[D]")
    included = counting.first_day == "included" and amount != 0
    shift = 0 if not included else -1 if amount > 0 else 1
    if unit in ("months", "years"):
        ends = _add_months(days, amount * (12 if unit == "years" else 1)) + shift
    elif unit == "working_days" or counting.days == "working":
        # a day that is not counted is left first, forwards or backwards; included, it gives way to the next one that is
        roll: Literal["forward", "backward"] = "forward" if included == (amount > 0) else "backward"
        ends = np.busday_offset(days, amount + shift, roll=roll, holidays=_holidays(counting.holidays)) if amount else days
    elif unit == "hours":
        ends = days + -(-amount // 24)
    else:
        ends = days + (amount + shift)
    if counting.end_on_holiday == "next_working_day":
        ends = np.busday_offset(ends, 0, roll="forward", holidays=_holidays(counting.holidays))
    return np.where(known, ends.astype(np.int64), starts).astype(np.int32)


def _add_months(days: NDArray[np.datetime64], months: int) -> NDArray[np.datetime64]:
    month = days.astype("datetime64[M]")
    day_in_month = (days - month.astype("datetime64[D]")).astype(np.int64)
    target = month + np.timedelta64(months, "M")
    length = ((target + 1).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(np.int64)
    ends: NDArray[np.datetime64] = target.astype("datetime64[D]") + np.minimum(day_in_month, length - 1)
    return ends
