"""Who looked at a file: every look and act in the ledger that names her, whoever's, in words, for the organisation that opened it.

Names: those of one's own colleagues only. Of another organisation the page says that it looked, and on which day: not which page, how
often, when or in which role, because a file may be opened to many organisations only to see which of them looks twice. What it writes
stands with its role, as in the file itself; who that was is that organisation's to answer. On the paper for her no name of a worker
stands at all. This is our choice, to be checked by a jurist: a person's right of access reaches the log of who consulted her data, and
not, as a rule, the names of the employees (Court of Justice of the European Union, C-579/21, 22 June 2023; from memory, not checked).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop as N_

from repere.accounts.actor import Actor
from repere.accounts.models import Membership
from repere.cases.access import visible_case
from repere.cases.models import Case
from repere.cases.policy import load_policy
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
    "cases:consents": N_("read what she agrees to"),
    "cases:consent_new": N_("opened the form of an agreement"),
    "cases:consent_paper": N_("opened her paper of an agreement"),
    "cases:case_referrals": N_("read the referrals of the file"),
    "cases:referral_new": N_("opened the form of a referral"),
    "cases:offer": N_("read a referral about her"),
    "cases:referrals": N_("saw a referral about her in the list"),
    "cases:place": N_("looked for a place for her"),
    "cases:place_request": N_("looked for a place for her"),
    "places:asked": N_("saw the file beside the place that is kept for her"),
    "cases:report": N_("opened the report of a minor"),
    "cases:papers": N_("saw the papers of the file"),
    "cases:paper_open": N_("opened a paper of the file"),
    "cases:follow": N_("read who follows the file"),
    "cases:handover": N_("prepared the handing on of the file"),
    "cases:handover_colleague": N_("prepared the handing on of the file"),
    "cases:handover_received": N_("read what a colleague proposes"),
    "cases:handover_nobody": N_("saw that nobody follows the file"),
    "cases:interpreters": N_("looked for an interpreter for her"),
    "cases:requisitions": N_("read the requisitions"),
    "cases:ending": N_("read what the end of the file would remove"),
    "cases:fact_choose": N_("chose a fact to write"),
    "cases:fact_new": N_("opened the form of a fact"),
    "cases:fact_correct": N_("opened the form of a correction"),
    "cases:recorded": N_("read what a fact opened"),
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
    "record_consent": N_("wrote what she agrees to"),
    "withdraw_consent": N_("wrote that she takes her agreement back"),
    "copy_consent": N_("made her paper of an agreement"),
    "send_referral": N_("sent a referral"),
    "recall_referral": N_("took a referral back"),
    "accept_offer": N_("accepted a referral"),
    "make_capsule": N_("made a link for a service without an account"),
    "answer_capsule": N_("a service answered through a link"),
    "report_and_hold": N_("reported a minor and held a bed"),
    "take_over_case": N_("took the file over"),
    "cover_case": N_("covers for a colleague"),
    "hand_over_case": N_("gave the file to a colleague"),
    "propose_handover": N_("proposed the file to a colleague"),
    "accept_handover": N_("took the file on"),
    "decline_handover": N_("declined the file"),
    "withdraw_handover": N_("withdrew the proposal"),
    "carry_handover": N_("the file passed to a colleague"),
    "end_assignment": N_("no longer follows the file"),
    "break_glass": N_("opened the file in an emergency"),
    "review_break_glass": N_("reviewed an opening in an emergency"),
    "declare_conflict": N_("declared a conflict of interest"),
    "end_conflict": N_("ended a conflict of interest"),
    "ask_erasure": N_("asked for the end of the file"),
    "confirm_erasure": N_("confirmed the end of the file"),
    "withdraw_erasure": N_("withdrew the end of the file"),
    "set_hold": N_("noted that the law keeps the file"),
    "lift_hold": N_("noted that the law no longer keeps the file"),
    "fetch_extract": N_("fetched an extract that holds the file"),
    "keep_wish": N_("noted which interpreter she wishes"),
    "miss_tasks": N_("a deadline passed"),
    "assign_task": N_("said who takes a task"),
    "snooze_task": N_("put a task off"),
    "waive_task": N_("set a task aside"),
    "reopen_task": N_("took up again a task that was set aside"),
}
LOOKED = N_("looked at the file")
BESIDE_A_LOOK = frozenset({"save_draft", "discard_draft"})
"""Acts of another body that change nothing in the file: to who keeps it they say no more than a look."""
OTHER_PAGE, OTHER_ACT, JOB_ACT = N_("opened a page about her"), N_("changed something in the file"), N_("worked on the file by itself")


@dataclass(frozen=True)
class LookLine:
    """What one reader did on one day: `times` rows, the newest of which was at `last`.

    Of looks of another organisation there is one line a day, and `last` is None. `who` is a colleague's name, or empty; `role` a role
    of the mechanism or empty; `organisation` a name, empty for the programme.
    """

    day: date
    last: datetime | None
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
    lines = [_line(group, case, names, organisations) for group in _together(rows, case)]
    # Where the look of another body stood among ours would tell when it was.
    lines.sort(key=lambda line: (-line.day.toordinal(), line.last is None))
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


def _looked_elsewhere(row: Row, case: Case) -> bool:
    _, _, act, kind, _, organisation, body = row
    theirs = organisation != case.organisation_id and body.get("actor_kind") == "person"
    return theirs and (kind == "look" or act in BESIDE_A_LOOK)


def _together(rows: Sequence[Row], case: Case) -> list[list[Row]]:
    """Rows of the same reader, role, day and doing become one line, and those of another body's looks one a day; newest first."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        _, at, act, kind, actor, organisation, body = row
        if _looked_elsewhere(row, case):
            groups.setdefault((civil_day(case.zone, at), organisation), []).append(row)
            continue
        what = words(act, kind, str((body.get("detail") or {}).get("page") or ""), is_job=body.get("actor_kind") != "person")
        groups.setdefault((civil_day(case.zone, at), actor, organisation, body.get("role"), kind, what), []).append(row)
    return list(groups.values())


def _line(group: Sequence[Row], case: Case, names: Mapping[UUID, str], organisations: Mapping[UUID, str]) -> LookLine:
    _position, last, act, kind, actor, organisation, body = group[0]
    detail = body.get("detail") or {}
    is_job = body.get("actor_kind") != "person"
    if organisation is not None and _looked_elsewhere(group[0], case):
        return LookLine(civil_day(case.zone, last), None, 1, _(LOOKED), "", "", organisations.get(organisation, ""), ours=False, why="")
    return LookLine(
        day=civil_day(case.zone, last), last=last, times=len(group),
        what=words(act, kind, str(detail.get("page") or ""), is_job=is_job),
        who=names.get(actor, "") if actor else "",
        role="" if is_job else str(body.get("role") or ""),
        organisation="" if is_job or organisation is None else organisations.get(organisation, ""),
        ours=organisation == case.organisation_id,
        why=_purpose(str(detail.get("purpose") or "")),
    )  # fmt: skip


def _purpose(code: str) -> str:
    known = load_policy().purposes.get(code)
    return known.label[(get_language() or "fr")[:2]] if known else code


def words(act: str, kind: str, page: str, *, is_job: bool = False) -> str:
    """What was done, in the reader's language. An act that nobody described is told in general words, never left out."""
    if kind == "look" and act == "look":
        return _(PAGES.get(page, OTHER_PAGE))
    return _(ACTS.get(act, JOB_ACT if is_job else OTHER_ACT))
