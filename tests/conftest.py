"""Every test meets the database as pages do: as the role `web`, under row-level security."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import psycopg
import pytest
from django.db import connection, connections
from django.test import Client, override_settings
from hypothesis import settings as seeds
from pytest_django.live_server_helper import LiveServer

from repere.accounts.rootkey import make_root_key
from repere.demo import filling
from repere.web.rates import COUNTER
from tests import postgres
from tests.people import Cast, Member, cast

# Every day the same random worlds, so that a failure comes back; `make security` draws new ones.
seeds.register_profile("everyday", derandomize=True, deadline=None)
seeds.register_profile("thorough", deadline=None)
seeds.load_profile("thorough" if os.environ.get("REPERE_THOROUGH") else "everyday")


# Where a test takes seconds, not milliseconds: begun first, so that no process is left with one of them at the end.
LONG = ("tests/web/test_second_start", "tests/web/test_commands", "tests/faults", "tests/browser", "tests/backup", "tests/security",
        "tests/commands", "tests/web", "tests/ledger", "tests/demo", "tests/observatory")  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: next((rank for rank, place in enumerate(LONG) if item.nodeid.startswith(place)), len(LONG)))


def pytest_collection_finish() -> None:
    """What is loaded by now stays until the end: the collector of memory passed over it for a quarter of the run."""
    gc.set_threshold(100_000, 20, 50)
    gc.collect()
    gc.freeze()


PERSONS, FILLED_AT = 120, datetime(2026, 11, 21, 12, tzinfo=UTC)


class Databases:
    """Of this process: `empty`, `with_people` in which the cast works already, `filled` with the invented country, and clones of the
    first two. A test takes back what it did."""

    def __init__(self) -> None:
        postgres.ensure_template()
        self.empty, self.with_people = postgres.clone(), postgres.clone()
        self.peopled = {self.with_people}
        _point_at(self.with_people)
        self.cast = cast()
        _point_at(self.empty)

    @cached_property
    def country(self) -> tuple[str, filling.Filled]:
        """The invented country in a database of its own, filled by whoever asks for it first, and what was said of the filling."""
        name = postgres.clone()
        before = connections.settings["default"]["NAME"]
        _point_at(name)
        with override_settings(REPERE_DEMO=True):
            make_root_key()
            made = filling.fill(persons=PERSONS, seed=1, now=FILLED_AT)
        _point_at(before)
        return name, made

    def clone(self, *, with_people: bool) -> str:
        if not with_people:
            return postgres.clone()
        for one in connections.all():
            one.close()  # nobody may stand in a database while it is copied
        name = postgres.clone(of=self.with_people)
        self.peopled.add(name)
        return name

    def drop(self) -> None:
        _point_at("")
        for name in (self.empty, self.with_people, *([self.country[0]] if "country" in vars(self) else [])):
            postgres.drop(name)


@pytest.fixture(scope="session")
def databases(django_db_blocker: Any) -> Iterator[Databases]:
    with django_db_blocker.unblock():
        made = Databases()
        yield made
        made.drop()


@pytest.fixture(scope="session")
def django_db_setup(databases: Databases) -> None:
    """Clones of the template for this process, in place of Django's own test database."""


@pytest.hookimpl(tryfirst=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest) -> None:
    """In which of them a test stands is settled before its transaction begins."""
    if fixturedef.argname == "_django_db_helper":
        databases, blocker = request.getfixturevalue("databases"), request.getfixturevalue("django_db_blocker")
        wanted = databases.with_people if "people" in request.fixturenames else databases.empty
        if "filled" in request.fixturenames:
            with blocker.unblock():
                wanted, _made = databases.country
        if connections.settings["default"]["NAME"] != wanted:
            _point_at(wanted)


def _point_at(name: str) -> None:
    """In this thread and in any thread that opens a connection later."""
    for alias in connections:
        connections[alias].close()
        connections[alias].settings_dict["NAME"] = name
        connections.settings[alias]["NAME"] = name


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    """What this process counted of another test's requests is forgotten: every test asks from the same address."""
    COUNTER.forget()


@pytest.fixture
def committing_db(request: pytest.FixtureRequest, databases: Databases, django_db_blocker: Any) -> Iterator[str]:
    """A fresh clone in which commits are real: for several connections, jobs, browsers and kills. Slower than `db`."""
    if request.node.get_closest_marker("django_db"):
        pytest.fail("committing_db and the django_db mark exclude each other: one commits, the other rolls back.")
    before = connections.settings["default"]["NAME"]
    name = databases.clone(with_people="people" in request.fixturenames)
    with django_db_blocker.unblock():
        _point_at(name)
        try:
            yield name
        finally:
            _point_at(before)
    postgres.drop(name)


@pytest.fixture
def owner_connection(request: pytest.FixtureRequest) -> Iterator[psycopg.Connection[Any]]:
    """The owner of the tables, in the same database as the test. It sees only what is committed."""
    where = connections.settings["owner"]
    if "committing_db" not in request.fixturenames:
        request.getfixturevalue("db")
    with psycopg.connect(
        host=where["HOST"],
        dbname=connections.settings["default"]["NAME"],
        user=where["USER"],
        password=where["PASSWORD"],
    ) as owner:
        yield owner
        owner.rollback()


@pytest.fixture
def as_role() -> Callable[[str], AbstractContextManager[None]]:
    """`with as_role("worker"):` runs the block with that database role, within the test's own transaction."""

    @contextmanager
    def stepping_into(role: str) -> Iterator[None]:
        with connection.cursor() as cursor:
            cursor.execute(f"SET ROLE repere_{role}")
        try:
            yield
        finally:
            if not connection.needs_rollback:
                with connection.cursor() as cursor:
                    cursor.execute("RESET ROLE")

    return stepping_into


@pytest.fixture
def people(request: pytest.FixtureRequest, databases: Databases) -> Cast:
    """The cast of `tests/people.py`, in whichever database the test uses."""
    if "committing_db" not in request.fixturenames:
        request.getfixturevalue("db")
    return deepcopy(databases.cast) if connections.settings["default"]["NAME"] in databases.peopled else cast()


@pytest.fixture
def filled(db: None, databases: Databases, settings: Any) -> filling.Filled:
    """The invented country of 120 persons, as it stood at `FILLED_AT`, and what was said of its filling."""
    settings.REPERE_DEMO = True
    return databases.country[1]


@pytest.fixture
def signed_in(people: Cast) -> Callable[[Member], Client]:
    """`signed_in(people.amina)` is a browser in which Amina has just signed in."""
    return lambda member: member.sign_in(Client())


@pytest.fixture
def site(committing_db: str) -> Iterator[str]:
    """The pages served on a free port, on a database of their own; the address to open."""
    server = LiveServer("127.0.0.1")
    try:
        yield server.url
    finally:
        server.stop()
