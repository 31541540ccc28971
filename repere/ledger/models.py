"""The ledger's tables."""

from __future__ import annotations

import uuid
from typing import Any, NoReturn

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models


class EntryQuerySet(models.QuerySet["Entry"]):
    def of_organisation(self, organisation_id: uuid.UUID) -> EntryQuerySet:
        return self.filter(organisation_id=organisation_id)

    def about(self, person_id: uuid.UUID) -> EntryQuerySet:
        return self.filter(subjects__contains=[person_id])


class AppendOnly(models.Model):
    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Ledger rows are written by ledger.record only.")

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise TypeError("Ledger rows are never deleted.")


class Entry(AppendOnly):
    class Kind(models.TextChoices):
        WRITE = "write"
        LOOK = "look"
        DENIAL = "denial"
        SYSTEM = "system"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Given by the database. Rolled back transactions leave honest gaps: a gap proves nothing.
    position = models.BigIntegerField(unique=True, editable=False)
    at = models.DateTimeField()
    act = models.CharField(max_length=80)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    actor_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField(), default=list)
    # The exact bytes that were hashed; the columns above only serve to find them.
    body = models.BinaryField()
    leaf = models.BinaryField()

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["organisation_id", "position"], name="ledger_by_organisation"),
            models.Index(fields=["actor_id", "at"], name="ledger_by_actor"),
            GinIndex(fields=["subjects"], name="ledger_by_subject"),
        ]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=["write", "look", "denial", "system"]), name="ledger_kind_is_known"),
        ]


class Seal(AppendOnly):
    """A head of the chain: a Merkle root over entries, tied to the head before it and signed.

    `body` holds the exact bytes that were signed (`repere.ledger.heads`); the columns beside it only serve to find a seal.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.BigIntegerField(unique=True)
    first_position = models.BigIntegerField()
    last_position = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    root = models.BinaryField()
    previous = models.BinaryField()
    sealed_at = models.DateTimeField()
    signature = models.BinaryField()
    body = models.BinaryField()
    # The first bytes of each leaf, in order: they tell which row a broken root is about.
    marks = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["previous"], name="ledger_seal_does_not_fork"),
            models.CheckConstraint(condition=models.Q(last_position__gte=models.F("first_position")), name="ledger_seal_runs_forward"),
        ]


class RetentionPoint(AppendOnly):
    """Rows up to here are past their time: they may go, their seals stay. Signed by the sealer like a head."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    through_seal = models.BigIntegerField(unique=True)
    through_position = models.BigIntegerField()
    recorded_at = models.DateTimeField()
    body = models.BinaryField()
    signature = models.BinaryField()

    class Meta:
        ordering = ["through_seal"]
        db_table = "ledger_retention"


class Witness(models.Model):
    """An organisation that keeps our heads, so that nobody can change the past here alone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.CharField(max_length=200)
    address = models.EmailField(max_length=254)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(fields=["address"], condition=models.Q(until=None), name="a_witness_is_named_once"),
        ]


class Dispatch(models.Model):
    """One head for one witness: written first, sent after, marked when the mail server has taken it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    witness = models.ForeignKey(Witness, on_delete=models.PROTECT, related_name="dispatches")
    seal_number = models.BigIntegerField()
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveIntegerField(default=0)
    # Name of the last error, never its text: a mail server repeats addresses.
    failure = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [models.UniqueConstraint(fields=["witness", "seal_number"], name="a_head_is_sent_once_to_a_witness")]


class Comparison(models.Model):
    """How far the records of one body were compared with the ledger, and which were found without their row. Ids only."""

    organisation_id = models.UUIDField(primary_key=True)
    # Persons are taken in the order of their ids; empty: the next pass begins.
    after_person = models.UUIDField(null=True)
    looked_at = models.DateTimeField()
    # When the last pass over all of them ended.
    whole_at = models.DateTimeField(null=True)
    missing = ArrayField(models.UUIDField(), default=list)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["organisation_id"]
