"""Handing files on: proposed together, accepted one by one, never left in between.

Whoever follows a file goes on following it until the colleague has said yes. Where the giver's membership ends first, what she had
chosen happens all the same (`carry_on`); what she had not chosen is told to everybody who works on files there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.keyring import person_key
from repere.cases import sealed
from repere.cases.access import visible_case_by_id, works_on_files
from repere.cases.actions.assignment import follow_by, follow_no_more
from repere.cases.actions.by_the_house import add, change, house
from repere.cases.actions.notices import NO_REFERENT, note, tell
from repere.cases.evaluation import acting_organisation
from repere.cases.handover.queries import may_follow, unfollowed
from repere.cases.models import Assignment, Case, Handover, Notice, SpokenLanguages, Task
from repere.cases.models.handover import ACCEPTED, CARRIED, DECLINED, LEAVES, LONG_LEAVE, NOBODY, PROPOSED, REASONS, TOLD, WITHDRAWN
from repere.cases.models.standing import TAKEN_OVER
from repere.cases.refusals import NotVisible, Refused
from repere.directory.vocabulary import is_language

TABLE = "cases_handover"
MOST_AT_ONCE = 50


@dataclass(frozen=True)
class Line:
    """One file for one colleague. `safe_contact`: the giver looked at the safe-contact instructions, or said that there are none."""

    case: UUID
    to: UUID
    first: str
    told: str
    safe_contact: bool
    wishes: str = ""


def propose_handover(
    lines: Sequence[Line], *, giver: UUID | None, why: str, last_day: date | None = None, acting: Actor, now: datetime
) -> list[Handover]:
    """Propose files to colleagues, all of them or none. `giver` None: files that nobody follows any more.

    Raises Refused: choose_files, handover_why, why_needed, she_was_told, confirm_safe_contact, not_a_member, successor_in_conflict,
    handover_waits; NotVisible for a file that the giver does not follow.
    """
    with acting_as(acting):
        if not works_on_files(acting) or acting.user_id is None:
            raise NotVisible
        if not lines or len(lines) > MOST_AT_ONCE or len({line.case for line in lines}) != len(lines):
            raise Refused("choose_files", value=MOST_AT_ONCE)
        if why not in REASONS or (giver is None) != (why == NOBODY):
            raise Refused("handover_why", field="why")
        if last_day is not None and last_day < now.date():
            raise Refused("end_needed", field="last_day")
        batch = uuid4()
        made = [_propose(line, batch, giver, why, last_day, acting, now) for line in lines]
        detail = {"batch": batch, "giver": giver, "why": why, "cases": [one.case_id for one in made]}
        ledger.record(acting, "propose_handover", subjects=[one.person_id for one in made], detail=detail)
        for one in made:
            tell(one.successor_id, Case.objects.visible_to(acting).get(pk=one.case_id), step="handover_proposed", acting=acting, now=now)
    return made


def _propose(line: Line, batch: UUID, giver: UUID | None, why: str, last_day: date | None, acting: Actor, now: datetime) -> Handover:
    if acting.user_id is None:
        raise NotVisible
    case = visible_case_by_id(acting, line.case)
    _check(line, case, giver, acting)
    ring = sealed.KeyRing(person_key(case.person_id, case.organisation_id))
    made = Handover(
        id=uuid4(), case=case, person_id=case.person_id, owner_id=case.organisation_id, batch=batch, giver_id=giver, successor_id=line.to,
        proposed_by_id=acting.user_id, proposed_at=now, why=why, last_day=last_day, told=line.told,
    )  # fmt: skip
    made.note = ring.seal(TABLE, made.pk, "narrative", {"first": line.first.strip(), "wishes": line.wishes.strip()})
    add(made, acting=acting)
    return made


def _check(line: Line, case: Case, giver: UUID | None, acting: Actor) -> None:
    if case.organisation_id != acting.organisation_id or case.closed_on is not None:
        raise NotVisible
    running = Assignment.objects.visible_to(acting).filter(case=case, ended_at=None)
    if giver is not None and not running.filter(user=giver).exists():
        raise NotVisible
    if not line.first.strip():
        raise Refused("what_first", field="first", value=case.code)
    if line.told not in TOLD:
        raise Refused("she_was_told", field="told", value=case.code)
    if not line.safe_contact:
        raise Refused("confirm_safe_contact", field="safe_contact", value=case.code)
    if line.to == giver or (giver is not None and line.to == acting.user_id) or not may_follow(line.to, case, acting):
        raise Refused("successor_not_possible", field="to", value=case.code)
    if Handover.objects.visible_to(acting).filter(case=case, state=PROPOSED).exists():
        raise Refused("handover_waits", value=case.code)


def accept_handover(handover: Handover | UUID, *, acting: Actor, now: datetime) -> Handover:
    """The successor's yes: she follows the file from now on, with the tasks that the giver had taken; the giver is told."""
    with acting_as(acting):
        found = _waiting(handover, acting)
        if found.successor_id != acting.user_id:
            raise NotVisible
        case = visible_case_by_id(acting, found.case_id)
        if found.giver_id is not None and found.proposed_by_id == found.successor_id:
            raise Refused("handover_by_her_own_word")
        change(found, acting=acting, state=ACCEPTED, answered_at=now)
        tasks = _pass_on(found, case, acting=acting, now=now)
        if found.giver_id and found.giver_id != acting.user_id:
            tell(found.giver_id, case, step="handover_accepted", acting=acting, now=now)
        detail = {"case": case.pk, "handover": found.pk, "from": found.giver_id, "to": found.successor_id, "tasks": tasks}
        ledger.record(acting, "accept_handover", subjects=[case.person_id], detail=detail)
    return found


def decline_handover(handover: Handover | UUID, *, reason: str, acting: Actor, now: datetime) -> Handover:
    """The successor's no, in a few words. Whoever follows the file goes on following it, and is told."""
    with acting_as(acting):
        found = _waiting(handover, acting)
        if found.successor_id != acting.user_id:
            raise NotVisible
        if not reason.strip():
            raise Refused("why_needed", field="reason")
        ring = sealed.KeyRing(person_key(found.person_id, found.owner_id))
        answer = ring.seal(TABLE, found.pk, "narrative", {"reason": reason.strip()})
        change(found, acting=acting, state=DECLINED, answered_at=now, answer=answer)
        case = visible_case_by_id(acting, found.case_id)
        for user in {found.giver_id, found.proposed_by_id} - {acting.user_id}:
            if user is None:
                continue
            tell(user, case, step="handover_declined", acting=acting, now=now)
        ledger.record(acting, "decline_handover", subjects=[found.person_id], detail={"case": found.case_id, "handover": found.pk})
    return found


def withdraw_handover(handover: Handover | UUID, *, acting: Actor, now: datetime) -> Handover:
    """Taken back before an answer, by the giver or by whoever proposed it. Nothing else had changed."""
    with acting_as(acting):
        found = _waiting(handover, acting)
        if acting.user_id not in (found.giver_id, found.proposed_by_id):
            raise NotVisible
        change(found, acting=acting, state=WITHDRAWN, answered_at=now)
        ledger.record(acting, "withdraw_handover", subjects=[found.person_id], detail={"case": found.case_id, "handover": found.pk})
    return found


def say_languages(languages: Sequence[str], *, acting: Actor, now: datetime) -> SpokenLanguages:
    """In which languages one works: codes of ISO 639-3. Said by oneself and read by colleagues who hand files on."""
    with acting_as(acting):
        me = acting_organisation(acting)
        if acting.user_id is None or not works_on_files(acting):
            raise NotVisible
        if unknown := [code for code in languages if not is_language(code)]:
            raise Refused("unknown_language", field="languages", value=", ".join(unknown))
        row = SpokenLanguages.objects.visible_to(acting).filter(user=acting.user_id).first()
        adding = row is None
        row = row or SpokenLanguages(id=uuid4(), organisation_id=me, user_id=acting.user_id)
        row.languages, row.said_at = sorted(set(languages)), now
        row.save(**({"force_insert": True} if adding else {"update_fields": ["languages", "said_at"]}))
        ledger.record(acting, "say_languages", detail={"languages": len(row.languages)})
    return row


# ---- when a membership ends


def carry_on(leaver: Actor, desk: Actor, now: datetime) -> dict[str, int]:
    """Within the act that ends a membership, after its assignments ended: what she had proposed happens; the rest is told.

    `desk`: the organisation's own capacity. Whoever was proposed a file by her and cannot follow it any more does not get it.
    """
    with acting_as(leaver):  # only members know of conflicts of interest
        hers = {"giver": leaver.user_id, "proposed_by": leaver.user_id}  # what a colleague proposed of hers was no choice of hers
        offered = Handover.objects.visible_to(leaver).filter(state=PROPOSED, **hers).select_related("case")
        waiting = [(one, may_follow(one.successor_id, one.case, leaver)) for one in offered]
    carried = [one for one, possible in waiting if possible]
    with acting_as(desk):
        for one in carried:
            Handover.objects.visible_to(desk).filter(pk=one.pk).update(state=CARRIED, answered_at=now)
            _pass_on(one, one.case, acting=desk, now=now)
            note(one.successor_id, one.case_id, "handed_over", desk, now)
            detail = {"case": one.case_id, "handover": one.pk, "from": one.giver_id, "to": one.successor_id}
            ledger.record(desk, "carry_handover", subjects=[one.person_id], detail=detail)
        received = list(Handover.objects.visible_to(desk).filter(state=PROPOSED, successor=leaver.user_id))
        for one in received:
            if one.giver_id is not None:
                note(one.giver_id, one.case_id, "handover_declined", desk, now)
        over = [*(one.pk for one, possible in waiting if not possible), *(one.pk for one in received)]
        Handover.objects.visible_to(desk).filter(pk__in=over, state=PROPOSED).update(state=WITHDRAWN, answered_at=now)
    return {"handed_on": len(carried)}


def tell_unfollowed(case_ids: Sequence[UUID], *, desk: Actor, now: datetime) -> int:
    """One notice per file that nobody follows, to everybody who works on files, unless one waits already. Returns how many."""
    with acting_as(desk):
        known = Notice.objects.visible_to(desk).filter(case__in=list(case_ids), step=NO_REFERENT, read_at=None)
        told = set(known.values_list("case_id", flat=True))
        new = [case_id for case_id in case_ids if case_id not in told]
        for case_id in new:
            note(None, case_id, NO_REFERENT, desk, now)
        if new:
            ledger.record(desk, "tell_unfollowed", kind="system", detail={"cases": new})
    return len(new)


def settle_unfollowed(*, acting: Actor, now: datetime) -> int:
    """Take off the desk the notices about files that somebody follows again, and add those of files that nobody follows."""
    desk = house(acting, "handover")
    with acting_as(desk):
        nobody = list(unfollowed(desk).values_list("pk", flat=True))
        waiting = Notice.objects.visible_to(desk).filter(organisation=desk.organisation_id, step=NO_REFERENT, read_at=None)
        settled = waiting.exclude(case__in=nobody).update(read_at=now)
    return settled + tell_unfollowed(nobody, desk=desk, now=now)


# ---- steps


def _waiting(handover: Handover | UUID, acting: Actor) -> Handover:
    wanted = handover.pk if isinstance(handover, Handover) else handover
    rows = Handover.objects.visible_to(acting).filter(pk=wanted)
    if not rows.exists():
        raise NotVisible
    # The database lets nobody lock one that is over.
    found: Handover | None = rows.filter(state=PROPOSED).select_for_update(of=("self",)).first()
    if found is None:
        raise Refused("handover_is_over")
    return found


def _pass_on(found: Handover, case: Case, *, acting: Actor, now: datetime) -> int:
    """The successor follows the file, the giver no more; open tasks that the giver had taken are the successor's."""
    running = Assignment.objects.visible_to(acting).filter(case=case, ended_at=None)
    if not running.filter(user=found.successor_id).exists():
        follow_by(case, found.successor_id, TAKEN_OVER, acting, now)
    if found.giver_id is None:
        return 0
    follow_no_more(running.filter(user=found.giver_id), acting, now)
    desk = Actor.system("handover", organisation_id=found.owner_id)
    with acting_as(desk):
        taken = Task.objects.visible_to(desk).filter(case=case, organisation=found.owner_id, assignee=found.giver_id, closed_at=None)
        return taken.update(assignee=found.successor_id)


__all__ = [
    "LEAVES", "LONG_LEAVE", "Line", "accept_handover", "carry_on", "decline_handover", "propose_handover", "say_languages",
    "settle_unfollowed", "tell_unfollowed", "withdraw_handover",
]  # fmt: skip
