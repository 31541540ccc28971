"""One actor, one transaction: the settings that row-level security reads end with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

from repere.accounts.actor import Actor
from repere.accounts.proof import proof_of

_current: ContextVar[Actor | None] = ContextVar("acting", default=None)


def current_actor() -> Actor | None:
    """Who acts in this transaction, for managers that refuse to answer nobody."""
    return _current.get()


@contextmanager
def acting_as(actor: Actor, *, savepoint: bool = True) -> Iterator[Actor]:
    """Run the block as that actor. Blocks may be nested: the outer actor comes back after the inner one.

    Without `savepoint`, a nested block that fails takes the act around it along: nothing more is asked until that is undone.
    """
    outer, nested = _current.get(), connection.in_atomic_block
    with transaction.atomic(savepoint=savepoint):
        _tell_database(actor)
        token = _current.set(actor)
        try:
            yield actor
        finally:
            _current.reset(token)
    # An inner block that failed is undone by its savepoint, or by that of the act around it, settings included.
    if nested:
        _tell_database(outer)


def one_after_the_other(lock: UUID) -> None:
    """Within an act that looks, or counts, before it writes: whoever names the same thing waits until this transaction is over."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 4))", [str(lock)])


def _tell_database(actor: Actor | None) -> None:
    # The third argument ties the settings to the transaction: a pooled connection carries nothing to the next user.
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('repere.user', %s, true), set_config('repere.organisation', %s, true),"
            " set_config('repere.kind', %s, true), set_config('repere.role', %s, true), set_config('repere.proof', %s, true)",
            settings_of(actor, backend=connection.connection.info.backend_pid),
        )


def settings_of(actor: Actor | None, *, backend: int) -> list[str]:
    """The values of `repere.user`, `.organisation`, `.kind`, `.role` and `.proof` for one connection, given by its process id."""
    if actor is None:
        return ["", "", "", "", ""]
    return [str(actor.user_id or ""), str(actor.organisation_id or ""), actor.kind, actor.role, proof_of(actor, backend=backend)]
