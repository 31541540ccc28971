"""Steps that both sides of a referral see: what, by whom, by which day. No fact of the file stands in them."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.actions.by_the_house import add, change
from repere.cases.models import JointStep, Offer
from repere.cases.models.referral import ACCEPTED
from repere.cases.referral.actions.answering import visible_offer
from repere.cases.refusals import NotVisible, Refused

WHAT = ("first_call", "first_meeting", "papers_handed_over", "interpreter_found", "transport_arranged", "news_of_her")


def add_joint_step(offer: Offer | UUID, *, what: str, by_sender: bool, due_on: date, acting: Actor, now: datetime) -> JointStep:
    """Either side adds one, for itself or for the other."""
    with acting_as(acting):
        found = visible_offer(offer.pk if isinstance(offer, Offer) else offer, acting)
        if found.state != ACCEPTED:
            raise Refused("offer_is_over")
        if what not in WHAT:
            raise Refused("unknown_step", field="what")
        if due_on < now.date():
            raise Refused("end_needed", field="due_on")
        if JointStep.objects.visible_to(acting).filter(offer=found, what=what, by_sender=by_sender).exists():
            raise Refused("step_stands", field="what")
        step = JointStep(id=uuid4(), offer=found, what=what, by_sender=by_sender, due_on=due_on, added_at=now)
        add(step, acting=acting)
        ledger.record(acting, "add_joint_step", detail={"offer": found.pk, "step": step.pk, "what": what})
    return step


def finish_joint_step(step: JointStep | UUID, *, acting: Actor, now: datetime) -> JointStep:
    """Done by the side whose step it is."""
    with acting_as(acting):
        rows = JointStep.objects.visible_to(acting).select_related("offer")
        found = rows.filter(pk=step.pk if isinstance(step, JointStep) else step, done_at=None).first()
        if found is None:
            raise NotVisible
        doer = found.offer.owner_id if found.by_sender else found.offer.organisation_id
        if doer != acting.organisation_id:
            raise Refused("step_of_the_other_side")
        change(found, acting=acting, done_at=now)
        ledger.record(acting, "finish_joint_step", detail={"offer": found.offer_id, "step": found.pk})
    return found
