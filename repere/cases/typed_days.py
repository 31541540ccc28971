"""How a day, a period or an age that is being typed is read, in words: said beside the field before anything is kept."""

from __future__ import annotations

from datetime import date, timedelta

from django.utils.translation import get_language, gettext, ngettext

from repere.core import ages
from repere.core.dates import NotADay, PartialDate

AGES = frozenset({("person_described", "turns_18")})
"""(kind, field) that ask when she turns 18: an age or a birth is understood there too."""


DAYS_BACK = {"aujourd'hui": 0, "today": 0, "hier": 1, "yesterday": 1, "avant-hier": 2, "avant hier": 2}
"""Words for a day that only whoever knows the day of today can read."""


def counted_back(text: str, today: date) -> str:
    """The day that such a word names; any other text as it was typed."""
    back = DAYS_BACK.get(" ".join(text.lower().replace("’", "'").split()))
    return text if back is None else (today - timedelta(days=back)).isoformat()


def asks_age(name: str) -> bool:
    """Whether the field of this name in a form asks for an age."""
    kind, _, field = name.partition(".")
    return (kind, field) in AGES


def as_day(name: str, text: str, today: date) -> str:
    """What was typed, as the core reads days. What is not understood stays as it was typed, to be refused."""
    if not asks_age(name):
        return counted_back(text, today)
    try:
        return ages.turning_18(text, today).iso()
    except ages.NotAnAge:
        return text


def understood(text: str, *, name: str = "", today: date | None = None) -> str:
    """How what was typed in a field is read: nothing for nothing."""
    if not text.strip():
        return ""
    if today and asks_age(name):
        return _age(text, today)
    return _day(counted_back(text, today) if today else text)


def _day(text: str) -> str:
    try:
        read = PartialDate.parse(text)
    except NotADay:
        return gettext("Not read yet: write for example May 2024 or spring 2024.")
    if read.winters:
        said = {"words": _words(read), "first": read.winters[0], "second": read.winters[1]}
        return gettext("Which winter? Write winter %(first)s or winter %(second)s. As it stands, both: %(words)s") % said
    return gettext("Understood as: %(words)s") % {"words": _words(read)}


def _age(text: str, today: date) -> str:
    try:
        read = ages.turning_18(text, today)
    except ages.NotAnAge:
        return gettext("Not read yet: write for example 30, about 30, 17 or 19, born in 1996, or the year she turns 18.")
    return gettext("Understood as: %(age)s today; 18th birthday: %(words)s.") % {"age": _years_old(read, today), "words": _words(read)}


def _years_old(read: PartialDate, today: date) -> str:
    try:
        age = ages.ages_on(read, today)
    except ages.NotAnAge:
        return gettext("of an age that cannot be")
    if age.fewest == age.most:
        return ngettext("%(age)s year old", "%(age)s years old", age.most) % {"age": age.most}
    return gettext("between %(fewest)s and %(most)s years old") % {"fewest": age.fewest, "most": age.most}


def _words(read: PartialDate) -> str:
    language = (get_language() or "fr")[:2]
    edges = PartialDate.on(read.earliest).text(language), PartialDate.on(read.latest).text(language)
    return edges[0] if read.exact else gettext("from %(first)s to %(last)s") % {"first": edges[0], "last": edges[1]}
