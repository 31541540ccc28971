"""A manager that refuses to answer nobody.

Every table that holds persons or cases is read through `.visible_to(actor)`; what that means stands in `access.py`, the
one declaration from which row-level security is compiled too.
"""

from __future__ import annotations

from typing import Self

from django.db import models

from repere.accounts.actor import Actor
from repere.accounts.scope import GuardedQuerySet, M, UnscopedQuery
from repere.cases.models.asked import Condition, asked

_REACH: dict[type[models.Model], Condition] = {}


def declare_reach(model: type[models.Model], condition: Condition) -> None:
    """Called by `access.py` once per table."""
    _REACH[model] = condition


class ScopedQuerySet(GuardedQuerySet[M]):
    """Raises UnscopedQuery instead of leaking."""

    def visible_to(self, actor: Actor, *, own: bool = False) -> Self:
        """What this actor may see of this table. The only way in.

        `own`: only what lies in files that the actor's organisation opened: narrower, and cheaper to ask.
        """
        if self.model not in _REACH:
            raise UnscopedQuery(self.model)
        found = self.filter(asked(self.model, _REACH[self.model], actor, own))
        found._scoped = True
        return found


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)
