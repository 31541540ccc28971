"""A form that met a closed door is carried through it: what she wrote comes back after she has proved who she is.

The fields travel in the page, sealed for this session: whoever finds a locked screen reads nothing in its source, and
nothing is kept here. Files cannot be carried; the page says so.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest

from repere.accounts.models import SignedIn
from repere.core.sealing import SealBroken, seal, unseal

LIFE = timedelta(hours=10)
NOT_CARRIED = {"csrfmiddlewaretoken"}


@dataclass(frozen=True)
class Carried:
    path: str
    fields: list[tuple[str, str]]
    lost_files: bool


def carry(request: HttpRequest, signed: SignedIn, *, now: datetime) -> str:
    fields = [[name, value] for name, values in request.POST.lists() if name not in NOT_CARRIED for value in values]
    content = {"path": request.get_full_path(), "fields": fields, "files": bool(request.FILES), "at": int(now.timestamp())}
    return base64.urlsafe_b64encode(seal(_key(), content, aad=_binding(signed))).decode()


def uncarry(text: str, signed: SignedIn, *, now: datetime) -> Carried | None:
    """None for anything forged, of another session, or too old."""
    try:
        content = unseal(_key(), base64.urlsafe_b64decode(text), aad=_binding(signed))
    except (SealBroken, ValueError, binascii.Error):
        return None
    if not 0 <= now.timestamp() - content["at"] < LIFE.total_seconds():
        return None
    return Carried(content["path"], [(name, value) for name, value in content["fields"]], content["files"])


def _key() -> bytes:
    return sha256(b"repere carried form " + settings.SECRET_KEY.encode()).digest()


def _binding(signed: SignedIn) -> tuple[str, ...]:
    return ("carried_form", str(signed.user_id), str(signed.pk))
