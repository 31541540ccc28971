"""Every row of this room is written in the application's own capacity, within a verb that has asked who may.

Policies refuse them to a person's own connection: no SQL in a request of hers keeps a bed or frees one, answers for a house, moves it,
begins or ends a search, or adds a step to a file.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.writing import add, change, writing
from repere.places.doors import me
from repere.places.models import Hold
from repere.places.roles import SEEKING

__all__ = ["add", "ask_for", "change", "go_on", "house", "reading_of_a_file", "writing"]


def house(acting: Actor, step: str) -> Actor:
    """The acting organisation itself; `step` names what it does."""
    return Actor.system(step, organisation_id=me(acting))


@contextmanager
def reading_of_a_file(acting: Actor) -> Iterator[Actor]:
    """Within a page of one file, whose own door has let this person in: who looks for no place (an administrator who opened the file in
    an emergency) reads what was asked for her through the application. By SQL of her own she reads nothing."""
    with acting_as(acting if acting.role in SEEKING else house(acting, "read_of_a_file")) as reader:
        yield reader


def ask_for(made: Hold, *, acting: Actor) -> None:
    """Write a new hold. Its beds are taken afterwards (`beds.take`)."""
    with acting_as(house(acting, "ask_for_bed")):
        made.save(force_insert=True)


def go_on(held: Hold, *, acting: Actor, **columns: Any) -> None:
    """Write these columns of a hold that `acting` found. The end of a hold is written before that of its beds: the table compares them."""
    for name, value in columns.items():
        setattr(held, name, value)
    with acting_as(house(acting, "go_on_with_hold")):
        held.save(update_fields=list(columns))
