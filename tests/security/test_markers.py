"""Everything written here carries a word that stands nowhere else; then every place where it must not be is searched for it.

Sealed: a name, a safe contact, a narrative, the reason of an access, a paper and its title. They stand in clear nowhere: not in the
database as the backup role reads it, not in a backup, not in the ledger, a log line, a mail or the name of a file.
Of the organisation: the code name of a file. It stands on no page and in no table that another organisation's member can fetch.
"""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyrage
import pytest
from django.core import mail
from django.db import connections
from django.test import Client

from repere.cases import actions
from repere.cases.actions import extracts, papers
from repere.cases.exports.gathering import Wanted
from repere.cases.models import Case, Task
from repere.web.backups import dumping, tools
from repere.web.routes import ROUTES
from tests.cases.story import NOW, concern, record
from tests.cases.test_uploads import document
from tests.homes import own_home
from tests.people import Cast, Member, cast
from tests.web.test_routes import PATTERNS, address_of

pytestmark = pytest.mark.usefixtures("committing_db")


@dataclass
class Written:
    """What one organisation wrote, as words. `own`: clear inside it; `sealed`: clear nowhere but on a page of its own."""

    case: Case
    known: dict[str, Any]
    own: set[str] = field(default_factory=set)
    sealed: set[str] = field(default_factory=set)


def write(member: Member, tag: str) -> Written:
    """A file with a word of its own for each tier."""
    actor = member.actor
    own, sealed = {f"Codename{tag}"}, {f"{what}{tag}" for what in ("Given", "Family", "Contact", "Account", "Title")}
    case = concern(actor, pseudonym=f"Codename{tag}")
    identity = {"given_names": f"Given{tag}", "family_names": f"Family{tag}"}
    actions.set_identity(case.person_id, tier="identity", values=identity, acting=actor, now=NOW)
    fact = record(
        case, actor, "safe_contact_instructions", channel="phone", how_and_when=f"Contact{tag}", never_say=f"Account{tag}"
    )  # fmt: skip
    paper = papers.attach_paper(case, data=document(), title=f"Title{tag}", group="housing", acting=actor, now=NOW)
    extract = extracts.ask_extract(
        Wanted(member.organisation.pk, "support", ("given_names", "family_names")), why=f"Reason{tag}", form="csv", acting=actor, now=NOW
    )
    with member.acts() as acting:
        task = Task.objects.visible_to(acting).filter(case=case).order_by("pk")[0]
    known = {"code": case.code, "fact": fact.pk, "task": task.pk, "paper": paper.pk, "extract": extract.pk, "kind": "urgent_need",
             "rule_id": "common.presumed", "form": "fact:urgent_need", "name": "check", "step": "contact"}  # fmt: skip
    return Written(case, known, own, sealed | {f"Reason{tag}"})


@pytest.fixture
def house(committing_db: str, caplog: Any, settings: Any, tmp_path: Path, monkeypatch: Any) -> tuple[Cast, dict[str, Written]]:
    own_home(settings, tmp_path / "home")
    monkeypatch.setenv("REPERE_DATABASE", committing_db)
    # More than an installation writes (`repere.web.logging`: warnings).
    caplog.set_level(logging.INFO)
    people = cast()
    return people, {"amina": write(people.amina, "Xorvabel"), "ines": write(people.ines, "Quandrizo")}


def pages(client: Client, written: Written) -> Iterator[tuple[str, str]]:
    """Every address that can be looked at, with the real codes and ids of a file, and the tables that are handed over."""
    for name, route in ROUTES.items():
        if name in PATTERNS and "GET" in route.methods and not name.startswith("guidance:"):
            yield name, _all_of(client.get(address_of(name, written.known)))
    for address in ("/extracts/numbers/", "/extracts/work/", f"/cases/{written.case.code}/papers/{written.known['paper']}/"):
        yield address, _all_of(client.post(address))
    for word in (*written.own, *written.sealed, written.case.code):
        yield "search", _all_of(client.post("/search/", {"q": word}, follow=True)).replace(word, "", _asked(word))


def _asked(word: str) -> int:
    """A search repeats what was asked: in the field of the page, at most twice."""
    return 2


def _all_of(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return body.decode(errors="replace") + str(answer.headers)


STRANGERS = {"amina": ("ines", "bruno", "sonia", "pascal", "karim"), "ines": ("amina", "odile", "bruno", "karim")}


def test_no_word_of_an_organisation_stands_on_a_page_of_another(house: tuple[Cast, dict[str, Written]]) -> None:
    people, written = house
    for writer, strangers in STRANGERS.items():
        words = written[writer].own | written[writer].sealed
        for stranger in strangers:
            client = getattr(people, stranger).sign_in(Client())
            for name, text in pages(client, written[writer]):
                assert not [word for word in words if word in text], (writer, stranger, name)


def test_the_words_are_there_for_whoever_wrote_them(house: tuple[Cast, dict[str, Written]]) -> None:
    """Otherwise the other tests here would search for nothing."""
    people, written = house
    client, mine = people.amina.sign_in(Client()), written["amina"]
    seen = "".join(text for _name, text in pages(client, mine))
    assert [word for word in sorted(mine.own | mine.sealed) if word not in seen] == []


def forms(word: str) -> set[bytes]:
    """A word as bytes, as PostgreSQL prints bytes, and in base 64 at each of its three places."""
    plain = word.encode()
    shifted = {base64.b64encode(b"\0" * by + plain)[(by * 8 + 5) // 6 : -4] for by in range(3)}
    return {plain, plain.hex().encode(), plain.decode().encode("utf-16-le"), *shifted}


def test_nothing_sealed_stands_in_clear_in_the_database_the_ledger_or_a_backup(
    house: tuple[Cast, dict[str, Written]], tmp_path: Path, caplog: Any
) -> None:
    people, written = house
    for writer in ("amina", "ines"):  # looks, sessions, drafts and notices fill the tables
        client = getattr(people, writer).sign_in(Client())
        for _name, _text in pages(client, written[writer]):
            pass
    words = written["amina"].sealed | written["ines"].sealed
    sought = {form for word in words for form in forms(word)}
    for table, text in rows_of_every_table():
        assert not [form for form in sought if form in text], table
    identity = pyrage.x25519.Identity.generate()
    dumping.make_backup(to=tmp_path / "data", keys_to=tmp_path / "keys", recipient=str(identity.to_public()), now=NOW)
    clear = sought | {form for one in written.values() for word in one.own for form in forms(word)}
    for file in (file for place in ("data", "keys") for file in (tmp_path / place).rglob("*")):
        assert not [word for word in clear if word.decode(errors="ignore") in str(file)], file
        assert not file.is_file() or not [form for form in clear if form in file.read_bytes()], file
    # Of each phase: what was logged while the files were written counts too.
    said = "".join(f"{one.getMessage()}{one.__dict__}" for phase in ("setup", "call") for one in caplog.get_records(phase)) + "".join(
        f"{message.subject}{message.body}" for message in mail.outbox
    )
    assert not [word for one in written.values() for word in one.sealed | one.own if word in said]


def rows_of_every_table() -> Iterator[tuple[str, bytes]]:
    """Every row as the backup role reads it, keys and sessions included."""
    with tools.connect("backup", connections.settings["default"]["NAME"]) as reader:
        found = reader.execute(
            "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')"
            " AND n.nspname IN ('public', 'keys', 'published') AND has_table_privilege(c.oid, 'SELECT') ORDER BY 1"
        ).fetchall()
        assert len(found) > 40
        for (table,) in found:
            for (row,) in reader.execute(f"SELECT t::text FROM {table} t").fetchall():
                yield table, row.encode()
