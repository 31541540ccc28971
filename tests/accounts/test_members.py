"""Members: invited by one, approved by another, confirmed every quarter, ended at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from repere.accounts import members, sessions
from repere.accounts.acting import acting_as
from repere.accounts.actions import InvitationClosed, accept_invitation, accept_membership, invite, open_invitation
from repere.accounts.actor import Actor
from repere.accounts.jobs import look_after_accounts
from repere.accounts.models import ADMINISTRATOR, Invitation, Membership, SignedIn, User
from repere.accounts.own import keeper_of, own_actor
from repere.accounts.refusals import NotVisible
from repere.cases import actions
from repere.cases.models import Draft, Task
from repere.directory.models import Organisation
from repere.ledger.models import Entry
from tests.accounts.refusing import refused
from tests.cases.story import NOW as STORY_NOW
from tests.cases.story import concern
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)


def join_too(proposed: Membership, by: Member, user: User) -> None:
    """Approved by another, and accepted by its person with the means she had."""
    token = members.approve_member(proposed.pk, acting=by.actor, now=NOW)
    assert token is not None
    accept_membership(token, user, now=NOW)


def propose(by: Member, *, email: str = "nora@atalante.example", role: str = "case_worker") -> Membership:
    return members.invite_member(email=email, name="Nora Exemple", role=role, language="fr", acting=by.actor, now=NOW)


def works(membership: Membership) -> bool:
    return Membership.objects.current().filter(pk=membership.pk).exists()


def only(membership: Membership) -> Membership:
    return Membership.objects.get(pk=membership.pk)


def test_a_member_works_once_another_administrator_said_yes(people: Cast, clara: Member) -> None:
    proposed = propose(people.chloe)
    assert not works(proposed)
    with refused("by_another_person"):
        members.approve_member(proposed.pk, acting=people.chloe.actor, now=NOW)
    token = members.approve_member(proposed.pk, acting=clara.actor, now=NOW)
    assert token is not None
    assert not works(proposed)
    assert accept_invitation(token, "quatre mots bien longs", now=NOW).email == "nora@atalante.example"
    assert works(proposed)
    with refused("already_approved"):
        members.approve_member(proposed.pk, acting=clara.actor, now=NOW)


def test_nobody_approves_herself(people: Cast, clara: Member) -> None:
    """An administrator who takes a field role too is approved by the other one."""
    proposed = propose(people.chloe, email=clara.user.email)
    with refused("by_another_person"):
        members.approve_member(proposed.pk, acting=clara.actor, now=NOW)


def test_where_there_is_one_administrator_the_sponsor_approves(people: Cast) -> None:
    sponsor = member("Basile Exemple", people.boussole, ADMINISTRATOR)
    with acting_as(Actor.system("founding", organisation_id=people.atalante.pk)):
        Organisation.objects.filter(pk=people.atalante.pk).update(sponsor=people.boussole)
    proposed = propose(people.chloe)
    with refused("by_the_sponsor"):
        members.approve_member(proposed.pk, acting=people.chloe.actor, now=NOW)
    with sponsor.acts() as acting:
        seen = members.visible_memberships(acting)
        assert [waiting.pk for waiting in seen if waiting.organisation_id == people.atalante.pk] == [proposed.pk]
    token = members.approve_member(proposed.pk, acting=sponsor.actor, now=NOW)
    assert token is not None
    accept_invitation(token, "quatre mots bien longs", now=NOW)
    assert works(proposed)


def test_a_sponsor_stays_out_where_there_are_two_administrators(people: Cast, clara: Member) -> None:
    sponsor = member("Basile Exemple", people.boussole, ADMINISTRATOR)
    with acting_as(Actor.system("founding", organisation_id=people.atalante.pk)):
        Organisation.objects.filter(pk=people.atalante.pk).update(sponsor=people.boussole)
    proposed = propose(people.chloe)
    with pytest.raises(NotVisible):
        members.approve_member(proposed.pk, acting=sponsor.actor, now=NOW)


def test_members_of_another_organisation_do_not_exist(people: Cast, clara: Member) -> None:
    """For a worker, and for an administrator elsewhere: no list, no approval, no end, no reset."""
    proposed = propose(people.chloe)
    elsewhere = member("Sirius Exemple", people.ines.organisation, ADMINISTRATOR)
    for intruder in (people.amina, elsewhere):
        for act in (members.approve_member, members.end_membership):
            with pytest.raises(NotVisible):
                act(proposed.pk, acting=intruder.actor, now=NOW)
        for act in (members.end_member,):
            with pytest.raises(NotVisible):
                act(people.odile.user.pk, acting=intruder.actor, now=NOW)
        with pytest.raises(NotVisible):
            members.ask_factor_reset(people.odile.user.pk, reason="Perdue", acting=intruder.actor, now=NOW)
    with elsewhere.acts() as acting:
        assert {one.organisation_id for one in members.visible_memberships(acting)} == {elsewhere.organisation.pk}


def test_an_address_known_elsewhere_is_invited_like_any_other(people: Cast, clara: Member) -> None:
    """The administrator does not learn that Bruno has an account at Boussole."""
    proposed = propose(people.chloe, email=people.bruno.user.email)
    assert only(proposed).user_id == people.bruno.user.pk
    members.approve_member(proposed.pk, acting=clara.actor, now=NOW)
    with refused("already_a_member"):
        propose(people.chloe, email=people.bruno.user.email)
    with refused("unknown_role"):
        propose(people.chloe, role="queen")


def test_a_leaver_ends_everything_in_one_transaction(people: Cast, clara: Member) -> None:
    """Roles, sessions, drafts, invitations end; her tasks go back to the list; the account closes; the ledger says so."""
    case = concern(people.amina.actor, concern={"urgency": "not_known"})
    actions.save_draft(form="concern", case=case, body={"text": "brouillon"}, acting=people.amina.actor, now=STORY_NOW)
    with people.amina.acts() as acting:
        task = Task.objects.visible_to(acting).filter(closed_at=None).first()
        assert task is not None
        actions.assign_task(task, to=people.amina.user, acting=acting, now=STORY_NOW)
    with acting_as(keeper_of(people.amina.user)):
        SignedIn.objects.create(
            user=people.amina.user, device="Firefox, Linux", proved_by="passkey", began_at=NOW, seen_at=NOW, confirmed_at=NOW
        )
    with acting_as(Actor.system("founding", organisation_id=people.atalante.pk)) as acting:
        token = invite(people.amina.user, acting=acting, now=NOW)

    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=NOW)

    assert not works(people.amina.membership)
    assert only(people.amina.membership).ended_by_id == people.chloe.user.pk
    with acting_as(own_actor(people.amina.user)):
        assert not sessions.open_sessions(people.amina.user, now=NOW)
    with people.amina.acts() as acting:
        assert not Draft.objects.visible_to(acting).exists()
    with people.odile.acts() as acting:
        assert Task.objects.visible_to(acting).get(pk=task.pk).assignee_id is None
    with pytest.raises(InvitationClosed):
        open_invitation(token, now=NOW)
    assert not User.objects.get(pk=people.amina.user.pk).is_active
    with people.chloe.acts():
        assert {"end_member", "end_membership", "give_task_back"} <= set(Entry.objects.values_list("act", flat=True))


def test_a_leaver_who_fails_to_leave_keeps_all_or_nothing(people: Cast, clara: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the last step fails, none was taken."""
    monkeypatch.setattr(sessions, "end_all", lambda *args, **kwargs: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=NOW)
    assert works(people.amina.membership)


def test_who_leaves_one_organisation_stays_in_the_other(people: Cast, clara: Member) -> None:
    proposed = propose(people.chloe, email=people.bruno.user.email)
    join_too(proposed, clara, people.bruno.user)
    assert works(proposed)
    members.end_membership(proposed.pk, acting=clara.actor, now=NOW)
    assert works(people.bruno.membership)
    assert User.objects.get(pk=people.bruno.user.pk).is_active


def test_a_change_of_role_is_an_end_and_a_proposal(people: Cast, clara: Member) -> None:
    proposed = members.change_role(people.amina.membership.pk, role="lawyer", acting=people.chloe.actor, now=NOW)
    assert not works(people.amina.membership)
    assert not works(proposed)
    assert members.approve_member(proposed.pk, acting=clara.actor, now=NOW) is None
    assert works(proposed)


def test_what_ended_does_not_begin_again_even_in_sql(people: Cast, clara: Member) -> None:
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=NOW)
    with pytest.raises(Exception, match="does not begin again"), people.chloe.acts():
        Membership.objects.filter(pk=people.amina.membership.pk).update(ended_at=None)


def test_every_quarter_a_member_is_confirmed_by_another_or_suspended(people: Cast, clara: Member, as_role) -> None:
    used = NOW + timedelta(days=90)
    quarter = NOW + timedelta(days=91, hours=6)
    with acting_as(own_actor(people.amina.user)):
        User.objects.filter(pk=people.amina.user.pk).update(last_login=used)
    with as_role("worker"):
        members.ask_for_confirmation(now=quarter)
        assert members.suspend_unconfirmed(now=quarter + timedelta(days=13)) == 0
    with refused("by_another_person"):
        members.confirm_members([people.chloe.membership.pk], acting=people.chloe.actor, now=quarter)
    assert members.confirm_members([people.odile.membership.pk], acting=people.chloe.actor, now=quarter) == 1
    assert members.confirmation_due(only(people.amina.membership)) == quarter + timedelta(days=14)
    with as_role("worker"):
        members.suspend_unconfirmed(now=quarter + timedelta(days=14))
    assert works(people.odile.membership)
    assert not works(people.amina.membership)
    assert only(people.amina.membership).suspended_why == "unconfirmed"


def test_an_account_unused_for_sixty_days_is_suspended_and_let_in_again_by_a_colleague(people: Cast, clara: Member, as_role) -> None:
    late = NOW + timedelta(days=60, hours=6)
    with acting_as(own_actor(people.odile.user)):
        User.objects.filter(pk=people.odile.user.pk).update(last_login=NOW + timedelta(days=1))
    with as_role("worker"):
        look_after_accounts(now=late)
    assert works(people.odile.membership)
    assert not works(people.amina.membership)
    assert only(people.amina.membership).suspended_why == "unused"
    with people.chloe.acts():
        assert Entry.objects.filter(act="suspend_member", kind="system").exists()


def test_a_lost_factor_takes_two_others(people: Cast, clara: Member) -> None:
    """Neither the one who lost it nor the one who asked can let her in; the second does, and everything old is gone."""
    User.objects.filter(pk=people.amina.user.pk).update(password="old")
    asked = members.ask_factor_reset(people.amina.user.pk, reason="Rappelée, téléphone volé", acting=people.chloe.actor, now=NOW)
    with refused("reset_waits"):
        members.ask_factor_reset(people.amina.user.pk, reason="Encore", acting=people.chloe.actor, now=NOW)
    with refused("by_another_person"):
        members.reset_factors(asked.pk, acting=people.chloe.actor, now=NOW)
    with pytest.raises(NotVisible):
        members.reset_factors(uuid4(), acting=clara.actor, now=NOW)
    token = members.reset_factors(asked.pk, acting=clara.actor, now=NOW)
    assert not User.objects.get(pk=people.amina.user.pk).has_usable_password()
    assert open_invitation(token, now=NOW).user_id == people.amina.user.pk
    assert Invitation.objects.filter(user=people.amina.user).count() == 1
    with pytest.raises(NotVisible):
        members.reset_factors(asked.pk, acting=clara.actor, now=NOW)


def test_nobody_ends_a_membership_in_the_name_of_another(people: Cast) -> None:
    """The attack: an administrator sends all colleagues away by SQL, and the rows say that a case worker did."""
    for ends in (f"ended_by_id = '{people.amina.user.pk}'", "ended_by_id = NULL"):
        with people.chloe.acts(), pytest.raises(DatabaseError, match="in one's own name"), transaction.atomic():
            connection.cursor().execute(f"UPDATE accounts_membership SET ended_at = now(), {ends} WHERE user_id = '{people.odile.user.pk}'")
