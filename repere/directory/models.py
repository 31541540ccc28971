"""Organisations. Services, referents and coverage join them later."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


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
        OTHER = "other", _("Other body")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=24, choices=Kind.choices)
    territory = models.CharField(max_length=12, blank=True)
    language = models.CharField(max_length=2, default="fr")
    # An invented organisation exists only on a demonstration; one real organisation closes the demonstration's doors.
    is_invented = models.BooleanField(default=made_on_a_demonstration, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name
