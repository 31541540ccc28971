"""A row in the queue never stops a periodic job for good: pages cannot write one that would, and whoever watches sees it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from procrastinate.contrib.django import app as jobs

from repere.accounts import deferring
from repere.places.actions import asking
from repere.web import readiness
from tests.owner import as_owner
from tests.people import Cast

pytestmark = pytest.mark.django_db
A_JOB = (
    "INSERT INTO procrastinate_jobs (task_name, queue_name, args, lock, queueing_lock, scheduled_at)"
    " VALUES (%s, 'default', '{}', %s, %s, MOMENT)"
)


def smuggled(name: str, lock: str | None = None, queueing: str | None = None, when: str = "NULL") -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(A_JOB.replace("MOMENT", when), [name, lock, queueing])
        return int(cursor.rowcount)


@pytest.mark.parametrize("lock", [None, "reminders", "midnights", "expire_holds", "accounts_nightly", "write_heads"])
@pytest.mark.parametrize("acts", [True, False])
def test_no_page_takes_the_place_of_a_periodic_job(people: Cast, lock: str | None, acts: bool) -> None:
    """The attack: a row under the lock of the reminders, to be run in the year 2999."""
    if not acts:
        with pytest.raises(DatabaseError, match="pages do not ask for this job"):
            smuggled(asking.SEND, queueing=lock, when="'2999-01-01'")
        return
    with people.amina.acts():
        for queueing, when in ((lock, "'2999-01-01'"), (lock or "x", "NULL"), (None, "now() + interval '2 hours'")):
            with pytest.raises(DatabaseError, match="pages do not ask for this job"):
                smuggled(asking.SEND, queueing=queueing, when=when)
        with pytest.raises(DatabaseError, match="pages do not ask for this job"):
            smuggled(asking.SEND, lock="reminders")


def test_what_pages_ask_for_is_still_taken(people: Cast) -> None:
    jobs.perform_import_paths()
    with people.amina.acts():
        for name in deferring.BY_PAGES:
            task = jobs.tasks[name]
            with transaction.atomic():
                jobs.configure_task(name, queueing_lock=task.queueing_lock).defer()
        assert smuggled(asking.SEND, when="now()") == 1


MANY = "INSERT INTO procrastinate_jobs (task_name, queue_name, args, priority) SELECT %s, %s, '{}', %s FROM generate_series(1, %s)"


ONE = "INSERT INTO procrastinate_jobs (task_name, queue_name, args) VALUES (%s, 'default', '{}');"


@pytest.mark.parametrize(("queue", "priority"), [("default", 1), ("default", 2147483647), ("default", -1), ("nobodys", 0)])
def test_no_job_of_a_page_goes_before_others_or_where_nobody_works(people: Cast, queue: str, priority: int) -> None:
    with people.amina.acts(), connection.cursor() as cursor:
        with pytest.raises(DatabaseError, match="pages do not ask for this job"), transaction.atomic():
            cursor.execute(MANY, [asking.SEND, queue, priority, 1])
        cursor.execute(MANY, [asking.SEND, "default", 0, 1])
        assert cursor.rowcount == 1


def test_a_page_asks_for_no_thousands_of_jobs(people: Cast) -> None:
    """Nothing else of that worker runs before them: neither reminders nor the end of a hold. In one statement or in many."""
    with people.amina.acts(), connection.cursor() as cursor:
        for statement in (MANY, f"DO $$ BEGIN FOR i IN 1..%s LOOP {ONE} END LOOP; END $$"):
            values = [asking.SEND, "default", 0, 3000] if statement is MANY else [deferring.MOST_AT_ONCE + 1, asking.SEND]
            asked = psycopg.ClientCursor(connection.connection).mogrify(statement, values)
            with pytest.raises(DatabaseError, match="so many jobs at once"), transaction.atomic():
                cursor.execute(asked)


def test_a_periodic_job_that_is_asked_for_no_more_is_noticed(db: None) -> None:
    """The jobs of every minute: one of them was last asked for an hour ago, the others just now."""
    now = timezone.now().replace(microsecond=0)

    def told(*, minutes: int) -> Any:
        asked = [(name, int((now - timedelta(minutes=minutes if name == readiness.EVERY_MINUTE[0] else 0)).timestamp()))
                 for name in readiness.EVERY_MINUTE]  # fmt: skip
        as_owner("DELETE FROM procrastinate_periodic_defers")
        for name, moment in asked:
            as_owner("INSERT INTO procrastinate_periodic_defers (task_name, defer_timestamp) VALUES (%s, %s)", [name, moment])
        as_owner("DELETE FROM procrastinate_workers")
        as_owner("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [now])
        return next(part for part in readiness.parts(now=now) if part.name == "worker")

    assert (told(minutes=1).state, told(minutes=60).state) == (readiness.GOOD, readiness.POOR)
    assert told(minutes=60).figures["periodic_seconds"] == 3600
