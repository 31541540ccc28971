"""How often one may try to sign in. Kept in the database, so that every process counts the same.

A bucket empties with each attempt and refills with time: trying again is delayed, an account is never locked. Nobody can
shut a colleague out by guessing for her: where she signed in during the last month, what strangers try for her account
elsewhere does not count, what is tried there counts more kindly, and a passkey is asked for no account's tokens at all.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from repere.accounts.models import User


@dataclass(frozen=True)
class Limit:
    attempts: int
    within: timedelta


BY_ACCOUNT_AND_ADDRESS = Limit(5, timedelta(minutes=5))
WHERE_SOMEBODY_IS_KNOWN = Limit(20, timedelta(minutes=5))
"""A whole office is one address: five wrong guesses of whoever sits there too must not refuse her the right word."""
BY_ADDRESS = Limit(40, timedelta(minutes=5))
BY_ADDRESS_WITH_PASSKEYS = Limit(300, timedelta(minutes=5))
BY_ACCOUNT = Limit(30, timedelta(minutes=15))
BY_PROOF = Limit(6, timedelta(minutes=5))
KNOWN_FOR = timedelta(days=30)


def may_try(email: str, address: str) -> bool:
    """Count one attempt; False when it came too soon. Every bucket that counts is charged, whichever refuses."""
    account = _account(email)
    known, in_use = _is_known(f"{account} {address}"), _is_known(address)
    # How many tries there are says something of the place, and nothing of whose account it is.
    pair = WHERE_SOMEBODY_IS_KNOWN if in_use else BY_ACCOUNT_AND_ADDRESS
    in_time, room = _take(f"pair {account} {address}", pair), _take(f"address {address}", BY_ADDRESS)
    if known:  # what strangers send from her own office, or from the network of her telephone, does not shut her out
        return in_time
    return all([in_time, room, _take(f"account {account}", BY_ACCOUNT)])


def may_come(address: str, what: str) -> bool:
    """An attempt that names no account: a link, an application, a return from an identity provider. Each has a count of its own."""
    return _take(f"{what} {address}", BY_ADDRESS)


def may_show_passkey(address: str) -> bool:
    """A signature is not guessed: counted for what it costs, apart from words that are."""
    return _take(f"passkey {address}", BY_ADDRESS_WITH_PASSKEYS)


def may_prove(user: User, address: str) -> bool:
    """A code. Who tries it has shown the password, or sits at a session of that account."""
    charged = [_take(f"proof {user.pk} {address}", BY_PROOF)]
    if not _is_known(f"{_account(user.email)} {address}"):
        charged.append(_take(f"proof {user.pk}", BY_ACCOUNT))
    return all(charged)


def take_several(subject: str, limit: Limit, count: int) -> bool:
    """Take so many at once for a subject that is no attempt to sign in (`web.rates`); one statement."""
    values = [_key(f"several {subject}"), limit.attempts, limit.within.total_seconds(), count]
    return _asked("SELECT take_tokens(%s, %s, %s, %s)", values) is not None


def forget(email: str, address: str, *, now: datetime) -> None:
    """A sign-in that went through gives the pair its attempts back; the pair, and the address, are known for a month."""
    account = _account(email)
    for known in (f"{account} {address}", address):
        _asked("SELECT forget_tokens(%s, %s, %s)", [_key(f"pair {account} {address}"), _key(f"known {known}"), now])


def _is_known(where: str) -> bool:
    """An address, or an account at an address."""
    seen = _asked("SELECT token_refilled_at(%s)", [_key(f"known {where}")])
    return seen is not None and seen > timezone.now() - KNOWN_FOR


def _account(email: str) -> str:
    return email.strip().casefold()


def _take(subject: str, limit: Limit) -> bool:
    return bool(_asked("SELECT take_token(%s, %s, %s)", [_key(subject), limit.attempts, limit.within.total_seconds()]) >= 0)


def _asked(call: str, values: list[Any]) -> Any:
    """The functions of `by_key.py`; the table itself is closed to the pages."""
    with connection.cursor() as cursor:
        cursor.execute(call, values)
        return cursor.fetchone()[0]


def _key(subject: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), b"sign-in " + subject.encode(), sha256).digest()
