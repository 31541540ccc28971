"""Files whose time is over, and the two persons who end them.

One asks (`ask_for_due`), another confirms (`confirm_due`), the installation carries out (`actions.erasure`). A file held by law or
asked for already is left out of the first step.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Exists, Max, OuterRef

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.actions.erasure import ask_erasure, confirm_erasure
from repere.cases.models import Case, Erasure, Fact, Hold
from repere.cases.refusals import Refused
from repere.cases.retention.periods import OF_FILES, periods


@dataclass(frozen=True)
class Due:
    """A file whose period has run out. `since`: the day it ran out; `state`: due, held, asked or confirmed."""

    case_id: UUID
    code: str
    purpose: str
    since: date
    state: str


def files_due(*, acting: Actor, on: date) -> list[Due]:
    """Files of the acting organisation whose period has run out on that day, longest over first.

    Raises Refused("period_not_settled") when no period of files is settled at all.
    """
    settled = {purpose: period.days for purpose, period in periods().items() if purpose in OF_FILES and period.days}
    if not settled:
        raise Refused("period_not_settled", value=OF_FILES[0])
    with acting_as(acting):
        found = [row for purpose, days in settled.items() for row in _due(purpose, timedelta(days=days or 0), acting, on)]
    return sorted(found, key=lambda row: (row.since, row.code))


def _due(purpose: str, period: timedelta, acting: Actor, on: date) -> list[Due]:
    held = Hold.objects.visible_to(acting).filter(person=OuterRef("person"), lifted_at=None)
    asked = Erasure.objects.visible_to(acting).filter(person=OuterRef("person"), withdrawn_at=None)
    cases = Case.objects.visible_to(acting, own=True).annotate(
        held=Exists(held), asked=Exists(asked), confirmed=Exists(asked.exclude(confirmed_at=None)), spoken=Max("facts__latest")
    )
    cases = cases.filter(closed_on__isnull=purpose != "support", spoken__lte=on - period).exclude(closed_on__gt=on - period)
    # A person whose other file still runs, or of whom anything was said since, is kept whole.
    running = Case.objects.visible_to(acting, own=True).filter(person=OuterRef("person")).exclude(pk=OuterRef("pk"))
    recent = Fact.objects.visible_to(acting, own=True).filter(case__person=OuterRef("person"), latest__gt=on - period)
    cases = cases.exclude(Exists(running.filter(closed_on=None))).exclude(Exists(recent))
    return [
        Due(case.pk, case.code, purpose, max(case.closed_on or case.spoken, case.spoken) + period, state)
        for case in cases
        for state in [_state(case.held, case.asked, case.confirmed)]
    ]


def _state(held: bool, asked: bool, confirmed: bool) -> str:
    return "held" if held else "confirmed" if confirmed else "asked" if asked else "due"


def ask_for_due(due: Sequence[Due], *, acting: Actor, now: datetime) -> int:
    """The first person: ask the erasure of each file that is due. Returns how many."""
    with acting_as(acting):
        cases = Case.objects.visible_to(acting, own=True).in_bulk([row.case_id for row in due if row.state == "due"])
        people = {case.person_id: case for case in cases.values()}
        for case in people.values():
            ask_erasure(case, reason="retention", acting=acting, now=now)
    return len(people)


def confirm_due(due: Sequence[Due], *, acting: Actor, now: datetime) -> int:
    """The second person: confirm what another asked. Returns how many."""
    with acting_as(acting):
        cases = Case.objects.visible_to(acting, own=True).in_bulk([row.case_id for row in due if row.state == "asked"])
        people = {case.person_id: case for case in cases.values()}
        for case in people.values():
            confirm_erasure(case, acting=acting, now=now)
    return len(people)
