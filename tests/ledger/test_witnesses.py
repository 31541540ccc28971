"""Heads leave the house: to two organisations at least, once each, by a real mail server."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import Message
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.db import DatabaseError, connection, transaction

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.ledger import witnesses
from repere.ledger.heads import from_text
from repere.ledger.models import Dispatch, Entry
from tests.ledger.chain import ACTOR, checked, seal, write_rows

pytestmark = pytest.mark.usefixtures("committing_db")
NOW = datetime(2026, 6, 15, 5, 23, tzinfo=UTC)


class Post:
    """A mail server on loopback that keeps what it takes, or is told to refuse."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], Message]] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 try again later"
        self.taken.append((envelope.rcpt_tos, message_from_bytes(envelope.content)))
        return "250 taken"


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@contextmanager
def as_worker() -> Iterator[None]:
    """The heads are written down and sent by the worker; pages may only name witnesses."""
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_worker")
        yield
        cursor.execute("RESET ROLE")


@pytest.fixture
def post(settings) -> Iterator[Post]:
    handler = Post()
    server = Controller(handler, hostname="127.0.0.1", port=free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS = "127.0.0.1", False
    settings.EMAIL_PORT = server.port
    yield handler
    server.stop()


def two_witnesses() -> None:
    name("Boussole", "veille@boussole.example")
    name("Fanal", "veille@fanal.example")


def name(organisation: str, address: str) -> None:
    """As the command does: acting as a job of the installation."""
    with acting_as(ACTOR):
        witnesses.add_witness(organisation, address, acting=ACTOR, now=NOW)


def end(address: str) -> None:
    with acting_as(ACTOR):
        witnesses.end_witness(address, acting=ACTOR, now=NOW)


def send() -> int:
    with as_worker():
        witnesses.write_dispatches(now=NOW)
        return witnesses.send_dispatches(now=NOW)


def attached(mail: Message) -> str:
    (file,) = [part for part in mail.walk() if part.get_filename()]
    return file.get_payload(decode=True).decode()


def test_each_witness_gets_the_head_once(post: Post) -> None:
    """However often the job runs."""
    write_rows(3)
    seal()
    two_witnesses()
    assert send() == 2
    assert send() == 0
    assert sorted(to for (to,), _ in post.taken) == ["veille@boussole.example", "veille@fanal.example"]


def test_what_arrives_convicts_whoever_rewrites(post: Post) -> None:
    """The attachment is enough to check the ledger against."""
    write_rows(3)
    (signed,) = seal()
    two_witnesses()
    send()
    kept = from_text(attached(post.taken[0][1]))
    assert kept == signed
    assert checked([kept]).faults == []


def test_the_mail_says_nothing_about_anybody(post: Post) -> None:
    """Whoever reads over a shoulder learns a number."""
    write_rows(1)
    seal()
    two_witnesses()
    send()
    for _, mail in post.taken:
        text = mail.as_string().lower()
        for word in ("victim", "traite", "traffick", "ledger", "registre", "boussole.example>", "prostitu"):
            assert word not in text.replace("repere_ledger_head", "")


def test_a_mail_server_that_is_away_loses_nothing(post: Post) -> None:
    """It is tried again, under the same Message-ID, and only the name of the error is kept."""
    write_rows(1)
    seal()
    two_witnesses()
    post.refuses = True
    assert send() == 0
    assert set(Dispatch.objects.values_list("failure", "tries")) == {("SMTPDataError", 1)}
    post.refuses = False
    assert send() == 2
    identities = {mail["Message-ID"] for _, mail in post.taken}
    assert len(identities) == 2


def test_a_head_that_is_sent_twice_is_known_as_one(post: Post) -> None:
    """Killed between the mail server's answer and our own note: the second mail bears the first one's identity."""
    write_rows(1)
    seal()
    two_witnesses()
    send()
    first = {mail["To"]: mail["Message-ID"] for _, mail in post.taken}
    with as_worker():
        Dispatch.objects.update(sent_at=None)
    send()
    assert {mail["To"]: mail["Message-ID"] for _, mail in post.taken[2:]} == first


def test_without_a_mail_server_nothing_is_lost(settings) -> None:
    """The heads wait until there is one; the files in the folder stand meanwhile."""
    settings.EMAIL_HOST = ""
    write_rows(1)
    seal()
    two_witnesses()
    assert send() == 0
    assert Dispatch.objects.filter(sent_at=None, tries=0).count() == 2


def test_two_addresses_of_one_house_are_one_witness() -> None:
    """Who sits in one house can be leaned on in one house."""
    name("Boussole", "a@boussole.example")
    name("boussole", "b@boussole.example")
    assert not witnesses.are_enough(witnesses.current_witnesses())
    name("Fanal", "a@fanal.example")
    assert witnesses.are_enough(witnesses.current_witnesses())


def test_naming_and_ending_a_witness_is_written_down() -> None:
    """Silencing a witness leaves a row that the others' heads cover."""
    name("Fanal", "veille@fanal.example")
    with pytest.raises(witnesses.WitnessRefused):
        name("Fanal", "VEILLE@fanal.example")
    end("veille@fanal.example")
    with pytest.raises(witnesses.WitnessRefused):
        end("veille@fanal.example")
    report = checked()
    assert report.rows == 2
    assert Entry.objects.count() == 0, "rows of no organisation are not read by pages"


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM ledger_witness",
        "UPDATE ledger_witness SET address = 'x@example.org'",
        "UPDATE ledger_dispatch SET sent_at = now()",
        "DELETE FROM ledger_dispatch",
        "INSERT INTO ledger_dispatch (id, seal_number, written_at, tries, failure, witness_id)"
        " VALUES (gen_random_uuid(), 9, now(), 0, '', (SELECT id FROM ledger_witness LIMIT 1))",
    ],
)
def test_pages_take_no_witness_away(statement: str) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


A_WITNESS = (
    "INSERT INTO ledger_witness (id, organisation, address, since) VALUES (gen_random_uuid(), 'Invented', 'mine@example.org', now())"
)


@pytest.mark.parametrize("statement", [A_WITNESS, "UPDATE ledger_witness SET until = now()"])
@pytest.mark.parametrize("who", ["nobody", "an administrator", "the door"])
def test_sql_on_the_pages_connection_names_and_ends_no_witness(statement: str, who: str) -> None:
    """Somebody who could rewrite the past must not also choose who remembers it."""
    two_witnesses()
    acting = {
        "nobody": nullcontext(),
        "the door": acting_as(Actor.at_the_door()),
        "an administrator": acting_as(Actor(user_id=uuid4(), organisation_id=uuid4(), role="administrator")),
    }[who]
    with suppress(DatabaseError), transaction.atomic(), acting, connection.cursor() as cursor:
        cursor.execute(statement)
    assert {one.organisation for one in witnesses.current_witnesses()} == {"Boussole", "Fanal"}


def test_a_claim_to_be_a_job_names_no_witness() -> None:
    """The setting can be written by anybody; the proof cannot."""
    claim = "SELECT set_config('repere.kind', 'system', true)"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(claim)
        with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            cursor.execute(A_WITNESS)
