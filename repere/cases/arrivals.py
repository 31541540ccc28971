"""What houses say or wait to hear, where those who follow her begin their day: that she is there, which they make sure of with her;
that a place is kept for her, and until when; that a house said no; questions that a house asks before it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases.access import followed_cases, standing
from repere.places.queries.asking import SaidThere, asked_back_of_us, said_no_to_us, said_to_be_there, said_yes_to_us


@dataclass(frozen=True)
class Arrival:
    code: str
    pseudonym: str
    person_id: UUID
    request_id: UUID
    since: datetime


def arrivals_to_confirm(actor: Actor) -> list[Arrival]:
    """Of files that this member follows and whose housing they may read, longest waiting first. Cost: one query, two where there are."""
    return _followed(actor, said_to_be_there(actor))


def places_kept(actor: Actor, *, now: datetime) -> list[Arrival]:
    """The same of places to which a house said yes, soonest ended first. `since`: until when it is kept."""
    return _followed(actor, said_yes_to_us(actor, now=now))


def said_no(actor: Actor, *, now: datetime) -> list[Arrival]:
    """The same of houses that said no, where nobody else is asked. `since`: when it was said."""
    return _followed(actor, said_no_to_us(actor, now=now))


def questions_to_answer(actor: Actor) -> list[Arrival]:
    """The same of houses that ask back before they answer."""
    return _followed(actor, asked_back_of_us(actor))


def _followed(actor: Actor, said: list[SaidThere]) -> list[Arrival]:
    if not said:
        return []
    found = followed_cases(actor).filter(place_reference__in=[one.reference for one in said])
    cases = {case.place_reference: case for case in found if "housing" in standing(actor, case, assigned=True).words}
    told = [(cases[one.reference], one) for one in said if one.reference in cases]
    return [Arrival(case.code, case.pseudonym, case.person_id, one.request_id, one.since) for case, one in told]
