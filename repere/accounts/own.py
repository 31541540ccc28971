"""The account acting on itself: its factors and its sessions, before and apart from any organisation."""

from __future__ import annotations

from repere.accounts.actor import Actor
from repere.accounts.models import User


def own_actor(user: User) -> Actor:
    """Sees its own rows of accounts and nothing of any case: it has no organisation."""
    return Actor(user_id=user.pk, organisation_id=None, role="none", language=user.language, label=user.name)


def keeper_of(user: User) -> Actor:
    """The house writing, for that account, what opens it: password, factors, proofs of a session. No SQL of a page has this capacity."""
    return Actor(user_id=user.pk, organisation_id=None, role="system", language=user.language, kind="system", label="system:sign-in")
