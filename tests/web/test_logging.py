"""Logs tell that something happened, never to whom."""

import json
import logging as standard
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
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
