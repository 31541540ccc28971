"""What was said about a case: dated facts, never changed and never deleted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, NoReturn

from django.conf import settings
from django.db import models

from repere.cases.models.person import Case
from repere.cases.models.scope import ScopedManager
from repere.directory.models import Organisation

BASES = ("own_act", "observed", "person_said", "document", "third_party")


class FactIsKept(TypeError):
    """A fact is corrected by another fact; no act of a user changes or deletes one."""

    def __init__(self) -> None:
        super().__init__("A fact is never changed or deleted: record a correction.")


class Fact(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="facts", db_constraint=False, db_index=False)
    # The organisation that opened the case, kept equal to the case's by a foreign key.
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    kind = models.CharField(max_length=64)
    version = models.PositiveSmallIntegerField(default=1)
    data_group = models.CharField(max_length=40)
    earliest = models.DateField()
    latest = models.DateField()
    hour = models.PositiveSmallIntegerField(null=True)
    recorded_at = models.DateTimeField()
    revision = models.PositiveIntegerField()
    # Who says so: null for a job; the role is the capacity.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=64)
    basis = models.CharField(max_length=12)
    fields = models.JSONField(default=dict)
    # One capsule per tier, under the person's key.
    sealed = models.BinaryField(null=True)
    corrects = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    batch = models.UUIDField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["revision", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(earliest__lte=models.F("latest")), name="fact_day_starts_before_it_ends"),
            models.CheckConstraint(condition=models.Q(hour=None) | models.Q(hour__lte=23), name="fact_hour_is_of_a_day"),
            models.CheckConstraint(condition=models.Q(basis__in=BASES), name="fact_basis_is_known"),
            models.UniqueConstraint(fields=["corrects"], condition=~models.Q(corrects=None), name="a_fact_is_corrected_once"),
            models.UniqueConstraint(fields=["case", "id"], name="fact_with_its_case"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.earliest}"

    @property
    def when_said(self) -> tuple[date, datetime]:
        """Of two facts of one kind the one with the greater is the last word."""
        return self.latest, self.recorded_at

    @property
    def by_keeper(self) -> bool:
        """Said by the organisation that keeps the file, not by one that was given an access."""
        return self.organisation_id == self.owner_id

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise FactIsKept
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise FactIsKept


class Receipt(models.Model):
    """The result of an act under the key its sender chose: sending twice does it once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    act = models.CharField(max_length=40)
    result = models.UUIDField()
    at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="one_receipt_per_key")]


class KeptMechanism(models.Model):
    """A mechanism as it was loaded, by the hash of its content: what was said on a day can be computed again."""

    hash = models.CharField(max_length=64, primary_key=True)
    name = models.CharField(max_length=80)
    # The files, as compressed JSON: path in the rule book → text.
    content = models.BinaryField()
    kept_at = models.DateTimeField(db_default=models.functions.Now())

    class Meta:
        ordering = ["kept_at", "hash"]


def last_word(facts: Iterable[Fact]) -> Fact | None:
    """The last said of them, None of none."""
    return max(facts, key=lambda fact: fact.when_said, default=None)
