"""Signed-in browsers: begun, locked when nobody works at them, confirmed, ended. The table decides, not the cookie.

Idle for fifteen minutes: locked, the session stays and a factor opens it again. Ten hours after sign-in: over.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import connection, models
from django.db.models import QuerySet, UUIDField
from django.http import HttpRequest

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actions import note_sign_in
from repere.accounts.actor import Actor
from repere.accounts.kept import Given, kept
from repere.accounts.models import Membership, SignedIn, User
from repere.accounts.own import keeper_of, own_actor

MEMBERSHIP = "membership"
SIGNED_IN_AT = "signed_in_at"
ROW = "signed_in"
BACKEND = "repere.accounts.backends.Accounts"
# How exact "last seen" is: one write in so many seconds, not one per page.
SEEN_STEP = timedelta(seconds=20)
KEPT_FOR = timedelta(days=30)


def idle_limit() -> timedelta:
    return timedelta(minutes=settings.SESSION_IDLE_MINUTES)


def life_limit() -> timedelta:
    return timedelta(hours=settings.SESSION_LIFE_HOURS)


def enter(request: HttpRequest, user: User, *, proved_by: str, membership_id: UUID | None, now: datetime) -> SignedIn:
    """Sign in with a session number that nobody knew before."""
    logout(request)
    login(request, user, backend=BACKEND)
    if membership_id is not None:
        request.session[MEMBERSHIP] = str(membership_id)
    signed = begin(request.session, user, proved_by=proved_by, announced=request.headers.get("User-Agent", ""), now=now)
    note_sign_in(user, session=signed.pk, proved_by=proved_by)
    return signed


def begin(session: SessionBase, user: User, *, proved_by: str, announced: str, now: datetime) -> SignedIn:
    """The row that stands for this browser. Rows that ended or ran out a month ago go."""
    here = _organisation_of(session, user)
    with acting_as(keeper_of(user)):
        SignedIn.objects.filter(user=user, began_at__lt=now - KEPT_FOR).delete()
        signed = SignedIn.objects.create(
            user=user, organisation_id=here, device=device_words(announced), proved_by=proved_by,
            began_at=now, seen_at=now, confirmed_at=now,
        )  # fmt: skip
    session[SIGNED_IN_AT], session[ROW] = now.timestamp(), str(signed.pk)
    return signed


def _organisation_of(session: SessionBase, user: User) -> UUID | None:
    """Where she begins to work: the membership she chose, else the one that signing in opens."""
    held = list(Membership.objects.of_user(user))
    chosen = session.get(MEMBERSHIP)
    return next((one.organisation_id for one in held if str(one.pk) == chosen), held[0].organisation_id if held else None)


def current(session: SessionBase, user: User, *, now: datetime) -> SignedIn | None:
    """The open session of this request, locked if it lay idle; None when it was ended, is too old or was never begun."""
    since = session.get(SIGNED_IN_AT)
    if ROW not in session or since is None or not 0 <= now.timestamp() - since < life_limit().total_seconds():
        return None
    with acting_as(own_actor(user)) as acting:
        signed = next(iter(_open_row(row=UUID(str(session.get(ROW))), user=user.pk)), None)
        if signed is None or signed.locked_at is not None:
            return signed
        idle = now - signed.seen_at
        if idle >= idle_limit():
            _lock(signed, acting, now, "idle")
        elif idle >= SEEN_STEP:
            with acting_as(keeper_of(user)):
                SignedIn.objects.filter(pk=signed.pk).update(seen_at=now)
    return signed


@kept
def _open_row() -> QuerySet[SignedIn]:
    return SignedIn.objects.filter(pk=Given("row", UUIDField()), user_id=Given("user", UUIDField()), ended_at=None).order_by()


def lock(signed: SignedIn, user: User, *, now: datetime) -> None:
    with acting_as(own_actor(user)) as acting:
        _lock(signed, acting, now, "asked")


def _lock(signed: SignedIn, acting: Any, now: datetime, why: str) -> None:
    if SignedIn.objects.filter(pk=signed.pk, locked_at=None).update(locked_at=now):
        ledger.record(acting, "lock_session", detail={"session": signed.pk, "why": why})
    signed.locked_at = signed.locked_at or now


def confirm(request: HttpRequest, signed: SignedIn, user: User, *, proved_by: str, now: datetime) -> None:
    """A factor was shown again: open the lock, start the five minutes anew, change the session number."""
    request.session.cycle_key()
    was_locked = signed.locked_at is not None
    with acting_as(keeper_of(user)):
        SignedIn.objects.filter(pk=signed.pk, ended_at=None).update(
            locked_at=None, seen_at=now, confirmed_at=now, proved_by=proved_by
        )
    with acting_as(own_actor(user)) as acting:
        act = "unlock_session" if was_locked else "confirm_session"
        ledger.record(acting, act, detail={"session": signed.pk, "proved_by": proved_by})
    signed.locked_at, signed.seen_at, signed.confirmed_at, signed.proved_by = None, now, now, proved_by


def forget_ended() -> int:
    """Rows of sessions whose time ran out and whose browser never came back. Only the worker's role may ask; how many went."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT forget_ended_sessions()")
        return int(cursor.fetchone()[0])


def open_sessions(user: User, *, now: datetime) -> list[SignedIn]:
    with acting_as(own_actor(user)):
        return list(_open(user, now))


def end(user: User, session_id: UUID, *, now: datetime) -> bool:
    """End one of one's own sessions, wherever it is. It is refused at its next request."""
    return _end(user, _open(user, now).filter(pk=session_id), now, "end_session") > 0


def end_others(user: User, keep: SignedIn | None, *, now: datetime, why: str) -> int:
    """End every session but this one: asked for, or because the password or a factor changed."""
    others = _open(user, now)
    return _end(user, others.exclude(pk=keep.pk) if keep else others, now, "end_other_sessions", why)


def end_all(user: User, *, now: datetime, why: str) -> int:
    """A reset: nothing stays open."""
    return _end(user, _open(user, now), now, "end_all_sessions", why)


def end_working_for(user: User, organisation_id: UUID | None, *, now: datetime, why: str) -> int:
    """A leaver, a closed account: every session in which she works for this organisation, or is not known to work for another."""
    if not _works_elsewhere(user, organisation_id):
        return end_all(user, now=now, why=why)
    here = models.Q(organisation=None) | models.Q(organisation=organisation_id)
    return _end(user, _open(user, now).filter(here), now, "end_all_sessions", why)


def _works_elsewhere(user: User, organisation_id: UUID | None) -> bool:
    """Asked at the door: her other organisations are none of this one's business."""
    with acting_as(Actor.at_the_door()):
        return Membership.objects.of_user(user).exclude(organisation=organisation_id).exists()


def works_for(session: SessionBase, user: User, membership: Membership) -> None:
    """She acts under another of her memberships in this browser from now on."""
    session[MEMBERSHIP] = str(membership.pk)
    with acting_as(own_actor(user)):
        SignedIn.objects.filter(pk=str(session.get(ROW)), user=user).update(organisation=membership.organisation_id)


def _open(user: User, now: datetime) -> models.QuerySet[SignedIn]:
    return SignedIn.objects.filter(user=user, ended_at=None, began_at__gt=now - life_limit())


def _end(user: User, which: models.QuerySet[SignedIn], now: datetime, act: str, why: str = "asked") -> int:
    with acting_as(own_actor(user)) as acting:
        ended = which.update(ended_at=now)
        if ended:
            ledger.record(acting, act, detail={"user": user.pk, "sessions": ended, "why": why})
    return ended


BROWSERS = (("Firefox/", "Firefox"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Chrom", "Chromium"), ("Safari/", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))


def device_words(announced: str) -> str:
    """ "Firefox, Linux" out of what the browser announces; empty when it says nothing we know."""
    browser = next((name for mark, name in BROWSERS if mark in announced), "")
    system = next((name for mark, name in SYSTEMS if re.search(rf"\b{mark}", announced)), "")
    return ", ".join(word for word in (browser, system) if word)
