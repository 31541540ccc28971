"""Who looked at a file: every look and act in the ledger that names her, whoever's, in words, for the organisation that opened it.

Names: those of one's own colleagues only. Of another organisation the page says which it is and in which role somebody acted;
who that was is that organisation's to answer. On the paper for her no name of a worker stands at all. This is our choice, to be
checked by a jurist: a person's right of access reaches the log of who consulted her data, and not, as a rule, the names of the
employees (Court of Justice of the European Union, C-579/21, 22 June 2023; from memory, not checked).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases.access import visible_case
from repere.cases.models import Case
from repere.cases.refusals import NotVisible
from repere.cases.territory import civil_day
from repere.directory.models import Organisation

ROWS_PER_PAGE = 400
READ = "SELECT row_position, row_at, row_act, row_kind, row_actor, row_organisation, row_body FROM looks_at_person(%s, %s, %s)"

PAGES = {
    "cases:worklist": N_("saw the file in the worklist"),
    "cases:search": N_("found the file by a search"),
    "cases:notices": N_("saw a notice about the file"),
    "cases:case": N_("opened the file"),
    "cases:entered": N_("opened the file"),
    "cases:identity": N_("opened who she is"),
    "cases:rule": N_("read why a rule applies to her"),
    "cases:right": N_("read why a rule applies to her"),
    "cases:demands": N_("read what is asked for and not in force"),
    "cases:compare": N_("compared the law with what is asked for"),
    "cases:next_steps": N_("opened her next steps"),
    "cases:card": N_("opened her rights card"),
    "cases:card_paper": N_("made her rights card on paper"),
    "cases:access_give": N_("opened the form that gives an access"),
    "cases:access_end": N_("opened the form that ends an access"),
    "cases:looks": N_("read who looked at the file"),
    "cases:looks_paper": N_("read who looked at the file"),
}
ACTS = {
    "open_case": N_("opened the case"),
    "record_fact": N_("wrote a fact"),
    "record_facts": N_("wrote facts from a list"),
    "withdraw_fact": N_("took a fact back"),
    "correct_fact": N_("corrected a fact"),
    "set_identity": N_("wrote who she is"),
    "grant_access": N_("gave an access to another organisation"),
    "end_grant": N_("ended an access"),
    "save_draft": N_("began a form"),
    "discard_draft": N_("threw a draft away"),
    "export_htcds": N_("wrote the file into an export"),
    "extract": N_("counted the file in an extract without names"),
}
OTHER_PAGE, OTHER_ACT, JOB_ACT = N_("opened a page about her"), N_("changed something in the file"), N_("worked on the file by itself")


@dataclass(frozen=True)
class LookLine:
    """What one reader did on one day: `times` rows between `first` and `last`.

    `who` is a colleague's name, or empty; `role` a role of the mechanism or empty; `organisation` a name, empty for the programme.
    """

    day: date
    first: datetime
    last: datetime
    times: int
    what: str
    who: str
    role: str
    organisation: str
    ours: bool
    why: str


@dataclass(frozen=True)
class Looks:
    """One page, newest first. `older` is where the next page begins, None at the end."""

    case: Case
    lines: tuple[LookLine, ...]
    older: int | None


Row = tuple[int, datetime, str, str, UUID | None, UUID | None, Mapping[str, Any]]


def looks(actor: Actor, code: str, *, before: int | None = None) -> Looks:
    """Who looked at the file of that code. NotVisible for whoever did not open it. Cost: 4 queries, whatever the number of rows."""
    case = visible_case(actor, code)
    if case.organisation_id != actor.organisation_id:
        raise NotVisible
    rows = _rows(case.person_id, before)
    names, organisations = _names(rows, case.organisation_id), _organisations(rows)
    lines = [_line(group, case, names, organisations) for group in _together(rows, case.zone)]
    older = rows[-1][0] if len(rows) == ROWS_PER_PAGE else None
    return Looks(case, tuple(lines), older)


def _rows(person_id: UUID, before: int | None) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(READ, [person_id, before, ROWS_PER_PAGE])
        return [(*row[:6], json.loads(bytes(row[6]))) for row in cursor.fetchall()]


def _names(rows: Iterable[Row], mine: UUID) -> dict[UUID, str]:
    """Names of one's own members, past ones included."""
    users = {actor for _, _, _, _, actor, organisation, _ in rows if actor and organisation == mine}
    found = Membership.objects.filter(organisation=mine, user__in=users).order_by("created_at")
    return dict(found.values_list("user_id", "user__name"))


def _organisations(rows: Iterable[Row]) -> dict[UUID, str]:
    ids = {organisation for _, _, _, _, _, organisation, _ in rows if organisation}
    return dict(Organisation.objects.filter(pk__in=ids).values_list("pk", "name"))


def _together(rows: Sequence[Row], zone: str) -> list[list[Row]]:
    """Rows of the same reader, role, day and doing become one line; newest first."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        _, at, act, kind, actor, organisation, body = row
        what = words(act, kind, str((body.get("detail") or {}).get("page") or ""), is_job=body.get("actor_kind") != "person")
        groups.setdefault((civil_day(zone, at), actor, organisation, body.get("role"), kind, what), []).append(row)
    return list(groups.values())


def _line(group: Sequence[Row], case: Case, names: Mapping[UUID, str], organisations: Mapping[UUID, str]) -> LookLine:
    _position, last, act, kind, actor, organisation, body = group[0]
    detail = body.get("detail") or {}
    is_job = body.get("actor_kind") != "person"
    return LookLine(
        day=civil_day(case.zone, last), first=group[-1][1], last=last, times=len(group),
        what=words(act, kind, str(detail.get("page") or ""), is_job=is_job),
        who=names.get(actor, "") if actor else "",
        role="" if is_job else str(body.get("role") or ""),
        organisation="" if is_job or organisation is None else organisations.get(organisation, ""),
        ours=organisation == case.organisation_id,
        why=str(detail.get("purpose") or ""),
    )  # fmt: skip


def words(act: str, kind: str, page: str, *, is_job: bool = False) -> str:
    """What was done, in the reader's language. An act that nobody described is told in general words, never left out."""
    if kind == "look" and act == "look":
        return _(PAGES.get(page, OTHER_PAGE))
    return _(ACTS.get(act, JOB_ACT if is_job else OTHER_ACT))
