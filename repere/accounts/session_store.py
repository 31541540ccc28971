"""The table of sessions without the numbers that open them.

The cookie holds a random number; the table holds a keyed hash of it. Whoever reads the table, or a backup of it, signs in as
nobody, because the key lies in the secrets of the data folder. What a row holds is signed together with that hash, so a row's
content that is copied into another row is refused. The table is reached by that key alone, through functions (`by_key.py`): who has
SQL on the pages' connection can neither list nor end sessions. Django has no switch for this; its own store does everything else.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.backends.db import SessionStore as NumbersInClear
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

KEPT_BYTES = 30
"""Of the hash: 240 bits, which fill the 40 characters of Django's column."""


def row_key(number: str) -> str:
    """What stands in the table for a session number: 40 characters, worth nothing in a cookie."""
    kept = hmac.new(_key(), number.encode(), sha256).digest()[:KEPT_BYTES]
    return base64.urlsafe_b64encode(kept).decode()


def content_of(row: Any) -> dict[str, Any]:
    """What a row of the table holds. Raises BadSignature when it was written for another row."""
    held: dict[str, Any] = signing.loads(row.session_data, salt=_salt(row.session_key), serializer=SessionStore().serializer)
    return held


def _salt(of_row: str) -> str:
    return f"repere.session.{of_row}"


def _key() -> bytes:
    return sha256(b"repere session rows 1" + settings.SECRET_KEY.encode()).digest()


class SessionStore(NumbersInClear):
    """Django's store in the database, with `row_key` wherever the table is touched. Pages are served without async."""

    @property
    def key_salt(self) -> str:
        """What is signed of one row fits no other row."""
        return _salt(row_key(self.session_key) if self.session_key else "")

    def _get_session_from_db(self) -> Any:
        found = _row(row_key(self.session_key or ""))
        if found is None or found.expire_date <= timezone.now():
            self._session_key = None
            return None
        return found

    def exists(self, session_key: str) -> bool:
        return _row(row_key(session_key)) is not None

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        number = self._get_or_create_session_key()  # type: ignore[attr-defined]
        return self.model(session_key=row_key(number), session_data=self.encode(data), expire_date=self.get_expiry_date())

    def save(self, must_create: bool = False) -> None:
        if self.session_key is None:
            return self.create()
        row = self.create_model_instance(self._get_session(no_load=must_create))  # type: ignore[attr-defined]
        call = "SELECT begin_session(%s, %s, %s)" if must_create else "SELECT keep_session(%s, %s, %s)"
        try:
            with transaction.atomic():
                written = _asked(call, row.session_key, row.session_data, row.expire_date)
        except DatabaseError:
            if must_create:
                raise
            raise UpdateError from None
        if not written:
            raise CreateError if must_create else UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        number = session_key or self.session_key
        if number:
            _asked("SELECT end_session(%s)", row_key(number))

    @classmethod
    def clear_expired(cls) -> NoReturn:
        raise NotImplementedError("Nobody who serves may reach rows without their key.")

    async def aload(self) -> NoReturn:
        raise NotImplementedError("Pages are served without async; the store in clear must not answer in its place.")

    acreate_model_instance = aexists = adelete = aload  # type: ignore[assignment]


def _row(key: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute("SELECT content, until FROM session_row(%s)", [key])
        found = cursor.fetchone()
    return Session(session_key=key, session_data=found[0], expire_date=found[1]) if found else None


def _asked(call: str, *values: Any) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(call, values)
        return bool(cursor.fetchone()[0])
