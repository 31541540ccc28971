"""How often one may try to sign in. Kept in the database, so that every process counts the same.

A bucket empties with each attempt and refills with time: trying again is delayed, an account is never locked, so nobody
can shut a colleague out by guessing for her.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.conf import settings
from django.db import connection

from repere.accounts.models import SignInBucket

TAKE = """
    INSERT INTO accounts_signinbucket AS bucket (key, tokens, refilled_at)
    VALUES (%(key)s, %(size)s - 1, clock_timestamp())
    ON CONFLICT (key) DO UPDATE SET
        tokens = GREATEST(-1, LEAST(%(size)s, GREATEST(bucket.tokens, 0)
            + EXTRACT(EPOCH FROM clock_timestamp() - bucket.refilled_at) * %(size)s / %(seconds)s) - 1),
        refilled_at = clock_timestamp()
    RETURNING tokens
"""


@dataclass(frozen=True)
class Limit:
    attempts: int
    within: timedelta


BY_ACCOUNT_AND_ADDRESS = Limit(5, timedelta(minutes=5))
BY_ADDRESS = Limit(40, timedelta(minutes=5))
BY_ACCOUNT = Limit(30, timedelta(minutes=15))


def may_try(email: str, address: str) -> bool:
    """Count one attempt; False when it came too soon. Every bucket is charged, whichever refuses."""
    account = email.strip().casefold()
    charged = [
        _take(f"pair {account} {address}", BY_ACCOUNT_AND_ADDRESS),
        _take(f"address {address}", BY_ADDRESS),
        _take(f"account {account}", BY_ACCOUNT),
    ]
    return all(charged)


def forget(email: str, address: str) -> None:
    """A right password gives the pair its attempts back."""
    SignInBucket.objects.filter(key=_key(f"pair {email.strip().casefold()} {address}")).delete()


def _take(subject: str, limit: Limit) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, {"key": _key(subject), "size": limit.attempts, "seconds": limit.within.total_seconds()})
        return bool(cursor.fetchone()[0] >= 0)


def _key(subject: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), b"sign-in " + subject.encode(), sha256).digest()
