"""In what relation somebody stands to a file: assigned, opened by urgency, in conflict of interest; and what was asked by law."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from repere.cases.models.person import Case, Person
from repere.cases.models.scope import ScopedManager, ScopedQuerySet
from repere.directory.models import Organisation

URGENT_HOURS = 4
OPENED, TAKEN_OVER, COVERED = WAYS = ("opened", "taken_over", "covered")
MOTIVES = ("danger", "lost_contact", "hospital", "runaway", "colleague_unreachable")
RECEIVED, CHECKED, PREPARED, ANSWERED, REFUSED = STEPS = ("received", "checked", "prepared", "answered", "refused")


class ReachLine(models.Model):
    """One line of the policy as row-level security reads it: this role, through this relation, for this purpose, this word."""

    id = models.BigAutoField(primary_key=True)
    role = models.CharField(max_length=64, blank=True)
    relation = models.CharField(max_length=12)
    purpose = models.CharField(max_length=24, blank=True)
    word = models.CharField(max_length=64)

    class Meta:
        db_table = "cases_reach"
        ordering = ["role", "relation", "purpose", "word"]
        constraints = [models.UniqueConstraint(fields=["role", "relation", "purpose", "word"], name="one_line_of_the_policy")]


class TeamPractice(models.Model):
    """A small team may choose that all its members count as assigned to all its files."""

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, primary_key=True, related_name="+")
    whole_team = models.BooleanField(default=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    chosen_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["organisation"]


class OfFile(models.Model):
    """A row about one file of one organisation; person and owner are kept equal to the case's by a foreign key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        abstract = True


class Assignment(OfFile):
    """Who follows her. Whoever opened the file is assigned; a colleague takes it over or covers, in one step."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    way = models.CharField(max_length=12)
    # Sealed under her own key; nothing to explain for who opened the file.
    reason = models.BinaryField(null=True)
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], condition=models.Q(ended_at=None), name="assigned_once"),
            models.CheckConstraint(condition=models.Q(way__in=WAYS), name="assignment_says_how"),
        ]
        indexes = [
            models.Index(fields=["user", "case"], condition=models.Q(ended_at=None), name="files_of_a_member"),
            models.Index(fields=["user", "person"], condition=models.Q(ended_at=None), name="persons_of_a_member"),
        ]


class BreakGlassQuerySet(ScopedQuerySet["BreakGlass"]):
    def running(self) -> BreakGlassQuerySet:
        """By the clock of the database."""
        return self.filter(ends_at__gt=Now())


BreakGlassManager = models.Manager.from_queryset(BreakGlassQuerySet)


class BreakGlass(OfFile):
    """A file of one's own organisation opened in an emergency: for four hours, for the words asked, told at once, reviewed after."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    role = models.CharField(max_length=64)
    # Words of the policy, "file" among them.
    words = ArrayField(models.CharField(max_length=64))
    motive = models.CharField(max_length=24)
    reason = models.BinaryField()
    # Who was told at once: never who opened it.
    told = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    starts_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    review_due_at = models.DateTimeField()
    reviewed_at = models.DateTimeField(null=True)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    was_right = models.BooleanField(null=True)
    review = models.BinaryField(null=True)

    objects = BreakGlassManager()

    class Meta:
        ordering = ["-starts_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__lte=models.F("starts_at") + timedelta(hours=URGENT_HOURS)), name="urgency_lasts_four_hours"
            ),
            models.CheckConstraint(condition=models.Q(motive__in=MOTIVES), name="urgency_says_why"),
            models.CheckConstraint(
                condition=models.Q(reviewed_by=None) | ~models.Q(reviewed_by=models.F("user")), name="urgency_reviewed_by_another"
            ),
            models.CheckConstraint(condition=models.Q(told=None) | ~models.Q(told=models.F("user")), name="urgency_told_to_another"),
        ]
        indexes = [
            models.Index(fields=["user", "ends_at"], name="urgencies_of_a_member"),
            models.Index(fields=["owner", "review_due_at"], condition=models.Q(reviewed_at=None), name="urgencies_to_review"),
        ]


class ConflictOfInterest(models.Model):
    """Somebody who must not read one file. It counts at once; only another member ends it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    # The organisation of who is kept away, and of who declares it.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["declared_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "user"], condition=models.Q(ended_at=None), name="one_conflict_of_interest"),
            models.CheckConstraint(
                condition=models.Q(ended_by=None) | ~models.Q(ended_by=models.F("user")), name="conflict_ended_by_another"
            ),
        ]
        indexes = [models.Index(fields=["user"], condition=models.Q(ended_at=None), name="conflicts_of_a_member")]


class Requisition(OfFile):
    """A demand of an authority for parts of a file: received, checked, prepared and answered by two, or refused; then told to her."""

    state = models.CharField(max_length=10, default=RECEIVED)
    # Who asks, under which text, in which words: sealed under her key.
    demand = models.BinaryField()
    asked = ArrayField(models.CharField(max_length=64))
    given = ArrayField(models.CharField(max_length=64), default=list)
    outcome = models.BinaryField(null=True)
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    checked_at = models.DateTimeField(null=True)
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    told_on = models.DateField(null=True)
    # The text that forbids telling her, and when that is looked at again.
    silence_text = models.CharField(max_length=200, blank=True)
    silence_review_on = models.DateField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-received_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=STEPS), name="requisition_step_is_known"),
            models.CheckConstraint(
                condition=models.Q(answered_by=None)
                | models.Q(state=REFUSED)
                | (~models.Q(prepared_by=None) & ~models.Q(answered_by=models.F("prepared_by"))),
                name="requisition_answered_by_two",
            ),
            models.CheckConstraint(condition=models.Q(given__contained_by=models.F("asked")), name="requisition_gives_no_more_than_asked"),
            models.CheckConstraint(
                condition=models.Q(silence_text="") | ~models.Q(silence_review_on=None), name="silence_is_looked_at_again"
            ),
        ]
