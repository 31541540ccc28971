"""The table of sessions without the numbers that open them.

The cookie holds a random number; the table holds a keyed hash of it. Whoever reads the table, or a backup of it, signs in as
nobody, because the key lies in the secrets of the data folder. What a row holds is signed together with that hash, so a row's
content that is copied into another row is refused. Django has no switch for this; its own store does everything else.
"""

from __future__ import annotations

import base64
import hmac
from hashlib import sha256
from typing import Any, NoReturn

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore as NumbersInClear
from django.core import signing
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
        found = self.model.objects.filter(session_key=row_key(self.session_key or ""), expire_date__gt=timezone.now()).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        return bool(self.model.objects.filter(session_key=row_key(session_key)).exists())

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        number = self._get_or_create_session_key()  # type: ignore[attr-defined]
        return self.model(session_key=row_key(number), session_data=self.encode(data), expire_date=self.get_expiry_date())

    def delete(self, session_key: str | None = None) -> None:
        number = session_key or self.session_key
        if number:
            self.model.objects.filter(session_key=row_key(number)).delete()

    async def aload(self) -> NoReturn:
        raise NotImplementedError("Pages are served without async; the store in clear must not answer in its place.")

    acreate_model_instance = aexists = adelete = aload  # type: ignore[assignment]

