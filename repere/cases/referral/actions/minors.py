"""A minor, from the first doubt: the report and a bed in one step, neither without the other.

Source: the Collective's analysis asks for a referral to the body in charge and to a protection service with a place to stay, "from
this pre-identification and during the evaluation". Placement itself is a fact that prosecutor, judge or child protection state.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import evaluation, mechanisms
from repere.cases.access import visible_case_by_id
from repere.cases.actions.facts import as_the_owner, facts_of, record_fact
from repere.cases.models import Case, Fact
from repere.cases.refusals import NotVisible, Refused
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate
from repere.core.needs import Needs
from repere.places import actions as placing
from repere.places.clocks import TONIGHT
from repere.places.doors import may_receive
from repere.places.models import Hold, Request

CHILD_PROTECTION, PROSECUTOR = REPORTED_TO = ("child_protection", "prosecutor")


def report_and_hold(
    case: Case, *, to: str, needs: Needs, unit: UUID | None, line: str = "", apart: Iterable[UUID] = (), carries: Iterable[UUID] = (),
    key: UUID, acting: Actor, now: datetime,
) -> tuple[Fact, Request, Hold | None]:
    """Record the report and hold a listed bed, in one transaction: where the bed cannot be held, nothing is written down either.

    `unit` None: no listed bed fits. The need goes to the shelters that nobody may list (not during this body's probation) and is kept
    as unmet until one says yes; the report does not wait for it. An open request of the same file is used as it stands. Nobody else is
    told by this act, least of all holders of parental authority.
    Raises Refused: report_to_whom, adult_is_not_reported; and what the room of the places refuses (`repere.places.refusals`).
    """
    if to not in REPORTED_TO:
        raise Refused("report_to_whom", field="to")
    with acting_as(acting):
        case = visible_case_by_id(acting, case.pk)
        if case.organisation_id != acting.organisation_id or acting.user_id is None:
            raise NotVisible
        if is_known_adult(case, now=now):
            raise Refused("adult_is_not_reported")
        reported = _report(case, to, key=key, acting=acting, now=now)
        open_ones = Request.objects.visible_to(acting).filter(organisation_id=acting.organisation_id, closed_at=None)
        request = open_ones.filter(reference=case.place_reference).first() or placing.ask(
            reference=case.place_reference, needs=needs, urgency=TONIGHT, zone=case.territory, line=line, apart=apart, carries=carries,
            besides=True, key=uuid5(key, "request"), acting=acting, now=now,
        )  # fmt: skip
        held = placing.hold(request.pk, unit, key=uuid5(key, "hold"), acting=acting, now=now) if unit else None
        if unit is None and may_receive(case.organisation_id):
            request = placing.send_to_unlisted(request.pk, acting=acting, now=now)
        detail = {"case": case.pk, "to": to, "fact": reported.pk, "request": request.pk, "hold": held.pk if held else None}
        ledger.record(acting, "report_and_hold", subjects=[case.person_id], detail=detail)
    return reported, request, held


def is_known_adult(case: Case, *, now: datetime) -> bool:
    """Judged on the whole file. An age that is not known, or disputed, is no adult's."""
    with acting_as(as_the_owner(case)) as owner:
        facts = facts_of(case, owner)
    findings = evaluation.judge(mechanisms.named(case.mechanism), facts, on=civil_day(case.zone, now), groups=None).findings
    minor = findings.get("common.minor_today")
    return minor is not None and minor.outcome == "does_not_hold"


def _report(case: Case, to: str, *, key: UUID, acting: Actor, now: datetime) -> Fact:
    kind, fields = REPORTS[to]
    today = PartialDate.on(civil_day(case.zone, now))
    recorded = record_fact(
        case, kind=kind, on=today, fields=fields, basis="own_act", key=uuid5(key, "report"), acting=acting, now=now
    )  # fmt: skip
    return recorded.fact


REPORTS: dict[str, tuple[str, dict[str, Any]]] = {
    CHILD_PROTECTION: ("child_protection_informed", {"to": "child_protection"}),
    PROSECUTOR: ("prosecutor_informed", {"about": "minor_in_danger"}),
}


def report_and_shelter(
    case: Case, *, to: str, bed_until: date | None, bed_asked: bool = False, key: UUID, acting: Actor, now: datetime
) -> tuple[Fact, Fact]:
    """Record that a minor was reported, and that a bed found outside this tool is held until a day.

    `bed_asked`: none was found; the request is kept as an unmet need, and the report does not wait for it. Her parents are told
    nothing by this act.
    """
    if to not in REPORTED_TO:
        raise Refused("report_to_whom", field="to")
    if bed_until is None and not bed_asked:
        raise Refused("bed_with_the_report", field="bed")
    with acting_as(acting):
        case = visible_case_by_id(acting, case.pk)
        today = PartialDate.on(civil_day(case.zone, now))
        if bed_until is not None and bed_until < today.earliest:
            raise Refused("end_needed", field="bed_until")
        told: dict[str, Any] = {"on": today, "basis": "own_act", "acting": acting, "now": now}
        reported = _report(case, to, key=key, acting=acting, now=now)
        held: dict[str, Any] = {"until": {"earliest": bed_until, "latest": bed_until}} if bed_until else {}
        bed = record_fact(case, kind="bed_held" if bed_until else "bed_requested", fields=held, key=uuid5(key, "bed"), **told).fact
    return reported, bed
