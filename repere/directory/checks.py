"""Whether what somebody wrote can be a phone, a mailbox, hours, a territory: one place for pages and for imports.

Numbers are judged by `phonenumbers` (Google's tables of numbering plans, overseas ones included), hours by `opening-hours-py`
(the grammar of OpenStreetMap), because both are too large to write again here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import opening_hours
import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from phonenumbers import shortnumberinfo

from repere.directory.refusals import Refused
from repere.directory.territory import is_territory, name_of
from repere.directory.vocabulary import is_language

# Numbering plans of the territories that have one of their own.
PLANS = {
    "971": "GP",
    "972": "MQ",
    "973": "GF",
    "974": "RE",
    "975": "PM",
    "976": "YT",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
STREET = re.compile(
    r"\b\d{1,4}\s*(bis|ter|quater)?\s*,?\s+(rue|avenue|av\.?|boulevard|bd\.?|place|pl\.|chemin|impasse|allée|allee|quai|route|cours|square"
    r"|passage|villa|sentier|résidence|residence)\b",
    re.IGNORECASE,
)
NUMBER = re.compile(r"(?:\+|\b0)\d(?:[\s.\-]?\d){7,}")


def phone(text: str, territories: Iterable[str] = ()) -> str:
    """A number in service, in international form; a short number (115, 119, 3919) as it is dialled."""
    served = next((code for code in territories if code in PLANS), "")
    digits = re.sub(r"[\s.\-]", "", text)
    if digits.isdigit() and len(digits) <= 4:
        if _is_short(digits):
            return digits
        raise Refused("wrong_phone", value=text, place=name_of(served) or "France")
    for plan in dict.fromkeys([PLANS.get(served, "FR"), "FR"]):
        try:
            number = phonenumbers.parse(text, plan)
        except phonenumbers.NumberParseException:
            break
        if phonenumbers.is_valid_number(number):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    raise Refused("wrong_phone", value=text, place=name_of(served) if served else "France")


def _is_short(digits: str) -> bool:
    try:
        return bool(shortnumberinfo.is_valid_short_number_for_region(phonenumbers.parse(digits, "FR"), "FR"))
    except phonenumbers.NumberParseException:  # a single figure is no number at all
        return False


def phone_in_words(value: str) -> str:
    """For reading aloud and dialling."""
    if not value.startswith("+"):
        return value
    return str(phonenumbers.format_number(phonenumbers.parse(value), phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def mailbox(text: str) -> str:
    try:
        validate_email(text.strip())
    except ValidationError:
        raise Refused("wrong_mailbox", value=text) from None
    return text.strip().lower()


def website(text: str) -> str:
    if text:
        try:
            URLValidator(schemes=["http", "https"])(text)
        except ValidationError:
            raise Refused("wrong_website", value=text) from None
    return text


def hours(text: str) -> str:
    if text and not opening_hours.validate(text):
        raise Refused("wrong_hours", value=text)
    return text


def territories(codes: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(code.strip().upper() for code in codes if code.strip()))
    if not found:
        raise Refused("territory_needed")
    for code in found:
        if not is_territory(code):
            raise Refused("unknown_territory", value=code)
    return found


def languages(codes: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(code.strip().lower() for code in codes if code.strip()))
    for code in found:
        if not is_language(code):
            raise Refused("unknown_language", value=code)
    return found


def nothing_to_find(field: str, text: str) -> str:
    """Text that everybody may copy, without a street or a number in it."""
    if STREET.search(text) or NUMBER.search(text):
        raise Refused("address_in_words", field=field)
    return text
