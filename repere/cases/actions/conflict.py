"""Conflict of interest: who must not read one file. It counts at once, and only somebody else ends it.

Anybody may keep a colleague away, because who knows of a tie has no time to look for an administrator. What keeps it from being
turned against colleagues: an administrator is told and may end it without learning which file it is, three a day, and nobody
closes a file to all her colleagues, neither one after the other nor by going last herself. Whoever has a tie herself may always say
so; where nobody is left then, or she says so of file after file, an administrator is told.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection

from repere import ledger
from repere.accounts.acting import acting_as, one_after_the_other
from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.cases.actions.break_glass import own_case_by_code
from repere.cases.actions.by_the_house import house
from repere.cases.actions.freezing import another_of_us
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Assignment, Case, ConflictOfInterest, KeptAwayNote
from repere.cases.refusals import NotVisible, Refused
from repere.core.codes import normalise_code

CONFLICT = "conflict"
OTHERS_A_DAY = 3
"""Colleagues that one member may keep away within a day: our choice, as for frozen accounts."""
A_DAY = timedelta(days=1)
KEEP_AWAY = """
    INSERT INTO cases_conflictofinterest (id, case_id, person_id, organisation_id, user_id, declared_by_id, declared_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING
"""


def declare_conflict(*, code: str, about: UUID | None = None, acting: Actor, now: datetime) -> None:
    """Keep oneself, or a colleague of one's organisation (`about`), away from a file, named by its code.

    From this moment the file answers them as one that does not exist, and they follow it no more. Nothing is said of why. The
    answer is the same for a code that exists elsewhere or nowhere: declaring teaches nothing. An administrator is told of a
    colleague who is kept away; she herself only where she followed the file, because the note would otherwise tell her of it.
    """
    with acting_as(acting):
        if acting.user_id is None:
            raise Refused("person_needed")
        kept_away = about or acting.user_id
        me = acting_organisation(acting)
        # Two colleagues who keep each other away at the same moment are judged one after the other.
        one_after_the_other(me)
        if not Membership.objects.current().filter(user=kept_away, organisation=me).exists():
            raise Refused("not_a_member", field="about")
        if kept_away != acting.user_id:
            _check_pace(acting, now)
        case = _file(code, acting)
        if case is None:
            ledger.record(acting, "declare_conflict", kind="denial", detail={"about": kept_away})
            return
        left = _who_stays(case, kept_away, me, acting)
        to_tell = kept_away != acting.user_id or not left or _often_herself(acting, now)
        followed = _keep_away(case, kept_away, me, acting, now)
        told = _tell(kept_away, followed and kept_away != acting.user_id, acting=acting, ended=False, now=now) if to_tell else set()
        detail = {"case": case.pk, "about": kept_away, "told": sorted(told, key=str)}
        ledger.record(acting, "declare_conflict", subjects=[case.person_id], detail=detail)


def end_conflict(conflict: ConflictOfInterest | UUID, *, acting: Actor, now: datetime) -> None:
    """Let somebody read the file again. Never by who is kept away: for them there is nothing to end. Who had declared it is told."""
    with acting_as(acting):
        wanted = conflict.pk if isinstance(conflict, ConflictOfInterest) else conflict
        row = ConflictOfInterest.objects.visible_to(acting).filter(pk=wanted, ended_at=None).first()
        if row is None:
            raise NotVisible
        with acting_as(house(acting, CONFLICT)):
            ConflictOfInterest._base_manager.filter(pk=row.pk, ended_at=None).update(ended_at=now, ended_by=acting.user_id)
        if row.declared_by_id not in (acting.user_id, row.user_id):
            _note(row.declared_by_id, row.user_id, acting=acting, ended=True, now=now)
        ledger.record(acting, "end_conflict", subjects=[row.person_id], detail={"case": row.case_id, "about": row.user_id})


def read_kept_away(note: UUID, *, acting: Actor, now: datetime) -> None:
    """Whom it was for has read it."""
    with acting_as(acting):
        if not KeptAwayNote.objects.visible_to(acting).filter(pk=note, read_at=None).update(read_at=now):
            raise NotVisible
        ledger.record(acting, "read_kept_away", detail={"note": note})


def _check_pace(acting: Actor, now: datetime) -> None:
    """Before the file is looked for, so that the refusal says nothing of it."""
    lately = ConflictOfInterest.objects.visible_to(acting).filter(declared_by=acting.user_id, declared_at__gt=now - A_DAY)
    if lately.exclude(user=acting.user_id).count() >= OTHERS_A_DAY:
        raise Refused("too_many_conflicts")


def _often_herself(acting: Actor, now: datetime) -> bool:
    """From the third file a day that she keeps herself away from: nobody is refused, somebody asks whether it was her."""
    # Nobody reads what is said of herself: the house counts.
    lately = ConflictOfInterest._base_manager.filter(organisation=acting.organisation_id, user=acting.user_id, declared_by=acting.user_id)
    with acting_as(house(acting, CONFLICT)):
        return lately.filter(declared_at__gt=now - A_DAY).count() == OTHERS_A_DAY - 1


def _who_stays(case: Case, kept_away: UUID, me: UUID, acting: Actor) -> set[UUID]:
    """Who still reads it. Somebody who works on files stays; where a colleague is kept away already, somebody else than who declares
    it; and whoever kept the others away does not go last."""
    running = ConflictOfInterest.objects.visible_to(acting).filter(case=case, ended_at=None, organisation=me)
    by = dict(running.values_list("user_id", "declared_by_id"))
    working = Membership.objects.current().filter(organisation=me).exclude(role=ADMINISTRATOR)
    left = set(working.values_list("user_id", flat=True)) - set(by) - {kept_away}
    if kept_away == acting.user_id:
        refused = not left and any(declared_by == kept_away for declared_by in by.values())
    else:
        refused = not left or bool(by and left == {acting.user_id})
    if refused:
        raise Refused("somebody_must_stay")
    return left


def _keep_away(case: Case, kept_away: UUID, me: UUID, acting: Actor, now: datetime) -> bool:
    """Whether she followed it. The database takes both rows from the verbs alone."""
    with acting_as(house(acting, CONFLICT)) as desk, connection.cursor() as cursor:
        cursor.execute(KEEP_AWAY, [uuid4(), case.pk, case.person_id, me, kept_away, acting.user_id, now])
        if case.organisation_id != me:
            return False
        following = Assignment.objects.visible_to(desk).filter(case=case, user=kept_away, ended_at=None)
        return bool(following.update(ended_at=now))


def _tell(kept_away: UUID, followed: bool, *, acting: Actor, ended: bool, now: datetime) -> set[UUID]:
    another = another_of_us(acting_organisation(acting), {kept_away, acting.user_id})
    told = {one for one in (another, kept_away if followed else None) if one is not None}
    for reader in told:
        _note(reader, kept_away, acting=acting, ended=ended, now=now)
    return told


def _note(reader: UUID, about: UUID, *, acting: Actor, ended: bool, now: datetime) -> None:
    if acting.user_id is None:
        raise Refused("person_needed")
    me = acting_organisation(acting)
    with acting_as(house(acting, CONFLICT)):
        note = KeptAwayNote(organisation_id=me, reader_id=reader, about_id=about, by_id=acting.user_id, ended=ended, at=now)
        note.save(force_insert=True)


def _file(code: str, acting: Actor) -> Case | None:
    """A file of one's own organisation, or one that one sees through an access."""
    seen = Case.objects.visible_to(acting).filter(code=normalise_code(code) or "").first()
    try:
        return seen or own_case_by_code(code, acting)
    except NotVisible:
        return None
