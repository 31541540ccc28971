"""What waits for a member beside her tasks: asked in one question which lists hold something; only those are read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import CharField, QuerySet, Value

from repere.accounts.actor import Actor
from repere.accounts.kept import kept
from repere.cases.arrivals import Arrival, arrivals_to_confirm, questions_to_answer
from repere.cases.models import KeptAwayNote
from repere.cases.moved import Moved, moves_to_confirm
from repere.cases.queries.filling import begun_concerns
from repere.cases.queries.kept_away import kept_away_to_read, unread
from repere.places.queries.asking import holds_to_confirm, questions_that_wait
from repere.places.queries.moved import said_moves


@dataclass(frozen=True)
class AtHome:
    """`to_read`: conflicts that were declared; `arrivals` and `moves`: whether she is there; `questions`: of houses that were asked;
    `begun`: situations not entered yet."""

    to_read: list[KeptAwayNote] = field(default_factory=list)
    arrivals: list[Arrival] = field(default_factory=list)
    moves: list[Moved] = field(default_factory=list)
    begun: int = 0
    questions: list[Arrival] = field(default_factory=list)


def at_home(actor: Actor) -> AtHome:
    """Cost: one query, and one or two for each list that holds something."""
    held = {row["what"] for row in _held(actor)}
    return AtHome(
        kept_away_to_read(actor) if "to_read" in held else [],
        arrivals_to_confirm(actor) if "arrivals" in held else [],
        moves_to_confirm(actor) if "moves" in held else [],
        begun_concerns(actor).count() if "begun" in held else 0,
        questions_to_answer(actor) if "questions" in held else [],
    )


@kept
def _held(actor: Actor) -> QuerySet[Any, Any]:
    lists: dict[str, QuerySet[Any]] = {"to_read": unread(actor), "arrivals": holds_to_confirm(actor), "moves": said_moves(actor)}
    lists |= {"begun": begun_concerns(actor), "questions": questions_that_wait(actor)}
    first, *others = (rows.order_by().values(what=Value(name, CharField()))[:1] for name, rows in lists.items())
    return first.union(*others, all=True)
