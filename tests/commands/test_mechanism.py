"""The jurist's verbs: check a copy, try one's own examples, compare two mechanisms."""

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.conf import settings

from repere.commands.mechanism import mechanism

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
    result = run("diff", "fr", "fr+fr-collectif", "--no-examples")
    assert "34 rules added" in result.output
    assert "0 rules changed" in result.output


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
