"""Blind tokens of names: what a search by name compares. Nothing is guessed from sound."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import connection

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import index_keys
from repere.cases.evaluation import acting_organisation
from repere.cases.models import NameToken
from repere.core.sealing import blind_index

_NO_WORD = re.compile("[^0-9A-Za-z]+")
NAME, INITIALS, FAMILY = "name", "initials_and_birth_year", "family_name"


def plain(text: str) -> list[str]:
    """Words of a name without accents, case, hyphens or order: "Adé, Blessing" and "blessing ade" are the same."""
    if text.isascii():
        return sorted(_NO_WORD.sub(" ", text).casefold().split())
    decomposed = unicodedata.normalize("NFKD", text)
    letters = "".join(c if c.isalnum() else " " for c in decomposed if not unicodedata.combining(c))
    return sorted(letters.casefold().split())


def tokens_of(key: bytes, names: Iterable[str], birth_year: int | None = None) -> set[bytes]:
    """Tokens of each whole name, and of its initials with the birth year where it is known."""
    found = set()
    for name in names:
        words = plain(name)
        if words:
            found.add(blind_index(key, NAME, " ".join(words)))
            if birth_year and len(words) > 1:
                found.add(blind_index(key, INITIALS, initials(words, birth_year)))
    return found


def initials(words: Iterable[str], year: int) -> str:
    return f"{''.join(sorted(word[0] for word in words))} {year}"


def tokens_asked(key: bytes, text: str) -> set[bytes]:
    """Tokens that a search text may mean: a whole name, or initials followed by a year ("B A 1999", "BA 1999")."""
    found = tokens_of(key, [text])
    words = text.split()
    if len(words) > 1 and words[-1].isdigit() and len(words[-1]) == 4:
        letters = [letter for word in plain(" ".join(words[:-1])) for letter in word]
        if 2 <= len(letters) <= 6:
            found.add(blind_index(key, INITIALS, initials(letters, int(words[-1]))))
    return found


def names_in(values: Mapping[str, Any]) -> list[str]:
    """Every name an identity holds: given and family names together, other names as they stand."""
    whole = " ".join(str(values[part]) for part in ("given_names", "family_names") if values.get(part))
    others = values.get("other_names") or []
    return [name for name in (whole, *([others] if isinstance(others, str) else others)) if name.strip()]


def birth_year_in(values: Mapping[str, Any]) -> int | None:
    """Year of birth, where the identity tells one year and only one."""
    told = values.get("birth")
    if isinstance(told, Mapping):
        first, last = str(told.get("earliest", ""))[:4], str(told.get("latest", ""))[:4]
        return int(first) if first == last and first.isdigit() else None
    year = str(told or "")[:4]
    return int(year) if year.isdigit() else None


def family_tokens(key: bytes, family: Any) -> set[bytes]:
    """Tokens of the words of a family name, apart from those that a search asks for: only a member's own name is held against them."""
    return {blind_index(key, FAMILY, word) for word in plain(str(family or "")) if len(word) > 2}


def replace_tokens(
    person_id: UUID, actor: Actor, *, names: Iterable[str] = (), pseudonyms: Iterable[str] = (), birth_year: int | None = None,
    family: Any = "",
) -> None:  # fmt: skip
    """The person's tokens become those of these names and pseudonyms. Within the act that may write them: the database takes them
    from the verbs alone."""
    organisation_id = acting_organisation(actor)
    version, key = max(index_keys(organisation_id).items())
    with acting_as(Actor.system("names", organisation_id=organisation_id)), connection.cursor() as cursor:
        # That capacity searches for nobody: it takes away the tokens of the one person whose names are written.
        cursor.execute("DELETE FROM cases_nametoken WHERE organisation_id = %s AND person_id = %s", [organisation_id, person_id])
        NameToken.objects.bulk_create(
            NameToken(person_id=person_id, organisation_id=organisation_id, token=token, key_version=version)
            for token in tokens_of(key, names, birth_year) | tokens_of(key, pseudonyms) | family_tokens(key, family)
        )
