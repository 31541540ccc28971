"""What happens to her place becomes a fact of her file: one event, one fact, whatever the number of tries.

The room of the places knows an opaque reference and no file; only here is it one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import mechanisms
from repere.cases.actions.facts import checked, facts_of, next_revision, settle
from repere.cases.actions.receipts import claim
from repere.cases.evaluation import WITHDRAWAL, to_json
from repere.cases.models import Case, Fact, Receipt
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate
from repere.core.rulebook.validation import may_state
from repere.places.models import Event

KINDS = {
    Event.Kind.REQUESTED: "bed_requested",
    Event.Kind.HELD: "bed_held",
    Event.Kind.DECLINED_BY_PERSON: "bed_declined_by_person",
    Event.Kind.ARRIVED: "stay_started",
    Event.Kind.LEFT: "stay_ended",
}
READING = Actor.system("places")
NOTED = "note_place_event"
UNKEPT_ROLE = "shelter_worker"
"""A step that somebody took whose role states no such fact was told by the shelter: the fact is then the shelter's."""


def note_place_event(event_id: UUID, *, now: datetime) -> Fact | None:
    """Add the fact of one event. None when its file is no longer there, or when it was told before."""
    with acting_as(READING):
        event = Event.objects.visible_to(READING).filter(pk=event_id).first()
    return note_event(event, now=now) if event else None


def note_event(event: Event, *, now: datetime) -> Fact | None:
    """The same for an event that was read. A stay begins by the word of those who keep the file, and ends where one began."""
    if event.kind == Event.Kind.TAKEN_BACK:
        return _cross_out(event, now=now)
    if event.kind not in KINDS:
        return None
    acting = Actor.system("places", organisation_id=event.organisation_id)
    with acting_as(acting):
        case = Case.objects.visible_to(acting, own=True).filter(place_reference=event.reference).first()
        fact_id = uuid4()
        if case is None or not _stands(event, acting) or claim(event.pk, NOTED, fact_id, acting=acting, now=now):
            return None
        fact = _fact(fact_id, event, case, now)
        present = facts_of(case, acting)
        fact.save(force_insert=True)
        settle(case, [*present, fact], [fact], grant=None, act=NOTED, acting=acting, now=now)
    return fact


def _cross_out(event: Event, *, now: datetime) -> Fact | None:
    """A house reported by mistake: the step by which it looked for a place counts for nothing, and stays readable."""
    acting = Actor.system("places", organisation_id=event.organisation_id)
    with acting_as(acting):
        begun = Event.objects.visible_to(acting).filter(
            reference=event.reference, organisation_id=event.organisation_id, by_organisation_id=event.by_organisation_id,
            kind=Event.Kind.REQUESTED, at__lte=event.at,
        ).order_by("-at", "-id").first()  # fmt: skip
        case = Case.objects.visible_to(acting, own=True).filter(place_reference=event.reference).first()
        if begun is None or case is None:
            return None
        # Jobs come in any order: what is taken back is there before it is.
        note_event(begun, now=now)
        noted = Receipt.objects.visible_to(acting).filter(act=NOTED, key=begun.pk).values_list("result", flat=True).first()
        present, fact_id = facts_of(case, acting), uuid4()
        wrong = next((fact for fact in present if fact.pk == noted), None)
        if wrong is None or any(fact.corrects_id == wrong.pk for fact in present):
            return None
        if claim(event.pk, NOTED, fact_id, acting=acting, now=now):
            return None
        on = PartialDate.on(civil_day(case.zone, event.at))
        fact = Fact(
            id=fact_id, case=case, owner_id=case.organisation_id, kind=WITHDRAWAL, data_group=wrong.data_group, earliest=on.earliest,
            latest=on.latest, recorded_at=now, revision=next_revision(case), organisation_id=case.organisation_id, role=wrong.role,
            basis=wrong.basis, corrects=wrong,
        )  # fmt: skip
        fact.save(force_insert=True)
        settle(case, [*present, fact], [fact], grant=None, act=NOTED, acting=acting, now=now)
    return fact


def _stands(event: Event, acting: Actor) -> bool:
    if event.kind not in (Event.Kind.ARRIVED, Event.Kind.LEFT):
        return True
    steps = Event.objects.visible_to(acting).filter(
        reference=event.reference, organisation_id=event.organisation_id, kind__in=(Event.Kind.ARRIVED, Event.Kind.LEFT)
    ).order_by("at", "id")  # fmt: skip
    # Stays that earlier versions took from the shelter alone stand in the file, and may end there.
    noted = set(Receipt.objects.visible_to(acting).filter(act=NOTED, key__in=[one.pk for one in steps]).values_list("key", flat=True))
    running = 0
    for one in steps:
        began = one.kind == Event.Kind.ARRIVED
        stands = one.by_organisation_id == one.organisation_id or one.pk in noted if began else running > 0
        if one.pk == event.pk:
            return stands
        running += stands if began else -stands
    return False


def _fact(fact_id: UUID, event: Event, case: Case, now: datetime) -> Fact:
    mechanism, kind = mechanisms.named(case.mechanism), KINDS[Event.Kind(event.kind)]
    declared, on = mechanism.facts[kind], PartialDate.on(civil_day(case.zone, event.at))
    role = event.role if may_state(mechanism, declared, event.role) else UNKEPT_ROLE
    basis = "own_act" if event.by_organisation_id == event.organisation_id else "third_party"
    today = civil_day(case.zone, now)
    clean = checked(mechanism, kind, _fields(event, set(declared.fields)), on=on, role=role, basis=basis, today=today)
    return Fact(
        id=fact_id, case=case, owner_id=case.organisation_id, kind=kind, version=declared.version, data_group=declared.group,
        earliest=on.earliest, latest=on.latest, recorded_at=now, revision=next_revision(case), user_id=_user(event),
        organisation_id=case.organisation_id, role=role, basis=basis, fields=to_json(clean),
    )  # fmt: skip


def _user(event: Event) -> UUID | None:
    """Somebody of another organisation is not named in this file: its own people could not read that name."""
    return event.user_id if event.by_organisation_id == event.organisation_id else None


def _fields(event: Event, known: set[str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if "phase" in known and event.phase:
        told["phase"] = event.phase
    if "until" in known and event.until:
        told["until"] = {"earliest": event.until, "latest": event.until}
    return told
