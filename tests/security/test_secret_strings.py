"""Every secret word of the demonstration country, looked for wherever it must not be.

Sealed (tier 3): what is kept closed of a hidden place, and where a person lives. It stands on the one page that reveals it, and
in no other byte: no page, file, letter, log line, ledger row, dump, or file of the database.
Hidden (tier 2): the names and numbers of places that are in no list, and of shelters that are not listed. They stand in the columns of
their own tables, under row-level security, and on pages of who keeps them or was shown them. Nobody else reads a word.
"""

from __future__ import annotations

import base64
import logging as standard
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connections
from django.test import Client, override_settings
from django.utils import timezone

from repere.accounts.acting import acting_as
from repere.accounts.actor import Actor
from repere.accounts.directory_jobs import publish_directory, remind_of_conventions
from repere.accounts.jobs import look_after_accounts
from repere.accounts.models import ADMINISTRATOR, Membership
from repere.accounts.rootkey import make_root_key
from repere.cases.models import Case
from repere.cases.policy import load_policy
from repere.demo import directory as invented
from repere.demo import filling
from repere.demo.cast import BODIES
from repere.demo.names import CITIES, STREETS
from repere.demo.places import HOUSES
from repere.directory.actions.publishing import TOLD_AFTER
from repere.directory.entry_models import Contact, Service
from repere.directory.tiers import Tier
from repere.web import logging
from repere.web.backups import tools
from repere.web.routes import ROUTES
from tests import postgres
from tests.conftest import _point_at
from tests.people import Member
from tests.security.test_markers import rows_of_every_table
from tests.web.test_routes import PATTERNS, address_of

PERSONS = 8
KEEPER, SHOWN = "vigie", "atalante"
REVEALS = "directory:address_act"
# Pages on which an organisation reads where a person of its own lives.
OF_A_PERSON = {"cases:identity", "cases:sheet", "cases:sheets"}


@dataclass(frozen=True)
class Reader:
    body: str
    role: str
    member: Member


@dataclass
class Heard:
    """Whatever came out of the house while everybody looked at everything: (who, where, text)."""

    pages: list[tuple[Reader, str, str]] = field(default_factory=list)
    revealed: list[str] = field(default_factory=list)
    rows: list[tuple[str, bytes]] = field(default_factory=list)
    dump: bytes = b""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    logs: str = ""
    mails: str = ""
    hidden: dict[str, set[str]] = field(default_factory=dict)
    walked: set[str] = field(default_factory=set)


def numbers(text: str) -> set[str]:
    """A telephone number as it may be written: international, national, with and without blanks."""
    digits = re.sub(r"\D", "", text)[-9:]
    pairs = " ".join([digits[0], *(digits[at : at + 2] for at in range(1, 9, 2))])
    return {digits, pairs, pairs.replace(" ", "."), pairs.replace(" ", "-"), f"0{digits}"}


def sealed_words() -> set[str]:
    """Of the hidden places, and of the persons: the streets and cities of the invented country, which stand nowhere else."""
    found = {*STREETS, *CITIES}
    for told in invented.CLOSED.values():
        for part, text in told.items():
            found |= numbers(text) if part == "night_line" else {text, *(word for word in re.split(r"[\s,]+", text) if len(word) > 9)}
    return found


def forms(word: str) -> set[bytes]:
    """As bytes, as PostgreSQL and JSON print them, and in base 64 at each of its three places."""
    plain = word.encode()
    shifted = {base64.b64encode(b"\0" * by + plain)[(by * 8 + 5) // 6 : -4] for by in range(3)} if len(plain) > 6 else set()
    escaped = word.encode("unicode_escape").replace(b"\\x", b"\\u00")
    return {plain, plain.hex().encode(), word.encode("utf-16-le"), escaped, *shifted}


@pytest.fixture(scope="module")
def heard(django_db_setup: None, django_db_blocker: Any) -> Iterator[Heard]:
    """The demonstration country in a database of its own; everybody looks, the jobs run, and all that comes out is kept."""
    before, name = connections.settings["default"]["NAME"], postgres.clone()
    root, stream = standard.getLogger(), StringIO()
    handlers, level, outbox = root.handlers[:], root.level, list(getattr(mail, "outbox", []))
    with django_db_blocker.unblock(), override_settings(REPERE_DEMO=True):
        _point_at(name)
        logging.configure(stream)
        root.setLevel(standard.DEBUG)
        cache.clear()
        try:
            found = Heard()
            _fill(found)
            for reader in _readers():
                _look(reader, found)
            _run_jobs()
            found.rows = list(rows_of_every_table())
            found.dump, found.files = _dump(name), list(_files(name))
            found.logs, found.mails = stream.getvalue(), "".join(str(one.message()) for one in mail.outbox[len(outbox) :])
            yield found
        finally:
            root.setLevel(level)
            root.handlers = handlers
            logging.configure()
            _point_at(before)
    postgres.drop(name)


def _fill(found: Heard) -> None:
    make_root_key()
    now = timezone.now()
    filling.fill(persons=PERSONS, seed=1, now=now, evaluate=False)
    assert invented.fill(seed=1, now=now) > 300
    keeper = invented._member(KEEPER, "coordination")
    assert keeper is not None
    with acting_as(keeper):
        for service in Service.objects.filter(tier=Tier.NEED_TO_KNOW):
            lines = Contact.objects.filter(service=service).values_list("value", flat=True)
            found.hidden[service.name] = {service.name.split()[-1], *(form for line in lines for form in numbers(line))}


def _readers() -> Iterator[Reader]:
    """Everybody who has an account on the demonstration."""
    for body in BODIES:
        for role in body.roles:
            with acting_as(Actor.at_the_door()):
                membership = Membership.objects.current().get(user__email=body.email(role), role=role)
            yield Reader(body.key, role, Member(membership))


def _look(reader: Reader, found: Heard) -> None:
    """Everything, for the first reader of each family of roles; what shows places and services, for everybody."""
    client, known, entries = reader.member.sign_in(Client(raise_request_exception=False)), _known(reader), _entries()
    family = getattr(load_policy().family_of(reader.role), "id", reader.role)
    whole, first = family not in found.walked, not found.pages
    found.walked.add(family)
    for name, route in ROUTES.items():
        if name not in PATTERNS or "GET" not in route.methods or name.startswith("guidance:"):
            continue
        if first or (_worth_asking(name, known) and (whole or name in OF_PLACES)):
            _keep(found, reader, name, client.get(address_of(name, known)))
    for service in entries:
        _keep(found, reader, "directory:entry", client.get(f"/directory/entries/{service}/"))
        answer = client.post(f"/directory/entries/{service}/closed/reveal/", {"reason": "recherche"})
        (found.revealed.append(_all_of(answer)) if answer.status_code == 200 else _keep(found, reader, REVEALS, answer))
    for name, path, asked in LOOKED_FOR:
        _keep(found, reader, name, client.get(path, asked))
    for name, path, sent in SENT if whole else SENT[:2]:
        _keep(found, reader, name, client.post(path, sent() if callable(sent) else sent, follow=True))


OF_PLACES = {"cases:worklist", "directory:waiting", "directory:lists", "directory:conventions", "places:desk", "places:proposal",
             "places:shortfall"}  # fmt: skip
LOOKED_FOR: tuple[tuple[str, str, dict[str, str]], ...] = (
    ("directory:find", "/directory/", {"q": "refuge hébergement"}), ("directory:find", "/directory/", {"function": "shelter"}),
    ("directory:find", "/directory/", {"territory": "69"}), ("directory:coverage", "/directory/coverage/", {"function": "shelter"}),
    ("directory:lists", "/directory/lists/", {"list": "acse"}),
)  # fmt: skip


def _file() -> dict[str, Any]:
    """A file that names a body by a word of the lists only: what it is compared with must not come back."""
    text = "structure,kind,function,name,territories\nCorps inventé,shelter,shelter,Accueil,69\n"
    file = BytesIO(text.encode())
    file.name = "document.csv"
    return {"format": "csv", "source": "essai", "file": file}


SENT: tuple[tuple[str, str, Any], ...] = (
    ("/search/", "/search/", {"q": "Accueil"}), ("directory:export", "/directory/export/csv/", {}),
    ("directory:export", "/directory/export/hsds/", {}), ("directory:export", "/directory/export/data-inclusion/", {}),
    ("directory:safe_place", "/directory/safe-place/", {"region": "84"}), ("/extracts/numbers/", "/extracts/numbers/", {}),
    ("/extracts/work/", "/extracts/work/", {}), ("directory:imports", "/directory/files/", _file),
)  # fmt: skip


# Pages that hold the rule book or the law and are the same for everybody who is signed in: the first reader looks at them for all.
SAME_FOR_ALL = {name for name, route in ROUTES.items() if route.tier in ("nothing", "law")}


def _worth_asking(name: str, known: dict[str, Any]) -> bool:
    """Whether the page could hold something for this reader that it did not hold for the first: not where an id has to be made up."""
    return name not in SAME_FOR_ALL and set(PATTERNS[name].pattern.converters) <= set(known)


def _known(reader: Reader) -> dict[str, Any]:
    """A file that this reader may open, where there is one: its pages are looked at too."""
    with acting_as(reader.member.actor) as actor:
        case = Case.objects.visible_to(actor).order_by("code").first() if reader.role != ADMINISTRATOR else None
    told = {"kind": "urgent_need", "rule_id": "common.presumed", "form": "fact:urgent_need", "name": "check", "step": "contact"}
    return told | ({"code": case.code} if case else {})


def _entries() -> list[Any]:
    """Ids of the hidden entries: whoever asks here holds them already, as after a leak."""
    keeper = invented._member(KEEPER, "coordination")
    assert keeper is not None
    with acting_as(keeper):
        return list(Service.objects.filter(tier=Tier.NEED_TO_KNOW).order_by("name").values_list("pk", flat=True))


def _keep(found: Heard, reader: Reader, name: str, answer: Any) -> None:
    found.pages.append((reader, name, _all_of(answer)))


def _all_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace") + str(answer.headers) + str(answer.cookies)


def _run_jobs() -> None:
    """As the worker, today and late enough for what is told late."""
    connection = connections["default"]
    for now in (timezone.now(), timezone.now() + TOLD_AFTER, timezone.now() + TOLD_AFTER + timedelta(days=1)):
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE repere_worker")
        try:
            publish_directory(now=now)
            remind_of_conventions(now=now)
            look_after_accounts(now=now)
        finally:
            with connection.cursor() as cursor:
                cursor.execute("RESET ROLE")


def _dump(name: str) -> bytes:
    """What `pg_dump` writes as the backup role, before anything encrypts it."""
    where = connections["default"].settings_dict
    env = os.environ | {"PGPASSWORD": tools.secret("db_backup")}
    made = subprocess.run(
        [tools.program("pg_dump"), "-h", where["HOST"], "-U", "repere_backup", "-d", name, "--enable-row-security"],
        capture_output=True, env=env, check=False,
    )  # fmt: skip
    assert made.returncode == 0, made.stderr.decode()
    return made.stdout


def _files(name: str) -> Iterator[tuple[str, bytes]]:
    """The files of this very database after a checkpoint, and what the server logged."""
    with postgres._admin() as admin:
        admin.execute("CHECKPOINT")
        [(oid, folder)] = admin.execute(
            "SELECT oid::text, current_setting('data_directory') FROM pg_database WHERE datname = %s", [name]
        ).fetchall()
    for file in sorted((Path(str(folder)) / "base" / str(oid)).iterdir()):
        yield file.name, file.read_bytes()
    for file in postgres.test_home().rglob("*.log"):
        yield file.name, file.read_bytes()


# ---- the words are there at all


def test_the_words_stand_where_they_may(heard: Heard) -> None:
    """Otherwise the other tests here would search for nothing."""
    revealed = "".join(heard.revealed)
    for told in invented.CLOSED.values():
        assert told["address"] in revealed
    by_keeper = "".join(text for reader, _name, text in heard.pages if (reader.body, reader.role) == (KEEPER, "coordination"))
    for words in heard.hidden.values():
        assert all(any(word in by_keeper for word in group) for group in ({w for w in words if w[0].isalpha()}, numbers_of(words)))
    for name in ("Tichodrome", "Syrphide", "Érioptère"):
        assert name.encode() in heard.dump
    for houses in HOUSES.values():
        assert all(name.encode() in heard.dump for name, _zone, _listed in houses)
    assert len(heard.pages) > 1_000
    assert len(heard.walked) > 8
    assert len(heard.logs) > 0
    assert {reader.body for reader, _name, _text in heard.pages} == {body.key for body in BODIES}


def numbers_of(words: set[str]) -> set[str]:
    return {word for word in words if not word[0].isalpha()}


# ---- sealed


def test_what_is_sealed_stands_on_no_page_but_the_one_that_reveals_it(heard: Heard) -> None:
    words = sealed_words()
    found = {
        (reader.body, reader.role, name, word)
        for reader, name, text in heard.pages
        for word in words
        if name not in OF_A_PERSON and word in text
    }
    assert found == set()


def test_a_hidden_address_is_revealed_to_who_keeps_it_alone(heard: Heard) -> None:
    """Of forty accounts, those of one organisation: being shown the entry opens nothing yet."""
    keepers = len(next(body for body in BODIES if body.key == KEEPER).roles)
    assert len(heard.revealed) == keepers * len(invented.CLOSED)


def test_what_is_sealed_stands_in_no_row_dump_or_file_of_the_database(heard: Heard) -> None:
    sought = {form for word in sealed_words() for form in forms(word)}
    everywhere = re.compile(b"|".join(re.escape(form) for form in sorted(sought)))
    for where, data in [*heard.rows, ("pg_dump", heard.dump), *heard.files]:
        hit = everywhere.search(data)
        assert hit is None, (where, hit)


# ---- hidden


def test_what_is_hidden_stands_on_no_page_of_another_organisation(heard: Heard) -> None:
    for name, words in heard.hidden.items():
        allowed = {KEEPER, SHOWN} if name in invented.SHOWN else {KEEPER}
        found = {
            (reader.body, reader.role, page, word)
            for reader, page, text in heard.pages
            for word in words
            if reader.body not in allowed and word in text
        }
        assert found == set(), name


def test_what_is_hidden_is_in_no_list_file_or_count_even_for_who_keeps_it(heard: Heard) -> None:
    """One page by its address; never a search, a map, a list to vouch for, or a file that leaves the house."""
    lists = {"directory:find", "directory:coverage", "directory:waiting", "directory:export", "directory:lists", "/search/"}
    words = {word for each in heard.hidden.values() for word in each}
    found = {
        (reader.body, reader.role, page, word) for reader, page, text in heard.pages for word in words if page in lists and word in text
    }
    assert found == set()


def test_an_unlisted_shelter_is_on_no_page_of_another_organisation(heard: Heard) -> None:
    for owner, houses in HOUSES.items():
        for name, _zone, listed in houses:
            if not listed:
                found = {(reader.body, page) for reader, page, text in heard.pages if reader.body != owner and name in text}
                assert found == set(), name


def test_what_is_hidden_stands_in_its_own_tables_only(heard: Heard) -> None:
    """Neither in the ledger, a session, a notice, a job nor in what is published."""
    words = {form for each in heard.hidden.values() for word in each for form in forms(word)}
    tables = {table for table, row in heard.rows for word in words if word in row}
    assert tables == {"directory_service", "directory_structure", "directory_contact"}
    unlisted = {form for houses in HOUSES.values() for name, _zone, listed in houses if not listed for form in forms(name)}
    # a voice keeps the name that it was asked about; its policy shows it to who asked and to who was asked
    assert {table for table, row in heard.rows for word in unlisted if word in row} == {"places_shelter", "places_sheltervoice"}


# ---- what leaves the house by itself


def test_no_log_line_at_its_smallest_and_no_letter_holds_a_secret_word(heard: Heard) -> None:
    words = sealed_words() | {word for each in heard.hidden.values() for word in each}
    words |= {name for houses in HOUSES.values() for name, _zone, listed in houses if not listed}
    assert [word for word in sorted(words) if word in heard.logs] == []
    assert [word for word in sorted(words) if word in heard.mails] == []
