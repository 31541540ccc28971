"""The jurist's verbs: check a copy, try one's own examples, compare two mechanisms."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from repere.commands.mechanism import mechanism
from repere.core.rulebook import load

EXAMPLE = """
examples:
  - id: mine.testimony_instead_of_complaint
    title: {{fr: "Elle a témoigné sans porter plainte", en: "She testified without a complaint"}}
    mechanism: fr
    given:
      - person_described: {{on: 2026-05-04, nationality_group: third_country, turns_18: 2019, territory: "69"}}
    on: 2026-06-02
    expect:
      common.adult_today: {outcome}
"""


def run(*words: str) -> Result:
    return CliRunner().invoke(mechanism, list(words))


@pytest.mark.parametrize(
    ("outcome", "code", "says"), [("holds", 0, "0 assertions fail"), ("does_not_hold", 1, "expected does_not_hold; came holds")]
)
def test_a_jurist_s_own_examples_say_which_fail_and_why(tmp_path: Path, outcome: str, code: int, says: str) -> None:
    """Anybody may hold the law in Repère against their own reading."""
    file = tmp_path / "mine.yaml"
    file.write_text(EXAMPLE.format(outcome=outcome), "utf-8")
    result = run("try", str(file))
    assert (result.exit_code, says in result.output) == (code, True)


def test_an_example_about_a_rule_that_does_not_exist_names_its_line(tmp_path: Path) -> None:
    """A slip of the pen is shown where it stands."""
    file = tmp_path / "mine.yaml"
    file.write_text(EXAMPLE.format(outcome="holds").replace("common.adult_today", "fr.no_such_rule"), "utf-8")
    result = run("try", str(file))
    assert "mine.yaml:10: expected the id of a rule; came 'fr.no_such_rule'" in result.output


def test_the_reform_is_compared_with_the_law_rule_by_rule() -> None:
    """What is demanded is told apart from what is law."""
    lines = [line.split("\t") for line in run("diff", "fr", "fr+fr-collectif", "--no-examples").output.splitlines()]
    before, after = (load(settings.REPERE_MECHANISM_FOLDER, name) for name in ("fr", "fr+fr-collectif"))
    assert {line[1] for line in lines} == after.rules.keys() - before.rules.keys(), "whole ids, one a line"
    assert {(line[0], len(line)) for line in lines} == {("added", 5)}


def test_what_the_examples_make_of_a_reform_goes_into_a_pipe_whole() -> None:
    """Another program reads the rule's id, what it said, what it would say, and for how many examples."""
    lines = [line.split("\t") for line in run("diff", "fr", "fr+fr-collectif").output.splitlines()]
    moved = [line for line in lines if line[0] == "moved"]
    assert moved
    assert all(len(line) == 5 and int(line[4]) > 0 for line in moved)


def test_a_broken_copy_of_the_rule_book_is_refused_with_file_and_line(tmp_path: Path) -> None:
    """Nothing is loaded from a rule book with a misspelt key."""
    copy = tmp_path / "mechanism"
    shutil.copytree(settings.REPERE_MECHANISM_FOLDER, copy)
    layer = copy / "countries" / "be" / "parameters.yaml"
    layer.write_text(layer.read_text("utf-8").replace("settled:", "setled:", 1), "utf-8")
    result = run("--folder", str(copy), "check")
    assert result.exit_code == 1
    assert "mechanism/countries/be/parameters.yaml:" in result.output
    assert "'setled'" in result.output
