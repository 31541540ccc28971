"""How far a contact can be relied on today: it decays with time, and what happened to referrals corrects it. No database here.

The lengths are our choice, not law.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum

FRESH_FOR = timedelta(days=90)
AGEING_FOR = timedelta(days=180)
WENT_WELL = frozenset({"answered", "accepted", "refused"})
"""Somebody answered there: even a refusal shows that the contact lives."""
WENT_WRONG = frozenset({"wrong_contact", "no_answer"})
SILENCES = 2
"""As many calls without an answer make a contact doubtful; one wrong contact is enough."""


class Trust(StrEnum):
    FRESH = "fresh"
    AGEING = "ageing"
    STALE = "stale"
    NEVER = "never"


RELIABLE = (Trust.FRESH, Trust.AGEING)


def trust(verified_on: date | None, outcomes: Iterable[tuple[date, str]], *, on: date) -> Trust:
    """How far to rely on a contact. `outcomes`: (day, outcome) of referrals, in any order; later days than `on` are ignored."""
    past = sorted((day, outcome) for day, outcome in outcomes if day <= on)
    answered = [day for day, outcome in past if outcome in WENT_WELL]
    seen = max([day for day in (verified_on, *answered) if day is not None and day <= on], default=None)
    since = [
        outcome
        for day, outcome in past
        if outcome in WENT_WRONG and (seen is None or day > seen or (outcome == "wrong_contact" and day == seen))
    ]
    if "wrong_contact" in since or since.count("no_answer") >= SILENCES:
        return Trust.STALE
    if seen is None:
        return Trust.NEVER
    age = on - seen
    if age <= FRESH_FOR:
        return Trust.FRESH
    return Trust.AGEING if age <= AGEING_FOR else Trust.STALE
