"""What the directory holds: bodies, what they offer, who holds a function, how to reach them, and how sure that is."""

from __future__ import annotations

import uuid
from datetime import date

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from repere.directory.models import Organisation
from repere.directory.tiers import SeenByActor, Tier
from repere.directory.vocabulary import REFERENTS, Function, Kind, Support


def codes(longest: int = 40) -> ArrayField[list[str], list[str]]:
    return ArrayField(models.CharField(max_length=longest), default=list, blank=True)


class Origin(models.TextChoices):
    ENTERED = "entered", _("Entered by a member about another body")
    SELF_DECLARED = "self_declared", _("Declared by the body itself")
    IMPORTED = "imported", _("Imported")


class ImportBatch(models.Model):
    """A file that was brought: read, shown, then applied or left; an applied one can be undone."""

    class State(models.TextChoices):
        PREVIEWED = "previewed", _("Read, not applied")
        APPLIED = "applied", _("Applied")
        UNDONE = "undone", _("Undone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user_id = models.UUIDField()
    format = models.CharField(max_length=20)
    source = models.CharField(max_length=80)
    digest = models.CharField(max_length=64)
    content = models.TextField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.PREVIEWED)
    brought_at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-brought_at", "id"]


class Structure(models.Model):
    """A body that offers something, whether or not it works in this installation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Who keeps this entry; and, where the body itself works here, which organisation it is.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    tier = models.PositiveSmallIntegerField(choices=Tier.choices, default=Tier.MEMBERS)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=32, choices=Kind.choices, default=Kind.OTHER)
    website = models.URLField(max_length=300, blank=True)
    source = models.CharField(max_length=80, blank=True)
    source_key = models.CharField(max_length=200, blank=True)
    # Organisations that who keeps it has shown it to.
    known_to = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_on = models.DateField(null=True)
    words = models.TextField(blank=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [models.Index(fields=["organisation", "source", "source_key"], name="structure_by_source")]

    def __str__(self) -> str:
        return self.name


class ServiceQuerySet(SeenByActor):
    def open(self) -> ServiceQuerySet:
        return self.filter(closed_on=None)

    def offered(self) -> ServiceQuerySet:
        """Vetted by two persons of two organisations, and open."""
        return self.filter(closed_on=None, vetted_at__isnull=False)


class Service(models.Model):
    """What somebody can turn to: a service, the post of a referent, an interpreter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    structure = models.ForeignKey(Structure, on_delete=models.PROTECT, related_name="services")
    tier = models.PositiveSmallIntegerField(choices=Tier.choices, default=Tier.MEMBERS)
    function = models.CharField(max_length=32, choices=Function.choices)
    name = models.CharField(max_length=200)
    description = models.TextField(max_length=2000, blank=True)
    support = models.CharField(max_length=12, choices=Support.choices, blank=True)
    audiences = codes()
    forms = codes()
    languages = codes(3)
    # Codes of départements and territories that it serves; FR for the whole country.
    territories = codes(3)
    remote = models.BooleanField(default=False)
    travel = models.CharField(max_length=300, blank=True)
    eligibility = models.CharField(max_length=500, blank=True)
    # Of psychological services: whether it makes the first evaluation, in what frame.
    first_evaluation = models.BooleanField(default=False)
    frame = models.CharField(max_length=300, blank=True)
    training = models.CharField(max_length=300, blank=True)
    trained_on = models.DateField(null=True)
    # Of interpreters: a community or a conflict that whoever calls should know of, before the person is asked.
    caution = models.CharField(max_length=200, blank=True)
    cost = models.CharField(max_length=200, blank=True)
    hours = models.CharField(max_length=200, blank=True)
    website = models.URLField(max_length=300, blank=True)
    origin = models.CharField(max_length=16, choices=Origin.choices, default=Origin.ENTERED)
    source = models.CharField(max_length=80, blank=True)
    source_key = models.CharField(max_length=200, blank=True)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="+", null=True)
    known_to = ArrayField(models.UUIDField(), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_on = models.DateField(null=True)
    vetted_at = models.DateTimeField(null=True, editable=False)
    # How often its name, its kind or what it is for changed: a voice counts for the version that it saw. Triggers count.
    version = models.PositiveIntegerField(db_default=0, editable=False)
    # What can be searched of it, in plain words; nothing where the tier keeps it out of lists.
    words = models.TextField(blank=True)
    search = models.GeneratedField(expression=SearchVector("words", config="french"), output_field=SearchVectorField(), db_persist=True)

    objects = ServiceQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            GinIndex(fields=["search"], name="service_by_words"),
            GinIndex(fields=["languages"], name="service_by_language"),
            GinIndex(fields=["territories"], name="service_by_territory"),
            models.Index(fields=["function"], condition=Q(closed_on=None), name="service_by_function"),
            models.Index(fields=["organisation", "source", "source_key"], name="service_by_source"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(tier__lt=Tier.NEED_TO_KNOW) | Q(words=""), name="what_is_need_to_know_is_not_searched"),
            models.CheckConstraint(condition=~Q(territories=[]), name="a_service_serves_a_territory"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_post(self) -> bool:
        return self.function in REFERENTS


class Mandate(models.Model):
    """A named person who holds a function for a time. The post stays when she leaves, and shows that nobody holds it."""

    class Rank(models.TextChoices):
        HOLDER = "holder", _("Holder")
        DEPUTY = "deputy", _("Deputy")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="mandates")
    rank = models.CharField(max_length=8, choices=Rank.choices, default=Rank.HOLDER)
    name = models.CharField(max_length=120)
    training = models.CharField(max_length=300, blank=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    entered_by = models.UUIDField()
    entered_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    ended_entered_by = models.UUIDField(null=True)
    # Somebody else called the service line and heard that this person holds the function.
    confirmed_on = models.DateField(null=True)
    confirmed_by = models.UUIDField(null=True)
    confirmed_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)

    class Meta:
        ordering = ["rank", "-starts_on", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="a_mandate_ends_after_it_starts"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")), name="nobody_confirms_whom_they_named"
            ),
            models.UniqueConstraint(fields=["service"], condition=Q(ends_on=None, rank="holder"), name="one_holder_at_a_time"),
        ]

    def runs_on(self, day: date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day <= self.ends_on)


class Contact(models.Model):
    """A way to reach a service line, or the person who holds a mandate. Its value never changes: another one replaces it."""

    class Kind(models.TextChoices):
        PHONE = "phone", _("Telephone")
        EMAIL = "email", _("Mailbox")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="contacts")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="contacts", null=True)
    kind = models.CharField(max_length=8, choices=Kind.choices)
    value = models.CharField(max_length=254)
    entered_at = models.DateTimeField()
    entered_by = models.UUIDField()
    entered_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    verified_on = models.DateField(null=True)
    verified_by = models.UUIDField(null=True)
    verified_organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    # A changed contact waits until somebody else has called the former one.
    replaces = models.ForeignKey("self", on_delete=models.PROTECT, related_name="replacements", null=True)
    called_back_on = models.DateField(null=True)
    called_back_by = models.UUIDField(null=True)
    ended_on = models.DateField(null=True)
    # A link that was clicked shows that a mailbox is read, and nothing of who reads it.
    mailbox_proved_on = models.DateField(null=True)

    class Meta:
        ordering = ["mandate_id", "kind", "entered_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(called_back_by=None) | ~Q(called_back_by=F("entered_by")), name="another_person_calls_back"),
            models.UniqueConstraint(fields=["replaces"], condition=Q(ended_on=None), name="one_change_at_a_time"),
        ]

    @property
    def is_pending(self) -> bool:
        return self.replaces_id is not None and self.called_back_on is None


class MailboxLink(models.Model):
    """A link that was sent to a mailbox: only a hash of its secret is kept. It opens once, and proves that letters are read there.

    `failure`: name of the error where the mail server did not take the letter, without an address.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", db_index=False)
    user_id = models.UUIDField()
    secret_hash = models.BinaryField(max_length=32)
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    failure = models.CharField(max_length=60, blank=True, default="")
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at", "id"]


class Voice(models.Model):
    """One person of one organisation says that this entry is what it says it is. Two of two, and it may be offered."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="voices")
    user_id = models.UUIDField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=300)
    # That of the entry at this moment, written by the database.
    version = models.PositiveIntegerField(db_default=0, editable=False)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["service", "organisation", "version"], name="one_voice_per_organisation_and_version")
        ]


class Outcome(models.Model):
    """What came of turning to a service. No person stands here."""

    class What(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        ACCEPTED = "accepted", _("Accepted")
        REFUSED = "refused", _("Refused")
        NO_ANSWER = "no_answer", _("No answer")
        WRONG_CONTACT = "wrong_contact", _("Wrong contact")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="outcomes")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    user_id = models.UUIDField(null=True)
    on = models.DateField()
    what = models.CharField(max_length=16, choices=What.choices)
    # By the clock of the database, which counts by it what one person tells.
    told_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ["on", "id"]
        indexes = [models.Index(fields=["service", "on"], name="outcomes_of_a_service")]
        constraints = [models.UniqueConstraint(fields=["service", "organisation", "on", "what"], name="told_once_a_day_by_one_body")]


class Convention(models.Model):
    """An agreement between bodies that must outlive the agent who follows it."""

    class State(models.TextChoices):
        PREPARED = "prepared", _("Being prepared")
        SIGNED = "signed", _("Signed")
        ENDED = "ended", _("Ended")
        GIVEN_UP = "given_up", _("Given up")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    parties = ArrayField(models.CharField(max_length=200))
    object = models.TextField(max_length=1000)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PREPARED)
    territories = codes(3)
    starts_on = models.DateField(null=True)
    ends_on = models.DateField(null=True)
    money = models.CharField(max_length=300, blank=True)
    agent = models.CharField(max_length=120, blank=True)
    successor = models.CharField(max_length=120, blank=True)
    # The post that takes over whoever holds it, so that it outlives the named person too.
    successor_role = models.CharField(max_length=200, blank=True)
    # Days before the end for which a reminder went out; nothing while none has.
    reminded_days = models.PositiveSmallIntegerField(null=True)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["-changed_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="a_convention_ends_after_it_starts"
            )
        ]


class ReminderLetter(models.Model):
    """One letter about one step of a convention's end, to one member who asked for letters (`wish_id`, kept in the room of the files).

    The row is the claim: written first, sent after.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    convention = models.ForeignKey(Convention, on_delete=models.PROTECT, related_name="+", db_index=False)
    wish_id = models.UUIDField()
    days = models.PositiveSmallIntegerField()
    ends_on = models.DateField()
    written_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    # Name of the last error, without an address.
    failure = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["written_at", "id"]
        constraints = [
            # Another end starts the steps anew.
            models.UniqueConstraint(fields=["convention", "wish_id", "days", "ends_on"], name="one_letter_per_reminder_and_member")
        ]
        indexes = [models.Index(fields=["written_at"], condition=Q(sent_at=None), name="reminders_to_send")]


class Question(models.Model):
    """A directed question about what is not listed: who asked, about what, and that an answer was given."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user_id = models.UUIDField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    region = models.CharField(max_length=3)
    audience = models.CharField(max_length=12)

    class Meta:
        ordering = ["-asked_at", "id"]


class Secret(models.Model):
    """An address, a door code, a night line: sealed for one holder, for a time. The database never sees a word of it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="+")
    holder = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    blob = models.BinaryField()
    # How much of it this box holds: a word of `accounts.secret_entries.STAGES`; nothing in the box of who keeps the entry.
    stage = models.CharField(max_length=16, blank=True)
    until = models.DateTimeField(null=True)
    given_at = models.DateTimeField()

    class Meta:
        ordering = ["given_at", "id"]


class ImportChange(models.Model):
    """What one row of a batch did to one entry, and what stood there before: enough to undo it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    batch = models.ForeignKey(ImportBatch, on_delete=models.PROTECT, related_name="changes")
    service_id = models.UUIDField()
    # Nothing for an entry that the batch made.
    before = models.JSONField(null=True)
    after = models.JSONField()

    class Meta:
        ordering = ["id"]


class PublishedService(models.Model):
    """The public part of an entry, copied out. Never a person, never anything above T0."""

    id = models.UUIDField(primary_key=True)
    name = models.CharField(max_length=200)
    structure = models.CharField(max_length=200)
    function = models.CharField(max_length=32)
    territories = codes(3)
    languages = codes(3)
    phone = models.CharField(max_length=30, blank=True)
    website = models.URLField(max_length=300, blank=True)
    verified_on = models.DateField(null=True)

    class Meta:
        db_table = '"published"."directory_service"'


class PublishedCoverage(models.Model):
    """Whether a function of the State is held in a département, as it was when it was published."""

    id = models.BigAutoField(primary_key=True)
    function = models.CharField(max_length=32)
    territory = models.CharField(max_length=3)
    state = models.CharField(max_length=12)
    as_of = models.DateField()

    class Meta:
        db_table = '"published"."directory_coverage"'
        constraints = [models.UniqueConstraint(fields=["function", "territory"], name="published_coverage_once")]


class RegionKept(models.Model):
    """That a protected function had enough bodies in a région on a day. Kept inside the house until it is old enough to be told."""

    id = models.BigAutoField(primary_key=True)
    function = models.CharField(max_length=32)
    region = models.CharField(max_length=3)
    on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["function", "region", "on"], name="region_kept_once_a_day")]


class PublishedRegion(models.Model):
    """A région in which a protected function had enough bodies some months ago. A région that is not here says nothing."""

    id = models.BigAutoField(primary_key=True)
    function = models.CharField(max_length=32)
    region = models.CharField(max_length=3)
    as_of = models.DateField()

    class Meta:
        db_table = '"published"."directory_region"'
        constraints = [models.UniqueConstraint(fields=["function", "region"], name="published_region_once")]
