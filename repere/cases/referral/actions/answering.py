"""The receiver's side: seen, acknowledged, accepted or refused with a reason; and what came of it."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.access import visible_case_by_id
from repere.cases.actions.access import A_DAY, grant_access
from repere.cases.actions.by_the_house import change
from repere.cases.actions.facts import hold_file
from repere.cases.actions.opening import open_case
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Offer, Referral
from repere.cases.models.referral import (
    ACCEPTED,
    ACKNOWLEDGED,
    NOT_NEEDED,
    OUTCOMES,
    REFUSAL_REASONS,
    REFUSED,
    RUNNING,
    SENT,
    TAKEN,
    TRANSFER,
    WAITING,
)
from repere.cases.referral import clocks
from repere.cases.referral.grounds import DANGER
from repere.cases.referral.passing import refuse_unless_sent
from repere.cases.referral.turns import pass_on
from repere.cases.refusals import NotVisible, Refused
from repere.core.dates import PartialDate
from repere.directory.actions import record_outcome
from repere.directory.refusals import NotVisible as EntryNotVisible
from repere.directory.refusals import Refused as EntryRefused


def read_offer(offer: Offer | UUID, *, acting: Actor, now: datetime) -> Offer:
    """The page was opened: its news are no news any more, for the side that opened it."""
    with acting_as(acting):
        found = visible_offer(offer.pk if isinstance(offer, Offer) else offer, acting)
        mine = "news_for_receiver" if found.organisation_id == acting.organisation_id else "news_for_sender"
        if getattr(found, mine):
            change(found, acting=acting, **{mine: ""})
            ledger.record(acting, "read_offer", detail={"offer": found.pk})
    return found


def acknowledge_offer(offer: Offer | UUID, *, acting: Actor, now: datetime) -> Offer:
    """Somebody has it in hand. The sender hears it; the clock of the answer runs on."""
    with acting_as(acting):
        found = _locked(offer, (SENT,), acting)
        found.state, found.acknowledged_at, found.reminded_at, found.escalated_at = ACKNOWLEDGED, now, None, None
        change(
            found, acting=acting, state=ACKNOWLEDGED, acknowledged_at=now, reminded_at=None, escalated_at=None,
            news_for_sender="acknowledged", news_for_receiver="", next_step_at=clocks.next_step(found),
        )  # fmt: skip
        ledger.record(acting, "acknowledge_offer", detail={"offer": found.pk})
    return found


def accept_offer(offer: Offer | UUID, *, acting: Actor, now: datetime) -> Offer:
    """Person and groups open, as the sender wrote them down and no more. A transfer also opens a file of the receiver's own.

    Refused, changing nothing, when her agreement no longer stands, the sender's organisation called it back meanwhile, or the ledger
    does not know that it was sent.
    """
    with acting_as(acting):
        _hold_file_of(visible_offer(offer.pk if isinstance(offer, Offer) else offer, acting))
        found = _locked(offer, RUNNING, acting)
        change(
            found, acting=acting, state=ACCEPTED, answered_at=now, answered_by_id=acting.user_id, next_step_at=None,
            news_for_sender="accepted", news_for_receiver="",
        )  # fmt: skip
        referral = _open_for(found, now=now)
        case = visible_case_by_id(acting, referral.case_id)
        if found.handling == TRANSFER:
            _own_file(case, acting=acting, now=now)
        ledger.record(acting, "accept_offer", subjects=[referral.person_id], detail={"offer": found.pk, "case": case.pk})
    tell_directory(found, "accepted", acting=acting, now=now)
    return found


def refuse_offer(offer: Offer | UUID, *, reason: str, acting: Actor, now: datetime) -> Offer:
    """No, and why in terms of the service: the next recipient is asked at once, and the directory learns of it."""
    with acting_as(acting):
        found = _locked(offer, RUNNING, acting)
        if reason not in REFUSAL_REASONS:
            raise Refused("refusal_needs_a_reason", field="reason")
        found.refusal, found.answered_at, found.news_for_receiver = reason, now, ""
        ledger.record(acting, "refuse_offer", detail={"offer": found.pk, "reason": reason})
        with acting_as(_sender(found)) as sender:
            pass_on(found, state=REFUSED, acting=sender, now=now)
    tell_directory(found, "refused", acting=acting, now=now)
    return found


def report_outcome(offer: Offer | UUID, *, outcome: str, on: date, acting: Actor, now: datetime) -> Offer:
    """What came of it: a code and a day, which is all that a sender who handed her over goes on seeing."""
    with acting_as(acting):
        found = _locked(offer, (ACCEPTED,), acting)
        if outcome not in OUTCOMES:
            raise Refused("unknown_outcome", field="outcome")
        if on > now.date():
            raise Refused("in_the_future", field="on", day=on.isoformat())
        change(found, acting=acting, outcome=outcome, outcome_on=on, news_for_sender="outcome")
        ledger.record(acting, "report_outcome", detail={"offer": found.pk, "outcome": outcome})
    return found


def visible_offer(offer_id: UUID, acting: Actor) -> Offer:
    found = Offer.objects.visible_to(acting).filter(pk=offer_id).select_related("owner", "organisation").first()
    if found is None:
        raise NotVisible
    return found


def _locked(offer: Offer | UUID, states: tuple[str, ...], acting: Actor) -> Offer:
    """The receiver's own offer, in one of these states; nobody else answers it."""
    wanted = offer.pk if isinstance(offer, Offer) else offer
    rows = Offer.objects.visible_to(acting).filter(pk=wanted, organisation=acting_organisation(acting))
    found = rows.select_for_update(of=("self",)).first()
    if found is None or acting.user_id is None:
        raise NotVisible
    if found.state not in states:
        raise Refused("offer_is_over")
    return found


def _sender(offer: Offer) -> Actor:
    return Actor.system("referral", organisation_id=offer.owner_id)


def _hold_file_of(offer: Offer) -> None:
    """Before the offer itself is locked: the receiver does not see the file yet, its sender's capacity does."""
    with acting_as(_sender(offer)) as sender:
        case_id = Referral.objects.visible_to(sender).filter(pk=offer.referral_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise Refused("offer_is_over")
    hold_file(case_id, offer.owner_id)


def _open_for(offer: Offer, *, now: datetime) -> Referral:
    """In the sender's own capacity: the access that its sender decided, which the database compares with the referral."""
    assert offer.organisation_id
    with acting_as(_sender(offer)) as sender:
        rows = Referral.objects.visible_to(sender).filter(pk=offer.referral_id, state="open")
        referral = rows.select_for_update(of=("self",)).first()
        if referral is None:
            raise Refused("offer_is_over")
        refuse_unless_sent(referral)
        case = visible_case_by_id(sender, referral.case_id)
        grant = grant_access(
            case, to=offer.organisation_id, groups=referral.groups, purpose=referral.purpose,
            reason=_("Referral %(code)s") % {"code": referral.code}, ends_at=_ends_at(referral, now), consent=referral.consent_fact,
            law=referral.law, named_kinds=referral.named_kinds, referral=referral, acting=sender, now=now,
        )  # fmt: skip
        offers = Offer.objects.visible_to(sender)
        offers.filter(pk=offer.pk).update(grant=grant)
        offers.filter(referral=referral, state=WAITING).update(state=NOT_NEEDED)
        Referral.objects.visible_to(sender).filter(pk=referral.pk).update(state=TAKEN)
    offer.grant_id = grant.pk
    return referral


def _ends_at(referral: Referral, now: datetime) -> datetime:
    """On danger, without her word, a day: our choice. With her agreement, or a rule, it is given anew."""
    return min(referral.access_ends_at, now + A_DAY) if referral.ground == DANGER else referral.access_ends_at


def _own_file(case: Case, *, acting: Actor, now: datetime) -> Case:
    """The receiver's own file about her: what happens there is its own, and the sender sees the outcome only."""
    territory = case.territory if case.territory in mechanisms.named(case.mechanism).codelists.get("departement", {}) else None
    return open_case(
        on=PartialDate.on(now.date()), concern={"urgency": "not_known"}, jurisdiction=case.jurisdiction, territory=territory,
        basis="third_party", key=uuid4(), acting=acting, now=now,
    )  # fmt: skip


def tell_directory(offer: Offer, what: str, *, acting: Actor, now: datetime) -> None:
    """Real answers correct the trust of an entry. A directory that cannot be told stops nothing."""
    if offer.service is None or acting.user_id is None:
        return
    try:
        with acting_as(acting):
            record_outcome(offer.service, what=what, on=now.date(), acting=acting, now=now)
    except (EntryNotVisible, EntryRefused):
        return
