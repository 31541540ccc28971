"""Letting another organisation see a file, and ending it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key, share_person_key, withdraw_person_key
from repere.cases import mechanisms, sealed
from repere.cases.access import is_assigned, standing, visible_case_by_id, visible_grant
from repere.cases.actions.break_glass import tell_second_person
from repere.cases.actions.by_the_house import fill_once, house
from repere.cases.actions.facts import defer_others, hold_file
from repere.cases.actions.passage import Passage, check_purpose
from repere.cases.evaluation import acting_organisation
from repere.cases.models import IDENTITY, Case, Grant, Offer, Referral
from repere.cases.models.person import GrantQuerySet
from repere.cases.models.referral import ACCEPTED, RECALLED
from repere.cases.refusals import Refused
from repere.directory.doors import is_past_probation
from repere.directory.models import WORKING, Organisation
from repere.places.models import Hold

ENDS = "access"
DANGER_HOURS, MOST_IN_DANGER, A_DAY = timedelta(hours=4), 3, timedelta(days=1)
"""Our choices: for how long danger to her life opens a file, and to how many bodies in a day."""
TOLD_TO_ANOTHER = frozenset({IDENTITY, "housing", "contact_safety"})
"""Who she is, where she is and how to reach her: what leaves of it without her agreement is told to a second person."""


def grant_access(
    case: Case,
    *,
    to: Organisation | UUID,
    groups: Iterable[str],
    purpose: str,
    reason: str,
    ends_at: datetime | None,
    consent: UUID | None = None,
    law: str = "",
    danger: bool = False,
    named_kinds: Iterable[str] = (),
    referral: Referral | None = None,
    acting: Actor,
    now: datetime,
) -> Grant:
    """Open some data groups of a case to another organisation, for one purpose, with a reason and an end. An earlier grant is replaced.

    It names its ground: `consent` (the fact by which she agreed to it) or `law` (a rule of the mechanism), and nothing else carries it
    across a wall; or `danger` to her life now, for DANGER_HOURS at most, told to a second person. Where the two bodies share an accepted
    referral or a place about her, that is the ground. `named_kinds`: kinds of facts that may harm her and leave with her consent.

    Her key is wrapped for the receiver; the job that follows opens the receiver's view. `referral`: one whose offer the receiver
    accepted; its sender decided, and the database opens no more than it says.
    """
    receiver = to.pk if isinstance(to, Organisation) else to
    with acting_as(acting):
        case, me = visible_case_by_id(acting, case.pk), acting_organisation(acting)
        hold_file(case.pk, case.organisation_id)
        words, kinds = sorted(set(groups)), sorted(set(named_kinds))
        _check_grant(case, receiver, words, reason, ends_at, me, now)
        if (referral is None or acting.kind != "system") and "may_share" not in standing(acting, case).words:
            raise Refused("take_over_first")
        if referral is None and not is_past_probation(acting):
            raise Refused("giver_on_probation")
        if referral is None and set(words) - standing(acting, case).words - {"health"}:
            raise Refused("share_what_you_see", field="groups")
        body = Organisation.objects.filter(pk=receiver).first()
        if body is None or body.state not in WORKING:
            raise Refused("unknown_organisation", field="to")
        if body.state != Organisation.State.ACTIVE:
            raise Refused("receiver_on_probation", field="to")
        check_purpose(case, Passage(body.kind, tuple(words), purpose, consent, law, tuple(kinds)), acting=acting, now=now)
        in_danger = danger and not consent and not law
        if referral is None and not consent and not law:
            _check_ground(case, receiver, danger, acting, now)
        if in_danger and ends_at is not None:
            ends_at = min(ends_at, now + DANGER_HOURS)
        told = None if referral or consent else _tell_a_colleague(case, words, danger=in_danger, acting=acting, now=now)
        if in_danger and told is None:
            raise Refused("nobody_to_tell")
        grant_id = uuid4()
        ring = sealed.KeyRing(person_key(case.person_id, me))
        fill_once(_running(case, acting).filter(organisation_id=receiver), ENDS, acting, revoked_at=now)
        grant = Grant(
            id=grant_id, case=case, person_id=case.person_id, owner_id=me, organisation_id=receiver, groups=words, purpose=purpose,
            consent_fact=consent, law=law, danger=in_danger, named_kinds=kinds, starts_at=now, ends_at=ends_at,
            reason=ring.seal(sealed.GRANT, grant_id, "narrative", {"reason": reason.strip()}), **_limits(referral),
        )  # fmt: skip
        with acting_as(house(acting, "access")):
            grant.save(force_insert=True)
        share_person_key(case.person_id, me, receiver)
        defer_others(case)
        detail = {
            "case": case.pk, "grant": grant.pk, "to": receiver, "groups": words, "ends_at": ends_at.isoformat() if ends_at else None,
            "purpose": purpose, "consent": consent, "law": law, "danger": in_danger, "kinds": kinds, "told": told,
        }  # fmt: skip
        ledger.record(acting, "grant_access", subjects=[case.person_id], detail=detail)
    return grant


def end_grant(grant: Grant | UUID, *, acting: Actor, now: datetime) -> Grant:
    """End an access now. What was read cannot be unread; nothing more can be."""
    with acting_as(acting):
        grant = visible_grant(acting, grant.pk if isinstance(grant, Grant) else grant)
        if grant.owner_id != acting.organisation_id:
            raise Refused("only_the_owner_grants")
        hold_file(grant.case_id, grant.owner_id)
        if not fill_once(Grant.objects.visible_to(acting).filter(pk=grant.pk), ENDS, acting, revoked_at=now):
            raise Refused("grant_ended")
        grant.revoked_at = now
        others = Grant.objects.visible_to(acting).active().filter(person_id=grant.person_id, organisation_id=grant.organisation_id)
        if not others.exists():
            withdraw_person_key(grant.person_id, grant.owner_id, grant.organisation_id)
        case = visible_case_by_id(acting, grant.case_id)
        defer_others(case)
        ledger.record(acting, "end_grant", subjects=[grant.person_id], detail={"case": case.pk, "grant": grant.pk})
    return grant


def _check_ground(case: Case, receiver: UUID, danger: bool, acting: Actor, now: datetime) -> None:
    """Without her agreement and without a rule. A file that is put before many houses in the name of danger tells which of them look."""
    if danger:
        lately = Grant.objects.visible_to(acting).filter(case=case, danger=True, starts_at__gt=now - A_DAY)
        others = lately.exclude(organisation_id=receiver).order_by().values("organisation_id").distinct()
        if others.count() >= MOST_IN_DANGER:
            raise Refused("too_many_in_danger", most=MOST_IN_DANGER)
    elif not _in_common(case, receiver, acting):
        raise Refused("access_ground_needed", field="consent")


def _in_common(case: Case, receiver: UUID, acting: Actor) -> bool:
    """Whether the receiver said yes to a referral of this file, or to a place for her."""
    with acting_as(house(acting, ENDS)) as desk:
        sent = Offer.objects.visible_to(desk).filter(referral__case=case, organisation=receiver, state=ACCEPTED).exclude(
            referral__ground="danger"
        )
        kept = Hold.objects.visible_to(desk).filter(
            request__reference=case.place_reference, asking=acting.organisation_id, host=receiver,
            state__in=(Hold.State.ACCEPTED, Hold.State.ARRIVED),
        )  # fmt: skip
        return sent.exclude(referral__state=RECALLED).exists() or kept.exists()


def _tell_a_colleague(case: Case, words: list[str], *, danger: bool, acting: Actor, now: datetime) -> UUID | None:
    """Whoever follows her, where somebody else opens this; where she opens it herself, a colleague reads of the name alone, and of all
    that is opened because her life is in danger."""
    if danger:
        return tell_second_person(case, step="opened_in_danger", acting=acting, now=now)
    if not TOLD_TO_ANOTHER & set(words) or (IDENTITY not in words and is_assigned(acting, case)):
        return None
    return tell_second_person(case, step="left_unasked", acting=acting, now=now)


def _limits(referral: Referral | None) -> dict[str, Any]:
    if referral is None:
        return {}
    through = None if referral.ongoing else referral.through_revision
    return {"referral": referral.pk, "through_revision": through, "left_out": referral.left_out}


def _running(case: Case, acting: Actor) -> GrantQuerySet:
    return Grant.objects.visible_to(acting).filter(case=case, revoked_at=None)


def _check_grant(case: Case, receiver: UUID, words: list[str], reason: str, ends_at: datetime | None, me: UUID, now: datetime) -> None:
    if case.organisation_id != me:
        raise Refused("only_the_owner_grants")
    if receiver == me:
        raise Refused("grant_to_oneself", field="to")
    if not words:
        raise Refused("groups_needed", field="groups")
    known = mechanisms.named(case.mechanism).groups
    for word in words:
        if word not in known and word != IDENTITY:
            raise Refused("unknown_group", field="groups", value=word)
    if not reason.strip():
        raise Refused("why_needed", field="reason")
    if ends_at is None or ends_at <= now:
        raise Refused("end_needed", field="ends_at")
