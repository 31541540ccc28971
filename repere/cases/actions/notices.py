"""Reminders that were read, and what is told to a colleague."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db.models import Q

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.actions.by_the_house import fill_once, house
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Assignment, Case, Fact, Notice

SAID_ELSEWHERE = "said_elsewhere"
"""Step of the notice that another body noted something that those who follow her must look at."""
TOLD_TO_KEEPERS = frozenset({"consent_refused", "consent_withdrawn", "safe_contact_instructions", "person_described", "urgent_need_met"})
NO_REFERENT = "no_referent"
"""Step of the notice that nobody follows a file: it stays on the desk until somebody does."""


def read_notices(notices: Iterable[UUID], *, acting: Actor, now: datetime) -> int:
    """Take reminders off the desk. The tasks they point to stay as they are."""
    with acting_as(acting):
        unread = Notice.objects.visible_to(acting).filter(pk__in=list(notices), read_at=None).exclude(step=NO_REFERENT)
        # What was told to one colleague by name is put away by her.
        count = fill_once(unread.filter(Q(user=None) | Q(user=acting.user_id)), "notices", acting, read_at=now)
        if count:
            ledger.record(acting, "read_notices", detail={"count": count})
    return count


def tell_keepers(case: Case, new: Iterable[Fact], *, now: datetime) -> None:
    """Those who follow her read that another body noted how to reach her, who she is, or that she takes something back. Once until read."""
    if not any(fact.kind in TOLD_TO_KEEPERS for fact in new):
        return
    desk = Actor.system("tell", organisation_id=case.organisation_id)
    with acting_as(desk):
        if Notice.objects.visible_to(desk).filter(case=case, step=SAID_ELSEWHERE, read_at=None).exists():
            return
        following: list[UUID | None] = list(
            Assignment.objects.visible_to(desk).filter(case=case, ended_at=None).values_list("user", flat=True)
        )
        for user in following or [None]:
            note(user, case.pk, SAID_ELSEWHERE, desk, now)


def tell(user: UUID, case: Case, *, step: str, acting: Actor, now: datetime) -> None:
    """A line on a colleague's desk about a file itself. Within the act it tells of; it says nothing outside the house."""
    with acting_as(house(acting, "tell")) as desk:
        note(user, case.pk, step, desk, now)


def note(user: UUID | None, case_id: UUID, step: str, desk: Actor, now: datetime) -> None:
    """A line about a file itself, for one member or for everybody of the acting organisation; `desk` is that organisation, acting."""
    me = acting_organisation(desk)
    Notice(id=uuid4(), organisation_id=me, role="", user_id=user, case_id=case_id, task=None, step=step, at=now).save(force_insert=True)
