"""Logs tell that something happened, never to whom."""

import json
import logging as standard
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO

import pytest
import structlog
from django.db import DatabaseError, connection
from django.test import Client

from repere.web import logging


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What a serving process would write."""
    before, stream = standard.getLogger().handlers[:], StringIO()
    logging.configure(stream)
    yield stream
    standard.getLogger().handlers = before
    logging.configure()


def test_a_field_that_is_not_on_the_list_is_dropped(log: StringIO) -> None:
    """Somebody who logs a name by mistake logs nothing."""
    structlog.get_logger().warning("fact refused", name="Amina Exemple", status=400)
    text = log.getvalue()
    assert "Amina" not in text
    assert '"status": 400' in text


def test_arguments_of_library_messages_are_dropped(log: StringIO) -> None:
    """Libraries write addresses and values into their messages; only the sentence is kept."""
    standard.getLogger("django.request").warning("Not Found: %s", "/cases/AMINA123/")
    text = log.getvalue()
    assert "AMINA123" not in text
    assert "Not Found" in text


@pytest.mark.django_db
def test_a_refused_request_is_told_in_words(log: StringIO) -> None:
    """Django's own template is "%s: %s": what stays is the answer and the name of the page, never its address."""
    Client().get("/cases/AMINA123/nothing/of-the-kind/")
    Client().post("/language/", {"language": "fr"}, headers={"sec-fetch-site": "cross-site"})
    told = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [(line["event"], line["status"], line.get("route")) for line in told] == [
        ("Not Found", 404, None),
        ("Forbidden", 403, "pages:language"),
    ]
    assert "AMINA123" not in log.getvalue()


@pytest.fixture
def at_debug(log: StringIO) -> Iterator[StringIO]:
    """Everything switched on that a hurried operator could switch on, with a handler of another kind beside ours."""
    root, names = standard.getLogger(), ("django.db.backends", "django.db.backends.schema", "urllib3.connectionpool")
    levels = {name: standard.getLogger(name).level for name in names}
    level, root.level = root.level, standard.DEBUG
    other = standard.StreamHandler(log)
    root.addHandler(other)
    for name in names:
        standard.getLogger(name).setLevel(standard.DEBUG)
    yield log
    root.removeHandler(other)
    root.setLevel(level)
    for name, was in levels.items():
        standard.getLogger(name).setLevel(was)


@pytest.mark.django_db
def test_statements_are_never_logged_at_any_level(at_debug: StringIO, settings) -> None:
    """At DEBUG Django hands every statement with its values to the log, and a value is a name."""
    settings.DEBUG = True
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s", ["Amina Exemple"])
        cursor.execute("SELECT 'Amina Exemple'")
    assert any("Amina" in asked["sql"] for asked in connection.queries), "Django logged no statement: the test would prove nothing"
    with connection.schema_editor(collect_sql=False) as editor, suppress(DatabaseError):
        editor.execute("SELECT 'Amina Exemple'")
    standard.getLogger("urllib3.connectionpool").debug("%s %s", "GET", "/?name=Amina", exc_info=ValueError("Amina"))
    assert "Amina" not in at_debug.getvalue()


def test_a_sentence_put_together_with_a_name_is_not_kept(log: StringIO) -> None:
    """A library that writes f"…{name}…" leaves no argument to drop: only sentences of its source are kept."""
    name = "Amina"
    standard.getLogger("some.library").warning(f"could not find {name}")
    standard.getLogger("some.library").warning("could not find it")
    assert [json.loads(line)["event"] for line in log.getvalue().splitlines()] == ["unnamed message of test_logging", "could not find it"]


def test_undoing_it_stops_the_boot(log: StringIO) -> None:
    assert logging.problems() == []
    standard.setLogRecordFactory(standard.LogRecord)
    assert len(logging.problems()) == 1


def test_an_error_is_told_without_its_words(log: StringIO) -> None:
    """The text of an exception may quote a person; its type and place suffice."""
    try:
        raise ValueError("Amina Exemple, née le 3 mai")
    except ValueError:
        standard.getLogger("repere").exception("job failed")
    text = log.getvalue()
    assert "Amina" not in text
    assert "ValueError" in text
    assert "test_logging.py" in text
