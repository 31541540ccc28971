"""Every write about cases: one function, one verb, one transaction, one row of the ledger."""

from repere.cases.actions.access import end_grant, grant_access
from repere.cases.actions.assignment import choose_team_practice, hand_over_case, take_over_case
from repere.cases.actions.break_glass import break_glass, review_break_glass
from repere.cases.actions.bulk import Batch, BatchCase, BatchFact, BatchResult, record_facts
from repere.cases.actions.conflict import declare_conflict, end_conflict, read_kept_away
from repere.cases.actions.drafts import discard_draft, end_draft, hold_form, keep_draft, save_draft
from repere.cases.actions.facts import Recorded, record_fact, withdraw_fact
from repere.cases.actions.freezing import freeze_account, look_into, note_told, unfreeze_account
from repere.cases.actions.identity import amend_identity, set_identity
from repere.cases.actions.notices import read_notices
from repere.cases.actions.opening import open_case
from repere.cases.actions.reader_names import keep_reader_name
from repere.cases.actions.requisition import (
    check_requisition,
    confirm_answer,
    keep_silent_on_requisition,
    prepare_answer,
    receive_requisition,
    refuse_requisition,
    tell_her_of_requisition,
)
from repere.cases.actions.tasks import assign_task, reopen_task, resume_task, snooze_task, waive_task
from repere.cases.refusals import NotVisible, Refused

__all__ = [
    "Batch",
    "BatchCase",
    "BatchFact",
    "BatchResult",
    "NotVisible",
    "Recorded",
    "Refused",
    "amend_identity",
    "assign_task",
    "break_glass",
    "check_requisition",
    "choose_team_practice",
    "confirm_answer",
    "declare_conflict",
    "discard_draft",
    "end_conflict",
    "end_draft",
    "end_grant",
    "freeze_account",
    "grant_access",
    "hand_over_case",
    "hold_form",
    "keep_draft",
    "keep_reader_name",
    "keep_silent_on_requisition",
    "look_into",
    "note_told",
    "open_case",
    "prepare_answer",
    "read_kept_away",
    "read_notices",
    "receive_requisition",
    "record_fact",
    "record_facts",
    "refuse_requisition",
    "reopen_task",
    "resume_task",
    "review_break_glass",
    "save_draft",
    "set_identity",
    "snooze_task",
    "take_over_case",
    "tell_her_of_requisition",
    "unfreeze_account",
    "waive_task",
    "withdraw_fact",
]  # fmt: skip
