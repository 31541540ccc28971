"""A question put into SQL once and asked many times.

Django composes the text of a query each time it is asked, at half a millisecond to a millisecond of processor; on the pages that
are opened most this was a third of the time outside the database. What differs from one request to the next (the hour, a code)
stands in such a question as a `Given`, and is filled in when it is asked. What an actor may see is part of the text, so a
question is kept for each actor, as the condition of what they see is (`repere.cases.models.asked`): nothing about the actor is
filled in. Row-level security answers beside it, as always.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Hashable, Mapping
from functools import lru_cache
from typing import Any, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models.sql.compiler import SQLCompiler

from repere.accounts.scope import GuardedQuerySet

Row = TypeVar("Row")
KEPT = 512
"""Texts kept for each question, the least asked forgotten first: about ten kilobytes each."""


class Given(models.Expression):
    """A value that is told when the question is asked, by this name. `kind`: the field it is compared with."""

    def __init__(self, name: str, kind: models.Field[Any, Any]) -> None:
        super().__init__(output_field=kind)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


class _Text(Generic[Row]):
    """One query, composed. `compiler` knows how to make rows of what comes back; None where nothing can."""

    def __init__(self, rows: models.QuerySet[Any, Row]) -> None:
        self.rows = rows
        self.compiler: SQLCompiler | None = rows.query.get_compiler(rows.db)
        try:
            self.sql, self.params = self.compiler.as_sql()
        except EmptyResultSet:
            self.compiler, self.sql, self.params = None, "SELECT WHERE FALSE", ()
        self.converting: dict[int, Any] | None = None

    def filled(self, given: dict[str, Any]) -> tuple[Any, ...]:
        return tuple(given[one.name] if isinstance(one, Given) else one for one in self.params)

    def converters(self, columns: list[Any]) -> dict[int, Any]:
        """How each column becomes a value, found once: the columns of a question are always the same."""
        if self.converting is None:
            assert self.compiler is not None
            self.converting = self.compiler.get_converters(columns)
        return self.converting

    def ask(self, given: dict[str, Any]) -> list[Row]:
        rows = self.rows._chain()  # type: ignore[attr-defined]
        if self.compiler is None:
            return list(rows.none())
        compiler, params = copy.copy(self.compiler), self.filled(given)
        compiler.connection = connections[rows.db]  # each thread has its own
        compiler.as_sql = lambda *args, **kwargs: (self.sql, params)  # type: ignore[method-assign]
        compiler.get_converters = self.converters  # type: ignore[assignment]
        rows.query.get_compiler = lambda *args, **kwargs: compiler
        return list(rows)


class Kept(Generic[Row]):
    """What `build` describes, asked by calling it: `build`'s own arguments first, each `Given` by its name. A list of rows.

    Raises KeyError where a `Given` is not told, and whatever the queryset raises that is read without an actor.
    """

    def __init__(self, build: Callable[..., models.QuerySet[Any, Row]]) -> None:
        self.text = lru_cache(maxsize=KEPT)(lambda *about: _Text(build(*about)))

    def __call__(self, *about: Hashable, **given: Any) -> list[Row]:
        return self.text(*about).ask(given)


def kept(build: Callable[..., models.QuerySet[Any, Row]]) -> Kept[Row]:
    """A question that is composed once for each of its arguments, which must be hashable (an actor, a role)."""
    return Kept(build)


class KeptCounts:
    """How many rows each of several questions has, asked together: one statement, by name. A slice bounds what is counted."""

    def __init__(self, build: Callable[..., Mapping[str, GuardedQuerySet[Any]]]) -> None:
        self.texts = lru_cache(maxsize=KEPT)(lambda *about: {name: _Text(rows) for name, rows in build(*about).items()})

    def __call__(self, *about: Hashable, **given: Any) -> dict[str, int]:
        texts = self.texts(*about)
        for text in texts.values():
            text.rows._must_be_scoped()
        asked = ", ".join(f"(SELECT count(*) FROM ({text.sql}) AS counted)" for text in texts.values())  # noqa: S608 composed by Django
        using = next(iter(texts.values())).rows.db
        with connections[using].cursor() as cursor:
            cursor.execute(f"SELECT {asked}", [value for text in texts.values() for value in text.filled(given)])
            return dict(zip(texts, cursor.fetchone(), strict=True))


def kept_counts(build: Callable[..., Mapping[str, GuardedQuerySet[Any]]]) -> KeptCounts:
    """Several counts in one statement, composed once for each of the arguments."""
    return KeptCounts(build)
