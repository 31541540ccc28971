"""Writing a referral, looking at exactly what the receiver will see, sending it, calling it back."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import mail_address, mechanisms, sealed
from repere.cases.access import standing, visible_case_by_id
from repere.cases.actions.access import TOLD_TO_ANOTHER, end_grant
from repere.cases.actions.break_glass import tell_second_person
from repere.cases.actions.by_the_house import add
from repere.cases.actions.facts import facts_of, hold_file
from repere.cases.actions.passage import Passage, check_purpose
from repere.cases.actions.receipts import claim
from repere.cases.consent.actions import is_minor, visible_consent
from repere.cases.evaluation import acting_organisation
from repere.cases.models import IDENTITY, Case, Consent, Grant, Offer, Referral
from repere.cases.models.consent import NOT_HEARD, REPRESENTATIVE, STAFF
from repere.cases.models.referral import HANDLINGS, OPEN, SHARE, TAKEN, URGENCIES
from repere.cases.queries.standing import ring_of
from repere.cases.referral import clocks
from repere.cases.referral.grounds import GROUNDS
from repere.cases.referral.passing import kind_of_service
from repere.cases.referral.recalling import recall
from repere.cases.referral.showing import Chosen, Package, freeze, opened_facts
from repere.cases.refusals import NotVisible, Refused
from repere.cases.territory import civil_day
from repere.core.codes import new_code
from repere.core.sealing import SealBroken
from repere.directory.entry_models import Service
from repere.directory.models import Organisation

TABLE = "cases_referral"
MOST_RECIPIENTS = 6
"""Who she is, where she sleeps, how she is reached: when they leave on a ground that does not ask her, a colleague is told."""


def note_of(referral: Referral, acting: Actor) -> str:
    """The words for who accepts; nothing where they do not open for this reader."""
    ring = ring_of(referral.person_id, acting)
    try:
        return str(ring.unseal(TABLE, referral.pk, "narrative", bytes(referral.note)).get("note", "")) if ring else ""
    except SealBroken:
        return ""


@dataclass(frozen=True)
class Asked:
    """A referral as its sender writes it. `recipients` in the order in which they are asked; `access_ends_at` is an instant."""

    recipients: tuple[UUID, ...]
    chosen: Chosen
    ground: str
    urgency: str
    needs: tuple[str, ...]
    access_ends_at: datetime
    consent: UUID | None = None
    law: str = ""
    language: str = ""
    territory: str = ""
    note: str = ""
    handling: str = SHARE
    # Where a service without an account stands among the recipients: its entry of the directory.
    services: frozenset[UUID] = field(default_factory=frozenset)


def preview(case: Case, asked: Asked, *, acting: Actor, now: datetime) -> Package:
    """Every check of sending, and what the first receiver will see. Nothing is written."""
    with acting_as(acting):
        case = _own_case(case, acting)
        return _checked(case, asked, acting=acting, now=now)[1]


def send_referral(case: Case, asked: Asked, *, digest: str, key: UUID, acting: Actor, now: datetime) -> Referral:
    """Send what was looked at: `digest` is that of the preview. Refused when the file has changed since.

    Offers to the fallback list wait for their turn. What may be opened is fixed here: acceptance opens it and no more.
    """
    referral_id = uuid4()
    with acting_as(acting):
        case = _own_case(case, acting)
        if earlier := claim(key, "send_referral", referral_id, acting=acting, now=now):
            return visible_referral(earlier, acting)
        hold_file(case.pk, case.organisation_id)
        consent, package = _checked(case, asked, acting=acting, now=now)
        if package.digest != digest:
            raise Refused("look_again")
        ring = sealed.KeyRing(person_key(case.person_id, case.organisation_id))
        referral = Referral(
            id=referral_id, code=new_code(), case=case, person_id=case.person_id, owner_id=case.organisation_id, handling=asked.handling,
            purpose=asked.chosen.purpose, groups=sorted(set(asked.chosen.groups)), named_kinds=sorted(set(asked.chosen.named_kinds)),
            left_out=sorted(set(asked.chosen.left_out)), consent=consent, consent_fact=consent.fact if consent else None,
            ground=asked.ground, law=asked.law, ongoing=bool(consent and consent.ongoing), through_revision=case.revision,
            package=package.lines, digest=package.digest, urgency=asked.urgency, recipients=list(asked.recipients),
            access_ends_at=asked.access_ends_at, note=ring.seal(TABLE, referral_id, "narrative", {"note": asked.note.strip()}),
            sent_at=now, sent_by_id=acting.user_id,
        )  # fmt: skip
        offers = _offers(case, referral, asked, acting=acting, now=now)
        clocks.start(offers[0], now)
        offers[0].news_for_sender = "capsule_due" if offers[0].organisation_id is None else ""
        add(referral, *offers, acting=acting)
        detail = {
            "case": case.pk, "referral": referral.pk, "recipients": list(asked.recipients), "groups": referral.groups,
            "purpose": referral.purpose, "ground": asked.ground, "law": asked.law, "digest": package.digest,
            "consent": consent.pk if consent else None, "told": _tell_a_colleague(case, asked, acting=acting, now=now),
        }  # fmt: skip
        ledger.record(acting, "send_referral", subjects=[case.person_id], detail=detail)
    return referral


def _tell_a_colleague(case: Case, asked: Asked, *, acting: Actor, now: datetime) -> UUID | None:
    """Whoever follows her with us, else a colleague; nobody in an organisation of one."""
    if GROUNDS[asked.ground].asks_her or not TOLD_TO_ANOTHER & set(asked.chosen.groups):
        return None
    return tell_second_person(case, step="left_unasked", acting=acting, now=now)


def recall_referral(referral: Referral | UUID, *, acting: Actor, now: datetime) -> Referral:
    """Take it back: offers close, an access that it opened ends. What was read cannot be unread."""
    with acting_as(acting):
        found = visible_referral(referral.pk if isinstance(referral, Referral) else referral, acting)
        if "may_share" not in standing(acting, found.case).words:
            raise Refused("take_over_first")
        # A yes that is being said comes before or after: no access opens beside what is called back.
        hold_file(found.case_id, found.owner_id)
        found = visible_referral(found.pk, acting)
        if found.state not in (OPEN, TAKEN):
            raise Refused("referral_is_over")
        for grant in Grant.objects.visible_to(acting).active().filter(case=found.case_id, referral=found.pk):
            end_grant(grant, acting=acting, now=now)
        recall(found, acting=acting, now=now)
        detail = {"case": found.case_id, "referral": found.pk}
        ledger.record(acting, "recall_referral", subjects=[found.person_id], detail=detail)
    return found


def visible_referral(referral_id: UUID, acting: Actor) -> Referral:
    found = Referral.objects.visible_to(acting).select_related("case", "consent").filter(pk=referral_id).first()
    if found is None:
        raise NotVisible
    return found


# ---- checks


def _own_case(case: Case, acting: Actor) -> Case:
    case = visible_case_by_id(acting, case.pk)
    if case.organisation_id != acting_organisation(acting) or acting.user_id is None:
        raise NotVisible
    if "may_share" not in standing(acting, case).words:
        raise Refused("take_over_first")
    return case


def _checked(case: Case, asked: Asked, *, acting: Actor, now: datetime) -> tuple[Consent | None, Package]:
    _check_form(case, asked, acting, now)
    consent = _consent(case, asked, acting=acting, now=now)
    receivers = _receivers(case, asked, acting)
    for receiver, kind in receivers:
        if consent is not None and consent.organisation_id not in (None, receiver):
            named = _name(consent.organisation_id, acting)
            raise Refused("consent_for_another", field="recipients", value=named, expected=_name(receiver, acting))
        passage = Passage(
            kind, tuple(asked.chosen.groups), asked.chosen.purpose, consent.fact if consent else None, asked.law, asked.chosen.named_kinds
        )
        check_purpose(case, passage, acting=acting, now=now)
    first, kind = receivers[0]
    facts = opened_facts(case, asked.chosen, first, kind, acting)
    return consent, freeze(case, facts, groups=asked.chosen.groups, consent=consent.fact if consent else None)


def _name(receiver: UUID, acting: Actor) -> str:
    """Of an organisation, or of a service without an account."""
    body = Organisation.objects.working().filter(pk=receiver).first()
    return str((body or Service.objects.visible_to(acting).get(pk=receiver)).name)


def _check_form(case: Case, asked: Asked, acting: Actor, now: datetime) -> None:
    mechanism = mechanisms.named(case.mechanism)
    chosen = asked.chosen
    if not chosen.groups:
        raise Refused("groups_needed", field="groups")
    for word in chosen.groups:
        if word not in mechanism.groups and word != IDENTITY:
            raise Refused("unknown_group", field="groups", value=word)
    if set(chosen.groups) - standing(acting, case).words - {"health"}:
        raise Refused("share_what_you_see", field="groups")
    if asked.urgency not in URGENCIES or asked.handling not in HANDLINGS:
        raise Refused("say_how_urgent", field="urgency")
    needs = mechanism.codelists["need"]
    if not asked.needs or any(need not in needs for need in asked.needs):
        raise Refused("needs_needed", field="needs")
    if asked.access_ends_at <= now:
        raise Refused("end_needed", field="until")
    if asked.ground not in GROUNDS:
        raise Refused("ground_needed", field="ground")
    if GROUNDS[asked.ground].names_a_rule and not asked.law:
        raise Refused("rule_needed", field="law")


def _consent(case: Case, asked: Asked, *, acting: Actor, now: datetime) -> Consent | None:
    """The agreement that was named, if it stands for all of this; none only on a ground that does not ask her."""
    if asked.consent is None:
        if GROUNDS[asked.ground].asks_her:
            raise Refused("her_agreement_needed", field="consent")
        return None
    consent = visible_consent(asked.consent, acting)
    if consent.case_id != case.pk:
        raise NotVisible
    today = civil_day(case.zone, now)
    if consent.said_by == STAFF:
        raise Refused("staff_statement_carries_nothing", field="consent")
    if consent.withdrawn_at is not None or (consent.ends_on is not None and consent.ends_on < today):
        raise Refused("consent_does_not_carry", field="consent")
    beyond = sorted(set(asked.chosen.groups) - set(consent.groups) - {IDENTITY})
    if beyond:
        groups = mechanisms.named(case.mechanism).groups
        raise Refused("outside_her_agreement", field="groups", value=", ".join(groups[one].label.text(acting.language) for one in beyond))
    if "here" not in consent.channels:
        raise Refused("channel_not_agreed", field="consent")
    if is_minor(case, now=now) and (consent.said_by != REPRESENTATIVE or consent.heard in ("", NOT_HEARD)):
        raise Refused("minor_needs_representative", field="consent")
    return consent


def _receivers(case: Case, asked: Asked, acting: Actor) -> list[tuple[UUID, str]]:
    """(id, kind of organisation) of each recipient in turn."""
    if not asked.recipients or len(asked.recipients) > MOST_RECIPIENTS or len(set(asked.recipients)) != len(asked.recipients):
        raise Refused("recipients_needed", field="recipients", value=MOST_RECIPIENTS)
    bodies = Organisation.objects.working().in_bulk(asked.recipients)
    found = []
    for one in asked.recipients:
        if one == case.organisation_id:
            raise Refused("grant_to_oneself", field="recipients")
        if one in asked.services:
            found.append((one, kind_of_service(one, acting)))
            continue
        if one not in bodies:
            raise Refused("unknown_organisation", field="recipients")
        if bodies[one].state != Organisation.State.ACTIVE:
            raise Refused("receiver_on_probation", field="recipients")
        found.append((one, bodies[one].kind))
    return found


def _offers(case: Case, referral: Referral, asked: Asked, *, acting: Actor, now: datetime) -> list[Offer]:
    age = "minor" if is_minor(case, now=now) else "adult_or_not_known"
    needs = {"needs": sorted(set(asked.needs)), "age": age, "language": asked.language, "territory": asked.territory}
    if referral.purpose in mail_address.BOUND:
        needs["letters"] = mail_address.elected(facts_of(case, acting))
    first = Offer(
        referral=referral, owner_id=referral.owner_id, rank=0, code=referral.code, handling=referral.handling, purpose=referral.purpose,
        urgency=referral.urgency, needs=needs, digest=referral.digest,
    )  # fmt: skip
    return [_offer(first, rank, one, asked, acting) for rank, one in enumerate(asked.recipients)]


def _offer(first: Offer, rank: int, recipient: UUID, asked: Asked, acting: Actor) -> Offer:
    values = {name.attname: getattr(first, name.attname) for name in Offer._meta.concrete_fields}
    offer = Offer(**values | {"id": uuid4(), "rank": rank})
    if recipient in asked.services:
        offer.service = recipient
        return offer
    offer.organisation_id = recipient
    offered = list(Service.objects.visible_to(acting).offered().filter(structure__member=recipient).values_list("pk", flat=True)[:2])
    offer.service = offered[0] if len(offered) == 1 else None
    return offer


__all__ = ["Asked", "Package", "preview", "recall_referral", "send_referral", "visible_referral"]
