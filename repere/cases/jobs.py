"""What the worker does for cases: plain functions that take the instant, may run twice, and hold no key."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Q
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.exceptions import ConnectorException

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.deferring import BEFORE_PAGES
from repere.cases import evaluation, mechanisms, reminders
from repere.cases.actions.extracts import end_extracts
from repere.cases.actions.facts import follow_case
from repere.cases.comparing import compare_all
from repere.cases.handover.actions import tell_unfollowed
from repere.cases.handover.queries import unfollowed
from repere.cases.models import Case, Grant, View
from repere.cases.outside import letters
from repere.cases.place_facts import note_place_event as tell_place_event
from repere.cases.readers import watch_readers
from repere.cases.referral.following import follow_referrals
from repere.cases.territory import ZONES, civil_day
from repere.ledger import witnesses

logger = logging.getLogger(__name__)

NIGHT = Actor.system("midnight")
EVALUATING = "evaluate"
VIEWS_AT_ONCE = 200
REMINDERS_AT_ONCE = 500
STALLED_SECONDS = 60
AGAIN = RetryStrategy(max_attempts=8, exponential_wait=2)
"""A job that fails is tried again: a lost evaluation would leave somebody's tasks behind her facts."""


# ---- evaluation


@app.task(name="repere.cases.jobs.evaluate_view", retry=AGAIN)
def evaluate_view(view_id: str) -> None:
    """Judge one view anew."""
    refresh_views([UUID(view_id)], now=datetime.now(UTC))


@app.task(name="repere.cases.jobs.evaluate_views", retry=AGAIN)
def evaluate_views(view_ids: list[str]) -> None:
    """Judge many views anew, as after a batch."""
    refresh_views([UUID(view_id) for view_id in view_ids], now=datetime.now(UTC))


@app.task(name="repere.cases.jobs.evaluate_others", retry=AGAIN)
def evaluate_others(case_id: str, but: str | None = None) -> None:
    """Judge every view of a case but the one that was judged with the act, after opening or narrowing those of its grants."""
    now = datetime.now(UTC)
    for receiver in receivers_of(UUID(case_id)):
        follow_grant(UUID(case_id), receiver)
    with acting_as(NIGHT):
        views = View.objects.visible_to(NIGHT).filter(case=UUID(case_id))
        ids = [view_id for view_id in views.values_list("pk", flat=True) if str(view_id) != but]
    refresh_views(ids, now=now)


def receivers_of(case_id: UUID) -> list[UUID]:
    """Organisations that hold a running grant on the case."""
    with acting_as(NIGHT):
        running = Grant.objects.visible_to(NIGHT).active().filter(case=case_id)
        return list(running.values_list("organisation_id", flat=True))


def follow_grant(case_id: UUID, receiver: UUID) -> None:
    """The receiver's view holds exactly the groups of its running grant; it keeps its tasks when a grant replaces another."""
    acting = Actor.system(EVALUATING, organisation_id=receiver)
    with acting_as(acting):
        grant = Grant.objects.visible_to(acting).active().filter(case=case_id, organisation_id=receiver).first()
        case = Case.objects.visible_to(acting).filter(pk=case_id).first()
        if grant is None or case is None:
            return
        views = evaluation.locked_views(acting, case=case_id, organisation=receiver)
        if not views:
            evaluation.open_view(case, acting=acting, grant=grant)
        elif (views[0].grant_id, views[0].groups) != (grant.pk, sorted(grant.groups)):
            views[0].grant, views[0].groups = grant, sorted(grant.groups)
            views[0].save(update_fields=["grant", "groups"])


def refresh_views(view_ids: Sequence[UUID], *, now: datetime) -> int:
    """Judge views anew, each batch as the organisation whose views they are. Returns how many findings changed."""
    changed = 0
    for organisation_id, ids in _by_organisation(view_ids).items():
        acting = Actor.system(EVALUATING, organisation_id=organisation_id)
        for start in range(0, len(ids), VIEWS_AT_ONCE):
            with acting_as(acting):
                views = evaluation.locked_views(acting, pk__in=ids[start : start + VIEWS_AT_ONCE])
                cases = Case.objects.visible_to(acting).in_bulk([view.case_id for view in views])
                for view in views:
                    if view.case_id in cases:
                        follow_case(view, cases[view.case_id])
                changed += len(evaluation.refresh(views, acting=acting, now=now).changed)
    return changed


def _by_organisation(view_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    found: dict[UUID, list[UUID]] = {}
    with acting_as(NIGHT):
        rows = View.objects.visible_to(NIGHT).filter(pk__in=list(view_ids)).order_by("pk")
        for view_id, organisation_id in rows.values_list("pk", "organisation_id"):
            found.setdefault(organisation_id, []).append(view_id)
    return found


# ---- midnight


def midnight(zone: str, *, now: datetime) -> int:
    """Judge the views of one time zone whose answers may change today, or whose mechanism is no longer the one loaded.

    Every other view is left alone. Views whose grant ran out are closed. Returns how many views were judged.
    """
    judged = 0
    left: set[UUID] = set()
    while ids := _due_views(zone, now, left):
        left |= _refresh_or_leave(ids, now)
        judged += len(ids)
    return judged - len(left)


def _refresh_or_leave(ids: Sequence[UUID], now: datetime) -> set[UUID]:
    """Judge views together; if that fails, one by one, leaving (and reporting) only those that fail."""
    try:
        refresh_views(ids, now=now)
    except Exception:
        left = set()
        for view_id in ids:
            try:
                refresh_views([view_id], now=now)
            except Exception:
                logger.exception("view_not_judged", extra={"view": str(view_id)})
                left.add(view_id)
        return left
    return set()


def _due_views(zone: str, now: datetime, left: Iterable[UUID] = ()) -> list[UUID]:
    today = civil_day(zone, now)
    stale = Q(next_change_on__lte=today, evaluated_on__lt=today)
    with acting_as(NIGHT):
        names = list(View.objects.visible_to(NIGHT).filter(zone=zone).order_by("mechanism").values_list("mechanism", flat=True).distinct())
        for name in names:
            stale |= Q(mechanism=name) & ~Q(mechanism_hash=mechanisms.named(name).hash)
        due = View.objects.visible_to(NIGHT).filter(stale, zone=zone).exclude(pk__in=list(left)).order_by("next_change_on", "pk")
        return list(due.values_list("pk", flat=True)[:VIEWS_AT_ONCE])


@app.periodic(cron="2,17,32,47 * * * *")
@app.task(name="repere.cases.jobs.midnights", queueing_lock="midnights", priority=BEFORE_PAGES)
def midnights(timestamp: int) -> None:
    """Every quarter of an hour: zones differ by quarters, and where no day turned there is nothing to do."""
    now = datetime.now(UTC)
    for zone in ZONES:
        midnight(zone, now=now)


# ---- reminders


def remind(*, now: datetime) -> int:
    """Take every step of reminding that has come. Returns how many notices were written."""
    written = 0
    while due := reminders.due_tasks(now, REMINDERS_AT_ONCE):
        taken = [reminders.take_steps(task_id, now) for task_id in due]
        written += sum(count or 0 for count in taken)
        if all(count is None for count in taken):  # another worker holds them all
            break
    return written


@app.periodic(cron="* * * * *")
@app.task(name="repere.cases.jobs.reminders", queueing_lock="reminders", priority=BEFORE_PAGES)
def send_reminders(timestamp: int) -> None:
    """Every minute."""
    remind(now=datetime.now(UTC))


# ---- referrals


@app.periodic(cron="* * * * *")
@app.task(name="repere.cases.jobs.follow_referrals", queueing_lock="follow_referrals", priority=BEFORE_PAGES)
def take_referral_steps(timestamp: int) -> None:
    """Every minute: reminders, escalations, next recipients."""
    follow_referrals(now=datetime.now(UTC))


# ---- letters


@app.periodic(cron="* * * * *")
@app.task(name="repere.cases.jobs.send_letters", queueing_lock="send_letters", priority=BEFORE_PAGES)
def write_and_send_letters(timestamp: int) -> None:
    """Every minute: what waits is written down for each member who asked, then sent."""
    now = datetime.now(UTC)
    letters.write_letters(now=now)
    letters.write_reminders(now=now)
    letters.send_letters(now=now)


# ---- the ledger: unusual reading, heads for the witnesses


@app.periodic(cron="11,41 * * * *")
@app.task(name="repere.cases.jobs.watch_reading", queueing_lock="watch_reading", priority=BEFORE_PAGES)
def watch_reading(timestamp: int) -> None:
    """Twice an hour."""
    watch_readers(now=datetime.now(UTC))


@app.periodic(cron="23 5 * * *")
@app.task(name="repere.cases.jobs.write_heads", queueing_lock="write_heads")
def write_heads(timestamp: int) -> None:
    """Once a day the newest head of the ledger is written down for each witness."""
    witnesses.write_dispatches(now=datetime.now(UTC))


@app.periodic(cron="*/10 * * * *")
@app.task(name="repere.cases.jobs.send_heads", queueing_lock="send_heads", priority=BEFORE_PAGES)
def send_heads(timestamp: int) -> None:
    """Whatever is written down and not sent yet."""
    witnesses.send_dispatches(now=datetime.now(UTC))


@app.periodic(cron="7 2 * * *")
@app.task(name="repere.cases.jobs.compare_ledger", queueing_lock="compare_ledger")
def compare_ledger(timestamp: int) -> None:
    """Every night: records without their row."""
    compare_all(now=datetime.now(UTC))


# ---- files that nobody follows


def tell_of_unfollowed(*, now: datetime) -> int:
    """One notice for each open file that nobody follows, as after an account was frozen or suspended. Returns how many were written."""
    with acting_as(NIGHT):
        owners = sorted(set(View.objects.visible_to(NIGHT).values_list("owner_id", flat=True)), key=str)
    written = 0
    for owner in owners:
        desk = Actor.system("unfollowed", organisation_id=owner)
        with acting_as(desk):
            nobody = list(unfollowed(desk).values_list("pk", flat=True))
        written += tell_unfollowed(nobody, desk=desk, now=now)
    return written


@app.periodic(cron="29 * * * *")
@app.task(name="repere.cases.jobs.watch_unfollowed", queueing_lock="watch_unfollowed", priority=BEFORE_PAGES)
def watch_unfollowed(timestamp: int) -> None:
    """Once an hour."""
    tell_of_unfollowed(now=datetime.now(UTC))


# ---- places


@app.task(name="repere.cases.jobs.note_place_event", retry=AGAIN)
def note_place_event(event_id: str) -> None:
    """A step about her place becomes one fact of her file."""
    tell_place_event(UUID(event_id), now=datetime.now(UTC))


# ---- extracts


@app.periodic(cron="41 3 * * *")
@app.task(name="repere.cases.jobs.end_old_extracts", queueing_lock="end_old_extracts", priority=BEFORE_PAGES)
def end_old_extracts(timestamp: int) -> None:
    """Every night: after seven days an extract keeps its serial and its mark."""
    end_extracts(now=datetime.now(UTC))


# ---- a worker that died


@app.periodic(cron="*/5 * * * *")
@app.task(name="repere.cases.jobs.resume", queueing_lock="resume", priority=BEFORE_PAGES, pass_context=True)
async def resume(context: JobContext, timestamp: int) -> None:
    """Jobs whose worker was killed are put back in the queue. Every job here may run twice."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        try:
            await manager.retry_job(job)
        except ConnectorException:  # a periodic job whose next turn already waits: that one does the work
            logger.info("stalled_job_left", extra={"job": job.id})
