"""What proves that it is she, and what does not."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime, timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from repere.accounts import factors
from repere.accounts.acting import acting_as
from repere.accounts.factors import FactorRefused, held_by
from repere.accounts.own import keeper_of, own_actor
from repere.accounts.rootkey import root_key
from repere.accounts.session_store import content_of
from repere.core.sealing import SealBroken
from repere.ledger.models import Entry
from tests.accounts.proving import app_code, by_password, give_app, give_password, secret_on
from tests.people import Cast

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(minutes=2)
# RFC 6238, appendix B: the secret is the ASCII text 12345678901234567890; the last six of its eight digits.
RFC_SECRET = base64.b32encode(b"12345678901234567890").decode()
RFC_ANSWERS = [(59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"), (2000000000, "279037")]


@pytest.mark.parametrize(("second", "code"), RFC_ANSWERS)
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    """Her app and we compute the same: otherwise nobody gets in, or anybody."""
    at = datetime.fromtimestamp(second, tz=UTC)
    assert factors._step_of(RFC_SECRET, code, at) == second // 30
    assert factors._step_of(RFC_SECRET, code, at + timedelta(minutes=2)) is None


def test_a_code_works_once(people: Cast) -> None:
    """A code read over her shoulder is worth nothing a second later."""
    secret, _codes = give_app(people.amina.user, NOW)
    code = app_code(secret, LATER)
    factors.check_app_code(people.amina.user, code, now=LATER)
    with pytest.raises(FactorRefused):
        factors.check_app_code(people.amina.user, code, now=LATER)


def test_no_sql_of_hers_touches_her_factors(people: Cast) -> None:
    """The attack: her factors gone, somebody else's passkey in their place, a used code good again. All of it reads, none of it writes."""
    secret, _codes = give_app(people.amina.user, NOW)
    with people.amina.acts(), connection.cursor() as cursor:
        for statement in ("DELETE FROM mfa_authenticator", "UPDATE mfa_authenticator SET data = '{}'", "DELETE FROM accounts_usedcode"):
            cursor.execute(statement)
            assert cursor.rowcount == 0
        for statement in (
            "INSERT INTO mfa_authenticator (type, data, user_id, created_at) VALUES ('webauthn', '{}', %s, now())",
            "INSERT INTO accounts_usedcode (user_id, step, used_at) VALUES (%s, 1, now())",
            "INSERT INTO accounts_outsideidentity (id, issuer, subject_hash, linked_at, user_id)"
            " VALUES (gen_random_uuid(), 'https://ailleurs.example', '\\x00', now(), %s)",
        ):
            with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
                cursor.execute(statement, [people.amina.user.pk])
        cursor.execute("SELECT count(*) FROM mfa_authenticator")
        assert cursor.fetchone() == (2,)
    factors.check_app_code(people.amina.user, app_code(secret, LATER), now=LATER)


def test_the_code_that_added_the_app_does_not_also_open(people: Cast) -> None:
    secret, _codes = give_app(people.amina.user, NOW)
    with pytest.raises(FactorRefused):
        factors.check_app_code(people.amina.user, app_code(secret, NOW), now=NOW)


def test_a_code_is_one_persons(people: Cast) -> None:
    """The intruder has an app of her own; it opens no other account."""
    give_app(people.amina.user, NOW)
    secret, _codes = give_app(people.ines.user, NOW)
    with pytest.raises(FactorRefused):
        factors.check_app_code(people.amina.user, app_code(secret, LATER), now=LATER)


def test_after_the_last_day_codes_are_not_taken(people: Cast, settings) -> None:
    """The transition has an end: a code that can be read out to a stranger opens nothing after it."""
    secret, _codes = give_app(people.amina.user, NOW)
    settings.TOTP_ACCEPTED_UNTIL = date(2026, 11, 20)
    with pytest.raises(FactorRefused) as refused:
        factors.check_app_code(people.amina.user, app_code(secret, LATER), now=LATER)
    assert refused.value.code == "codes_ended"
    assert not held_by(people.amina.user, now=LATER).accepted
    with pytest.raises(FactorRefused):
        give_app(people.bruno.user, NOW)


def test_recovery_codes_open_once_each(people: Cast) -> None:
    _secret, codes = give_app(people.amina.user, NOW)
    assert len(set(codes)) == 10
    factors.use_recovery_code(people.amina.user, codes[3], now=NOW)
    with pytest.raises(FactorRefused):
        factors.use_recovery_code(people.amina.user, codes[3], now=NOW)
    assert held_by(people.amina.user, now=NOW).codes_left == 9


def test_new_recovery_codes_end_the_old_ones(people: Cast) -> None:
    """A list found in a drawer after she made a new one opens nothing."""
    _secret, old = give_app(people.amina.user, NOW)
    new = factors.new_recovery_codes(people.amina.user, now=NOW)
    with pytest.raises(FactorRefused):
        factors.use_recovery_code(people.amina.user, old[0], now=NOW)
    factors.use_recovery_code(people.amina.user, new[0], now=NOW)


def test_the_only_factor_stays(people: Cast) -> None:
    """Whoever sits at an open session cannot leave the account with a password alone."""
    give_app(people.amina.user, NOW)
    app = held_by(people.amina.user, now=NOW).app
    with pytest.raises(FactorRefused) as refused:
        factors.remove_factor(people.amina.user, app.pk, now=NOW)
    assert refused.value.code == "last_factor"


def test_factors_of_others_cannot_be_removed(people: Cast) -> None:
    give_app(people.amina.user, NOW)
    give_app(people.ines.user, NOW)
    hers = held_by(people.amina.user, now=NOW).app
    with pytest.raises(FactorRefused):
        factors.remove_factor(people.ines.user, hers.pk, now=NOW)
    assert held_by(people.amina.user, now=NOW).app is not None


def test_the_database_shows_nobody_elses_factors(people: Cast) -> None:
    """Row-level security: SQL that runs as the intruder finds no factor but hers."""
    give_app(people.amina.user, NOW)
    with people.ines.acts():
        assert Authenticator.objects.count() == 0


def test_a_secret_moved_to_another_account_does_not_open(people: Cast) -> None:
    """Who can write in the table cannot give an account the factor of another."""
    give_app(people.amina.user, NOW)
    give_app(people.ines.user, NOW)
    with acting_as(own_actor(people.ines.user)):
        stolen = Authenticator.objects.get(type="totp").data
    with acting_as(keeper_of(people.amina.user)):
        assert Authenticator.objects.filter(type="totp").update(data=stolen) == 1
    with pytest.raises(SealBroken):
        factors.check_app_code(people.amina.user, "123456", now=LATER)


def test_no_secret_stands_in_the_database(people: Cast, as_role) -> None:
    """A stolen copy of the database holds no key of any app, neither of one in use nor of one being added."""
    give_password(people.amina.user)
    client = by_password(people.amina.user)
    waiting = secret_on(client.get(reverse("accounts:first_factor")).content.decode())
    secret, codes = give_app(people.bruno.user, NOW)
    with as_role("backup"):
        content = everything()
    for hidden in (waiting, secret, *codes):
        for form in (hidden.encode(), base64.b64encode(hidden.encode()).rstrip(b"=")):
            assert form not in content
    for raw in (waiting, secret):
        assert base64.b32decode(raw) not in content
        assert base64.b32decode(raw).hex().encode() not in content


def everything() -> bytes:
    """Every row of every table as text, and what the sessions hold once they are read."""
    found = []
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname IN ('public', 'keys', 'published')")
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT t::text FROM {table} t")
            found += [row[0].encode() for row in cursor.fetchall()]
    assert any(b"passkey" in line or b"totp" in line for line in found), "the reader of the whole database saw no factor"
    found += [json.dumps(content_of(session)).encode() for session in Session.objects.all()]
    return b"\n".join(found)


def test_a_change_is_told_in_neutral_words(people: Cast, django_capture_on_commit_callbacks) -> None:
    """The letter says that something changed; to whoever else reads her mail it says nothing of the house."""
    with django_capture_on_commit_callbacks(execute=True):
        give_app(people.amina.user, NOW)
    (letter,) = mail.outbox
    assert letter.to == [people.amina.user.email]
    assert not any(word in (letter.subject + letter.body).lower() for word in ("repère", "traite", "victim", "dossier", "totp"))


def test_changes_are_in_the_ledger(people: Cast, as_role) -> None:
    _secret, codes = give_app(people.amina.user, NOW)
    factors.use_recovery_code(people.amina.user, codes[0], now=NOW)
    factors.clear_factors(people.amina.user, now=NOW)
    with as_role("backup"):
        hers = Entry.objects.filter(actor_id=people.amina.user.pk).order_by("position")
        acts = list(hers.values_list("act", flat=True))
    assert acts[-3:] == ["add_factor", "use_recovery_code", "clear_factors"]


def test_factors_follow_a_new_root_key(people: Cast) -> None:
    """The old root key may be destroyed without shutting anybody out."""
    secret, codes = give_app(people.amina.user, NOW)
    assert factors.rewrap_factors(people.amina.user) == 0
    root_key().rotate(on=NOW.date())
    assert factors.rewrap_factors(people.amina.user) == 2
    assert factors.rewrap_factors(people.amina.user) == 0
    factors.check_app_code(people.amina.user, app_code(secret, LATER), now=LATER)
    factors.use_recovery_code(people.amina.user, codes[0], now=LATER)


# Forced enrolment, on the pages.


def test_a_password_alone_reaches_enrolment_only(people: Cast) -> None:
    """A phished password of an account without factor shows no file."""
    give_password(people.amina.user)
    client = by_password(people.amina.user)
    for name in ("cases:worklist", "cases:search", "pages:rules", "accounts:account", "accounts:new_factor"):
        assert client.get(reverse(name))["Location"] == reverse("accounts:first_factor")
    assert client.post(reverse("accounts:recovery_codes"))["Location"] == reverse("accounts:first_factor")


def test_enrolment_opens_the_work_and_shows_codes_once(people: Cast) -> None:
    give_password(people.amina.user)
    client = by_password(people.amina.user)
    secret = secret_on(client.get(reverse("accounts:first_factor")).content.decode())
    answer = client.post(reverse("accounts:add_app"), {"code": app_code(secret, datetime.now(UTC))})
    assert answer.content.decode().count("<li><code>") == 10
    assert client.get(reverse("cases:worklist")).status_code == 200
    page = client.get(reverse("accounts:account")).content.decode()
    assert secret not in page
    assert "<li><code>" not in page


def test_with_a_factor_the_password_opens_nothing_yet(people: Cast) -> None:
    """Between the two steps nobody is signed in."""
    give_password(people.amina.user)
    give_app(people.amina.user, NOW)
    client = by_password(people.amina.user)
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("cases:worklist")).status_code == 302


def test_password_and_code_open(people: Cast) -> None:
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, datetime.now(UTC) - timedelta(minutes=5))
    client = by_password(people.amina.user)
    assert client.post(reverse("accounts:second_step"), {"code": app_code(secret, datetime.now(UTC))}).status_code == 302
    assert client.get(reverse("cases:worklist")).status_code == 200


def test_guessing_codes_is_slowed_down(people: Cast) -> None:
    """A stolen password does not buy a thousand tries at the code."""
    give_password(people.amina.user)
    secret, _codes = give_app(people.amina.user, datetime.now(UTC) - timedelta(minutes=5))
    client, address = by_password(people.amina.user), reverse("accounts:second_step")
    for _try in range(6):
        client.post(address, {"code": "000000"})
    client.post(address, {"code": app_code(secret, datetime.now(UTC))})
    assert "_auth_user_id" not in client.session


def test_the_second_step_waits_five_minutes(people: Cast, time_machine) -> None:
    """A machine left between the steps does not wait for the next person."""
    give_password(people.amina.user)
    give_app(people.amina.user, NOW)
    client = by_password(people.amina.user)
    time_machine.move_to(datetime.now(UTC) + timedelta(minutes=5, seconds=1))
    assert client.get(reverse("accounts:second_step"))["Location"] == reverse("accounts:sign_in")


@pytest.mark.parametrize("answer", ["", "{}", "[]", "nonsense", '{"response": {"userHandle": "AAAA"}}', '{"response": {"userHandle": 7}}'])
def test_a_forged_passkey_opens_nothing(people: Cast, answer: str) -> None:
    """One refusal for every kind of nonsense, and no broken page."""
    client = Client()
    assert client.post(reverse("accounts:passkey_options")).status_code == 200
    response = client.post(reverse("accounts:sign_in_passkey"), {"passkey": answer})
    assert response.status_code == 200
    assert "_auth_user_id" not in client.session
