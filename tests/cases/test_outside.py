"""What leaves the tool for a member who asked: bare days under a secret address, and neutral letters through a real mail server."""

from __future__ import annotations

import hashlib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from importlib import import_module
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.db import DatabaseError, connection, transaction
from django.test import Client
from icalendar import Calendar

from repere.accounts import members
from repere.accounts.acting import acting_as
from repere.accounts.models import ADMINISTRATOR
from repere.cases import actions
from repere.cases.consent.actions import Agreement, Voice, record_consent
from repere.cases.models import CalendarAddress, Case, MailWish, Offer, Task
from repere.cases.outside import actions as wishing
from repere.cases.outside import calendar, letters
from repere.cases.referral import actions as referring
from repere.cases.referral.actions import Asked
from repere.cases.referral.following import follow_referrals
from repere.cases.referral.showing import Chosen
from repere.cases.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.cases.story import concern, record
from tests.dying import killed_at
from tests.people import Cast, Member
from tests.people import member as somebody

UPGRADE = "0113_written_by_the_house"
GROUPS = ("contact_safety", "profile", "support")


def now() -> datetime:
    return datetime.now(UTC)


# ---- the calendar


@pytest.fixture
def case(people: Cast) -> Case:
    case = concern(people.amina.actor, now=now(), pseudonym="Saule 4711")
    amina, today = people.amina.actor, now().date()
    described = {"gender": "woman", "nationality_group": "third_country", "territory": "69", "turns_18": "2010", "age_disputed": "no"}
    record(case, amina, "person_described", today, now=now(), stay_status="irregular", **described)
    record(case, amina, "exploitation_described", today, now=now(), forms=["forced_labour"], minor_at_time="no")
    record(case, amina, "presumption_stated", today, now=now(), grounds=["account"])
    record(case, amina, "recepisse_handed_over", today, basis="document", now=now())
    with acting_as(people.amina.actor) as actor:
        taken = Task.objects.visible_to(actor).filter(case=case, closed_at=None).exclude(due_latest=None).first()
    assert taken is not None
    actions.assign_task(taken, to=people.amina.user, acting=people.amina.actor, now=now())
    return case


def due(member: Member) -> set[date]:
    with acting_as(member.actor) as actor:
        rows = Task.objects.visible_to(actor).filter(organisation=member.organisation.pk, closed_at=None).exclude(due_latest=None)
        return set(rows.values_list("due_latest", flat=True))


def test_the_feed_holds_days_and_two_words_and_nothing_of_anybody(case: Case, people: Cast) -> None:
    token = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    made = calendar.feed(token, now=now())
    assert made is not None
    events = Calendar.from_ical(made).walk("VEVENT")
    assert events
    assert {event.decoded("dtstart") for event in events} <= due(people.amina)
    assert {tuple(sorted(event.keys())) for event in events} == {("CLASS", "DTSTAMP", "DTSTART", "SUMMARY", "TRANSP", "UID")}
    assert {str(event["summary"]) for event in events} == {"Une échéance"}
    with acting_as(people.amina.actor) as actor:
        hidden = [str(pk) for pk in Task.objects.visible_to(actor).values_list("pk", flat=True)]
        hidden += Task.objects.visible_to(actor).values_list("rule_id", flat=True)
    for secret in [case.code, case.pseudonym, str(case.pk), str(case.person_id), "Atalante", "Amina", "Lyon", "Rhône", "Repère", *hidden]:
        assert secret.encode() not in made, secret


def test_one_event_a_day_however_much_falls_due(people: Cast) -> None:
    made = calendar.as_calendar([date(2026, 12, 1)], feed_id=uuid4(), language="en", now=now())
    assert made.count(b"BEGIN:VEVENT") == 1
    assert b"Something falls due" in made


def test_only_a_hash_of_the_secret_is_kept_and_each_reading_is_a_row(case: Case, people: Cast) -> None:
    token = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    with acting_as(people.amina.actor) as actor:
        kept = CalendarAddress.objects.visible_to(actor).get()
        assert token.encode() not in bytes(kept.token_hash)
        assert len(bytes(kept.token_hash)) == 32
    assert Client().get(f"/days/{token}.ics")["Content-Type"].startswith("text/calendar")
    with acting_as(people.amina.actor):
        row = Entry.objects.get(act="fetch_calendar")
        assert (row.kind, row.actor_id, list(row.subjects)) == ("look", people.amina.user.pk, [])
    assert Client().get(f"/days/{token}.ics").status_code == 429, "once a minute at most"


def test_a_new_address_stops_the_old_one_and_ending_stops_both(case: Case, people: Cast) -> None:
    first = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    second = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    assert calendar.feed(first, now=now()) is None
    assert calendar.feed(second, now=now()) is not None
    wishing.end_calendar(acting=people.amina.actor, now=now())
    assert calendar.feed(second, now=now() + timedelta(hours=1)) is None
    with pytest.raises(Refused):
        wishing.end_calendar(acting=people.amina.actor, now=now())


def test_it_ends_with_the_membership_and_while_an_account_is_frozen(case: Case, people: Cast) -> None:
    token = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    wishing.ask_for_letters(acting=people.amina.actor, now=now())
    frozen = wishing.ask_for_calendar(acting=people.odile.actor, now=now())
    actions.freeze_account(people.odile.user.pk, reason="device_lost", acting=people.amina.actor, now=now())
    assert calendar.feed(frozen, now=now()) is None
    members.end_member(people.amina.user.pk, acting=people.chloe.actor, now=now())
    assert calendar.feed(token, now=now()) is None
    with acting_as(people.amina.actor) as actor:
        assert not CalendarAddress.objects.visible_to(actor).filter(ended_at=None).exists()
        assert not MailWish.objects.visible_to(actor).filter(ended_at=None).exists()


def test_it_ends_when_her_account_begins_again(people: Cast) -> None:
    """Whoever held her old means may have held the secret address too."""
    token = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    kept = wishing.ask_for_calendar(acting=people.odile.actor, now=now())
    second = somebody("Clara Exemple", people.atalante, ADMINISTRATOR)
    asked = members.ask_factor_reset(people.amina.user.pk, reason="Volé", acting=people.chloe.actor, now=now())
    members.reset_factors(asked.pk, acting=second.actor, now=now())
    assert calendar.feed(token, now=now()) is None
    assert calendar.feed(kept, now=now()) is not None, "a colleague's goes on"


def test_an_address_that_never_was_answers_as_one_that_ended(people: Cast) -> None:
    token = wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    wishing.end_calendar(acting=people.amina.actor, now=now())
    for wrong in (token, "x" * 43, "..", "%00"):
        assert Client().get(f"/days/{wrong}.ics").status_code in (400, 404)


def test_whoever_sees_no_file_has_no_calendar_and_nobody_sees_anothers(people: Cast) -> None:
    with pytest.raises(NotVisible):
        wishing.ask_for_calendar(acting=people.chloe.actor, now=now())
    wishing.ask_for_calendar(acting=people.amina.actor, now=now())
    for other in (people.odile, people.chloe, people.ines):
        with acting_as(other.actor) as actor, connection.cursor() as cursor:
            assert not CalendarAddress.objects.visible_to(actor).exists()
            cursor.execute("SELECT count(*) FROM cases_calendaraddress")
            assert cursor.fetchone()[0] == 0


def of_before(token: str) -> bytes:
    """What was kept of an address before it was keyed: anybody could make one."""
    return hashlib.sha256(b"repere calendar 1" + token.encode()).digest()


def test_nobody_plants_the_address_of_somebody_s_days_or_opens_one_again(people: Cast) -> None:
    """Read for months under her name by whoever chose it, without a session; letters to an address that is not hers."""
    member = people.amina.actor
    planted = "INSERT INTO cases_calendaraddress (id, asked_at, role, token_hash, organisation_id, user_id)"
    letter = "INSERT INTO cases_mailwish (id, asked_at, address, language, organisation_id, user_id)"
    told = [member.organisation_id, member.user_id]
    for statement, values in (
        (planted + " VALUES (gen_random_uuid(), now(), 'case_worker', %s, %s, %s)", [of_before("attacker-knows-this"), *told]),
        (letter + " VALUES (gen_random_uuid(), now(), 'x@exemple.example', 'fr', %s, %s)", told),
    ):
        with people.amina.acts(), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            connection.cursor().execute(statement, values)
    token = wishing.ask_for_calendar(acting=member, now=now())
    with people.amina.acts():
        kept = CalendarAddress.objects.visible_to(member).get()
        assert bytes(kept.token_hash) == wishing.keyed(of_before(token)) != of_before(token)
    wishing.end_calendar(acting=member, now=now())
    with people.amina.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_calendaraddress SET ended_at = NULL")
        assert cursor.rowcount == 0


def test_an_address_of_before_goes_on_after_the_upgrade(people: Cast, as_role: Any) -> None:
    token, upgrade = wishing.ask_for_calendar(acting=people.amina.actor, now=now()), import_module("repere.cases.migrations." + UPGRADE)
    with as_role("owner"), connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(upgrade.OPEN)
        cursor.execute("UPDATE cases_calendaraddress SET token_hash = %s", [of_before(token)])
        cursor.execute(upgrade.CLOSED)
    assert calendar.feed(token, now=now()) is None
    with as_role("owner"):
        upgrade.key_addresses(None, SimpleNamespace(connection=connection))
    assert calendar.feed(token, now=now()) is not None


def test_the_page_shows_the_address_once(people: Cast, signed_in: Any) -> None:
    amina = signed_in(people.amina)
    assert "/calendar/" in amina.get("/account/").content.decode()
    page = amina.post("/calendar/calendar/").content.decode()
    address = page.split('readonly value="')[1].split('"')[0]
    assert Client().get(address.removeprefix("http://testserver")).status_code == 200
    assert address not in amina.get("/calendar/").content.decode()
    amina.post("/calendar/letters/")
    assert people.amina.user.email in amina.get("/calendar/").content.decode()
    assert amina.post("/calendar/other/").status_code == 404


# ---- letters


class Post:
    """A mail server on loopback that keeps what it takes, or is told to refuse."""

    def __init__(self) -> None:
        self.taken: list[tuple[str, Message]] = []
        self.refuses = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 try again later"
        self.taken += [(to, message_from_bytes(envelope.content)) for to in envelope.rcpt_tos]
        return "250 taken"


def _free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    handler = Post()
    server = Controller(handler, hostname="127.0.0.1", port=_free_port())
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_PORT = "127.0.0.1", False, server.port
    yield handler
    server.stop()


@contextmanager
def as_worker() -> Iterator[None]:
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_worker")
        yield
        cursor.execute("RESET ROLE")


def deliver(*, at: datetime | None = None) -> int:
    with as_worker():
        letters.write_letters(now=at or now())
        return letters.send_letters(now=at or now())


def refer(case: Case, people: Cast) -> None:
    amina = people.amina.actor
    told = Agreement("support", "specialised_association", GROUPS, ("here",), now().date())
    consent = record_consent(case, told, Voice(), key=uuid4(), acting=amina, now=now())
    asked = Asked(
        recipients=(people.boussole.pk,), chosen=Chosen(GROUPS, "support"), ground="care", urgency="today", needs=("shelter",),
        access_ends_at=now() + timedelta(days=60), consent=consent.pk, note="Demandée par elle.",
    )  # fmt: skip
    digest = referring.preview(case, asked, acting=amina, now=now()).digest
    referring.send_referral(case, asked, digest=digest, key=uuid4(), acting=amina, now=now())


@pytest.mark.usefixtures("committing_db")
def test_each_step_reaches_who_asked_once_in_words_that_say_nothing(people: Cast, post: Post) -> None:
    case = concern(people.amina.actor, now=now(), pseudonym="Saule 4711")
    for member in (people.amina, people.bruno):
        wishing.ask_for_letters(acting=member.actor, now=now())
    refer(case, people)
    assert deliver() == 1, "the receiver's service; the sender has no news yet"
    assert deliver() == 0
    with as_worker():
        follow_referrals(now=now() + timedelta(hours=5))
    assert deliver(at=now() + timedelta(hours=5)) == 2, "the reminder, to both sides"
    with acting_as(people.bruno.actor) as bruno:
        offer = Offer.objects.visible_to(bruno).get()
    referring.accept_offer(offer, acting=people.bruno.actor, now=now())
    deliver()
    assert sorted(to for to, _ in post.taken) == sorted([people.bruno.user.email] * 2 + [people.amina.user.email] * 2)
    for _to, mail in post.taken:
        subject = str(make_header(decode_header(str(mail["Subject"]))))
        text = subject + mail.get_payload(decode=True).decode() + str(mail["From"])
        for secret in (case.code, case.pseudonym, "Atalante", "Boussole", "http", "traite", "victime", "hébergement", offer.code, "Amina"):
            assert secret not in text, secret


@pytest.mark.usefixtures("committing_db")
def test_nobody_gets_letters_who_did_not_ask_or_has_left(people: Cast, post: Post) -> None:
    case = concern(people.amina.actor, now=now())
    refer(case, people)
    assert deliver() == 0
    wishing.ask_for_letters(acting=people.bruno.actor, now=now())
    assert deliver() == 0, "what had happened before stays on the page"
    with as_worker():
        follow_referrals(now=now() + timedelta(hours=5))
        letters.write_letters(now=now())
    wishing.end_letters(acting=people.bruno.actor, now=now())
    assert deliver() == 0
    assert post.taken == []


@pytest.mark.usefixtures("committing_db")
def test_a_mail_server_that_refuses_is_asked_again(people: Cast, post: Post) -> None:
    case = concern(people.amina.actor, now=now())
    wishing.ask_for_letters(acting=people.bruno.actor, now=now())
    refer(case, people)
    post.refuses = True
    assert deliver() == 0
    post.refuses = False
    assert deliver() == 1
    assert deliver() == 0


@pytest.mark.usefixtures("committing_db")
def test_a_worker_killed_anywhere_neither_loses_nor_doubles_a_letter(people: Cast, post: Post) -> None:
    """Killed again and again, one statement later each time, through the clock, the writing and the sending: one Message-ID each."""
    case = concern(people.amina.actor, now=now())
    for member in (people.amina, people.bruno):
        wishing.ask_for_letters(acting=member.actor, now=now())
    refer(case, people)
    later = now() + timedelta(hours=5)

    def work() -> None:
        with as_worker():
            follow_referrals(now=later)
            letters.write_letters(now=later)
            letters.send_letters(now=later)

    statement, kills = 0, 0
    while killed_at(statement, work):
        kills += 1
        statement += 1
    work()
    assert kills > 10
    with acting_as(people.bruno.actor) as bruno:
        assert Offer.objects.visible_to(bruno).get().reminded_at == later, "the clock took its step once"
    sent = {(to, str(mail["Message-ID"])) for to, mail in post.taken}
    assert sorted(to for to, _ in sent) == sorted([people.bruno.user.email, people.amina.user.email])
