"""A household that a shelter had to move: those who follow her are asked, where they begin their day, whether she is there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases.access import followed_cases, standing
from repere.cases.models import Case
from repere.places.models import Event
from repere.places.queries.moved import lately_unsafe, said_moves
from repere.places.queries.unsafe import why_taken_back


@dataclass(frozen=True)
class Moved:
    """`by`: the body that moved her and says so. `kind`: of the step by which it said so (`Event.Kind`); `why`: of a report taken back."""

    event_id: UUID
    code: str
    pseudonym: str
    person_id: UUID
    by: str
    since: datetime
    kind: str
    why: str = ""


def moves_to_confirm(actor: Actor) -> list[Moved]:
    """Of files that this member follows and whose housing they may read. Cost: one query, two where there are any."""
    said = {one.reference: one for one in said_moves(actor)}
    if not said:
        return []
    found = followed_cases(actor).filter(place_reference__in=said)
    return [_moved(said[case.place_reference], case) for case in found if "housing" in standing(actor, case, assigned=True).words]


def places_no_longer_safe(actor: Actor, *, now: datetime) -> list[Moved]:
    """The same of those whose house reported an incident: it looks for another place (`kind` requested), looks no further (search_ended),
    or took its report back (taken_back). `by`: that house's body; `since`: when it said so."""
    told = {one.reference: one for one in lately_unsafe(actor, now=now)}
    found = followed_cases(actor).filter(place_reference__in=told) if told else []
    return [_moved(told[case.place_reference], case) for case in found if "housing" in standing(actor, case, assigned=True).words]


def move_of(actor: Actor, case: Case) -> Moved | None:
    """The one that waits for an answer about this file."""
    said = said_moves(actor).filter(reference=case.place_reference).first()
    return _moved(said, case) if said else None


def _moved(said: Event, case: Case) -> Moved:
    return Moved(said.pk, case.code, case.pseudonym, case.person_id, said.by_organisation.name, said.at, said.kind, why_taken_back(said))
