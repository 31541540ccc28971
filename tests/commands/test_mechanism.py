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
    ("outcome", "code", "says"), [("holds", 0, "1 example, 0 assertions fail"), ("does_not_hold", 1, "expected does_not_hold; came holds")]
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


def test_a_french_jurist_is_answered_in_french(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an option, or because the terminal speaks French; codes stay as the rule book writes them."""
    file = tmp_path / "mine.yaml"
    file.write_text(EXAMPLE.format(outcome="does_not_hold"), "utf-8")
    said = run("--lang", "fr", "try", str(file)).output
    label = load(settings.REPERE_MECHANISM_FOLDER, "fr").rules["common.adult_today"].label
    assert f"{file}:" in said
    assert "attendu does_not_hold ; obtenu holds" in said.replace("\u202f", " ").replace("\xa0", " ")
    assert label.text("fr") in said
    assert label.text("en") not in said
    assert said.splitlines()[-1] == "1 exemple, 1 affirmation fausse."
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert run("try", str(file)).output == said
    monkeypatch.setenv("LC_ALL", "C")
    assert "expected does_not_hold; came holds" in run("try", str(file)).output


def test_two_mechanisms_are_compared_in_french() -> None:
    """The labels are those a French reader knows; a pipe gets the same columns."""
    lines = [line.split("\t") for line in run("--lang", "fr", "diff", "fr", "fr+fr-collectif").output.splitlines()]
    after = load(settings.REPERE_MECHANISM_FOLDER, "fr+fr-collectif").rules
    added = [line for line in lines if line[0] == "ajouté"]
    assert added
    assert {line[4] for line in added} <= {rule.label.text("fr") for rule in after.values()}
    assert {line[3] for line in added} <= {"demandé", "notre choix"}
    moved = [line for line in lines if line[0] == "déplacé"]
    assert moved
    assert {line[2] for line in moved} & {"n'est pas rempli", "impossible à dire", "absent"}


def test_a_wrong_word_is_refused_in_french(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(EXAMPLE.format(outcome="holds").replace("common.adult_today", "fr.no_such_rule"), "utf-8")
    said = run("--lang", "fr", "try", str(file)).output.replace("\u202f", " ").replace("\xa0", " ")
    assert "mine.yaml:10: attendu" in said.replace(" :", ":")
    assert "1 faute : rien n'a été chargé." in said


def example_of_the_guide() -> str:
    """The example that mechanism/README.md gives to be copied."""
    guide = (settings.REPERE_MECHANISM_FOLDER / "README.md").read_text("utf-8")
    return guide.split("### examples")[1].split("```yaml\n")[1].split("```")[0]


def test_the_example_of_the_guide_holds_when_it_is_copied(tmp_path: Path) -> None:
    """A jurist begins by copying; what the guide shows must run."""
    file = tmp_path / "mine.yaml"
    file.write_text(example_of_the_guide(), "utf-8")
    result = run("try", str(file))
    assert (result.exit_code, result.output) == (0, "1 example, 0 assertions fail.\n")


def test_an_example_that_fails_is_followed_by_the_reasoning(tmp_path: Path) -> None:
    """ "Expected holds, came does not hold" alone leaves the jurist guessing which condition fails."""
    file = tmp_path / "mine.yaml"
    file.write_text(example_of_the_guide().replace("fr.residence_permit_complaint: holds", "fr.residence_permit_complaint: does_not_hold"))
    lines = run("try", str(file)).output.splitlines()
    assert f"{file}:" in lines[0]
    assert lines[1].startswith("  yes: ")
    assert any(line.startswith("    ") and "all of these" in line for line in lines)
    assert any("Link with the traffickers broken" in line or "broken" in line for line in lines[2:])
    assert lines[-1] == "1 example, 1 assertion fails."


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ("complaint_filed:", "complaint_fild:", "'complaint_fild'. Mend: did you mean complaint_filed?"),
        ("forced_labour, confinement", "forced_labor, confinement", "'forced_labor'. Mend: did you mean forced_labour?"),
        ("by_the_person:", "by_the_persn:", "'by_the_persn'. Mend: did you mean by_the_person?"),
        ("fr.inform_rights_on_complaint: open", "fr.inform_rights_on_complain: open", "did you mean fr.inform_rights_on_complaint?"),
        ("fr.inform_rights_on_complaint: open", "fr.inform_rights_on_complaint: opened", "did you mean open?"),
        ("include: [mine.adult_woman", "include: [mine.adult_womn", "did you mean mine.adult_woman_third_country?"),
    ],
)
def test_a_wrong_word_is_named_at_its_line_with_what_is_allowed(tmp_path: Path, right: str, wrong: str, says: str) -> None:
    """The jurist's own file and line, the word itself, the words that exist, and the nearest."""
    text = example_of_the_guide()
    assert right in text
    file = tmp_path / "mine.yaml"
    file.write_text(text.replace(right, wrong), "utf-8")
    output = run("try", str(file)).output
    line = next(number for number, told in enumerate(text.splitlines(), 1) if right in told)
    assert output.startswith(f"{file}:{line}: expected ")
    assert says in output
    assert "1 fault: nothing was loaded." in output


def test_a_refused_code_shows_the_whole_list(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(example_of_the_guide().replace("forced_labour, confinement", "forced_labor, confinement"), "utf-8")
    allowed = load(settings.REPERE_MECHANISM_FOLDER, "fr").codelists["described_facts"]
    assert f"among {', '.join(allowed)}; came" in run("try", str(file)).output


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
    law = load(settings.REPERE_MECHANISM_FOLDER, "fr").rules
    assert all((line[2] == "absent") == (line[1] not in law) for line in moved), "no text is not the same as a text that says no"
    assert all(line[2] != line[3] for line in moved), "a row that says the same says nothing"


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
