"""Which passwords are refused: known ones in disguise, and words of this place.

Django ships the list (20,000 common passwords, with its own licence); nothing is asked of a service outside. With a minimum of
twelve characters the plain list meets few passwords, so what remains without digits and signs is looked up as well.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from repere.accounts.models import Membership, User

# Words of the field and of French keyboards; the names of the person's organisations are added to them.
WORDS_HERE = (
    "repere", "motdepasse", "azerty", "qwerty", "password", "bonjour", "soleil", "france", "victime", "traite", "association",
    "refuge", "prefecture", "police", "gendarmerie", "demonstration",
)  # fmt: skip
LEET = str.maketrans("0134578@$!", "oieastbasi")
ENOUGH_LEFT = 6


class DisguisedPasswordValidator(CommonPasswordValidator):
    """A common password with a year or a sign behind it is a common password."""

    def validate(self, password: str, user: Any = None) -> None:
        plain = unicodedata.normalize("NFKC", password).casefold()
        forms = {re.sub(r"[\W\d_]+", "", plain), re.sub(r"[\W\d_]+$", "", plain).translate(LEET)}
        if any(form in self.passwords for form in forms):
            raise ValidationError(
                _("This password is among those that everybody tries first, once its digits and signs are taken away."),
                code="password_in_disguise",
            )

    def get_help_text(self) -> str:
        return ""


class WordsHereValidator:
    """Words that belong to this place carry no secret: the tool, the trade, the person's own organisations."""

    def validate(self, password: str, user: User | None = None) -> None:
        letters = _letters(password.translate(LEET))
        found = [word for word in sorted({*WORDS_HERE, *_names_of(user)}, key=len, reverse=True) if len(word) > 3 and word in letters]
        left = letters
        for word in found:
            left = left.replace(word, "")
        if found and len(left) < ENOUGH_LEFT:
            raise ValidationError(
                _("This password is made mostly of words that belong to this place: %(words)s. Choose words that nobody here would guess."),
                code="password_of_this_place",
                params={"words": ", ".join(found)},
            )

    def get_help_text(self) -> str:
        return _("Avoid the names of your organisation and of this tool.")


def _names_of(user: User | None) -> set[str]:
    if user is None or user.pk is None:
        return set()
    return {_letters(word) for membership in Membership.objects.of_user(user) for word in membership.organisation.name.split()}


def _letters(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if letter.isalpha())
