"""Short ways to tell a story in a test: who does what, on which day."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.db import connection

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import actions, jobs
from repere.cases.actions import Recorded
from repere.cases.actions.requisition import answer_of, mark_of
from repere.cases.models import Case, Fact, Grant, Requisition, Task
from repere.core.dates import PartialDate

NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
_breath = count()
"""Of two facts on one day the one recorded later is the last word: a story tells them one after the other."""
ALL_GROUPS = (
    "contact_safety", "profile", "exploitation", "identification", "consent", "criminal_procedure", "residence", "housing",
    "child_protection", "support", "health",
)  # fmt: skip


def on(day: str | date) -> PartialDate:
    return PartialDate.parse(day) if isinstance(day, str) else PartialDate.on(day)


def concern(actor: Actor, day: str = "2026-06-01", *, now: datetime = NOW, **extra: Any) -> Case:
    """A file opened on a concern in Lyon."""
    told: dict[str, Any] = {"concern": {"urgency": "not_known"}, "jurisdiction": "FR", "territory": "69", "key": uuid4()} | extra
    return actions.open_case(on=on(day), acting=actor, now=now, **told)


def record(
    case: Case, actor: Actor, kind: str, day: str = "2026-06-01", *, now: datetime = NOW, basis: str = "own_act", **fields: Any
) -> Fact:
    return told(case, actor, kind, day, now=now, fields=fields, basis=basis).fact


def told(
    case: Case, actor: Actor, kind: str, day: str = "2026-06-01", *, fields: dict[str, Any] | None = None, now: datetime = NOW, **extra: Any
) -> Recorded:
    now += timedelta(microseconds=1000 + next(_breath))
    arguments: dict[str, Any] = {"basis": "own_act", "key": uuid4()} | extra
    return actions.record_fact(case, kind=kind, on=on(day), fields=fields or {}, acting=actor, now=now, **arguments)


PURPOSES = {"police": "investigation", "prosecution": "investigation", "prefecture": "residence", "labour_inspection": "labour_inspection"}
AGREED = {
    "investigation": "criminal_procedure", "residence": "residence", "labour_inspection": "criminal_procedure", "protection": "support",
    "support": "support",
}  # fmt: skip


def carried(case: Case, giver: Actor, purpose: str, *, day: str = "2026-06-01") -> Fact:
    """A consent of hers that carries an access for this purpose across a wall."""
    return record(case, giver, "consent_given", day, basis="person_said", purpose=AGREED[purpose])


def grant(
    case: Case, giver: Actor, receiver: Any, groups: tuple[str, ...] | list[str], *, now: datetime | None = None, purpose: str = "",
    **extra: Any,
) -> Grant:  # fmt: skip
    """Access for a month by the clock of the database, and the view that the worker opens for it.

    To a body of the State it is carried by a consent of hers, recorded here unless `consent` or `law` says otherwise; to another it is
    opened for danger to her life, for four hours.
    """
    now = now or datetime.now(UTC)
    purpose = purpose or PURPOSES.get(receiver.kind, "support")
    if receiver.kind in PURPOSES and not extra:
        extra = {"consent": carried(case, giver, purpose).pk}
    if not extra:
        extra = {"danger": True}
    given = actions.grant_access(
        case,
        to=receiver,
        groups=groups,
        purpose=purpose,
        reason="Suivi commun demandé par la personne",
        ends_at=datetime(2030, 1, 1, tzinfo=UTC),
        acting=giver,
        now=now,
        **extra,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_worker")
        jobs.follow_grant(case.pk, given.organisation_id)
        cursor.execute("RESET ROLE")
    return given


def tasks(case: Case, actor: Actor, rule_id: str | None = None) -> list[Task]:
    with acting_as(actor):
        found = Task.objects.visible_to(actor).filter(case=case).order_by("opened_at", "pk")
        return list(found.filter(rule_id=rule_id) if rule_id else found)


def facts(case: Case, actor: Actor) -> list[Fact]:
    with acting_as(actor):
        return list(Fact.objects.visible_to(actor).filter(case=case).order_by("revision", "id"))


def seen(row: Any, actor: Actor) -> str:
    """The mark of what an answer to a requisition holds, as whoever confirms it looked at it."""
    with acting_as(actor):
        return mark_of(answer_of(Requisition.objects.visible_to(actor).get(pk=row.pk), acting=actor)[0])
