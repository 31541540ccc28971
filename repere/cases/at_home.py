"""What waits for a member beside her tasks: asked in one question which lists hold something; only those are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import CharField, QuerySet, Value

from repere.accounts.actor import Actor
from repere.accounts.kept import kept
from repere.cases.arrivals import Arrival, arrivals_to_confirm, places_kept, questions_to_answer, said_no
from repere.cases.models import KeptAwayNote
from repere.cases.moved import Moved, moves_to_confirm, places_no_longer_safe
from repere.cases.queries.filling import begun_concerns
from repere.cases.queries.kept_away import kept_away_to_read, unread
from repere.cases.referral.called_back import ToRing, services_to_ring, waits_to_be_rung
from repere.places.models import Shelter
from repere.places.queries.asking import holds_of_ours, nos_to_us, questions_that_wait
from repere.places.queries.moved import NotThere, ToMove, no_longer_safe, not_there, said_back, said_moves, to_move, waiting_to_be_moved
from repere.places.queries.vouching import to_remind, voices_to_give, waiting_for_voices
from repere.places.roles import HOSTING


@dataclass(frozen=True)
class AtHome:
    """`to_read`: conflicts that were declared; `arrivals` and `moves`: whether she is there; `questions`: of houses that were asked;
    `kept`: places to which a house said yes; `begun`: situations not entered yet; `to_vouch`: shelters of others that wait for our
    voice; `unvouched`: ours that wait for theirs, as often as this member is reminded of them; `not_there`: households that we moved
    and that are not where we said; `nos`: requests to which a house said no, and nobody else is asked; `to_move`: households that wait
    to be moved from a house of ours; `unsafe`: places that a house says are no longer safe for somebody whom we follow; `ring`: services
    without an account that had read what is called back now, and were not told yet."""

    to_read: list[KeptAwayNote] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    begun: int = 0
    questions: list[Arrival] = field(default_factory=list)
    kept: list[Arrival] = field(default_factory=list)
    to_vouch: int = 0
    unvouched: list[Shelter] = field(default_factory=list)
    not_there: list[NotThere] = field(default_factory=list)
    nos: list[Arrival] = field(default_factory=list)
    to_move: list[ToMove] = field(default_factory=list)
    unsafe: list[Moved] = field(default_factory=list)
    ring: list[ToRing] = field(default_factory=list)


def at_home(actor: Actor, *, now: datetime) -> AtHome:
    """Cost: one query, and one or two for each list that holds something."""
    held = {row["what"] for row in _held(actor)}
    return AtHome(
        kept_away_to_read(actor) if "to_read" in held else [],
        arrivals_to_confirm(actor) if "holds" in held else [],
        moves_to_confirm(actor) if "moves" in held else [],
        begun_concerns(actor).count() if "begun" in held else 0,
        questions_to_answer(actor) if "questions" in held else [],
        places_kept(actor, now=now) if "holds" in held else [],
        voices_to_give(actor).count() if "to_vouch" in held else 0,
        to_remind(actor, now=now) if "unvouched" in held else [],
        not_there(actor, now=now) if "not_there" in held and actor.role in HOSTING else [],
        said_no(actor, now=now) if "nos" in held else [],
        to_move(actor, now=now) if "to_move" in held and actor.role in HOSTING else [],
        places_no_longer_safe(actor, now=now) if "unsafe" in held else [],
        services_to_ring(actor) if "ring" in held else [],
    )


@kept
def _held(actor: Actor) -> QuerySet[Any, Any]:
    lists: dict[str, QuerySet[Any]] = {"to_read": unread(actor), "holds": holds_of_ours(actor), "moves": said_moves(actor)}
    lists |= {"begun": begun_concerns(actor), "questions": questions_that_wait(actor)}
    lists |= {"to_vouch": voices_to_give(actor), "unvouched": waiting_for_voices(actor), "not_there": said_back(actor)}
    lists |= {"nos": nos_to_us(actor), "to_move": waiting_to_be_moved(actor), "unsafe": no_longer_safe(actor)}
    lists |= {"ring": waits_to_be_rung(actor)}
    first, *others = (rows.order_by().values(what=Value(name, CharField()))[:1] for name, rows in lists.items())
    return first.union(*others, all=True)
