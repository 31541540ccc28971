"""The acting person or job: built once per request from a membership, passed on as an argument."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    user_id: UUID | None
    organisation_id: UUID | None
    role: str
    language: str = "fr"
    kind: Literal["person", "system"] = "person"
    label: str = ""

    @classmethod
    def system(cls, job: str, organisation_id: UUID | None = None) -> Actor:
        """A job of the installation itself, named so that the ledger can tell which."""
        return cls(user_id=None, organisation_id=organisation_id, role="system", kind="system", label=f"system:{job}")
