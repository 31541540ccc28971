"""A link in a letter shows that a mailbox is read. It opens once, to whoever presses its button, and changes nothing else."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from email.header import decode_header, make_header
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from repere.accounts import mailbox_links
from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.directory import actions
from repere.directory.entry_models import Contact, MailboxLink, Service
from repere.directory.models import Organisation
from repere.directory.refusals import NotVisible, Refused
from repere.ledger.models import Entry
from tests.cases.test_outside import Post
from tests.directory.entries import entry
from tests.people import Cast, Member, member

SignIn = Callable[[Member], Client]
BOX = "referent@example.org"


@pytest.fixture
def post(settings: Any) -> Iterator[Post]:
    """A real mail server on loopback."""
    handler = Post()
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port = int(trial.getsockname()[1])
    server = Controller(handler, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_USE_TLS, settings.EMAIL_PORT = "127.0.0.1", False, server.port
    yield handler
    server.stop()


@pytest.fixture
def made(people: Cast) -> Service:
    return entry(people.pascal, email=BOX)


def box(people: Cast, made: Service) -> Contact:
    with people.pascal.acts():
        return Contact.objects.get(service=made, kind="email", replaces=None)


def path_in(post: Post, number: int = -1) -> str:
    """The address in a letter, as whoever reads it would open it."""
    text = post.taken[number][1].get_payload(decode=True).decode()
    found = re.search(r"http\S+", text)
    assert found
    return urlsplit(found.group()).path


def now() -> datetime:
    return timezone.now()


@pytest.fixture
def send(people: Cast, made: Service, post: Post, django_capture_on_commit_callbacks: Any) -> Callable[..., MailboxLink]:
    """Send a link to the mailbox of the entry, and let the letter leave."""

    def sending(who: Member | None = None, *, contact: Contact | None = None, at: datetime | None = None) -> MailboxLink:
        chosen, wanted = who or people.pascal, contact or box(people, made)
        with django_capture_on_commit_callbacks(execute=True), chosen.acts() as acting:
            link = mailbox_links.send_link(
                wanted.pk, address_of=lambda token: f"http://testserver/seen/{token}/", acting=acting, now=at or now()
            )
        with chosen.acts():
            return MailboxLink.objects.get(pk=link.pk)

    return sending


def test_a_link_is_confirmed_by_its_button_once_and_sets_its_own_day_alone(
    people: Cast, made: Service, post: Post, signed_in: SignIn, django_capture_on_commit_callbacks: Any
) -> None:
    keeper, contact = signed_in(people.pascal), box(people, made)
    page = f"/directory/contacts/{contact.pk}/mailbox/"
    assert page in keeper.get(f"/directory/entries/{made.pk}/").content.decode()
    assert "Jamais" in keeper.get(page).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        assert keeper.post(f"{page}send/").status_code == 302
    with people.pascal.acts():
        before = Contact.objects.filter(pk=contact.pk).values().get()
        entry_before = Service.objects.filter(pk=made.pk).values().get()
    link, stranger = path_in(post), Client()
    assert stranger.post(link).status_code == 200
    with people.pascal.acts():
        after = Contact.objects.filter(pk=contact.pk).values().get()
        assert Service.objects.filter(pk=made.pk).values().get() == entry_before
        rows = list(Entry.objects.filter(act__in=("send_mailbox_link", "post_mailbox_link", "prove_mailbox")).values_list("act", flat=True))
    assert after == before | {"mailbox_proved_on": now().date()}
    assert sorted(rows) == ["post_mailbox_link", "prove_mailbox", "send_mailbox_link"]
    assert "ouvert le" in keeper.get(page).content.decode()
    assert "on y lit les lettres" in keeper.get(f"/directory/entries/{made.pk}/").content.decode()
    again = stranger.post(link).content.decode()
    assert "plus" in again.split("<h1>")[1].split("</h1>")[0]
    with people.pascal.acts():
        assert Entry.objects.filter(act="prove_mailbox").count() == 1


def test_a_program_that_follows_links_confirms_nothing(people: Cast, made: Service, post: Post, send: Any) -> None:
    """It reads the page, as often as it likes: nothing is looked up and nothing is written before somebody presses the button."""
    sent = send()
    link, scanner = path_in(post), Client()
    guess = re.sub(r"[^/]+/$", "a-guess/", link)
    with CaptureQueriesContext(connection) as heard:
        pages = [scanner.get(one).content for one in (link, link, guess)]
        assert scanner.head(link).status_code == 200
    assert [query["sql"] for query in heard if "SAVEPOINT" not in query["sql"]] == []
    neutral = {re.sub(rb'value="[^"]+"|nonce="[^"]+"|/seen/[^"]+', b"", page) for page in pages}
    assert len(neutral) == 1, "a link that was sent and one that never was look alike"
    with people.pascal.acts():
        assert MailboxLink.objects.get(pk=sent.pk).used_at is None
        assert Contact.objects.get(pk=sent.contact_id).mailbox_proved_on is None
    with_tokens = Client(enforce_csrf_checks=True)
    assert with_tokens.post(link).status_code == 403, "a form that the page did not give is not taken"


def test_the_letter_and_the_page_name_nobody_and_nothing(people: Cast, made: Service, post: Post, send: Any) -> None:
    sent = send()
    ((to, letter),) = post.taken
    assert to == BOX
    subject = str(make_header(decode_header(str(letter["Subject"]))))
    text, page = letter.get_payload(decode=True).decode(), Client().get(path_in(post)).content.decode()
    assert "Cette boîte est-elle lue" in subject
    assert "Is this mailbox read" in subject, "nobody knows its language"
    assert str(sent.pk) in str(letter["Message-ID"])
    words = (subject + text.replace("/seen/", "") + page.split("<body")[1] + page.split("<title>")[1].split("</title>")[0]).casefold()
    for told in (
        "repère",
        "repere",
        "traite",
        "traffic",
        "victim",
        made.name,
        made.structure.name,
        people.pascal.organisation.name,
        "pascal",
    ):
        assert told.casefold() not in words, told


def test_only_a_hash_is_kept_and_whatever_is_wrong_answers_the_same_no(people: Cast, made: Service, post: Post, send: Any) -> None:
    sent = send()
    token = path_in(post).split("/")[2]
    secret = token.split(":")[0].split(".")[2]
    with people.pascal.acts(), connection.cursor() as cursor:
        cursor.execute("SELECT l::text FROM directory_mailboxlink l")
        kept = str(cursor.fetchall())
    assert secret not in kept
    another = "x" + token[1:]
    changed = token[:-1] + ("A" if token[-1] != "A" else "B")
    for wrong in ("", "nonsense", "a.b.c:d", another, changed):
        assert mailbox_links.confirm_mailbox(wrong, now=now()) is False
    assert mailbox_links.confirm_mailbox(token, now=sent.expires_at) is False, "its time is over"
    with people.pascal.acts():
        assert Contact.objects.get(pk=sent.contact_id).mailbox_proved_on is None
    assert mailbox_links.confirm_mailbox(token, now=sent.expires_at - timedelta(seconds=1)) is True
    assert mailbox_links.confirm_mailbox(token, now=now()) is False, "once"


def test_nobody_but_who_keeps_the_entry_sends_one_or_reads_of_it(people: Cast, made: Service, send: Any, signed_in: SignIn) -> None:
    sent = send()
    page = f"/directory/contacts/{sent.contact_id}/mailbox/"
    intruder = signed_in(people.amina)
    assert (intruder.get(page).status_code, intruder.post(f"{page}send/").status_code) == (404, 404)
    assert intruder.get(f"/directory/contacts/{uuid4()}/mailbox/").status_code == 404
    with people.amina.acts() as acting:
        assert MailboxLink.objects.count() == 0, "the database alone says the same"
        with pytest.raises(Refused):
            mailbox_links.send_link(sent.contact_id, address_of=str, acting=acting, now=now())


def test_nobody_proves_a_mailbox_by_sql(people: Cast, made: Service, send: Any) -> None:
    """Not even who keeps the entry: neither the day, nor a link of one's own, nor that one was opened."""
    sent = send()
    statements = (
        ("UPDATE directory_contact SET mailbox_proved_on = now() WHERE id = %s", [sent.contact_id]),
        (
            "INSERT INTO directory_mailboxlink (id, contact_id, organisation_id, user_id, secret_hash, made_at, expires_at, failure)"
            " VALUES (gen_random_uuid(), %s, %s, %s, '\\x00', now(), now() + interval '1 day', '')",
            [sent.contact_id, people.pascal.organisation.pk, people.pascal.user.pk],
        ),
    )
    for statement, values in statements:
        with pytest.raises(DatabaseError), people.pascal.acts(), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)
    with people.pascal.acts(), connection.cursor() as cursor:
        cursor.execute("UPDATE directory_mailboxlink SET used_at = now()")
        assert cursor.rowcount == 0


def test_few_letters_go_to_one_mailbox_and_none_to_what_is_hidden(people: Cast, made: Service, post: Post, send: Any) -> None:
    def refused(code: str, **told: Any) -> None:
        with pytest.raises(Refused) as error:
            send(**told)
        assert error.value.code == code

    for _ in range(mailbox_links.OF_A_MAILBOX.attempts):
        send()
    refused("links_enough")
    others = entry(people.sonia, structure="Autre inventée", name="Autre", email=BOX.upper())
    with people.sonia.acts():
        same = Contact.objects.get(service=others, kind="email")
    refused("links_enough", who=people.sonia, contact=same)
    hidden = entry(people.sonia, structure="Foyer inventé", kind="shelter", function="shelter", tier=2, email="cache@example.org")
    with people.sonia.acts():
        unlisted = Contact.objects.get(service=hidden, kind="email")
        phone = Contact.objects.get(service=hidden, kind="phone")
    refused("hidden_mailbox", who=people.sonia, contact=unlisted)
    refused("wrong_mailbox", who=people.sonia, contact=phone)
    assert len(post.taken) == mailbox_links.OF_A_MAILBOX.attempts


def test_a_body_on_probation_sends_none(people: Cast, send: Any) -> None:
    """Whoever poses as an association would write to any mailbox in our name."""
    founded = Organisation(name="Nouvelle", kind="association", territory="69", state=Organisation.State.PROBATION, probation_until=now())
    with acting_as(Actor.system("founding", organisation_id=founded.pk)):
        founded.save(force_insert=True)
    newcomer = member("Nadia Exemple", founded, "case_worker")
    made = entry(newcomer, email="quelquun@example.org")
    with newcomer.acts():
        contact = Contact.objects.get(service=made, kind="email")
    with pytest.raises(Refused) as refused:
        send(newcomer, contact=contact)
    assert refused.value.code == "not_writing_yet"


def test_a_letter_that_could_not_leave_is_said(people: Cast, made: Service, post: Post, send: Any, signed_in: SignIn) -> None:
    post.refuses = True
    sent = send()
    assert (sent.sent_at, sent.failure) == (None, "SMTPDataError")
    page = signed_in(people.pascal).get(f"/directory/contacts/{sent.contact_id}/mailbox/").content.decode()
    assert "n'a pas pris la lettre" in page.replace("&#x27;", "'")
    assert "SMTPDataError" not in page


def test_a_link_of_a_former_mailbox_opens_nothing(people: Cast, made: Service, post: Post, send: Any) -> None:
    sent = send()
    token = path_in(post).split("/")[2]
    with people.pascal.acts() as acting:
        changed = actions.change_contact(sent.contact_id, value="autre@example.org", acting=acting, now=now())
    with people.amina.acts() as acting:
        actions.call_back(changed.pk, confirmed=True, acting=acting, now=now())
    assert mailbox_links.confirm_mailbox(token, now=now()) is False
    with people.pascal.acts(), pytest.raises((Refused, NotVisible)):
        send()
