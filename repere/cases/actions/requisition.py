"""A requisition: received, checked by one, answered minimally by two persons or refused, then told to her unless a text forbids it.

Nothing leaves by itself: the answer lists the data groups that two people hand over; what is printed from them is printed by them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import mechanisms, sealed
from repere.cases.access import standing, visible_case_by_id
from repere.cases.evaluation import acting_organisation
from repere.cases.models import IDENTITY, Case, Fact, Requisition
from repere.cases.models.standing import ANSWERED, CHECKED, PREPARED, RECEIVED, REFUSED
from repere.cases.policy import load_policy
from repere.cases.refusals import NotVisible, Refused

REQUISITION, CONTACT = "cases_requisition", "contact_safety"


def receive_requisition(
    case: Case, *, authority: str, text: str, words: str, asked: Iterable[str], acting: Actor, now: datetime
) -> Requisition:
    """Write down a demand as it came: who asks, under which text, in which words, for which data groups. Nothing is given."""
    with acting_as(acting):
        case, me = visible_case_by_id(acting, case.pk), acting_organisation(acting)
        if case.organisation_id != me or "may_share" not in standing(acting, case).words or acting.user_id is None:
            raise NotVisible
        groups = _known(case, asked, "asked")
        for name, value in (("authority", authority), ("text", text)):
            if not value.strip():
                raise Refused("why_needed", field=name)
        ring = sealed.KeyRing(person_key(case.person_id, me))
        row = Requisition(
            id=uuid4(), case=case, person_id=case.person_id, owner_id=me, state=RECEIVED, asked=groups, given=[], received_at=now,
            received_by_id=acting.user_id,
        )  # fmt: skip
        demand = {"authority": authority.strip(), "text": text.strip(), "words": words.strip()}
        row.demand = ring.seal(REQUISITION, row.pk, "demand", demand)
        row.save(force_insert=True)
        _record("receive_requisition", row, acting, asked=groups)
    return row


def check_requisition(row: Requisition | UUID, *, acting: Actor, now: datetime) -> Requisition:
    """Say that the demand is genuine: called back at a number found elsewhere, the text read, the reach of it understood."""
    with acting_as(acting):
        row = _locked(row, RECEIVED, acting)
        row.state, row.checked_at, row.checked_by_id = CHECKED, now, acting.user_id
        row.save(update_fields=["state", "checked_at", "checked_by"])
        _record("check_requisition", row, acting)
    return row


def prepare_answer(row: Requisition | UUID, *, given: Iterable[str], acting: Actor, now: datetime) -> Requisition:
    """Choose the least that answers, never outside the groups asked. Another person confirms."""
    with acting_as(acting):
        row = _locked(row, CHECKED, acting)
        groups = sorted(set(given))
        beyond = [word for word in groups if word not in row.asked]
        if beyond:
            raise Refused("requisition_asks_less", field="given", value=", ".join(beyond))
        if not groups:
            raise Refused("groups_needed", field="given")
        if set(load_policy().kept_from_the_state) & set(groups):
            raise Refused("shelter_is_not_given", field="given")
        row.state, row.prepared_by_id, row.given = PREPARED, acting.user_id, groups
        row.save(update_fields=["state", "prepared_by", "given"])
        _record("prepare_answer", row, acting, given=groups)
    return row


def answer_of(row: Requisition, *, acting: Actor) -> tuple[list[Fact], int]:
    """The facts of the groups that an answer gives, and how many were left out because they may be turned against her.

    Those are handed over only where the text names them, by the persons who answer. How to reach her is given without the free text, in
    which a house may be named. Once answered it stays as it was confirmed, whatever is noted later. Cost: one query.
    """
    facts = Fact.objects.visible_to(acting, own=True).filter(case_id=row.case_id, data_group__in=row.given)
    if row.answered_at is not None:
        facts = facts.filter(recorded_at__lte=row.answered_at)
    rows = list(facts.select_related("organisation", "user").order_by("revision", "id"))
    told = [fact for fact in rows if fact.kind not in load_policy().harm_kinds]
    for fact in told:
        if fact.data_group == CONTACT:
            fact.sealed = b""
    return told, len(rows) - len(told)


def mark_of(told: Iterable[Fact]) -> str:
    """What was looked at, for whoever confirms it: facts never change, so which ones they are is enough."""
    return hashlib.sha256("".join(sorted(fact.pk.hex for fact in told)).encode()).hexdigest()


def confirm_answer(row: Requisition | UUID, *, seen: str, acting: Actor, now: datetime) -> Requisition:
    """The second person: the answer goes out as she saw it (`seen`: its mark), and stays so."""
    with acting_as(acting):
        row = _locked(row, PREPARED, acting)
        if row.prepared_by_id == acting.user_id:
            raise Refused("answered_by_two")
        if seen != mark_of(answer_of(row, acting=acting)[0]):
            raise Refused("answer_changed")
        row.state, row.answered_at, row.answered_by_id = ANSWERED, now, acting.user_id
        row.save(update_fields=["state", "answered_at", "answered_by"])
        _record("answer_requisition", row, acting, given=row.given)
    return row


def refuse_requisition(row: Requisition | UUID, *, reason: str, acting: Actor, now: datetime) -> Requisition:
    """Give nothing, and say why; at any step before the answer."""
    with acting_as(acting):
        row = _locked(row, (RECEIVED, CHECKED, PREPARED), acting)
        if not reason.strip():
            raise Refused("why_needed", field="reason")
        ring = sealed.KeyRing(person_key(row.person_id, acting_organisation(acting)))
        row.outcome = ring.seal(REQUISITION, row.pk, "outcome", {"reason": reason.strip()})
        row.state, row.given, row.answered_at, row.answered_by_id = REFUSED, [], now, acting.user_id
        row.save(update_fields=["outcome", "state", "given", "answered_at", "answered_by"])
        _record("refuse_requisition", row, acting)
    return row


def tell_her_of_requisition(row: Requisition | UUID, *, on: date, acting: Actor, now: datetime) -> Requisition:
    """Write down that she was told, and when."""
    with acting_as(acting):
        row = _locked(row, (RECEIVED, CHECKED, PREPARED, ANSWERED, REFUSED), acting)
        if on > now.date():
            raise Refused("in_the_future", field="on", day=on.isoformat())
        row.told_on, row.silence_text, row.silence_review_on = on, "", None
        row.save(update_fields=["told_on", "silence_text", "silence_review_on"])
        _record("tell_of_requisition", row, acting, on=on.isoformat())
    return row


def keep_silent_on_requisition(row: Requisition | UUID, *, text: str, review_on: date, acting: Actor, now: datetime) -> Requisition:
    """She is not told, because a text that is named forbids it, and until a day on which that is looked at again."""
    with acting_as(acting):
        row = _locked(row, (RECEIVED, CHECKED, PREPARED, ANSWERED, REFUSED), acting)
        if not text.strip():
            raise Refused("silence_needs_a_text", field="text")
        if review_on <= now.date():
            raise Refused("end_needed", field="review_on")
        row.silence_text, row.silence_review_on = text.strip()[:200], review_on
        row.save(update_fields=["silence_text", "silence_review_on"])
        _record("keep_silent_on_requisition", row, acting, review_on=review_on.isoformat())
    return row


def _known(case: Case, asked: Iterable[str], field: str) -> list[str]:
    words = sorted(set(asked))
    if not words:
        raise Refused("groups_needed", field=field)
    known = mechanisms.named(case.mechanism).groups
    for word in words:
        if word not in known and word != IDENTITY:
            raise Refused("unknown_group", field=field, value=word)
    return words


def _locked(row: Requisition | UUID, states: str | tuple[str, ...], acting: Actor) -> Requisition:
    wanted = row.pk if isinstance(row, Requisition) else row
    found = Requisition.objects.visible_to(acting).filter(pk=wanted).select_for_update(of=("self",)).first()
    if found is None or acting.user_id is None:
        raise NotVisible
    if found.state not in states:
        raise Refused("requisition_step")
    return found


def _record(act: str, row: Requisition, acting: Actor, **detail: object) -> None:
    ledger.record(acting, act, subjects=[row.person_id], detail={"case": row.case_id, "requisition": row.pk, **detail})
