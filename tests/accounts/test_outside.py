"""Signing in through an identity provider: a real one, in a process of its own on this machine, good or broken."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from django.test import Client
from django.urls import reverse

from repere.accounts.acting import acting_as
from repere.accounts.actions import invite
from repere.accounts.actor import Actor
from repere.accounts.models import OutsideIdentity, User
from repere.accounts.outside import Identity, link
from tests.accounts.provider import LEVEL
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
FAULTS = ["unsigned", "other_subject", "other_audience", "other_issuer", "other_key", "too_old", "weak_level"]


def start(fault: str) -> tuple[subprocess.Popen[bytes], str]:
    with socket.socket() as asked:
        asked.bind(("127.0.0.1", 0))
        port = int(asked.getsockname()[1])
    program = [sys.executable, "-m", "tests.accounts.provider", str(port), fault]
    running = subprocess.Popen(program, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    issuer, until = f"http://localhost:{port}", time.monotonic() + 60
    while time.monotonic() < until and running.poll() is None:
        with suppress(requests.ConnectionError):
            requests.get(f"{issuer}/.well-known/openid-configuration", timeout=5)
            return running, issuer
        time.sleep(0.1)
    raise AssertionError("The provider did not start.")


@pytest.fixture(scope="module")
def good_provider() -> Iterator[str]:
    running, issuer = start("none")
    yield issuer
    running.terminate()
    running.wait(10)


@pytest.fixture
def at(settings):
    def configure(issuer: str) -> None:
        settings.REPERE_OIDC = {"issuer": issuer, "client": "repere", "secret": "its-secret", "levels": [LEVEL]}

    return configure


def linked(member: Member, issuer: str, subject: str) -> None:
    link(member.user, Identity(issuer, subject), now=NOW)


def invited(member: Member) -> str:
    with acting_as(Actor.system("founding", organisation_id=member.organisation.pk)) as acting:
        return invite(member.user, acting=acting, now=datetime.now(UTC))


def go(client: Client, subject: str, away: str | None = None) -> str:
    """Leave for the provider, say there who one is; the address one is sent back to."""
    departure = client.get(away or reverse("accounts:outside"))
    assert departure.status_code == 302, departure.content.decode()
    answer = requests.post(departure["Location"], data={"sub": subject}, allow_redirects=False, timeout=10)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def come_back(client: Client, address: str):
    parts = urlsplit(address)
    # The strict cookie of a session does not come along from another site; the one of the departure does.
    only = SimpleCookie()
    only["outside"] = client.cookies["outside"].value
    client.cookies = only
    return client.get(f"{parts.path}?{parts.query}")


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session or "second_step" in client.session


def test_a_linked_account_opens_as_far_as_its_factor(people: Cast, good_provider: str, at) -> None:
    """The provider replaces the password; without a factor of ours she reaches enrolment and nothing else."""
    at(good_provider)
    linked(people.amina, good_provider, "amina-there")
    client = Client()
    answer = come_back(client, go(client, "amina-there"))
    assert answer.status_code == 200
    assert client.session["_auth_user_id"] == str(people.amina.user.pk)
    assert client.get(reverse("cases:worklist"))["Location"] == reverse("accounts:first_factor")


def test_who_was_not_invited_gets_nothing(people: Cast, good_provider: str, at) -> None:
    """Being known to the State is no right here: no account is made, none is guessed by its address."""
    at(good_provider)
    many = User.objects.count()
    client = Client()
    answer = come_back(client, go(client, "ines-there"))
    assert answer.status_code == 403
    assert not is_in(client)
    assert (User.objects.count(), OutsideIdentity.objects.count()) == (many, 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_broken_provider_opens_nothing(people: Cast, at, fault: str) -> None:
    """Unsigned, for another client, by another key, of another person, too old or too weak: one refusal."""
    running, issuer = start(fault)
    try:
        at(issuer)
        linked(people.amina, issuer, "amina-there")
        client = Client()
        answer = come_back(client, go(client, "amina-there"))
        assert answer.status_code == 403
        assert not is_in(client)
    finally:
        running.terminate()
        running.wait(10)


def test_an_answer_is_for_the_browser_that_left(people: Cast, good_provider: str, at) -> None:
    """A link with somebody else's code, sent to her, does not sign her in as somebody else."""
    at(good_provider)
    linked(people.ines, good_provider, "ines-there")
    trap = go(Client(), "ines-there")
    her_browser = Client()
    her_browser.get(reverse("accounts:outside"))
    assert come_back(her_browser, trap).status_code == 403
    assert not is_in(her_browser)
    assert Client().get(urlsplit(trap).path, parse_qs(urlsplit(trap).query)).status_code == 403


def test_a_code_is_traded_once(people: Cast, good_provider: str, at) -> None:
    at(good_provider)
    linked(people.amina, good_provider, "amina-there")
    client = Client()
    back = go(client, "amina-there")
    kept = client.cookies["outside"].value
    assert come_back(client, back).status_code == 200
    again = Client()
    again.cookies["outside"] = kept
    assert come_back(again, back).status_code == 403


def test_an_invitation_may_be_answered_through_the_provider(people: Cast, good_provider: str, at) -> None:
    """The link of the invitation works once, whichever way it was used."""
    at(good_provider)
    token = invited(people.bruno)
    client = Client()
    back = go(client, "bruno-there", reverse("accounts:outside_invited", args=[token]))
    assert come_back(client, back).status_code == 200
    assert is_in(client)
    assert Client().get(reverse("accounts:invitation", args=[token])).status_code == 404


def test_one_person_there_is_one_account_here(people: Cast, good_provider: str, at) -> None:
    """The intruder cannot take over an identity that is linked already."""
    at(good_provider)
    linked(people.amina, good_provider, "amina-there")
    token = invited(people.ines)
    client = Client()
    back = go(client, "amina-there", reverse("accounts:outside_invited", args=[token]))
    assert come_back(client, back).status_code == 403
    assert Client().get(reverse("accounts:invitation", args=[token])).status_code == 200


def test_the_cookie_of_the_departure_is_closed(good_provider: str, at, db: None) -> None:
    at(good_provider)
    client = Client()
    client.get(reverse("accounts:outside"))
    cookie = client.cookies["outside"]
    assert (cookie["samesite"], cookie["httponly"], cookie["path"]) == ("Lax", True, reverse("accounts:outside"))
    assert not re.search(r"nonce|state", cookie.value)


def test_without_a_provider_there_is_no_such_page(db: None) -> None:
    for name in ("accounts:outside", "accounts:outside_back"):
        assert Client().get(reverse(name)).status_code == 404
