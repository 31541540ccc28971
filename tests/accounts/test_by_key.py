"""SQL smuggled onto the pages' connection, while nobody acts: it ends no session, empties no counter and gives the worker no job."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import ProgrammingError, connection, transaction
from django.urls import reverse
from procrastinate.contrib.django import app as jobs

from repere.accounts import deferring, throttle
from repere.accounts.session_store import row_key
from repere.places.actions import asking
from tests.owner import as_owner
from tests.people import Cast

pytestmark = pytest.mark.django_db
DESK = "cases:worklist"
A_JOB = "INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES (%s, 'default', '{}')"
DEFERRED = "SELECT procrastinate_defer_jobs_v1(ARRAY[ROW('default', %s, 0, NULL, NULL, '{}', NULL)]::procrastinate_job_to_defer_v1[])"


def smuggled(statement: str, values: Any = ()) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.mark.parametrize("table", ["django_session", "accounts_signinbucket"])
@pytest.mark.parametrize("statement", ["SELECT FROM {}", "DELETE FROM {}", "TRUNCATE {}", "INSERT INTO {} DEFAULT VALUES"])
def test_the_tables_themselves_are_closed(table: str, statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        smuggled(statement.format(table))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE django_session SET expire_date = now()",
        "UPDATE accounts_signinbucket SET tokens = 1000",
        "SELECT tokens FROM accounts_signinbucket",
    ],
)
def test_nothing_in_them_is_changed(statement: str) -> None:
    with pytest.raises(ProgrammingError, match="permission denied"):
        smuggled(statement)


def test_a_session_is_ended_only_by_who_knows_its_number(people: Cast, signed_in) -> None:
    """The functions take a keyed hash: the number in the cookie is none, and neither is a guess or a pattern."""
    client = signed_in(people.amina)
    number = client.cookies["session"].value
    for guess in (number, "%", "", "0" * 40):
        for call in ("SELECT end_session(%s)", "SELECT keep_session(%s, 'x', now())"):
            smuggled(call, [guess])
    assert client.get(reverse(DESK)).status_code == 200
    smuggled("SELECT end_session(%s)", [row_key(number)])
    assert client.get(reverse(DESK)).status_code == 302, "with the key it would have been ended: the test shows something"


def test_a_session_is_not_begun_over_another(people: Cast, signed_in) -> None:
    """A row that stands is not replaced by adding it again."""
    client = signed_in(people.amina)
    with connection.cursor() as cursor:
        cursor.execute("SELECT begin_session(%s, 'x', now() + interval '1 day')", [row_key(client.cookies["session"].value)])
        assert cursor.fetchone() == (False,)
    assert client.get(reverse(DESK)).status_code == 200


def test_no_date_given_from_outside_empties_the_counters(people: Cast) -> None:
    """Sweeping goes by the database's own clock."""
    email = people.amina.user.email
    for _guess in range(10):
        throttle.may_try(email, "203.0.113.9")
    smuggled("SELECT forget_tokens('a', 'b', now() + interval '10 years')")
    assert not throttle.may_try(email, "203.0.113.9")


def test_what_lay_still_for_a_month_is_swept(people: Cast) -> None:
    email, now = people.amina.user.email, datetime.now(UTC)
    throttle.may_try(email, "203.0.113.9")
    as_owner("UPDATE accounts_signinbucket SET refilled_at = refilled_at - %s", [timedelta(days=31)])
    throttle.forget(email, "198.51.100.7", now=now)
    assert as_owner("SELECT count(*) FROM accounts_signinbucket") == [(2,)], "only the place, and that she is known there"


# ---- jobs


@pytest.mark.parametrize("statement", [A_JOB, DEFERRED])
@pytest.mark.parametrize("name", [*deferring.BY_PAGES, "repere.cases.jobs.midnight"])
def test_nobody_gives_the_worker_a_job(people: Cast, statement: str, name: str) -> None:
    """Neither by the table nor by the library's function, whatever its name."""
    with pytest.raises(ProgrammingError, match="pages do not ask for this job|row-level security"):
        smuggled(statement, [name])


@pytest.mark.parametrize("statement", [A_JOB, DEFERRED])
def test_who_acts_reaches_the_jobs_of_the_pages_only(people: Cast, statement: str) -> None:
    with people.amina.acts():
        smuggled(statement, [asking.SEND])
        for name in ("repere.cases.jobs.midnight", "repere.ledger.anything", "builtins.exec"):
            with pytest.raises(ProgrammingError, match="pages do not ask for this job|row-level security"):
                smuggled(statement, [name])


def test_a_job_is_neither_changed_nor_read_by_pages(people: Cast) -> None:
    with people.amina.acts():
        jobs.configure_task(asking.SEND).defer(request_id="x")
        for verb in ("UPDATE {} SET status = 'failed'", "DELETE FROM {}", "SELECT args FROM {}"):
            with pytest.raises(ProgrammingError, match="permission denied"):
                smuggled(verb.format("procrastinate_jobs"))


def test_the_list_is_what_the_pages_ask_for() -> None:
    """Every name is a job that exists: a list that outlived its jobs would open more than it says."""
    jobs.perform_import_paths()
    assert set(deferring.BY_PAGES) <= set(jobs.tasks)
