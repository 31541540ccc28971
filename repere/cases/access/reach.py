"""In whose hands the rows of each table lie: the declaration from which the query and the database policy are compiled."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from django.db import models

from repere.cases import watching
from repere.cases.exports import declared as exports
from repere.cases.handover import declared as handover
from repere.cases.models import (
    Case,
    Consent,
    ConsentCopy,
    Draft,
    Erasure,
    Fact,
    Finding,
    Hold,
    NameToken,
    Notice,
    Paper,
    Person,
    Receipt,
    Reminder,
    Requisition,
    SealedRecord,
    Task,
    View,
)
from repere.cases.outside import declared as outside
from repere.cases.referral import doors as referral


@dataclass(frozen=True)
class Reach:
    """In whose hands the rows of a table lie. Names are columns of the table.

    `owner`: the organisation that opened the file. `by`: the column that names the file, `of` what it names. `word`: the word
    of the policy that opens the row, or `group`: the column that holds it. `granted`: running accesses count too; then `groups`
    must lie within the access, and kinds that may harm her (`kind`) stay behind. `holder`: rows made for one organisation are
    seen by it alone. `view`: the file is judged through this view. `user`: private to one person; `to`: shown to this person
    too. `author`: the organisation that adds a row is named in it, `signed`: its member; `writer`: who stated it. `added`: the word that
    adding takes.
    `judged`: written in the application's own capacity alone, after a verb asked; `housed`: added and changed so, by a verb in the name
    of whoever acts (`actions.by_the_house`).
    `jobs`: nightly jobs may "read", "add", "change" without an organisation.
    """

    model: type[models.Model]
    owner: str
    by: str | None = None
    of: Literal["case", "person"] = "case"
    word: str | None = None
    group: str | None = None
    granted: bool = False
    groups: str | None = None
    kind: str | None = None
    holder: str | None = None
    view: str | None = None
    user: str | None = None
    to: str | None = None
    author: str | None = None
    signed: str | None = None
    writer: str | None = None
    added: str | None = None
    judged: bool = False
    housed: bool = False
    jobs: frozenset[str] = field(default_factory=frozenset)
    changes: bool = False
    removes: bool = False
    any_file: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table


READ = frozenset({"read"})
READ_AND_ADD = frozenset({"read", "add"})
READ_AND_CHANGE = frozenset({"read", "change"})

REACH = (
    Reach(Person, owner="organisation_id", by="id", of="person", word="file", granted=True, added="may_open", housed=True),
    Reach(Case, owner="organisation_id", by="id", word="file", granted=True, added="may_open", changes=True, housed=True),
    Reach(
        SealedRecord, owner="owner_id", by="person_id", of="person", group="data_group", granted=True, added="", signed="user_id",
        housed=True,
    ),
    Reach(NameToken, owner="organisation_id", by="person_id", of="person", word="search", judged=True),
    Reach(
        Fact, owner="owner_id", by="case_id", group="data_group", granted=True, kind="kind", author="organisation_id",
        signed="user_id", writer="user_id", housed=True,
    ),
    Reach(Receipt, owner="organisation_id"),
    Reach(
        View, owner="owner_id", by="case_id", word="file", granted=True, groups="groups", holder="organisation_id", changes=True,
        judged=True, jobs=READ,
    ),
    Reach(
        Finding, owner="owner_id", by="case_id", word="findings", granted=True, view="view_id", holder="organisation_id", changes=True,
        judged=True,
    ),
    Reach(
        Task, owner="owner_id", by="case_id", word="tasks", granted=True, view="view_id", holder="organisation_id", changes=True,
        judged=True, jobs=READ_AND_CHANGE,
    ),
    Reach(Reminder, owner="organisation_id", word="tasks", any_file=True, jobs=READ_AND_ADD),
    Reach(
        Notice, owner="organisation_id", by="case_id", word="tasks", any_file=True, to="user_id", changes=True, judged=True,
        jobs=READ_AND_ADD,
    ),
    Reach(Draft, owner="organisation_id", by="case_id", user="user_id", changes=True, removes=True),
    Reach(Requisition, owner="owner_id", by="case_id", word="may_share", changes=True),
    Reach(Consent, owner="owner_id", by="case_id", word="consent", signed="user_id", changes=True, housed=True),
    Reach(ConsentCopy, owner="owner_id", by="case_id", word="consent", signed="user_id", housed=True),
    Reach(Paper, owner="owner_id", by="case_id", group="data_group", writer="user_id", changes=True, removes=True, judged=True),
    Reach(Erasure, owner="organisation_id", by="person_id", of="person", word="may_share", changes=True),
    Reach(Hold, owner="organisation_id", by="person_id", of="person", word="shares", changes=True),
)  # fmt: skip
"""`any_file`: the row says nothing about the file itself; the word is asked of the role, whatever its relation."""

# Facts, sealed records and the ledger are only ever added to. The worker evaluates and reminds; it opens no file.
GRANTS = {
    "cases_person": {"web": "SELECT, INSERT", "worker": "SELECT"},
    "cases_case": {
        "web": "SELECT, INSERT, UPDATE (revision, status_on, closed_on, jurisdiction, mechanism, territory, zone, agreed)",
        # Steps told by other rooms (a place was held, she arrived) become facts of the file: one more change is counted.
        "worker": "SELECT, UPDATE (revision)",
    },
    "cases_sealedrecord": {"web": "SELECT, INSERT"},
    # Blind tokens without their key: the job compares names that it cannot read.
    "cases_nametoken": {"web": "SELECT, INSERT, DELETE", "worker": "SELECT"},
    "cases_grant": {"web": "SELECT, INSERT, UPDATE (revoked_at)", "worker": "SELECT"},
    "cases_fact": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "cases_receipt": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "cases_keptmechanism": {"web": "SELECT, INSERT", "worker": "SELECT, INSERT"},
    "cases_view": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
    "cases_finding": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
    "cases_task": {"web": "SELECT, INSERT, UPDATE", "worker": "SELECT, INSERT, UPDATE"},
    "cases_reminder": {"web": "SELECT", "worker": "SELECT, INSERT"},
    "cases_notice": {"web": "SELECT, INSERT, UPDATE (read_at)", "worker": "SELECT, INSERT"},
    "cases_draft": {"web": "SELECT, INSERT, UPDATE, DELETE"},
    "cases_erasure": {"web": "SELECT, INSERT, UPDATE (confirmed_by_id, confirmed_at, withdrawn_at)"},
    "cases_hold": {"web": "SELECT, INSERT, UPDATE (lifted_by_id, lifted_at)"},
    "cases_tombstone": {"web": "SELECT", "worker": "SELECT"},
    "cases_retainedcount": {"web": "SELECT"},
    "cases_reach": {"web": "SELECT", "worker": "SELECT"},
    "cases_teampractice": {"web": "SELECT, INSERT, UPDATE (whole_team, user_id, chosen_at)", "worker": "SELECT"},
    "cases_assignment": {"web": "SELECT, INSERT, UPDATE (ended_at)", "worker": "SELECT"},
    "cases_breakglass": {"web": "SELECT, INSERT, UPDATE (reviewed_at, reviewed_by_id, was_right, review)", "worker": "SELECT"},
    "cases_conflictofinterest": {"web": "SELECT, INSERT, UPDATE (ended_at, ended_by_id)", "worker": "SELECT"},
    "cases_requisition": {
        "web": "SELECT, INSERT, UPDATE (state, given, outcome, checked_at, checked_by_id, prepared_by_id, answered_at, answered_by_id,"
        " told_on, silence_text, silence_review_on)",
    },
    "cases_consentcopy": {"web": "SELECT, INSERT"},
    "cases_paper": {"web": "SELECT, INSERT, UPDATE (state, scanned_at), DELETE"},
    **watching.GRANTS,
    **referral.GRANTS,
    **exports.GRANTS,
    **handover.GRANTS,
    **outside.GRANTS,
}


def reach_of(model: type[models.Model]) -> Reach:
    return next(reach for reach in REACH if reach.model is model)
