"""An account begins again by two persons, one of them of its own body; no sponsor, no case worker and no old link does it alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import DatabaseError, connection, transaction

from repere.accounts import members
from repere.accounts.acting import acting_as
from repere.accounts.actions import InvitationClosed, accept_invitation, open_invitation
from repere.accounts.actor import Actor
from repere.accounts.beginning_guard import SPONSOR_WAITS
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.vetting_models import FactorReset
from repere.directory.models import Organisation
from repere.ledger.models import Entry
from tests.accounts.refusing import refused
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PASSWORD = "quatre mots bien longs"
LINK = (
    "INSERT INTO accounts_invitation (id, user_id, membership_id, reset_id, token_hash, created_at, expires_at)"
    " VALUES (gen_random_uuid(), %s, %s, %s, %s, now(), now() + interval '3 days')"
)
RESET = (
    "INSERT INTO accounts_factorreset (id, user_id, organisation_id, asked_at, reason, first_by_id, second_by_id, done_at)"
    " VALUES (%s, %s, %s, now(), 'x', %s, %s, %s)"
)


def sql(statement: str, *values: Any) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)


def forged(user: UUID, membership: UUID | None = None, reset: UUID | None = None) -> int:
    return sql(LINK, user, membership, reset, sha256(uuid4().bytes).digest())


@pytest.fixture
def sponsors(people: Cast, clara: Member) -> tuple[Member, Member]:
    """Two administrators of Atalante, which sponsors Boussole."""
    with acting_as(Actor.system("founding", organisation_id=people.boussole.pk)):
        Organisation.objects.filter(pk=people.boussole.pk).update(sponsor=people.atalante)
    return people.chloe, clara


@pytest.fixture
def basile(people: Cast) -> Member:
    """The one administrator of Boussole."""
    return seen(member("Basile Exemple", people.boussole, ADMINISTRATOR))


def seen(who: Member, at: datetime | None = None) -> Member:
    """She signed in since she was confirmed."""
    with acting_as(Actor.at_the_door()):
        User.objects.filter(pk=who.user.pk).update(last_login=at or NOW - timedelta(days=5))
    with acting_as(Actor.system("founding", organisation_id=who.organisation.pk)):
        Membership.objects.filter(pk=who.membership.pk).update(confirmed_at=NOW - timedelta(days=40), approved_at=NOW - timedelta(days=40))
    return who


# ---- by SQL

LINKS = "a link is made for a membership that was approved, or for a reset that two persons did|row-level security"


def test_a_case_worker_makes_no_link_whatever_it_is_for(people: Cast, clara: Member) -> None:
    for who in (people.odile.user.pk, people.chloe.user.pk, people.bruno.user.pk):
        with people.amina.acts(), pytest.raises(DatabaseError, match=LINKS):
            forged(who)
    proposed = members.invite_member(
        email="nora@atalante.example", name="Nora", role="case_worker", language="fr", acting=people.chloe.actor, now=NOW
    )
    members.approve_member(proposed.pk, acting=clara.actor, now=NOW)
    with people.amina.acts(), pytest.raises(DatabaseError, match=LINKS):
        forged(proposed.user_id, proposed.pk)


def test_an_administrator_makes_no_link_without_the_second_person(people: Cast, clara: Member, sponsors: Any, basile: Member) -> None:
    """For a colleague or for a member of a body that hers sponsors; nor with a membership or a reset that is another's."""
    odile, bruno = people.odile, people.bruno
    asked = members.ask_factor_reset(odile.user.pk, reason="Perdue", acting=clara.actor, now=NOW)
    with people.chloe.acts():
        for user, membership, reset in (
            (odile.user.pk, None, None), (odile.user.pk, None, asked.pk), (bruno.user.pk, None, None), (bruno.user.pk, None, asked.pk),
            (bruno.user.pk, odile.membership.pk, None), (odile.user.pk, odile.membership.pk, asked.pk),
        ):  # fmt: skip
            with pytest.raises(DatabaseError, match=LINKS):
                forged(user, membership, reset)


def test_a_reset_gives_one_link_and_only_to_who_gave_the_second_yes(people: Cast, clara: Member) -> None:
    asked = members.ask_factor_reset(people.odile.user.pk, reason="Perdue", acting=clara.actor, now=NOW)
    token = members.reset_factors(asked.pk, acting=people.chloe.actor, now=NOW)
    assert open_invitation(token, now=NOW).reset_id == asked.pk
    with people.chloe.acts(), pytest.raises(DatabaseError, match="unique"):
        forged(people.odile.user.pk, None, asked.pk)
    with clara.acts(), pytest.raises(DatabaseError, match=LINKS):
        forged(people.odile.user.pk, None, asked.pk)


def test_one_administrator_is_not_both_voices_of_a_reset(people: Cast, clara: Member) -> None:
    odile, house, chloe = people.odile.user.pk, people.atalante.pk, people.chloe.user.pk
    two = "by two persons|row-level security"
    with people.chloe.acts():
        for first, second, done in ((chloe, clara.user.pk, NOW), (clara.user.pk, chloe, NOW), (clara.user.pk, None, None)):
            with pytest.raises(DatabaseError, match=two):
                sql(RESET, uuid4(), odile, house, first, second, done)
        assert sql(RESET, uuid4(), odile, house, chloe, None, None) == 1
        with pytest.raises(DatabaseError, match=f"{two}|a_reset_takes_two_others"):
            sql("UPDATE accounts_factorreset SET second_by_id = %s, done_at = now()", clara.user.pk)
        with pytest.raises(DatabaseError, match=f"{two}|a_reset_takes_two_others"):
            sql("UPDATE accounts_factorreset SET second_by_id = %s, done_at = now()", chloe)
    with people.amina.acts(), pytest.raises(DatabaseError, match=two):
        sql(RESET, uuid4(), odile, house, people.amina.user.pk, None, None)


# ---- a sponsor


def test_two_of_the_sponsor_take_over_nobody_of_a_body_that_can_answer(
    people: Cast, sponsors: tuple[Member, Member], basile: Member
) -> None:
    """The whole attack: asked by one, confirmed by the other, through the verbs and by SQL. Her own administrator is needed."""
    seen(people.bruno)
    first, second = sponsors
    asked = members.ask_factor_reset(people.bruno.user.pk, reason="Téléphone perdu", acting=first.actor, now=NOW)
    for when in (NOW, NOW + timedelta(days=4)):
        with refused("by_the_body"):
            members.reset_factors(asked.pk, acting=second.actor, now=when)
    with second.acts(), pytest.raises(DatabaseError, match="one of them of its own organisation"):
        sql("UPDATE accounts_factorreset SET second_by_id = %s, done_at = now() WHERE id = %s", second.user.pk, asked.pk)
    token = members.reset_factors(asked.pk, acting=basile.actor, now=NOW)
    assert accept_invitation(token, PASSWORD, now=NOW).pk == people.bruno.user.pk


def test_a_lone_administrator_is_let_in_by_the_sponsor_after_a_wait_that_all_are_told_of(
    people: Cast, sponsors: tuple[Member, Member], basile: Member, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = sponsors
    with django_capture_on_commit_callbacks(execute=True):
        asked = members.ask_factor_reset(basile.user.pk, reason="Téléphone perdu", acting=first.actor, now=NOW)
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(one.user.email for one in (basile, people.bruno, people.sonia))
    assert not any(word in letter.body + letter.subject for letter in mail.outbox for word in ("Basile", "Atalante", "Boussole", "victim"))
    with basile.acts():
        assert Entry.objects.filter(act="reset_asked_by_sponsor", kind="system").exists()
    with refused("reset_rests"):
        members.reset_factors(asked.pk, acting=second.actor, now=NOW + SPONSOR_WAITS - timedelta(minutes=1))
    with second.acts(), pytest.raises(DatabaseError, match="one of them of its own organisation"):
        sql("UPDATE accounts_factorreset SET second_by_id = %s, done_at = now() WHERE id = %s", second.user.pk, asked.pk)
    waited(asked)
    token = members.reset_factors(asked.pk, acting=second.actor, now=NOW)
    assert accept_invitation(token, PASSWORD, now=NOW).pk == basile.user.pk


def waited(asked: FactorReset) -> None:
    """Three days later, for the clock of the database: no page may write the moment of a request."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET ROLE repere_owner")
        cursor.execute("ALTER TABLE accounts_factorreset NO FORCE ROW LEVEL SECURITY")
        cursor.execute("UPDATE accounts_factorreset SET asked_at = asked_at - interval '73 hours' WHERE id = %s", [asked.pk])
        cursor.execute("ALTER TABLE accounts_factorreset FORCE ROW LEVEL SECURITY")
        cursor.execute("RESET ROLE")


def test_nobody_writes_an_old_request(people: Cast, sponsors: tuple[Member, Member], basile: Member) -> None:
    old = RESET.replace("now(), 'x'", "now() - interval '73 hours', 'x'")
    with sponsors[0].acts() as first, pytest.raises(DatabaseError, match="by two persons"):
        sql(old, uuid4(), basile.user.pk, people.boussole.pk, first.user_id, None, None)


def test_signing_in_ends_what_the_sponsor_asked(people: Cast, sponsors: tuple[Member, Member], basile: Member) -> None:
    first, second = sponsors
    asked = members.ask_factor_reset(basile.user.pk, reason="Perdue", acting=first.actor, now=NOW)
    waited(asked)
    seen(basile, NOW)
    with refused("signed_in_since"):
        members.reset_factors(asked.pk, acting=second.actor, now=NOW)


def test_the_sponsor_does_not_also_confirm_whom_it_lets_begin_again(people: Cast, sponsors: tuple[Member, Member], basile: Member) -> None:
    """Suspended for want of use: the sponsor confirms, or lets her begin again, not both within a month."""
    first, second = sponsors
    asked = members.ask_factor_reset(basile.user.pk, reason="Perdue", acting=first.actor, now=NOW)
    with acting_as(Actor.system("members", organisation_id=people.boussole.pk)):
        Membership.objects.filter(pk=basile.membership.pk).update(suspended_at=NOW, suspended_why="unused")
    with refused("confirmed_by_the_body"):
        members.confirm_members([basile.membership.pk], acting=first.actor, now=NOW)
    with first.acts(), pytest.raises(DatabaseError, match="a sponsor lets in and confirms"):
        sql("UPDATE accounts_membership SET suspended_at = NULL WHERE id = %s", basile.membership.pk)
    waited(asked)
    members.reset_factors(asked.pk, acting=second.actor, now=NOW)
    with refused("confirmed_by_the_body"):
        members.confirm_members([basile.membership.pk], acting=first.actor, now=NOW)


def test_whom_the_sponsor_confirmed_it_does_not_let_begin_again(people: Cast, sponsors: tuple[Member, Member], basile: Member) -> None:
    with acting_as(Actor.system("members", organisation_id=people.boussole.pk)):
        Membership.objects.filter(pk=basile.membership.pk).update(suspended_at=NOW, suspended_why="unused")
    with refused("not_seen_since"):
        members.ask_factor_reset(basile.user.pk, reason="Perdue", acting=sponsors[0].actor, now=NOW)
    assert members.confirm_members([basile.membership.pk], acting=sponsors[0].actor, now=NOW) == 1
    with refused("not_seen_since"):
        members.ask_factor_reset(basile.user.pk, reason="Perdue", acting=sponsors[1].actor, now=NOW)


@pytest.mark.parametrize("change", ["ended_at = now()", "suspended_at = now(), suspended_why = 'unused'", "notice_at = now()"])
def test_a_sponsor_ends_and_suspends_nobody(people: Cast, sponsors: tuple[Member, Member], basile: Member, change: str) -> None:
    with sponsors[0].acts(), pytest.raises(DatabaseError, match="a sponsor lets in and confirms"):
        sql(f"UPDATE accounts_membership SET {change} WHERE id = %s", people.bruno.membership.pk)


def test_a_sponsor_touches_nothing_where_there_are_two_administrators(
    people: Cast, sponsors: tuple[Member, Member], basile: Member
) -> None:
    member("Denise Exemple", people.boussole, ADMINISTRATOR)
    with sponsors[0].acts(), pytest.raises(DatabaseError, match="a sponsor lets in and confirms"):
        sql("UPDATE accounts_membership SET confirmed_at = now() WHERE id = %s", people.bruno.membership.pk)


# ---- older links


def test_an_older_link_is_closed_by_a_newer_one_and_by_its_use(people: Cast, clara: Member) -> None:
    """Asked twice, begun once: the first link replaces no password any more."""

    def again() -> str:
        asked = members.ask_factor_reset(people.odile.user.pk, reason="Perdue", acting=clara.actor, now=NOW)
        return members.reset_factors(asked.pk, acting=people.chloe.actor, now=NOW)

    older, newer = again(), again()
    with pytest.raises(InvitationClosed):
        accept_invitation(older, "un tout autre mot de passe", now=NOW)
    assert accept_invitation(newer, PASSWORD, now=NOW).pk == people.odile.user.pk
    for token in (older, newer):
        with pytest.raises(InvitationClosed):
            accept_invitation(token, "un tout autre mot de passe", now=NOW)
    assert User.objects.get(pk=people.odile.user.pk).check_password(PASSWORD)
