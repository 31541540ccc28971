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
WHERE_SHE_IS_KNOWN = Limit(20, timedelta(minutes=5))
"""A whole office is one address: five wrong guesses of whoever sits there too must not refuse her the right word."""
BY_ADDRESS = Limit(40, timedelta(minutes=5))
BY_ACCOUNT = Limit(30, timedelta(minutes=15))
BY_PROOF = Limit(6, timedelta(minutes=5))
KNOWN_FOR = timedelta(days=30)


def may_try(email: str, address: str) -> bool:
    """Count one attempt; False when it came too soon. Every bucket that counts is charged, whichever refuses."""
    account = _account(email)
    known = _is_known(account, address)
    pair = WHERE_SHE_IS_KNOWN if known else BY_ACCOUNT_AND_ADDRESS
    charged = [_take(f"pair {account} {address}", pair), _take(f"address {address}", BY_ADDRESS)]
    if not known:
        charged.append(_take(f"account {account}", BY_ACCOUNT))
    return all(charged)


def may_come(address: str) -> bool:
    """An attempt that names no account: a passkey, a link, a return from an identity provider."""
    return _take(f"address {address}", BY_ADDRESS)


def may_prove(user: User, address: str) -> bool:
    """A code. Who tries it has shown the password, or sits at a session of that account."""
    charged = [_take(f"proof {user.pk} {address}", BY_PROOF)]
    if not _is_known(_account(user.email), address):
        charged.append(_take(f"proof {user.pk}", BY_ACCOUNT))
    return all(charged)


def take_several(subject: str, limit: Limit, count: int) -> bool:
    """Take so many at once for a subject that is no attempt to sign in (`web.rates`); one statement."""
    values = [_key(f"several {subject}"), limit.attempts, limit.within.total_seconds(), count]
    return _asked("SELECT take_tokens(%s, %s, %s, %s)", values) is not None


def forget(email: str, address: str, *, now: datetime) -> None:
    """A sign-in that went through gives the pair its attempts back, and the pair is known for a month."""
    account = _account(email)
    _asked("SELECT forget_tokens(%s, %s, %s)", [_key(f"pair {account} {address}"), _key(f"known {account} {address}"), now])


def _is_known(account: str, address: str) -> bool:
    seen = _asked("SELECT token_refilled_at(%s)", [_key(f"known {account} {address}")])
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
