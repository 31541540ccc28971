"""What else ends when a member leaves, or when her account begins again: rooms above declare it, because they know their own tables.

Each ending runs in the transaction that ends the membership or the account's old means, acting as that member.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from repere.accounts.actor import Actor

Ending = Callable[[Actor, datetime], dict[str, int]]
_ENDINGS: list[Ending] = []
_WITH_OLD_MEANS: list[Ending] = []


def declare_ending(ending: Ending) -> None:
    """Called once per room, when the application is ready. An ending returns what it ended: {"drafts": 2}."""
    if ending not in _ENDINGS:
        _ENDINGS.append(ending)


def declare_end_with_old_means(ending: Ending) -> None:
    """The same for what stays open to whoever held her old means of signing in: a secret address, say."""
    if ending not in _WITH_OLD_MEANS:
        _WITH_OLD_MEANS.append(ending)


def end_with_old_means(member: Actor, now: datetime) -> dict[str, int]:
    return _run(_WITH_OLD_MEANS, member, now)


def end_everything(leaver: Actor, now: datetime) -> dict[str, int]:
    return _run(_ENDINGS, leaver, now)


def _run(endings: list[Ending], member: Actor, now: datetime) -> dict[str, int]:
    ended: dict[str, int] = {}
    for ending in endings:
        ended |= ending(member, now)
    return ended
