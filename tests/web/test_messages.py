"""French first: every sentence of the interface has its French, and the French keeps what is filled in."""

from __future__ import annotations

import re

from repere.web import messages


def test_every_sentence_has_its_french() -> None:
    assert messages.missing() == []


def test_no_french_forgets_what_is_filled_in() -> None:
    assert messages.placeholders_differ() == []


def test_no_sentence_is_kept_that_nobody_says() -> None:
    """Gone sentences leave the file: `python -m repere.web.messages extract`."""
    said = {(messages._key(m.id), m.context) for m in messages.template_catalog() if m.id}
    assert [messages._key(m.id) for m in messages.read() if m.id and (messages._key(m.id), m.context) not in said] == []


def test_french_punctuation_keeps_its_space() -> None:
    """A colon or a question mark never begins a line: the space before it does not break."""
    wrong = []
    for message in messages.read():
        strings = message.string if isinstance(message.string, tuple) else (message.string,)
        wrong += [text for text in map(str, strings) if message.id and re.search(r"\w [:;?!»](\s|$)|« ", text)]
    assert wrong == []


def test_neither_blame_nor_exclamation() -> None:
    """No drama: no exclamation mark, in either language."""
    said = [messages._key(m.id) + str(m.string) for m in messages.read() if m.id]
    assert [text for text in said if "!" in text.replace("!=", "")] == []
