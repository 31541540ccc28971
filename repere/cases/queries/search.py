"""Finding a file: by its code, by a pseudonym, by a name that only blind tokens know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Q

from repere.accounts.actor import Actor
from repere.accounts.keyring import index_keys
from repere.cases import mechanisms
from repere.cases.actions.names import tokens_asked
from repere.cases.models import Case, NameToken
from repere.cases.queries import wording
from repere.core.codes import normalise_code

LIMIT = 50


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
    if not text.strip() or actor.organisation_id is None:
        return []
    if code := normalise_code(text):
        return _lines(Q(code=code), actor)
    # While the index key is being replaced some tokens stand under the old one: each key asks.
    asked = {token for key in index_keys(actor.organisation_id).values() for token in tokens_asked(key, text)}
    tokens = NameToken.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, token__in=asked)
    people = list(tokens.order_by("person_id").values_list("person_id", flat=True).distinct()[:LIMIT])
    return _lines(Q(person_id__in=people, organisation_id=actor.organisation_id), actor) if people else []


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
