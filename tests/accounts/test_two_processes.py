"""What one process decided holds in the other at once. Commits are real here, and so are the processes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from repere.accounts import factors, sessions
from repere.accounts.acting import acting_as
from repere.accounts.models import Membership, SignedIn
from repere.accounts.own import own_actor
from tests.accounts.proving import app_code, elsewhere, give_app
from tests.people import Cast

TRY_CODE = """
from datetime import datetime
from repere.accounts import factors
from repere.accounts.models import User
try:
    factors.check_app_code(User.objects.get(pk=words[0]), words[1], now=datetime.fromisoformat(words[2]))
    print("opened")
except factors.FactorRefused:
    print("refused")
"""
OPEN_PAGE = """
from django.test import Client
client = Client(SERVER_NAME="localhost")
client.cookies["session"] = words[0]
print(client.get(words[1]).status_code)
"""


def test_a_code_used_here_is_refused_there(committing_db: str, people: Cast) -> None:
    """Two servers stand behind one door: a code captured on its way is not played at the other one."""
    now = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
    secret, _codes = give_app(people.amina.user, now)
    later = now + timedelta(minutes=2)
    code, who = app_code(secret, later), str(people.amina.user.pk)
    factors.check_app_code(people.amina.user, code, now=later)
    assert elsewhere(committing_db, TRY_CODE, who, code, later.isoformat()) == "refused"
    fresh = later + timedelta(minutes=2)
    assert elsewhere(committing_db, TRY_CODE, who, app_code(secret, fresh), fresh.isoformat()) == "opened"


def test_sessions_ended_here_are_over_there(committing_db: str, people: Cast) -> None:
    """She ends the session of a lost laptop: whichever server it asks next refuses it."""
    laptop, desk = people.amina.sign_in(Client()), people.amina.sign_in(Client())
    page = reverse("accounts:account")
    stolen = laptop.cookies["session"].value
    assert elsewhere(committing_db, OPEN_PAGE, stolen, page) == "200"
    with acting_as(own_actor(people.amina.user)):
        here = SignedIn.objects.get(pk=desk.session[sessions.ROW])
    assert sessions.end_others(people.amina.user, here, now=timezone.now(), why="asked") == 1
    assert elsewhere(committing_db, OPEN_PAGE, stolen, page) == "302"
    assert elsewhere(committing_db, OPEN_PAGE, desk.cookies["session"].value, page) == "200"


def test_a_role_ended_here_is_over_there(committing_db: str, people: Cast) -> None:
    """A leaver's open browser shows nothing from the next request on, at whichever server."""
    cookie = people.amina.sign_in(Client()).cookies["session"].value
    assert elsewhere(committing_db, OPEN_PAGE, cookie, reverse("cases:worklist")) == "200"
    with people.chloe.acts():
        Membership.objects.filter(pk=people.amina.membership.pk).update(ended_at=timezone.now(), ended_by=people.chloe.user)
    assert elsewhere(committing_db, OPEN_PAGE, cookie, reverse("cases:worklist")) == "302"
