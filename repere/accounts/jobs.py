"""What the worker does for accounts: plain functions that take the instant and may run twice."""

from __future__ import annotations

from datetime import UTC, datetime

from procrastinate.contrib.django import app

# Named here because the worker looks for tasks in this module only.
from repere.accounts import directory_jobs as directory_jobs
from repere.accounts import members, sessions, vetting
from repere.accounts.deferring import BEFORE_PAGES


def look_after_accounts(*, now: datetime) -> dict[str, int]:
    """Once a night: probations that end, confirmations to ask, memberships to suspend. Returns how many of each."""
    return {
        "probations_ended": vetting.end_probations(now=now),
        "unconfirmed": members.suspend_unconfirmed(now=now),
        "unused": members.suspend_unused(now=now),
        "asked": members.ask_for_confirmation(now=now),
    }


@app.periodic(cron="23 2 * * *")
@app.task(name="repere.accounts.jobs.nightly", queueing_lock="accounts_nightly", priority=BEFORE_PAGES)
def nightly(timestamp: int) -> None:
    look_after_accounts(now=datetime.now(UTC))
    sessions.forget_ended()
