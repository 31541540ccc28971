"""What the pages about consents read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.access import standing, visible_case
from repere.cases.actions.facts import consents_standing, facts_of
from repere.cases.consent.actions import TABLE
from repere.cases.models import Case, Consent, ConsentCopy, Fact, Referral
from repere.cases.models.consent import STAFF
from repere.cases.models.referral import OPEN, TAKEN
from repere.cases.queries import TimelineEntry, wording
from repere.cases.queries.case_page import timeline_of
from repere.cases.queries.standing import ring_of
from repere.cases.refusals import NotVisible
from repere.cases.territory import civil_day
from repere.core.rulebook import Mechanism
from repere.core.sealing import SealBroken

SAID = ("consent_refused", "consent_withdrawn", "consent_given")


@dataclass(frozen=True)
class ConsentLine:
    """One agreement in words. `stands`: it carries something today."""

    row: Consent
    purpose: str
    recipient: str
    groups: tuple[str, ...]
    interpreter: str
    witness: str
    words: str
    stands: bool


@dataclass(frozen=True)
class Consents:
    case: Case
    lines: tuple[ConsentLine, ...]


def consents(actor: Actor, code: str, *, now: datetime, language: str = "") -> Consents:
    """Every agreement of one file, newest first, in words of `language` (the reader's own unless told). Cost: 6 queries.

    NotVisible outside the organisation that opened it.
    """
    case = visible_case(actor, code)
    if case.organisation_id != actor.organisation_id or "consent" not in standing(actor, case).words:
        raise NotVisible
    standing_now = {fact.pk for fact in consents_standing(facts_of(case, actor), on=civil_day(case.zone, now))}
    rows = Consent.objects.visible_to(actor).filter(case=case).select_related("organisation", "user")
    ring = ring_of(case.person_id, actor)
    return Consents(case, tuple(_line(row, ring, case, language or actor.language, row.fact in standing_now) for row in rows))


def noted_besides(actor: Actor, found: Consents) -> list[TimelineEntry]:
    """What she agreed to, refused or took back as a fact of the file alone: refusals first, so that nobody asks her again. 3 queries."""
    ours = {line.row.fact for line in found.lines}
    taken_back = {line.row.purpose for line in found.lines if line.row.withdrawn_at}
    facts = Fact.objects.visible_to(actor, own=True).filter(case=found.case, kind__in=SAID).select_related("organisation", "user")
    said = [fact for fact in facts.order_by("revision", "id") if fact.pk not in ours]
    told = [fact for fact in said if not (fact.kind == "consent_withdrawn" and fact.fields.get("purpose") in taken_back)]
    return sorted((one for one in timeline_of(actor, found.case, told) if one.stands), key=lambda one: SAID.index(one.kind))


def _line(row: Consent, ring: object, case: Case, language: str, stands: bool) -> ConsentLine:
    mechanism = mechanisms.named(case.mechanism)
    told = _opened(row, ring)
    return ConsentLine(
        row, *in_words(row, mechanism, language),
        tuple(wording.group(mechanism, group, language) for group in row.groups),
        told.get("interpreter", ""), told.get("witness", ""), told.get("words", ""), stands and row.withdrawn_at is None,
    )  # fmt: skip


def in_words(row: Consent, mechanism: Mechanism, language: str) -> tuple[str, str]:
    """What an agreement is for, and for whom. `row` with its organisation."""
    recipient = row.organisation.name if row.organisation else mechanisms.code_in_words(mechanism, "authority", row.recipient, language)
    return mechanisms.code_in_words(mechanism, "consent_purpose", row.purpose, language), recipient


def _opened(row: Consent, ring: object) -> dict[str, str]:
    try:
        return dict(ring.unseal(TABLE, row.pk, "narrative", bytes(row.people))) if ring else {}  # type: ignore[attr-defined]
    except SealBroken:
        return {}


def copies_of(actor: Actor, consent: UUID) -> list[ConsentCopy]:
    """Papers that were made of one agreement, the last one first."""
    return list(ConsentCopy.objects.visible_to(actor).filter(consent=consent))


def said_by_staff(found: Consents, line: ConsentLine) -> list[ConsentLine]:
    """What colleagues wrote about an agreement for the same purpose and recipient: never her voice."""
    same = (line.row.purpose, line.row.recipient)
    return [one for one in found.lines if one.row.said_by == STAFF and (one.row.purpose, one.row.recipient) == same]


@dataclass(frozen=True)
class Resting:
    """What ends when an agreement is taken back."""

    others: tuple[ConsentLine, ...]
    referrals: tuple[Referral, ...]


def resting_on(actor: Actor, found: Consents, consent: UUID) -> tuple[ConsentLine, Resting]:
    """The agreement, and everything that ends with it."""
    line = next((one for one in found.lines if one.row.pk == consent), None)
    if line is None:
        raise NotVisible
    same = [
        one for one in found.lines
        if one.stands and line.stands and (one.row.purpose, one.row.recipient) == (line.row.purpose, line.row.recipient)
    ]  # fmt: skip
    facts = [one.row.fact for one in same]
    running = Referral.objects.visible_to(actor).filter(case=found.case, consent_fact__in=facts, state__in=(OPEN, TAKEN))
    return line, Resting(tuple(one for one in same if one is not line), tuple(running))
