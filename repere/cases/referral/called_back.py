"""After something was called back: what ended with it, and which services without an account are still to be told by telephone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from repere.accounts.actor import Actor
from repere.accounts.kept import kept
from repere.cases import mechanisms
from repere.cases.access import followed_cases, standing
from repere.cases.consent.queries import in_words
from repere.cases.models import Capsule, Case, Consent, Fact, Grant, Referral
from repere.cases.models.referral import RECALLED
from repere.cases.referral.actions.ringing import FOLLOWS
from repere.cases.referral.queries import Reached, reached_by
from repere.cases.territory import civil_day
from repere.directory.entry_models import Service


@dataclass(frozen=True)
class ToRing:
    """A service without an account that opened what is called back now. `read_of_her`: it accepted, and so read more than needs."""

    offer_id: UUID
    code: str
    pseudonym: str
    person_id: UUID
    service: str
    since: datetime
    read_of_her: bool
    lines: Sequence[Reached] = ()


def waits_to_be_rung(actor: Actor) -> QuerySet[Capsule]:
    found: QuerySet[Capsule] = Capsule.objects.visible_to(actor).filter(owner=actor.organisation_id).exclude(ring_since=None)
    return found


@kept
def _waiting(actor: Actor) -> QuerySet[Capsule]:
    return waits_to_be_rung(actor).select_related("offer").order_by("ring_since", "pk")


def services_to_ring(actor: Actor) -> list[ToRing]:
    """Of files that this member follows, longest waiting first. Cost: one query, four where there are any."""
    rows = _waiting(actor)
    if not rows:
        return []
    files = _files_of(actor, rows)
    followed = followed_cases(actor).filter(pk__in=[referral.case_id for referral in files.values()])
    mine = {case.pk: case for case in followed if FOLLOWS in standing(actor, case, assigned=True).words}
    return _told(actor, [row for row in rows if _case_id(files, row) in mine], files, mine)


def to_ring_about(actor: Actor, case: Case) -> list[ToRing]:
    """Of one file, with how to reach each. Cost: one query, three where there are any, and one for each service."""
    rows = list(waits_to_be_rung(actor).filter(offer__referral__case=case).select_related("offer").order_by("ring_since", "pk"))
    if not rows or FOLLOWS not in standing(actor, case).words:
        return []
    return _told(actor, rows, _files_of(actor, rows), {case.pk: case}, reached=True)


def _files_of(actor: Actor, rows: Sequence[Capsule]) -> dict[UUID, Referral]:
    found: dict[UUID, Referral] = Referral.objects.visible_to(actor).in_bulk({row.offer.referral_id for row in rows})
    return found


def _case_id(files: dict[UUID, Referral], row: Capsule) -> UUID | None:
    referral = files.get(row.offer.referral_id)
    return referral.case_id if referral else None


def _told(
    actor: Actor, rows: Sequence[Capsule], files: dict[UUID, Referral], cases: dict[UUID, Case], *, reached: bool = False
) -> list[ToRing]:  # fmt: skip
    services = [row.offer.service for row in rows if row.offer.service]
    entries = Service.objects.visible_to(actor).filter(pk__in=services).order_by().values_list("pk", "structure__name", "name")
    names = {pk: " · ".join(dict.fromkeys((structure, name))) for pk, structure, name in entries} if services else {}
    told = []
    for row in rows:
        case, service = cases[files[row.offer.referral_id].case_id], row.offer.service
        lines = reached_by(service) if reached and service else []
        assert row.ring_since is not None
        name = names.get(service, "") if service else ""
        read_of_her = row.accepted_by is not None
        told.append(ToRing(row.offer_id, case.code, case.pseudonym, case.person_id, name, row.ring_since, read_of_her, lines))
    return told


@dataclass(frozen=True)
class Ended:
    """What ended in the act that recorded a fact: agreements (purpose and recipient in words), referrals, accesses of other bodies (their
    names); and whom to ring."""

    agreements: tuple[str, ...] = ()
    referrals: tuple[Referral, ...] = ()
    accesses: tuple[str, ...] = ()
    ring: tuple[ToRing, ...] = ()
    # Agreements that go on: said with it, so that nobody believes that all of them ended.
    still: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.agreements or self.referrals or self.accesses or self.ring or self.still)


def ended_with(actor: Actor, fact: Fact) -> Ended:
    """Everything that ended with a withdrawal or a refusal, told by the one moment of the act. Cost: 5 queries, more where to ring."""
    case, at = fact.case, fact.recorded_at
    if case.organisation_id != actor.organisation_id:
        return Ended()
    known = Consent.objects.visible_to(actor).filter(case=case).select_related("organisation")
    agreements = [_said(one, case, actor.language) for one in known.filter(withdrawn_at=at)]
    running = known.filter(Q(ends_on=None) | Q(ends_on__gte=civil_day(case.zone, at)), withdrawn_at=None).exclude(fact=None)
    referrals: QuerySet[Any] = Referral.objects.visible_to(actor).filter(case=case, state=RECALLED, closed_at=at)
    accesses = Grant.objects.visible_to(actor, own=True).filter(case=case, revoked_at=at).exclude(organisation=case.organisation_id)
    names = accesses.order_by("organisation__name").values_list("organisation__name", flat=True)
    ring = [one for one in to_ring_about(actor, case) if one.since == at]
    still = tuple(dict.fromkeys(_said(one, case, actor.language) for one in running.order_by("-recorded_at", "pk")[:20]))
    return Ended(tuple(agreements), tuple(referrals), tuple(dict.fromkeys(names)), tuple(ring), still)


def _said(row: Consent, case: Case, language: str) -> str:
    return " · ".join(in_words(row, mechanisms.named(case.mechanism), language))
