"""When acts and looks cannot be written down, nothing is done and nothing is shown; what remains is said calmly."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError
from django.db.transaction import TransactionManagementError
from django.db.utils import OperationalError, ProgrammingError
from django.test import Client
from django.utils import timezone
from procrastinate.exceptions import ConnectorException
from psycopg.errors import AdminShutdown, DeadlockDetected, UniqueViolation

from repere.cases.models import Fact
from repere.cli import ON_A_FULL_DISK, refuse_on_a_full_disk
from repere.web import disk, readiness
from repere.web.errors import cannot_record
from repere.web.home import CannotRun
from tests.cases.story import concern, record
from tests.documentation import unknown_command
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
MARK = "Mimosa bleu du onze rue secrète"


@pytest.fixture
def without_ledger(committing_db: str, owner_connection: Any) -> Callable[[], object]:
    """Takes from the pages the right to add a row to the ledger, as a wrong migration or a full disk would."""
    owner_connection.autocommit = True
    return lambda: owner_connection.execute("REVOKE INSERT ON ledger_entry FROM repere_web")


def calm(client: Client) -> Client:
    client.raise_request_exception = False
    return client


def test_a_file_that_cannot_be_recorded_is_not_shown(
    without_ledger: Callable[[], object], people: Cast, signed_in: SignIn
) -> None:
    """The page was ready; its look could not be written; so it is not given. What to do stands there instead."""
    amina = people.amina.actor
    case = concern(amina)
    record(case, amina, "safe_contact_instructions", basis="person_said", never_say=MARK, can_contact="no")
    client = calm(signed_in(people.amina))
    assert MARK in client.get(f"/cases/{case.code}/").content.decode()
    without_ledger()
    answer = client.get(f"/cases/{case.code}/")
    text = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert MARK not in text
    assert case.code not in text
    assert case.pseudonym not in text
    assert "17" in text
    assert "112" in text


def test_an_act_that_cannot_be_recorded_is_not_done(without_ledger: Callable[[], object], people: Cast, signed_in: SignIn) -> None:
    """Nothing half done: the fact goes with its row."""
    case = concern(people.amina.actor)
    client = calm(signed_in(people.amina))
    without_ledger()
    answer = client.post(f"/cases/{case.code}/facts/new/urgent_need/", {
        "key": "5a1c9c9e-6d7f-4f0a-9a53-0c9f3cf0a001", "when": "today", "basis": "person_said", "urgent_need.needs": ["shelter"],
    })  # fmt: skip
    assert answer.status_code == 503
    with people.amina.acts() as actor:
        assert not Fact.objects.visible_to(actor).filter(case=case, kind="urgent_need").exists()


def test_what_shows_no_person_stays_open(without_ledger: Callable[[], object], people: Cast, signed_in: SignIn) -> None:
    """The law can be read, and the pages for anybody too."""
    client = calm(signed_in(people.amina))
    without_ledger()
    assert client.get("/rules/").status_code == 200
    assert client.get("/info/fr/").status_code == 200


@pytest.mark.parametrize(
    ("state", "closes"), [("53100", True), ("57P01", True), ("08006", True), ("25006", True), ("23505", False), ("42703", False)]
)
def test_a_fault_of_ours_is_not_called_closed(state: str, closes: bool) -> None:
    """A full disk or a lost server closes the files; a mistake in a statement is a mistake."""
    cause = Exception()
    cause.sqlstate = state  # type: ignore[attr-defined]
    error = DatabaseError()
    error.__cause__ = cause
    assert cannot_record(error) is closes
    assert cannot_record(OperationalError())
    assert not cannot_record(ProgrammingError())
    assert not cannot_record(RuntimeError())


def test_a_lost_database_is_called_closed_however_it_was_wrapped() -> None:
    """A job that could not be put in, a transaction that the loss broke; not a mistake wrapped in the same way."""
    for wrapped in (ConnectorException, TransactionManagementError):
        for cause, closes in ((AdminShutdown(), True), (OperationalError(), True), (UniqueViolation(), False), (DeadlockDetected(), False)):
            error = wrapped()
            error.__cause__ = cause
            assert cannot_record(error) is closes, (wrapped, cause)


# ---- the disk


@pytest.fixture
def nearly_full(settings: Any, tmp_path: Path) -> Any:
    """A real disk, with a floor above everything that is free on it."""
    (tmp_path / "secrets").symlink_to(Path(settings.REPERE_HOME) / "secrets")
    settings.REPERE_HOME, settings.REPERE_DISK_FLOOR = tmp_path, 1
    disk.set_reserve_aside()
    assert disk.reserve_file().stat().st_blocks * 512 >= disk.RESERVE_BYTES
    settings.REPERE_DISK_FLOOR = disk.free_bytes() * 2
    return settings


def test_the_reserve_is_given_up_when_the_disk_is_nearly_full(nearly_full: Any) -> None:
    """So that the rows that say who read still fit."""
    assert disk.is_nearly_full()
    assert not disk.reserve_file().exists()


def test_writing_comes_back_only_with_room_to_spare(nearly_full: Any) -> None:
    """The room that the reserve left is for the ledger: it does not open the door again by itself."""
    assert disk.is_nearly_full()
    nearly_full.REPERE_DISK_FLOOR = int(disk.free_bytes() * 0.75)
    assert disk.is_nearly_full()
    nearly_full.REPERE_DISK_FLOOR = 1
    assert not disk.is_nearly_full()
    disk.set_reserve_aside()
    assert disk.reserve_file().exists()


@pytest.mark.parametrize(
    "line", ["import htcds file.json", "demo --persons 5", "found", "restore there", "keys rotate-root", "ledger canary", "migrate"]
)
def test_the_command_line_writes_nothing_new_on_a_nearly_full_disk(nearly_full: Any, line: str) -> None:
    """Refused before it begins, in both languages, with how much room there is."""
    with pytest.raises(CannotRun) as refused:
        refuse_on_a_full_disk(line.split())
    assert "presque plein" in str(refused.value)
    assert "nearly full" in str(refused.value)
    nearly_full.REPERE_DISK_FLOOR = 1
    refuse_on_a_full_disk(line.split())


@pytest.mark.parametrize(
    "line", ["backup --to there", "check", "emergency-sheets", "erasure carry-out", "ledger seal --every 60", "run"]
)
def test_the_command_line_still_rescues_on_a_nearly_full_disk(nearly_full: Any, line: str) -> None:
    """Backing up, printing what an emergency needs, sealing, making room."""
    assert disk.is_nearly_full()
    refuse_on_a_full_disk(line.split())


def test_every_command_that_may_still_be_typed_exists() -> None:
    """A renamed command would be refused when it is needed most."""
    assert [line for line in sorted(ON_A_FULL_DISK) if unknown_command(f"repere {line}")] == []


def test_on_a_nearly_full_disk_files_are_read_and_nothing_is_taken(people: Cast, signed_in: SignIn, nearly_full: Any) -> None:
    """Reading goes on, each look is written, a banner says so, and what is sent is refused with its reason."""
    case = concern(people.amina.actor)
    client = signed_in(people.amina)
    page = client.get(f"/cases/{case.code}/")
    assert page.status_code == 200
    assert "Lecture seule" in page.content.decode()
    sent = client.post(f"/cases/{case.code}/facts/new/urgent_need/", {"urgent_need.needs": ["shelter"]})
    assert sent.status_code == 503
    assert "presque plein" in sent.content.decode()
    assert client.post("/search/", {"q": case.code}).status_code == 200


# ---- readiness


def test_whoever_watches_learns_only_yes_or_no(client: Client, db: None) -> None:
    """From elsewhere, or through a proxy that speaks for elsewhere: no figure."""
    for elsewhere in ({"REMOTE_ADDR": "203.0.113.5"}, {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "203.0.113.5"}):
        assert set(client.get("/ready", **elsewhere).json()) == {"ready"}
    here = client.get("/ready", REMOTE_ADDR="127.0.0.1").json()
    assert {"database", "disk", "clock", "worker", "sealer", "records", "backup"} == set(here["parts"])


def test_a_nearly_full_disk_is_not_ready(nearly_full: Any, client: Client, db: None) -> None:
    answer = client.get("/ready", REMOTE_ADDR="127.0.0.1")
    assert answer.status_code == 503
    assert answer.json()["parts"]["disk"]["state"] == "poor"


def test_a_clock_that_differs_from_the_database_is_not_ready(db: None) -> None:
    """Deadlines and the ledger both stand on it."""
    now = timezone.now()
    states = {part.name: part.state for part in readiness.parts(now=now)}
    late = {part.name: part.state for part in readiness.parts(now=now - timedelta(hours=2))}
    assert states["clock"] == "good"
    assert late["clock"] == "poor"
    assert not readiness.is_ready(readiness.parts(now=now - timedelta(hours=2)))


def test_jobs_that_nobody_takes_are_noticed(committing_db: str, owner_connection: Any) -> None:
    owner_connection.autocommit = True
    owner_connection.execute(
        "INSERT INTO procrastinate_jobs (queue_name, task_name, args, scheduled_at)"
        " VALUES ('default', 'x', '{}', now() - interval '1 hour')"
    )
    worker = next(part for part in readiness.parts(now=timezone.now()) if part.name == "worker")
    assert worker.state == "poor"
    assert worker.figures["late"] == 1


def test_the_state_in_words_is_for_who_administers(people: Cast, signed_in: SignIn) -> None:
    assert signed_in(people.chloe).get("/installation/").status_code == 200
    assert signed_in(people.amina).get("/installation/").status_code == 403
