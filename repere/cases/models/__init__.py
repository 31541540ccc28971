"""Persons, cases, facts, findings, tasks."""

from repere.accounts.scope import UnscopedQuery
from repere.cases.models.consent import Consent, ConsentCopy
from repere.cases.models.erasure import Erasure, Hold, RetainedCount, Tombstone
from repere.cases.models.extract import Extract
from repere.cases.models.fact import BASES, Fact, FactIsKept, KeptMechanism, Receipt
from repere.cases.models.finding import (
    FACT,
    MISSED,
    NO_LONGER_REQUIRED,
    WAIVER,
    Draft,
    Finding,
    Notice,
    Reminder,
    Task,
    View,
)
from repere.cases.models.handover import Handover, SpokenLanguages
from repere.cases.models.outside import CalendarAddress, Letter, MailWish
from repere.cases.models.paper import Paper
from repere.cases.models.person import IDENTITY, Case, Grant, NameToken, Person, SealedRecord
from repere.cases.models.referral import Capsule, JointStep, Offer, Referral
from repere.cases.models.scope import ScopedQuerySet
from repere.cases.models.standing import (
    Assignment,
    BreakGlass,
    ConflictOfInterest,
    ReachLine,
    Requisition,
    TeamPractice,
)
from repere.cases.models.watching import FREEZE_REASONS, RULES, Alert, Canary, Freeze, KeptAwayNote, ReaderName

__all__ = [
    "BASES",
    "FACT",
    "FREEZE_REASONS",
    "IDENTITY",
    "MISSED",
    "NO_LONGER_REQUIRED",
    "RULES",
    "WAIVER",
    "Alert",
    "Assignment",
    "BreakGlass",
    "CalendarAddress",
    "Canary",
    "Capsule",
    "Case",
    "ConflictOfInterest",
    "Consent",
    "ConsentCopy",
    "Draft",
    "Erasure",
    "Extract",
    "Fact",
    "FactIsKept",
    "Finding",
    "Freeze",
    "Grant",
    "Handover",
    "Hold",
    "JointStep",
    "KeptAwayNote",
    "KeptMechanism",
    "Letter",
    "MailWish",
    "NameToken",
    "Notice",
    "Offer",
    "Paper",
    "Person",
    "ReachLine",
    "ReaderName",
    "Receipt",
    "Referral",
    "Reminder",
    "Requisition",
    "RetainedCount",
    "ScopedQuerySet",
    "SealedRecord",
    "SpokenLanguages",
    "Task",
    "TeamPractice",
    "Tombstone",
    "UnscopedQuery",
    "View",
]  # fmt: skip
