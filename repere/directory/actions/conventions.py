"""Conventions, kept so that they outlive the agent who follows them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from repere import ledger
from repere.directory import checks
from repere.directory.doors import visible_convention, who
from repere.directory.entry_models import Convention
from repere.directory.queries.agreements import step_due
from repere.directory.refusals import Refused
from repere.ledger.actions import Acting


def keep_convention(
    *, parties: Iterable[str], object: str, state: str, territories: Iterable[str], starts_on: date | None = None,
    ends_on: date | None = None, money: str = "", agent: str = "", successor: str = "", successor_role: str = "",
    convention_id: UUID | None = None,
    acting: Acting, now: datetime,
) -> Convention:  # fmt: skip
    """Write a convention down, or its present state. `parties`: names of at least two bodies.

    `successor`: who takes over when the agent leaves; `successor_role`: the post that does, whoever holds it. Another end starts the
    reminders anew.
    """
    named = [party.strip()[:200] for party in parties if party.strip()]
    if len(named) < 2:
        raise Refused("parties_needed")
    if state not in Convention.State.values:
        raise Refused("unknown_code", value=state, field="state")
    if starts_on and ends_on and ends_on < starts_on:
        raise Refused("ends_before_start")
    held = visible_convention(acting, convention_id) if convention_id else Convention(organisation_id=who(acting).organisation_id)
    if held.organisation_id != acting.organisation_id:
        raise Refused("not_ours")
    held.parties, held.object, held.state, held.territories = named, object[:1000], state, checks.territories(territories)
    if held.ends_on != ends_on:
        held.reminded_days = None
    held.successor_role = successor_role[:200]
    held.starts_on, held.ends_on, held.money, held.agent, held.successor = starts_on, ends_on, money[:300], agent[:120], successor[:120]
    held.changed_at = now
    with transaction.atomic():
        held.save()
        ledger.record(acting, "keep_convention", detail={"convention": held.pk, "state": state})
    return held


def mark_reminded(convention_id: UUID, *, on: date, acting: Acting) -> Convention | None:
    """Of the job: note that the step which has come is taken. Nothing when another worker was first or nothing is due any more."""
    found = Convention.objects.select_for_update(skip_locked=True).filter(pk=convention_id).first()
    step = step_due(found, on=on) if found is not None and acting.kind == "system" else None
    if found is None or step is None:
        return None
    found.reminded_days = step
    found.save(update_fields=["reminded_days"])
    return found
