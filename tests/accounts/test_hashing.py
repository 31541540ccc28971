"""A hash that was read in the database is worth nothing without the root key."""

from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import Argon2PasswordHasher, check_password, make_password
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from repere.accounts import hashing
from repere.accounts.actions import change_password
from repere.accounts.models import User
from repere.accounts.rootkey import root_key
from tests.accounts.proving import PASSWORD, by_password, give_password
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db


def held(user: User) -> str:
    return str(User.objects.values_list("password", flat=True).get(pk=user.pk))


def test_what_a_colleague_reads_by_sql_cannot_be_tried(people: Cast) -> None:
    """A connection inside the organisation reads her row. The right password does not fit its hash without the wrapped key."""
    give_password(people.amina.user)
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT password FROM accounts_user WHERE id = %s", [people.amina.user.pk])
        [read] = cursor.fetchone()
    algorithm, _wrapped, hashed = read.split("$", 2)
    assert algorithm == "keyed_argon2"
    assert not Argon2PasswordHasher().verify(PASSWORD, f"argon2${hashed}")
    assert check_password(PASSWORD, read)
    assert len(read) < 512 - 100, "room for a longer wrap of another keeper of the root"


STEPS = "changed by its own steps"


def refused_to(member: Member, statement: str, values: list[object], words: str = STEPS) -> None:
    with member.acts(), pytest.raises(DatabaseError, match=words), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def test_no_sql_of_hers_makes_another_hash_open_her_account(people: Cast) -> None:
    """The attack: one statement in a request of hers, with a hash whose password somebody else knows. Nor an address, nor an end."""
    give_password(people.bruno.user)
    known = held(people.bruno.user)
    for member in (people.amina, people.chloe):
        refused_to(member, "UPDATE accounts_user SET password = %s WHERE id = %s", [known, member.user.pk])
        refused_to(member, "UPDATE accounts_user SET email = 'autre@exemple.example' WHERE id = %s", [member.user.pk])
        refused_to(member, "UPDATE accounts_user SET is_active = false WHERE id = %s", [member.user.pk])
        refused_to(member, "UPDATE accounts_user SET name = 'Préfecture, cellule traite' WHERE id = %s", [member.user.pk])
    assert authenticate(None, username=people.amina.user.email, password=PASSWORD) is None
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET language = 'en' WHERE id = %s", [people.amina.user.pk])
        assert cursor.rowcount == 1, "her language is hers"


def test_nobody_makes_an_account_that_opens_already(people: Cast) -> None:
    """Made by SQL beforehand, for the address of somebody who will be invited, it would be the maker's."""
    give_password(people.ines.user)
    make = (
        "INSERT INTO accounts_user (id, email, name, password, language, is_active)"
        " SELECT gen_random_uuid(), 'bientot@exemple.example', 'Bientôt', password, language, true"
        " FROM accounts_user WHERE id = %s"
    )
    refused_to(people.ines, make, [people.ines.user.pk])


def test_nobody_takes_an_address_beforehand_or_learns_that_it_has_an_account(people: Cast) -> None:
    """By SQL of any member, an administrator too: the answer is the same for an address that has an account and one that has none."""
    make = (
        "INSERT INTO accounts_user (id, password, email, name, language, is_active, created_at)"
        " VALUES (gen_random_uuid(), '!x', %s, 'X', 'fr', true, now())"
    )
    for member in (people.amina, people.chloe):
        for email in ("somebody@police.example", people.ines.user.email):
            refused_to(member, make, [email], "row-level security")


def test_she_changes_her_password_herself(people: Cast) -> None:
    give_password(people.amina.user)
    change_password(people.amina.user, "tout autre chose de long", now=timezone.now())
    assert authenticate(None, username=people.amina.user.email, password="tout autre chose de long") == people.amina.user


def test_each_hash_has_a_key_of_its_own() -> None:
    one, two = make_password(PASSWORD), make_password(PASSWORD)
    assert one.split("$")[1] != two.split("$")[1]
    mixed = "$".join([*one.split("$")[:2], *two.split("$")[2:]])
    assert check_password(PASSWORD, one)
    assert check_password(PASSWORD, two)
    assert not check_password(PASSWORD, mixed)


@pytest.mark.parametrize("damaged", ["", "AAAA", "é", "!" * 40])
def test_a_damaged_key_lets_nobody_in_and_breaks_nothing(damaged: str) -> None:
    parts = make_password(PASSWORD).split("$")
    parts[1] = damaged
    assert not check_password(PASSWORD, "$".join(parts))
    assert hashing.is_under_older_root("$".join(parts))
    assert not hashing.opens("$".join(parts))


def test_a_hash_of_before_is_keyed_at_the_next_sign_in(people: Cast) -> None:
    user = people.amina.user
    User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD, hasher="argon2"))
    assert held(user).startswith("argon2$")
    assert hashing.is_under_older_root(held(user)) is False, "it has no key that a rotation would wrap"
    by_password(user, Client())
    assert held(user).startswith("keyed_argon2$")
    assert check_password(PASSWORD, held(user))


def test_wrapped_again_it_is_the_same_password() -> None:
    first = make_password(PASSWORD)
    again = hashing.rewrapped(first)
    assert again != first
    assert again.split("$")[2:] == first.split("$")[2:]
    assert check_password(PASSWORD, again)
    assert root_key().is_present(hashing._blob(again))
