"""Every address is declared, answers with the headers of its class, and opens to nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.conf import settings
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter

from repere.cases import queries
from repere.cases.models import Task
from repere.web import routes
from repere.web.routes import ROUTES, Route
from tests.cases.story import concern, grant, record
from tests.people import Cast, Member

SignIn = Callable[[Member], Client]
CONTRACT: dict[str, dict[str, str]] = yaml.safe_load((Path(__file__).parent / "header_contract.yaml").read_text(encoding="utf-8"))
# Of the body or of the visitor.
OF_ONE_ANSWER = {"Content-Length", "Content-Type", "Content-Language", "Location", "Set-Cookie", "Vary", "Allow", "Retry-After"}


def addresses(patterns: list[Any], space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every pattern of the index, with the name under which it is declared."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        else:
            yield f"{space}{pattern.name}", pattern


PATTERNS = dict(addresses(get_resolver().url_patterns))


def headers_of(answer: Any) -> dict[str, str]:
    found = {name: value for name, value in answer.headers.items() if name not in OF_ONE_ANSWER}
    if policy := found.get("Content-Security-Policy"):
        # The order of directives says nothing (CSP level 3, 2.2.1) and changes with the library's dictionary.
        found["Content-Security-Policy"] = "; ".join(sorted(re.sub(r"'nonce-[^']+'", "'nonce-{nonce}'", policy).split("; ")))
    return found


# ---- declared


def test_every_address_is_declared() -> None:
    """Nobody adds a page without saying who it is for, what it can show, what it leaves in the ledger and how often it may be asked."""
    assert sorted(set(PATTERNS) - set(ROUTES)) == []


def test_nothing_is_declared_that_does_not_exist() -> None:
    assert sorted(set(ROUTES) - set(PATTERNS)) == []


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_a_declaration_says_what_it_may(name: str) -> None:
    route = ROUTES[name]
    assert route.audience in routes.AUDIENCES
    assert route.tier in routes.TIERS
    assert route.audit in routes.AUDITS
    assert route.rate in routes.RATES
    assert route.headers in routes.HEADERS
    if route.tier in ("person", "identity"):
        assert route.audience in ("signed_in", "link")
        assert route.audit in ("look", "write")
    if route.audience == "public":
        assert (route.audit, route.methods) == ("none", routes.GET)


# A referral for a service without an account: a link that works once, and a code told by telephone. And whether a mailbox is read:
# a link that shows nothing and opens nothing.
BY_LINK = ["open:capsule", "seen:mailbox"]


def test_only_these_pages_open_by_a_link_alone() -> None:
    """A page about a person without a session is an exception with a reason, not a word anybody may write into the table."""
    assert [name for name, route in ROUTES.items() if route.audience == "link"] == BY_LINK
    for name in BY_LINK:
        route = ROUTES[name]
        assert (route.audit, route.rate) == ("write", "sign_in")
        assert list(PATTERNS[name].pattern.converters) == ["token"]


@pytest.mark.parametrize("name", BY_LINK)
def test_a_page_by_link_looks_nothing_up_and_knows_no_session(name: str, people: Cast, signed_in: SignIn) -> None:
    """Before the code was sent, no link is known from a guess, and whoever is signed in opens no more than a stranger."""
    address = reverse(name, kwargs={"token": "a-guess"})
    stranger = Client()
    with CaptureQueriesContext(connection) as heard:
        asked = stranger.get(address)
    assert [query["sql"] for query in heard if "SAVEPOINT" not in query["sql"]] == []
    assert asked.status_code == 200
    form = asked.content.decode()
    assert "csrfmiddlewaretoken" in form
    sent = [client.post(address, {"code": "000000", "answer": ""}) for client in (Client(), signed_in(people.amina))]
    assert [answer.status_code for answer in sent] == [200, 200]
    for word, nothing in (("needs", ()), ("told", None), ("confirmed", False)):
        assert [answer.context.get(word, nothing) for answer in sent] == [nothing, nothing]


# ---- walked


@pytest.fixture
def known(people: Cast) -> dict[str, Any]:
    """Something real for each word that an address may hold, all of it open to Amina."""
    amina = people.amina.actor
    case = concern(amina)
    fact = record(case, amina, "presumption_stated", grounds=["account"])
    given = grant(case, amina, people.boussole, ["contact_safety", "profile"])
    with people.amina.acts() as actor:
        task = Task.objects.visible_to(actor).filter(case=case, closed_at=None).order_by("pk")[0]
    return {
        "code": case.code, "fact": fact.pk, "grant": given.pk, "task": task.pk, "kind": "urgent_need", "form": "fact:urgent_need",
        "rule_id": "common.presumed", "source_id": "coe.197.art10-1", "key": uuid4(), "step": "contact", "token": "nonsense",
        "language": "fr", "name": "steps",
    }  # fmt: skip


# For words of which `known` holds nothing real: such an address answers 404, with the headers of its class all the same.
MADE_UP = {UUIDConverter: uuid4(), IntConverter: 1, StringConverter: "nothing", SlugConverter: "nothing"}
# What Amina is refused by a rule of its own, tested where the rule stands.
REFUSED = {
    "days:feed": 404, "cases:team": 403, "cases:right": 404, "cases:moved": 404, "accounts:invitation": 404, "places:proposal": 404,
    "places:shortfall": 404, "cases:moved_not_there": 404,
} | dict.fromkeys(
    [f"accounts:{name}" for name in
     ("member_invite", "members", "organisations", "outside", "outside_back", "outside_invited", "outside_link")], 404,
)  # fmt: skip


def address_of(name: str, known: dict[str, Any]) -> str:
    converters = PATTERNS[name].pattern.converters
    values = {word: known.get(word, MADE_UP[type(converter)]) for word, converter in converters.items()}
    if name == "guidance:part":
        values["name"] = "look.css"
    if name == "cases:concern_discard":
        values.pop("step", None)
    return reverse(name, kwargs=values) + ("?language=fr" if name == "cases:card_paper" else "")


def client_for(name: str, people: Cast, signed_in: SignIn) -> Client:
    """An administrator where only she may go; else Amina. Public pages are asked by somebody who is signed in: they must not care."""
    return signed_in(people.chloe if name in ("pages:installation", "cases:alerts") else people.amina)


def with_security_file(settings: Any) -> None:
    settings.REPERE_SECURITY_CONTACT, settings.REPERE_SECURITY_EXPIRES = "mailto:security@exemple.example", "2999-12-31"


# Read by these tests under `settings`: the rest of a walk happens inside one test per address.
WALKED = sorted(name for name, route in ROUTES.items() if name in PATTERNS and "GET" in route.methods)


@pytest.mark.parametrize("name", WALKED)
def test_headers_are_those_of_the_class(name: str, known: dict[str, Any], people: Cast, signed_in: SignIn, settings: Any) -> None:
    """Byte for byte, and the number that lets scripts run is another one each time."""
    with_security_file(settings)
    client = client_for(name, people, signed_in)
    answers = [client.get(address_of(name, known), REMOTE_ADDR="127.0.0.1") for _ in range(2)]
    made_up = set(PATTERNS[name].pattern.converters) - set(known)
    expected = {REFUSED[name]} if name in REFUSED else {404} if made_up else {200, 302, 503} if name == "pages:ready" else {200, 302}
    assert answers[0].status_code in expected
    assert headers_of(answers[0]) == CONTRACT[ROUTES[name].headers]
    numbers = [re.findall(r"'nonce-([^']+)'", answer.headers["Content-Security-Policy"])[0] for answer in answers]
    assert numbers[0] != numbers[1]


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_an_undeclared_method_is_not_answered(name: str, known: dict[str, Any], people: Cast, signed_in: SignIn) -> None:
    """A page that only shows cannot be sent to; nothing can be put, deleted or traced anywhere."""
    client, address = client_for(name, people, signed_in), address_of(name, known)
    for method in {"PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "GET", "POST"} - set(ROUTES[name].methods):
        answer = client.generic(method, address)
        assert answer.status_code == 405, method
        assert answer.headers["Allow"] == ", ".join(ROUTES[name].methods)


SENT = sorted(name for name, route in ROUTES.items() if "POST" in route.methods)


@pytest.mark.parametrize("name", SENT)
def test_a_form_sent_by_another_site_is_refused(name: str, known: dict[str, Any], people: Cast, signed_in: SignIn) -> None:
    """Whatever cookie and token it carries: the browser says that our page did not send it."""
    client, address = signed_in(people.amina), address_of(name, known)
    for site in ("cross-site", "same-site"):
        assert client.post(address, headers={"sec-fetch-site": site}).status_code == 403


def test_a_file_fetched_by_another_site_is_refused(known: dict[str, Any], people: Cast, signed_in: SignIn) -> None:
    address = address_of("cases:card_paper", known)
    assert signed_in(people.amina).get(address, headers={"sec-fetch-site": "cross-site"}).status_code == 403
    assert signed_in(people.amina).get(address, headers={"sec-fetch-site": "same-origin"}).status_code == 200


CLOSED = sorted(name for name, route in ROUTES.items() if route.audience == "signed_in")


@pytest.mark.parametrize("name", CLOSED)
def test_whoever_is_not_signed_in_is_sent_to_sign_in_and_the_address_keeps_nothing(name: str, known: dict[str, Any], people: Cast) -> None:
    """Not the code, not a word of it: addresses stay in histories and in logs."""
    client = Client()
    answer = getattr(client, "get" if "GET" in ROUTES[name].methods else "post")(address_of(name, known))
    assert answer.status_code == 302
    assert answer["Location"] == "/sign-in/"
    assert known["code"] not in str(answer.cookies)


def test_the_page_that_was_asked_for_comes_back_after_signing_in(known: dict[str, Any], people: Cast) -> None:
    """Kept under seal in a cookie of a quarter of an hour; gone once it has served."""
    client, password = Client(), "un mot de passe assez long"
    people.amina.user.set_password(password)
    people.amina.user.save()
    wanted = address_of("cases:case", known)
    client.get(wanted)
    answer = client.post("/sign-in/", {"email": people.amina.user.email, "password": password})
    assert answer.status_code == 302
    assert client.cookies["return"].value == ""
    client.cookies["return"] = "x" * 40
    assert client.get(wanted).status_code in (200, 302)


def test_what_is_kept_for_afterwards_leads_to_no_other_site() -> None:
    """Neither forged, nor old, nor towards a copy of the site."""
    from repere.accounts import returning
    from repere.core.sealing import seal

    def kept(to: str, until: int, key: bytes = returning._key()) -> str | None:
        from base64 import urlsafe_b64encode

        from django.test import RequestFactory

        request = RequestFactory().get("/sign-in/")
        request.COOKIES["return"] = urlsafe_b64encode(seal(key, {"to": to, "until": until}, aad=returning.AAD)).decode()
        return returning.target(request)

    later = 4_000_000_000
    assert kept("/cases/X/", later) == "/cases/X/"
    assert kept("/cases/X/", 1) is None
    assert kept("//elsewhere.example/", later) is None
    assert kept("https://elsewhere.example/", later) is None
    assert kept("/cases/X/", later, key=b"k" * 32) is None


# ---- the other classes


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/nothing-here/", "/cases/ZZZZZZZZ/nothing/"])
def test_a_page_that_does_not_exist_keeps_the_contract(address: str) -> None:
    answer = Client().get(address)
    assert answer.status_code == 404
    assert headers_of(answer) == CONTRACT["error"]


@pytest.mark.django_db
def test_a_broken_page_keeps_the_contract(people: Cast, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """And tells a signed-in person to go on, not to sign in again."""

    def breaks(*_: Any, **__: Any) -> HttpResponse:
        raise RuntimeError("Amina Exemple")

    monkeypatch.setattr(queries, "worklist", breaks)
    client = signed_in(people.amina)
    client.raise_request_exception = False
    answer = client.get("/")
    text = answer.content.decode()
    assert answer.status_code == 500
    assert headers_of(answer) == CONTRACT["error"]
    assert "Se connecter" not in text
    assert "Amina" not in text


def test_a_static_file_keeps_the_contract(client: Client) -> None:
    answer = client.get(f"{settings.STATIC_URL}css/repere.css")
    found = headers_of(answer)
    assert answer.status_code == 200
    assert found.pop("Cache-Control").startswith("max-age")
    assert "Set-Cookie" not in answer.headers
    assert {name: found[name] for name in CONTRACT["static"]} == CONTRACT["static"]


def test_the_declaration_is_what_is_enforced() -> None:
    """A table that nothing reads would be a wish."""
    assert ROUTES["cases:case"] == Route("signed_in", "person", "look", "session", ("GET", "HEAD"), "page")
    assert "repere.web.middleware.RouteMiddleware" in settings.MIDDLEWARE
