"""An account is its person's: no organisation that knows her address can take it, see it or stop it."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from repere.accounts import members, sessions
from repere.accounts.acting import acting_as
from repere.accounts.actions import InvitationClosed, SignInFirst, accept_invitation, accept_membership, invite
from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.refusals import NotVisible
from repere.accounts.sessions import begin
from repere.accounts.vetting import admit
from repere.cases import actions as case_actions
from repere.cases.refusals import NotVisible as NoCase
from repere.directory.models import Organisation
from repere.ledger.models import Entry
from tests.accounts.refusing import refused
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
PASSWORD = "quatre mots bien longs"
SignedIn = Callable[[Member], Client]


class Newcomer:
    """An organisation on probation, with two administrators who mean harm."""

    def __init__(self) -> None:
        self.organisation = Organisation(name="Nouvelle", kind="association", territory="69", state=Organisation.State.PROBATION)
        with acting_as(Actor.system("founding", organisation_id=self.organisation.pk)):
            self.organisation.save(force_insert=True)
        self.first = member("Pauline Exemple", self.organisation, ADMINISTRATOR)
        self.second = member("Quentin Exemple", self.organisation, ADMINISTRATOR)

    def proposes(self, email: str, name: str = "Tapé Ici") -> Membership:
        acting = self.first.actor
        return members.invite_member(email=email, name=name, role="case_worker", language="fr", acting=acting, now=NOW)

    def approves(self, proposed: Membership) -> str:
        token = members.approve_member(proposed.pk, acting=self.second.actor, now=NOW)
        assert token is not None
        return token


@pytest.fixture
def newcomer(people: Cast) -> Newcomer:
    return Newcomer()


@pytest.fixture
def amina(people: Cast) -> User:
    people.amina.user.set_password(PASSWORD)
    people.amina.user.save()
    return people.amina.user


def password_of(user: User) -> str:
    return User.objects.values_list("password", flat=True).get(pk=user.pk)


# ---- taken over


def test_a_proposal_approved_by_two_opens_nothing_of_hers(people: Cast, newcomer: Newcomer, amina: User, signed_in: SignedIn) -> None:
    """The whole attack through the pages: proposed, approved, the link tried by them, a reset asked for. She keeps everything."""
    first, second = signed_in(newcomer.first), signed_in(newcomer.second)
    hers, before = signed_in(people.amina), password_of(amina)
    sent = {"name": "Tapé Ici", "email": amina.email, "role": "case_worker", "language": "fr"}
    assert first.post(reverse("accounts:member_invite"), sent).status_code == 302
    proposed = Membership.objects.get(user=amina, organisation=newcomer.organisation)
    handed = second.post(reverse("accounts:member_approve", args=[proposed.pk])).content.decode()
    link = re.search(r"http://testserver(/invitation/[^<]+)", handed)
    assert link

    answer = Client().post(link[1], {"password": "un autre mot de passe long", "again": "un autre mot de passe long"})
    assert (answer.status_code, answer["Location"]) == (302, f"{link[1]}?account=1")
    assert Client().get(f"{link[1]}?account=1")["Location"].startswith(reverse("accounts:sign_in"))
    assert first.get(link[1]).status_code == 404
    asked = first.post(reverse("accounts:factor_reset_ask", args=[proposed.pk]), {"reason": "Téléphone volé"})
    assert asked.status_code in (302, 404)
    with newcomer.first.acts():
        assert members.waiting_resets(newcomer.first.actor) == []
    assert not Membership.objects.current().filter(pk=proposed.pk).exists()
    assert password_of(amina) == before
    assert hers.get("/").status_code == 200


def test_she_accepts_a_second_membership_herself_with_the_means_she_had(
    people: Cast, newcomer: Newcomer, amina: User, signed_in: SignedIn
) -> None:
    proposed = newcomer.proposes(amina.email)
    token, before, hers = newcomer.approves(proposed), password_of(amina), signed_in(people.amina)
    page = hers.get(reverse("accounts:invitation", args=[token])).content.decode()
    assert "Nouvelle" in page
    assert "password" not in page
    assert hers.post(reverse("accounts:invitation", args=[token])).status_code == 302
    assert Membership.objects.current().filter(pk=proposed.pk).exists()
    assert password_of(amina) == before
    with pytest.raises(InvitationClosed):
        accept_membership(token, amina, now=NOW)
    with newcomer.first.acts():
        assert Entry.objects.filter(act="accept_membership", actor_id=amina.pk).exists()


def test_nobody_accepts_for_another(people: Cast, newcomer: Newcomer, amina: User) -> None:
    token = newcomer.approves(newcomer.proposes(amina.email))
    for other in (people.bruno.user, newcomer.first.user):
        with pytest.raises(InvitationClosed):
            accept_membership(token, other, now=NOW)
    with pytest.raises(SignInFirst):
        accept_invitation(token, "un autre mot de passe long", now=NOW)
    assert accept_membership(token, amina, now=NOW).organisation_id == newcomer.organisation.pk


def test_the_database_lets_nobody_accept_for_her(newcomer: Newcomer, amina: User) -> None:
    """An administrator with SQL on her connection: neither when she proposes nor afterwards."""
    proposed = newcomer.proposes(amina.email)
    newcomer.approves(proposed)
    with pytest.raises(DatabaseError, match="accepted it herself"), newcomer.first.acts(), transaction.atomic():
        Membership.objects.filter(pk=proposed.pk).update(accepted_at=NOW)
    with pytest.raises(DatabaseError, match="accepted it herself"), newcomer.first.acts(), transaction.atomic():
        Membership.objects.create(
            user_id=amina.pk, organisation=newcomer.organisation, role="lawyer", invited_by=newcomer.first.user, accepted_at=NOW
        )
    with pytest.raises(DatabaseError, match="a link is made for"), newcomer.first.acts() as acting, transaction.atomic():
        invite(amina, acting=acting, now=NOW)


def test_the_first_to_ask_hands_over_the_first_password(people: Cast, newcomer: Newcomer) -> None:
    """Two organisations invite somebody new: the later one's link never begins the account that the earlier one waits for."""
    clara = member("Clara Exemple", people.atalante, ADMINISTRATOR)
    ours = members.invite_member(
        email="nora@ailleurs.example", name="Nora Exemple", role="case_worker", language="fr", acting=people.chloe.actor, now=NOW
    )
    theirs = newcomer.approves(newcomer.proposes("nora@ailleurs.example"))
    with pytest.raises(SignInFirst):
        accept_invitation(theirs, "un autre mot de passe long", now=NOW)
    token = members.approve_member(ours.pk, acting=clara.actor, now=NOW)
    assert token is not None
    nora = accept_invitation(token, PASSWORD, now=NOW)
    assert [one.organisation_id for one in Membership.objects.of_user(nora)] == [people.atalante.pk]
    with pytest.raises(SignInFirst):
        accept_invitation(theirs, "un autre mot de passe long", now=NOW)
    accept_membership(theirs, nora, now=NOW)
    assert Membership.objects.of_user(nora).count() == 2


def test_whoever_asks_again_after_a_withdrawal_hands_over_a_first_password(newcomer: Newcomer) -> None:
    proposed = newcomer.proposes("nora@ailleurs.example")
    lost = newcomer.approves(proposed)
    members.end_membership(proposed.pk, acting=newcomer.first.actor, now=NOW)
    with pytest.raises(InvitationClosed):
        accept_invitation(lost, PASSWORD, now=NOW)
    again = newcomer.approves(newcomer.proposes("nora@ailleurs.example"))
    assert accept_invitation(again, PASSWORD, now=NOW).email == "nora@ailleurs.example"


def test_an_applicant_with_an_account_keeps_her_password(people: Cast, newcomer: Newcomer, amina: User) -> None:
    """The first member of an organisation that is let in: a link for an address with an account replaces nothing."""
    before = password_of(amina)
    with acting_as(Actor.system("vetting", organisation_id=newcomer.organisation.pk)) as house:
        token = admit(amina.email, "Tapé Ici", [ADMINISTRATOR, "lawyer"], newcomer.organisation, acting=house, now=NOW)
    with pytest.raises(SignInFirst):
        accept_invitation(token, "un autre mot de passe long", now=NOW)
    assert password_of(amina) == before
    assert {one.organisation_id for one in Membership.objects.of_user(amina)} == {people.atalante.pk}
    accept_membership(token, amina, now=NOW)
    roles = Membership.objects.of_user(amina).filter(organisation=newcomer.organisation).values_list("role", flat=True)
    assert set(roles) == {ADMINISTRATOR, "lawyer"}
    assert password_of(amina) == before


# ---- a reset


def joined(newcomer: Newcomer, user: User) -> None:
    accept_membership(newcomer.approves(newcomer.proposes(user.email)), user, now=NOW)


def test_only_her_oldest_active_organisation_lets_her_begin_again(
    people: Cast, newcomer: Newcomer, amina: User, signed_in: SignedIn
) -> None:
    """She works for the newcomer too: it cannot reset her, today or with a request made before. Her first one can, and both know."""
    joined(newcomer, amina)
    with refused("begins_elsewhere"):
        members.ask_factor_reset(amina.pk, reason="Perdue", acting=newcomer.first.actor, now=NOW)
    clara, before = member("Clara Exemple", people.atalante, ADMINISTRATOR), password_of(amina)
    asked = members.ask_factor_reset(amina.pk, reason="Rappelée", acting=people.chloe.actor, now=NOW)
    assert password_of(amina) == before
    members.reset_factors(asked.pk, acting=clara.actor, now=NOW)
    assert not User.objects.get(pk=amina.pk).has_usable_password()
    with newcomer.first.acts():
        assert Entry.objects.filter(act="reset_factors_elsewhere", kind="system").exists()
    page = signed_in(newcomer.first).get(reverse("accounts:members")).context["elsewhere"]
    assert [name for _at, name in page] == ["Amina Exemple"]
    assert signed_in(people.chloe).get(reverse("accounts:members")).context["elsewhere"] == []


def test_a_reset_asked_before_she_worked_elsewhere_is_weighed_again(people: Cast, newcomer: Newcomer) -> None:
    """Begun at the newcomer, then a member of Atalante, which is active: the waiting request is no longer the newcomer's."""
    nora = accept_invitation(newcomer.approves(newcomer.proposes("nora@ailleurs.example")), PASSWORD, now=NOW)
    asked = members.ask_factor_reset(nora.pk, reason="Perdue", acting=newcomer.first.actor, now=NOW)
    proposed = members.invite_member(email=nora.email, name="Nora", role="case_worker", language="fr", acting=people.chloe.actor, now=NOW)
    clara = member("Clara Exemple", people.atalante, ADMINISTRATOR)
    token = members.approve_member(proposed.pk, acting=clara.actor, now=NOW)
    assert token is not None
    accept_membership(token, nora, now=NOW)
    with refused("begins_elsewhere"):
        members.reset_factors(asked.pk, acting=newcomer.second.actor, now=NOW)
    assert User.objects.get(pk=nora.pk).has_usable_password()


def test_an_organisation_on_probation_lets_its_own_begin_again(newcomer: Newcomer) -> None:
    nora = accept_invitation(newcomer.approves(newcomer.proposes("nora@ailleurs.example")), PASSWORD, now=NOW)
    asked = members.ask_factor_reset(nora.pk, reason="Perdue", acting=newcomer.first.actor, now=NOW)
    token = members.reset_factors(asked.pk, acting=newcomer.second.actor, now=NOW)
    assert accept_invitation(token, "encore quatre mots longs", now=NOW).pk == nora.pk


def test_a_member_who_accepted_nothing_is_nobody_to_reset(newcomer: Newcomer, amina: User) -> None:
    newcomer.approves(newcomer.proposes(amina.email))
    with pytest.raises(NotVisible):
        members.ask_factor_reset(amina.pk, reason="Perdue", acting=newcomer.first.actor, now=NOW)


# ---- what is shown of her


def words(page: str) -> str:
    return re.sub(
        r'name="csrfmiddlewaretoken" value="[^"]*"|nonce="[^"]*"|X-CSRFToken": "[^"]*"|[0-9a-f-]{36}|/invitation/[^<"/]+', "", page
    )


def test_an_address_tells_nothing_whether_it_is_known(newcomer: Newcomer, amina: User, signed_in: SignedIn) -> None:
    """Proposed, approved, the link opened: each page is the same, but for what was typed."""
    first, second = signed_in(newcomer.first), signed_in(newcomer.second)
    seen = []
    for email in (amina.email, "inconnue@ailleurs.example"):
        sent = {"name": "Tapé Ici", "email": email, "role": "case_worker", "language": "fr"}
        first.post(reverse("accounts:member_invite"), sent)
        waiting = words(first.get(reverse("accounts:members")).content.decode())
        proposed = Membership.objects.get(organisation=newcomer.organisation, user__email=email)
        handed = second.post(reverse("accounts:member_approve", args=[proposed.pk])).content.decode()
        link = re.search(r"http://testserver(/invitation/[^<]+)", handed)
        assert link
        approved = words(second.get(reverse("accounts:members")).content.decode())
        seen.append([waiting, approved, words(handed), words(Client().get(link[1]).content.decode())])
        first.post(reverse("accounts:member_end", args=[proposed.pk]))
        first.get(reverse("accounts:members"))
    for known, unknown in zip(*seen, strict=True):
        assert known == unknown
    assert seen[0] == seen[1]
    assert "Tapé Ici" in seen[0][0]
    assert "Amina" not in "".join(seen[0])


def test_her_row_stays_closed_to_who_only_proposed(newcomer: Newcomer, amina: User) -> None:
    """Proposed, approved, withdrawn: her name and the hash of her password cannot be read, even by SQL. Accepted: as a colleague."""

    def readable() -> int:
        with newcomer.first.acts(), connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accounts_user WHERE id = %s", [amina.pk])
            return int(cursor.fetchone()[0])

    proposed = newcomer.proposes(amina.email)
    assert readable() == 0
    newcomer.approves(proposed)
    assert readable() == 0
    members.end_membership(proposed.pk, acting=newcomer.first.actor, now=NOW)
    assert readable() == 0
    joined(newcomer, amina)
    assert readable() == 1


# ---- stopped


def at_work(membership: Membership) -> sessions.SignedIn:
    """A session of hers in which she works under this membership."""
    client = Client()
    session = client.session
    session["membership"] = str(membership.pk)
    return begin(session, User.objects.get(pk=membership.user_id), proved_by="passkey", announced="", now=NOW)


def open_for(user: User) -> set[object]:
    return {one.organisation_id for one in sessions.open_sessions(user, now=NOW)}


def test_a_freeze_ends_what_works_for_that_organisation_and_nothing_else(people: Cast, newcomer: Newcomer, amina: User) -> None:
    joined(newcomer, amina)
    there = Membership.objects.get(user=amina, organisation=newcomer.organisation)
    at_work(people.amina.membership)
    at_work(there)
    case_actions.freeze_account(amina.pk, reason="threatened", acting=newcomer.first.actor, now=NOW)
    assert open_for(amina) == {people.atalante.pk}
    assert {one.organisation_id for one in Membership.objects.of_user(amina)} == {people.atalante.pk}


def test_who_accepted_nothing_cannot_be_frozen_or_signed_out(people: Cast, newcomer: Newcomer, amina: User) -> None:
    at_work(people.amina.membership)
    proposed = newcomer.proposes(amina.email)
    newcomer.approves(proposed)
    with pytest.raises(NoCase):
        case_actions.freeze_account(amina.pk, reason="threatened", acting=newcomer.first.actor, now=NOW)
    members.end_member(amina.pk, acting=newcomer.first.actor, now=NOW)
    assert open_for(amina) == {people.atalante.pk}
    assert User.objects.get(pk=amina.pk).is_active


def test_leaving_one_organisation_leaves_her_sessions_for_another_open(people: Cast, newcomer: Newcomer, amina: User) -> None:
    joined(newcomer, amina)
    at_work(people.amina.membership)
    at_work(Membership.objects.get(user=amina, organisation=newcomer.organisation))
    members.end_member(amina.pk, acting=newcomer.first.actor, now=NOW)
    assert open_for(amina) == {people.atalante.pk}


def test_a_session_that_changes_its_role_ends_with_the_organisation_it_works_for(
    people: Cast, newcomer: Newcomer, amina: User, signed_in: SignedIn
) -> None:
    joined(newcomer, amina)
    client = signed_in(people.amina)
    there = Membership.objects.get(user=amina, organisation=newcomer.organisation)
    assert client.post(reverse("accounts:change_role"), {"membership": str(there.pk)}).status_code == 302
    case_actions.freeze_account(amina.pk, reason="threatened", acting=newcomer.first.actor, now=NOW)
    assert client.get("/").status_code == 302
