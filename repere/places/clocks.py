"""How long a house has to answer: hours, by how soon she needs the place. Our choice, not law.

Who stands on the doorstep tonight cannot wait a day; and a bed that is kept for one household is kept from the others.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

TONIGHT = 3
ANSWER_HOURS: Mapping[int, int] = {TONIGHT: 4, 2: 12, 1: 24, 0: 24}
"""Of a listed place, which is kept meanwhile; by urgency."""
NEED_HOURS: Mapping[int, int] = {TONIGHT: 4, 2: 12, 1: 48, 0: 48}
"""Of a need sent to shelters that are not listed; by urgency."""

LONGEST_HOURS = 72
"""Of any question, whatever whoever asks says."""


def answer_by(urgency: int, *, now: datetime) -> datetime:
    return now + timedelta(hours=ANSWER_HOURS[urgency])


def need_answered_by(urgency: int, *, now: datetime) -> datetime:
    return now + timedelta(hours=NEED_HOURS[urgency])
