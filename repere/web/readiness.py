"""Whether this installation can be worked with, part by part. No person, no organisation, no address stands in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from repere.web import database, disk

GOOD, POOR, UNKNOWN = "good", "poor", "unknown"
CLOCKS_APART = timedelta(seconds=30)
JOBS_LATE = timedelta(minutes=10)
SEALS_LATE = timedelta(hours=1)
BACKUP_LATE = timedelta(hours=26)

LATE_JOBS = """
    SELECT count(*) FROM procrastinate_jobs
    WHERE status = 'todo' AND scheduled_at IS NOT NULL AND scheduled_at < clock_timestamp() - %s
"""
# Each is asked for every minute. One that is not asked for any more is kept out by a row that stands in its place, or by a fault.
EVERY_MINUTE = ("repere.cases.jobs.reminders", "repere.cases.jobs.follow_referrals", "repere.places.jobs.expire_holds")
QUIETEST = """
    SELECT to_timestamp(min(told.last)) FROM
        (SELECT max(d.defer_timestamp) AS last FROM procrastinate_periodic_defers d WHERE d.task_name = ANY (%s) GROUP BY d.task_name) told
"""
WITHOUT_ROW = "SELECT coalesce(sum(number), 0), min(coalesce(whole_at, looked_at)) FROM ledger_comparison"
LAST_SEAL = "SELECT max(sealed_at) FROM ledger_seal"


@dataclass(frozen=True)
class Part:
    """One part: its name, how it is, and figures with their unit in the name."""

    name: str
    state: str
    figures: dict[str, Any]


def parts(*, now: datetime) -> list[Part]:
    """Every part. With the database away, what depends on it is unknown."""
    found = [_disk(), _backup(now)]
    try:
        found += [_clock(now), _jobs(now), _seals(now), _records(now)]
        found.append(_database())
    except DatabaseError:
        found.append(Part("database", POOR, {}))
    return sorted(found, key=lambda part: part.name)


def is_ready(found: list[Part]) -> bool:
    """Served as ready when nothing is poor that keeps people from reading and recording."""
    return not any(part.state == POOR and part.name in ("database", "disk", "clock") for part in found)


def _one(statement: str, values: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row: tuple[Any, ...] = cursor.fetchone()
        return row


def _disk() -> Part:
    return Part(
        "disk", POOR if disk.is_nearly_full() else GOOD,
        {"free_megabytes": disk.free_bytes() >> 20, "floor_megabytes": disk.floor_bytes() >> 20, "reserve": disk.reserve_file().exists()},
    )  # fmt: skip


def _clock(now: datetime) -> Part:
    """This process against the database, and both against the last seal: a seal from the future means a clock that went back."""
    (database,) = _one("SELECT clock_timestamp()")
    (sealed,) = _one(LAST_SEAL)
    apart = abs(database - now)
    went_back = sealed is not None and sealed > database + CLOCKS_APART
    return Part("clock", POOR if apart > CLOCKS_APART or went_back else GOOD, {"apart_seconds": round(apart.total_seconds(), 1)})


def _database() -> Part:
    """It answers; and the next connection of this role begins as Repère made it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        own = len(database.foreign_settings(cursor, cursor.fetchone()[0]))
    return Part("database", POOR if own else GOOD, {"settings_of_its_own": own})


def _jobs(now: datetime) -> Part:
    waiting = _one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")[0]
    late = _one(LATE_JOBS, (JOBS_LATE,))[0]
    failed = _one("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")[0]
    beat = _one("SELECT max(last_heartbeat) FROM procrastinate_workers")[0]
    asked = _one(QUIETEST, ([*EVERY_MINUTE],))[0]
    silent = beat is None or now - beat > JOBS_LATE
    kept_out = asked is not None and now - asked > JOBS_LATE
    figures = {"waiting": waiting, "late": late, "failed": failed, "silent_seconds": None if beat is None else _seconds(now - beat)}
    figures["periodic_seconds"] = None if asked is None else _seconds(now - asked)
    return Part("worker", POOR if late or silent or kept_out else GOOD, figures)


def _seals(now: datetime) -> Part:
    (sealed,) = _one(LAST_SEAL)
    if sealed is None:
        return Part("sealer", UNKNOWN, {})
    return Part("sealer", POOR if now - sealed > SEALS_LATE else GOOD, {"last_seconds": _seconds(now - sealed)})


def _records(now: datetime) -> Part:
    """What the nightly comparison found without a row of the ledger; the figure of time is that of the body longest not looked at."""
    number, looked = _one(WITHOUT_ROW)
    if looked is None:
        return Part("records", UNKNOWN, {})
    return Part("records", POOR if number else GOOD, {"without_row": number, "whole_seconds": _seconds(now - looked)})


def _backup(now: datetime) -> Part:
    """By the newest file of the backup folder, when backups lie on this machine at all."""
    folder = Path(settings.REPERE_HOME) / "backups"
    times = [path.stat().st_mtime for path in folder.iterdir()] if folder.is_dir() else []
    if not times:
        return Part("backup", UNKNOWN, {})
    age = now - datetime.fromtimestamp(max(times), UTC)
    return Part("backup", POOR if age > BACKUP_LATE else GOOD, {"last_seconds": _seconds(age)})


def _seconds(length: timedelta) -> int:
    return max(0, round(length.total_seconds()))


def told(found: list[Part]) -> dict[str, Any]:
    return {"ready": is_ready(found), "parts": {part.name: {"state": part.state, **part.figures} for part in found}}

