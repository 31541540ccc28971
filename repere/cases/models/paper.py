"""Papers attached to a file: cleaned, sealed, and closed until they were scanned."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from repere.cases.models.scope import ScopedManager
from repere.cases.models.standing import OfFile

QUARANTINE, CLEAN = PAPER_STATES = ("quarantine", "clean")
PAPER_KINDS = ("pdf", "jpg", "png")


class Paper(OfFile):
    """One paper of one file. It stays in the organisation that opened the file: an access of another opens no paper."""

    data_group = models.CharField(max_length=40)
    # "file:" and the id: each paper has a key of its own under hers.
    tier = models.CharField(max_length=48)
    kind = models.CharField(max_length=4)
    size = models.PositiveIntegerField()
    pages = models.PositiveIntegerField(null=True)
    state = models.CharField(max_length=10, default=QUARANTINE)
    title = models.BinaryField()
    blob = models.BinaryField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    received_at = models.DateTimeField()
    scanned_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-received_at", "id"]
        indexes = [models.Index(fields=["user", "received_at"], name="papers_of_a_member")]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=PAPER_STATES), name="paper_state_is_known"),
            models.CheckConstraint(condition=models.Q(kind__in=PAPER_KINDS), name="paper_kind_is_known"),
            models.CheckConstraint(condition=~models.Q(state="clean") | ~models.Q(scanned_at=None), name="clean_paper_was_scanned"),
        ]
