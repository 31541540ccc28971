"""The owner of the tables at work: for commands that keep keys, erase, or bring a backup back. Never for a page or a job.

Row-level security binds the owner too. A few policies let it in, each for one named piece of work set in the transaction:
`keys` (the key tables), `erasing` (which persons there are), or the id of the one person worked on. Without it the owner sees no row.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, connections

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor

KEEPING_KEYS = "(SELECT current_setting('repere.work', true) = 'keys')"
SEEKING = "(SELECT current_setting('repere.work', true) = 'erasing')"
ERASED_PERSON = "(SELECT NULLIF(current_setting('repere.erased', true), '')::uuid)"
"""For policies `TO repere_owner`."""


@contextmanager
def as_owner() -> Iterator[None]:
    """Within the block the default connection is the owner's, so that an act and its ledger row share one transaction."""
    pages = connections["default"]
    connections["default"] = connections["owner"]
    try:
        yield
    finally:
        connections["default"] = pages


@contextmanager
def keeping_keys(acting: Actor) -> Iterator[Actor]:
    """One transaction in which the owner may change wrapped keys. Needs `as_owner` around it."""
    with acting_as(acting):
        _set("repere.work", "keys")
        yield acting
        _set("repere.work", "")


@contextmanager
def erasing(person_id: UUID, acting: Actor) -> Iterator[Actor]:
    """One transaction in which the owner may remove what is kept about this one person. Needs `as_owner` around it."""
    with acting_as(acting):
        _set("repere.erased", str(person_id))
        yield acting
        _set("repere.erased", "")


@contextmanager
def seeking(acting: Actor) -> Iterator[Actor]:
    """One transaction in which the owner may see which persons there are, by random id, to find whom to erase."""
    with acting_as(acting):
        _set("repere.work", "erasing")
        yield acting
        _set("repere.work", "")


def _set(name: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [name, value])
