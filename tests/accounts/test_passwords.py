"""Which passwords open nothing here, and what a stranger learns by trying."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.accounts.models import User
from repere.accounts.own import keeper_of
from tests.accounts.proving import PASSWORD, give_password
from tests.people import Cast

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "password",
    ["football2026!", "iloveyou123456", "P@ssw0rd!!2026", "atalante-atalante", "Repere-2026-Atalante", "motdepasse!2026", "amina@exemple"],
)
def test_passwords_that_are_guessed_first_are_refused(people: Cast, password: str) -> None:
    """A year behind a common word, the tool, her own organisation."""
    with pytest.raises(ValidationError):
        validate_password(password, people.amina.user)


@pytest.mark.parametrize("password", [PASSWORD, "neuf pommes sur une table", "kR7#vd0!qpZ2mm", "une phrase de passe sans chiffre"])
def test_long_passwords_need_no_signs(people: Cast, password: str) -> None:
    """No rule of composition: length is what counts."""
    validate_password(password, people.amina.user)


@pytest.mark.parametrize("who", ["right", "wrong", "unknown", "closed", "without_password"])
def test_every_attempt_costs_one_hash(people: Cast, who: str) -> None:
    """Were an unknown address answered sooner, the clock would tell who has an account. Hashing is counted, not timed."""
    give_password(people.amina.user)
    with acting_as(keeper_of(people.bruno.user)):
        User.objects.filter(pk=people.bruno.user.pk).update(is_active=False)
    email = {"unknown": "personne@ailleurs.example", "closed": people.bruno.user.email, "without_password": people.sonia.user.email}
    given = "autre chose de long" if who != "right" else PASSWORD
    hasher = Argon2PasswordHasher
    with (
        patch.object(hasher, "encode", autospec=True, side_effect=hasher.encode) as made,
        patch.object(hasher, "verify", autospec=True, side_effect=hasher.verify) as compared,
    ):
        Client().post(reverse("accounts:sign_in"), {"email": email.get(who, people.amina.user.email), "password": given})
    assert made.call_count + compared.call_count == 1
