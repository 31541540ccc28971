"""The end of a file: who asked for it, who confirmed it, what holds it back, and what stays when it is done."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from repere.cases.models.person import Person
from repere.cases.models.scope import ScopedManager
from repere.directory.models import Organisation

REASONS = ("she_asks", "retention", "opened_in_error")
HOLDS = ("requisition", "proceeding")


class Erasure(models.Model):
    """Asked by one person, confirmed by another; carried out by the installation. It goes with the file it is about."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    reason = models.CharField(max_length=20)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    confirmed_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=models.Q(withdrawn_at=None), name="one_erasure_asked_per_person"),
            models.CheckConstraint(condition=models.Q(reason__in=REASONS), name="erasure_reason_is_known"),
            models.CheckConstraint(
                condition=models.Q(confirmed_by=None, confirmed_at=None)
                | (~models.Q(confirmed_by=None) & ~models.Q(confirmed_at=None) & ~models.Q(confirmed_by=models.F("asked_by"))),
                name="erasure_is_confirmed_by_another",
            ),
        ]


class Hold(models.Model):
    """The law keeps this file for now: a requisition that is being answered, a proceeding that is not over."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    kind = models.CharField(max_length=20)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    set_at = models.DateTimeField()
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lifted_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["set_at", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(kind__in=HOLDS), name="hold_kind_is_known")]


class Tombstone(models.Model):
    """What stays of an erased person: no id of hers, no organisation. An old backup is compared with `mark`.

    `mark` is SHA-256 of her random id: whoever holds an old backup can tell that it is hers, nobody else learns anything.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    mark = models.BinaryField(unique=True)
    erased_on = models.DateField()
    reason = models.CharField(max_length=20)

    class Meta:
        ordering = ["erased_on", "id"]


class RetainedCount(models.Model):
    """A number that outlives files: how many erased files opened in a year bore one code. Never two codes together."""

    id = models.BigAutoField(primary_key=True)
    year = models.PositiveSmallIntegerField()
    dimension = models.CharField(max_length=40)
    code = models.CharField(max_length=64)
    files = models.PositiveIntegerField()
    changed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["year", "dimension", "code"]
        constraints = [models.UniqueConstraint(fields=["year", "dimension", "code"], name="one_retained_count_per_code")]
