"""Organisations. Services, referents and coverage join them later."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def working(self) -> OrganisationQuerySet:
        """Those whose members may act today."""
        return self.filter(state__in=WORKING)

    def vetting(self) -> OrganisationQuerySet:
        """Those whose administrators may vouch for others: past their own probation."""
        return self.filter(state=Organisation.State.ACTIVE)


def made_on_a_demonstration() -> bool:
    return bool(settings.REPERE_DEMO)


class Organisation(models.Model):
    class Kind(models.TextChoices):
        ASSOCIATION = "association", _("Association")
        SHELTER = "shelter", _("Shelter")
        POLICE = "police", _("Police or gendarmerie")
        PROSECUTION = "prosecution", _("Public prosecution")
        PREFECTURE = "prefecture", _("Prefecture")
        LABOUR_INSPECTION = "labour_inspection", _("Labour inspection")
        CHILD_PROTECTION = "child_protection", _("Child protection")
        ASYLUM = "asylum", _("Asylum authority")
        HEALTH = "health", _("Health care")
        COORDINATION = "coordination", _("National coordination")
        CONSULATE = "consulate", _("Embassy or consulate")
        OTHER = "other", _("Other body")

    class State(models.TextChoices):
        APPLIED = "applied", _("Applied")
        IDENTITY_CHECKED = "identity_checked", _("Identity checked")
        SPONSOR_CONFIRMED = "sponsor_confirmed", _("Sponsor confirmed")
        PROBATION = "probation", _("On probation")
        ACTIVE = "active", _("Active")
        SUSPENDED = "suspended", _("Suspended")
        REFUSED = "refused", _("Refused")
        CLOSED = "closed", _("Closed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    territory = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=2, default="fr")
    # An invented organisation exists only on a demonstration; one real organisation closes the demonstration's doors.
    is_invented = models.BooleanField(default=made_on_a_demonstration, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    # Closed by default: who is not vetted may do nothing.
    state = models.CharField(max_length=20, choices=State.choices, default=State.APPLIED)
    state_since = models.DateTimeField(auto_now_add=True)
    probation_until = models.DateTimeField(null=True)
    # The organisation that vouched for this one.
    sponsor = models.ForeignKey("self", on_delete=models.PROTECT, related_name="+", null=True)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


WORKING = (Organisation.State.PROBATION, Organisation.State.ACTIVE)

# The tables of the directory proper stand in a file of their own, and Django looks for tables here.
from repere.directory.entry_models import (  # noqa: E402, F401
    Contact,
    Convention,
    ImportBatch,
    ImportChange,
    MailboxLink,
    Mandate,
    Outcome,
    PublishedCoverage,
    PublishedRegion,
    PublishedService,
    Question,
    RegionKept,
    Secret,
    Service,
    Structure,
    Voice,
)
