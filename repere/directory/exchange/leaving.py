"""What may leave in a file: the public tier, and what one's own organisation keeps for members. Names of persons never do."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from repere import ledger
from repere.directory.entry_models import Service
from repere.directory.exchange import hsds, inclusion, table
from repere.directory.queries.reading import lines
from repere.directory.tiers import Tier
from repere.ledger.actions import Acting

KINDS = {"hsds": "application/json", "data-inclusion": "application/json", "csv": "text/csv"}
NAMES = {"hsds": "document.json", "data-inclusion": "document.json", "csv": "document.csv"}
MOST = 5_000


def export(format: str, *, acting: Acting, now: datetime) -> str:
    """The text of a file in one of KINDS. The ledger keeps that it left, and with how many entries."""
    may_leave = Q(tier=Tier.PUBLIC) | Q(tier=Tier.MEMBERS, organisation=acting.organisation_id)
    services = Service.objects.visible_to(acting).offered().filter(may_leave).select_related("structure").order_by("id")[:MOST]
    told = lines(acting, list(services), on=now.date())
    with transaction.atomic():
        ledger.record(acting, "export_directory", detail={"format": format, "services": len(told)})
    if format == "hsds":
        return hsds.write(told)
    return inclusion.write(told, on=now.date()) if format == "data-inclusion" else table.write(told)
