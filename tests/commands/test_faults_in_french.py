"""A jurist who reads French is told in French what is wrong with a rule file: every sentence of the core has its French."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from click.testing import CliRunner
from django.conf import settings

from repere.commands.faults_in_french import PHRASES, in_french, known
from repere.commands.mechanism import mechanism

CORE = Path(__file__).parents[2] / "repere" / "core" / "rulebook"
CALLS = {"fault", "_fault", "Fault"}
NOT_SENTENCES = {"", "key", "kind", "…", ", ", " and ", " "}


def sentences() -> set[str]:
    """Text handed to a fault anywhere in the core, with `x` where a word of the rule book comes in; its file and key left out."""
    found: set[str] = set()
    for path in set(CORE.glob("*.py")) - {CORE / "errors.py"}:  # which only puts the parts together
        tree = ast.parse(path.read_text("utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in CALLS:
                last = node.args[-3:] if len(node.args) > 2 else node.args
                found |= {text for argument in last for text in _texts(argument)}
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == "mend":
                found |= set(_texts(node.value))
    return {text for text in found if " " in text or text.startswith("'")}


def _texts(node: ast.expr) -> list[str]:
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=parts):
            return ["".join(part.value if isinstance(part, ast.Constant) else "x" for part in parts)]
        case ast.BoolOp(values=values):
            return [text for value in values for text in _texts(value)]
        case ast.IfExp(body=body, orelse=orelse):
            return [*_texts(body), *_texts(orelse)]
        case ast.Tuple(elts=values):
            return [text for value in values for text in _texts(value)]
        case _:
            return []


def test_every_sentence_of_the_core_is_told_in_french() -> None:
    found = sentences()
    assert len(found) > 80, "the reading of the core finds its sentences"
    assert sorted(text for text in found if not known(text)) == []


def test_words_of_the_rule_book_stay_as_they_are_written() -> None:
    assert in_french("a field of exploitation_described among forms, acts") == "un champ de exploitation_described parmi forms, acts"
    assert in_french("did you mean forms? in example mine.one") == "vouliez-vous dire forms ? dans l'exemple mine.one"
    assert in_french("something that no core says") == "something that no core says"
    assert all(phrase.count("{") == french.count("{") for phrase, french in PHRASES.items())


def run(*words: str) -> tuple[int, str]:
    result = CliRunner().invoke(mechanism, list(words))
    return result.exit_code, result.output.replace("\u202f", " ").replace("\xa0", " ")


@pytest.fixture
def wrong_field(tmp_path: Path) -> Path:
    """A fixture with a wrong field, that three examples include."""
    file = tmp_path / "mine.yaml"
    examples = "\n".join(
        f"  - {{id: mine.e{n}, title: {{fr: a, en: a}}, mechanism: fr, include: [mine.her], on: 2026-05-05, expect: {{fr.means: holds}}}}"
        for n in range(3)
    )
    given = "  - id: mine.her\n    given:\n      - exploitation_described: {on: 2026-05-04, form: [forced_labour]}\n"
    file.write_text(f"fixtures:\n{given}examples:\n{examples}\n", "utf-8")
    return file


def test_a_fault_of_a_shared_fixture_is_told_once_and_in_french(wrong_field: Path) -> None:
    code, said = run("--lang", "fr", "try", str(wrong_field))
    assert code == 1
    assert said.count("mine.yaml:4") == 1
    assert "attendu" in said
    assert "un champ de exploitation_described parmi forms" in said
    assert "vouliez-vous dire forms ? dans l'exemple mine.e0" in said
    assert "(et 2 autres exemples)" in said
    assert "1 faute : rien n'a été chargé." in said
    assert "did you mean" not in said


def test_the_language_may_be_said_after_the_verb(wrong_field: Path) -> None:
    assert run("try", "--lang", "fr", str(wrong_field)) == run("--lang", "fr", "try", str(wrong_field))
    assert "expected a field of" in run("try", "--lang", "en", str(wrong_field))[1]


def test_a_file_that_is_not_there_is_told_in_french(tmp_path: Path) -> None:
    code, said = run("try", "--lang", "fr", str(tmp_path / "none.yaml"))
    assert code == 1
    assert "Il n'y a pas de fichier" in said
    assert "Il n'y a pas de dossier" in run("--lang", "fr", "--folder", str(tmp_path / "none"), "check")[1]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("examples:\n  - id: mine.a\n  title: b\n", "du YAML ; obtenu"),
        ("exemples:\n  - id: mine.a\n", "vouliez-vous dire examples ?"),
        ("examples:\n  - {id: mine.a, title: {fr: a, en: a}, mechanism: fr, expect: {fr.means: holds}}\n", "ajoutez on: AAAA-MM-JJ"),
    ],
)
def test_what_does_not_load_is_told_in_french(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(text, "utf-8")
    code, said = run("--lang", "fr", "try", str(file))
    assert code == 1
    assert says in said
    assert "expected" not in said


def test_a_wrong_code_is_told_what_to_take(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    body = "{on: 2026-05-04, forms: [zzzzzz]}"
    file.write_text(
        f"examples:\n  - id: mine.a\n    title: {{fr: a, en: a}}\n    mechanism: fr\n    given:\n      - exploitation_described: {body}\n"
        "    on: 2026-05-05\n    expect: {fr.means: holds}\n",
        "utf-8",
    )
    assert "prenez l'un de ces mots" in run("--lang", "fr", "try", str(file))[1]


def test_a_mechanism_that_does_not_exist_is_told_in_french() -> None:
    assert settings.REPERE_MECHANISM_FOLDER
    code, said = run("diff", "--lang", "fr", "fr", "fr+nowhere")
    assert code == 1
    assert "une des couches" in said
    assert "nommez des couches jointes par +" in said
