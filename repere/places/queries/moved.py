"""Households of one's files that another body moved, and says to be in their new place."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, QuerySet

from repere.accounts.actor import Actor
from repere.places.models import Event


def said_moves(actor: Actor) -> QuerySet[Event]:
    """Those that nobody of the acting organisation has answered yet, longest waiting first."""
    ours = Event.objects.visible_to(actor).filter(organisation_id=actor.organisation_id)
    answers = ours.filter(
        reference=OuterRef("reference"), by_organisation_id=actor.organisation_id, at__gt=OuterRef("at"),
        kind__in=(Event.Kind.ARRIVED, Event.Kind.NOT_THERE),
    )  # fmt: skip
    return ours.filter(kind=Event.Kind.SAID_THERE).exclude(Exists(answers)).select_related("by_organisation").order_by("at", "id")
