"""The command as an operator types it: seal, show, verify; it ends with an error when something was changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from repere.accounts.keys import paper
from repere.cases.models import Fact
from repere.commands import ledger as command
from repere.commands.ledger import ledger
from repere.ledger import sealing, signing
from tests.cases.story import concern, record
from tests.ledger.chain import as_login, as_master, write_rows
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


# ---- replacing the key


def test_the_key_is_replaced_and_both_sides_of_the_change_verify(own_folder: Path) -> None:
    """What the old key signed is checked with its public half, which stays; the change is a row and a signed note."""
    before = (typed("seal"), (own_folder / "ledger.key").read_bytes())[1]
    write_rows(3)
    typed("seal")
    (own_folder / "old.pem").write_text(typed("public-key").output)
    write_rows(2)
    done = typed("rotate-key")
    assert done.exit_code == 0, done.output
    assert (own_folder / "ledger.key").read_bytes() != before
    assert (own_folder / "ledger.key").stat().st_mode & 0o077 == 0
    write_rows(2)
    typed("seal")
    assert typed("verify", "--without-acts", "--language", "en").exit_code == 0
    only_old = typed("verify", "--without-acts", "--language", "en", "--public-key", str(own_folder / "old.pem"))
    assert only_old.exit_code == 1
    assert "not trusted here" in only_old.output
    [note] = (own_folder / "heads").glob("key-*.txt")
    new = typed("check-key", str(note), "--public-key", str(own_folder / "old.pem"))
    assert new.exit_code == 0, new.output
    (own_folder / "both.pem").write_text((own_folder / "old.pem").read_text() + new.output)
    both = typed("verify", "--without-acts", "--language", "en", "--public-key", str(own_folder / "both.pem"))
    assert both.exit_code == 0, both.output
    with as_master() as master:
        rows = master.execute("SELECT body FROM ledger_entry WHERE act = 'rotate_ledger_key'").fetchall()
    [told] = [json.loads(bytes(body)) for (body,) in rows]
    assert told["detail"]["to"] == note.stem.removeprefix("key-")


def test_a_note_that_the_old_key_did_not_sign_is_refused(own_folder: Path) -> None:
    """A stranger's key is not slipped to a witness as ours."""
    write_rows(1)
    typed("seal")
    (own_folder / "old.pem").write_text(typed("public-key").output)
    typed("rotate-key")
    [note] = (own_folder / "heads").glob("key-*.txt")
    told = json.loads(note.read_text())
    told["public_key"] = signing.public_pem(Ed25519PrivateKey.generate())
    note.write_text(json.dumps(told))
    done = typed("check-key", str(note), "--public-key", str(own_folder / "old.pem"))
    assert done.exit_code == 1
    assert "ask by telephone" in str(done.exception)
    note.write_text("[]")
    assert typed("check-key", str(note), "--public-key", str(own_folder / "old.pem")).exit_code == 1


def test_a_replaced_key_signs_no_more(own_folder: Path) -> None:
    """Whoever stole the old key before it was replaced adds no seal to the chain."""
    write_rows(2)
    typed("seal")
    old = signing.read_key(own_folder / "ledger.key")
    typed("rotate-key")
    write_rows(2)
    with as_login("sealer") as connection:
        assert list(sealing.seal_all(connection, old))
    done = typed("verify", "--without-acts", "--language", "en")
    assert done.exit_code == 1
    assert "replaced before it" in done.output


def test_an_interrupted_replacement_leaves_a_key_that_signs(own_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed between its two writes, the old key still signs and still verifies; typed again, it is done."""
    write_rows(1)
    typed("seal")
    write, written = signing._replace, []

    def killed(path: Path, content: bytes) -> None:
        if written:
            raise KeyboardInterrupt
        written.append(write(path, content))

    with monkeypatch.context() as patched:
        patched.setattr(signing, "_replace", killed)
        assert typed("rotate-key").exit_code != 0
    write_rows(1)
    assert typed("seal").exit_code == 0
    assert typed("verify", "--without-acts").exit_code == 0
    assert typed("rotate-key").exit_code == 0
    assert typed("verify", "--without-acts").exit_code == 0


def test_the_key_comes_back_from_three_sheets_and_from_no_others(own_folder: Path) -> None:
    """Without it nothing more is sealed; a wrong one would end the chain."""
    write_rows(2)
    typed("seal")
    key = signing.read_key(own_folder / "ledger.key")
    (own_folder / "sheets").write_text("\n".join(paper.split(signing.seed_of(key)).sheets[1:4]))
    (own_folder / "others").write_text("\n".join(paper.split(signing.seed_of(Ed25519PrivateKey.generate())).sheets[:3]))
    assert "already" in str(typed("restore-key", "--sheets", str(own_folder / "sheets")).exception)
    (own_folder / "ledger.key").unlink()
    wrong = typed("restore-key", "--sheets", str(own_folder / "others"))
    assert "another key" in str(wrong.exception)
    assert not (own_folder / "ledger.key").exists()
    assert typed("restore-key", "--sheets", str(own_folder / "sheets")).exit_code == 0
    assert signing.seed_of(signing.read_key(own_folder / "ledger.key")) == signing.seed_of(key)
    write_rows(1)
    typed("seal")
    assert typed("verify", "--without-acts").exit_code == 0
