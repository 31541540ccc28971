"""What leaves by name leaves once, sealed, as two people saw it, and tells where it came from."""

from __future__ import annotations

import base64
import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pyrage
import pytest
from click.testing import CliRunner
from django.db import connection, transaction
from django.db.utils import DatabaseError
from hypothesis import given
from hypothesis import strategies as st

from repere.accounts.acting import acting_as
from repere.accounts.keyring import ensure_key_pair
from repere.cases import actions
from repere.cases.actions import extracts
from repere.cases.exports import columns, marks, tables
from repere.cases.exports.gathering import Wanted, counted, work_list
from repere.cases.handover.queries import unfollowed
from repere.cases.models import Case, Extract
from repere.cases.refusals import NotVisible, Refused
from repere.commands.export import trace
from repere.core.codes import is_code
from repere.ledger.models import Entry
from tests.cases.story import concern, grant, record
from tests.people import Cast, Member, each_their_own

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 15, 10, 0, tzinfo=UTC)
APPROVE = """
    WITH done AS (UPDATE cases_extract SET state = 'approved', decided_by_id = %s, decided_at = now() WHERE id = %s RETURNING id)
    SELECT 1 / count(*) FROM done
"""
NAMES = ("code", "given_names", "family_names")


@contextmanager
def refusing(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as caught:
        yield
    assert caught.value.code == code


def named(actor: Any, first: str = "Zohra", last: str = "Marqueur") -> Case:
    case = concern(actor)
    actions.set_identity(case.person_id, tier="identity", values={"given_names": first, "family_names": last}, acting=actor, now=NOW)
    return case


def asked(member: Member, *, columns: tuple[str, ...] = NAMES, to: Any = None, purpose: str = "support", now: datetime = NOW) -> Extract:
    wanted = Wanted((to or member.organisation).pk, purpose, columns)
    return extracts.ask_extract(wanted, why="Transmission convenue avec elle", form="csv", acting=member.actor, now=now)


def made(people: Cast, row: Extract, *, now: datetime = NOW) -> tuple[Extract, str]:
    extracts.decide_extract(row, approve=True, acting=people.odile.actor, now=now)
    return extracts.make_extract(row, acting=people.amina.actor, now=now)


def fetched(people: Cast, row: Extract) -> list[list[str]]:
    row, passphrase = made(people, row)
    _row, data = extracts.fetch_extract(row, acting=people.amina.actor, now=NOW)
    return tables.read(pyrage.passphrase.decrypt(data, passphrase))


# ---- two people


def test_what_two_people_let_out_is_fetched_once(people: Cast) -> None:
    case = named(people.amina.actor)
    row, passphrase = made(people, asked(people.amina))
    _row, data = extracts.fetch_extract(row, acting=people.amina.actor, now=NOW)
    found = tables.read(pyrage.passphrase.decrypt(data, passphrase))
    assert [case.code, "Zohra", "Marqueur"] in found
    assert row.serial in found[-1][0]
    assert "Amina Exemple" in found[-1][0]
    assert "2026-06-15" in found[-1][0]
    with refusing("extract_step"):
        extracts.fetch_extract(row, acting=people.amina.actor, now=NOW)
    with refusing("extract_step"):
        extracts.make_extract(row, acting=people.amina.actor, now=NOW)


def test_without_its_passphrase_the_file_opens_for_nobody(people: Cast) -> None:
    named(people.amina.actor)
    row, passphrase = made(people, asked(people.amina))
    _row, data = extracts.fetch_extract(row, acting=people.amina.actor, now=NOW)
    assert b"Zohra" not in data
    with pytest.raises(pyrage.DecryptError):
        pyrage.passphrase.decrypt(data, passphrase + "x")


def test_nobody_approves_what_they_asked_for(people: Cast) -> None:
    named(people.amina.actor)
    row = asked(people.amina)
    with refusing("extract_needs_another"):
        extracts.decide_extract(row, approve=True, acting=people.amina.actor, now=NOW)
    with refusing("extract_step"):
        extracts.make_extract(row, acting=people.amina.actor, now=NOW)


def test_only_a_colleague_who_may_share_files_approves(people: Cast) -> None:
    named(people.amina.actor)
    row = asked(people.amina)
    for stranger in (people.ines, people.bruno, people.chloe, people.karim):
        with pytest.raises(NotVisible):
            extracts.decide_extract(row, approve=True, acting=stranger.actor, now=NOW)


def test_only_who_asked_makes_and_fetches_it(people: Cast) -> None:
    named(people.amina.actor)
    row = asked(people.amina)
    extracts.decide_extract(row, approve=True, acting=people.odile.actor, now=NOW)
    with pytest.raises(NotVisible):
        extracts.make_extract(row, acting=people.odile.actor, now=NOW)
    extracts.make_extract(row, acting=people.amina.actor, now=NOW)
    with pytest.raises(NotVisible):
        extracts.fetch_extract(row, acting=people.odile.actor, now=NOW)


def test_the_database_itself_refuses_a_lone_approval_and_a_borrowed_name(people: Cast) -> None:
    """Whoever smuggles SQL onto the pages' connection approves neither their own request nor in a colleague's name."""
    named(people.amina.actor)
    row = asked(people.amina)
    # Of one's own request no row is even found; the exception says so, as it does for a refusal.
    for who, decided_by in ((people.amina, people.amina), (people.amina, people.odile), (people.odile, people.chloe)):
        with who.acts(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(APPROVE, [decided_by.user.pk, row.pk])
    with people.amina.acts() as actor:
        assert Extract.objects.visible_to(actor).get().state == "asked"


# ---- frozen


def test_an_approval_is_over_after_a_day(people: Cast) -> None:
    named(people.amina.actor)
    row = asked(people.amina)
    extracts.decide_extract(row, approve=True, acting=people.odile.actor, now=NOW)
    row, passphrase = extracts.make_extract(row, acting=people.amina.actor, now=NOW + timedelta(hours=24))
    assert (row.state, passphrase) == ("ended", "")


CHANGES = {
    "a name": lambda case, actor: actions.amend_identity(
        case.person_id, tier="identity", changes={"given_names": "Autre"}, acting=actor, now=NOW
    ),
    "one file more": lambda case, actor: concern(actor),
    "a file closed": lambda case, actor: record(case, actor, "exit", reason="not_known"),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changed_after_it_was_asked_voids_it(what: str, people: Cast) -> None:
    case = named(people.amina.actor)
    named(people.amina.actor, "Deuxième")
    row = asked(people.amina)
    extracts.decide_extract(row, approve=True, acting=people.odile.actor, now=NOW)
    CHANGES[what](case, people.amina.actor)
    row, passphrase = extracts.make_extract(row, acting=people.amina.actor, now=NOW)
    assert (row.state, passphrase, row.file) == ("void", "", None)


def test_a_filter_or_a_receiver_changed_by_raw_sql_voids_it_or_is_refused(people: Cast) -> None:
    named(people.amina.actor)
    row = asked(people.amina)
    for column in ("columns = ARRAY['code', 'birth']", f"receiver_id = '{people.boussole.pk}'", "purpose = 'protection'", "digest = ''"):
        with people.amina.acts(), pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE cases_extract SET {column} WHERE id = %s", [row.pk])


def test_after_seven_days_only_the_mark_is_left(people: Cast, as_role: Any) -> None:
    named(people.amina.actor)
    made(people, asked(people.amina))
    with as_role("worker"):
        assert extracts.end_extracts(now=NOW + timedelta(days=6)) == 0
        assert extracts.end_extracts(now=NOW + timedelta(days=7)) == 1
        assert extracts.end_extracts(now=NOW + timedelta(days=8)) == 0
    with people.amina.acts() as actor:
        kept = Extract.objects.visible_to(actor).get()
        assert (kept.state, kept.file, kept.frozen) == ("ended", None, None)
        assert extracts.read_extract(kept)[2]["seed"]


# ---- walls


def test_to_another_organisation_goes_only_what_an_access_for_this_purpose_opens(people: Cast) -> None:
    open_, narrow, closed = (named(people.amina.actor, name) for name in ("Ouverte", "Etroite", "Fermee"))
    grant(open_, people.amina.actor, people.boussole, ["identity", "profile"])
    grant(narrow, people.amina.actor, people.boussole, ["profile"])
    with people.bruno.acts():
        ensure_key_pair(people.boussole)
    row = asked(people.amina, to=people.boussole)
    assert row.rows == 1
    row, passphrase = made(people, row)
    assert passphrase == ""
    _row, data = extracts.fetch_extract(row, acting=people.amina.actor, now=NOW)
    assert b"Ouverte" not in data
    _form, content = extracts.open_received(data, acting=people.bruno.actor, now=NOW)
    text = content.decode()
    assert "Ouverte" in text
    assert "Etroite" not in text
    assert "Fermee" not in text
    assert closed.code not in text
    for other in (people.amina, people.ines):
        with refusing("extract_does_not_open"):
            extracts.open_received(data, acting=other.actor, now=NOW)
    with refusing("extract_does_not_open"):
        extracts.open_received(b"AAAAAAAA" + data[8:], acting=people.bruno.actor, now=NOW)


def test_an_access_that_ended_after_the_approval_takes_its_file_out(people: Cast) -> None:
    case = named(people.amina.actor)
    given = grant(case, people.amina.actor, people.boussole, ["identity"])
    with people.bruno.acts():
        ensure_key_pair(people.boussole)
    row = asked(people.amina, to=people.boussole)
    extracts.decide_extract(row, approve=True, acting=people.odile.actor, now=NOW)
    actions.end_grant(given, acting=people.amina.actor, now=datetime.now(UTC))
    assert extracts.make_extract(row, acting=people.amina.actor, now=NOW)[0].state == "void"


def test_nothing_with_a_name_leaves_for_statistics_nor_for_a_purpose_of_others(people: Cast) -> None:
    named(people.amina.actor)
    for purpose, code in (
        ("statistics", "unknown_purpose"),
        ("residence", "purpose_not_for_them"),
        ("investigation", "purpose_not_for_them"),
    ):
        with refusing(code):
            asked(people.amina, purpose=purpose)


def test_a_column_that_the_purpose_does_not_open_is_refused(people: Cast, monkeypatch: Any) -> None:
    """Every column of today lies within every purpose of an association; this one would not."""
    monkeypatch.setitem(columns.COLUMNS, "checked", columns.Column("Checked", "health", lambda source: "x"))  # type: ignore[arg-type]
    named(people.amina.actor)
    with refusing("purpose_does_not_cover"):
        asked(people.amina, columns=("code", "checked"), purpose="protection")


def test_a_colleague_who_follows_no_file_takes_no_name_out(people: Cast) -> None:
    each_their_own(people.atalante)
    named(people.amina.actor)
    with refusing("extract_empty"):
        asked(people.odile)


def test_an_administrator_takes_nothing_out(people: Cast) -> None:
    named(people.amina.actor)
    with pytest.raises(NotVisible):
        asked(people.chloe)


def test_each_step_is_in_the_ledger_and_names_nobody(people: Cast) -> None:
    case = named(people.amina.actor)
    row = asked(people.amina)
    fetched(people, row)
    with people.amina.acts():
        told = list(Entry.objects.filter(act__endswith="_extract"))
        assert {entry.act for entry in told} == {"ask_extract", "approve_extract", "make_extract", "fetch_extract"}
        assert all(b"Zohra" not in bytes(entry.body) for entry in told)
        assert case.person_id in next(entry for entry in told if entry.act == "fetch_extract").subjects


# ---- the file about nobody, and who asked


def _codes(page: str) -> set[str]:
    return {word for word in re.findall(r"\b[0-9A-HJKMNP-TV-Z]{8}\b", page) if is_code(word)}


def test_who_asked_is_shown_a_number_and_who_decides_the_codes(people: Cast, signed_in: Any) -> None:
    """Two lists would tell her which line is about nobody: she could leave it out, and a leak would name nobody."""
    hers = {named(people.amina.actor, f"Nom{number}").code for number in range(3)}
    row = asked(people.amina)
    with people.amina.acts():
        decoy = extracts.read_extract(row)[2]["decoy"]["code"]
    mine = signed_in(people.amina).get(f"/extracts/{row.pk}/").content.decode()
    assert _codes(mine) == {row.serial}
    assert re.search(r"</strong> 4\b", mine)
    client = signed_in(people.odile)
    before = _looked_at(people)
    page = client.get(f"/extracts/{row.pk}/").content.decode()
    assert _codes(page) - {row.serial} == hers | {decoy}
    assert re.search(r"</strong> 4\b", page)
    assert len(_looked_at(people) - before) == 3  # who decides is not noticed as somebody who opened the file about nobody
    table = fetched(people, row)
    assert _codes(" ".join(cell for cells in table for cell in cells)) - {row.serial} == hers | {decoy}
    assert _codes(signed_in(people.amina).get(f"/extracts/{row.pk}/").content.decode()) == {row.serial}


def _looked_at(people: Cast) -> set[Any]:
    with people.odile.acts():
        return {one for entry in Entry.objects.filter(kind="look", actor_id=people.odile.user.pk) for one in entry.subjects}


def test_among_open_files_the_one_about_nobody_is_open_and_where_they_are(people: Cast) -> None:
    """It stands in no list of files that nobody follows."""
    named(people.amina.actor)
    assert _decoy_of(people, asked(people.amina)).closed_on is None
    assert _decoy_of(people, asked(people.amina)).territory == "69"
    closed = Wanted(people.atalante.pk, "support", NAMES, still_open=False)
    row = extracts.ask_extract(closed, why="Bilan", form="csv", acting=people.amina.actor, now=NOW)
    assert _decoy_of(people, row).closed_on is not None
    with people.amina.acts() as actor:
        assert not unfollowed(actor).exists()


def _decoy_of(people: Cast, row: Extract) -> Case:
    with people.amina.acts() as actor:
        return Case.objects.visible_to(actor).get(code=extracts.read_extract(row)[2]["decoy"]["code"])


def test_where_files_are_followed_by_name_names_leave_too_with_a_closed_file_about_nobody(people: Cast) -> None:
    """Nobody follows a file about nobody: an open one would be told to everybody each night as without a referent."""
    case = named(people.amina.actor)
    each_their_own(people.atalante)
    row = asked(people.amina)
    table = fetched(people, row)
    assert [case.code, "Zohra", "Marqueur"] in table
    with people.amina.acts():
        _wanted, _frozen, mark = extracts.read_extract(row)
        assert mark["decoy"]["code"] in {cells[0] for cells in table}
        assert mark["decoy"]["code"] not in {one.code for one in unfollowed(people.amina.actor)}


@pytest.mark.parametrize("still_open", [True, False])
def test_a_file_about_nobody_stands_in_its_own_extract_alone(still_open: bool, people: Cast) -> None:
    """In a second one it would name the wrong person, and each request would make the one before it void."""
    case = named(people.amina.actor)
    wanted = Wanted(people.atalante.pk, "support", NAMES, still_open=still_open)
    first, second = (
        extracts.ask_extract(wanted, why="Bilan", form="csv", acting=people.amina.actor, now=NOW) for _ in range(2)
    )  # fmt: skip
    decoys = [_decoy_of(people, row).code for row in (first, second)]
    for row, decoy in zip((first, second), decoys, strict=True):
        assert _codes(" ".join(cell for cells in fetched(people, row) for cell in cells)) - {row.serial} == {case.code, decoy}


# ---- marks


def test_a_file_that_got_out_names_its_extract(people: Cast) -> None:
    """By its foot; without it by the row about nobody; without that by the order of the rows, even in a part of them."""
    for number in range(30):
        named(people.amina.actor, f"Nom{number}")
    rows = {}
    for _ in range(2):
        row = asked(people.amina)
        rows[row.serial] = (row, fetched(people, row))
    (first, table), (second, _other) = rows.values()
    seeds = {}
    with people.amina.acts():
        for row in (first, second):
            _wanted, _frozen, mark = extracts.read_extract(row)
            seeds[row.serial] = (base64.b64decode(mark["seed"]), [mark["decoy"]["code"]])
    decoy = seeds[first.serial][1][0]
    body = table[1:-1]
    without = [cells for cells in body if decoy not in cells]
    for part, how in ((table, "foot"), (body, "decoy"), (without, "order"), (without[5:25:1], "order"), (without[::2], "order")):
        told = {serial: marks.match(part, serial=serial, seed=seed, decoy=nobody) for serial, (seed, nobody) in seeds.items()}
        assert told[first.serial] is not None, how
        assert told[first.serial].how == how  # type: ignore[union-attr]
        assert told[second.serial] is None


def test_the_command_names_the_extract_of_a_file_that_got_out(people: Cast, tmp_path: Path) -> None:
    """From a file, whole or in part; a stranger's table names none, and what is no table is said so."""
    for number in range(12):
        named(people.amina.actor, f"Nom{number}")
    first, second = (asked(people.amina) for _ in range(2))
    table = fetched(people, first)
    fetched(people, second)

    def told(name: str, rows: list[list[str]]) -> str:
        return str(CliRunner().invoke(trace, [str(_table(tmp_path / name, rows))], catch_exceptions=False).output)

    for rows in (table, table[:-1]):
        said = told("found.csv", rows)
        assert first.serial in said
        assert people.amina.user.name in said
        assert second.serial not in said
    assert "No extract" in told("other.csv", [["code", "prénom"], ["ZZZZ", "Personne"]])
    damaged = tmp_path / "damaged.xlsx"
    damaged.write_bytes(b"PK\x03\x04 nothing")
    refused = CliRunner().invoke(trace, [str(damaged)])
    assert refused.exit_code == 1
    assert "No table" in refused.output
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE repere_owner")
        cursor.execute("SELECT count(*) FROM ledger_entry WHERE act = 'trace_extract'")
        [written] = cursor.fetchone()
        cursor.execute("RESET ROLE")
    assert written == 2


def test_the_extract_of_a_file_that_got_out_is_named_in_french(people: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By an option, or because the terminal speaks French: also what was not found and what is no table."""
    for number in range(14):
        named(people.amina.actor, f"Nom{number}")
    row = asked(people.amina)
    table = fetched(people, row)
    whole, part = _table(tmp_path / "whole.csv", table), _table(tmp_path / "part.csv", table[1:-1])
    other, damaged = _table(tmp_path / "other.csv", [["code"], ["ZZZZ"]]), tmp_path / "damaged.xlsx"
    damaged.write_bytes(b"PK\x03\x04 nothing")

    def said(file: Path, *words: str) -> str:
        return str(CliRunner().invoke(trace, [str(file), *words]).output).strip()

    french = said(whole, "--lang", "fr")
    assert french.endswith(f"demandé par {people.amina.user.name} le {row.asked_at.date()} · reconnu à son pied de page")
    assert "reconnu à sa ligne qui ne parle de personne" in said(part, "--lang", "fr")
    assert said(other, "--lang", "fr") == "Aucun extrait de cette installation n'est reconnu dans ce fichier."
    assert said(damaged, "--lang", "fr") == "Aucun tableau n'a pu être lu dans ce fichier. Il doit être au format CSV ou XLSX."
    monkeypatch.setenv("LC_ALL", "fr_FR.UTF-8")
    assert said(whole) == french
    assert "recognised by its foot" in said(whole, "--lang", "en")


def _table(file: Path, rows: list[list[str]]) -> Path:
    with file.open("w", newline="", encoding="utf-8") as lines:
        csv.writer(lines).writerows(rows)
    return file


def test_statistics_count_nobody_who_does_not_exist_and_tell_no_small_number(people: Cast, as_role: Any) -> None:
    for _ in range(7):
        named(people.amina.actor)
    for _ in range(3):
        concern(people.amina.actor, territory="13")
    asked(people.amina)  # makes a file about nobody, opened in an earlier year
    with people.amina.acts():
        assert counted() == [(2026, "13", None), (2026, "69", 5)]
    with people.chloe.acts():
        assert counted() == []
    with people.ines.acts():
        assert counted() == []


def test_the_work_list_holds_codes_and_days_of_own_files_and_no_name(people: Cast) -> None:
    case = concern(people.amina.actor, pseudonym="Saule 4711")
    with people.amina.acts() as actor:
        lines = work_list(acting=actor)
        assert {line[0] for _person, line in lines} == {case.code}
        assert not any("Saule" in cell for _person, line in lines for cell in line)
    with acting_as(people.ines.actor) as actor:
        assert work_list(acting=actor) == []


# ---- tables

FORMULAS = st.sampled_from("=+-@\t\n'")
CELLS = st.text(
    st.characters(codec="utf-8", exclude_characters="\r", exclude_categories=("Cc", "Cs", "Cn")) | st.sampled_from("=+-@\t\n'"), max_size=40
)


@given(st.lists(st.lists(CELLS, min_size=2, max_size=2), min_size=1, max_size=5), st.sampled_from(["csv", "xlsx"]))
def test_a_table_says_what_was_written_and_runs_nothing(rows: list[list[str]], form: str) -> None:
    rows = [["first", *row] for row in rows]
    data = tables.table(rows, form)
    assert tables.read(data) == rows
    if form == "xlsx":
        book = openpyxl.load_workbook(io.BytesIO(data))
        assert all(cell.data_type != "f" for line in book.worksheets[0].iter_rows() for cell in line)


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\x00=", "\r\n=", "'=", "\x00\x00+"])
def test_no_cell_begins_as_a_formula(start: str) -> None:
    for form in ("csv", "xlsx"):
        raw = tables.table([[f"{start}cmd|' /C calc'!A0"]], form)
        cell = raw.decode("utf-8-sig").lstrip('"') if form == "csv" else str(openpyxl.load_workbook(io.BytesIO(raw)).active["A1"].value)
        assert cell.startswith("'")
