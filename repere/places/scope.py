"""Rows of the places, for whoever asks."""

from __future__ import annotations

from typing import Any, Self

from django.db.models import Q

from repere.accounts.actor import Actor
from repere.accounts.scope import GuardedQuerySet
from repere.places.roles import may_read


class SeenByActor(GuardedQuerySet[Any]):
    """Each model says in `seen_by(actor)` what an actor reads of it, and `roles` who reads at all; row-level security says both again."""

    def visible_to(self, actor: Actor) -> Self:
        seen = self.model.seen_by(actor) if may_read(actor, self.model._meta.db_table) else Q(pk__in=[])
        found = self.filter(seen)
        found._scoped = True
        return found
