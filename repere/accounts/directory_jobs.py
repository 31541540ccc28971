"""What the worker does for the directory, which lies below the accounts and knows no member: the public copy, ends of conventions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from repere import ledger
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.deferring import BEFORE_PAGES
from repere.directory.actions import mark_reminded, publish
from repere.directory.queries.agreements import due_for_reminder

PUBLISHING = Actor.system("publish_directory")
REMINDING = Actor.system("conventions")
AGAIN = RetryStrategy(max_attempts=4, exponential_wait=5)


def publish_directory(*, now: datetime) -> int:
    """Write the public copy anew. Returns how many entries it holds."""
    with acting_as(PUBLISHING) as acting:
        return publish(acting=acting, now=now)


def remind_of_conventions(*, now: datetime) -> int:
    """Put conventions that end soon on the pages of who keeps them, once for each step. Returns how many were put there.

    On screen; a neutral letter goes to members who asked for letters (`cases/outside/letters.py`), as the worker reads no other mailbox.
    """
    today = now.date()
    with acting_as(REMINDING) as acting:
        waiting = [one.pk for one in due_for_reminder(acting, on=today)]
    return sum(_remind(convention_id, today) for convention_id in waiting)


def _remind(convention_id: UUID, today: date) -> bool:
    """The mark and its row in one transaction: killed before the commit, neither happened, and the step is taken again."""
    with acting_as(REMINDING) as acting:
        marked = mark_reminded(convention_id, on=today, acting=acting)
        if marked is not None:
            ledger.record(acting, "remind_convention", kind="system", detail={"convention": marked.pk, "days": marked.reminded_days})
    return marked is not None


@app.periodic(cron="37 2 * * *")
@app.task(name="repere.accounts.directory_jobs.publish", queueing_lock="publish_directory", priority=BEFORE_PAGES, retry=AGAIN)
def publish_nightly(timestamp: int) -> None:
    publish_directory(now=datetime.now(UTC))


@app.periodic(cron="47 5 * * *")
@app.task(name="repere.accounts.directory_jobs.conventions", queueing_lock="remind_of_conventions", priority=BEFORE_PAGES, retry=AGAIN)
def remind_every_morning(timestamp: int) -> None:
    remind_of_conventions(now=datetime.now(UTC))
