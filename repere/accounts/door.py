"""Accounts read before anybody acts: at sign-in, and when a session is matched with its account.

Row-level security answers nobody by default. Where the application itself asks with no actor set, it asks as the door
(`Actor.at_the_door`), signed like every other actor. SQL that somebody smuggled in cannot sign, and so finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeVar

from django.db import models

from repere.accounts.acting import acting_as, current_actor
from repere.accounts.actor import Actor

M = TypeVar("M", bound=models.Model)


def at_the_door() -> AbstractContextManager[Any]:
    """Whoever acts goes on acting; if nobody does, the door."""
    return nullcontext() if current_actor() is not None else acting_as(Actor.at_the_door())


class AtTheDoor(models.QuerySet[M]):
    def _fetch_all(self) -> None:
        if self._result_cache is None:
            with at_the_door():
                super()._fetch_all()
        else:
            super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[Any]:
        with at_the_door():
            yield from super().iterator(chunk_size or 2000)

    def count(self) -> int:
        with at_the_door():
            return super().count()

    def exists(self) -> bool:
        with at_the_door():
            return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        with at_the_door():
            return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        with at_the_door():
            return super().update(**kwargs)

    def _update(self, values: Any) -> int:
        with at_the_door():
            changed: int = super()._update(values)  # type: ignore[misc]
            return changed

    def _insert(self, *args: Any, **kwargs: Any) -> Any:
        with at_the_door():
            return super()._insert(*args, **kwargs)  # type: ignore[misc]

    def delete(self) -> tuple[int, dict[str, int]]:
        with at_the_door():
            return super().delete()
