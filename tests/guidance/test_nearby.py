"""Where to turn, département by département: the public copy alone, whichever process serves the page; without it, a way on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.test import Client

from repere.accounts.directory_jobs import publish_directory
from repere.directory import actions
from repere.guidance import nearby as reading
from repere.guidance.nearby import nearby
from tests.directory.entries import entry, held, vetted
from tests.directory.test_publishing import HIDDEN, STRINGS
from tests.people import Cast

NOW = datetime.now(UTC)
AsRole = Callable[[str], Any]


@pytest.fixture(autouse=True)
def nothing_kept() -> Iterator[None]:
    reading._kept.clear()
    yield
    reading._kept.clear()


def published(as_role: AsRole, *, now: datetime = NOW) -> None:
    with as_role("worker"):
        publish_directory(now=now)
    reading._kept.clear()


def page(code: str = "69", language: str = "fr") -> str:
    answer = Client().get(f"/info/{language}/near/{code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_what_is_public_stands_on_the_page_of_its_departement(committing_db: str, people: Cast, as_role: AsRole) -> None:
    vetted(
        people, people.pascal, tier=0, structure="Maison publique", kind="general_association", function="support", name="Accueil public",
        languages=["eng"], phone="04 72 61 60 60",
    )  # fmt: skip
    assert "Accueil public" not in page(), "no copy yet"
    published(as_role)
    shown = page()
    assert "Accueil public" in shown
    assert 'href="tel:+33472616060"' in shown
    assert "anglais" in shown
    assert f"{NOW:%Y-%m-%d}" in shown
    assert "Accueil public" not in page("13")
    assert "Rhône (69)" in shown
    assert "Who helps" in page(language="en")


def test_nothing_above_the_public_tier_and_no_person_is_ever_on_these_pages(committing_db: str, people: Cast, as_role: AsRole) -> None:
    hidden = entry(people.sonia, **HIDDEN)
    with people.sonia.acts() as acting:
        actions.vouch(hidden.pk, reason="visité", acting=acting, now=NOW)
    vetted(people, people.pascal)
    public = vetted(people, people.pascal, tier=0, structure="Préfecture publique", name="Accueil public")
    held(public, people.pascal, people.bruno, since=date(2026, 1, 1))
    published(as_role)
    for shown in (page(), page(language="en"), Client().get("/info/fr/near/").content.decode()):
        assert not any(string in shown for string in (*STRINGS, "Camille"))


def test_vacancies_of_the_state_are_told_to_anybody_by_departement(committing_db: str, people: Cast, as_role: AsRole) -> None:
    made = vetted(people, people.pascal)
    mandate = held(made, people.pascal, people.bruno, since=date(2026, 1, 1))
    with people.pascal.acts() as acting:
        actions.end_mandate(mandate.pk, ended_on=NOW.date(), acting=acting, now=NOW)
    published(as_role, now=NOW + timedelta(days=1))
    states = {code: dict(found.posts)["referent_prefecture"] for code in ("69", "01") if (found := nearby(code, now=NOW))}
    assert states == {"69": "vacant", "01": "never"}
    assert "Postes de l’État dans ce département" in page()


def test_an_old_copy_says_that_it_is_old(committing_db: str, people: Cast, as_role: AsRole) -> None:
    published(as_role, now=NOW - timedelta(days=9))
    assert "appelez avant de vous déplacer" in page()
    published(as_role)
    assert "appelez avant de vous déplacer" not in page()


def test_where_the_copy_cannot_be_read_the_page_says_whom_to_call(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    settings.REPERE_PUBLIC_COPY = settings.REPERE_PUBLIC_COPY | {"HOST": "/nowhere/at/all"}
    shown = page()
    assert 'href="tel:115"' in shown
    assert 'href="tel:119"' in shown
    assert "ne peut pas être lue" in shown


def test_the_copy_is_read_by_a_login_that_reads_nothing_else(committing_db: str, people: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    connecting = psycopg.connect

    def watched(**where: Any) -> Any:
        seen.append(where["user"])
        return connecting(**where)

    monkeypatch.setattr(psycopg, "connect", watched)
    page()
    page()
    assert seen == ["repere_public"], "once in some minutes, and as that role"
    monkeypatch.setattr(reading, "POSTS", "SELECT pseudonym, 'x', now()::date FROM public.cases_case WHERE %(territory)s <> ''")
    reading._kept.clear()
    assert nearby("69", now=NOW) is None


def test_the_pages_role_writes_nothing_into_the_copy(committing_db: str, people: Cast) -> None:
    with people.amina.acts(), pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM published.directory_service")


def test_every_departement_is_on_the_list_and_one_that_does_not_exist_is_no_page() -> None:
    shown = Client().get("/info/fr/near/").content.decode()
    for code in ("01", "2A", "974", "988"):
        assert f'href="/info/fr/near/{code}/"' in shown
    assert Client().get("/info/fr/near/99/").status_code == 404
