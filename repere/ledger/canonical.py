"""The exact bytes of a ledger row: the same content always gives the same bytes, in any process."""

import json
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID


def canonical(body: dict[str, Any]) -> bytes:
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain)
    return text.encode()


def instant(at: datetime) -> str:
    """UTC with exactly the microseconds that the database keeps."""
    if at.tzinfo is None:
        raise ValueError("An instant needs a time zone.")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _plain(value: Any) -> str:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"A ledger row cannot hold a {type(value).__name__}: give text, numbers, ids or dates.")
