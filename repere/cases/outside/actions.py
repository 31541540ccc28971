"""A member's wishes about what leaves the tool: bare days under a secret address, letters that say only that something waits."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import replace
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import User
from repere.cases.access import works_on_files
from repere.cases.evaluation import acting_organisation
from repere.cases.models import CalendarAddress, MailWish
from repere.cases.refusals import NotVisible, Refused


def hash_of(token: str) -> bytes:
    """What is kept of the secret part of an address, keyed: whoever writes the table without the installation's secret makes none."""
    return keyed(hashlib.sha256(b"repere calendar 1" + token.encode()).digest())


def keyed(before: bytes) -> bytes:
    """Of what was kept of an address before it was keyed (migration 0113 asks for it too)."""
    return hmac.new(settings.SECRET_KEY.encode(), b"calendar " + before, hashlib.sha256).digest()


def ask_for_calendar(*, acting: Actor, now: datetime) -> str:
    """A new secret address for one's own days; an earlier one stops at once. Returns its secret part, shown this once."""
    with acting_as(acting):
        me, myself = _member(acting)
        _end(CalendarAddress, acting, now)
        token = secrets.token_urlsafe(32)
        made = CalendarAddress(
            id=uuid4(), organisation_id=me, user_id=myself, role=acting.role, asked_at=now, token_hash=hash_of(token)
        )
        with acting_as(keeper_of_wishes(acting)):
            made.save(force_insert=True)
        ledger.record(acting, "ask_for_calendar", detail={"calendar": made.pk})
    return token


def end_calendar(*, acting: Actor, now: datetime) -> None:
    """The address answers nobody from now on. What a telephone has copied stays in that telephone."""
    with acting_as(acting):
        _member(acting)
        if not _end(CalendarAddress, acting, now):
            raise Refused("wish_has_ended")
        ledger.record(acting, "end_calendar", detail={})


def ask_for_letters(*, acting: Actor, now: datetime) -> MailWish:
    """A letter to the address of one's account when something waits. It holds no word about anybody."""
    with acting_as(acting):
        me, myself = _member(acting)
        if MailWish.objects.visible_to(acting).filter(ended_at=None).exists():
            raise Refused("wish_stands")
        user = User.objects.get(pk=myself)
        made = MailWish(
            id=uuid4(), organisation_id=me, user_id=user.pk, asked_at=now, address=user.email, language=user.language
        )  # fmt: skip
        with acting_as(keeper_of_wishes(acting)):
            made.save(force_insert=True)
        ledger.record(acting, "ask_for_letters", detail={"wish": made.pk})
    return made


def end_letters(*, acting: Actor, now: datetime) -> None:
    with acting_as(acting):
        _member(acting)
        if not _end(MailWish, acting, now):
            raise Refused("wish_has_ended")
        ledger.record(acting, "end_letters", detail={})


def end_wishes(*, acting: Actor, now: datetime) -> dict[str, int]:
    """Within the act that ends a membership: nothing leaves the tool for whoever left."""
    with acting_as(acting):
        return {"calendars": _end(CalendarAddress, acting, now), "letters": _end(MailWish, acting, now)}


def end_calendars(member: Actor, now: datetime) -> dict[str, int]:
    """Within the act that lets an account begin again: who held the old means may have held the secret address too."""
    with acting_as(member):
        return {"calendars": _end(CalendarAddress, member, now)}


def _member(acting: Actor) -> tuple[UUID, UUID]:
    """Her organisation and herself."""
    if acting.user_id is None or not works_on_files(acting):
        raise NotVisible
    return acting_organisation(acting), acting.user_id


def _end(model: type[CalendarAddress] | type[MailWish], acting: Actor, now: datetime) -> int:
    with acting_as(keeper_of_wishes(acting)) as keeper:
        return model.objects.visible_to(keeper).filter(ended_at=None).update(ended_at=now)


def keeper_of_wishes(member: Actor) -> Actor:
    """The house writing for that member: SQL in a request of hers opens no address, nor one that she had ended."""
    return replace(member, role="system", kind="system", label="system:wishes")
