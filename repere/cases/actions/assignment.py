"""Who follows her. A colleague takes a file over or covers in one step, with a reason; nobody is ever stuck at night."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.accounts.models import Membership
from repere.cases import sealed
from repere.cases.access import visible_case_by_id, works_on_files
from repere.cases.actions.by_the_house import fill_once, house
from repere.cases.actions.notices import NO_REFERENT, tell
from repere.cases.evaluation import acting_organisation
from repere.cases.handover.queries import may_follow
from repere.cases.models import Assignment, Case, Notice, ScopedQuerySet, TeamPractice
from repere.cases.models.standing import COVERED, OPENED, TAKEN_OVER
from repere.cases.refusals import NotVisible, Refused

FOLLOWING = "following"

ASSIGNMENT = "cases_assignment"


def assign_opener(case: Case, *, acting: Actor, now: datetime) -> None:
    """Within the act that opens a file."""
    if acting.user_id is not None:
        follow_by(case, acting.user_id, OPENED, acting, now)


def take_over_case(case: Case, *, reason: str, cover: bool = False, acting: Actor, now: datetime) -> Assignment:
    """Become assigned to a file of one's own organisation, at once. `cover`: beside who follows her; else in their place.

    Whoever was assigned is told. The reason is sealed under her key.
    """
    with acting_as(acting):
        case, me = visible_case_by_id(acting, case.pk), acting_organisation(acting)
        if case.organisation_id != me or not works_on_files(acting) or acting.user_id is None:
            raise NotVisible
        if not reason.strip():
            raise Refused("why_needed", field="reason")
        running = list(Assignment.objects.visible_to(acting).filter(case=case, ended_at=None).select_for_update(of=("self",)))
        mine = next((one for one in running if one.user_id == acting.user_id), None)
        others = [one for one in running if one.user_id != acting.user_id]
        if mine is not None:
            raise Refused("already_assigned")
        if not cover:
            follow_no_more(Assignment.objects.visible_to(acting).filter(pk__in=[one.pk for one in others]), acting, now)
        ring = sealed.KeyRing(person_key(case.person_id, me))
        assigned = follow_by(case, acting.user_id, COVERED if cover else TAKEN_OVER, acting, now, ring=ring, reason=reason.strip())
        for other in others:
            tell(other.user_id, case, step=assigned.way, acting=acting, now=now)
        detail = {"case": case.pk, "assignment": assigned.pk, "told": [one.user_id for one in others]}
        ledger.record(acting, "cover_case" if cover else "take_over_case", subjects=[case.person_id], detail=detail)
    return assigned


def hand_over_case(case: Case, *, to: UUID, reason: str, acting: Actor, now: datetime) -> Assignment:
    """Give a file that one follows to a colleague, who is told."""
    with acting_as(acting):
        case, me = visible_case_by_id(acting, case.pk), acting_organisation(acting)
        mine = Assignment.objects.visible_to(acting).filter(case=case, user=acting.user_id, ended_at=None)
        if case.organisation_id != me or not mine.exists():
            raise NotVisible
        if not reason.strip():
            raise Refused("why_needed", field="reason")
        if to == acting.user_id or not Membership.objects.current().filter(user=to, organisation=me).exists():
            raise Refused("not_a_member", field="to")
        if not may_follow(to, case, acting):
            raise Refused("successor_not_possible", field="to", value=case.code)
        follow_no_more(mine, acting, now)
        theirs = Assignment.objects.visible_to(acting).filter(case=case, user=to, ended_at=None).first()
        ring = sealed.KeyRing(person_key(case.person_id, me))
        assigned = theirs or follow_by(case, to, TAKEN_OVER, acting, now, ring=ring, reason=reason.strip())
        tell(to, case, step="handed_over", acting=acting, now=now)
        ledger.record(acting, "hand_over_case", subjects=[case.person_id], detail={"case": case.pk, "to": to})
    return assigned


def choose_team_practice(*, whole_team: bool, acting: Actor, now: datetime) -> TeamPractice:
    """For a small team: all its members count as assigned to all its files, or each to their own. An administrator's choice."""
    with acting_as(acting):
        me = acting_organisation(acting)
        practice = TeamPractice.objects.visible_to(acting).filter(organisation=me).first() or TeamPractice(organisation_id=me)
        adding = practice._state.adding
        practice.whole_team, practice.user_id, practice.chosen_at = whole_team, acting.user_id, now
        if adding:
            practice.save(force_insert=True)
        else:
            practice.save(update_fields=["whole_team", "user", "chosen_at"])
        ledger.record(acting, "choose_team_practice", detail={"whole_team": whole_team})
    return practice


def follow_by(
    case: Case, user: UUID, way: str, acting: Actor, now: datetime, *, ring: sealed.KeyRing | None = None, reason: str = ""
) -> Assignment:
    """One more who follows it, within the act that says why: the database takes it from the verbs alone."""
    row = Assignment(id=uuid4(), case=case, person_id=case.person_id, owner_id=case.organisation_id, user_id=user, way=way, since=now)
    if ring is not None:
        row.reason = ring.seal(ASSIGNMENT, row.pk, "narrative", {"reason": reason})
    with acting_as(house(acting, FOLLOWING)):
        row.save(force_insert=True)
    if way != OPENED:
        waiting = Notice.objects.visible_to(acting).filter(case=case, step=NO_REFERENT, read_at=None)
        fill_once(waiting, "notices", acting, read_at=now)
    return row


def follow_no_more(assignments: ScopedQuerySet[Assignment], acting: Actor, now: datetime) -> int:
    """Within the act that found them: these assignments end. Returns how many."""
    return fill_once(assignments, FOLLOWING, acting, ended_at=now)
