"""Persons, cases, facts, findings, tasks."""

from repere.cases.models.fact import BASES, Fact, FactIsKept, KeptMechanism, Receipt
from repere.cases.models.finding import (
    FACT,
    NO_LONGER_REQUIRED,
    WAIVER,
    Draft,
    Finding,
    Notice,
    Reminder,
    Task,
    View,
)
from repere.cases.models.person import IDENTITY, Case, Grant, NameToken, Person, SealedRecord
from repere.cases.models.scope import ScopedQuerySet, UnscopedQuery

__all__ = [
    "BASES", "FACT", "IDENTITY", "NO_LONGER_REQUIRED", "WAIVER",
    "Case", "Draft", "Fact", "FactIsKept", "Finding", "Grant", "KeptMechanism", "NameToken", "Notice", "Person", "Receipt",
    "Reminder", "ScopedQuerySet", "SealedRecord", "Task", "UnscopedQuery", "View",
]  # fmt: skip
