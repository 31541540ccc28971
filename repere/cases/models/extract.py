"""What leaves the house by name: an extract that one person asks for and another approves."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from repere.cases.models.scope import ScopedManager
from repere.directory.models import Organisation

ASKED, APPROVED, READY, FETCHED, REFUSED, VOID, ENDED = STATES = ("asked", "approved", "ready", "fetched", "refused", "void", "ended")
FORMATS = ("csv", "xlsx")


class Extract(models.Model):
    """Asked, approved by another, made, fetched once. What it holds stands in boxes that only its own organisation opens."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Stands at the foot of the file: who finds the file can name it.
    serial = models.CharField(max_length=8, unique=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=24)
    columns = ArrayField(models.CharField(max_length=40))
    format = models.CharField(max_length=4)
    rows = models.PositiveIntegerField()
    state = models.CharField(max_length=8, default=ASKED)
    # Keyed digest of ids, columns and values as they were when it was asked.
    digest = models.BinaryField()
    # A box: why, which files, which filter. Emptied when the extract ends.
    frozen = models.BinaryField(null=True)
    # A box: the seed of the order of rows and the file about nobody. Kept, so that a file that got out can be named.
    mark = models.BinaryField()
    # The sealed file between making and fetching.
    file = models.BinaryField(null=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    decided_at = models.DateTimeField(null=True)
    fetched_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-asked_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STATES), name="extract_step_is_known"),
            models.CheckConstraint(condition=models.Q(format__in=FORMATS), name="extract_format_is_known"),
            models.CheckConstraint(
                condition=models.Q(decided_by=None) | ~models.Q(decided_by=models.F("asked_by")), name="extract_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("approved", "ready", "fetched")) | ~models.Q(decided_by=None),
                name="extract_leaves_approved",
            ),
            models.CheckConstraint(condition=models.Q(file=None) | models.Q(state="ready"), name="extract_kept_until_fetched"),
        ]
