"""Writes about accounts: each a verb, a transaction and a ledger row."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction

from repere import ledger
from repere.accounts import mailbox
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.letters import tell_of_change
from repere.accounts.models import Invitation, Membership, User
from repere.accounts.outside import Identity, link
from repere.accounts.own import keeper_of
from repere.accounts.vetting_models import FactorReset
from repere.directory.models import Organisation

INVITATION_LIFE = timedelta(days=3)


class InvitationClosed(Exception):
    """The link was used, ran out, or never existed. Which one is not said."""


class SignInFirst(InvitationClosed):
    """The account has its own means already: no link replaces them. The link stays good for whoever signs in as her."""


class WrongCode(InvitationClosed):
    """The code sent to her mailbox is asked for, and this is not it, or too many were tried today."""


def invite(user: User, *, reset: FactorReset | None = None, acting: Actor, now: datetime) -> str:
    """A link with which she begins her account again: for the reset that two persons did (one link each), or by the house itself.

    Links made before for her close: none of them replaces what she sets with this one.
    """
    close_links(user, now=now)
    return _make_link({"user": user, "reset": reset}, acting, now)


def close_links(user: User, *, now: datetime) -> None:
    """Every link with which her account could begin again, unused, is used up."""
    with acting_as(Actor.at_the_door()):
        Invitation.objects.filter(user=user, membership=None, used_at=None).update(used_at=now)


def invite_to(membership: Membership, *, acting: Actor, now: datetime) -> str:
    """A link that asks her to accept this membership. Alike for an account that is new and for one that is known elsewhere."""
    token = secrets.token_urlsafe(32)
    whose = {"user_id": membership.user_id, "membership": membership, "code_hash": mailbox.send_for(membership, token)}
    return _make_link(whose, acting, now, token=token)


def _make_link(whose: dict[str, Any], acting: Actor, now: datetime, *, token: str = "") -> str:
    token = token or secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(token_hash=_hash(token), created_at=now, expires_at=now + INVITATION_LIFE, **whose)
        ledger.record(acting, "invite_user", detail={"user": invitation.user_id, "invitation": invitation.pk})
    return token


def open_invitation(token: str, *, now: datetime) -> Invitation:
    invitation = Invitation.objects.select_related("user", "membership__organisation").filter(token_hash=_hash(token)).first()
    if invitation is None or not invitation.is_open(now):
        raise InvitationClosed
    return invitation


def accept_invitation(token: str, password: str, *, code: str = "", now: datetime) -> User:
    """Set the first password, and accept what the link is for. `code`: from her mailbox, where the link asks for one.

    Raises SignInFirst for an account that has its own means, WrongCode.
    """
    if not mailbox.is_proved(open_invitation(token, now=now), token, code):
        raise WrongCode
    with transaction.atomic():
        user = _begin_by(token, now)
        user.set_password(password)
        user.save(update_fields=["password"])
        _record_for(user, "accept_invitation")
    return user


def accept_invitation_from_outside(token: str, identity: Identity, *, now: datetime) -> User:
    """An invited person links her account to an identity provider in place of a password. Never where her mailbox is asked for."""
    if open_invitation(token, now=now).code_hash is not None:
        raise WrongCode
    with transaction.atomic():
        user = _begin_by(token, now)
        link(user, identity, now=now)
        _record_for(user, "accept_invitation")
    return user


def accept_membership(token: str, user: User, *, now: datetime) -> Membership:
    """She accepts, signed in as the account that the link is for. Raises InvitationClosed for anybody else's link."""
    with acting_as(Actor.at_the_door()):
        invitation = open_invitation(token, now=now)
        if invitation.membership is None or invitation.user_id != user.pk:
            raise InvitationClosed
        _use(invitation, now)
    with acting_as(invitation.membership.actor()) as acting:
        ledger.record(acting, "accept_membership", detail={"user": user.pk, "membership": invitation.membership_id})
    return invitation.membership


def _begin_by(token: str, now: datetime) -> User:
    """The account of the link, locked: of two links for one account, one gives it its first password."""
    invitation = open_invitation(token, now=now)
    user = User.objects.select_for_update().get(pk=invitation.user_id)
    if not _is_nobodys(user, invitation):
        raise SignInFirst
    _use(invitation, now)
    return user


def _is_nobodys(user: User, invitation: Invitation) -> bool:
    """Never anybody's account, and no other organisation asked before: the first to ask hands over the first means.

    One on probation keeps no place before one that is active: it may have typed any address.
    """
    asked = invitation.membership
    if asked is None:
        return True
    if user.has_usable_password() or user.last_login is not None:
        return False
    with acting_as(Actor.at_the_door()):
        others = Membership.objects.filter(user=user).exclude(pk=asked.pk)
        before = others.filter(ended_at=None, created_at__lt=asked.created_at).exclude(organisation=asked.organisation_id)
        if asked.organisation.state == Organisation.State.ACTIVE:
            before = before.exclude(organisation__state=Organisation.State.PROBATION)
        return not others.accepted().exists() and not before.exists()


def _use(invitation: Invitation, now: datetime) -> None:
    """The conditional update lets only one of two simultaneous answers through. Every role approved there is accepted with it."""
    with acting_as(Actor.at_the_door()):
        if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
            raise InvitationClosed
        close_links(invitation.user, now=now)
        if invitation.membership is not None:
            waiting = Membership.objects.filter(user=invitation.user_id, organisation=invitation.membership.organisation_id)
            waiting.filter(ended_at=None, accepted_at=None, approved_at__isnull=False).update(accepted_at=now)


def change_password(user: User, password: str, *, now: datetime) -> None:
    """The caller has asked for a fresh proof and ends the other sessions."""
    with transaction.atomic():
        with acting_as(keeper_of(user)):
            user.set_password(password)
            user.save(update_fields=["password"])
        _record_for(user, "change_password")
        tell_of_change(user, now=now)


def note_sign_in(user: User, *, session: UUID, proved_by: str) -> None:
    with transaction.atomic():
        _record_for(user, "sign_in", session=session, proved_by=proved_by)


def note_sign_out(user: User) -> None:
    with transaction.atomic():
        _record_for(user, "sign_out")


def note_refused_sign_in(*, throttled: bool, step: str = "password") -> None:
    """Neither the address tried nor the visitor's is kept. `step`: password, passkey, code, outside."""
    with acting_as(Actor.system("sign-in")) as acting:
        ledger.record(acting, "refuse_sign_in", kind="denial", detail={"throttled": throttled, "step": step})


def _record_for(user: User, act: str, **detail: object) -> None:
    membership = Membership.objects.of_user(user).first()
    acting = membership.actor() if membership else Actor(user_id=user.pk, organisation_id=None, role="none")
    with acting_as(acting):
        ledger.record(acting, act, detail=detail)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
