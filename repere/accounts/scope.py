"""A query about people or places says who asks: until it does, it raises instead of telling."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class UnscopedQuery(Exception):
    """A query about people was asked without saying who asks: call `.visible_to(actor)` first."""

    def __init__(self, model: type[models.Model]) -> None:
        super().__init__(f"{model.__name__} was read without an actor; call .visible_to(actor) first.")


class GuardedQuerySet(models.QuerySet[M]):
    """Raises UnscopedQuery unless `_scoped` was set, by the room's own `visible_to`."""

    _scoped = False

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
