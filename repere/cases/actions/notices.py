"""Reminders that were read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Notice


def read_notices(notices: Iterable[UUID], *, acting: Actor, now: datetime) -> int:
    """Take reminders off the desk. The tasks they point to stay as they are."""
    with acting_as(acting):
        unread = Notice.objects.visible_to(acting).filter(pk__in=list(notices), read_at=None)
        count = unread.update(read_at=now)
        if count:
            ledger.record(acting, "read_notices", detail={"count": count})
    return count
