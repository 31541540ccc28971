"""An open browser is a door too: it locks, it ends, it is listed, and it asks again before what cannot be undone."""

from __future__ import annotations

import html
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from repere.accounts import sessions
from repere.accounts.acting import acting_as
from repere.accounts.carried import uncarry
from repere.accounts.models import SignedIn
from repere.accounts.own import own_actor
from repere.accounts.sessions import device_words
from repere.ledger.models import Entry
from tests.accounts.proving import PASSWORD, app_code, give_app, give_password
from tests.people import Cast, Member

pytestmark = pytest.mark.django_db
# Not in the past: the database compares the proof of who acts with its own clock. An hour holds for a slow run of all tests.
START = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=1)
SECRET_TEXT = "elle dort ce soir rue des Lilas"


@pytest.fixture
def clock(time_machine):
    time_machine.move_to(START, tick=False)
    return lambda **after: time_machine.move_to(START + timedelta(**after), tick=False)


def row(member: Member, client: Client) -> SignedIn:
    with acting_as(own_actor(member.user)):
        return SignedIn.objects.get(pk=client.session[sessions.ROW])


@pytest.fixture
def acts(as_role):
    def read(member: Member) -> list[str]:
        with as_role("backup"):
            return list(Entry.objects.filter(actor_id=member.user.pk).order_by("position").values_list("act", flat=True))

    return read


@pytest.mark.parametrize(("minutes", "opens"), [(14.9, True), (15, False), (60, False)])
def test_fifteen_idle_minutes_lock(people: Cast, signed_in, clock, minutes: float, opens: bool) -> None:
    """Whoever sits down at her desk after a quarter of an hour meets a closed door, whatever the browser still holds."""
    client = signed_in(people.amina)
    clock(minutes=minutes)
    answer = client.get(reverse("cases:worklist"))
    assert (answer.status_code == 200) is opens
    assert opens or answer["Location"] == reverse("accounts:locked")


def test_work_keeps_it_open_but_not_past_ten_hours(people: Cast, signed_in, clock) -> None:
    client = signed_in(people.amina)
    for quarter in range(1, 60):
        clock(minutes=10 * quarter)
        if client.get(reverse("accounts:account")).status_code != 200:
            pytest.fail(f"closed after {10 * quarter} minutes of work")
    clock(hours=10)
    answer = client.get(reverse("accounts:account"))
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session


def test_a_lock_stays_until_a_factor_is_shown(people: Cast, signed_in, clock) -> None:
    """Reloading, another page, another role: the lock is the session's, not the page's."""
    client = signed_in(people.amina)
    client.post(reverse("accounts:lock"))
    for name in ("cases:worklist", "accounts:account", "accounts:confirm", "accounts:new_factor"):
        assert client.get(reverse(name))["Location"] == reverse("accounts:locked")
    assert client.post(reverse("accounts:change_role"), {"membership": people.amina.membership.pk}).status_code == 403
    assert client.post(reverse("accounts:still_here")).status_code == 403


def test_a_locked_screen_names_nobody(people: Cast, signed_in) -> None:
    client = signed_in(people.amina)
    client.post(reverse("accounts:lock"))
    page = html.unescape(client.get(reverse("accounts:locked")).content.decode())
    for told in (people.amina.user.name, people.amina.user.email, "Atalante"):
        assert told not in page


def unlock(client: Client, secret: str, at: datetime, **more: str):
    return client.post(reverse("accounts:locked"), {"password": PASSWORD, "code": app_code(secret, at), **more})


def test_password_and_code_unlock_and_change_the_number(people: Cast, signed_in, clock, acts) -> None:
    """A session number copied before the lock is worth nothing after it."""
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, START - timedelta(hours=1))
    client = signed_in(people.amina)
    before = client.cookies["session"].value
    clock(minutes=20)
    client.get(reverse("cases:worklist"))
    assert unlock(client, secret, START + timedelta(minutes=20)).status_code == 302
    assert client.get(reverse("cases:worklist")).status_code == 200
    assert client.cookies["session"].value != before
    assert Client(headers={"cookie": f"session={before}"}).get(reverse("cases:worklist")).status_code == 302
    assert [act for act in acts(people.amina) if "lock" in act] == ["lock_session", "unlock_session"]


@pytest.mark.parametrize("given", [{"password": PASSWORD, "code": "000000"}, {"password": "autre chose de long", "code": ""}, {}])
def test_half_a_proof_unlocks_nothing(people: Cast, signed_in, given: dict[str, str]) -> None:
    give_password(people.amina.user)
    give_app(people.amina.user, datetime.now(UTC) - timedelta(hours=1))
    client = signed_in(people.amina)
    client.post(reverse("accounts:lock"))
    assert client.post(reverse("accounts:locked"), given).status_code == 200
    assert row(people.amina, client).locked_at is not None


def test_what_was_written_survives_the_lock_unread(people: Cast, signed_in, clock) -> None:
    """A form sent too late is not lost, and the locked page does not show it to whoever sits there."""
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, START - timedelta(hours=1))
    client = signed_in(people.amina)
    clock(minutes=16)
    answer = client.post(reverse("cases:search"), {"q": SECRET_TEXT})
    page = answer.content.decode()
    assert answer.status_code == 403
    assert SECRET_TEXT not in html.unescape(page)
    carried = re.search(r'name="carried" value="([^"]+)"', page)[1]
    after = unlock(client, secret, START + timedelta(minutes=16), carried=carried)
    assert f'action="{reverse("cases:search")}"' in after.content.decode()
    assert SECRET_TEXT in html.unescape(after.content.decode())


def test_a_carried_form_opens_in_its_own_session_only(people: Cast, signed_in, clock) -> None:
    """Cut, forged, old, or of another browser: nothing comes out."""
    client, other = signed_in(people.amina), signed_in(people.amina)
    client.post(reverse("accounts:lock"))
    page = client.post(reverse("cases:search"), {"q": SECRET_TEXT}).content.decode()
    carried = re.search(r'name="carried" value="([^"]+)"', page)[1]
    mine, hers = row(people.amina, client), row(people.amina, other)
    found = uncarry(carried, mine, now=START)
    assert found is not None
    assert ("q", SECRET_TEXT) in found.fields
    assert uncarry(carried, hers, now=START) is None
    assert uncarry(carried[:-8], mine, now=START) is None
    assert uncarry("é", mine, now=START) is None
    assert uncarry(carried, mine, now=START + timedelta(hours=10)) is None


# Fresh proof.


@pytest.mark.parametrize(("minutes", "opens"), [(4.9, True), (5, False)])
def test_acts_that_matter_ask_for_a_fresh_proof(people: Cast, signed_in, clock, acts, minutes: float, opens: bool) -> None:
    """A browser left open for six minutes cannot be given a new factor by whoever passes."""
    give_app(people.amina.user, START - timedelta(hours=1))
    client = signed_in(people.amina)
    clock(minutes=minutes)
    answer = client.get(reverse("accounts:new_factor"))
    assert (answer.status_code == 200) is opens
    assert opens or answer["Location"] == reverse("accounts:confirm")
    assert opens or "ask_fresh_proof" in acts(people.amina)


def test_the_proof_leads_back_to_the_task(people: Cast, signed_in, clock, acts) -> None:
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, START - timedelta(hours=1))
    client = signed_in(people.amina)
    clock(minutes=6)
    client.get(reverse("accounts:new_factor"))
    proof = {"password": PASSWORD, "code": app_code(secret, START + timedelta(minutes=6))}
    assert client.post(reverse("accounts:confirm"), proof)["Location"] == reverse("accounts:new_factor")
    assert client.get(reverse("accounts:new_factor")).status_code == 200
    assert "confirm_session" in acts(people.amina)


def test_a_changed_password_ends_the_other_sessions(people: Cast, signed_in) -> None:
    """Whoever knew the old one is out."""
    give_app(people.amina.user, datetime.now(UTC) - timedelta(hours=1))
    here, there = signed_in(people.amina), signed_in(people.amina)
    new = {"password": "neuf pommes sur une table", "again": "neuf pommes sur une table"}
    assert here.post(reverse("accounts:password"), new).status_code == 302
    assert here.get(reverse("accounts:account")).status_code == 200
    assert there.get(reverse("accounts:account")).status_code == 302


def test_a_changed_factor_ends_the_other_sessions(people: Cast, signed_in) -> None:
    give_app(people.amina.user, datetime.now(UTC) - timedelta(hours=1))
    here, there = signed_in(people.amina), signed_in(people.amina)
    assert here.post(reverse("accounts:recovery_codes")).status_code == 200
    assert there.get(reverse("accounts:account")).status_code == 302


def test_one_session_can_be_ended_from_another(people: Cast, signed_in) -> None:
    here, there = signed_in(people.amina), signed_in(people.amina)
    lost = row(people.amina, there)
    assert here.post(reverse("accounts:end_session", args=[lost.pk])).status_code == 302
    assert there.get(reverse("accounts:account")).status_code == 302
    assert here.get(reverse("accounts:account")).status_code == 200


def test_sessions_of_others_cannot_be_ended_or_seen(people: Cast, signed_in) -> None:
    """The intruder knows the number of the session; the answer is that of a number that does not exist."""
    hers, mine = signed_in(people.amina), signed_in(people.ines)
    target = row(people.amina, hers)
    assert mine.post(reverse("accounts:end_session", args=[target.pk])).status_code == 404
    assert hers.get(reverse("accounts:account")).status_code == 200
    with people.ines.acts():
        assert list(SignedIn.objects.filter(pk=target.pk)) == []


def test_no_sql_of_hers_opens_a_session_again(people: Cast, signed_in) -> None:
    """Neither one that was ended or locked, nor with a proof that nobody gave. That it ends and locks stays hers to write.

    Nor does one say that it will be used in a year to come: it would never lock by itself.
    """
    signed = row(people.amina, signed_in(people.amina))
    hers = "UPDATE accounts_signedin SET {} WHERE id = %s"

    def refused(change: str) -> None:
        with people.amina.acts(), pytest.raises(DatabaseError, match="is proved by a factor"), transaction.atomic():
            connection.cursor().execute(hers.format(change), [signed.pk])

    for change in (
        "seen_at = '2100-01-01'", "confirmed_at = now()", "proved_by = 'totp'", "began_at = now()", f"user_id = '{people.odile.user.pk}'",
    ):  # fmt: skip
        refused(change)
    for ends, again in (("locked_at = now()", "locked_at = NULL"), ("ended_at = now()", "ended_at = NULL")):
        with people.amina.acts(), connection.cursor() as cursor:
            cursor.execute(hers.format(ends), [signed.pk])
            assert cursor.rowcount == 1
        refused(again)
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM accounts_signedin")
        assert cursor.rowcount == 0
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(
                "INSERT INTO accounts_signedin (id, user_id, device, proved_by, began_at, seen_at, confirmed_at)"
                " VALUES (gen_random_uuid(), %s, '', 'passkey', now(), now(), now())", [people.amina.user.pk],
            )  # fmt: skip


def test_signing_out_ends_the_row(people: Cast, signed_in) -> None:
    """A copy of the cookie made before signing out opens nothing after it."""
    client = signed_in(people.amina)
    copy = client.cookies["session"].value
    signed = row(people.amina, client)
    client.post(reverse("accounts:sign_out"))
    with acting_as(own_actor(people.amina.user)):
        assert SignedIn.objects.get(pk=signed.pk).ended_at is not None
    assert Client(headers={"cookie": f"session={copy}"}).get(reverse("accounts:account")).status_code == 302


@pytest.mark.parametrize(
    ("announced", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox, Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/141.0 Safari/537.36 Edg/141.0", "Edge, Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile Safari/604.1", "Safari, iPhone"),
        ("<script>alert(1)</script>", ""),
        ("", ""),
    ],
)
def test_a_device_is_told_in_words(announced: str, words: str) -> None:
    assert device_words(announced) == words
