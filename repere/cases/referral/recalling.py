"""Ending what rested on an agreement: the part of a withdrawal that concerns referrals. Within the act that takes it back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.actions.by_the_house import in_her_name
from repere.cases.models import Capsule, Case, Consent, Offer, Referral
from repere.cases.models.referral import ACCEPTED, CALLED_BACK, NOT_NEEDED, OPEN, RECALLED, RUNNING, TAKEN, WAITING


def end_what_rested(case: Case, standing: Collection[UUID], *, owner: Actor, now: datetime) -> None:
    """`owner`: the organisation's own capacity, already acting. `standing`: facts of the consents that still stand."""
    taken_back = Consent.objects.visible_to(owner).filter(case=case, withdrawn_at=None).exclude(fact=None).exclude(ends_on__lt=now.date())
    taken_back.exclude(fact__in=standing).update(withdrawn_at=now)
    resting = Referral.objects.visible_to(owner).filter(case=case, state__in=(OPEN, TAKEN)).exclude(consent_fact=None)
    for referral in resting.exclude(consent_fact__in=standing):
        recall(referral, acting=owner, now=now)
        detail = {"case": case.pk, "referral": referral.pk}
        ledger.record(owner, "recall_referral", kind="system", subjects=[case.person_id], detail=detail)


def recall(referral: Referral, *, acting: Actor, now: datetime) -> None:
    """Close the offers and the capsules of a referral. The receiver hears that it was called back, and not why.

    A service without an account hears it from nobody but us: where it had opened its link, it waits to be rung.
    """
    offers = Offer.objects.visible_to(acting, own=True).filter(referral=referral)
    closed = {"next_step_at": None, "news_for_receiver": "called_back", "state": CALLED_BACK}
    capsules = Capsule.objects.visible_to(acting).filter(offer__referral=referral, closed_at=None)
    opened = Capsule.objects.visible_to(acting).filter(offer__referral=referral, offer__state__in=(*RUNNING, ACCEPTED))
    with acting_as(in_her_name(acting)):
        opened.exclude(opened_at=None).update(ring_since=now)
        offers.filter(state__in=(*RUNNING, ACCEPTED)).update(**closed)
        offers.filter(state=WAITING).update(state=NOT_NEEDED)
        capsules.update(closed_at=now, person=None)
        Referral.objects.visible_to(acting).filter(pk=referral.pk).update(state=RECALLED, closed_at=now)
    referral.state, referral.closed_at = RECALLED, now
