"""Which marks stand for a file: whom she must not meet, and what she bears, in what is asked for her or where she lives.

A mark is kept as a number that says nothing; what was typed is not kept. Read for the organisation that said it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from repere.accounts.actor import Actor
from repere.places.mark_models import MarkEnd
from repere.places.models import Apart, Carried, FormerNeeds, Hold, Request
from repere.places.refusals import NotVisible

APART, CARRIED = "apart", "carried"


@dataclass(frozen=True)
class Mark:
    """One line that stands. `value`: the number of another file, or of a mark; `said_by`: who wrote it first, where that is known;
    `asked`: somebody asked that it ends, and nobody decided."""

    line_id: UUID
    value: UUID
    since: datetime
    said_by: UUID | None
    asked: MarkEnd | None = None


@dataclass(frozen=True)
class Zones:
    """Départements of the request that is open, if there is one. `since`: when its needs were last said."""

    request_id: UUID
    avoid: tuple[str, ...]
    refused: tuple[str, ...]
    since: datetime


@dataclass(frozen=True)
class Marks:
    apart: list[Mark]
    carried: list[Mark]
    ended: list[MarkEnd]
    zones: Zones | None


def marks_of(actor: Actor, reference: UUID) -> Marks:
    """Cost: six statements."""
    open_ones = list(_in_effect(actor, reference).order_by("asked_at", "id"))
    wrote = {(one.pk, one.asked_at): one.user_id for one in open_ones}
    former = FormerNeeds.objects.visible_to(actor).filter(request__in=open_ones)
    wrote |= {(pk, at): user for pk, at, user in former.values_list("request_id", "created_at", "user_id")}
    ends = MarkEnd.objects.visible_to(actor).filter(Q(apart__request__reference=reference) | Q(carried__request__reference=reference))
    decided = list(ends.filter(ended=True).order_by("-decided_at", "id"))
    asked = {one.carried_id: one for one in ends.filter(decided_at=None)}
    return Marks(
        _told(Apart.objects.visible_to(actor).standing().filter(request__in=open_ones), "other", wrote, {}),
        _told(Carried.objects.visible_to(actor).standing().filter(request__in=open_ones), "mark", wrote, asked),
        decided, _zones(open_ones),
    )  # fmt: skip


@dataclass(frozen=True)
class Said:
    """What a request said of others, as far as it has not ended: numbers."""

    apart: frozenset[UUID] = frozenset()
    carried: frozenset[UUID] = frozenset()


def said_before(actor: Actor, reference: UUID) -> Said:
    """By any request of ours for this file, also one that closed: what nobody ended stands when a place is looked for anew.
    Cost: two statements."""
    ours = {"request__reference": reference, "request__organisation_id": actor.organisation_id}
    apart = Apart.objects.visible_to(actor).standing().filter(**ours).values_list("other", flat=True)
    carried = Carried.objects.visible_to(actor).standing().filter(**ours).values_list("mark", flat=True)
    return Said(frozenset(apart), frozenset(carried))


def same_lines(actor: Actor, reference: UUID, line_id: UUID) -> tuple[str, list[Any]]:
    """The kind of a line that stands for a file of ours, and every line that says the same of it. Raises NotVisible."""
    for kind, rows, value in ((APART, Apart.objects, "other"), (CARRIED, Carried.objects, "mark")):
        standing = rows.visible_to(actor).standing().filter(request__in=_in_effect(actor, reference))
        line = standing.filter(pk=line_id).first()
        if line is not None:
            return kind, list(standing.filter(**{value: getattr(line, value)}))
    raise NotVisible


def ends_asked(actor: Actor, lines: Sequence[Any]) -> list[MarkEnd]:
    """What waits for a colleague about these lines."""
    waiting = MarkEnd.objects.visible_to(actor).filter(decided_at=None)
    return list(waiting.filter(carried__in=[line.pk for line in lines if isinstance(line, Carried)]))


def _in_effect(actor: Actor, reference: UUID) -> QuerySet[Any]:
    """Requests of ours by which something is said today: open ones, and those by which she lives where she does."""
    stays = Hold.objects.visible_to(actor).filter(request=OuterRef("pk"), state=Hold.State.ARRIVED)
    ours: QuerySet[Any] = Request.objects.visible_to(actor).filter(organisation_id=actor.organisation_id, reference=reference)
    return ours.filter(Q(closed_at=None) | Exists(stays))


def _told(rows: Iterable[Any], value: str, wrote: dict[tuple[UUID, datetime], UUID], asked: dict[UUID | None, MarkEnd]) -> list[Mark]:
    """One line for each value, by whoever wrote it first."""
    found: dict[UUID, Mark] = {}
    for row in rows:
        mark = Mark(row.pk, getattr(row, value), row.created_at, wrote.get((row.request_id, row.created_at)), asked.get(row.pk))
        before = found.setdefault(mark.value, mark)
        if mark.asked and not before.asked:
            found[mark.value] = Mark(before.line_id, before.value, before.since, before.said_by, mark.asked)
    return list(found.values())


def _zones(open_ones: Iterable[Request]) -> Zones | None:
    asked = next((one for one in open_ones if one.closed_at is None), None)
    if asked is None:
        return None
    needs = asked.household.get("needs", {})
    return Zones(asked.pk, tuple(needs.get("avoid", ())), tuple(needs.get("refuses_zones", ())), asked.changed_at or asked.asked_at)
