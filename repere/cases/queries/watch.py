"""Alerts about reading, and frozen accounts, as one page shows them. Newest first: by day, never by person, never counted up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.cases.models import Alert, Freeze

ALERTS_SHOWN = 100


@dataclass(frozen=True)
class AlertLine:
    """Whose reading, on which day, which rule, with which numbers."""

    alert_id: UUID
    user_id: UUID
    name: str
    rule: str
    day: date
    numbers: Mapping[str, Any]
    at: datetime
    about_oneself: bool
    frozen: bool


@dataclass(frozen=True)
class Colleague:
    """Somebody with an account here. `freeze_id` is there while the account is frozen."""

    user_id: UUID
    name: str
    roles: tuple[str, ...]
    is_oneself: bool
    freeze_id: UUID | None
    frozen_at: datetime | None
    reason: str
    may_open: bool


def open_alerts(actor: Actor) -> list[AlertLine]:
    """Alerts nobody has looked into yet."""
    frozen = _frozen(actor)
    found = Alert.objects.visible_to(actor).filter(seen_at=None).select_related("user").order_by("-day", "-at", "pk")
    return [
        AlertLine(
            alert.pk, alert.user_id, alert.user.name, alert.rule, alert.day, alert.numbers, alert.at, alert.user_id == actor.user_id,
            alert.user_id in frozen,
        )
        for alert in found[:ALERTS_SHOWN]
    ]  # fmt: skip


def colleagues(actor: Actor) -> list[Colleague]:
    """Everybody with an account in the organisation, in order of name."""
    frozen = _frozen(actor)
    people: dict[tuple[UUID, str], list[str]] = {}
    for membership in Membership.objects.standing().filter(organisation=actor.organisation_id).order_by("user__name", "role"):
        people.setdefault((membership.user_id, membership.user.name), []).append(membership.role)
    administrators = {user_id for (user_id, _), roles in people.items() if ADMINISTRATOR in roles and user_id not in frozen}
    may_open = not administrators or actor.user_id in administrators
    return [
        Colleague(
            user_id, name, tuple(roles), user_id == actor.user_id, freeze.pk if (freeze := frozen.get(user_id)) else None,
            freeze.frozen_at if freeze else None, freeze.reason if freeze else "", may_open and user_id != actor.user_id,
        )
        for (user_id, name), roles in people.items()
    ]  # fmt: skip


def freezes_to_read(actor: Actor) -> list[Freeze]:
    """What this person was chosen to be told and has not read."""
    return list(Freeze.objects.visible_to(actor).filter(told=actor.user_id, told_at=None).select_related("user", "frozen_by"))


def _frozen(actor: Actor) -> dict[UUID, Freeze]:
    return {freeze.user_id: freeze for freeze in Freeze.objects.visible_to(actor).filter(lifted_at=None)}
