"""Watching over reading: alerts that a person looks into, accounts that a colleague froze, canaries that nobody should open."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models

from repere.accounts.actor import Actor
from repere.cases.models.scope import ScopedManager, declare_reach
from repere.directory.models import Organisation

RULES = ("breadth", "night", "same_name", "in_order", "no_relation", "canary", "denials", "set_aside")
FREEZE_REASONS = ("threatened", "device_lost", "unusual_reading", "left", "other")


class Alert(models.Model):
    """Somebody's reading was unlike her own; the numbers say how. It is a question to ask, never a judgment and never a rank."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.CharField(max_length=16)
    # The civil day of the organisation's territory.
    day = models.DateField()
    numbers = models.JSONField(default=dict)
    at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user", "rule", "day"], name="one_alert_per_reader_rule_and_day"),
            models.CheckConstraint(condition=models.Q(rule__in=RULES), name="alert_rule_is_known"),
        ]


class Freeze(models.Model):
    """An account was closed at once by a colleague, with a reason, until somebody else opens it again."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    reason = models.CharField(max_length=20)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    frozen_at = models.DateTimeField()
    # The second person, who is shown it until she has read it.
    told = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    told_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    lifted_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-frozen_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], condition=models.Q(lifted_at=None), name="an_account_is_frozen_once"),
            models.CheckConstraint(condition=models.Q(reason__in=FREEZE_REASONS), name="freeze_reason_is_known"),
            models.CheckConstraint(
                condition=models.Q(lifted_by=None) | ~models.Q(lifted_by=models.F("user")), name="nobody_opens_their_own_frozen_account"
            ),
        ]


class ReaderName(models.Model):
    """A blind token of a member's family name, under the same key as those of persons: equal names meet, none can be read."""

    id = models.BigAutoField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    token = models.BinaryField()

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "user", "token"], name="one_reader_name_per_token")]


class Canary(models.Model):
    """A file about nobody. Pages add the mark and cannot read it: to them the file is like any other."""

    decoy = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["made_at", "decoy"]


class KeptAwayNote(models.Model):
    """Told to one member: a colleague kept another away from a file, or let her read it again. It never says which file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    reader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    about = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    ended = models.BooleanField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["reader"], condition=models.Q(read_at=None), name="kept_away_to_read")]


def _own(actor: Actor, own: bool) -> models.Q:
    return models.Q(organisation=actor.organisation_id) if actor.organisation_id else models.Q(pk__in=[])


for _model in (Alert, Freeze, ReaderName, Canary):
    declare_reach(_model, _own)
declare_reach(KeptAwayNote, lambda actor, own: _own(actor, own) & models.Q(reader=actor.user_id))
