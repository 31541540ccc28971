"""Writes about accounts: each a verb, a transaction and a ledger row."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.db import transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.letters import tell_of_change
from repere.accounts.models import Invitation, Membership, User
from repere.accounts.outside import Identity, link

INVITATION_LIFE = timedelta(days=3)


class InvitationClosed(Exception):
    """The link was used, ran out, or never existed. Which one is not said."""


def invite(user: User, *, acting: Actor, now: datetime) -> str:
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        invitation = Invitation.objects.create(user=user, token_hash=_hash(token), created_at=now, expires_at=now + INVITATION_LIFE)
        ledger.record(acting, "invite_user", detail={"user": user.pk, "invitation": invitation.pk})
    return token


def open_invitation(token: str, *, now: datetime) -> Invitation:
    invitation = Invitation.objects.select_related("user").filter(token_hash=_hash(token)).first()
    if invitation is None or not invitation.is_open(now):
        raise InvitationClosed
    return invitation


def accept_invitation(token: str, password: str, *, now: datetime) -> User:
    """Set the first password. The conditional update lets only one of two simultaneous answers through."""
    with transaction.atomic():
        invitation = open_invitation(token, now=now)
        if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
            raise InvitationClosed
        user = invitation.user
        user.set_password(password)
        user.save(update_fields=["password"])
        _record_for(user, "accept_invitation")
    return user


def accept_invitation_from_outside(token: str, identity: Identity, *, now: datetime) -> User:
    """An invited person links her account to an identity provider in place of a password."""
    with transaction.atomic():
        invitation = open_invitation(token, now=now)
        if not Invitation.objects.filter(pk=invitation.pk, used_at=None).update(used_at=now):
            raise InvitationClosed
        link(invitation.user, identity, now=now)
        _record_for(invitation.user, "accept_invitation")
    return invitation.user


def change_password(user: User, password: str, *, now: datetime) -> None:
    """The caller has asked for a fresh proof and ends the other sessions."""
    with transaction.atomic():
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
