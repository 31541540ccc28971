"""What the pages about relations read: who follows her, what was opened by urgency, conflicts, requisitions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from repere.accounts.actor import Actor
from repere.accounts.keyring import NoKey, person_key
from repere.accounts.models import ADMINISTRATOR
from repere.accounts.queries import members_of
from repere.cases.access import standing, visible_case
from repere.cases.actions.facts import consents_standing, facts_of
from repere.cases.models import Assignment, BreakGlass, Case, ConflictOfInterest, Fact, Requisition, TeamPractice
from repere.cases.refusals import NotVisible
from repere.cases.sealed import KeyRing
from repere.cases.territory import civil_day
from repere.core.sealing import SealBroken
from repere.directory.models import Organisation


@dataclass(frozen=True)
class Follower:
    user_id: UUID
    name: str
    way: str
    since: datetime
    reason: str


@dataclass(frozen=True)
class Following:
    """Who follows a file of one's own organisation, and how the reader stands to it."""

    case: Case
    relation: str
    whole_team: bool
    followers: tuple[Follower, ...]
    mine: bool


def following(actor: Actor, code: str) -> Following:
    """NotVisible for a foreign file, and for one seen through an access. Cost: 6 queries."""
    case = visible_case(actor, code)
    if case.organisation_id != actor.organisation_id:
        raise NotVisible
    held = standing(actor, case)
    rows = Assignment.objects.visible_to(actor).filter(case=case, ended_at=None).select_related("user")
    ring = ring_of(case.person_id, actor)
    found = tuple(
        Follower(row.user_id, row.user.name, row.way, row.since, _told(ring, "cases_assignment", row.pk, row.reason)) for row in rows
    )
    return Following(case, held.relation, whole_team(actor), found, any(one.user_id == actor.user_id for one in found))


def whole_team(actor: Actor) -> bool:
    practice = TeamPractice.objects.visible_to(actor).first()
    return bool(practice and practice.whole_team)


def colleagues(actor: Actor, organisation: Organisation, *, but_me: bool = True) -> list[tuple[str, str]]:
    """Members who work on files, for a choice."""
    found = {str(one.user_id): one.user.name for one in members_of(organisation) if one.role != ADMINISTRATOR}
    if but_me:
        found.pop(str(actor.user_id), None)
    return sorted(found.items(), key=lambda item: item[1])


def consents_of(actor: Actor, case: Case, *, now: datetime) -> list[Fact]:
    """Her standing consents that the actor may read. Cost: 1 query."""
    return consents_standing(facts_of(case, actor), on=civil_day(case.zone, now))


@dataclass(frozen=True)
class UrgencyLine:
    """A file that was opened by urgency. `late`: nobody has reviewed it within its time."""

    id: UUID
    case_id: UUID
    person_id: UUID
    code: str
    pseudonym: str
    name: str
    motive: str
    words: tuple[str, ...]
    reason: str
    starts_at: datetime
    ends_at: datetime
    review_due_at: datetime
    reviewed_at: datetime | None
    was_right: bool | None
    review: str
    mine: bool
    running: bool
    late: bool


def urgencies(actor: Actor, *, now: datetime, wanted: UUID | None = None) -> list[UrgencyLine]:
    """The latest ones, those that wait for a review first."""
    rows = BreakGlass.objects.visible_to(actor).select_related("user").order_by("-starts_at")
    rows = rows.filter(pk=wanted) if wanted else rows
    found = list(rows[:50])
    cases = Case.objects.visible_to(actor).in_bulk([row.case_id for row in found])
    lines = [_urgency(row, cases.get(row.case_id), actor, now) for row in found]
    return sorted(lines, key=lambda line: line.reviewed_at is not None)


def _urgency(row: BreakGlass, case: Case | None, actor: Actor, now: datetime) -> UrgencyLine:
    ring = ring_of(row.person_id, actor)
    return UrgencyLine(
        row.pk, row.case_id, row.person_id, case.code if case else "", case.pseudonym if case else "", row.user.name, row.motive,
        tuple(row.words), _told(ring, "cases_breakglass", row.pk, row.reason), row.starts_at, row.ends_at, row.review_due_at,
        row.reviewed_at, row.was_right, _told(ring, "cases_breakglass", row.pk, row.review, "review", "words"),
        row.user_id == actor.user_id, row.ends_at > now, row.reviewed_at is None and row.review_due_at <= now,
    )  # fmt: skip


@dataclass(frozen=True)
class ConflictLine:
    id: UUID
    person_id: UUID
    code: str
    name: str
    declared_at: datetime


def conflicts(actor: Actor) -> list[ConflictLine]:
    """Who is kept away from what, as colleagues may see it; never one's own."""
    rows = list(ConflictOfInterest.objects.visible_to(actor).filter(ended_at=None).select_related("user"))
    cases = Case.objects.visible_to(actor).in_bulk([row.case_id for row in rows])
    return [
        ConflictLine(row.pk, row.person_id, cases[row.case_id].code, row.user.name, row.declared_at) for row in rows if row.case_id in cases
    ]


@dataclass(frozen=True)
class RequisitionLine:
    row: Requisition
    demand: Mapping[str, Any]
    outcome: str
    names: Mapping[str, str]
    needs_telling: bool
    silence_over: bool


def requisitions(actor: Actor, code: str, *, today: date | None = None) -> tuple[Case, list[RequisitionLine]]:
    """Every requisition of a file of one's own organisation; NotVisible to whoever may not answer one."""
    case = visible_case(actor, code)
    if case.organisation_id != actor.organisation_id or "may_share" not in standing(actor, case).words:
        raise NotVisible
    rows = Requisition.objects.visible_to(actor).filter(case=case)
    people = ("received_by", "checked_by", "prepared_by", "answered_by")
    ring = ring_of(case.person_id, actor)
    return case, [_requisition(row, ring, people, today) for row in rows.select_related(*people)]


def _requisition(row: Requisition, ring: KeyRing | None, people: Sequence[str], today: date | None) -> RequisitionLine:
    names = {name: getattr(row, name).name if getattr(row, name) else "" for name in people}
    over = bool(today and row.silence_review_on and row.silence_review_on <= today)
    ended = row.state in ("answered", "refused")
    demand = {part: _told(ring, "cases_requisition", row.pk, row.demand, "demand", part) for part in ("authority", "text", "words")}
    outcome = _told(ring, "cases_requisition", row.pk, row.outcome, "outcome")
    return RequisitionLine(row, demand, outcome, names, ended and row.told_on is None and (not row.silence_text or over), over)


def ring_of(person_id: UUID, actor: Actor) -> KeyRing | None:
    if actor.organisation_id is None or actor.kind == "system":
        return None
    try:
        return KeyRing(person_key(person_id, actor.organisation_id))
    except NoKey:
        return None


def _told(ring: KeyRing | None, table: str, row: UUID, blob: Any, tier: str = "narrative", part: str = "reason") -> str:
    if not blob or ring is None:
        return ""
    try:
        return str(ring.unseal(table, row, tier, bytes(blob)).get(part, ""))
    except SealBroken:
        return ""
