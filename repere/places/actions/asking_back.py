"""A house that is asked for a place asks back, and whoever asked answers: short, in neutral words, about nobody by name.

What looks like a telephone number, an address or a code is not sent before whoever writes has said that it tells of nobody (`sure`).
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.by_the_house import add, change
from repere.places.doors import must_be, must_receive, received_hold, visible_request
from repere.places.models import Question
from repere.places.refusals import NotVisible, Refused
from repere.places.roles import HOSTING, SEEKING
from repere.places.telling import check

MOST_LETTERS = 300
MOST_QUESTIONS = 5
"""Our choices: what does not fit is said on the telephone."""


def ask_back(hold_id: UUID, *, text: str, sure: bool = False, acting: Actor, now: datetime) -> Question:
    """Ask those who look for the place. The same question twice, while it waits, is asked once.

    Raises Refused: say_what, tells_of_somebody, too_many_questions, not_waiting, not_receiving_yet.
    """
    must_be(acting, HOSTING)
    said = _short(text, sure=sure)
    with acting_as(acting):
        one_after_the_other(hold_id)
        held = received_hold(acting, hold_id)
        must_receive(acting)
        if held.state not in ("asked", "accepted") or held.request.closed_at is not None:
            raise Refused("not_waiting")
        before = Question.objects.visible_to(acting).filter(hold=held)
        same: Question | None = before.filter(text=said, answered_at=None).first()
        if same is not None:
            return same
        if before.count() >= MOST_QUESTIONS:
            raise Refused("too_many_questions", most=MOST_QUESTIONS)
        asked = Question(hold=held, request_id=held.request_id, text=said, asked_at=now)
        add(asked, acting=acting)
        ledger.record(acting, "ask_back", detail={"hold": held.pk, "question": asked.pk})
    return asked


def answer_back(
    request_id: UUID, question_id: UUID, *, text: str, sure: bool = False, acting: Actor, now: datetime
) -> Question:  # fmt: skip
    """Answer a house that asked back about this request of ours. An answer stays as it was given.

    Raises Refused: say_what, tells_of_somebody, answered_already.
    """
    must_be(acting, SEEKING)
    said = _short(text, sure=sure)
    with acting_as(acting):
        one_after_the_other(question_id)
        request = visible_request(acting, request_id)
        asked: Question | None = Question.objects.visible_to(acting).filter(pk=question_id, request=request).first()
        if asked is None:
            raise NotVisible
        if asked.answered_at is not None:
            raise Refused("answered_already")
        change(asked, acting=acting, answer=said, answered_at=now)
        ledger.record(acting, "answer_back", detail={"request": request.pk, "question": asked.pk})
    return asked


def _short(text: str, *, sure: bool) -> str:
    said = " ".join(text.split())
    if not 1 <= len(said) <= MOST_LETTERS:
        raise Refused("say_what", most=MOST_LETTERS)
    check(said, sure=sure)
    return said
