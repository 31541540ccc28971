"""Finding a file: by its code, by a pseudonym, by a name that only blind tokens know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Q

from repere.accounts.actor import Actor
from repere.accounts.keyring import index_keys
from repere.cases import mechanisms
from repere.cases.actions.names import plain, tokens_asked
from repere.cases.actions.opening import PSEUDONYMS
from repere.cases.models import Case, NameToken
from repere.cases.queries import wording
from repere.core.codes import codes_near, normalise_code

LIMIT, NEAREST, LONGEST = 50, 20, 200
SHORTEST, ALIKE = 3, 0.75
"""Of a word that is compared: its letters at least, and how alike two spellings are (`difflib`: one letter wrong in four)."""


@dataclass(frozen=True)
class CaseLine:
    """A file in a list."""

    case_id: UUID
    person_id: UUID
    code: str
    pseudonym: str
    territory: str
    opened_on: date
    closed_on: date | None
    opened_by: str
    own: bool


def find_cases(actor: Actor, text: str, *, now: datetime) -> list[CaseLine]:
    """Files that a text may mean: a code, a whole pseudonym, a whole name in any order, or initials with a birth year.

    Names are compared by tokens under the organisation's own key; nothing is opened and nothing is guessed. Cost: 4 queries
    (1 for a code).
    """
    text = text[:LONGEST]
    if not text.strip() or actor.organisation_id is None:
        return []
    if code := normalise_code(text):
        return _lines(Q(code=code), actor)
    # While the index key is being replaced some tokens stand under the old one: each key asks.
    asked = {token for key in index_keys(actor.organisation_id).values() for token in tokens_asked(key, text)}
    tokens = NameToken.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, token__in=asked)
    people = list(tokens.order_by("person_id").values_list("person_id", flat=True).distinct()[:LIMIT])
    return _lines(Q(person_id__in=people, organisation_id=actor.organisation_id), actor) if people else []


def near_cases(actor: Actor, text: str) -> list[CaseLine]:
    """Open files of one's own house that a part of a code name, or a slip in it or in a code, may mean; the same number first.

    Code names and codes are clear, so they are compared. A name is not: its tokens tell whether it is the same, and nothing of how near
    it is. Closed files are left out: nobody comes to one by chance. Cost: 1 query.
    """
    text = text[:LONGEST]
    which = _named_like(text)
    if codes := codes_near(text):
        which = Q(code__in=codes) | (which or Q(pk=None))
    if actor.organisation_id is None or which is None:
        return []
    found = _lines(which & Q(organisation_id=actor.organisation_id, closed_on=None), actor)
    numbers = {word for word in text.split() if word.isdigit()}
    return sorted(found, key=lambda line: not numbers & set(line.pseudonym.split()))[:NEAREST]


def _named_like(text: str) -> Q | None:
    """Code names that hold these words, or that begin with a word of the list that is spelled nearly so."""
    words = [word for word in plain(text) if not word.isdigit() and len(word) >= SHORTEST]
    if not words:
        return None
    spelled = {" ".join(plain(name)): name for name in PSEUDONYMS}
    near = {spelled[one] for word in words for one in get_close_matches(word, spelled, n=3, cutoff=ALIKE)}
    return reduce(or_, (Q(pseudonym__istartswith=f"{name} ") for name in sorted(near)), Q(pseudonym__icontains=text.strip()))


def _lines(which: Q, actor: Actor) -> list[CaseLine]:
    found = Case.objects.visible_to(actor).filter(which).select_related("organisation").order_by("-opened_at", "pk")
    return [
        CaseLine(
            case.pk, case.person_id, case.code, case.pseudonym,
            wording.territory(mechanisms.named(case.mechanism), case.territory, actor.language), case.opened_on, case.closed_on,
            case.organisation.name, case.organisation_id == actor.organisation_id,
        )
        for case in found[:LIMIT]
    ]  # fmt: skip
