"""Opening a file of one's own organisation in an emergency: for four hours, the words asked, told at once, reviewed after."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.cases import sealed
from repere.cases.actions.notices import tell
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Assignment, BreakGlass, Case
from repere.cases.models.standing import MOTIVES, URGENT_HOURS
from repere.cases.policy import URGENT, load_policy
from repere.cases.policy.reading import FOR_THE_FILE
from repere.cases.refusals import NotVisible, Refused
from repere.cases.voices_guard import REVIEW_HOURS
from repere.core.codes import normalise_code

BREAK_GLASS = "cases_breakglass"


def break_glass(*, code: str, motive: str, reason: str, groups: Iterable[str], acting: Actor, now: datetime) -> BreakGlass:
    """Open a file by its code. Refused for a file of another organisation as for one that does not exist (NotVisible).

    Four hours by the clock of the database; only the groups asked, among those the role may ask for. A second person of the
    organisation is told in the same transaction; somebody else reviews it within 72 hours.
    """
    words = sorted(set(groups))
    with acting_as(acting):
        me = acting_organisation(acting)
        case = own_case_by_code(code, acting)
        if acting.user_id is None:
            raise Refused("person_needed")
        _check(words, motive, reason, acting)
        told = second_person(case, acting)
        if told is None:
            raise Refused("nobody_to_tell")
        ring = sealed.KeyRing(person_key(case.person_id, me))
        starts_at = _database_clock()
        opened = BreakGlass(
            id=uuid4(), case=case, person_id=case.person_id, owner_id=me, user_id=acting.user_id, role=acting.role,
            words=sorted({*FOR_THE_FILE, *words}), motive=motive, told_id=told, starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=URGENT_HOURS), review_due_at=starts_at + timedelta(hours=REVIEW_HOURS),
        )  # fmt: skip
        opened.reason = ring.seal(BREAK_GLASS, opened.pk, "narrative", {"reason": reason.strip()})
        opened.save(force_insert=True)
        tell(told, case, step="break_glass", acting=acting, now=now)
        detail = {"case": case.pk, "urgency": opened.pk, "motive": motive, "groups": words, "told": told}
        ledger.record(acting, "break_glass", subjects=[case.person_id], detail=detail)
    return opened


def review_break_glass(opened: BreakGlass | UUID, *, was_right: bool, words: str, acting: Actor, now: datetime) -> BreakGlass:
    """Say, as another person than who opened it, whether it was right. What was found is sealed beside it."""
    with acting_as(acting):
        wanted = opened.pk if isinstance(opened, BreakGlass) else opened
        found = BreakGlass.objects.visible_to(acting).filter(pk=wanted)
        row = found.first()
        if row is None:
            raise NotVisible
        if row.user_id == acting.user_id:
            raise Refused("reviewed_by_another")
        row = found.select_for_update(of=("self",)).get()
        if row.reviewed_at is not None:
            raise Refused("already_reviewed")
        if not words.strip():
            raise Refused("why_needed", field="words")
        ring = sealed.KeyRing(person_key(row.person_id, acting_organisation(acting)))
        row.review = ring.seal(BREAK_GLASS, row.pk, "review", {"words": words.strip()})
        row.reviewed_at, row.reviewed_by_id, row.was_right = now, acting.user_id, was_right
        row.save(update_fields=["review", "reviewed_at", "reviewed_by", "was_right"])
        detail = {"case": row.case_id, "urgency": row.pk, "was_right": was_right}
        ledger.record(acting, "review_break_glass", subjects=[row.person_id], detail=detail)
    return row


def own_case_by_code(code: str, acting: Actor) -> Case:
    """A file of one's own organisation by its code, for acts of those who do not see it. A conflict of interest hides it here too."""
    me = acting_organisation(acting)
    with acting_as(Actor.system("find-by-code", organisation_id=me)) as finder:
        case = Case.objects.visible_to(finder, own=True).filter(code=normalise_code(code) or "").first()
        if case is None:
            raise NotVisible
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s = ANY (cases_blocked())", [case.pk])
        if cursor.fetchone()[0]:
            raise NotVisible
    return case


def second_person(case: Case, acting: Actor) -> UUID | None:
    """Who is told at once: who follows her, else a colleague, else an administrator of accounts; never who acts."""
    with acting_as(Actor.system("second-person", organisation_id=acting.organisation_id)) as finder:
        here = Membership.objects.current().filter(organisation=acting.organisation_id).values("user")
        followed = Assignment.objects.visible_to(finder).filter(case=case, ended_at=None, user__in=here).exclude(user=acting.user_id)
        assigned = followed.order_by("-since").values_list("user_id", flat=True).first()
    if assigned is not None:
        return assigned
    members = Membership.objects.current().filter(organisation=acting.organisation_id).exclude(user=acting.user_id)
    colleague = members.exclude(role=ADMINISTRATOR).order_by("created_at", "id").first() or members.order_by("created_at", "id").first()
    return colleague.user_id if colleague else None


def tell_second_person(case: Case, *, step: str, acting: Actor, now: datetime) -> UUID | None:
    """A line on the desk of whoever follows her, else of a colleague. Who was told; nobody in an organisation of one."""
    told = second_person(case, acting)
    if told is not None:
        tell(told, case, step=step, acting=acting, now=now)
    return told


def _check(words: list[str], motive: str, reason: str, acting: Actor) -> None:
    if motive not in MOTIVES:
        raise Refused("motive_needed", field="motive")
    if not reason.strip():
        raise Refused("why_needed", field="reason")
    if not words:
        raise Refused("groups_needed", field="groups")
    allowed = load_policy().held(acting.role, URGENT)
    for word in words:
        if word not in allowed:
            raise Refused("not_by_urgency", field="groups", value=word)


def _database_clock() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        at: datetime = cursor.fetchone()[0]
    return at
