"""Marks: codes that say nothing, agreed by word of mouth, for somebody whom only another organisation knows, or for a network.

Whoever looks for a place writes which marks the household must not meet and which it bears. A mark is kept in no list and belongs to
nobody, so a wrong one and a true one look alike to whoever writes it. Only a shelter that received the need compares.
"""

from __future__ import annotations

from uuid import UUID, uuid5

from repere.core.codes import is_code, normalise_code

_MARKS = UUID("b0b5b8d6-2f0e-4f0c-9a53-0a7f4f9f6c21")


def mark(text: str) -> UUID | None:
    """The number kept for a mark as somebody typed it; None when its check character does not hold."""
    code = normalise_code(text)
    return uuid5(_MARKS, code) if code and is_code(code) else None
