"""A query about places says who asks: without an actor it raises instead of telling."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Self

from django.db import models

from repere.accounts.actor import Actor


class UnscopedQuery(Exception):
    """A query was asked without saying who asks: call `.visible_to(actor)` first."""


class SeenByActor(models.QuerySet[Any]):
    """Each model says in `seen_by(actor)` what an actor reads of it; row-level security says it again."""

    _scoped = False

    def visible_to(self, actor: Actor) -> Self:
        found = self.filter(self.model.seen_by(actor))
        found._scoped = True
        return found

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _must_be_scoped(self) -> None:
        if not self._scoped:
            raise UnscopedQuery(f"{self.model.__name__} was read without an actor; call .visible_to(actor) first.")

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
