"""How long a receiver has to acknowledge and to answer. No text gives these times: they are a choice of ours, and the pages say so."""

from __future__ import annotations

from datetime import datetime, timedelta

from repere.cases.models import Offer
from repere.cases.models.referral import SENT

HOURS = {"now": (1, 4), "today": (4, 24), "week": (24, 72), "planned": (72, 14 * 24)}
"""Urgency → hours to acknowledge, hours to answer, from the instant of sending."""


def start(offer: Offer, now: datetime) -> None:
    """Its turn has come."""
    acknowledge, answer = HOURS[offer.urgency]
    offer.state, offer.sent_at = SENT, now
    offer.acknowledge_by, offer.answer_by = now + timedelta(hours=acknowledge), now + timedelta(hours=answer)
    offer.next_step_at, offer.news_for_receiver = offer.acknowledge_by, "sent"


def next_step(offer: Offer) -> datetime | None:
    """When something happens by itself: a reminder, then an escalation, then the next recipient."""
    if offer.sent_at is None or offer.acknowledge_by is None or offer.answer_by is None:
        return None
    if offer.state != SENT:
        middle = offer.sent_at + (offer.answer_by - offer.sent_at) / 2
        return middle if offer.reminded_at is None else offer.answer_by
    if offer.reminded_at is None:
        return offer.acknowledge_by
    return offer.acknowledge_by + (offer.answer_by - offer.acknowledge_by) / 2 if offer.escalated_at is None else offer.answer_by
