"""Rows written within a verb that has asked who may: in the capacity that no SQL in a member's own request has."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.models import Model

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor, in_her_name


@contextmanager
def writing(acting: Actor) -> Iterator[Actor]:
    """Rows of whoever acts, or of her organisation. A block that fails takes the act around it along."""
    with acting_as(in_her_name(acting), savepoint=False) as hand:
        yield hand


def add(*rows: Model, acting: Actor) -> None:
    """Insert rows that name whoever acts, or her organisation."""
    with writing(acting):
        for row in rows:
            row.save(force_insert=True)


def change(row: Model, *, acting: Actor, **columns: Any) -> None:
    """Write these columns of a row that `acting` found and may write."""
    for name, value in columns.items():
        setattr(row, name, value)
    with writing(acting):
        row.save(update_fields=list(columns))
