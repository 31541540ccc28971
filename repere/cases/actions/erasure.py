"""The end of a file: asked by one, confirmed by another, held by law, carried out by the installation.

Pages and commands of an organisation ask, confirm, hold. Carrying out and replaying run as the owner of the tables, by command only:
no page and no job can remove a fact.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, connection, transaction

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.owner import erasing as one_person
from repere.accounts.owner import seeking
from repere.cases import erasing, tombstones
from repere.cases.access import visible_case_by_id
from repere.cases.evaluation import acting_organisation
from repere.cases.models import Case, Erasure, Hold
from repere.cases.models.erasure import HOLDS, REASONS
from repere.cases.refusals import NotVisible, Refused
from repere.cases.retention.counts import keep_counts

ERASER = Actor.system("erasure")

HELD = """
    SELECT kind FROM cases_hold WHERE lifted_at IS NULL
    UNION ALL SELECT 'requisition' FROM cases_requisition WHERE state NOT IN ('answered', 'refused')
    LIMIT 1
"""
"""A hold that somebody set, or a requisition that is still being answered."""
VOICES = """
    SELECT count(DISTINCT e.act) FROM ledger_entry e WHERE e.subjects @> %s
        AND (e.act = 'ask_erasure' AND e.actor_id = %s OR e.act = 'confirm_erasure' AND e.actor_id = %s)
"""
"""Both voices as the ledger tells of them: a row of the table alone erases nobody."""


@dataclass(frozen=True)
class Erased:
    """What an erasure did: the tombstone that stays, and rows gone by table."""

    tombstone: UUID
    rows: dict[str, int]


# ---- what an organisation does


def ask_erasure(case: Case, *, reason: str, acting: Actor, now: datetime) -> Erasure:
    """Ask for the end of a person's file and of every case in it. Only the organisation that opened it asks."""
    if reason not in REASONS:
        raise Refused("not_in_list", field="reason", value=reason, expected=", ".join(REASONS))
    with acting_as(acting):
        case = _own_case(case, acting)
        if acting.user_id is None:
            raise Refused("erasure_needs_a_person")
        asked = Erasure(
            id=uuid4(), person_id=case.person_id, organisation_id=case.organisation_id, reason=reason, asked_by_id=acting.user_id,
            asked_at=now,
        )  # fmt: skip
        try:
            with transaction.atomic():
                asked.save(force_insert=True)
        except IntegrityError:
            raise Refused("erasure_asked") from None
        ledger.record(acting, "ask_erasure", subjects=[case.person_id], detail={"erasure": asked.pk, "reason": reason})
    return asked


def confirm_erasure(case: Case, *, acting: Actor, now: datetime) -> Erasure:
    """Confirm what another person asked. From then on the installation may carry it out."""
    with acting_as(acting):
        asked = _asked(_own_case(case, acting), acting)
        if acting.user_id is None:
            raise Refused("erasure_needs_a_person")
        if asked.asked_by_id == acting.user_id:
            raise Refused("erasure_needs_another")
        if asked.confirmed_at is not None:
            raise Refused("erasure_confirmed")
        asked.confirmed_by_id, asked.confirmed_at = acting.user_id, now
        asked.save(update_fields=["confirmed_by", "confirmed_at"])
        ledger.record(acting, "confirm_erasure", subjects=[asked.person_id], detail={"erasure": asked.pk})
    return asked


def withdraw_erasure(case: Case, *, acting: Actor, now: datetime) -> Erasure:
    """Take it back, until it is carried out. Anyone of the organisation may: staying is the safe side."""
    with acting_as(acting):
        asked = _asked(_own_case(case, acting), acting)
        asked.withdrawn_at = now
        asked.save(update_fields=["withdrawn_at"])
        ledger.record(acting, "withdraw_erasure", subjects=[asked.person_id], detail={"erasure": asked.pk})
    return asked


def set_hold(case: Case, *, kind: str, acting: Actor, now: datetime) -> Hold:
    """Keep a file by law: nothing of it is erased until the hold is lifted."""
    if kind not in HOLDS:
        raise Refused("not_in_list", field="kind", value=kind, expected=", ".join(HOLDS))
    with acting_as(acting):
        case = _own_case(case, acting)
        if acting.user_id is None:
            raise Refused("erasure_needs_a_person")
        who = {"person_id": case.person_id, "organisation_id": case.organisation_id, "set_by_id": acting.user_id}
        hold = Hold(id=uuid4(), kind=kind, set_at=now, **who)
        hold.save(force_insert=True)
        ledger.record(acting, "set_hold", subjects=[case.person_id], detail={"hold": hold.pk, "kind": kind})
    return hold


def lift_hold(hold: Hold, *, acting: Actor, now: datetime) -> Hold:
    """The law no longer asks to keep the file for this."""
    with acting_as(acting):
        standing: Hold | None = Hold.objects.visible_to(acting).select_for_update().filter(pk=hold.pk).first()
        if standing is None:
            raise NotVisible
        if standing.lifted_at is not None:
            raise Refused("hold_lifted")
        standing.lifted_by_id, standing.lifted_at = acting.user_id, now
        standing.save(update_fields=["lifted_by", "lifted_at"])
        ledger.record(acting, "lift_hold", subjects=[standing.person_id], detail={"hold": standing.pk})
    return standing


def _own_case(case: Case, acting: Actor) -> Case:
    found = visible_case_by_id(acting, case.pk)
    if found.organisation_id != acting_organisation(acting):
        raise Refused("only_the_owner_erases")
    return found


def _asked(case: Case, acting: Actor) -> Erasure:
    asked: Erasure | None = Erasure.objects.visible_to(acting).select_for_update().filter(person=case.person_id, withdrawn_at=None).first()
    if asked is None:
        raise Refused("erasure_not_asked")
    return asked


# ---- what the installation does, as the owner of the tables (`accounts.owner.as_owner` around it)


def erasures_waiting() -> list[tuple[UUID, UUID]]:
    """(erasure, person) confirmed by two and not yet carried out, oldest first. Holds are looked at one by one."""
    with seeking(ERASER), connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, person_id FROM cases_erasure WHERE confirmed_at IS NOT NULL AND withdrawn_at IS NULL ORDER BY confirmed_at, id"
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def preview_erasure(person_id: UUID) -> dict[str, int]:
    """Rows that an erasure would remove, by table."""
    with one_person(person_id, ERASER), connection.cursor() as cursor:
        return erasing.count_kept(cursor)


def carry_out_erasure(person_id: UUID, *, on: date) -> Erased:
    """Remove everything that is kept about her. Refused when it is not confirmed by two or a hold stands.

    The tombstone is on disk before the rows go: an erasure that a crash undid is completed by the replay before anything is served.
    """
    with one_person(person_id, ERASER), connection.cursor() as cursor:
        organisation_id, reason, asked_by, confirmed_by = _confirmed(cursor, person_id)
        cursor.execute(HELD)
        if held := cursor.fetchone():
            raise Refused("erasure_held", value=held[0])
        if reason != "opened_in_error":
            keep_counts(cursor)
        acting = Actor.system("erasure", organisation_id=organisation_id)
        tombstone = uuid4()
        tombstones.append(tombstones.Line(tombstone, erasing.mark_of(person_id), on, reason))
        rows = erasing.remove_kept(cursor)
        erasing.raise_tombstone(cursor, erasing.mark_of(person_id), reason=reason, on=on, tombstone_id=tombstone)
        detail = {"tombstone": tombstone, "reason": reason, "asked_by": asked_by, "confirmed_by": confirmed_by, "rows": rows}
        with acting_as(acting):
            # Not her id: the tombstone says that an erasure was made, its mark whose it was to whoever holds an old backup.
            ledger.record(acting, "erase_person", detail=detail)
    return Erased(tombstone, rows)


def _confirmed(cursor: erasing.Cursor, person_id: UUID) -> tuple[UUID, str, UUID, UUID]:
    cursor.execute("SELECT id FROM cases_case ORDER BY id FOR UPDATE")  # whoever writes in her files comes before or finds nothing
    cursor.execute(
        "SELECT organisation_id, reason, asked_by_id, confirmed_by_id FROM cases_erasure"
        " WHERE withdrawn_at IS NULL AND confirmed_at IS NOT NULL FOR UPDATE"
    )
    found = cursor.fetchone()
    if found is None:
        raise Refused("erasure_not_confirmed")
    organisation_id, reason, asked_by, confirmed_by = found
    cursor.execute(VOICES, [[person_id], asked_by, confirmed_by])
    voices = cursor.fetchone()
    if voices is None or voices[0] != 2:
        raise Refused("erasure_not_confirmed")
    return organisation_id, reason, asked_by, confirmed_by


def replay_tombstones(lines: list[tombstones.Line]) -> int:
    """After the restore of an older backup: whoever bears one of these marks is erased again. Returns how many persons were found.

    Every line becomes a row, found or not, so that the boot check is content. May run twice.
    """
    by_mark = {line.mark: line for line in lines}
    found = 0
    for person_id in _persons_marked(set(by_mark)):
        line = by_mark[erasing.mark_of(person_id)]
        with one_person(person_id, ERASER), connection.cursor() as cursor:
            rows = erasing.remove_kept(cursor)
            erasing.raise_tombstone(cursor, line.mark, reason=line.reason, on=line.erased_on, tombstone_id=line.id)
            ledger.record(ERASER, "replay_tombstone", kind="system", detail={"tombstone": line.id, "rows": rows})
        found += 1
    with acting_as(ERASER), connection.cursor() as cursor:
        for line in lines:
            erasing.raise_tombstone(cursor, line.mark, reason=line.reason, on=line.erased_on, tombstone_id=line.id)
        ledger.record(ERASER, "replay_tombstones", kind="system", detail={"tombstones": len(lines), "persons": found})
    return found


def _persons_marked(marks: set[bytes]) -> list[UUID]:
    """Also persons of whom only wrapped keys came back."""
    with seeking(ERASER), connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_person UNION SELECT person_id FROM keys.person_key_wrap")
        return sorted((row[0] for row in cursor.fetchall() if erasing.mark_of(row[0]) in marks), key=str)
