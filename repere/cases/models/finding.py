"""What follows from the facts of one view, and who must act on it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from repere.cases.models.fact import Fact
from repere.cases.models.person import Case, Grant
from repere.cases.models.scope import ScopedManager
from repere.directory.models import Organisation

FACT, WAIVER, NO_LONGER_REQUIRED, MISSED = "fact", "waiver", "no_longer_required", "missed"
CLOSINGS = (FACT, WAIVER, NO_LONGER_REQUIRED, MISSED)


class View(models.Model):
    """A case as one organisation may see it. `groups` null: every data group (the organisation that opened it)."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="views", db_constraint=False, db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    groups = ArrayField(models.CharField(max_length=40), null=True)
    # For the nightly run, which sees no case.
    zone = models.CharField(max_length=40)
    mechanism = models.CharField(max_length=80)
    mechanism_hash = models.CharField(max_length=64, blank=True)
    evaluated_at = models.DateTimeField(null=True)
    evaluated_on = models.DateField(null=True)
    next_change_on = models.DateField(null=True)
    revision = models.PositiveIntegerField(default=0)

    objects = ScopedManager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["case", "organisation"], name="one_view_per_case_and_organisation"),
            models.UniqueConstraint(fields=["id", "case", "organisation", "owner"], name="view_with_its_case"),
            models.CheckConstraint(
                condition=models.Q(groups=None, organisation=models.F("owner"))
                | (~models.Q(groups=None) & ~models.Q(organisation=models.F("owner"))),
                name="only_the_owner_sees_every_group",
            ),
        ]
        indexes = [
            models.Index(fields=["zone", "next_change_on"], name="views_due_by_zone"),
            models.Index(fields=["mechanism", "mechanism_hash"], name="views_by_mechanism"),
        ]


class OfView(models.Model):
    """A row of one view; case and both organisations are kept equal to the view's by a foreign key."""

    view = models.ForeignKey(View, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_constraint=False, db_index=False)

    class Meta:
        abstract = True


class Finding(OfView):
    """The last answer of a right or a duty in a view. One without a row has never answered anything but "does not hold"."""

    id = models.BigAutoField(primary_key=True)
    rule_id = models.CharField(max_length=100)
    kind = models.CharField(max_length=12)
    outcome = models.CharField(max_length=14)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    due_earliest = models.DateField(null=True)
    due_latest = models.DateField(null=True)
    # Facts used, trigger, reason, question, what is missing, certainty, level, settled.
    detail = models.JSONField(default=dict)

    objects = ScopedManager()

    class Meta:
        ordering = ["view", "rule_id"]
        constraints = [models.UniqueConstraint(fields=["view", "rule_id"], name="one_finding_per_view_and_rule")]


class Task(OfView):
    """Something that somebody must do, with a life of its own. Keyed (view, rule, triggering fact, role).

    `trigger_fact` is the first of its chain of corrections: a corrected day moves the task, it does not make another.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    rule_id = models.CharField(max_length=100)
    trigger_fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    role = models.CharField(max_length=64)
    # The level of its rule: a reminder that we chose is not the law.
    level = models.CharField(max_length=24)
    # Its rule says that it cannot wait (somebody may be in danger or without a bed): the day of which it was said, not the one on
    # which it was written down: an import would make everything urgent today.
    urgent_since = models.DateField(null=True)
    due_earliest = models.DateField(null=True)
    due_latest = models.DateField(null=True)
    opened_at = models.DateTimeField()
    # Midnight of the territory after the last due day.
    overdue_at = models.DateTimeField(null=True)
    # Steps of reminding still to come, earliest first: [[instant, step, role], …].
    plan = models.JSONField(default=list)
    next_step_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing = models.CharField(max_length=20, blank=True)
    closing_fact = models.ForeignKey(Fact, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    snoozed_until = models.DateField(null=True)
    note = models.BinaryField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["overdue_at", "opened_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["view", "rule_id", "trigger_fact", "role"],
                nulls_distinct=False,
                name="one_task_per_duty_trigger_and_role",
            ),
            models.CheckConstraint(
                condition=models.Q(closed_at=None, closing="") | (models.Q(closing__in=CLOSINGS) & ~models.Q(closed_at=None)),
                name="closed_task_says_how",
            ),
        ]
        indexes = [
            # In the very order of the worklist: a page reads its fifty rows and stops.
            models.Index(
                "organisation", models.F("overdue_at").asc(nulls_first=True), "opened_at", "id",
                condition=models.Q(closed_at=None), name="open_tasks_by_day",
            ),
            models.Index(fields=["organisation", "opened_at", "id"], condition=models.Q(closed_at=None), name="open_tasks_by_age"),
            models.Index(
                fields=["organisation", "-urgent_since", "id"], name="tasks_that_cannot_wait",
                condition=models.Q(closed_at=None, urgent_since__isnull=False),
            ),
            models.Index(fields=["next_step_at"], condition=models.Q(closed_at=None), name="next_reminders"),
            models.Index(fields=["case"], name="tasks_of_a_case"),
        ]


class Reminder(models.Model):
    """A step of reminding that was taken. The row is the claim: whoever inserts it writes the notice."""

    id = models.BigAutoField(primary_key=True)
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reminders")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=24)
    at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.UniqueConstraint(fields=["task", "step"], name="one_reminder_per_task_and_step")]


class Notice(models.Model):
    """A line on somebody's desk: look at this task. It says nothing by itself."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    role = models.CharField(max_length=64)
    # Who took the task, if anybody did; else everybody of that role.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="+")
    # Null for what is told about the file itself: somebody took it over, covered, or opened it by urgency.
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="notices", null=True)
    step = models.CharField(max_length=24)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-at", "id"]
        constraints = [models.UniqueConstraint(fields=["task", "step"], name="one_notice_per_task_and_step")]
        indexes = [models.Index(fields=["organisation", "-at"], condition=models.Q(read_at=None), name="unread_notices")]


class Draft(models.Model):
    """A form not yet sent, kept for the one who was filling it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="drafts", null=True)
    form = models.CharField(max_length=80)
    body = models.BinaryField()
    saved_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation", "case", "form"], nulls_distinct=False, name="one_draft_per_form")
        ]
