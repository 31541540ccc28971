"""What stands on an emergency sheet: how to reach her without harm, and the code by which her file is found again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.cases import queries
from repere.cases.contact_safety import Contradiction, contradictions
from repere.cases.models import Case


@dataclass(frozen=True)
class Sheet:
    """One open file. `may_contact`: yes, no, or a quiet answer; `lines`: (label, text) as she told them; `told_on` None: never asked.

    `contradictions`: what does not go together in them.
    """

    code: str
    may_contact: str
    lines: tuple[tuple[str, str], ...]
    told_on: date | None
    contradictions: tuple[Contradiction, ...] = ()


def open_files(acting: Actor) -> int:
    """How many sheets would be printed."""
    with acting_as(acting):
        return _own(acting).count()


def print_sheets(*, acting: Actor, now: datetime) -> list[Sheet]:
    """The sheets of every open file that the organisation of this person opened, in the order of codes; one row names them all.

    No name, no pseudonym, no place, no fact of what happened to her.
    """
    with acting_as(acting):
        cases = list(_own(acting).order_by("code").values_list("code", "person_id"))
        sheets = [_sheet(acting, code, now) for code, _person in cases]
        ledger.record(
            acting, "print_emergency_sheets", kind="look", subjects=[person for _code, person in cases], detail={"sheets": len(sheets)}
        )
    return sheets


def _own(acting: Actor) -> QuerySet[Case]:
    found: QuerySet[Case] = Case.objects.visible_to(acting, own=True).filter(organisation=acting.organisation_id, closed_on=None)
    return found


def _sheet(acting: Actor, code: str, now: datetime) -> Sheet:
    contact = queries.case_page(acting, code, now=now).who.contact
    answers = tuple((answer.label, answer.text) for answer in contact.answers if answer.name != "can_contact")
    found = contradictions({answer.name: answer.value for answer in contact.answers})
    day = contact.on.latest if contact.on else None
    return Sheet(code, contact.may_contact if contact.asked else "not_asked", answers, day, tuple(found))
