"""What is written about a person stands in her file and nowhere else: not in logs, mails, error pages, titles, file names, addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from repere.cases import queries
from tests.cases.story import concern
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
# Words that nobody else has, one for each place where something can be typed.
MARKS = {
    "name": "Zyxaventure", "alias": "Qorbelline", "pseudonym": "Vlimpet", "never_say": "Grontabulle", "reason": "Phractoline",
    "search": "Wuxembarde", "free": "Drozimette", "token": "Snorquebille", "password": "Trelubastre", "why": "Blexandrule",
}  # fmt: skip
ANY_MARK = re.compile("|".join(MARKS.values()), re.IGNORECASE)


class Witness(Client):
    """A browser that notes what others than the reader see of each answer: address, title, file name, cookies, error pages."""

    def __init__(self, **options: Any) -> None:
        super().__init__(raise_request_exception=False, **options)
        self.seen: list[str] = []
        self.read: list[str] = []

    def request(self, **request: Any) -> Any:
        answer = super().request(**request)
        text = answer.content.decode("utf-8", "replace")
        title = re.search(r"<title>(.*?)</title>", text)
        self.seen += [str(value) for value in answer.headers.values()] + [str(answer.cookies), title[1] if title else ""]
        self.seen += re.findall(r'(?:href|action|src|hx-get|hx-post)="([^"]*)"', text)
        if answer.status_code >= 400:
            self.seen.append(text)
        self.read.append(text)
        return answer


def drive(client: Client, code: str) -> None:
    """Writes a marked word wherever something can be typed, and asks for what does not exist, twice over."""
    m = MARKS
    new = client.get("/entries/new/?fresh=1")["Location"]
    for step, sent in {
        "contact": {"safe_contact_instructions.never_say": m["never_say"]}, "needs": {"urgent_need.details": m["free"]},
        "suspected": {}, "person": {"pseudonym": m["pseudonym"], "name": m["name"]},
    }.items():  # fmt: skip
        client.post(f"{new.replace('/contact/', f'/{step}/')}keep/", sent)
        client.post(new.replace("/contact/", f"/{step}/"), sent)
    client.post(f"/cases/{code}/identity/", {
        "legal_names": m["name"], "names": m["name"], "used_names": m["alias"], "aliases": m["alias"], "note": m["free"],
        "key": str(uuid4()),
    })  # fmt: skip
    for kind in ("presumption_stated", "safe_contact_instructions", "urgent_need"):
        sent = {"key": str(uuid4()), "when": "other", "when-text": m["free"], "basis": "person_said", f"{kind}.reasons": m["reason"]}
        client.post(f"/cases/{code}/facts/new/{kind}/", sent)
        client.post(f"/cases/{code}/facts/new/{kind}/", {**sent, "when": "today", f"{kind}.never_say": m["never_say"]})
        client.post(f"/cases/{code}/drafts/fact:{kind}/keep/", {f"{kind}.reasons": m["reason"]})
    client.post(f"/cases/{code}/access/new/", {"reason": m["reason"], "to": m["name"]})
    for text in (m["search"], m["name"], m["pseudonym"]):
        client.post("/search/", {"q": text})
    client.get(f"/cases/{code}/")
    client.get("/")


@pytest.mark.django_db
def test_nothing_of_what_is_typed_escapes(people: Cast, signed_in: SignIn, log: StringIO) -> None:
    """Driven through every form; only pages shown to the reader hold the words, and none of what others see."""
    code, client = concern(people.amina.actor).code, Witness()
    people.amina.sign_in(client)
    drive(client, code)
    assert ANY_MARK.search("".join(client.read)), "nothing was typed at all"
    assert [seen for seen in client.seen if ANY_MARK.search(seen)] == []
    assert not ANY_MARK.search(log.getvalue())
    assert not ANY_MARK.search("".join(str(sent.message()) for sent in mail.outbox))


@pytest.mark.django_db
def test_wrong_addresses_and_passwords_do_not_escape(people: Cast, log: StringIO) -> None:
    """What is mistyped into an address or a password field is as private as the rest."""
    client = Witness()
    client.post("/sign-in/", {"email": f"{MARKS['name']}@exemple.example", "password": MARKS["password"]})
    client.get(f"/invitation/{MARKS['token']}/")
    client.get(f"/cases/{MARKS['name']}/")
    client.get(f"/nothing/{MARKS['name']}/")
    client.put(f"/cases/{MARKS['name']}/", data=MARKS["free"])
    client.post("/language/", {"language": MARKS["free"]})
    assert not ANY_MARK.search(log.getvalue())
    assert [seen for seen in client.seen if ANY_MARK.search(seen)] == []


@pytest.mark.django_db
def test_a_page_that_breaks_over_a_name_does_not_repeat_it(
    people: Cast, log: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on the page for what went wrong nor in the line that tells the operator."""

    def breaks(*_: Any, **__: Any) -> HttpResponse:
        held = MARKS["name"]
        raise ValueError(f"{held} cannot be read")

    monkeypatch.setattr(queries, "worklist", breaks)
    client = Witness()
    people.amina.sign_in(client)
    answer = client.get("/")
    assert answer.status_code == 500
    assert not ANY_MARK.search(answer.content.decode())
    assert "ValueError" in log.getvalue()
    assert not ANY_MARK.search(log.getvalue())
