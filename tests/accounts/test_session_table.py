"""A stolen table of sessions opens no file about anybody."""

from __future__ import annotations

from importlib import import_module

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from repere.accounts import sessions
from repere.accounts.session_store import SessionStore, content_of, row_key
from tests.accounts.proving import by_password, give_password
from tests.owner import as_owner
from tests.people import Cast

pytestmark = pytest.mark.django_db
DESK = "cases:worklist"


def with_cookie(value: str) -> Client:
    client = Client()
    client.cookies["session"] = value
    return client


def row(number: str) -> Session | None:
    found = as_owner("SELECT session_key, session_data, expire_date FROM django_session WHERE session_key = %s", [row_key(number)])
    return Session(*found[0]) if found else None


def test_what_the_table_holds_is_no_cookie(people: Cast, signed_in) -> None:
    """Whoever copies the table, or a backup of it, meets the door of a stranger with every value in it."""
    client = signed_in(people.amina)
    number = client.cookies["session"].value
    assert client.get(reverse(DESK)).status_code == 200
    rows = as_owner("SELECT session_key, session_data FROM django_session")
    assert rows
    assert all(number not in key + content for key, content in rows)
    for key, content in rows:
        for value in (key, content):
            assert with_cookie(value).get(reverse(DESK)).status_code == 302
    assert with_cookie(number).get(reverse(DESK)).status_code == 200, "the number itself still opens her own session"


def test_the_hash_needs_the_secret_of_this_installation(settings) -> None:
    """The same number gives another row elsewhere: the table of one house tells nothing in another."""
    here = row_key("a" * 32)
    assert len(here) == 40
    settings.SECRET_KEY = "another house"
    assert row_key("a" * 32) != here


def test_a_row_copied_into_another_row_is_refused(people: Cast, signed_in) -> None:
    """Somebody who can write to the table cannot put a colleague's session under a number of his own."""
    hers, his = signed_in(people.amina), signed_in(people.ines)
    taken = row(hers.cookies["session"].value)
    assert taken is not None
    change = "UPDATE django_session SET session_data = %s WHERE session_key = %s"
    as_owner(change, [taken.session_data, row_key(his.cookies["session"].value)])
    assert his.get(reverse(DESK)).status_code == 302
    assert hers.get(reverse(DESK)).status_code == 200
    moved = Session(session_key=row_key("b" * 32), session_data=taken.session_data)
    assert content_of(taken)[sessions.ROW]
    with pytest.raises(signing.BadSignature):
        content_of(moved)


def test_a_number_changes_and_the_old_row_goes(people: Cast) -> None:
    """A new number at sign-in leaves no row under the old one, and signing out leaves none at all."""
    give_password(people.amina.user)
    client = Client()
    planted = client.session
    planted["before"] = 1
    planted.save()
    client.cookies["session"] = planted.session_key
    assert row(planted.session_key)
    by_password(people.amina.user, client)
    now = client.cookies["session"].value
    assert now != planted.session_key
    assert row(planted.session_key) is None
    client.post(reverse("accounts:sign_out"))
    assert row(now) is None


def test_no_other_store_is_in_use() -> None:
    """The settings name this store, and its calls without `await` are the only ones that answer."""
    assert import_module(settings.SESSION_ENGINE).SessionStore is SessionStore
    store = SessionStore()
    for call in (store.aload, store.aexists, store.adelete, store.acreate_model_instance):
        with pytest.raises(NotImplementedError):
            call.__func__(store).send(None)


def test_the_worker_forgets_sessions_whose_time_ran_out(people: Cast, signed_in, as_role) -> None:
    """The others stay; and whoever serves pages may not ask for it."""
    lasting, gone = signed_in(people.amina).cookies["session"].value, signed_in(people.bruno).cookies["session"].value
    as_owner("UPDATE django_session SET expire_date = now() - interval '1 minute' WHERE session_key = %s", [row_key(gone)])
    with pytest.raises(DatabaseError), transaction.atomic():
        sessions.forget_ended()
    with as_role("worker"):
        assert sessions.forget_ended() == 1
        assert sessions.forget_ended() == 0
    assert row(gone) is None
    assert row(lasting) is not None
