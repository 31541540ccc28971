"""Whose turn it is: closing an offer and putting the referral to the next recipient, on a refusal or when nobody answers."""

from __future__ import annotations

from datetime import datetime

from repere.accounts.actor import Actor
from repere.cases.models import Offer, Referral
from repere.cases.models.referral import EXHAUSTED, WAITING
from repere.cases.referral import clocks

STEPS = (
    "state", "sent_at", "acknowledge_by", "answer_by", "next_step_at", "reminded_at", "escalated_at", "answered_at", "refusal",
    "news_for_sender", "news_for_receiver",
)  # fmt: skip


def pass_on(offer: Offer, *, state: str, acting: Actor, now: datetime) -> Offer | None:
    """Close this offer and start the next one; None, and the referral is exhausted, when the list is at its end.

    `acting` sees the whole referral: the sender's own capacity, or a job.
    """
    offer.state, offer.next_step_at, offer.news_for_sender = state, None, state
    offer.save(update_fields=STEPS)
    waiting = Offer.objects.visible_to(acting).filter(referral_id=offer.referral_id, state=WAITING)
    following = waiting.select_for_update(of=("self",)).order_by("rank").first()
    if following is None:
        Referral.objects.visible_to(acting).filter(pk=offer.referral_id).update(state=EXHAUSTED, closed_at=now)
        return None
    clocks.start(following, now)
    following.news_for_sender = "capsule_due" if following.organisation_id is None else ""
    following.save(update_fields=STEPS)
    return following
