"""What makes a shelter unsafe, and what other shelters are told of it. Loaded by `models`, once its tables stand."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from repere.accounts.actor import Actor
from repere.places.models import Shelter, _active, _id, _organisation
from repere.places.scope import SeenByActor


class Incident(models.Model):
    """Something that makes a shelter unsafe. Its own; others are told by an `Alert`, without the shelter or any person.

    One that was reported by mistake is taken back by who reported it, with a reason; it stays. `paused_before`: since when nobody was
    sent there, before it; `alert`: the row by which others were told.
    """

    class Kind(models.TextChoices):
        LOCATED = "located", _("The place was found by those who look for her")
        INTRUSION = "intrusion", _("Somebody came in, or tried to")
        BEACON = "beacon", _("A beacon or shared location was found")
        FALSE_APPLICANT = "false_applicant", _("Somebody tried to enter under a pretext")
        OTHER = "other", _("Another danger")

    class Mistake(models.TextChoices):
        ANOTHER_HOUSE = "another_house", _("It was about another house")
        NOT_MEANT = "not_meant", _("I did not mean to send it")
        NOTHING_HAPPENED = "nothing_happened", _("I looked into it: nothing had happened")

    id = _id()
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="+")
    organisation = _organisation()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    user_id = models.UUIDField()
    at = models.DateTimeField()
    paused_before = models.DateTimeField(null=True)
    alert = models.UUIDField(null=True)
    taken_back_at = models.DateTimeField(null=True)
    why = models.CharField(max_length=16, choices=Mistake.choices, blank=True, default="")

    objects = SeenByActor.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_back_at=None, why="") | Q(taken_back_at__isnull=False) & ~Q(why=""), name="taken_back_with_a_reason"
            ),
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id)


class Alert(models.Model):
    """For the shelters that lay in a zone before that day, vouched for, of bodies past their probation: what kind of danger was met.

    `taken_back_on`: the day on which whoever told it said that it was a mistake.
    """

    id = _id()
    zone = models.CharField(max_length=3)
    kind = models.CharField(max_length=16, choices=Incident.Kind.choices)
    on = models.DateField()
    taken_back_on = models.DateField(null=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["-on", "id"]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        if actor.organisation_id is None:
            return Q(pk__in=[])
        ours = Shelter.objects.filter(organisation_id=actor.organisation_id, zone=models.OuterRef("zone"), vouched_at__isnull=False)
        told = Incident.objects.filter(organisation_id=actor.organisation_id, alert=models.OuterRef("pk"))
        here = Q(models.Exists(ours.filter(zone_since__lt=models.OuterRef("on")))) | Q(models.Exists(told))
        return Q(models.Exists(_active(actor))) & here
