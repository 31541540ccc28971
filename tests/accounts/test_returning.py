"""After a lock or a session that ended: a sentence that says so, and back to the form with what was typed in it."""

from __future__ import annotations

import html
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from repere.accounts import sessions
from repere.cases.models import Case
from tests.accounts.proving import PASSWORD, app_code, give_app, give_password
from tests.cases.story import concern
from tests.people import Cast

pytestmark = pytest.mark.django_db
HOST = "http://testserver"


@pytest.fixture
def case(people: Cast) -> Case:
    return concern(people.amina.actor)


def form(case: Case) -> str:
    return reverse("cases:referral_new", args=[case.code])


def sign_in(client: Client, people: Cast) -> str:
    give_password(people.amina.user)
    return client.post("/sign-in/", {"email": people.amina.user.email, "password": PASSWORD})["Location"]


def test_a_form_sent_in_a_session_that_ended_leads_back_to_its_page(people: Cast, signed_in, case: Case) -> None:
    client = signed_in(people.amina)
    sessions.end_all(people.amina.user, now=datetime.now(UTC), why="reset")
    answer = client.post(form(case), {"note": "x"}, headers={"referer": f"{HOST}{form(case)}"})
    assert answer["Location"] == "/sign-in/"
    page = html.unescape(client.get("/sign-in/").content.decode())
    assert "Votre session est terminée" in page
    assert case.code not in page
    assert sign_in(client, people) == form(case)


def test_words_typed_in_a_session_that_ended_are_not_dropped_in_silence(people: Cast, signed_in, case: Case) -> None:
    """The script asked to keep them; the page goes to sign in, and comes back to the form."""
    client = signed_in(people.amina)
    sessions.end_all(people.amina.user, now=datetime.now(UTC), why="reset")
    asked = {"hx-request": "true", "hx-current-url": f"{HOST}{form(case)}"}
    answer = client.post(reverse("cases:fact_keep", args=[case.code, "referral"]), {"draft_key": str(uuid4())}, headers=asked)
    assert answer.status_code == 204
    assert answer["HX-Redirect"] == "/sign-in/"
    assert sign_in(client, people) == form(case)


@pytest.mark.parametrize("came_from", ["https://elsewhere.example/cases/", "//elsewhere.example/", "", "javascript:alert(1)"])
def test_no_other_site_is_led_to(people: Cast, case: Case, came_from: str) -> None:
    client = Client()
    client.post(form(case), {"note": "x"}, headers={"referer": came_from} if came_from else {})
    assert sign_in(client, people) == "/"


def test_an_address_that_only_takes_a_form_is_not_led_to(people: Cast, case: Case) -> None:
    """It would answer with an error to whoever has just signed in."""
    client = Client()
    taken = reverse("cases:fact_discard", args=[case.code, "referral"])
    client.post(taken, headers={"referer": f"{HOST}{taken}"})
    assert sign_in(client, people) == "/"


@pytest.mark.parametrize(
    ("left", "leads_to"), [("form", "form"), ("//elsewhere.example/", "/"), ("https://elsewhere.example/x", "/"), ("", "/")]
)
def test_the_lock_leads_back_to_the_page_that_was_left(people: Cast, signed_in, case: Case, left: str, leads_to: str) -> None:
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, datetime.now(UTC) - timedelta(hours=1))
    client = signed_in(people.amina)
    assert f'name="next" value="{form(case)}"' in client.get(form(case)).content.decode()
    client.post(reverse("accounts:lock"), {"next": form(case) if left == "form" else left})
    page = html.unescape(client.get(reverse("accounts:locked")).content.decode())
    assert ("Vous reviendrez à la page que vous avez quittée" in page) is (left == "form")
    assert case.code not in page
    answer = client.post(reverse("accounts:locked"), {"password": PASSWORD, "code": app_code(secret, datetime.now(UTC))})
    assert answer["Location"] == (form(case) if leads_to == "form" else leads_to)


def test_words_typed_at_a_locked_page_lead_back_to_it(people: Cast, signed_in, case: Case) -> None:
    """Another tab was locked: the page goes to the lock, and after it to the form."""
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, datetime.now(UTC) - timedelta(hours=1))
    client = signed_in(people.amina)
    client.post(reverse("accounts:lock"))
    asked = {"hx-request": "true", "hx-current-url": f"{HOST}{form(case)}"}
    answer = client.post(reverse("cases:fact_keep", args=[case.code, "referral"]), {"draft_key": str(uuid4())}, headers=asked)
    assert answer["HX-Redirect"] == reverse("accounts:locked")
    after = client.post(reverse("accounts:locked"), {"password": PASSWORD, "code": app_code(secret, datetime.now(UTC))})
    assert after["Location"] == form(case)
