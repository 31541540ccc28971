"""The command as an operator types it: seal, show, verify; it ends with an error when something was changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from repere.cases.models import Fact
from repere.commands import ledger as command
from repere.commands.ledger import ledger
from tests.cases.story import concern, record
from tests.ledger.chain import as_master, write_rows
from tests.people import Cast

pytestmark = pytest.mark.usefixtures("committing_db")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keys and heads of one test."""
    monkeypatch.setenv("REPERE_LEDGER_KEY_FILE", str(tmp_path / "ledger.key"))
    monkeypatch.setattr(command, "heads_folder", lambda: tmp_path / "heads")
    return tmp_path


def typed(*words: str) -> Result:
    return CliRunner().invoke(ledger, words)


def test_from_the_first_seal_to_a_witnessed_verification(own_folder: Path) -> None:
    """Seal, take the head and the public key elsewhere, verify with both."""
    write_rows(5)
    assert typed("seal").exit_code == 0
    assert typed("head", "--out", str(own_folder / "elsewhere")).exit_code == 0
    (own_folder / "public.pem").write_text(typed("public-key").output)
    done = typed("verify", "--heads", str(own_folder / "elsewhere"), "--public-key", str(own_folder / "public.pem"), "--language", "en")
    assert done.exit_code == 0, done.output
    assert "Nothing was changed" in done.output
    assert json.loads((own_folder / "heads" / "latest.json").read_text())["signature"]


def test_a_changed_row_ends_the_command_with_an_error(own_folder: Path) -> None:
    """A watch that runs it at night notices."""
    write_rows(5)
    typed("seal")
    with as_master() as master:
        master.execute("UPDATE ledger_entry SET body = body || ' '::bytea WHERE position = 3")
    done = typed("verify", "--language", "en")
    assert done.exit_code == 1
    assert "row 3" in done.output


def test_every_fact_has_its_row_and_one_slipped_in_is_named(people: Cast) -> None:
    """A fact that nobody's act brought is found by its number."""
    case = concern(people.amina.actor)
    fact = record(case, people.amina.actor, "urgent_need", needs=["shelter"])
    typed("seal")
    assert typed("verify").exit_code == 0
    with as_master() as master:
        columns = ", ".join(f'"{field.column}"' for field in Fact._meta.concrete_fields if field.column not in ("id", "revision"))
        (slipped,) = master.execute(
            f"INSERT INTO cases_fact (id, revision, {columns}) SELECT gen_random_uuid(), revision + 100, {columns}"
            " FROM cases_fact WHERE id = %s RETURNING id",
            [fact.pk],
        ).fetchone()
    done = typed("verify", "--language", "en")
    assert done.exit_code == 1
    assert str(slipped) in done.output


def test_a_folder_with_something_else_is_refused_in_one_sentence(own_folder: Path) -> None:
    (own_folder / "odd").mkdir()
    (own_folder / "odd" / "x.json").write_text("[]")
    write_rows(1)
    typed("seal")
    done = typed("verify", "--heads", str(own_folder / "odd"))
    assert done.exit_code == 1
    assert "x.json" in str(done.exception)
