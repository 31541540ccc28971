"""People who sign in, what they are members of, and the keys of their organisations."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower

from repere.accounts.actor import Actor
from repere.directory.models import Organisation

ADMINISTRATOR = "administrator"


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
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
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="account_address_is_in_lower_case")]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> MembershipQuerySet:
        return self.filter(ended_at=None, user__is_active=True).select_related("user", "organisation")

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

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"],
                condition=models.Q(ended_at=None),
                name="one_current_membership_per_role",
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} @ {self.organisation_id}"

    def actor(self) -> Actor:
        return Actor(
            user_id=self.user_id,
            organisation_id=self.organisation_id,
            role=self.role,
            language=self.user.language,
            label=self.user.name,
        )


class Invitation(models.Model):
    """A link that works once and lets its receiver choose the first password. Only a hash of it is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="invitations")
    token_hash = models.BinaryField(unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]

    def is_open(self, now: datetime) -> bool:
        return self.used_at is None and now < self.expires_at and self.user.is_active


class SignInBucket(models.Model):
    """Tokens left for one keyed hash of an address or account; refilled as time passes."""

    key = models.BinaryField(primary_key=True, max_length=32)
    tokens = models.FloatField()
    refilled_at = models.DateTimeField()


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
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = '"keys"."person_key_wrap"'
        constraints = [models.UniqueConstraint(fields=["person_id", "organisation"], name="one_wrap_per_person_and_organisation")]
