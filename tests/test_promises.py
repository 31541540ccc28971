"""A promise without something that proves it is not called proved."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass

import pytest

from repere.core.rulebook import load
from tests.documentation import INLINE, PROJECT, cells, commands_named, unknown_command

HEADER = ["promise", "where a user finds it", "what proves it", "state"]
IN_RULE_BOOK = re.compile(r"`((?:common|fr|collectif|uk|be)\.[a-z0-9_.]+)`")
TEST = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
OF_THIS_VERSION = (1, 2, 4, 7, 8, 11, 15, 16, 18, 20, 22, 23, 24, 25, 29, 31, 33, 34, 35, 36, 37, 62, 63)


@dataclass(frozen=True)
class Promise:
    name: str
    where: str
    proof: str
    state: str

    @property
    def tests(self) -> list[tuple[str, str]]:
        return TEST.findall(self.proof)

    @property
    def commands(self) -> list[str]:
        return commands_named(self.proof)


def promises() -> list[Promise]:
    found: list[Promise] = []
    open_table = False
    for line in (PROJECT / "docs" / "promises.md").read_text().splitlines():
        row = cells(line) if line.startswith("|") else []
        if not row:
            open_table = False
        elif row == HEADER:
            open_table = True
        elif open_table and not set(row[0]) <= set("-: "):
            assert len(row) == len(HEADER), f"four cells are expected: {line}"
            found.append(Promise(*row))
    return found


PROMISES = promises()
every_promise = pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.name)


def defined_in(path: str) -> set[str]:
    """The tests that pytest would collect from this file, by name."""
    file = PROJECT / path
    if not file.is_file() or not file.name.startswith("test_"):
        return set()
    tree = ast.parse(file.read_text())
    holders: list[ast.Module | ast.ClassDef] = [
        tree,
        *(node for node in tree.body if isinstance(node, ast.ClassDef) and node.name.startswith("Test")),
    ]
    return {node.name for holder in holders for node in holder.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_the_page_makes_promises() -> None:
    """An empty table would pass every other test."""
    assert len(PROMISES) > 50


def test_no_promise_is_made_twice() -> None:
    """Two lines on one promise would drift apart."""
    names = [promise.name for promise in PROMISES]
    assert [name for name in names if names.count(name) > 1] == []


@every_promise
def test_each_named_test_exists(promise: Promise) -> None:
    """Whoever doubts a promise can run what proves it."""
    assert [f"{path}::{name}" for path, name in promise.tests if name not in defined_in(path)] == []


@every_promise
def test_each_named_command_exists(promise: Promise) -> None:
    """A command that proves something can be typed."""
    faults = [unknown_command(line) for line in commands_named(f"{promise.where} {promise.proof}")]
    assert [fault for fault in faults if fault] == []


def test_each_named_rule_and_worked_example_exists() -> None:
    """A jurist who looks one up finds it under that name; `repere mechanism check` runs every example."""
    known: set[str] = set()
    for name in ("common", "fr", "fr+fr-collectif", "uk", "be"):
        mechanism = load(PROJECT / "mechanism", name, every_example=True)
        known |= {*mechanism.rules, *mechanism.parameters, *(example.id for example in mechanism.examples)}
    named = {name for promise in PROMISES for name in IN_RULE_BOOK.findall(f"{promise.where} {promise.proof}")}
    assert named
    assert named - known == set()


@every_promise
def test_a_state_is_one_of_three_words(promise: Promise) -> None:
    """Partly says what is missing; later does not pretend."""
    assert re.fullmatch(r"proved|partly: \S.+|later(: \S.+)?", promise.state)


@every_promise
def test_nothing_is_called_proved_without_proof(promise: Promise) -> None:
    """Proved means that a test or a command shows it, and that a user can find it."""
    if promise.state == "proved":
        assert promise.tests or promise.commands
        assert promise.where not in ("", "—")


@every_promise
def test_a_file_where_a_promise_is_kept_exists(promise: Promise) -> None:
    """A reader who follows the second column arrives."""
    if promise.state == "later":
        return
    paths = [name for name in INLINE.findall(promise.where) if re.match(r"[\w.-]+(/[\w.*-]+)+/?$|[\w-]+\.md$", name)]
    assert [path for path in paths if not list(PROJECT.glob(path.rstrip("/")))] == []


def test_each_requirement_of_this_version_has_a_line() -> None:
    """What the associations asked for and this version takes up is accounted for, row by row."""
    told = {name for promise in PROMISES for name in re.findall(r"\bR\d{2,3}\b", promise.name)}
    assert {f"R{number:02d}" for number in OF_THIS_VERSION} - told == set()
