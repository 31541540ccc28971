"""People who sign in, what they are members of, and the keys of their organisations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from repere.accounts.actor import Actor
from repere.accounts.door import AtTheDoor
from repere.directory.models import WORKING, Organisation

ADMINISTRATOR = "administrator"


class UserManager(BaseUserManager["User"]):
    def get_queryset(self) -> AtTheDoor[User]:
        return AtTheDoor(self.model, using=self._db)

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    password = models.CharField(max_length=512)
    """A hash and its wrapped key (`hashing.py`)."""
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=120)
    language = models.CharField(max_length=2, default="fr")
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        base_manager_name = "objects"
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="account_address_is_in_lower_case")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(AtTheDoor["Membership"]):
    def current(self) -> MembershipQuerySet:
        """Those that open anything today: approved, accepted, neither suspended nor ended, in an organisation that may work."""
        running = self.accepted().filter(ended_at=None, suspended_at=None, approved_at__isnull=False, user__is_active=True)
        return running.filter(organisation__state__in=WORKING).select_related("user", "organisation")

    def accepted(self) -> MembershipQuerySet:
        """Those that their person accepted herself. Of the others her organisation sees only what it typed."""
        return self.filter(accepted_at__isnull=False)

    def standing(self) -> MembershipQuerySet:
        """Every accepted membership that has not ended, suspended ones included."""
        return self.accepted().filter(ended_at=None).select_related("user", "organisation")

    def proposed(self) -> MembershipQuerySet:
        """Those that their person has not accepted yet, approved or not; without her account, which is not shown before."""
        return self.filter(ended_at=None, accepted_at=None).select_related("organisation")

    def of_user(self, user: User) -> MembershipQuerySet:
        """Field roles before the administrator's, so that signing in opens the work."""
        is_administrator = models.Case(models.When(role=ADMINISTRATOR, then=1), default=0)
        return self.current().filter(user=user).order_by(is_administrator, "created_at", "id")


class Membership(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    # A role of the mechanism, or `administrator`.
    role = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    # Closed by default: a membership opens nothing before somebody else approved it. Nobody stands here for the first members
    # of an organisation, whom its vetting let in.
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    approved_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)
    approved_at = models.DateTimeField(null=True)
    # When she said yes herself, by the link and signed in as the account. Before, the membership opens nothing.
    accepted_at = models.DateTimeField(null=True)
    # What whoever invited typed: shown in place of the account's own name until she accepts.
    typed_name = models.CharField(max_length=120, blank=True)
    # When the organisation last said that this person still works there in this role.
    confirmed_at = models.DateTimeField(null=True)
    notice_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_why = models.CharField(max_length=20, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["created_at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(approved_by=None) | models.Q(invited_by=None) | ~models.Q(approved_by=models.F("invited_by")),
                name="nobody_approves_whom_they_invited",
            ),
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=models.Q(ended_at=None),
                name="one_current_membership_per_role",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.role} @ {self.organisation_id}"

    @property
    def shown_name(self) -> str:
        """Her name for those who administer: the account's own once she accepted, what they typed before."""
        return self.user.name if self.accepted_at else self.typed_name or "—"

    def opens_before(self) -> tuple[bool, datetime, uuid.UUID]:
        """The order of `of_user`, for memberships already read."""
        return self.role == ADMINISTRATOR, self.created_at, self.id

    def actor(self) -> Actor:
        return Actor(
            user_id=self.user_id,
            organisation_id=self.organisation_id,
            role=self.role,
            language=self.user.language,
            label=self.user.name,
        )


class Invitation(models.Model):
    """A link that works once: it asks its receiver to accept a membership, or lets her begin her account again.

    It sets a password only where the account never belonged to anybody, or where two persons reset it. Only a hash is kept.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    # What it asks her to accept; empty for a link with which two persons let her begin again.
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+", null=True)
    # The reset it belongs to, where it belongs to one: a reset gives one link.
    reset = models.OneToOneField("accounts.FactorReset", on_delete=models.PROTECT, related_name="+", null=True)
    token_hash = models.BinaryField(unique=True)
    # Of a code sent to her mailbox, where a first password asks for it (`mailbox.py`).
    code_hash = models.BinaryField(null=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    objects = AtTheDoor["Invitation"].as_manager()

    class Meta:
        base_manager_name = "objects"
        ordering = ["created_at", "id"]

    def is_open(self, now: datetime) -> bool:
        stands = self.membership is None or self.membership.ended_at is None
        return stands and self.used_at is None and now < self.expires_at and self.user.is_active


class SignInBucket(models.Model):
    """Tokens left for one keyed hash of an address or account; refilled as time passes."""

    key = models.BinaryField(primary_key=True, max_length=32)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()


class SignedIn(models.Model):
    """One browser in which somebody signed in. What stands here decides, in every process, whether the next request is answered."""

    class How(models.TextChoices):
        PASSKEY = "passkey", _("Passkey")
        CODE = "totp", _("Password and code")
        RECOVERY = "recovery_code", _("Password and recovery code")
        DEMONSTRATION = "demonstration", _("One click, on a demonstration")
        NO_FACTOR = "no_factor", _("No second factor yet")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="signed_in")
    # For which organisation she works in this browser: one that closes her account ends these sessions and no others.
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    # Words for the person who reads her own list, such as "Firefox, Linux". Never an address, never the whole announcement.
    device = models.CharField(max_length=60)
    proved_by = models.CharField(max_length=16, choices=How.choices)
    began_at = models.DateTimeField()
    seen_at = models.DateTimeField()
    # When a factor was last shown here: acts that ask for a fresh proof look at it.
    confirmed_at = models.DateTimeField()
    locked_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-seen_at", "id"]
        indexes = [models.Index(fields=["user"], condition=models.Q(ended_at=None), name="open_sessions_of_a_user")]


class UsedCode(models.Model):
    """A code of an authenticator app that was accepted once. The second process that sees it meets this row."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Number of the thirty-second step the code belongs to (RFC 6238).
    step = models.BigIntegerField()
    used_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "step"], name="a_code_is_accepted_once")]


class OutsideIdentity(models.Model):
    """An account here and the same person at an identity provider. It opens nothing that the account does not hold."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="outside_identities")
    issuer = models.CharField(max_length=200)
    # Keyed hash of the subject: the database alone does not tell who somebody is at the provider.
    subject_hash = models.BinaryField()
    linked_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["issuer", "subject_hash"], name="one_account_per_outside_identity")]


class OrganisationKey(models.Model):
    """An organisation's key, wrapped by the installation's root key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"keys"."organisation_key"'
        constraints = [models.UniqueConstraint(fields=["organisation", "version"], name="one_key_per_version")]


class PersonKeyWrap(models.Model):
    """A person's key, wrapped for one organisation. Without it, what is sealed about her cannot be opened there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person_id = models.UUIDField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    # Who handed it over; empty for the organisation that opened the file. It may take the wrap back.
    shared_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+", null=True)
    # Version of the organisation's key that wraps it.
    version = models.PositiveIntegerField(default=1)
    wrapped = models.BinaryField()
    # How many times her key was replaced, plus one: a revoked share ends with a new key (`cases.actions.rekeying`).
    generation = models.PositiveIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"keys"."person_key_wrap"'
        constraints = [models.UniqueConstraint(fields=["person_id", "organisation"], name="one_wrap_per_person_and_organisation")]


class IndexKey(models.Model):
    """An organisation's key for blind tokens of names, wrapped by the root key.

    Without a row, the first version of the organisation's key serves: so it was before this table.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    wrapped = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"keys"."index_key"'
        constraints = [models.UniqueConstraint(fields=["organisation", "version"], name="one_index_key_per_version")]


class OrganisationKeyPair(models.Model):
    """An X25519 pair: anybody closes for the organisation with the public half; the private half is wrapped by its key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    public = models.BinaryField()
    wrapped = models.BinaryField()
    # Version of the organisation's key that wraps the private half.
    key_version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"keys"."organisation_key_pair"'
        constraints = [models.UniqueConstraint(fields=["organisation", "version"], name="one_key_pair_per_version")]


class PersonKeyRotation(models.Model):
    """A share of this person's key was taken back: she is to be sealed anew under a key that the former reader never held."""

    person_id = models.UUIDField(primary_key=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"keys"."person_key_rotation"'


# The tables of vetting stand in a file of their own, and Django looks for tables here.
from repere.accounts.vetting_models import Application, FactorReset, VettingStep  # noqa: E402, F401
