"""A person, her file, and who may read it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models.functions import Now

from repere.accounts.actor import Actor
from repere.cases.models.scope import ScopedManager, ScopedQuerySet
from repere.directory.models import Organisation

IDENTITY = "identity"
"""Word that a grant must name to open the sealed identity; no fact belongs to it."""


class Person(models.Model):
    """Someone an organisation met. Two organisations that meet her make two persons."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["id", "organisation"], name="person_with_its_organisation")]


class Case(models.Model):
    """One file about one person. What is said in it stands in facts; these columns only serve to find and list it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.CharField(max_length=8, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases", db_constraint=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    jurisdiction = models.CharField(max_length=2)
    mechanism = models.CharField(max_length=80)
    territory = models.CharField(max_length=12, blank=True)
    zone = models.CharField(max_length=40)
    # Capacity in which it was opened: the role that is asked when nobody else is named.
    role = models.CharField(max_length=64)
    pseudonym = models.CharField(max_length=60)
    opened_on = models.DateField()
    opened_at = models.DateTimeField()
    # Number of changes so far: what a form was filled against.
    revision = models.PositiveIntegerField(default=0)
    # Day of the latest fact that changed what the lists say (closed_on), for filters only.
    status_on = models.DateField()
    closed_on = models.DateField(null=True)
    # Data groups that her consent on file opens to those who follow her, copied from her facts as the days above are.
    agreed = ArrayField(models.CharField(max_length=40), default=list)
    # What the room of the places knows this file by. It goes with this row: afterwards the number leads nowhere.
    place_reference = models.UUIDField(default=uuid.uuid4, db_default=RandomUUID(), unique=True, editable=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["-opened_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["id", "organisation"], name="case_with_its_organisation"),
            models.UniqueConstraint(fields=["id", "person", "organisation"], name="case_with_its_person"),
        ]
        indexes = [models.Index(fields=["organisation", "-opened_at"], name="cases_newest_first")]

    def __str__(self) -> str:
        return self.code


class SealedRecord(models.Model):
    """What identifies her, sealed per tier. A change adds a version; the newest counts."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sealed", db_constraint=False, db_index=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    tier = models.CharField(max_length=24)
    # The word a grant must hold to see the row.
    data_group = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    blob = models.BinaryField()
    recorded_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["person", "tier", "version"]
        constraints = [models.UniqueConstraint(fields=["person", "tier", "version"], name="one_sealed_record_per_version")]

    def and_before(self, actor: Actor) -> Iterator[SealedRecord]:
        """This version, then those before it, newest first; they are read only when they are asked for."""
        yield self
        earlier = SealedRecord.objects.visible_to(actor).filter(person=self.person_id, tier=self.tier, version__lt=self.version)
        yield from earlier.order_by("-version")


class NameToken(models.Model):
    """A blind index of a name: equal names of one organisation meet, nothing else can be read from it."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="tokens", db_constraint=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    token = models.BinaryField()
    # Version of the organisation's index key.
    key_version = models.PositiveSmallIntegerField(default=1, db_default=1)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["organisation", "token", "person"], name="one_name_token_per_person")]


class GrantQuerySet(ScopedQuerySet["Grant"]):
    def active(self) -> GrantQuerySet:
        """By the clock of the database, as row-level security counts."""
        return self.filter(models.Q(ends_at=None) | models.Q(ends_at__gt=Now()), revoked_at=None)


GrantManager = models.Manager.from_queryset(GrantQuerySet)


class Grant(models.Model):
    """Another organisation may see and add the facts of some data groups of one file, for a reason, until a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="grants", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    groups = ArrayField(models.CharField(max_length=40))
    # What it is for: one of the purposes of the policy, which caps what it opens.
    purpose = models.CharField(max_length=24)
    # Where it crosses a wall between purposes: a consent of hers (a fact), or a rule of the mechanism.
    consent_fact = models.UUIDField(null=True)
    law = models.CharField(max_length=100, blank=True)
    # Neither: her life is in danger now. It ends after some hours.
    danger = models.BooleanField(default=False, db_default=False)
    # Kinds of facts that may be turned against her and were named one by one, with her consent.
    named_kinds = ArrayField(models.CharField(max_length=64), default=list)
    # Where a referral opened it: facts up to this change of the file only, and without those named. Null: whatever is recorded.
    referral = models.UUIDField(null=True)
    through_revision = models.PositiveIntegerField(null=True)
    left_out = ArrayField(models.UUIDField(), default=list)
    # Sealed under her own key: a reason is free text about her.
    reason = models.BinaryField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = GrantManager()

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "organisation"], condition=models.Q(revoked_at=None), name="one_running_grant_per_receiver"
            ),
            models.CheckConstraint(condition=~models.Q(owner=models.F("organisation")), name="nobody_grants_to_themselves"),
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")), name="grant_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(named_kinds=[]) | ~models.Q(consent_fact=None), name="what_may_harm_leaves_with_her_consent"
            ),
            models.CheckConstraint(
                condition=models.Q(danger=False)
                | models.Q(ends_at__isnull=False, ends_at__lte=models.F("starts_at") + models.Value(timedelta(hours=4))),
                name="danger_opens_for_four_hours",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation", "case"], condition=models.Q(revoked_at=None), name="grants_by_receiver_and_case"),
            models.Index(fields=["organisation", "person"], condition=models.Q(revoked_at=None), name="grants_by_receiver_and_person"),
        ]
