"""What the database takes from the application's own capacity alone, within a verb that has asked who may.

Policies and triggers refuse these rows to a person's own connection: no SQL in a request of hers writes what watches over her, who
follows a file, when an access ended, or what was said of her.
"""

from __future__ import annotations

from typing import Any

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor, in_her_name
from repere.accounts.scope import M
from repere.accounts.writing import add, change
from repere.cases.evaluation import acting_organisation
from repere.cases.models import ScopedQuerySet

__all__ = ["add", "change", "fill_once", "house", "in_her_name"]


def house(acting: Actor, label: str) -> Actor:
    """The acting organisation itself; `label` says in the ledger which step it takes."""
    return Actor.system(label, organisation_id=acting_organisation(acting))


def fill_once(rows: ScopedQuerySet[M], label: str, acting: Actor, **columns: Any) -> int:
    """Fill columns that are empty in rows which `acting` found; one that was filled meanwhile stays as it is. How many were filled."""
    found = list(rows.order_by().values_list("pk", flat=True))
    if not found:
        return 0
    with acting_as(house(acting, label)) as desk:
        return rows.model.objects.visible_to(desk).filter(pk__in=found, **dict.fromkeys(columns)).update(**columns)  # type: ignore[attr-defined, no-any-return]
