"""Jobs: deferred by pages, done by the worker under its own role."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import procrastinate
import psycopg
import pytest
from django.db import DatabaseError, connection, connections, transaction
from procrastinate.contrib.django import app

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.web import database, disk, serving
from repere.web.home import secret


def workers_reach() -> procrastinate.PsycopgConnector:
    where = connections.settings["default"]
    reach = {"host": where["HOST"], "dbname": where["NAME"], "user": "repere_worker", "password": secret("db_worker")}
    return procrastinate.PsycopgConnector(kwargs=reach)


def page_defers() -> None:
    """A job that pages ask for, while somebody acts; with nothing to judge."""
    with acting_as(Actor.system("a page")):
        app.configure_task("repere.cases.jobs.evaluate_views").defer(view_ids=[])


def states() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT status::text FROM procrastinate_jobs ORDER BY id")
        return [state for (state,) in cursor.fetchall()]


def test_the_worker_does_what_a_page_deferred(committing_db: str) -> None:
    """Both roles together have exactly the rights that takes."""
    page_defers()
    assert states() == ["todo"]
    with app.replace_connector(workers_reach()) as running, ThreadPoolExecutor(1) as apart:
        # a browser test may have left an event loop in this thread
        apart.submit(running.run_worker, wait=False, install_signal_handlers=False, listen_notify=False).result()
    # Periodic jobs of the rooms may have joined it.
    assert states()[0] == "succeeded"


def run_once() -> None:
    with app.replace_connector(workers_reach()) as running, serving.pausing(running), ThreadPoolExecutor(1) as apart:
        apart.submit(running.run_worker, wait=False, install_signal_handlers=False, listen_notify=False).result()


def test_a_periodic_job_that_is_due_while_the_one_before_waits_ends_nothing(committing_db: str) -> None:
    """PostgreSQL must name the key that stands already: the library reads it there, and falls where it is not said."""

    async def due_twice(running: procrastinate.App) -> None:
        async with running.open_async():
            for moment in (60, 120):
                asked = running.configure_task("repere.cases.jobs.evaluate_views", queueing_lock="waits", task_kwargs={"timestamp": moment})
                await running.job_manager.defer_periodic_job(job=asked.job, periodic_id="", defer_timestamp=moment)

    refused = pytest.raises(procrastinate.exceptions.AlreadyEnqueued)
    with app.replace_connector(workers_reach()) as running, ThreadPoolExecutor(1) as apart, refused:
        apart.submit(lambda: asyncio.run(due_twice(running))).result()


def test_a_nearly_full_disk_makes_jobs_wait_and_loses_none(committing_db: str, tmp_path, settings, monkeypatch) -> None:
    """As the pages do: nothing new is written, nobody's deadline is forgotten, and the work goes on by itself."""
    monkeypatch.setattr(disk, "RESERVE_BYTES", 1024 * 1024)
    (tmp_path / "secrets").symlink_to(f"{settings.REPERE_HOME}/secrets")
    settings.REPERE_HOME, settings.REPERE_DISK_FLOOR = tmp_path, disk.shutil.disk_usage(tmp_path).free * 2
    page_defers()
    run_once()
    assert states()[0] == "todo"
    assert isinstance(app.job_manager, procrastinate.manager.JobManager)
    assert not isinstance(app.job_manager, serving.PausingJobs), "outside the worker the application is as it was"
    settings.REPERE_DISK_FLOOR = 1
    run_once()
    assert states()[0] == "succeeded"


def test_a_job_of_an_undone_act_does_not_exist(committing_db: str) -> None:
    """Nobody is reminded of what never happened."""

    def act_and_fail() -> None:
        with transaction.atomic():
            page_defers()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()
    assert states() == []


@pytest.mark.django_db
@pytest.mark.parametrize("statement", ["UPDATE procrastinate_jobs SET status = 'failed'", "DELETE FROM procrastinate_jobs"])
def test_pages_only_add_jobs(statement: str) -> None:
    """A page cannot make a reminder disappear."""
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.django_db
def test_the_public_role_cannot_add_one() -> None:
    """What a visitor triggers never reaches the queue."""
    where = connections.settings["default"]
    with (
        psycopg.connect(
            host=where["HOST"], dbname=where["NAME"], user=database.role_name("public"), password=secret("db_public")
        ) as public,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        public.execute("INSERT INTO public.procrastinate_jobs (queue_name, task_name) VALUES ('default', 'x')")
