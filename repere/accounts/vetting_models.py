"""How organisations come in, and what is asked again of two persons: applications, steps, lost factors."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from repere.accounts.door import AtTheDoor
from repere.directory.models import Organisation


class Application(models.Model):
    """What an organisation said of itself when it asked to come in. Its identity papers are never kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, related_name="application")
    contact_name = models.CharField(max_length=120)
    contact_email = models.EmailField(max_length=254)
    contact_phone = models.CharField(max_length=40, blank=True)
    register_number = models.CharField(max_length=40, blank=True)
    domain = models.CharField(max_length=120, blank=True)
    sponsor_named = models.CharField(max_length=200, blank=True)
    words = models.TextField(max_length=2000, blank=True)
    applied_at = models.DateTimeField()

    objects = AtTheDoor["Application"].as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["applied_at", "id"]


class VettingStep(models.Model):
    """One voice or one step about an organisation. Only ever added; the state of the organisation follows from them."""

    class Step(models.TextChoices):
        FOUNDED = "founded", _("Founded")
        APPLIED = "applied", _("Applied")
        IDENTITY_CHECKED = "identity_checked", _("Identity checked")
        SPONSOR_CONFIRMED = "sponsor_confirmed", _("Sponsor confirmed")
        APPROVAL = "approval", _("Approval")
        PROBATION_ENDED = "probation_ended", _("Probation ended")
        SUSPENSION = "suspension", _("Suspension")
        RESUMPTION = "resumption", _("Resumption")
        REFUSAL = "refusal", _("Refusal")
        CLOSING = "closing", _("Closing")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=20, choices=Step.choices)
    at = models.DateTimeField()
    # Nobody for the founding and for what a date decides.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    by_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    reason = models.TextField(max_length=1000, blank=True)
    # Of an identity check: which of the three ways confirmed it. Results only.
    results = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(user=None) | ~models.Q(by_organisation=models.F("organisation")) | models.Q(step="closing"),
                name="nobody_vouches_for_themselves",
            ),
        ]


class FactorReset(models.Model):
    """Somebody lost her means of signing in: asked, and let in again by two persons who know her."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    reason = models.TextField(max_length=1000)
    first_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    second_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], condition=models.Q(done_at=None), name="one_reset_at_a_time"),
            models.CheckConstraint(
                condition=~models.Q(first_by=models.F("user"))
                & (models.Q(second_by=None) | (~models.Q(second_by=models.F("user")) & ~models.Q(second_by=models.F("first_by")))),
                name="a_reset_takes_two_others",
            ),
        ]
