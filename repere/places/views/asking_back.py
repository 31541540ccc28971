"""Questions of the houses that were asked, beside a request: each with its answer, or with the form for one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from repere.accounts.actor import Actor
from repere.places.forms import AnswerForm
from repere.places.models import Hold, Question, Request
from repere.places.queries.reaching import questions_of


@dataclass(frozen=True)
class AskedBack:
    """`host`: name of the house's organisation; nothing where whoever asked for the place may not know which one it is."""

    question: Question
    host: str
    form: AnswerForm | None


def asked_back(actor: Actor, request: Request, holds: Iterable[Hold]) -> list[AskedBack]:
    """`holds`: those of the request that this reader may see. Cost: one query."""
    names = {hold.pk: hold.host.name for hold in holds}
    return [
        AskedBack(one, names.get(one.hold_id, ""), None if one.answered_at or request.closed_at else AnswerForm(auto_id=f"{one.pk}_%s"))
        for one in questions_of(actor, request)
    ]
