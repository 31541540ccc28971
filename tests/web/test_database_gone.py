"""The database is away, or goes away in the middle of a request: every address says calmly that nothing can be shown, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client

from repere.cases.models import Case
from repere.web.rates import COUNTER
from repere.web.routes import ROUTES
from tests import postgres
from tests.cases.story import concern, record
from tests.people import Cast
from tests.web.test_routes import PATTERNS, address_of

pytestmark = pytest.mark.usefixtures("committing_db")
# What never asks the database: said as always.
WITHOUT_DATABASE = {200, 302, 404, 503}


@contextmanager
def away() -> Iterator[None]:
    """No connection can be made, as after a power cut."""
    held = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/nonexistent"
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["HOST"] = held


def test_every_address_says_so_while_the_database_is_away(people: Cast, signed_in: Callable[..., Client]) -> None:
    code = concern(people.amina.actor).code
    client = signed_in(people.amina)
    client.raise_request_exception = False
    found: dict[str, Any] = {}
    with away():
        for name, route in ROUTES.items():
            if name not in PATTERNS:
                continue
            address = address_of(name, {"code": code, "kind": "urgent_need", "rule_id": "common.presumed"})
            for method in {"GET", "POST"} & set(route.methods):
                connection.close()
                COUNTER.forget()
                answer = client.generic(method, address)
                calm = {503} if route.audience == "signed_in" else WITHOUT_DATABASE
                if answer.status_code not in calm or (answer.status_code == 503 and not answer.get("Retry-After")):
                    found[f"{method} {name}"] = answer.status_code
    assert found == {}


class Cut:
    """Ends the backend of the pages' connection before its statement of that number, as a server that is killed does."""

    def __init__(self, at: int) -> None:
        self.at, self.count, self.admin = at, 0, _admin()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.count += 1
        if self.count == self.at and context["connection"].connection is not None:
            self.admin.execute("SELECT pg_terminate_backend(%s, 2000)", [context["connection"].connection.info.backend_pid])
        return execute(sql, params, many, context)


def _admin() -> psycopg.Connection[Any]:
    where = connections.settings["default"]
    password = (postgres.test_home() / "secrets" / "db_bootstrap").read_text().strip()
    return psycopg.connect(host=where["HOST"], dbname="postgres", user="postgres", password=password, autocommit=True)


def _stranger() -> Client:
    return Client(raise_request_exception=False)


ACTS: dict[str, Callable[[Client, Case], Any]] = {
    "a page": lambda client, case: client.get(f"/cases/{case.code}/"),
    "the worklist": lambda client, case: client.get("/"),
    "a fact": lambda client, case: client.post(f"/cases/{case.code}/facts/new/urgent_need/", {
        "key": str(uuid4()), "when": "today", "basis": "person_said", "urgent_need.needs": ["shelter"]}),
    "a search": lambda client, case: client.post("/search/", {"q": "Personne"}),
    "signing in": lambda client, case: _stranger().post("/sign-in/", {"email": "a@x.example", "password": "x" * 12}),
}  # fmt: skip


@pytest.mark.parametrize("what", ACTS)
def test_it_goes_away_at_any_statement(what: str, people: Cast, signed_in: Callable[..., Client]) -> None:
    case = concern(people.amina.actor)
    record(case, people.amina.actor, "presumption_stated", grounds=["account"])
    client = signed_in(people.amina)
    client.raise_request_exception = False
    found: dict[int, int] = {}
    whole = Cut(at=0)
    with whole.admin, connection.execute_wrapper(whole):
        assert ACTS[what](client, case).status_code in (200, 302)
    for at in range(1, whole.count + 1):
        cut = Cut(at)
        with cut.admin, connection.execute_wrapper(cut):
            status = ACTS[what](client, case).status_code
        if cut.count >= at:  # a later request may ask less: what it knows already
            found[at] = status
        connection.close()
    assert found
    assert set(found.values()) == {503}, found
