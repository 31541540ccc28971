"""Ages as people tell them, and the days of birth and of turning 18 that they leave open.

"30" is one year of births, "about 30" and "in her thirties" are more. A range is kept, never a day that nobody said.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

from repere.core.dates import NotADay, PartialDate

MAJORITY = 18
OLDEST = 120
ABOUT = 3
"""Years on either side of "about": our choice. An age that somebody guesses must not make a child of 17 an adult of 20."""

_DECADES = {
    "vingtaine": 20, "trentaine": 30, "quarantaine": 40, "cinquantaine": 50, "soixantaine": 60,
    "twenties": 20, "thirties": 30, "forties": 40, "fifties": 50, "sixties": 60, "seventies": 70, "eighties": 80,
    "20s": 20, "30s": 30, "40s": 40, "50s": 50, "60s": 60, "70s": 70, "80s": 80,
}  # fmt: skip
_ABOUT_TEN = {"dizaine": 10, "quinzaine": 15}
_NUMBER = r"(\d{1,3})"
_YEARS = r"(?: ?(?:ans?|annees?|years?(?: old)?|yo|y/o|y)\b)?(?: d'age)?(?: et demie?)?"
_LED_BY = re.compile(r"^(?:(?:elle|il|she|he|they) )?(?:(?:a|is|has|are|est) )?(?:agee?s? (?:de |d'|entre )?|aged? (?:of )?)?")
_ABOUT = re.compile(
    r"^(?:environ|env\.?|vers|a peu pres|autour de|dans les|peut-etre|~|about|around|approximately|approx\.?|roughly|maybe|some) ?"
)
_ABOUT_AFTER = re.compile(r" ?(?:environ|a peu pres|or so|\?)$")
_BETWEEN = re.compile(rf"(?:entre |between )?{_NUMBER}{_YEARS} ?(?:-|–|a|ou|et|to|or|and) ?{_NUMBER}{_YEARS}")
_ONE = re.compile(_NUMBER + _YEARS)
_UNDER = re.compile(rf"(?:moins de|under|below|younger than) ?{_NUMBER}{_YEARS}")
_OVER = re.compile(rf"(?:plus de|over|above|older than) ?{_NUMBER}{_YEARS}")
_BORN = re.compile(
    r"(?:(?:elle|il|she|he) )?(?:est |is |was )?(?:nee?(?:\(e\))?|born)(?: (?:le|en|in|on|au))?"
    r"( (?:vers|autour de|around|about|circa))?:? (.+)"
)
_CHILD = frozenset({"mineur", "mineure", "minor", "a minor", "child", "a child", "enfant", "une enfant", "un enfant"})
_ADULT = frozenset({"majeur", "majeure", "adult", "an adult", "adulte", "une adulte", "un adulte"})


class NotAnAge(ValueError):
    """The words tell neither an age nor a birth."""


@dataclass(frozen=True, slots=True)
class Age:
    """Completed years: every age from `fewest` to `most`, both included."""

    fewest: int
    most: int

    def __post_init__(self) -> None:
        if not 0 <= self.fewest <= self.most <= OLDEST:
            raise NotAnAge(f"{self.fewest} .. {self.most}")

    @classmethod
    def parse(cls, text: str) -> Age:
        """Read "30", "30 ans", "environ 30 ans", "la trentaine", "between 25 and 30", "under 18". Raises :class:`NotAnAge`."""
        words = _LED_BY.sub("", _plain(text), count=1)
        if words in _CHILD:
            return cls(0, MAJORITY - 1)
        if words in _ADULT:
            return cls(MAJORITY, OLDEST)
        if found := _UNDER.fullmatch(words):
            return cls(0, int(found[1]) - 1)
        if found := _OVER.fullmatch(words):
            return cls(int(found[1]), OLDEST)
        if found := _BETWEEN.fullmatch(words):
            return cls(int(found[1]), int(found[2]))
        if (told := _decade(words)) is not None:
            return told
        guessed = _ABOUT_AFTER.sub("", _ABOUT.sub("", words, count=1), count=1)
        if found := _ONE.fullmatch(guessed):
            return _around(int(found[1])) if guessed != words else cls(int(found[1]), int(found[1]))
        raise NotAnAge(text)

    def born(self, today: date) -> PartialDate:
        """The days on which somebody of this age today may be born."""
        return PartialDate(_years(today, -self.most - 1) + timedelta(days=1), _years(today, -self.fewest))

    def turns_18(self, today: date) -> PartialDate:
        """The days on which somebody of this age today turned or will turn 18."""
        return PartialDate(_years(today, MAJORITY - self.most - 1) + timedelta(days=1), _years(today, MAJORITY - self.fewest))


def _around(years: int) -> Age:
    return Age(max(0, years - ABOUT), years + ABOUT)


def _decade(words: str) -> Age | None:
    """From 30 to 39 for "la trentaine"; "une trentaine d'années" may also be about 30, and who looks 20 may be a child: both are held."""
    found = re.fullmatch(
        r"(?:(?:environ|vers|dans|in|about) )?(?:(la|sa|une|the|her|his|their|mid|early|late)[ -])*([a-z0-9]+)(?: d'annees| d'ans)?", words
    )
    if found is None:
        return None
    if found[2] in _ABOUT_TEN:
        return _around(_ABOUT_TEN[found[2]])
    if found[2] not in _DECADES:
        return None
    decade = _DECADES[found[2]]
    return Age(decade - (ABOUT if found[1] == "une" or decade - ABOUT < MAJORITY else 0), decade + 9)


def born(text: str, today: date) -> PartialDate:
    """The days of a birth told as a date or a period, with or without "born", or as an age today. Raises :class:`NotAnAge`."""
    words = _plain(text)
    told = _BORN.fullmatch(words)
    try:
        day = PartialDate.parse(told[2] if told else words)
    except NotADay:
        return Age.parse(text).born(today)
    return PartialDate(_years(day.earliest, -ABOUT), _years(day.latest, ABOUT)) if told and told[1] else day


def turning_18(text: str, today: date) -> PartialDate:
    """The days of an eighteenth birthday told as such, or as an age today, or as a birth. Raises :class:`NotAnAge`."""
    words = _plain(text)
    if _BORN.fullmatch(words):
        return eighteenth_birthday(born(words, today), today)
    try:
        return PartialDate.parse(words)
    except NotADay:
        return Age.parse(text).turns_18(today)


def eighteenth_birthday(day: PartialDate, today: date) -> PartialDate:
    """The days on which somebody born on these days turns 18.

    Of an adult's birth only the year is kept: the day would stand in clear beside the facts and serves nothing there.
    """
    turns = PartialDate(_majority(day.earliest), _majority(day.latest))
    if turns.latest > today:
        return turns
    return PartialDate(date(turns.earliest.year, 1, 1), min(date(turns.latest.year, 12, 31), today))


def _majority(born_on: date) -> date:
    """Who is born on 29 February is a child until 1 March."""
    return date(born_on.year + MAJORITY, 3, 1) if (born_on.month, born_on.day) == (2, 29) else _years(born_on, MAJORITY)


def ages_on(turns_18: PartialDate, today: date) -> Age:
    """Completed years on a day that a range of eighteenth birthdays leaves open. Raises :class:`NotAnAge` beyond a life."""
    return Age(_completed(turns_18.latest, today), _completed(turns_18.earliest, today))


def _completed(turns_18: date, today: date) -> int:
    return MAJORITY + today.year - turns_18.year - ((today.month, today.day) < (turns_18.month, turns_18.day))


def _years(day: date, years: int) -> date:
    """The same day of another year; 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28)


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", str(text).strip().lower().replace("\u2019", "'"))
    return " ".join("".join(c for c in decomposed if not unicodedata.combining(c)).split()).rstrip(".")
