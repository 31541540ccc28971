"""SQL that somebody smuggled in changes no organisation and ties no account, whoever acts."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from repere.accounts import outside
from repere.accounts.models import OutsideIdentity
from tests.people import Cast

pytestmark = pytest.mark.django_db


def sql(statement: str, *values: object) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


@pytest.mark.parametrize(
    "change", ["state = 'suspended', state_since = now()", "state = 'closed', state_since = now()", "sponsor_id = %s", "name = 'Autre'",
               "territory = '69'", "state_since = now() - interval '1 year'"],
)  # fmt: skip
def test_nobody_changes_what_another_organisation_is(people: Cast, change: str) -> None:
    values = [people.amina.actor.organisation_id] if "%s" in change else []
    with people.amina.acts(), pytest.raises(DatabaseError, match="changed by itself"):
        sql(f"UPDATE directory_organisation SET {change} WHERE id = %s", *values, people.boussole.pk)


def test_nor_does_an_organisation_stop_itself_or_choose_its_sponsor(people: Cast) -> None:
    mine = people.amina.actor.organisation_id
    for change in ("state = 'suspended', state_since = now()", f"sponsor_id = '{people.boussole.pk}'"):
        with people.amina.acts(), pytest.raises(DatabaseError, match="changed by itself"):
            sql(f"UPDATE directory_organisation SET {change} WHERE id = %s", mine)


def test_its_own_name_is_its_own(people: Cast) -> None:
    with people.amina.acts():
        assert sql("UPDATE directory_organisation SET name = name || ' 2' WHERE id = %s", people.amina.actor.organisation_id) == 1


def test_an_account_is_tied_to_a_provider_by_its_own_person_alone(people: Cast) -> None:
    tie = "INSERT INTO accounts_outsideidentity (id, user_id, issuer, subject_hash, linked_at)"
    tie += " VALUES (gen_random_uuid(), %s, 'x', %s, now())"
    victim = people.bruno.actor.user_id
    with pytest.raises(DatabaseError, match="row-level security"):
        sql(tie, victim, b"a" * 32)
    with people.amina.acts(), pytest.raises(DatabaseError, match="row-level security"):
        sql(tie, victim, b"a" * 32)
    outside.link(people.bruno.membership.user, outside.Identity("https://id.example", "b" * 64), now=timezone.now())
    with people.amina.acts():
        assert sql("DELETE FROM accounts_outsideidentity") == 0
    assert OutsideIdentity.objects.filter(user=victim).count() == 1
