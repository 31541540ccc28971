"""One actor, one transaction."""

import pytest
from django.db import connection

from repere.accounts.acting import acting_as, current_actor
from repere.accounts.actor import Actor
from tests.people import Cast

pytestmark = pytest.mark.django_db


def told_to_database() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('repere.user', true), current_setting('repere.organisation', true),"
            " current_setting('repere.kind', true)"
        )
        return [value or "" for value in cursor.fetchone()]


def test_the_database_knows_who_acts(people: Cast) -> None:
    """Row-level security reads the actor that the application set."""
    with people.amina.acts() as actor:
        assert told_to_database() == [str(actor.user_id), str(people.atalante.pk), "person"]
        assert current_actor() == actor


def test_nobody_acts_after_the_block(people: Cast) -> None:
    """What follows an act in the same connection does not inherit its rights."""
    with people.amina.acts():
        pass
    assert told_to_database() == ["", "", ""]
    assert current_actor() is None


def test_the_outer_actor_comes_back(people: Cast) -> None:
    """A job that acts inside a person's request gives the place back."""
    with people.amina.acts():
        with acting_as(Actor.system("reminders")):
            assert told_to_database() == ["", "", "system"]
        assert told_to_database()[1] == str(people.atalante.pk)


def test_a_failed_inner_block_gives_the_place_back_too(people: Cast) -> None:
    """An error does not leave the rights of the actor who failed."""
    with people.amina.acts():
        with pytest.raises(ZeroDivisionError), people.bruno.acts():
            raise ZeroDivisionError
        assert told_to_database()[1] == str(people.atalante.pk)


def test_the_pages_role_obeys_row_security() -> None:
    """The tests themselves run under the same second lock as the pages."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
        )
        assert cursor.fetchone() == ("repere_web", False, False)
