"""Conflicts of interest as an administrator may see them, and what was told of them: who, by whom, when; never which file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR
from repere.cases.models import ConflictOfInterest, KeptAwayNote


@dataclass(frozen=True)
class KeptAway:
    id: UUID
    name: str
    by: str
    declared_at: datetime


def kept_away(actor: Actor) -> list[KeptAway]:
    """Everybody of the organisation who is kept away from a file, for its administrators; empty for anybody else. Cost: 1 query."""
    if actor.role != ADMINISTRATOR:
        return []
    rows = ConflictOfInterest.objects.visible_to(actor).filter(ended_at=None).select_related("user", "declared_by")
    return [KeptAway(row.pk, row.user.name, row.declared_by.name, row.declared_at) for row in rows.order_by("declared_at", "id")]


def kept_away_to_read(actor: Actor) -> list[KeptAwayNote]:
    """What this member is to be told of conflicts and has not read. Cost: 1 query."""
    return list(unread(actor).select_related("about", "by"))


def unread(actor: Actor) -> QuerySet[KeptAwayNote]:
    """Notes of conflicts that this member has not read."""
    found: QuerySet[KeptAwayNote] = KeptAwayNote.objects.visible_to(actor).filter(read_at=None)
    return found
