"""What she does not want, kept where the house that it is about does not read it."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q

from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.roles import COORDINATION
from repere.places.scope import SeenByActor


class RefusedByHer(models.Model):
    """A listed shelter that she does not want to live in: said beside a request by those who asked for her.

    Read by them, and by the coordination, whose proposal leaves it out. It changes no rank and closes nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request = models.ForeignKey("places.Request", on_delete=models.PROTECT, related_name="+")
    shelter = models.ForeignKey("places.Shelter", on_delete=models.PROTECT, related_name="+", db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    said_at = models.DateTimeField()

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["said_at", "id"]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q() if actor.role == COORDINATION else Q(organisation_id=actor.organisation_id)
