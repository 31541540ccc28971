"""Somebody who opens every page that she is led to and types a word of its own into every field of every form that is sent.

Each form is sent twice: as the page takes it (fields that refuse the word get back what stood in them), and with the word also where a
choice, a number or a day is asked. Each time in a transaction that is given up afterwards, so that every form meets the same house.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from traceback import extract_tb
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.test import Client, TestCase
from django.urls import Resolver404, resolve
from lxml import html

from repere.web.routes import ROUTES

WORD = "Zyxaventur"
MARK = re.compile(WORD, re.IGNORECASE)
TYPED = {"text", "search", "email", "tel", "url", "password"}
# Sessions come and go there; each has tests of its own.
NOT_SENT = {"accounts:sign_out", "accounts:lock", "accounts:still_here", "pages:language", "accounts:change_role"}
NAMES = ("reason", "why", "words", "text", "note", "name", "email", "code", "title", "q", "there", "to", "until", "key", "credential")
ROUNDS = 3
PAGES_OF_A_NAME = 2

Sent = dict[str, list[Any]]


@dataclass
class Heard:
    """What others than the reader see: (which form, where, text). `answers`: by address name, how often each status came."""

    escaped: list[tuple[str, str, str]] = field(default_factory=list)
    answers: dict[str, Counter[int]] = field(default_factory=dict)
    looked_at: Counter[str] = field(default_factory=Counter)
    driven: set[tuple[str, ...]] = field(default_factory=set)
    broken: list[str] = field(default_factory=list)
    read: int = 0

    def note(self, form: str, where: str, text: str) -> None:
        if found := MARK.search(text):
            self.escaped.append((form, where, text[max(0, found.start() - 60) : found.end() + 30]))


def view_name(path: str) -> str:
    try:
        return resolve(urlsplit(path).path).view_name
    except Resolver404:
        return ""


class Typist:
    """One browser of one member."""

    def __init__(self, sign_in: Callable[[Client], Client], heard: Heard, log: Any, mails: Callable[[], str]) -> None:
        self.client = sign_in(Client(raise_request_exception=False))
        self.sign_in, self.heard, self.log, self.mails = sign_in, heard, log, mails
        self.opened: set[str] = set()

    def walk(self, starts: list[str], *, always: list[str]) -> None:
        """The pages in `always`; of those that a link leads to one of each name, two in all whoever opens them; every form on them."""
        waiting, seen = [*always, *starts], {*always, *starts}
        while waiting:
            path = waiting.pop(0)
            name = view_name(path)
            if not name or name not in ROUTES or ROUTES[name].tier == "law":  # nothing is asked there
                continue
            if path not in always and (name in self.opened or self.heard.looked_at[name] >= PAGES_OF_A_NAME):
                continue
            page = self.client.get(path, follow=True)
            if page.status_code != 200 or "html" not in page.headers.get("Content-Type", ""):
                continue
            path = page.redirect_chain[-1][0] if page.redirect_chain else path
            for opened in {name, view_name(path)}:
                self.opened.add(opened)
                self.heard.looked_at[opened] += 1
            document = html.fromstring(page.content)
            for link in document.xpath("//a[@href]/@href | //*[@hx-get]/@hx-get"):
                there = urljoin(path, str(link))
                if there.startswith("/") and there not in seen:
                    seen.add(there)
                    waiting.append(there)
            for form in document.forms:
                if (form.method or "").upper() == "POST":
                    self.send(path, form)

    def send(self, path: str, form: Any) -> None:
        for button in form.xpath(".//button[not(@type) or @type='submit']") or [None]:
            to = urljoin(path, (button.get("formaction") if button is not None else None) or form.action or path)
            name = view_name(to)
            kind = (name, path_kind(to), (button.get("name") or "") if button is not None else "", *sorted(map(str, form.fields)))
            if name in NOT_SENT or kind in self.heard.driven:
                continue
            self.heard.driven.add(kind)
            pressed = {button.get("name"): [button.get("value") or ""]} if button is not None and button.get("name") else {}
            self.rightly(name, path, to, form, pressed)
            self.wrongly(name, path, to, form, pressed)

    def bluntly(self, name: str, path: str) -> None:
        """To an address that no page led to: the word under every name that a form here might use."""
        if name not in NOT_SENT:
            self.post(name, path, path, {field: [f"{WORD}{number}"] for number, field in enumerate(NAMES)})

    def rightly(self, name: str, path: str, to: str, form: Any, pressed: Sent) -> None:
        """With the word where it is taken: what a first answer finds wrong goes back to what stood there."""
        given = filled(form)
        for _round in range(ROUNDS):
            answer = self.post(name, path, to, given | pressed)
            wrong = wrong_fields(answer) & set(given)
            if not wrong:
                return
            for one in wrong:
                given[one] = plain(form, one, _round)

    def wrongly(self, name: str, path: str, to: str, form: Any, pressed: Sent) -> None:
        """With the word everywhere, also where nothing is typed: a browser can be told to send anything."""
        hidden = {one.name for one in form.inputs if one.get("type") == "hidden"}
        self.post(name, path, to, {one: form_value(form, one) if one in hidden else [f"{WORD}0"] for one in form.fields} | pressed)

    def post(self, name: str, path: str, to: str, sent: Sent) -> Any:
        with transaction.atomic():
            with TestCase.captureOnCommitCallbacks(execute=True):
                answer = self.client.post(to, sent, headers={"referer": f"http://testserver{path}"})
            self.listen(name, answer)
            if answer.status_code == 302:
                self.listen(name, self.client.get(answer["Location"]))
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL ROLE repere_owner")
                cursor.execute("SELECT act FROM ledger_entry WHERE position(%s::bytea IN body) > 0", [WORD.encode()])
                for (act,) in cursor.fetchall():
                    self.heard.note(name, "ledger", f"{act}: {WORD}")
            transaction.set_rollback(True)
        self.heard.answers.setdefault(name, Counter())[answer.status_code] += 1
        self.heard.note(name, "log", self.log.getvalue())
        self.log.truncate(0)
        self.heard.note(name, "mail", self.mails())
        if "session" not in self.client.cookies or not self.client.cookies["session"].value:
            self.client = self.sign_in(Client(raise_request_exception=False))
        return answer

    def listen(self, name: str, answer: Any) -> None:
        """Address, headers, cookies, title, names of files, addresses of links and forms, and the whole of an error page."""
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = body.decode("utf-8", "replace")
        self.heard.read += bool(MARK.search(text))
        if answer.status_code >= 500:
            self.heard.broken.append(f"{name}: {answer.status_code}: {_where(getattr(answer, 'exc_info', None))}")
        for header, value in answer.headers.items():
            self.heard.note(name, header, str(value))
        self.heard.note(name, "cookies", str(answer.cookies))
        for title in re.findall(r"<title>(.*?)</title>", text):
            self.heard.note(name, "title", title)
        for address in re.findall(r'(?:href|action|src|formaction|hx-get|hx-post)="([^"]*)"', text):
            self.heard.note(name, "address", address)
        if answer.status_code >= 400:
            self.heard.note(name, f"error page {answer.status_code}", text)


def _where(info: Any) -> list[str]:
    """Files and lines on the way to what broke, the last ones."""
    if not info:
        return []
    return [info[0].__name__, *(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in extract_tb(info[2])[-6:])]


def path_kind(path: str) -> str:
    """The address without its ids and codes: two forms that differ by one of them alone are one."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|(?<=/)[0-9A-Z]{8}(?=/)", "…", urlsplit(path).path)


def wrong_fields(answer: Any) -> set[str]:
    if answer.status_code != 200 or not answer.content.strip().startswith(b"<"):
        return set()
    document = html.fromstring(answer.content)
    return {str(name) for name in document.xpath("//*[contains(concat(' ', @class, ' '), ' wrong ')]//@name")}


def filled(form: Any) -> Sent:
    """The word and a number wherever something is typed; elsewhere what stands there, or the first that can be chosen."""
    return {name: list(_filled(form, name, number)) for number, name in enumerate(form.fields) if name}


def _filled(form: Any, name: str, number: int) -> Iterator[Any]:
    parts = [one for one in form.inputs if one.name == name]
    first = parts[0]
    kind = (first.get("type") or "text") if first.tag == "input" else first.tag
    if kind == "file":
        yield SimpleUploadedFile(f"{WORD}{number}.pdf", f"%PDF-1.4 {WORD}".encode())
    elif kind == "email":
        yield f"{WORD}{number}@exemple.example"
    elif kind in TYPED or kind == "textarea":
        yield f"{WORD}{number}"
    else:
        yield from form_value(form, name)


def form_value(form: Any, name: str) -> list[Any]:
    """What the page itself would send for a field; where nothing is chosen, the first that can be."""
    parts = [one for one in form.inputs if one.name == name]
    first = parts[0]
    if first.tag == "select":
        chosen = [option.get("value") or "" for option in first.xpath(".//option[@selected]")]
        return chosen if any(chosen) else [option.get("value") for option in first.xpath(".//option") if option.get("value")][:1]
    if first.get("type") in ("radio", "checkbox"):
        ticked = [one.get("value") or "on" for one in parts if one.get("checked") is not None]
        return ticked or [first.get("value") or "on"]
    return [first.text or "" if first.tag == "textarea" else first.get("value") or ""]


PLAIN = ("", "15/06/2026", "1")


def plain(form: Any, name: str, round_: int) -> list[Any]:
    """Another way to fill a field that refused the last one."""
    parts = [one for one in form.inputs if one.name == name]
    if parts[0].tag == "select" or parts[0].get("type") in ("radio", "checkbox"):
        offered = parts[0].xpath(".//option") if parts[0].tag == "select" else parts
        values = [one.get("value") for one in offered]
        return [value for value in values if value][-1 - round_ :][:1]
    stood = form_value(form, name)
    return stood if any(stood) and round_ == 0 else [PLAIN[(round_ + 1) % 3]]
