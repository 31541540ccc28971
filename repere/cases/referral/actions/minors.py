"""A minor, from the first doubt: the report and a bed in one step, neither without the other.

Source: the Collective's analysis asks for a referral to the body in charge and to a protection service with a place to stay, "from
this pre-identification and during the evaluation". Placement itself is a fact that prosecutor, judge or child protection state.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid5

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases.access import visible_case_by_id
from repere.cases.actions.facts import record_fact
from repere.cases.models import Case, Fact
from repere.cases.refusals import Refused
from repere.cases.territory import civil_day
from repere.core.dates import PartialDate

CHILD_PROTECTION, PROSECUTOR = REPORTED_TO = ("child_protection", "prosecutor")


def report_and_shelter(
    case: Case, *, to: str, bed_until: date | None, bed_asked: bool = False, key: UUID, acting: Actor, now: datetime
) -> tuple[Fact, Fact]:
    """Record that a minor was reported, and that a bed is held until a day.

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
        report: dict[str, tuple[str, dict[str, Any]]] = {
            CHILD_PROTECTION: ("child_protection_informed", {"to": "child_protection"}),
            PROSECUTOR: ("prosecutor_informed", {"about": "minor_in_danger"}),
        }
        kind, fields = report[to]
        reported = record_fact(case, kind=kind, fields=fields, key=uuid5(key, "report"), **told).fact
        held: dict[str, Any] = {"until": {"earliest": bed_until, "latest": bed_until}} if bed_until else {}
        bed = record_fact(case, kind="bed_held" if bed_until else "bed_requested", fields=held, key=uuid5(key, "bed"), **told).fact
    return reported, bed
