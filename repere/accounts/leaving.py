"""What else ends when a member leaves: rooms above declare it here, because they know their own drafts and assignments.

Each ending runs in the transaction that ends the membership, acting as the member who leaves.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from repere.accounts.actor import Actor

Ending = Callable[[Actor, datetime], dict[str, int]]
_ENDINGS: list[Ending] = []


def declare_ending(ending: Ending) -> None:
    """Called once per room, when the application is ready. An ending returns what it ended: {"drafts": 2}."""
    if ending not in _ENDINGS:
        _ENDINGS.append(ending)


def end_everything(leaver: Actor, now: datetime) -> dict[str, int]:
    ended: dict[str, int] = {}
    for ending in _ENDINGS:
        ended |= ending(leaver, now)
    return ended
