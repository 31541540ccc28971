"""A manager that refuses to answer nobody.

Every table that holds persons or cases is read through `.visible_to(actor)`; what that means stands in `access.py`, the
one declaration from which row-level security is compiled too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Self, TypeVar

from django.db import models

from repere.accounts.actor import Actor

M = TypeVar("M", bound=models.Model)


class UnscopedQuery(Exception):
    """A query about people was asked without saying who asks: call `.visible_to(actor)` first."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(f"{model.__name__} was read without an actor; call .visible_to(actor) first.")


Condition = Callable[[Actor, bool], models.Q]
_REACH: dict[type[models.Model], Condition] = {}


def declare_reach(model: type[models.Model], condition: Condition) -> None:
    """Called by `access.py` once per table."""
    _REACH[model] = condition


class ScopedQuerySet(models.QuerySet[M]):
    """Raises UnscopedQuery instead of leaking."""

    _scoped = False

    def visible_to(self, actor: Actor, *, own: bool = False) -> Self:
        """What this actor may see of this table. The only way in.

        `own`: only what lies in files that the actor's organisation opened: narrower, and cheaper to ask.
        """
        if self.model not in _REACH:
            raise UnscopedQuery(self.model)
        found = self.filter(_REACH[self.model](actor, own))
        found._scoped = True
        return found

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _must_be_scoped(self) -> None:
        if not self._scoped:
            raise UnscopedQuery(self.model)

    def _fetch_all(self) -> None:
        self._must_be_scoped()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        self._must_be_scoped()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._must_be_scoped()
        return super().count()

    def exists(self) -> bool:
        self._must_be_scoped()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._must_be_scoped()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._must_be_scoped()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._must_be_scoped()
        return super().delete()

    def bulk_update(self, objs: Iterable[M], fields: Iterable[str], batch_size: int | None = None) -> int:
        self._must_be_scoped()
        return super().bulk_update(objs, fields, batch_size)


ScopedManager = models.Manager.from_queryset(ScopedQuerySet)
