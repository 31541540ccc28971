"""A colleague closes an account at once; another person is told; somebody else opens it again.

Anybody of the organisation may do it, because who sees a colleague under threat has no time to look for an administrator. What
keeps it from being turned against colleagues: a reason, a second person who is told, a row in the ledger, and three a day.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.accounts.freezing import administrators_of, close_account, members_by_id, open_account
from repere.accounts.models import Membership, User
from repere.cases.actions.by_the_house import fill_once, house
from repere.cases.evaluation import acting_organisation
from repere.cases.handover.actions import settle_unfollowed
from repere.cases.models import FREEZE_REASONS, Alert, Freeze
from repere.cases.refusals import NotVisible, Refused

WATCHING = "watching"
FREEZES_A_DAY = 3
A_DAY = timedelta(days=1)


def freeze_account(user_id: UUID, *, reason: str, acting: Actor, now: datetime) -> Freeze:
    """Close a colleague's account in this organisation and end every session of hers. Files that she alone followed are told."""
    with acting_as(acting):
        me = acting_organisation(acting)
        user = _colleague(user_id, me)
        if acting.user_id is None:
            raise NotVisible
        if user.pk == acting.user_id:
            raise Refused("freeze_oneself")
        if reason not in FREEZE_REASONS:
            raise Refused("why_needed", field="reason")
        # Two clicks of one session at the same moment are counted one after the other.
        one_after_the_other(acting.user_id)
        frozen = Freeze.objects.visible_to(acting)
        if frozen.filter(user=user, lifted_at=None).exists():
            raise Refused("already_frozen")
        if frozen.filter(frozen_by=acting.user_id, frozen_at__gt=now - A_DAY).count() >= FREEZES_A_DAY:
            raise Refused("too_many_freezes")
        freeze = Freeze(
            organisation_id=me, user=user, reason=reason, frozen_by_id=acting.user_id, frozen_at=now,
            told_id=another_of_us(me, {user.pk, acting.user_id}),
        )  # fmt: skip
        with acting_as(house(acting, WATCHING)):
            freeze.save(force_insert=True)
        ended = close_account(user, me, now=now)
        detail = {"user": user.pk, "freeze": freeze.pk, "reason": reason, "told": freeze.told_id, "sessions": ended}
        ledger.record(acting, "freeze_account", detail=detail)
        settle_unfollowed(acting=acting, now=now)
    return freeze


def unfreeze_account(freeze_id: UUID, *, acting: Actor, now: datetime) -> Freeze:
    """Open it again: an administrator does, never the frozen person; any colleague where no administrator is left."""
    with acting_as(acting):
        me = acting_organisation(acting)
        freeze = _visible(freeze_id, acting)
        if freeze.user_id == acting.user_id:
            raise Refused("unfrozen_by_another")
        others = [admin for admin in administrators_of(me) if admin != freeze.user_id]
        if others and acting.user_id not in others:
            raise Refused("unfrozen_by_administrator")
        standing = Freeze.objects.visible_to(acting).filter(pk=freeze.pk)
        if not fill_once(standing, WATCHING, acting, lifted_at=now, lifted_by=acting.user_id):
            raise Refused("not_frozen")
        open_account(freeze.user, me)
        ledger.record(acting, "unfreeze_account", detail={"user": freeze.user_id, "freeze": freeze.pk})
        settle_unfollowed(acting=acting, now=now)
        freeze.lifted_at, freeze.lifted_by_id = now, acting.user_id
    return freeze


def note_told(freeze_id: UUID, *, acting: Actor, now: datetime) -> None:
    """The second person has read it."""
    with acting_as(acting):
        freeze = _visible(freeze_id, acting)
        if freeze.told_id != acting.user_id:
            raise NotVisible
        if fill_once(Freeze.objects.visible_to(acting).filter(pk=freeze.pk), WATCHING, acting, told_at=now):
            ledger.record(acting, "read_freeze", detail={"freeze": freeze.pk})


def look_into(alert_id: UUID, *, acting: Actor, now: datetime) -> None:
    """An alert was looked into: somebody asked, or knew. It leaves the list and stays in the ledger. Nobody answers for herself."""
    with acting_as(acting):
        alert = Alert.objects.visible_to(acting).filter(pk=alert_id).first()
        if alert is None:
            raise NotVisible
        if alert.user_id == acting.user_id:
            raise Refused("alert_about_oneself")
        one = Alert.objects.visible_to(acting).filter(pk=alert.pk)
        if fill_once(one, WATCHING, acting, seen_at=now, seen_by=acting.user_id):
            ledger.record(acting, "look_into_alert", detail={"alert": alert.pk, "rule": alert.rule})


def _colleague(user_id: UUID, organisation_id: UUID) -> User:
    """Somebody who accepted to be a member here, suspended or not. Anybody else does not exist."""
    membership = Membership.objects.standing().filter(user=user_id, organisation=organisation_id, approved_at__isnull=False).first()
    if membership is None:
        raise NotVisible
    return membership.user


def _visible(freeze_id: UUID, acting: Actor) -> Freeze:
    freeze = Freeze.objects.visible_to(acting).filter(pk=freeze_id).select_related("user").first()
    if freeze is None:
        raise NotVisible
    return freeze


def another_of_us(organisation_id: UUID, but: set[UUID | None]) -> UUID | None:
    """Who is told of an act between colleagues (`but` them): an administrator where there is one, else another member, or nobody."""
    candidates = [*administrators_of(organisation_id), *members_by_id(organisation_id)]
    return next((user_id for user_id in candidates if user_id not in but), None)
