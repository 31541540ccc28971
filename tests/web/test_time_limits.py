"""A statement that waits or works too long ends, so that one page never keeps the others; whoever sent it reads why, and nothing is
half done. The limits are those of page processes; a job, an import or a backup has none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import DatabaseError, connection
from django.db.utils import ConnectionHandler, InternalError
from django.test import Client
from psycopg.errors import DeadlockDetected, IdleInTransactionSessionTimeout, UniqueViolation

from repere.cases.models import Case, Fact
from repere.web import database
from repere.web.errors import took_too_long
from tests import postgres
from tests.cases.story import concern
from tests.people import Cast, Member

SAID = {"fr": "Cela prend trop de temps en ce moment", "en": "This takes too long just now"}


def told(role: str) -> dict[str, str]:
    """What a connection of that role begins with, in a page process and in a command."""
    reach = ConnectionHandler({"default": database.alias(role) | {"NAME": connection.settings_dict["NAME"]}})["default"]
    try:
        with reach.cursor() as cursor:
            cursor.execute("SELECT name, setting || coalesce(unit, '') FROM pg_settings WHERE name = ANY (%s)", [list(database.LIMITS)])
            return dict(cursor.fetchall())
    finally:
        reach.close()
        if hasattr(reach, "close_pool"):
            reach.close_pool()


@pytest.mark.django_db
def test_a_page_process_has_limits_and_a_job_and_a_command_none(monkeypatch: pytest.MonkeyPatch) -> None:
    none = dict.fromkeys(database.LIMITS, "0ms")
    assert told("web") == none
    monkeypatch.setenv("REPERE_POOL", "1")
    limits = {"statement_timeout": "60000ms", "lock_timeout": "10000ms", "idle_in_transaction_session_timeout": "60000ms"}
    assert told("web") == limits
    assert told("worker") == none
    assert told("backup") == none


@contextmanager
def held(case: Case) -> Iterator[None]:
    """Her file, locked by somebody else who goes on and on."""
    secret = (postgres.test_home() / "secrets" / "db_bootstrap").read_text().strip()
    with psycopg.connect(
        host=str(postgres.test_home() / "pg"), user="postgres", password=secret, dbname=connection.settings_dict["NAME"]
    ) as other:
        other.execute("SELECT FROM cases_case WHERE id = %s FOR UPDATE", [case.pk])
        yield
        other.rollback()


@contextmanager
def limited(name: str) -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SET {name} = '100ms'")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"RESET {name}")


@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_a_page_that_meets_a_limit_says_so_and_leaves_nothing_half_done(
    committing_db: str, people: Cast, signed_in: Callable[[Member], Client], limit: str
) -> None:
    case = concern(people.amina.actor)
    sent: dict[str, Any] = {"when": "today", "basis": "person_said", "urgent_need.needs": ["shelter"]}
    for member in (people.amina, people.odile):
        client = signed_in(member)
        client.raise_request_exception = False
        asked = sent | {"key": str(uuid4())}
        with held(case), limited(limit):
            answer = client.post(f"/cases/{case.code}/facts/new/urgent_need/", asked)
        text = answer.content.decode()
        assert (answer.status_code, bool(answer["Retry-After"])) == (503, True)
        assert SAID[member.user.language] in text
        assert case.code not in text
        with member.acts() as actor:
            facts = Fact.objects.visible_to(actor).filter(case=case, kind="urgent_need")
            assert not facts.filter(user=member.user).exists()
            assert Case.objects.visible_to(actor).get(pk=case.pk).revision == case.revision + facts.count()
        assert client.post(f"/cases/{case.code}/facts/new/urgent_need/", asked).status_code == 302
        with member.acts():
            assert facts.filter(user=member.user).count() == 1


def test_a_page_whose_transaction_was_ended_for_doing_nothing_is_calm_too(
    committing_db: str, people: Cast, signed_in: Callable[[Member], Client]
) -> None:
    """Wherever in the page it is met: the connection is gone then, and the answer needs none."""
    case = concern(people.amina.actor)
    client = signed_in(people.amina)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SET idle_in_transaction_session_timeout = '1ms'")
    answer = client.get(f"/cases/{case.code}/")
    connection.close()
    assert answer.status_code == 503
    assert case.code not in answer.content.decode()
    assert client.get(f"/cases/{case.code}/").status_code == 200


def test_what_is_no_limit_is_not_called_one() -> None:
    for cause, is_limit in ((IdleInTransactionSessionTimeout(), True), (DeadlockDetected(), False), (UniqueViolation(), False)):
        error = (InternalError if is_limit else DatabaseError)()
        error.__cause__ = cause
        assert took_too_long(error) is is_limit
    assert not took_too_long(RuntimeError())
