"""The pages tell the truth about the tree they stand in."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from repere.core.rulebook import load
from tests.documentation import CODE, INLINE, PROJECT, cells, commands_named, pages, unknown_command

PAGES = pages()
every_page = pytest.mark.parametrize("text_page", PAGES, ids=lambda path: str(path.relative_to(PROJECT)))
MACHINE_PATH = re.compile(r"(?<![\w/.:~-])/(work|root|home)\b")
REGISTRY = re.compile(r"index-url|pythonhosted|artifactory|registry\.npmjs|https?://[^\s)]*/simple\b")
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")


@every_page
def test_no_page_names_a_path_of_one_machine(text_page: Path) -> None:
    """What only one machine has does not help a reader, and says too much about it."""
    assert [line for line in text_page.read_text().splitlines() if MACHINE_PATH.search(line)] == []


@pytest.mark.parametrize(
    "file",
    [*PAGES, *sorted((PROJECT / "requirements").glob("*")), PROJECT / "pyproject.toml", PROJECT / "Makefile"],
    ids=lambda file: str(file.relative_to(PROJECT)),
)
def test_no_file_names_a_package_registry(file: Path) -> None:
    """Whoever installs chooses where packages come from."""
    assert [line for line in file.read_text().splitlines() if REGISTRY.search(line)] == []


@every_page
def test_every_link_leads_somewhere(text_page: Path) -> None:
    """A link to another page, to a picture or to a heading is not broken and stays inside the project."""
    assert [link for link in links_of(text_page) if not leads_somewhere(text_page, link)] == []


def links_of(page: Path) -> list[str]:
    text = INLINE.sub("", CODE.sub("", page.read_text()))
    return [link for link in LINK.findall(text) if not re.match(r"[a-z]+:", link)]


def leads_somewhere(page: Path, link: str) -> bool:
    name, _, heading = link.partition("#")
    target = (page.parent / name).resolve() if name else page
    if not target.exists() or not target.is_relative_to(PROJECT):
        return False
    return not heading or target.suffix != ".md" or heading in headings(target)


def headings(page: Path) -> set[str]:
    titles = re.findall(r"^#+ (.+)$", CODE.sub("", page.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@every_page
def test_every_command_on_a_page_can_be_typed(text_page: Path) -> None:
    """A newcomer who copies a line gets no "no such command"."""
    if text_page.name == "under-way.md":
        return  # names what is not there yet
    faults = [fault for line in commands_named(text_page.read_text()) if (fault := unknown_command(line))]
    assert faults == []


def test_the_front_page_names_the_two_commands() -> None:
    """One to run it, one to test it; no other word is needed."""
    named = commands_named((PROJECT / "README.md").read_text())
    assert {"make run", "make test"} <= set(named)


def test_the_front_page_says_what_repere_is_not() -> None:
    """Nobody may take a tool for the mechanism, or unread rules for the law."""
    text = (PROJECT / "README.md").read_text().lower()
    assert "no authority" in text
    assert "no jurist" in text


def test_each_requirement_stands_once() -> None:
    """135 rows, none lost, none twice, in order."""
    assert [row[0] for row in requirements()] == [f"R{number:02d}" for number in range(1, 136)]


def requirements() -> list[list[str]]:
    rows = [cells(line) for line in (PROJECT / "docs" / "requirements.md").read_text().splitlines() if line.startswith("|")]
    return [row for row in rows if re.fullmatch(r"R\d{2,3}", row[0])]


def test_each_requirement_is_short_sourced_and_has_a_place() -> None:
    """One line of our own words, the document it comes from, and the room that holds it."""
    known = set(load(PROJECT / "mechanism", "fr+fr-collectif").sources)
    for name, words, sources, where in requirements():
        assert len(words) <= 200, name
        assert set(re.findall(r"`([^`]+)`", sources)) <= known, name
        assert re.search(r"\b00[0-4]:\d", sources), name
        assert where, name


def test_the_changelog_names_rules_that_exist() -> None:
    """A jurist who reads about a changed rule finds it under that name."""
    known: set[str] = set()
    for name in ("fr+fr-collectif", "uk", "be"):
        mechanism = load(PROJECT / "mechanism", name)
        known |= {*mechanism.rules, *mechanism.parameters, *mechanism.sources}
    named = set(re.findall(r"`((?:common|fr|collectif|uk|be)\.[a-z0-9_.-]+)`", (PROJECT / "CHANGELOG.md").read_text()))
    assert named
    assert named - known == set()
