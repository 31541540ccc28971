"""The acting person or job: built once per request from a membership, passed on as an argument."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID


@dataclass(frozen=True)
class Actor:
    user_id: UUID | None
    organisation_id: UUID | None
    role: str
    language: str = "fr"
    kind: Literal["person", "system", "sign_in"] = "person"
    label: str = ""

    @classmethod
    def system(cls, job: str, organisation_id: UUID | None = None) -> Actor:
        """A job of the installation itself, named so that the ledger can tell which."""
        return cls(user_id=None, organisation_id=organisation_id, role="system", kind="system", label=f"system:{job}")

    @classmethod
    def at_the_door(cls) -> Actor:
        """Nobody yet: the part of the application that finds out who asks to come in. It reads accounts, never a case."""
        return cls(user_id=None, organisation_id=None, role="none", kind="sign_in", label="sign-in")


def in_her_name(acting: Actor) -> Actor:
    """Whoever acts, within a verb: same person, organisation and role, in the capacity that no SQL of hers has. For rows that name her."""
    return replace(acting, kind="system")
