"""A file on its way from one referent to the next, and which languages a member works in."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from repere.cases.models.scope import ScopedManager
from repere.cases.models.standing import OfFile
from repere.directory.models import Organisation

LEAVES, LONG_LEAVE, NOBODY = REASONS = ("leaves", "long_leave", "nobody")
"""Why the file changes hands: she leaves, she is away for long, or nobody follows it any more."""
AGREES, WISHES_OTHERWISE, NOT_TOLD_YET, NOT_SAFE_TO_TELL = TOLD = ("agrees", "wishes_otherwise", "not_told_yet", "not_safe_to_tell")
"""What the person herself was told of the change, and what she said."""
PROPOSED, ACCEPTED, DECLINED, WITHDRAWN, CARRIED = HANDOVER_STATES = ("proposed", "accepted", "declined", "withdrawn", "carried")
"""`carried`: the giver's membership ended before an answer, and the file went to whom she had chosen."""


class Handover(OfFile):
    """One file proposed to one colleague. Until she accepts, whoever follows the file goes on following it."""

    # Files that were confirmed together.
    batch = models.UUIDField()
    # Null where nobody follows the file any more.
    giver = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    successor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    proposed_at = models.DateTimeField()
    why = models.CharField(max_length=12)
    last_day = models.DateField(null=True)
    # What the successor must know first, and what the person herself wished: sealed under her key.
    note = models.BinaryField()
    told = models.CharField(max_length=20)
    state = models.CharField(max_length=12, default=PROPOSED)
    answered_at = models.DateTimeField(null=True)
    # Why it was declined: sealed under her key.
    answer = models.BinaryField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["proposed_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="proposed"), name="one_handover_waits_per_file"),
            models.CheckConstraint(condition=models.Q(state__in=HANDOVER_STATES), name="handover_state_is_known"),
            models.CheckConstraint(condition=models.Q(why__in=REASONS), name="handover_says_why"),
            models.CheckConstraint(condition=models.Q(told__in=TOLD), name="handover_says_what_she_was_told"),
            models.CheckConstraint(
                condition=models.Q(giver=None) | ~models.Q(giver=models.F("successor")), name="nobody_hands_over_to_themselves"
            ),
        ]
        indexes = [models.Index(fields=["owner", "successor"], condition=models.Q(state="proposed"), name="handovers_to_answer")]


class SpokenLanguages(models.Model):
    """Languages in which a member works, as she says herself: a file goes rather to whom the person can talk to."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    # ISO 639-3, as in the directory.
    languages = ArrayField(models.CharField(max_length=3), default=list)
    said_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["organisation", "user"]
        constraints = [models.UniqueConstraint(fields=["organisation", "user"], name="one_list_of_languages_per_member")]
