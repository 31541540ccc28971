"""How what was said of another person ends: by whom, why, and who agreed."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.scope import SeenByActor


class MarkEnd(models.Model):
    """Somebody asks that one line of whom she must not meet, or one mark that she bears, ends. Its own organisation's.

    What is said for her own safety ends with one person's reason; what she bears protects somebody else, and ends once a second person
    agreed. `decided_at`: nothing while that is awaited; `ended`: what was decided.
    """

    class Reason(models.TextChoices):
        NO_DANGER = "no_danger", _("There is no danger any more: said by who was in danger")
        AGREED = "agreed", _("Agreed with those who gave the mark")
        MISTAKE = "mistake", _("Written by mistake")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    apart = models.ForeignKey("places.Apart", on_delete=models.PROTECT, related_name="+", null=True)
    carried = models.ForeignKey("places.Carried", on_delete=models.PROTECT, related_name="+", null=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user_id = models.UUIDField()
    reason = models.CharField(max_length=12, choices=Reason.choices)
    at = models.DateTimeField()
    second_user_id = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)
    ended = models.BooleanField(default=False)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(apart=None, carried__isnull=False) | Q(apart__isnull=False, carried=None), name="one_line_ends"
            ),
            models.CheckConstraint(
                condition=Q(ended=False) | Q(carried=None) | Q(second_user_id__isnull=False) & ~Q(second_user_id=F("user_id")),
                name="what_protects_another_ends_by_two",
            ),
            models.CheckConstraint(condition=Q(ended=False) | Q(decided_at__isnull=False), name="an_end_has_a_day"),
            models.UniqueConstraint(fields=["carried"], condition=Q(decided_at=None), name="asked_once_at_a_time"),
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id)
