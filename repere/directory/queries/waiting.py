"""What waits for somebody of another organisation."""

from __future__ import annotations

from datetime import date

from repere.directory.entry_models import Service
from repere.directory.queries.reading import Line, lines
from repere.directory.tiers import Tier
from repere.ledger.actions import Acting

MOST = 100


def waiting_for_voices(actor: Acting, *, on: date) -> list[Line]:
    """Entries that nobody may be sent to yet, oldest first. What is need-to-know waits with who keeps it and is never listed."""
    waiting = Service.objects.visible_to(actor).open().filter(vetted_at=None, tier__lte=Tier.MEMBERS)
    return lines(actor, list(waiting.select_related("structure").order_by("created_at", "id")[:MOST]), on=on)
