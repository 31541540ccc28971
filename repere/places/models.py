"""Shelter, unit, place; what was asked, held, answered; who stays. No table names a person or an address.

`reference` is an opaque number that the room of the case files gave; it is never shown on a page.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils.translation import gettext_lazy as _

from repere.accounts.actor import Actor
from repere.directory.models import Organisation
from repere.places.roles import COORDINATION
from repere.places.scope import SeenByActor


def _id() -> Any:
    return models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


def _organisation() -> Any:
    return models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")


def _codes(length: int = 32) -> Any:
    return ArrayField(models.CharField(max_length=length), default=list, blank=True)


def listed_or_ours(actor: Actor) -> Q:
    """What may be shown: listed places of bodies past their probation, to organisations past theirs; ours; all of them to a job."""
    if actor.kind == "system" and actor.organisation_id is None:
        return Q()
    if actor.organisation_id is None:
        return Q(pk__in=[])
    hosts = Organisation.objects.vetting().order_by().values("pk")
    return Q(organisation_id=actor.organisation_id) | Q(models.Exists(_active(actor)), listed=True, organisation_id__in=hosts)


def _active(actor: Actor) -> models.QuerySet[Organisation]:
    """The acting organisation, where it is past its probation and not stopped."""
    return Organisation.objects.vetting().filter(pk__in=[actor.organisation_id] if actor.organisation_id else [])


def _received(actor: Actor, request: str) -> Q:
    """Requests that the acting organisation may read as a host: asked of it while it may receive, or living with it."""
    mine = Hold.objects.filter(request=models.OuterRef(request), host_id=actor.organisation_id)
    asked = mine.filter(models.Exists(_active(actor)), state__in=("asked", "accepted"))
    return Q(models.Exists(mine.filter(state=Hold.State.ARRIVED))) | Q(models.Exists(asked))


class Shelter(models.Model):
    """One house or service of an organisation. `listed`: other organisations see its units; if not, only the need goes to it.

    `vouched_at`: when two persons of two other organisations had vouched for it, where it lies and under its name; before, it receives
    nobody. The database counts the voices. `zone_since`: the day (UTC) since which it lies there; a trigger keeps it. `confirmed_at`:
    when its free places were last said right. `papers_law`: the text that asks for an identity paper.
    """

    id = _id()
    organisation = _organisation()
    name = models.CharField(max_length=80)
    listed = models.BooleanField(default=False)
    zone = models.CharField(max_length=3)
    zone_since = models.DateField()
    languages = _codes(3)
    trained_for = _codes()
    security = models.SmallIntegerField(default=0)
    men_on_site = models.BooleanField(default=True)
    papers_law = models.CharField(max_length=200, blank=True)
    most_households = models.PositiveSmallIntegerField(null=True)
    most_minors = models.PositiveSmallIntegerField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    confirmed_by = models.UUIDField(null=True)
    paused_at = models.DateTimeField(null=True)
    vouched_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField()

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.CheckConstraint(condition=Q(security__range=(0, 2)), name="security_is_0_to_2")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return listed_or_ours(actor)


class Unit(models.Model):
    """A room, a flat or a dormitory: what is given together. Attributes as in `repere.core.needs.Place`."""

    class Gender(models.TextChoices):
        WOMEN = "women", _("Women")
        MEN = "men", _("Men")
        ANY = "any", _("Everybody")

    class Phase(models.TextChoices):
        EMERGENCY = "emergency", _("Emergency shelter")
        STABILISATION = "stabilisation", _("Stabilisation")
        RECONSTRUCTION = "reconstruction", _("Rebuilding")
        MINORS = "minors", _("Minors")

    id = _id()
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="units")
    organisation = _organisation()
    listed = models.BooleanField(default=False)
    label = models.CharField(max_length=40)
    capacity = models.PositiveSmallIntegerField()
    one_household = models.BooleanField(default=True)
    gender = models.CharField(max_length=8, choices=Gender.choices, default=Gender.ANY)
    children = models.BooleanField(default=True)
    unaccompanied_minors = models.BooleanField(default=False)
    couples = models.BooleanField(default=True)
    step_free = models.BooleanField(default=False)
    pets = models.BooleanField(default=False)
    collective = models.BooleanField(default=False)
    requires_papers = models.BooleanField(default=False)
    remote = models.BooleanField(default=False)
    isolated_first = models.BooleanField(default=False)
    phases = _codes(16)
    out_of_use = models.BooleanField(default=False)
    created_at = models.DateTimeField()

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["label", "id"]
        indexes = [models.Index(fields=["shelter"], name="units_of_a_shelter")]
        constraints = [models.CheckConstraint(condition=Q(capacity__range=(1, 60)), name="capacity_is_1_to_60")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return listed_or_ours(actor)


class ShelterChange(models.Model):
    """What was changed of a shelter or of one of its units, by whom and when. `changed`: name of the attribute → [before, after].

    `capacity` is the number of beds.
    """

    id = _id()
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    organisation = _organisation()
    user_id = models.UUIDField()
    at = models.DateTimeField()
    changed = models.JSONField()

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["-at", "id"]
        indexes = [models.Index(fields=["shelter", "-at"], name="changes_of_a_shelter")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id)


class Bed(models.Model):
    """One place for one person. `opened_on`: nothing, and it is there since the unit is; `closed_on`: taken away, for good, that day."""

    id = _id()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="beds")
    organisation = _organisation()
    listed = models.BooleanField(default=False)
    number = models.PositiveSmallIntegerField()
    out_of_use = models.BooleanField(default=False)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["number", "id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "number"], name="one_bed_of_a_number"),
            models.CheckConstraint(condition=Q(closed_on=None) | Q(out_of_use=True), name="a_bed_taken_away_is_given_to_nobody"),
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return listed_or_ours(actor)


class Request(models.Model):
    """A household that needs a place. `household`: its needs, in the format of docs/placement.md.

    `line`: the telephone of the service that asks, in international form, for the houses that are asked; never a person's own.
    `changed_at`: when its needs were last changed; what stood before is a `FormerNeeds`.
    `moved_from`: the stay that an incident ends; such a request is the shelter's, and its steps are told to `told_to`, who keeps the file.
    """

    class Outcome(models.TextChoices):
        OPEN = "open", _("Looking for a place")
        PLACED = "placed", _("In a place")
        WITHDRAWN = "withdrawn", _("No longer needed")
        UNMET = "unmet", _("No place was found")

    id = _id()
    reference = models.UUIDField()
    organisation = _organisation()
    user_id = models.UUIDField()
    household = models.JSONField()
    size = models.PositiveSmallIntegerField()
    minors = models.PositiveSmallIntegerField(default=0)
    phase = models.CharField(max_length=16)
    urgency = models.PositiveSmallIntegerField(default=1)
    zone = models.CharField(max_length=3, blank=True)
    line = models.CharField(max_length=20, blank=True, default="")
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True)
    first_yes_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12, choices=Outcome.choices, default=Outcome.OPEN)
    moved_from = models.UUIDField(null=True)
    told_to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    key = models.UUIDField(unique=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["organisation", "reference"], name="requests_of_a_file"),
            models.Index(fields=["asked_at"], condition=Q(closed_at=None), name="requests_waiting"),
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        if (actor.kind == "system" and actor.organisation_id is None) or actor.role == COORDINATION:
            return Q()
        return Q(organisation_id=actor.organisation_id) | _received(actor, "pk")


class HoldQuerySet(SeenByActor):
    def open(self) -> Any:
        """Those that still keep something or wait for an answer."""
        return self.filter(state__in=("asked", "accepted"))


class Hold(models.Model):
    """One request before one shelter, from the question to the leaving. `unit` is chosen by the shelter where it is not listed.

    Of a shelter that is not listed the asking organisation sees a row only once it said yes.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waiting for an answer")
        ACCEPTED = "accepted", _("Accepted")
        DECLINED = "declined", _("Not possible now")
        EXPIRED = "expired", _("Ended without an answer")
        WITHDRAWN = "withdrawn", _("Given back")
        ARRIVED = "arrived", _("Arrived")
        LEFT = "left", _("Left")

    id = _id()
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="holds")
    asking = _organisation()
    host = _organisation()
    shelter = models.ForeignKey(Shelter, on_delete=models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True)
    listed = models.BooleanField()
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    said_yes = models.BooleanField(default=False)
    user_id = models.UUIDField(null=True)
    asked_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.UUIDField(null=True)
    second_look_by = models.UUIDField(null=True)
    arrived_at = models.DateTimeField(null=True)
    left_at = models.DateTimeField(null=True)
    key = models.UUIDField(unique=True, null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [
            models.Index(fields=["host", "state"], name="holds_of_a_host"),
            models.Index(fields=["request"], name="holds_of_a_request"),
            models.Index(fields=["ends_at"], condition=Q(state__in=("asked", "accepted")), name="holds_that_end"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["request"], condition=Q(state__in=("accepted", "arrived")), name="one_yes_for_a_request"),
            models.UniqueConstraint(
                fields=["request", "shelter"], condition=Q(listed=False, state__in=("asked", "accepted", "arrived")),
                name="one_need_at_a_time_for_an_unlisted_shelter",
            ),
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        if actor.kind == "system" and actor.organisation_id is None:
            return Q()
        seen = Q(host_id=actor.organisation_id) | Q(asking_id=actor.organisation_id) & (Q(listed=True) | Q(said_yes=True))
        return seen | Q(listed=True) if actor.role == COORDINATION else seen


class UuidRange(Func):
    """`uuidrange(x, x, '[]')`: the equality half of an exclusion, without an extension of the server."""

    function = "uuidrange"


class Occupancy(models.Model):
    """A bed kept for a hold during some time. Two of them never overlap on one bed: the table refuses it.

    Read by the two sides of the hold. Whether a bed of others is free is answered by `beds.TAKEN`.
    """

    id = _id()
    bed = models.ForeignKey(Bed, on_delete=models.PROTECT, related_name="occupancies")
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="occupancies")
    during = DateTimeRangeField()
    live = models.BooleanField(default=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["hold"], name="beds_of_a_hold")]
        constraints = [
            ExclusionConstraint(
                name="nobody_holds_a_held_bed",
                expressions=[
                    (UuidRange(F("bed"), F("bed"), Value("[]"), output_field=models.TextField()), RangeOperators.OVERLAPS),
                    ("during", RangeOperators.OVERLAPS),
                ],
                condition=Q(live=True),
            )
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        if actor.kind == "system" and actor.organisation_id is None:
            return Q()
        # By a sub-select: a join would drop the row of a bed that is hidden from whoever asked for it.
        holds = Hold.objects.filter(Q(asking_id=actor.organisation_id) | Q(host_id=actor.organisation_id))
        return Q(hold_id__in=holds.values("pk"))


class BesideRequestQuerySet(SeenByActor):
    def standing(self) -> Any:
        """Of what may end: what has not."""
        return self.filter(ended_at=None)


class BesideRequest(models.Model):
    """Said beside a request: read by who asked and by the shelter that received the need."""

    organisation = _organisation()
    created_at = models.DateTimeField()

    objects = BesideRequestQuerySet.as_manager()

    class Meta:
        abstract = True
        ordering = ["created_at", "id"]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id) | _received(actor, "request")


class Apart(BesideRequest):
    """Whom a household must not live with, by reference or by mark. Never read for the seeker's list."""

    id = _id()
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="apart")
    other = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta(BesideRequest.Meta):
        constraints = [models.UniqueConstraint(fields=["request", "other"], condition=Q(ended_at=None), name="said_once")]


class Carried(BesideRequest):
    """A mark that a household bears: an agreed code that says nothing, for somebody known elsewhere or for a network (`marks.py`)."""

    id = _id()
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="carried")
    mark = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta(BesideRequest.Meta):
        constraints = [models.UniqueConstraint(fields=["request", "mark"], condition=Q(ended_at=None), name="carried_once")]


class FormerNeeds(BesideRequest):
    """What a request said until it was changed, at `created_at`. A shelter reads it where it had received the request before that."""

    id = _id()
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="former")
    user_id = models.UUIDField()
    household = models.JSONField()
    phase = models.CharField(max_length=16)
    urgency = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["request", "created_at"], name="changed_once_at_a_time")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        mine = Hold.objects.filter(request=models.OuterRef("request"), host_id=actor.organisation_id)
        before = Q(models.Exists(mine.filter(asked_at__lte=models.OuterRef("created_at"))))
        return Q(organisation_id=actor.organisation_id) | _received(actor, "request") & before


class Question(models.Model):
    """A house that was asked asks back, and whoever asked answers: one short question, one short answer, about nobody by name.

    No column says which organisation asks: a house that is not listed asks without saying which one it is.
    """

    id = _id()
    hold = models.ForeignKey(Hold, on_delete=models.PROTECT, related_name="+")
    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="questions")
    text = models.CharField(max_length=300)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=300, blank=True, default="")
    answered_at = models.DateTimeField(null=True)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["asked_at", "id"]
        indexes = [models.Index(fields=["request"], condition=Q(answered_at=None), name="questions_that_wait")]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | Q(answered_at__isnull=False) & ~Q(answer=""), name="an_answer_says_something"
            ),
        ]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        ours = Request.objects.filter(Q(organisation_id=actor.organisation_id))
        asked = Hold.objects.filter(pk=models.OuterRef("hold"), host_id=actor.organisation_id)
        reading = asked.filter(Q(state=Hold.State.ARRIVED) | Q(models.Exists(_active(actor)), state__in=("asked", "accepted")))
        return Q(request_id__in=ours.values("pk")) | Q(models.Exists(reading))


class PrivateReason(models.Model):
    """Why a shelter said no. Its own; whoever asked learns only that it is not possible now."""

    class Reason(models.TextChoices):
        FULL = "full", _("Full, whatever the figures say")
        NOT_FITTING = "not_fitting", _("Does not fit")
        SAFETY = "safety", _("Safety of somebody who lives here")
        STAFF = "staff", _("Not enough staff")
        OTHER = "other", _("Another reason")

    id = _id()
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="+")
    organisation = _organisation()
    reason = models.CharField(max_length=12, choices=Reason.choices)

    objects = SeenByActor.as_manager()

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id)


class Arrival(models.Model):
    """What was gone through with her on arrival. `items`: code of the step → done, later, she_declined."""

    id = _id()
    hold = models.OneToOneField(Hold, on_delete=models.PROTECT, related_name="+")
    organisation = _organisation()
    items = models.JSONField(default=dict)
    user_id = models.UUIDField()
    at = models.DateTimeField()

    objects = SeenByActor.as_manager()

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        return Q(organisation_id=actor.organisation_id)


TOLD_BACK = ("not_there", "requested", "arrived", "search_ended")
"""Steps of those who keep a file that a house with a part in it may read."""


class Event(models.Model):
    """A step that the case file of the reference should tell. Only ever added to; a job turns each into one fact.

    `told_to`: of a no, the shelter that had said the contrary; of a search of those who keep the file, and of its end, a house that
    looks for another place for her after an incident. `phase`: of the place; of a report taken back, why (`Incident.Mistake`).
    """

    class Kind(models.TextChoices):
        REQUESTED = "requested"
        HELD = "held"
        DECLINED_BY_PERSON = "declined_by_person"
        ARRIVED = "arrived"
        LEFT = "left"
        # A household that was moved: the shelter that moved her says so, and whoever keeps her file answers. Neither is a fact yet.
        SAID_THERE = "said_there"
        NOT_THERE = "not_there"
        # Of two who look for a place for one household, one looks no further; a house takes a report of an incident back.
        SEARCH_ENDED = "search_ended"
        TAKEN_BACK = "taken_back"

    id = _id()
    reference = models.UUIDField()
    organisation = _organisation()
    by_organisation = _organisation()
    user_id = models.UUIDField(null=True)
    role = models.CharField(max_length=32)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    phase = models.CharField(max_length=16, blank=True)
    until = models.DateField(null=True)
    on = models.DateField()
    at = models.DateTimeField()
    told_to = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    objects = SeenByActor.as_manager()

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=Q(told_to=None) | Q(kind__in=TOLD_BACK), name="only_some_steps_are_told_back")]

    @staticmethod
    def seen_by(actor: Actor) -> Q:
        if actor.kind == "system" and actor.organisation_id is None:
            return Q()
        ours = Q(organisation_id=actor.organisation_id) | Q(by_organisation_id=actor.organisation_id)
        return ours | Q(told_to_id=actor.organisation_id)


# Tables of four subjects stand in files of their own, and Django looks for tables here.
from repere.places.incident_models import Alert, Incident  # noqa: E402, F401
from repere.places.mark_models import MarkEnd  # noqa: E402, F401
from repere.places.refused_models import RefusedByHer  # noqa: E402, F401
from repere.places.vouching_models import ShelterVoice, VoiceReminder  # noqa: E402, F401
