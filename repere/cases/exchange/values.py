"""One cell at a time: what a value of the standard may look like, and its one canonical spelling.

Every reader takes the text of a cell and returns the canonical text, or raises :class:`Wrong`. Canonical values of codes,
dates, numbers, countries, languages and telephone numbers never begin with a character that a spreadsheet would run.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache, partial

import pycountry
from django.utils.translation import gettext, gettext_noop

from repere.cases.exchange.standard import Field, Form, fields
from repere.core.dates import NotADay, PartialDate

TEXT_LIMIT = 2_000
LONG_TEXT_LIMIT = 32_000

EXPECTED = {
    "code": gettext_noop("one of the codes of the standard: %(codes)s"),
    "country": gettext_noop("a country code of ISO 3166, two or three letters, such as FR or FRA"),
    "language": gettext_noop("a language code of ISO 639, such as fra, fre or fr"),
    "date": gettext_noop(
        "a day written year-month-day, such as 2024-05-03; a month (2024-05), a year (2024) or a range (2024-05-01/2024-05-09) is read too"
    ),
    "day_order": gettext_noop(
        "a day written year-month-day, such as 2024-05-03: %(value)s may be read in two ways; say which with --dates dmy or --dates mdy"
    ),
    "future": gettext_noop("a day that is not after %(today)s"),
    "phone": gettext_noop("a telephone number with its country code, such as +33612345678"),
    "integer": gettext_noop("a whole number from 0 to %(maximum)s"),
    "checkbox": gettext_noop("true or false"),
    "latitude": gettext_noop("a latitude in degrees between -90 and 90, such as 48.85"),
    "longitude": gettext_noop("a longitude in degrees between -180 and 180, such as 2.35"),
    "too_long": gettext_noop("at most %(maximum)s characters; this cell has %(length)s"),
    "control": gettext_noop("text without control characters"),
    "columns": gettext_noop("a row of %(columns)s cells, like the first line"),
    "empty_row": gettext_noop("at least one value that tells something about a person"),
    "fact": gettext_noop("%(message)s"),
}
"""What was expected, by kind of mistake; msgids."""


class Wrong(ValueError):
    """A value that the standard does not allow: which mistake, with what is needed to word it."""

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code, self.params = code, params


def wording(code: str, params: dict[str, str | int]) -> str:
    """The mistake in the language in force."""
    return gettext(EXPECTED[code]) % params


# ─── Readers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# Line ends and tabs are text; other control characters and halves of surrogate pairs are damage.
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_PHONE = re.compile(r"\+?[1-9]\d{1,14}")
_PHONE_NOISE = re.compile(r"[\s.()\-\u00a0\u202f]")
_WHOLE = re.compile(r"(\d{1,9})(?:\.0+)?")
_DECIMAL = re.compile(r"[+-]?\d{1,3}(?:[.,]\d{1,15})?")
_ISO_DAY = re.compile(r"\d{4}(?:-\d{2}(?:-\d{2})?)?")
_MIDNIGHT = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]00:00(?::00(?:\.0+)?)?Z?")
_TWO_WAYS = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})")

_TRUE = frozenset({"true", "yes", "oui", "vrai", "1", "x", "y", "o"})
_FALSE = frozenset({"false", "no", "non", "faux", "0", "n"})

_MAXIMUM = {"prs_NumberOfChildren": 20, "vic_AgeWhenTrafficked": 120}


def _text(text: str, *, limit: int) -> str:
    if len(text) > limit:
        raise Wrong("too_long", maximum=limit, length=len(text))
    if _CONTROL.search(text):
        raise Wrong("control")
    return text


def _code(text: str, *, known: dict[str, str], codes: str) -> str:
    found = known.get(text) or known.get(text.casefold())
    if found is None:
        raise Wrong("code", codes=codes)
    return found


def _several(text: str, *, one: Callable[[str], str], loose: Callable[[str], str] | None = None) -> str:
    parts = [part for part in (part.strip() for part in text.split(";")) if part]
    try:
        found = [one(part) for part in parts]
    except Wrong:
        # Survey tools write the codes of a multiple choice side by side.
        if loose is None or len(parts) != 1 or " " not in text:
            raise
        found = [loose(part) for part in text.split()]
    return ";".join(dict.fromkeys(found))


@lru_cache(maxsize=4096)
def _country(text: str) -> str:
    upper = text.upper()
    if upper in ("XK", "XKX", "XKV"):
        return "XK"
    if len(upper) == 2 and upper.isalpha():
        found = pycountry.countries.get(alpha_2=upper)
    elif len(upper) == 3 and upper.isalpha():
        found = pycountry.countries.get(alpha_3=upper)
    else:
        found = None
    if found is None:
        raise Wrong("country")
    return str(found.alpha_2)


@lru_cache(maxsize=4096)
def _language(text: str) -> str:
    lower = text.lower()
    found = None
    if lower.isascii() and lower.isalpha():
        if len(lower) == 2:
            found = pycountry.languages.get(alpha_2=lower)
        elif len(lower) == 3:
            found = (
                pycountry.languages.get(alpha_3=lower)
                or pycountry.languages.get(bibliographic=lower)
                or pycountry.language_families.get(alpha_3=lower)
            )
    if found is None:
        raise Wrong("language")
    return str(found.alpha_3)


@lru_cache(maxsize=65536)
def _date(text: str, *, order: str) -> str:
    if midnight := _MIDNIGHT.fullmatch(text):
        text = midnight[1]
    if _ISO_DAY.fullmatch(text):
        return _partial(text).iso() if len(text) == 10 else _kept(text)
    if _TWO_WAYS.fullmatch(text):
        return _ordered(text, order)
    first, slash, last = text.partition("/")
    if slash and _ISO_DAY.fullmatch(first) and _ISO_DAY.fullmatch(last):
        return iso(PartialDate(_partial(first).earliest, _checked_end(first, last)))
    raise Wrong("date")


def _checked_end(first: str, last: str) -> date:
    start, end = _partial(first).earliest, _partial(last).latest
    if end < start:
        raise Wrong("date")
    return end


def _kept(text: str) -> str:
    _partial(text)
    return text


def _partial(text: str) -> PartialDate:
    try:
        found = PartialDate.parse(text)
    except NotADay:
        raise Wrong("date") from None
    if not 1900 <= found.earliest.year <= 2200:
        raise Wrong("date")
    return found


def _ordered(text: str, order: str) -> str:
    found = _TWO_WAYS.fullmatch(text)
    assert found is not None
    if order == "iso":
        raise Wrong("day_order", value=text)
    day, month = (found[1], found[2]) if order == "dmy" else (found[2], found[1])
    return _partial(f"{found[3]}-{int(month):02d}-{int(day):02d}").iso()


def _phone(text: str) -> str:
    bare = _PHONE_NOISE.sub("", text)
    if bare.startswith("00"):
        bare = bare[2:]
    if not _PHONE.fullmatch(bare):
        raise Wrong("phone")
    # The plus is optional in the standard, and a cell that begins with one is run by some spreadsheets.
    return bare.removeprefix("+")


def _integer(text: str, *, maximum: int) -> str:
    found = _WHOLE.fullmatch(text)
    if found is None or int(found[1]) > maximum:
        raise Wrong("integer", maximum=maximum)
    return str(int(found[1]))


def _checkbox(text: str) -> str:
    lower = text.casefold()
    if lower in _TRUE:
        return "true"
    if lower in _FALSE:
        return "false"
    raise Wrong("checkbox")


def _degrees(text: str, *, limit: int, code: str) -> str:
    if not _DECIMAL.fullmatch(text):
        raise Wrong(code)
    bare = text.replace(",", ".").removeprefix("+")
    if not -limit <= float(bare) <= limit:
        raise Wrong(code)
    return bare


# ─── Which reader for which field ─────────────────────────────────────────────────────────────────────────────────────


@cache
def readers(order: str = "iso") -> dict[str, Callable[[str], str]]:
    """Field name → reader of one non-empty, stripped cell. ``order``: iso, dmy or mdy, for days written with slashes."""
    return {name: _reader(field, order) for name, field in fields().items()}


def _reader(field: Field, order: str) -> Callable[[str], str]:
    if field.form in ("code", "codes"):
        return _code_reader(field)
    simple: dict[Form, Callable[[str], str]] = {
        "country": _country,
        "countries": partial(_several, one=_country, loose=_country),
        "language": _language,
        "phone": _phone,
        "checkbox": _checkbox,
        "latitude": partial(_degrees, limit=90, code="latitude"),
        "longitude": partial(_degrees, limit=180, code="longitude"),
        "date": partial(_date, order=order),
        "integer": partial(_integer, maximum=_MAXIMUM.get(field.name, 1_000)),
        "long_text": partial(_text, limit=LONG_TEXT_LIMIT),
        "text": partial(_text, limit=TEXT_LIMIT),
    }
    return simple[field.form]


def _code_reader(field: Field) -> Callable[[str], str]:
    known = {label.casefold(): code for code, label in field.codes.items()}
    known |= {code.casefold(): code for code in field.codes}
    known |= {code: code for code in field.codes}
    shown = list(field.codes)
    listed = ", ".join(shown[:12]) + (", …" if len(shown) > 12 else "")
    one = lru_cache(maxsize=4096)(partial(_code, known=known, codes=listed))
    return partial(_several, one=one, loose=one) if field.several else one


@lru_cache(maxsize=65536)
def range_of(text: str) -> PartialDate:
    """The days a canonical date may mean."""
    first, _, last = text.partition("/")
    return PartialDate(PartialDate.parse(first).earliest, PartialDate.parse(last or first).latest)


def iso(when: PartialDate) -> str:
    """The canonical text of a day, a month, a year or a range."""
    first, last = when.earliest, when.latest
    for text in (first.isoformat(), first.isoformat()[:7], first.isoformat()[:4]):
        if PartialDate.parse(text) == when:
            return text
    return f"{first.isoformat()}/{last.isoformat()}"
