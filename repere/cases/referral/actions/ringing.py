"""A service without an account is told by telephone that what it had read is called back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.access import standing
from repere.cases.actions.by_the_house import change
from repere.cases.models import Capsule, Offer, Referral
from repere.cases.referral.actions.answering import visible_offer
from repere.cases.refusals import NotVisible

FOLLOWS = "shares"
"""Who may see what of her was sent also tells its receiver that it was called back."""


def tell_called_back(offer: Offer | UUID, *, acting: Actor, now: datetime) -> None:
    """Somebody rang the service and told it. Pressed twice, it is written down once. NotVisible to whoever did not send it."""
    with acting_as(acting):
        found = visible_offer(offer.pk if isinstance(offer, Offer) else offer, acting)
        if found.owner_id != acting.organisation_id or acting.user_id is None:
            raise NotVisible
        referral = Referral.objects.visible_to(acting).select_related("case").get(pk=found.referral_id)
        if FOLLOWS not in standing(acting, referral.case).words:
            raise NotVisible
        waiting = Capsule.objects.visible_to(acting).filter(offer=found).exclude(ring_since=None)
        capsule = waiting.select_for_update(of=("self",)).first()
        if capsule is not None:
            change(capsule, acting=acting, ring_since=None)
            detail = {"offer": found.pk, "capsule": capsule.pk}
            ledger.record(acting, "tell_called_back", subjects=[referral.person_id], detail=detail)
