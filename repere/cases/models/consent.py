"""What she agreed to: one statement per purpose and recipient, in whose voice, how it was asked, and until when."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from repere.cases.models.scope import ScopedManager
from repere.cases.models.standing import OfFile
from repere.directory.models import Organisation

HERSELF, REPRESENTATIVE, STAFF = VOICES = ("herself", "representative", "staff")
"""Who speaks in it. What a colleague says of her agreement is kept apart from what she said herself, and carries nothing."""
GUARDIAN, AD_HOC, CHILD_PROTECTION, JUDGE, PARENT = REPRESENTATIVES = ("guardian", "ad_hoc", "child_protection", "judge", "parent")
ALONE, WITH_INTERPRETER, WITH_TRUSTED, NOT_HEARD = WAYS_OF_HEARING = ("alone", "with_interpreter", "with_trusted", "not_heard")
CHANNELS = ("here", "in_person", "phone", "paper")
"""By what means it may be passed on: within this house, face to face, by telephone, on paper."""
KEPT_HERE, WITH_HER = PAPERS = ("kept_here", "with_her")


class Consent(OfFile):
    """One agreement. It is never changed but to be taken back; a new statement is a new row with the next version."""

    version = models.PositiveIntegerField()
    # The fact it was recorded as; a colleague's statement about her is none.
    fact = models.UUIDField(null=True)
    said_by = models.CharField(max_length=16)
    representative = models.CharField(max_length=20, blank=True)
    heard = models.CharField(max_length=20, blank=True)
    purpose = models.CharField(max_length=40)
    # Kind of service as facts name it, and the organisation itself where she named one.
    recipient = models.CharField(max_length=40)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    groups = ArrayField(models.CharField(max_length=40))
    channels = ArrayField(models.CharField(max_length=16))
    language = models.CharField(max_length=3, blank=True)
    # Names of interpreter and witness, and her own words: sealed under her key.
    people = models.BinaryField()
    # Whether what is recorded later flows too.
    ongoing = models.BooleanField(default=False)
    paper = models.CharField(max_length=12, default=KEPT_HERE)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    recorded_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    withdrawn_at = models.DateTimeField(null=True)

    objects = ScopedManager()

    class Meta:
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(fields=["case", "version"], name="one_consent_per_version"),
            models.CheckConstraint(condition=models.Q(said_by__in=VOICES), name="consent_says_in_whose_voice"),
            models.CheckConstraint(condition=models.Q(paper__in=PAPERS), name="consent_says_where_its_paper_is"),
            models.CheckConstraint(
                condition=models.Q(said_by=STAFF, fact=None) | (~models.Q(said_by=STAFF) & ~models.Q(fact=None)),
                name="what_staff_say_of_her_is_no_consent_of_hers",
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")), name="consent_ends_after_start"
            ),
        ]


class ConsentCopy(OfFile):
    """A paper that was made of one agreement: in which language, and whether she takes it or it stays with the organisation."""

    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, related_name="copies", db_constraint=False)
    language = models.CharField(max_length=5)
    kept = models.CharField(max_length=12)
    made_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    objects = ScopedManager()

    class Meta:
        ordering = ["-made_at", "id"]
        constraints = [models.CheckConstraint(condition=models.Q(kept__in=PAPERS), name="consent_copy_says_where_it_is")]
