"""Ending what was said of another person: whom a household must not meet, and the marks that it bears."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.places.by_the_house import add, change, house
from repere.places.doors import me, must_be, myself
from repere.places.mark_models import MarkEnd
from repere.places.queries.marks import APART, ends_asked, same_lines
from repere.places.refusals import Refused
from repere.places.roles import SEEKING


def end_mark(reference: UUID, line_id: UUID, *, reason: str, follows: bool, acting: Actor, now: datetime) -> bool:
    """End one line of the marks that stand for a file of ours, wherever it stands in what is asked for it. Returns whether it ended.

    Whom she must not meet ends at once, by who follows her (`follows`) or wrote it: it is her own safety, and her word. A mark that she
    bears keeps somebody else safe: it ends once a colleague agreed (`decide_end`). Raises Refused: reason_unknown, end_was_asked,
    ended_by_who_follows_her.
    """
    must_be(acting, SEEKING)
    if reason not in MarkEnd.Reason.values:
        raise Refused("reason_unknown")
    with acting_as(acting):
        one_after_the_other(reference)
        kind, lines = same_lines(acting, reference, line_id)
        if ends_asked(acting, lines):
            raise Refused("end_was_asked")
        at_once = kind == APART
        if at_once and not follows and all(line.request.user_id != acting.user_id for line in lines):
            raise Refused("ended_by_who_follows_her")
        for line in lines:
            asked = MarkEnd(
                **{kind: line}, organisation_id=me(acting), user_id=myself(acting), reason=reason, at=now, ended=at_once,
                decided_at=now if at_once else None,
            )  # fmt: skip
            add(asked, acting=acting)
        if at_once:
            _end(lines, acting, now)
        ledger.record(acting, "end_mark", detail={"lines": [line.pk for line in lines], "reason": reason, "ended": at_once})
    return at_once


def decide_end(reference: UUID, line_id: UUID, *, ends: bool, acting: Actor, now: datetime) -> None:
    """A colleague agrees that a mark ends, or says that it stays; whoever asked may take it back. Raises Refused: no_end_was_asked,
    another_person_agrees."""
    must_be(acting, SEEKING)
    with acting_as(acting):
        one_after_the_other(reference)
        _kind, lines = same_lines(acting, reference, line_id)
        asked = ends_asked(acting, lines)
        if not asked:
            raise Refused("no_end_was_asked")
        if ends and any(one.user_id == acting.user_id for one in asked):
            raise Refused("another_person_agrees")
        for one in asked:
            change(one, acting=acting, second_user_id=acting.user_id, decided_at=now, ended=ends)
        if ends:
            decided = {one.carried_id for one in asked}
            _end([line for line in lines if line.pk in decided], acting, now)
        ledger.record(acting, "decide_end_of_mark", detail={"lines": [line.pk for line in lines], "ended": ends})


def _end(lines: Sequence[Any], acting: Actor, now: datetime) -> None:
    with acting_as(house(acting, "end_mark")):
        for line in lines:
            line.ended_at = now
            line.save(update_fields=["ended_at"])
