"""Questions of the houses that were asked, beside a request: each with its answer, or with the form for one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from repere.accounts.actor import Actor
from repere.places.forms import AnswerForm
from repere.places.models import Hold, Question, Request
from repere.places.queries.asking import ENDED
from repere.places.queries.reaching import questions_of


@dataclass(frozen=True)
class AskedBack:
    """`host`: name of the house's organisation; nothing where whoever asked for the place may not know which one it is."""

    question: Question
    host: str
    form: AnswerForm | None


def asked_back(
    actor: Actor, request: Request, holds: Iterable[Hold], *, unsent: Mapping[UUID, AnswerForm] | None = None
) -> list[AskedBack]:  # fmt: skip
    """`holds`: those of the request that this reader may see; one that ended is not answered any more.
    `unsent`: an answer that was not sent, by its question. Cost: one query."""
    kept = unsent or {}
    seen = list(holds)
    names, ended = {hold.pk: hold.host.name for hold in seen}, {hold.pk for hold in seen if hold.state in ENDED}
    return [
        AskedBack(
            one,
            names.get(one.hold_id, ""),
            None if one.answered_at or request.closed_at or one.hold_id in ended else kept.get(one.pk) or _empty(one.pk),
        )
        for one in questions_of(actor, request)
    ]


def unsent(question: UUID, text: str, why: str) -> dict[UUID, AnswerForm]:
    """An answer that was not sent as it stands, with why, for `asked_back`."""
    return {question: AnswerForm({"text": text}, auto_id=f"{question}_%s", doubted=why)}


def _empty(question: UUID) -> AnswerForm:
    return AnswerForm(auto_id=f"{question}_%s")
