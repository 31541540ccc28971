"""A body on probation begins nobody's account without her mailbox: the address stays free for who really works there."""

from __future__ import annotations

import re
from datetime import UTC, datetime

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from repere.accounts import members
from repere.accounts.acting import acting_as
from repere.accounts.actions import InvitationClosed, SignInFirst, WrongCode, accept_invitation, accept_invitation_from_outside
from repere.accounts.actor import Actor
from repere.accounts.models import ADMINISTRATOR, Membership, User
from repere.accounts.outside import Identity
from repere.directory.models import Organisation
from tests.people import Cast, Member, member

pytestmark = pytest.mark.django_db
NOW = datetime.now(UTC)
HERS = "nora@atalante.example"
PASSWORD, THEIRS = "quatre mots bien longs", "cinq mots vraiment tout autres"


@pytest.fixture(autouse=True)
def with_mail(settings) -> None:
    settings.EMAIL_HOST = "mail.example"


@pytest.fixture
def squatters(people: Cast) -> tuple[Member, Member]:
    """Two administrators of an organisation on probation."""
    newcomer = Organisation(name="Nouvelle", kind="association", territory="69", state=Organisation.State.PROBATION)
    with acting_as(Actor.system("founding", organisation_id=newcomer.pk)):
        newcomer.save(force_insert=True)
    return member("Pauline Exemple", newcomer, ADMINISTRATOR), member("Quentin Exemple", newcomer, ADMINISTRATOR)


def invited(first: Member, second: Member, send) -> str:
    proposed = members.invite_member(email=HERS, name="Nora", role="case_worker", language="fr", acting=first.actor, now=NOW)
    with send(execute=True):
        token = members.approve_member(proposed.pk, acting=second.actor, now=NOW)
    assert token is not None
    return token


def sent_code() -> str:
    (letter,) = mail.outbox
    assert letter.to == [HERS]
    assert not any(word in letter.subject + letter.body for word in ("Nouvelle", "Nora", "Repère", "http", "/invitation/"))
    found = re.search(r"\d{4} \d{4}", letter.body)
    assert found
    return found[0]


def test_without_her_mailbox_nobody_begins_her_account(
    people: Cast, squatters: tuple[Member, Member], django_capture_on_commit_callbacks
) -> None:
    """They hold the link and guess; the identity provider is no way around. Her own organisation then invites her as if nothing was."""
    token = invited(*squatters, django_capture_on_commit_callbacks)
    code = sent_code()
    for guess in ("", "0000 0000" if code != "0000 0000" else "1111 1111", token[:8]):
        with pytest.raises(WrongCode):
            accept_invitation(token, THEIRS, code=guess, now=NOW)
    with pytest.raises(WrongCode):
        accept_invitation_from_outside(token, Identity("https://id.example", "b" * 64), now=NOW)
    assert not User.objects.get(email=HERS).has_usable_password()

    clara = member("Clara Exemple", people.atalante, ADMINISTRATOR)
    ours = invited(people.chloe, clara, django_capture_on_commit_callbacks)
    assert len(mail.outbox) == 1, "an organisation that is active hands over its link as before"
    nora = accept_invitation(ours, PASSWORD, now=NOW)
    assert nora.check_password(PASSWORD)
    with pytest.raises(SignInFirst):
        accept_invitation(token, THEIRS, code=code, now=NOW)
    assert [one.organisation_id for one in Membership.objects.of_user(nora)] == [people.atalante.pk]


def test_five_guesses_close_the_link_for_the_day(squatters: tuple[Member, Member], django_capture_on_commit_callbacks) -> None:
    token = invited(*squatters, django_capture_on_commit_callbacks)
    code = sent_code()
    for number in range(5):
        with pytest.raises(WrongCode):
            accept_invitation(token, THEIRS, code=f"x{number}", now=NOW)
    with pytest.raises(WrongCode):
        accept_invitation(token, PASSWORD, code=code, now=NOW)


def test_she_begins_with_the_link_and_the_code_on_the_page(squatters: tuple[Member, Member], django_capture_on_commit_callbacks) -> None:
    token = invited(*squatters, django_capture_on_commit_callbacks)
    code, client = sent_code(), Client()
    address = reverse("accounts:invitation", args=[token])
    assert 'name="code"' in client.get(address).content.decode()
    sent = {"password": PASSWORD, "again": PASSWORD}
    for wrong in ({}, {"code": "1"}):
        assert client.post(address, sent | wrong).status_code == 200
    assert not User.objects.get(email=HERS).has_usable_password()
    assert client.post(address, sent | {"code": code}).status_code == 302
    assert User.objects.get(email=HERS).check_password(PASSWORD)
    with pytest.raises(InvitationClosed):
        accept_invitation(token, THEIRS, code=code, now=NOW)


def test_who_hands_the_link_over_reads_that_a_code_was_sent(squatters: tuple[Member, Member], signed_in) -> None:
    first, second = squatters
    proposed = members.invite_member(email=HERS, name="Nora", role="case_worker", language="fr", acting=first.actor, now=NOW)
    page = signed_in(second).post(reverse("accounts:member_approve", args=[proposed.pk])).content.decode()
    assert "/invitation/" in page
    assert re.search(r"boîte aux lettres|mailbox|messagerie", page)


def test_where_no_mail_can_be_sent_the_link_alone_counts(
    settings, squatters: tuple[Member, Member], django_capture_on_commit_callbacks
) -> None:
    settings.EMAIL_HOST = ""
    token = invited(*squatters, django_capture_on_commit_callbacks)
    assert mail.outbox == []
    assert accept_invitation(token, PASSWORD, now=NOW).email == HERS
