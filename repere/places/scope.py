"""Rows of the places, for whoever asks."""

from __future__ import annotations

from typing import Any, Self

from repere.accounts.actor import Actor
from repere.accounts.scope import GuardedQuerySet


class SeenByActor(GuardedQuerySet[Any]):
    """Each model says in `seen_by(actor)` what an actor reads of it; row-level security says it again."""

    def visible_to(self, actor: Actor) -> Self:
        found = self.filter(self.model.seen_by(actor))
        found._scoped = True
        return found
