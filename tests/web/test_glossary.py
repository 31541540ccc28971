"""One word for one thing: the glossary says what the rule book and the pages say."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.utils import translation

from repere.cases import forms
from repere.web import law
from repere.web.components import terms, words
from tests.documentation import PROJECT, cells

LANGUAGES = ("fr", "en")


def rows() -> list[list[str]]:
    lines = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    return [cells(line) for line in lines if line.startswith("| ")]


def said(text: Any) -> tuple[str, str]:
    """A text of the interface in both languages."""
    told = []
    for language in LANGUAGES:
        with translation.override(language):
            told.append(str(text).replace("\xa0", " "))
    return told[0], told[1]


def named(code: str) -> set[tuple[str, str]]:
    return {(row[2], row[3]) for row in rows() if row[1] == f"`{code}`"}


@pytest.mark.parametrize("subject", ["roles", "groups"])
def test_every_role_and_group_is_there(subject: str) -> None:
    """As the rule book words it."""
    mechanism = law.mechanism_named("fr+fr-collectif")
    missing = [
        item.id for item in getattr(mechanism, subject).values()
        if (item.label.text("fr"), item.label.text("en")) not in named(item.id)
    ]  # fmt: skip
    assert missing == []


@pytest.mark.parametrize(
    "list_",
    [*words.OUTCOMES.values(), words.LEVELS, words.CERTAINTIES, words.STANCES, dict(forms.OTHERWISE), forms.BASIS],
)
def test_every_short_code_is_there(list_: dict[str, Any]) -> None:
    """Outcomes, levels, certainties, the four ways of having no answer: as the pages word them."""
    assert [code for code, text in list_.items() if said(text) not in named(code)] == []


def test_every_level_has_words_and_help() -> None:
    rules = law.mechanism_named("fr+fr-collectif").rules.values()
    assert {rule.level for rule in rules} <= set(words.LEVELS)
    assert set(words.LEVEL_HELP) == set(words.LEVELS)


def test_main_words_are_those_of_the_rule_book() -> None:
    """Facts that the glossary names are worded as on the screen."""
    facts = law.current().facts
    named_here = [(row, facts[row[1].strip("`")].label) for row in rows() if row[1].strip("`") in facts]
    assert named_here
    assert [row for row, label in named_here if (row[2], row[3]) != (label.text("fr"), label.text("en"))] == []


def test_help_cards_say_what_the_glossary_says() -> None:
    """The card on the page and this page explain a word in the same words."""
    told = {row[1].strip("`"): (row[2], row[3], row[4]) for row in rows() if len(row) > 4 and row[1].startswith("`")}
    for code, (label, meaning) in terms.TERMS.items():
        assert (*said(label), said(meaning)[1]) == told.get(code), code
        assert said(meaning)[0] != said(meaning)[1], f"{code} is not explained in French"


def test_every_card_on_a_page_exists() -> None:
    pages = (PROJECT / "repere").rglob("*.html")
    asked = {code for page in pages for code in re.findall(r"{% term \"([^\"]+)\" %}", page.read_text(encoding="utf-8"))}
    assert asked
    assert asked <= set(terms.TERMS)


def test_each_word_stands_once() -> None:
    """A code within one table has one row."""
    text = (PROJECT / "docs" / "glossary.md").read_text(encoding="utf-8")
    for table in text.split("\n## ")[1:]:
        lines = [cells(line) for line in table.splitlines() if line.startswith("| ")]
        seen = [(line[1], line[4] if table.startswith("Outcomes") else "") for line in lines]
        assert len(seen) == len(set(seen)), table.splitlines()[0]
