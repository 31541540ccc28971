"""Who was asked to vouch for a shelter and said so, and whom the reminder that it still waits was shown to."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.scope import SeenByActor


class ShelterVoice(models.Model):
    """Another organisation was asked to vouch for a shelter; `said_at` once one of its people did. It reads this row and nothing else
    of the shelter: `name` and `zone` as they were when it was asked."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shelter = models.ForeignKey("places.Shelter", on_delete=models.PROTECT, related_name="voices")
    keeper = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=3)
    asked_at = models.DateTimeField()
    user_id = models.UUIDField(null=True)
    said_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [models.UniqueConstraint(fields=["shelter", "organisation", "zone", "name"], name="one_voice_for_a_shelter")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(keeper_id=actor.organisation_id) | Q(organisation_id=actor.organisation_id)


class VoiceReminder(models.Model):
    """On that day (UTC) a member of the body that keeps a shelter was shown that it waits for its voices."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    shelter = models.ForeignKey("places.Shelter", on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user_id = models.UUIDField()
    shown_on = models.DateField()

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["-shown_on", "id"]
        constraints = [models.UniqueConstraint(fields=["shelter", "user_id", "shown_on"], name="shown_once_a_day")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id)
