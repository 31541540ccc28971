"""Clocks of running offers: reminder, escalation, next recipient, whatever happens to the worker.

Each step is one transaction that moves the instant of the next one: killed before the commit nothing happened and the step is taken
again; killed after, it is done. The job holds no key and sees neither person nor file.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.models import Offer, Referral
from repere.cases.models.referral import NO_ANSWER, OPEN, RUNNING, SENT
from repere.cases.referral import clocks
from repere.cases.referral.turns import pass_on

CLOCK = Actor.system("referrals")
AT_ONCE = 500


def follow_referrals(*, now: datetime) -> int:
    """Take every step that has come. Returns how many were taken."""
    taken = 0
    while due := _due(now):
        steps = [_take_step(offer_id, now) for offer_id in due]
        taken += sum(steps)
        if not any(steps):  # another worker holds them all
            break
    return taken


def _due(now: datetime) -> list[UUID]:
    with acting_as(CLOCK):
        rows = Offer.objects.visible_to(CLOCK).filter(state__in=RUNNING, next_step_at__lte=now)
        return list(rows.order_by("next_step_at", "pk").values_list("pk", flat=True)[:AT_ONCE])


def _take_step(offer_id: UUID, now: datetime) -> bool:
    with acting_as(CLOCK):
        rows = Offer.objects.visible_to(CLOCK).select_for_update(skip_locked=True, of=("self",))
        offer = rows.filter(pk=offer_id, state__in=RUNNING, next_step_at__lte=now).first()
        if offer is None:
            return False
        open_one = Referral.objects.visible_to(CLOCK).filter(pk=offer.referral_id, state=OPEN)
        if open_one.select_for_update(of=("self",)).first() is None:
            offer.next_step_at = None
            offer.save(update_fields=["next_step_at"])
            return True
        step = _step(offer, now)
        detail = {"offer": offer.pk, "step": step}
        ledger.record(CLOCK, "follow_referral", kind="system", detail=detail)
    return True


def _step(offer: Offer, now: datetime) -> str:
    """After a long stop of the worker the latest step that has come is taken, not each missed one."""
    if offer.answer_by is not None and offer.answer_by <= now:
        offer.answered_at, offer.news_for_receiver = None, "passed_on"
        pass_on(offer, state=NO_ANSWER, acting=CLOCK, now=now)
        return NO_ANSWER
    late = offer.state == SENT
    if offer.reminded_at is None:
        offer.reminded_at, step = now, "reminded"
    else:
        offer.escalated_at, step = now, "escalated"
    offer.news_for_receiver, offer.news_for_sender = step, f"{step}_late" if late else step
    offer.next_step_at = clocks.next_step(offer)
    offer.save(update_fields=["reminded_at", "escalated_at", "news_for_receiver", "news_for_sender", "next_step_at"])
    return step
