"""Pages for somebody who has no account and must leave no trace."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client, RequestFactory

from repere.guidance import door, views
from repere.guidance.numbers import numbers
from repere.guidance.rights import mechanism, rights
from repere.web import database
from tests import postgres
from tests.people import Cast

ROOM = Path(views.__file__).parent
PAGES = [f"/info/{language}/{name}" for language in ("fr", "en") for name in ("", "steps/", "texts/", "places/", "near/", "near/13/")]
TOLD = re.compile(r"victim|traite\b|traffick|exploit|prostitu|police|rep[eè]re", re.IGNORECASE)


@pytest.mark.parametrize("address", ["/info/", *PAGES])
def test_a_page_for_anybody_needs_no_database(address: str) -> None:
    """This test has no access to a database at all: a question asked there would fail it."""
    answer = Client().get(address)
    assert answer.status_code == 200
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    assert "Cookie" not in answer.get("Vary", "")


@pytest.mark.parametrize("address", PAGES)
def test_nothing_outside_the_page_tells_what_it_is_about(address: str) -> None:
    """Its title and its addresses are seen over a shoulder and stay in histories."""
    page = Client().get(address).content.decode()
    title = re.search(r"<title>(.*?)</title>", page)
    assert title
    assert not TOLD.search(title[1])
    for link in re.findall(r'(?:href|src)="([^"]+)"', page):
        assert not TOLD.search(link), link


@pytest.mark.parametrize("address", PAGES)
def test_a_page_fetches_nothing_from_elsewhere_and_asks_for_nothing(address: str) -> None:
    """No third party, no form, no storage, no static file that would stay in the browser under our name."""
    page = Client().get(address).content.decode()
    assert re.findall(r'(?:src|action)="(?!/info/)[^"]*"', page) == []
    assert [link for link in re.findall(r'<link[^>]*href="([^"]+)"', page) if not link.startswith(("/info/", "data:"))] == []
    assert "<form" not in page
    assert "/static/" not in page
    script = (ROOM / "parts" / "leave.js").read_text()
    assert not re.search(r"localStorage|sessionStorage|indexedDB|document\.cookie|serviceWorker|fetch\(|sendBeacon", script)


@pytest.mark.parametrize("address", PAGES)
def test_the_way_out_comes_first_and_works_without_scripts(address: str, settings: Any) -> None:
    """The first thing that a key reaches is a plain link to a neutral site, which learns nothing of where she was."""
    page = Client().get(address).content.decode()
    first = re.search(r"<(?:a|button|input|summary)\b[^>]*>", page[page.index("<body>") :])
    assert first
    assert f'href="{settings.REPERE_WAY_OUT}"' in first[0]
    assert "noreferrer" in first[0]


def test_the_page_says_what_the_way_out_cannot_do() -> None:
    page = Client().get("/info/en/").content.decode()
    assert "does not clear the history" in page
    assert "program installed to watch" in page


@pytest.mark.parametrize("address", ["/info/xx/", "/info/fr/nothing/", "/info/part/nothing.js", "/.well-known/nothing", "/info"])
def test_what_does_not_exist_is_as_neutral(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert not answer.cookies
    assert answer["Referrer-Policy"] == "no-referrer"
    assert 'id="leave"' in answer.content.decode()


def test_a_page_that_breaks_tells_nothing_and_keeps_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise RuntimeError("Amina Exemple")

    monkeypatch.setattr(views, "rights", breaks)
    answer = Client().get("/info/fr/texts/")
    assert answer.status_code == 500
    assert "Amina" not in answer.content.decode()
    assert 'id="leave"' in answer.content.decode()


@pytest.mark.django_db
def test_a_public_view_that_asks_the_database_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even in a process whose connection could read a person: behind this door every connection is shut."""

    def curious(request: Any, language: str) -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")

    with pytest.raises(door.TouchedDatabase), door.without_database():
        curious(RequestFactory().get("/info/fr/"), "fr")
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db
def test_the_public_role_cannot_read_one_table_of_ours(people: Cast) -> None:
    """Tried table by table with its own login, not read from a list of rights."""
    where = connections["default"].settings_dict
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n.nspname || '.' || quote_ident(c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
            " WHERE n.nspname IN ('public', 'keys') AND c.relkind IN ('r', 'p', 'v', 'm')"
        )
        tables = [name for (name,) in cursor.fetchall()]
    assert "public.cases_person" in tables
    login = {"host": where["HOST"], "dbname": where["NAME"], "user": "repere_public", "password": database.secret("db_public")}
    with psycopg.connect(**login, autocommit=True) as public:
        for table in tables:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                public.execute(f"SELECT 1 FROM {table} LIMIT 1")
        for role in ("web", "worker", "owner", "backup", "sealer"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                public.execute(f"SET ROLE repere_{role}")


def test_a_process_can_serve_these_pages_alone() -> None:
    """Under the role `public` no other address exists, and no other secret of the database is loaded."""
    program = (
        "import django; django.setup()\n"
        "from django.conf import settings\n"
        "from django.test import Client\n"
        "print(Client().get('/info/fr/').status_code, [Client().get(a).status_code for a in ('/', '/sign-in/', '/cases/X/')])\n"
        "print(sorted(settings.DATABASES), settings.DATABASES['default']['USER'])\n"
    )
    ours = {"REPERE_ROLE": "public", "REPERE_HOSTS": "testserver", "REPERE_DATABASE": postgres.TEMPLATE}
    environment = {**os.environ, **ours, "DJANGO_SETTINGS_MODULE": "repere.web.settings"}
    run = subprocess.run([sys.executable, "-W", "ignore", "-c", program], env=environment, capture_output=True, text=True, check=False)
    assert run.stdout.splitlines() == ["200 [404, 404, 404]", "['default'] repere_public"], run.stderr


# ---- what is said


@pytest.mark.parametrize("language", ["fr", "en"])
def test_only_what_was_read_is_shown(language: str) -> None:
    """A right from memory is not promised to a stranger, and demands are no rights."""
    shelves = rights(language, on=date(2026, 11, 21))
    shown = {right.label for shelf in shelves for right in shelf.rights}
    by_label = {rule.label.text(language): rule for rule in mechanism().entitlements.values()}
    assert len(shown) > 20
    for label in shown:
        rule = by_label[label]
        assert rule.level in ("national_law", "international_obligation", "guidance")
        assert rule.version_on(date(2026, 11, 21)).standing.presentable
    memory = [rule for rule in by_label.values() if not rule.version_on(date(2026, 11, 21)).standing.presentable]
    assert memory
    assert not {rule.label.text(language) for rule in memory} & shown


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_number_says_where_it_was_read(language: str) -> None:
    found = numbers(language)
    assert {"17", "112", "114", "115", "119"} <= {number.number for number in found}
    for number in found:
        assert number.sources
        assert number.certainty in "ABC"
        assert number.name
        assert number.help


# ---- security.txt


def test_security_txt_names_a_contact_and_an_end(settings: Any) -> None:
    settings.REPERE_SECURITY_CONTACT, settings.REPERE_SECURITY_EXPIRES = "mailto:security@exemple.example", "2999-12-31"
    answer = Client().get("/.well-known/security.txt")
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode().splitlines()[:2] == ["Contact: mailto:security@exemple.example", "Expires: 2999-12-31T00:00:00Z"]


@pytest.mark.parametrize(("contact", "expires"), [("", "2999-12-31"), ("mailto:a@b.example", ""), ("mailto:a@b.example", "2020-01-01")])
def test_security_txt_that_nobody_keeps_up_is_not_served(settings: Any, contact: str, expires: str) -> None:
    """A contact that may be dead is worse than none."""
    settings.REPERE_SECURITY_CONTACT, settings.REPERE_SECURITY_EXPIRES = contact, expires
    assert Client().get("/.well-known/security.txt").status_code == 404
