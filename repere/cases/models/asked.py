"""The condition of a table, put into SQL once for each reader.

What an actor sees of a table is the same text in every query until the actor changes; composing it anew took a fifth of a page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Self

from django.core.exceptions import EmptyResultSet, FullResultSet
from django.db import connections, models
from django.db.models.sql import Query

from repere.accounts.actor import Actor

Condition = Callable[[Actor, bool], models.Q]


class Asked(models.Expression):
    """A condition already in SQL, about the table of the query that it filters."""

    conditional = True
    output_field = models.BooleanField()

    def __init__(self, alias: str, sql: str, params: tuple[Any, ...], prefixes: frozenset[str]) -> None:
        super().__init__()
        self.alias, self.sql, self.params, self.prefixes = alias, sql, params, prefixes

    def resolve_expression(self, query: Any = None, *args: Any, **kwargs: Any) -> Self:
        # a query put into another takes a letter of its own: never one that this text uses inside
        query.subq_aliases = query.subq_aliases | self.prefixes
        return self

    def relabeled_clone(self, change_map: Mapping[str, str]) -> Self:
        moved = change_map.get(self.alias)
        if moved is None:
            return self
        return type(self)(moved, self.sql.replace(_quoted(self.alias), _quoted(moved)), self.params, self.prefixes)

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return self.sql, self.params


def _quoted(alias: str) -> str:
    """How Django writes a table's name before a column: a letter of its own is not quoted."""
    return f"{alias}." if re.fullmatch(r"[A-Z]+\d+", alias) else f'"{alias}".'


@lru_cache(maxsize=4096)
def asked(model: type[models.Model], condition: Condition, actor: Actor, own: bool) -> Asked | models.Q:
    """What an actor sees of a table. A condition that is always or never true, or that joins, stays as it was declared."""
    declared = condition(actor, own)
    query = Query(model)
    query.add_q(declared)
    compiler = query.get_compiler(connection=connections["default"])
    try:
        sql, params = compiler.compile(query.where)
    except (EmptyResultSet, FullResultSet):
        return declared
    if {alias for alias, used in query.alias_refcount.items() if used} - {model._meta.db_table}:
        return declared
    return Asked(model._meta.db_table, f"({sql})", tuple(params), frozenset(query.subq_aliases))
