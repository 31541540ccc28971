"""Every write about cases: one function, one verb, one transaction, one row of the ledger."""

from repere.cases.actions.access import end_grant, grant_access
from repere.cases.actions.bulk import Batch, BatchCase, BatchFact, BatchResult, record_facts
from repere.cases.actions.drafts import discard_draft, save_draft
from repere.cases.actions.facts import Recorded, record_fact, withdraw_fact
from repere.cases.actions.identity import amend_identity, set_identity
from repere.cases.actions.notices import read_notices
from repere.cases.actions.opening import open_case
from repere.cases.actions.tasks import assign_task, reopen_task, resume_task, snooze_task, waive_task
from repere.cases.refusals import NotVisible, Refused

__all__ = [
    "Batch", "BatchCase", "BatchFact", "BatchResult", "NotVisible", "Recorded", "Refused",
    "amend_identity", "assign_task", "discard_draft", "end_grant", "grant_access", "open_case", "read_notices", "record_fact",
    "record_facts", "reopen_task", "resume_task", "save_draft", "set_identity", "snooze_task", "waive_task", "withdraw_fact",
]  # fmt: skip
