"""SECURITY.md says which test shows what: whoever doubts a line can run it."""

from __future__ import annotations

import pytest

from tests.documentation import INLINE, PROJECT, cells, commands_named, unknown_command
from tests.test_promises import TEST, defined_in

PAGE = (PROJECT / "SECURITY.md").read_text()
ROWS = [cells(line) for line in PAGE.splitlines() if line.startswith("|") and not set(line) <= set("|-: ")]
NAMED = sorted(set(TEST.findall(PAGE)))
# Words with which a line says itself that nothing stands against it, or that nothing tests it.
OPENLY = ("not covered",)


def test_the_page_names_tests() -> None:
    """A page without any would pass every other test."""
    assert len(NAMED) > 60


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda word: word)
def test_each_named_test_exists(path: str, name: str) -> None:
    assert name in defined_in(path)


def test_nothing_looks_like_a_test_and_is_none() -> None:
    """A path without a test's name, or with a misspelt one, would be passed over by the others."""
    loose = [word for word in INLINE.findall(PAGE) if "tests/" in word and not TEST.fullmatch(word) and not (PROJECT / word).exists()]
    assert loose == []


def test_each_line_of_a_table_is_shown_by_a_test_or_says_that_it_is_not() -> None:
    """Nothing is claimed between two lines that are proved."""
    heads = [row for row in ROWS if row[-1] in ("shown by", "test", "")]
    claims = [row for row in ROWS if row not in heads]
    assert len(claims) > 40
    bare = [row[0] for row in claims if not TEST.findall(" ".join(row)) and not any(word in " ".join(row) for word in OPENLY)]
    assert bare == []


def test_each_named_command_exists() -> None:
    faults = [unknown_command(line) for line in commands_named(PAGE)]
    assert [fault for fault in faults if fault] == []
