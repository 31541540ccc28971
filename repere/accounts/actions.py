"""Writes about accounts: each a verb, a transaction and a ledger row."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from hashlib import sha256

from django.db import transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import ensure_organisation_key
from repere.accounts.models import Invitation, Membership, User
from repere.accounts.rootkey import make_root_key
from repere.directory.models import Organisation

INVITATION_LIFE = timedelta(days=3)


class InvitationClosed(Exception):
    """The link was used, ran out, or never existed. Which one is not said."""


def found(*, name: str, kind: str, territory: str, email: str, person: str, roles: list[str], language: str, now: datetime) -> str:
    """Found an organisation with its first member. Returns the secret part of a link that works once."""
    make_root_key()
    organisation = Organisation(name=name, kind=kind, territory=territory, language=language)
    acting = Actor.system("founding", organisation_id=organisation.pk)
    with acting_as(acting):
        organisation.save(force_insert=True)
        ensure_organisation_key(organisation)
        user = User.objects.create_user(email, name=person, language=language)
        for role in roles:
            Membership.objects.create(user=user, organisation=organisation, role=role)
        ledger.record(acting, "found_organisation", detail={"user": user.pk, "kind": kind, "roles": roles})
        return invite(user, acting=acting, now=now)


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


def note_sign_in(user: User) -> None:
    with transaction.atomic():
        _record_for(user, "sign_in")


def note_sign_out(user: User) -> None:
    with transaction.atomic():
        _record_for(user, "sign_out")


def note_refused_sign_in(*, throttled: bool) -> None:
    """Neither the address tried nor the visitor's is kept."""
    with acting_as(Actor.system("sign-in")) as acting:
        ledger.record(acting, "refuse_sign_in", kind="denial", detail={"throttled": throttled})


def _record_for(user: User, act: str) -> None:
    membership = Membership.objects.of_user(user).first()
    acting = membership.actor() if membership else Actor(user_id=user.pk, organisation_id=None, role="none")
    with acting_as(acting):
        ledger.record(acting, act)


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
