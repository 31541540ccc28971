"""Conflict of interest: who must not read one file. It counts at once, and only somebody else ends it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from django.db import connection

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases.actions.break_glass import own_case_by_code
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Assignment, Case, ConflictOfInterest
from repere.cases.refusals import NotVisible, Refused
from repere.core.codes import normalise_code

KEEP_AWAY = """
    INSERT INTO cases_conflictofinterest (id, case_id, person_id, organisation_id, user_id, declared_by_id, declared_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def declare_conflict(*, code: str, about: UUID | None = None, acting: Actor, now: datetime) -> None:
    """Keep oneself, or a colleague of one's organisation (`about`), away from a file, named by its code.

    From this moment the file answers them as one that does not exist, and they follow it no more. Nothing is said of why. The
    answer is the same for a code that exists elsewhere or nowhere: declaring teaches nothing.
    """
    with acting_as(acting):
        if acting.user_id is None:
            raise Refused("person_needed")
        kept_away = about or acting.user_id
        me = acting_organisation(acting)
        if not Membership.objects.current().filter(user=kept_away, organisation=me).exists():
            raise Refused("not_a_member", field="about")
        case = _file(code, acting)
        if case is None:
            ledger.record(acting, "declare_conflict", kind="denial", detail={"about": kept_away})
            return
        with acting_as(Actor.system("conflict", organisation_id=me)) as housekeeping:
            if case.organisation_id == me:
                Assignment.objects.visible_to(housekeeping).filter(case=case, user=kept_away, ended_at=None).update(ended_at=now)
        with connection.cursor() as cursor:
            cursor.execute(KEEP_AWAY, [uuid4(), case.pk, case.person_id, me, kept_away, acting.user_id, now])
        detail = {"case": case.pk, "about": kept_away}
        ledger.record(acting, "declare_conflict", subjects=[case.person_id], detail=detail)


def end_conflict(conflict: ConflictOfInterest | UUID, *, acting: Actor, now: datetime) -> None:
    """Let somebody read the file again. Never by who is kept away: for them there is nothing to end."""
    with acting_as(acting):
        wanted = conflict.pk if isinstance(conflict, ConflictOfInterest) else conflict
        row = ConflictOfInterest.objects.visible_to(acting).filter(pk=wanted, ended_at=None).first()
        if row is None:
            raise NotVisible
        ConflictOfInterest.objects.visible_to(acting).filter(pk=row.pk).update(ended_at=now, ended_by=acting.user_id)
        ledger.record(acting, "end_conflict", subjects=[row.person_id], detail={"case": row.case_id, "about": row.user_id})


def _file(code: str, acting: Actor) -> Case | None:
    """A file of one's own organisation, or one that one sees through an access."""
    seen = Case.objects.visible_to(acting).filter(code=normalise_code(code) or "").first()
    try:
        return seen or own_case_by_code(code, acting)
    except NotVisible:
        return None
