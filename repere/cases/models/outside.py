"""What leaves the tool for a member who asked for it: a calendar of bare days, and letters that say only that something waits."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from repere.cases.models.referral import Offer
from repere.cases.models.scope import ScopedManager
from repere.directory.models import Organisation


class OfMember(models.Model):
    """A wish of one member in one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class CalendarAddress(OfMember):
    """A secret address under which one member's days are read. Only a hash of its secret is kept."""

    # The role in which it was asked for: it opens what that role sees, as long as she holds it.
    role = models.CharField(max_length=64)
    token_hash = models.BinaryField(unique=True)
    fetched_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], condition=models.Q(ended_at=None), name="one_calendar_per_member")
        ]


class MailWish(OfMember):
    """A member who wants a letter when something waits. The worker reads the addresses of those who asked, and no other."""

    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=5)

    objects = ScopedManager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], condition=models.Q(ended_at=None), name="one_mail_wish_per_member")
        ]


class Letter(models.Model):
    """One letter about one step of a referral, to one member. The row is the claim: written first, sent after."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    wish = models.ForeignKey(MailWish, on_delete=models.PROTECT, related_name="+", db_index=False)
    step = models.CharField(max_length=20)
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Name of the last error, without an address.
    failure = models.CharField(max_length=60, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [models.UniqueConstraint(fields=["offer", "wish", "step"], name="one_letter_per_step_and_member")]
        indexes = [models.Index(fields=["written_at"], condition=models.Q(sent_at=None), name="letters_to_send")]
