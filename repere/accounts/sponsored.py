"""What a sponsor may not do alone to a body that it let in: the rules behind `members.py`, counted again by `beginning_guard.py`.

An account begins again by two persons, one of them of its own body. Where the body has no administrator besides the person
herself, two of the sponsor may, after a wait that everybody who works there is told of, and never where she signs in meanwhile.
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.beginning_guard import QUIET_AFTER, SPONSOR_WAITS
from repere.accounts.letters import tell_of_request
from repere.accounts.models import ADMINISTRATOR, Membership, MembershipQuerySet, User
from repere.accounts.refusals import Refused
from repere.accounts.vetting_models import FactorReset

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def must_have_worked(membership: Membership, acting: Actor, now: datetime) -> None:
    """The sponsor asks for nobody whom it confirmed itself and who has not worked since. Raises Refused: not_seen_since."""
    if membership.organisation_id == acting.organisation_id:
        return
    seen = User.objects.get(pk=membership.user_id).last_login or LONG_AGO
    confirmed = max(filter(None, (membership.confirmed_at, membership.approved_at)), default=LONG_AGO)
    if membership.suspended_at is not None or seen < confirmed > now - QUIET_AFTER:
        raise Refused("not_seen_since", days=QUIET_AFTER.days)


def must_rest(asked: FactorReset, acting: Actor, now: datetime) -> None:
    """Raises Refused: by_the_body, reset_rests, signed_in_since."""
    if not _from_outside(asked, acting.user_id):
        return
    if _administrators(asked.organisation_id).exclude(user=asked.user_id).exists():
        raise Refused("by_the_body")
    if now < asked.asked_at + SPONSOR_WAITS:
        raise Refused("reset_rests", hours=int(SPONSOR_WAITS.total_seconds() // 3600))
    seen = User.objects.get(pk=asked.user_id).last_login
    if seen is not None and seen > asked.asked_at:
        raise Refused("signed_in_since")


def must_not_join(membership: Membership, acting: Actor, now: datetime) -> None:
    """The sponsor that lets her begin again does not also say that she still works there. Raises Refused: confirmed_by_the_body."""
    if membership.organisation_id == acting.organisation_id:
        return
    lately = FactorReset.objects.filter(user=membership.user_id, organisation=membership.organisation_id)
    for asked in lately.filter(Q(done_at=None) | Q(done_at__gt=now - QUIET_AFTER)):
        if _from_outside(asked, asked.second_by_id):
            raise Refused("confirmed_by_the_body", days=QUIET_AFTER.days)


def tell_the_body(asked: FactorReset, *, now: datetime) -> None:
    """A row in its ledger and a neutral letter to everybody who works there, herself first."""
    with acting_as(Actor.system("factors", organisation_id=asked.organisation_id)) as house:
        ledger.record(house, "reset_asked_by_sponsor", kind="system", detail={"user": asked.user_id, "reset": asked.pk})
        members = Membership.objects.accepted().filter(organisation=asked.organisation_id, ended_at=None).values("user")
        users = list(User.objects.filter(Q(pk=asked.user_id) | Q(pk__in=members)).order_by("pk"))
    tell_of_request(users, now=now, from_then=asked.asked_at + SPONSOR_WAITS)


def _from_outside(asked: FactorReset, second: UUID | None) -> bool:
    return not _administrators(asked.organisation_id).filter(user__in=[one for one in (asked.first_by_id, second) if one]).exists()


def _administrators(organisation_id: UUID) -> MembershipQuerySet:
    running = Membership.objects.accepted().filter(organisation=organisation_id, role=ADMINISTRATOR, ended_at=None, suspended_at=None)
    return running.filter(approved_at__isnull=False)
