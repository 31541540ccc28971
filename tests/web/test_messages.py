"""French first: every sentence of the interface has its French, and the French keeps what is filled in."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

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


def written(folder: Path, french: str) -> Path:
    po = folder / "fr" / "LC_MESSAGES" / "django.po"
    po.parent.mkdir(parents=True, exist_ok=True)
    po.write_bytes(messages.HEADER + f'msgid "Sign in"\nmsgstr "{french}"\n'.encode())
    return po


def test_words_that_were_never_compiled_or_changed_since_are_compiled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a clone or a pull the pages would be half in English, and nobody would be told."""
    monkeypatch.setattr(messages, "LOCALES", tmp_path)
    po = written(tmp_path, "Se connecter")
    made = po.with_suffix(".mo")
    assert messages.compile_old() == []
    assert b"Se connecter" in made.read_bytes()
    os.utime(made, (1, 1))
    written(tmp_path, "Entrer")
    assert messages.compile_old() == []
    assert b"Entrer" in made.read_bytes()
    made.write_bytes(b"newer than its text: left alone")
    os.utime(po, (1, 1))
    messages.compile_old()
    assert made.read_bytes() == b"newer than its text: left alone"
    assert {path.name for path in made.parent.iterdir()} == {"django.po", "django.mo"}


def test_words_that_cannot_be_compiled_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LOCALES", tmp_path)
    po = written(tmp_path, "Se connecter")
    po.with_suffix(f".{os.getpid()}.mo").mkdir()  # nothing can be written there, whoever runs the test
    assert messages.compile_old() == [po]
