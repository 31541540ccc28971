"""A referral: one record, two sides. The sender's part names the file; what the receiver is offered names nobody."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from repere.cases.models.consent import Consent
from repere.cases.models.person import Grant
from repere.cases.models.scope import ScopedManager
from repere.cases.models.standing import OfFile
from repere.directory.models import Organisation

OPEN, TAKEN, EXHAUSTED, RECALLED = REFERRAL_STATES = ("open", "taken", "exhausted", "recalled")
WAITING, SENT, ACKNOWLEDGED, ACCEPTED, REFUSED, NO_ANSWER, CALLED_BACK, NOT_NEEDED = OFFER_STATES = (
    "waiting", "sent", "acknowledged", "accepted", "refused", "no_answer", "called_back", "not_needed",
)  # fmt: skip
RUNNING = (SENT, ACKNOWLEDGED)
URGENCIES = ("now", "today", "week", "planned")
REFUSAL_REASONS = ("full", "not_our_work", "not_our_territory", "not_our_language", "no_longer_offered", "other")
"""None of them says anything of the person: a refusal is about the service that refuses."""
OUTCOMES = ("reached", "sheltered", "support_started", "she_declined", "contact_lost", "ended")
SHARE, TRANSFER = HANDLINGS = ("share", "transfer")


class Referral(OfFile):
    """The sender's side: which file, what may be opened to whom, in which order, on what ground."""

    code = models.CharField(max_length=8, unique=True)
    state = models.CharField(max_length=12, default=OPEN)
    handling = models.CharField(max_length=10, default=SHARE)
    purpose = models.CharField(max_length=24)
    groups = ArrayField(models.CharField(max_length=40))
    named_kinds = ArrayField(models.CharField(max_length=64), default=list)
    # Facts that stay behind although their data group is opened.
    left_out = ArrayField(models.UUIDField(), default=list)
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    consent_fact = models.UUIDField(null=True)
    # What makes this sharing lawful, beside her agreement; and the rule, where a rule does.
    ground = models.CharField(max_length=16)
    law = models.CharField(max_length=100, blank=True)
    ongoing = models.BooleanField(default=False)
    # Changes of the file up to which facts are opened; not counted where the consent says that later facts flow.
    through_revision = models.PositiveIntegerField()
    # What the receiver will see: [fact, [fields]], and the digest of it.
    package = models.JSONField()
    digest = models.CharField(max_length=64)
    urgency = models.CharField(max_length=10)
    recipients = ArrayField(models.UUIDField())
    access_ends_at = models.DateTimeField()
    # Words for whoever accepts: sealed under her key.
    note = models.BinaryField()
    sent_at = models.DateTimeField()
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    closed_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-sent_at", "id"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=REFERRAL_STATES), name="referral_state_is_known"),
            models.CheckConstraint(condition=models.Q(urgency__in=URGENCIES), name="referral_says_how_urgent"),
            models.CheckConstraint(condition=models.Q(handling__in=HANDLINGS), name="referral_shares_or_transfers"),
            models.CheckConstraint(condition=~models.Q(recipients=[]), name="referral_has_a_recipient"),
            models.CheckConstraint(
                condition=models.Q(consent=None, consent_fact=None) | (~models.Q(consent=None) & ~models.Q(consent_fact=None)),
                name="referral_names_the_fact_of_its_consent",
            ),
        ]
        indexes = [models.Index(fields=["owner", "-sent_at"], name="referrals_sent")]


class Offer(models.Model):
    """A referral as it is put to one organisation, in its turn. It holds no person and no file: needs first."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    referral = models.ForeignKey(Referral, on_delete=models.PROTECT, related_name="offers", db_constraint=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Null for a service without an account, which answers through a capsule.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    # Entry of the directory that was chosen, so that the answer corrects it.
    service = models.UUIDField(null=True)
    rank = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=12, default=WAITING)
    code = models.CharField(max_length=8)
    handling = models.CharField(max_length=10)
    purpose = models.CharField(max_length=24)
    urgency = models.CharField(max_length=10)
    # {"needs": [codes], "age": code, "language": code, "territory": code}: nothing else leaves before acceptance, but, for an
    # inquiry or a permit, with whom she chose to have her letters: {"letters": code}.
    needs = models.JSONField()
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(null=True)
    acknowledge_by = models.DateTimeField(null=True)
    answer_by = models.DateTimeField(null=True)
    next_step_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    refusal = models.CharField(max_length=20, blank=True)
    grant = models.ForeignKey(Grant, on_delete=models.PROTECT, related_name="+", null=True, db_constraint=False, db_index=False)
    outcome = models.CharField(max_length=20, blank=True)
    outcome_on = models.DateField(null=True)
    # The last step that each side has not opened yet.
    news_for_sender = models.CharField(max_length=20, blank=True)
    news_for_receiver = models.CharField(max_length=20, blank=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-sent_at", "rank", "id"]
        constraints = [
            models.UniqueConstraint(fields=["referral", "rank"], name="offers_one_after_the_other"),
            models.UniqueConstraint(
                fields=["referral"], condition=models.Q(state__in=["sent", "acknowledged", "accepted"]), name="one_offer_runs_at_a_time"
            ),
            models.CheckConstraint(condition=models.Q(state__in=OFFER_STATES), name="offer_state_is_known"),
            models.CheckConstraint(condition=~models.Q(state="refused") | ~models.Q(refusal=""), name="a_refusal_says_why"),
        ]
        indexes = [
            models.Index(fields=["organisation", "answer_by"], condition=models.Q(state__in=RUNNING), name="offers_to_answer"),
            models.Index(fields=["owner", "-sent_at"], name="offers_sent"),
            models.Index(fields=["next_step_at"], condition=models.Q(state__in=RUNNING), name="offers_next_step"),
        ]


class JointStep(models.Model):
    """Something one of the two sides does, that both see by when: a code and a day, no fact of the file."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="steps", db_constraint=False)
    by_sender = models.BooleanField()
    what = models.CharField(max_length=24)
    due_on = models.DateField()
    done_at = models.DateTimeField(null=True)
    added_at = models.DateTimeField()

    objects = ScopedManager()

    class Meta:
        ordering = ["due_on", "id"]
        constraints = [models.UniqueConstraint(fields=["offer", "by_sender", "what"], name="one_joint_step_of_a_kind")]


class Capsule(models.Model):
    """An offer for a service without an account: sealed under a key made of a link and of a code told by telephone."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    offer = models.OneToOneField(Offer, on_delete=models.PROTECT, related_name="+", db_constraint=False)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    needs = models.BinaryField()
    # Gone once it was shown, answered or called back.
    person = models.BinaryField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    # Who accepted: sealed under the owner's key.
    accepted_by = models.BinaryField(null=True)
    # Since when the service, which had opened it, waits to be told by telephone that it was called back; empty once somebody did.
    ring_since = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-made_at", "id"]
        indexes = [models.Index(fields=["owner", "ring_since"], condition=~models.Q(ring_since=None), name="capsules_to_ring_about")]
