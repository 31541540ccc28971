"""How often an address is answered, by the class that `routes.py` declares for it.

Somebody signed in is counted by account, a stranger by the part of the network she comes from. A process counts the first few
of each ten minutes alone, in its memory; beyond them it takes several at once from the bucket in the database
(`accounts.throttle`), which all processes share. So a person at work costs no statement at all, and a program that reads or
writes without a pause meets the same limit in every process: what the bucket holds, and the few of each process.

Why not every request in the database: it would add a write, and a row that requests of one account wait for, to each page. Why
not in memory alone: four processes on three machines would be twelve limits.

Not counted: what is the same for everybody (`free`: one address of a mobile network is thousands of people, and whoever looks
for help is not turned away; nothing about visitors is remembered either), and what a life may hang on (`urgent`).
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, ResolverMatch, resolve
from django.utils import translation

from repere import ledger
from repere.accounts import throttle
from repere.accounts.acting import acting_as
from repere.accounts.models import User
from repere.accounts.own import own_actor
from repere.accounts.throttle import Limit
from repere.accounts.views import visitor_address
from repere.web import errors
from repere.web.routes import SAFE, URGENT_FACTS, route_of

Answer = Callable[[HttpRequest], HttpResponseBase]
TEN_MINUTES = timedelta(minutes=10)
REMEMBERED_AT_MOST = 20_000
NETWORK_BITS = {4: 24, 6: 48}
"""A stranger's part of the network: what one customer or one house usually holds."""


@dataclass(frozen=True)
class Rate:
    """`alone`: answered by one process within `limit.within` without asking the database; `lease`: taken from it at once."""

    limit: Limit
    alone: int
    lease: int

    @property
    def wait_seconds(self) -> int:
        """Until the bucket holds another lease."""
        return math.ceil(self.limit.within.total_seconds() * self.lease / self.limit.attempts)


# Our choice, not a text's: several times what the fastest reader does, and autosave while typing (a form sent every two seconds).
LIMITS = {
    "read": Rate(Limit(300, TEN_MINUTES), alone=60, lease=10),
    "write": Rate(Limit(400, TEN_MINUTES), alone=60, lease=10),
    "search": Rate(Limit(90, TEN_MINUTES), alone=15, lease=5),
    "export": Rate(Limit(30, TEN_MINUTES), alone=0, lease=1),
    "letter": Rate(Limit(10, TEN_MINUTES), alone=0, lease=1),
    "sign_in": Rate(Limit(1200, TEN_MINUTES), alone=20, lease=5),
}
NEVER_COUNTED = frozenset({"free", "urgent"})


@dataclass(frozen=True)
class Wait:
    """Refused for so many seconds. `begins`: the first of these refusals, the only one that is written down."""

    seconds: int
    begins: bool


@dataclass
class _Seen:
    """What one process remembers of one subject; instants of a monotonic clock, in seconds."""

    since: float
    answered: int = 0
    held: int = 0
    refused_until: float = 0.0


class Counter:
    """One process's own count."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._seen: dict[tuple[str, str], _Seen] = {}

    def take(self, kind: str, subject: str, *, now: float) -> Wait | None:
        """None to go on. `now`: a monotonic clock, in seconds. At most one statement."""
        rate = LIMITS[kind]
        with self._lock:
            seen = self._of(kind, subject, rate, now)
            if now < seen.refused_until:
                return Wait(math.ceil(seen.refused_until - now), begins=False)
            if seen.answered < rate.alone:
                seen.answered += 1
                return None
            if seen.held:
                seen.held -= 1
                return None
        granted = throttle.take_several(f"{kind} {subject}", rate.limit, rate.lease)
        with self._lock:
            seen = self._of(kind, subject, rate, now)
            if granted:
                seen.held += rate.lease - 1
                return None
            seen.refused_until = now + rate.wait_seconds
            return Wait(rate.wait_seconds, begins=True)

    def forget(self) -> None:
        with self._lock:
            self._seen.clear()

    def _of(self, kind: str, subject: str, rate: Rate, now: float) -> _Seen:
        within = rate.limit.within.total_seconds()
        seen = self._seen.get((kind, subject))
        if seen is None or now - seen.since >= within:
            if len(self._seen) >= REMEMBERED_AT_MOST:
                self._seen.clear()
            # What was leased is kept: it was paid for.
            seen = self._seen[kind, subject] = _Seen(now, held=seen.held if seen else 0, refused_until=seen.refused_until if seen else 0.0)
        return seen


COUNTER = Counter()


class RateMiddleware:
    """Before the request's own transaction begins: what a refused or broken page took stays taken."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        counted = settings.REPERE_RATES and _counted(request)
        if not counted:
            return self.get_response(request)
        kind, subject = counted
        wait = COUNTER.take(kind, subject, now=time.monotonic())
        return self.get_response(request) if wait is None else _refuse(request, kind, wait)


def _counted(request: HttpRequest) -> tuple[str, str] | None:
    """The class and whom it counts; None for what is never counted."""
    try:
        match = getattr(request, "match", None) or resolve(request.path_info)
    except Resolver404:
        # Guessing addresses that do not exist is reading too.
        return ("read", _account(request.user)) if isinstance(request.user, User) else None
    route = route_of(match.view_name)
    if route is None or route.rate in NEVER_COUNTED or _is_about_safety(match):
        return None
    if route.rate == "sign_in":
        return "sign_in", network_of(visitor_address(request))
    if not isinstance(request.user, User):
        # Sent to sign in before anything is read.
        return None
    if route.rate == "session":
        return ("read" if request.method in SAFE else "write"), _account(request.user)
    # The page of a search or an export costs nothing before it is sent.
    kind = route.rate if request.method not in SAFE or "POST" not in route.methods else "read"
    return kind, _account(request.user)


def _is_about_safety(match: ResolverMatch) -> bool:
    return match.view_name == "cases:fact_new" and match.kwargs.get("kind") in URGENT_FACTS


def _account(user: User) -> str:
    return f"account {user.pk}"


def network_of(address: str) -> str:
    """The /24 or /48 of an address; the text itself where it is none."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return f"network {address[:64]}"
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return f"network {ipaddress.ip_network((found, NETWORK_BITS[found.version]), strict=False)}"


def _refuse(request: HttpRequest, kind: str, wait: Wait) -> HttpResponseBase:
    user: Any = request.user
    if not isinstance(user, User):
        return errors.too_many(request, wait.seconds)
    if wait.begins:
        with acting_as(own_actor(user)) as acting:
            ledger.record(acting, "refuse_pace", kind="denial", detail={"class": kind})
    with translation.override(user.language):
        return errors.too_many(request, wait.seconds)
